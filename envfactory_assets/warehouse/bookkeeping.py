"""The table that says which version of every partition is stored and what it was made from."""

from dataclasses import dataclass
from typing import Any

import duckdb
import orjson

from envfactory_assets.records.base import content_hash

TABLE = "_partitions"
AUDITS = "_audits"


@dataclass(frozen=True, slots=True)
class PartitionState:
    """What is stored of one asset for one domain."""

    asset: str
    domain: str
    data_version: str  # hash of the sorted row contents
    keys_version: str  # hash of the sorted input keys
    fingerprint: str  # hash of stage version, configuration and input versions: equal means there is nothing to do
    input_versions: dict[str, str]
    schema_sha256: str
    run_id: str
    row_count: int


def ensure(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the bookkeeping table if it is missing."""
    connection.execute(
        f"""CREATE TABLE IF NOT EXISTS {TABLE} (
            asset VARCHAR, domain VARCHAR, data_version VARCHAR, keys_version VARCHAR, fingerprint VARCHAR,
            input_versions JSON, schema_sha256 VARCHAR, run_id VARCHAR, row_count BIGINT, written_at TIMESTAMP,
            PRIMARY KEY (asset, domain))"""
    )
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {AUDITS} (asset VARCHAR, domain VARCHAR, audited VARCHAR, results JSON, PRIMARY KEY (asset, domain))"
    )


@dataclass(frozen=True, slots=True)
class Audit:
    """The last audit of one asset for one domain."""

    audited: str  # hash of the suite and of the versions it was held against
    results: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Books:
    """All that is recorded of a domain, by asset. Rejections appear as ``rejections/<stage>``."""

    states: dict[str, PartitionState]
    audits: dict[str, Audit]

    def version(self, asset: str) -> str:
        """The data version of an asset, "" when it was never made; of one that several stages write, a hash over its parts."""
        if asset in self.states:
            return self.states[asset].data_version
        parts = sorted((name, state.data_version) for name, state in self.states.items() if name.startswith(f"{asset}/"))
        return content_hash(parts) if parts else ""


def read(connection: duckdb.DuckDBPyConnection, domain: str) -> Books:
    """The books of a domain."""
    query = f"SELECT asset, audited, results FROM {AUDITS} WHERE domain = ?"  # noqa: S608
    known = states(connection, domain)
    found = connection.execute(query, [domain]).fetchall()
    return Books(known, {asset: Audit(audited, orjson.loads(results)) for asset, audited, results in found})


def states(connection: duckdb.DuckDBPyConnection, domain: str) -> dict[str, PartitionState]:
    """What is stored for a domain, by asset."""
    ensure(connection)
    rows = connection.execute(f"SELECT * EXCLUDE (written_at) FROM {TABLE} WHERE domain = ?", [domain]).fetchall()  # noqa: S608
    return {row[0]: _state(row) for row in rows}


def _state(row: tuple[Any, ...]) -> PartitionState:
    asset, domain, data_version, keys_version, fingerprint, inputs, schema, run_id, row_count = row
    return PartitionState(asset, domain, data_version, keys_version, fingerprint, orjson.loads(inputs), schema, run_id, row_count)


def store(connection: duckdb.DuckDBPyConnection, state: PartitionState) -> None:
    """Record what was written."""
    connection.execute(
        f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, now()::TIMESTAMP)",  # noqa: S608
        [
            state.asset,
            state.domain,
            state.data_version,
            state.keys_version,
            state.fingerprint,
            orjson.dumps(state.input_versions, option=orjson.OPT_SORT_KEYS).decode(),
            state.schema_sha256,
            state.run_id,
            state.row_count,
        ],
    )


def forget(connection: duckdb.DuckDBPyConnection, asset: str) -> None:
    """Drop what is recorded of an asset in every domain."""
    connection.execute(f"DELETE FROM {TABLE} WHERE asset = ? OR asset LIKE ? || '/%'", [asset, asset])  # noqa: S608


def store_audit(connection: duckdb.DuckDBPyConnection, asset: str, domain: str, audited: str, results: list[dict[str, Any]]) -> None:
    """Keep an audit's results in place of the former ones."""
    ensure(connection)
    text = orjson.dumps(results, option=orjson.OPT_SORT_KEYS).decode()
    connection.execute(f"INSERT OR REPLACE INTO {AUDITS} VALUES (?, ?, ?, ?)", [asset, domain, audited, text])  # noqa: S608
