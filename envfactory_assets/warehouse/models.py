"""SQL models: one file a table, its partitions rebuilt from a query, its inputs found by parsing."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

from envfactory_assets.bundled import bundled
from envfactory_assets.records import TABLES
from envfactory_assets.records.base import content_hash
from envfactory_assets.warehouse import bookkeeping
from envfactory_assets.warehouse.bookkeeping import Books, PartitionState
from envfactory_assets.warehouse.database import exclusive, transaction
from envfactory_assets.warehouse.errors import WarehouseError
from envfactory_assets.warehouse.home import Home
from envfactory_assets.warehouse.store import Warehouse, ensure_table, frame_version


@dataclass(frozen=True, slots=True)
class SqlModel:
    """A table that a SELECT defines. The query's first column is ``domain``."""

    name: str
    folder: str  # staging, marts
    description: str
    sql: str
    inputs: tuple[str, ...]


def load_models() -> tuple[SqlModel, ...]:
    """The bundled models, each after its inputs.

    Raises:
        WarehouseError: a file does not parse, or reads a table that nobody makes.
    """
    found = {path.stem: _model(path) for path in sorted(bundled("dbt_like_sql").rglob("*.sql"))}
    for model in found.values():
        for name in model.inputs:
            if name not in found and name not in TABLES:
                raise WarehouseError(f"dbt_like_sql/{model.folder}/{model.name}.sql reads {name!r}, which is no table. Correct the name.")
    ordered: dict[str, SqlModel] = {}

    def place(model: SqlModel) -> None:
        for name in model.inputs:
            if name in found and name not in ordered:
                place(found[name])
        ordered.setdefault(model.name, model)

    for model in found.values():
        place(model)
    return tuple(ordered.values())


def _model(path: Path) -> SqlModel:
    sql = path.read_text(encoding="utf-8")
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.ParseError as error:
        raise WarehouseError(f"{path.name} is not valid SQL: {str(error).splitlines()[0]}") from error
    inside = {cte.alias for cte in tree.find_all(exp.CTE)}
    inputs = {table.name for table in tree.find_all(exp.Table) if table.name} - inside
    description = " ".join(line[2:].strip() for line in sql.splitlines() if line.startswith("--"))
    return SqlModel(path.stem, path.parent.name, description, sql.strip().rstrip(";"), tuple(sorted(inputs)))


def build_partition(home: Home, model: SqlModel, domain: str, *, run_id: str) -> tuple[PartitionState, bool]:
    """Rebuild a model's rows of one domain.

    Returns:
        What is stored now, and whether anything was written.

    Raises:
        WarehouseError: the query fails.
    """
    if is_current(home, model, domain):
        return Warehouse(home).books(domain).states[model.name], False
    with exclusive(home) as connection, transaction(connection):
        books = bookkeeping.read(connection, domain)
        before = books.states.get(model.name)
        for name in model.inputs:
            if name in TABLES:
                ensure_table(connection, TABLES[name])
        try:
            state = _replace(connection, model, domain, books, run_id)
        except duckdb.Error as error:
            raise WarehouseError(f"dbt_like_sql/{model.folder}/{model.name}.sql failed: {str(error).splitlines()[0]}") from error
        bookkeeping.store(connection, state)
        return state, before is None or before.data_version != state.data_version


def _fingerprint(model: SqlModel, books: Books) -> str:
    return content_hash([model.sql, {name: books.version(name) for name in model.inputs}])


def is_current(home: Home, model: SqlModel, domain: str) -> bool:
    """Whether a model's rows of a domain were made from what its inputs hold now."""
    books = Warehouse(home).books(domain)
    return model.name in books.states and books.states[model.name].fingerprint == _fingerprint(model, books)


def _replace(connection: duckdb.DuckDBPyConnection, model: SqlModel, domain: str, books: Books, run_id: str) -> PartitionState:
    frame = connection.sql(f"SELECT * FROM ({model.sql}) WHERE domain = ? ORDER BY ALL", params=[domain]).pl()  # noqa: S608
    connection.execute(f'CREATE TABLE IF NOT EXISTS "{model.name}" AS SELECT * FROM ({model.sql}) LIMIT 0')  # noqa: S608
    wanted = connection.sql(f"SELECT * FROM ({model.sql}) LIMIT 0")  # noqa: S608
    actual = connection.sql(f'SELECT * FROM "{model.name}" LIMIT 0')  # noqa: S608
    if (wanted.columns, wanted.types) != (actual.columns, actual.types):
        connection.execute(f'CREATE OR REPLACE TABLE "{model.name}" AS SELECT * FROM ({model.sql}) LIMIT 0')  # noqa: S608
        bookkeeping.forget(connection, model.name)
    connection.execute(f'DELETE FROM "{model.name}" WHERE domain = ?', [domain])  # noqa: S608
    connection.execute(
        f'INSERT INTO "{model.name}" SELECT * FROM ({model.sql}) WHERE domain = ? ORDER BY ALL',  # noqa: S608
        [domain],
    )
    return PartitionState(
        asset=model.name,
        domain=domain,
        data_version=frame_version(frame),
        keys_version="",
        fingerprint=_fingerprint(model, books),
        input_versions={name: books.version(name) for name in model.inputs},
        schema_sha256=content_hash([str(t) for t in wanted.types]),
        run_id=run_id,
        row_count=frame.height,
    )
