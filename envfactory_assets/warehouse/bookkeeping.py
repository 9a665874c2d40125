"""The table that says which version of every partition is stored and what it was made from."""

from dataclasses import dataclass
from typing import Any

import duckdb
import orjson

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


def audit(connection: duckdb.DuckDBPyConnection, asset: str, domain: str, audited: str) -> list[dict[str, Any]] | None:
    """The last audit's results, when it was of this content."""
    ensure(connection)
    query = f"SELECT results FROM {AUDITS} WHERE asset = ? AND domain = ? AND audited = ?"  # noqa: S608
    found = connection.execute(query, [asset, domain, audited]).fetchall()
    return orjson.loads(found[0][0]) if found else None


def store_audit(connection: duckdb.DuckDBPyConnection, asset: str, domain: str, audited: str, results: list[dict[str, Any]]) -> None:
    """Keep an audit's results in place of the former ones."""
    ensure(connection)
    text = orjson.dumps(results, option=orjson.OPT_SORT_KEYS).decode()
    connection.execute(f"INSERT OR REPLACE INTO {AUDITS} VALUES (?, ?, ?, ?)", [asset, domain, audited, text])  # noqa: S608
