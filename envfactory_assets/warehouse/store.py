"""Reading and replacing partitions of the tables that records define."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from envfactory_assets.records.base import Row, canonical_json
from envfactory_assets.records.resources import Rejection
from envfactory_assets.records.schema import Column, check_schema, columns, create_table_sql, polars_schema, schema_sha256
from envfactory_assets.warehouse import bookkeeping
from envfactory_assets.warehouse.bookkeeping import Books, PartitionState
from envfactory_assets.warehouse.database import exclusive, transaction, warehouse_lock
from envfactory_assets.warehouse.errors import StaleInputError
from envfactory_assets.warehouse.home import Home


@dataclass(frozen=True, slots=True)
class StageOutput:
    """All that one stage writes for one domain, in one transaction."""

    stage: str  # names the stage: its first asset
    domain: str
    frames: Mapping[type[Row], pl.DataFrame]
    rejections: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=polars_schema(Rejection)))
    fingerprint: str = ""
    input_versions: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""
    rewrite: bool = False  # write the rows even when they equal what is recorded: what is stored was altered


_Stamp = tuple[int, int]
_BOOKS: dict[tuple[Path, str], tuple[_Stamp, Books]] = {}


def _stamp(database: Path) -> _Stamp | None:
    """What changes whenever the file is written."""
    try:
        status = database.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class Warehouse:
    """The DuckDB file of a home: every call opens it, does one thing and closes it."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def books(self, domain: str) -> Books:
        """What is recorded of a domain. The file is not opened when it has not changed since it was last asked."""
        stamp = _stamp(self.home.database)
        known = _BOOKS.get((self.home.database, domain))
        if stamp is not None and known is not None and known[0] == stamp:
            return known[1]
        with exclusive(self.home) as connection:
            bookkeeping.ensure(connection)
            books = bookkeeping.read(connection, domain)
        if stamp is not None:
            _BOOKS[self.home.database, domain] = (stamp, books)
        return books

    def states(self, domain: str) -> dict[str, PartitionState]:
        """What is stored for a domain, by asset; rejections appear as ``rejections/<stage>``."""
        return self.books(domain).states

    def read(self, record: type[Row], domain: str) -> pl.DataFrame:
        """A partition; no rows when nothing was written yet."""
        return self.read_many([record], domain)[record]

    def read_many(self, records: Sequence[type[Row]], domain: str) -> dict[type[Row], pl.DataFrame]:
        """Several partitions from one moment."""
        with exclusive(self.home) as connection:
            return {record: _read(connection, record, domain) for record in records}

    def read_columns(self, wanted: Mapping[type[Row], Sequence[str]], domain: str) -> dict[type[Row], pl.DataFrame]:
        """Some columns of several partitions, from one moment."""
        with exclusive(self.home) as connection:
            return {record: _read(connection, record, domain, names) for record, names in wanted.items()}

    def snapshot(
        self, records: Sequence[type[Row]], domain: str, columns: Mapping[type[Row], Sequence[str]] | None = None
    ) -> tuple[dict[str, PartitionState], dict[type[Row], pl.DataFrame]]:
        """The states of a domain and some of its partitions, from one moment; of those named in ``columns`` only these."""
        with exclusive(self.home) as connection:
            frames = {record: _read(connection, record, domain, (columns or {}).get(record)) for record in records}
            return bookkeeping.states(connection, domain), frames

    def store_audit(self, asset: str, domain: str, audited: str, results: list[dict[str, Any]]) -> None:
        """Keep the results of an audit; ``audited`` names content and suite."""
        with self._changing(domain) as connection:
            bookkeeping.store_audit(connection, asset, domain, audited, results)

    def write(self, output: StageOutput) -> dict[str, PartitionState]:
        """Replace a stage's partitions, all or none. What is equal to what is stored is not written again.

        Raises:
            SchemaMismatchError: a frame is not exactly its record's.
            StaleInputError: an input was replaced since the stage read it.
        """
        tables: dict[type[Row], pl.DataFrame] = {**output.frames, Rejection: output.rejections}
        for record, frame in tables.items():
            check_schema(record, frame)
        foreign = set(output.rejections["stage"].to_list()) - set(_own_stages(output))
        if foreign:
            raise ValueError(f"{output.stage} must not write the rejections of {', '.join(sorted(foreign))}.")
        with self._changing(output.domain) as connection, transaction(connection):
            stored = bookkeeping.states(connection, output.domain)
            _refuse_stale(output, stored)
            return dict(_write(connection, output, record, frame, stored) for record, frame in tables.items())

    @contextmanager
    def _changing(self, domain: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """The database, to change what is stored of a domain; its books are known afterwards without opening the file again."""
        with warehouse_lock(self.home):
            with exclusive(self.home) as connection:
                yield connection
                books = bookkeeping.read(connection, domain)
            stamp = _stamp(self.home.database)
            if stamp is not None:
                _BOOKS[self.home.database, domain] = (stamp, books)


def frame_version(frame: pl.DataFrame) -> str:
    """Hash of the sorted hashes of the rows; ``input_key`` does not count. The rows are never held as text together."""
    rows = frame.drop("input_key", strict=False).iter_rows()
    return sha256(b"".join(sorted(sha256(canonical_json(list(row)).encode()).digest() for row in rows))).hexdigest()


def keys_version(frame: pl.DataFrame) -> str:
    """Hash of the sorted input keys."""
    return sha256("\n".join(sorted(frame["input_key"].to_list())).encode()).hexdigest()


def _refuse_stale(output: StageOutput, stored: Mapping[str, PartitionState]) -> None:
    for asset, read_version in output.input_versions.items():
        now = stored[asset].data_version if asset in stored else ""
        if now != read_version:
            raise StaleInputError(
                f"{output.stage} of {output.domain} was made from an older {asset}, which has been replaced since. Run the domain again."
            )


def _write(
    connection: duckdb.DuckDBPyConnection,
    output: StageOutput,
    record: type[Row],
    frame: pl.DataFrame,
    stored: Mapping[str, PartitionState],
) -> tuple[str, PartitionState]:
    asset = f"{record.table}/{output.stage}" if record is Rejection else record.table
    state = PartitionState(
        asset=asset,
        domain=output.domain,
        data_version=frame_version(frame),
        keys_version=keys_version(frame),
        fingerprint=output.fingerprint,
        input_versions=dict(output.input_versions),
        schema_sha256=schema_sha256(record),
        run_id=output.run_id,
        row_count=frame.height,
    )
    before = stored.get(asset)
    if before is not None and not output.rewrite and replace(state, run_id=before.run_id) == before:
        return asset, before
    rows_differ = (
        output.rewrite
        or before is None
        or (before.data_version, before.keys_version, before.schema_sha256)
        != (
            state.data_version,
            state.keys_version,
            state.schema_sha256,
        )
    )
    if rows_differ:
        ensure_table(connection, record)
        condition, values = _owned(output, record)
        connection.execute(f'DELETE FROM "{record.table}" WHERE {condition}', values)  # noqa: S608
        if frame.height:
            connection.execute(f'INSERT INTO "{record.table}" BY NAME SELECT * FROM frame')  # noqa: S608
    bookkeeping.store(connection, state)
    return asset, state


def _owned(output: StageOutput, record: type[Row]) -> tuple[str, list[Any]]:
    if record is Rejection:
        return "domain = ? AND stage IN (SELECT unnest(?))", [output.domain, _own_stages(output)]
    return "domain = ?", [output.domain]


def _own_stages(output: StageOutput) -> list[str]:
    """The assets a stage writes: its rejections name one of them."""
    return sorted({output.stage, *(record.table for record in output.frames)})


def _read(connection: duckdb.DuckDBPyConnection, record: type[Row], domain: str, names: Sequence[str] | None = None) -> pl.DataFrame:
    """A partition in the order of its keys; all columns, or only those named."""
    ensure_table(connection, record)
    schema = {name: kind for name, kind in polars_schema(record).items() if names is None or name in names}
    selected = ", ".join(f'"{name}"' for name in dict.fromkeys([*schema, *record.key]))
    query = f'SELECT {selected} FROM "{record.table}" WHERE domain = ?'  # noqa: S608
    frame: pl.DataFrame = connection.sql(query, params=[domain]).pl()
    return _in_order(frame, record.key).select(list(schema)).cast(pl.Schema(schema))


def _in_order(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Sorted here and not by DuckDB, which would have to hold all columns at once within its memory limit."""
    positions = frame.select(keys).with_row_index("position").sort(keys)["position"]
    return frame if positions.is_sorted() else frame[positions]


def ensure_table(connection: duckdb.DuckDBPyConnection, record: type[Row]) -> None:
    """Make the table, or bring an older one to today's columns: additions by ALTER, any other change by a rebuild."""
    tables = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = ?"
    if not connection.execute(tables, [record.table]).fetchall():
        connection.execute(create_table_sql(record))
        return
    described = connection.execute(f'DESCRIBE "{record.table}"').fetchall()  # duckdb_columns() would bind every view as well
    wanted = _normalised_types(connection, columns(record))
    actual = {name: sql_type for name, sql_type, *_ in described}
    if any(wanted.get(name) != sql_type for name, sql_type in actual.items()) or any(
        c.name not in actual and not c.nullable for c in columns(record)
    ):
        connection.execute(f'DROP TABLE "{record.table}"')
        connection.execute(create_table_sql(record))
        bookkeeping.ensure(connection)
        bookkeeping.forget(connection, record.table)
        return
    for column in columns(record):
        if column.name not in actual:
            connection.execute(f'ALTER TABLE "{record.table}" ADD COLUMN "{column.name}" {column.sql_type}')


def _normalised_types(connection: duckdb.DuckDBPyConnection, wanted: Sequence[Column]) -> dict[str, str]:
    """The columns' types as DuckDB itself writes them."""
    casts = ", ".join(f'typeof(NULL::{c.sql_type}) AS "{c.name}"' for c in wanted)
    [row] = connection.execute(f"SELECT {casts}").fetchall()
    return dict(zip((c.name for c in wanted), row, strict=True))
