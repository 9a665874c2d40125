"""``envfactory sql``: a query over the published copy, printed."""

import duckdb
import orjson
from rich.console import Console
from rich.table import Table

from envfactory_assets.console.errors import UserError
from envfactory_assets.warehouse import Home, query_published


def print_query(home: Home, query: str, limit: int, *, as_json: bool, console: Console) -> None:
    """Print the rows of a query.

    Raises:
        UserError: the query is wrong; the message is DuckDB's.
    """
    try:
        found = query_published(home, query)
        names, rows = found.columns, found.limit(limit + 1).fetchall()
    except duckdb.Error as error:
        raise UserError(str(error).strip()) from error
    if as_json:
        for row in rows[:limit]:
            console.out(orjson.dumps(dict(zip(names, row, strict=True)), default=str).decode(), highlight=False)
        return
    table = Table()
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows[:limit]:
        table.add_row(*("" if value is None else str(value) for value in row))
    console.print(table)
    if len(rows) > limit:
        console.print(f"More rows than {limit}: use --rows.")
