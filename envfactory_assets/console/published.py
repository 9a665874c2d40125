"""Rows of the published copy, for the commands that print or export them."""

from typing import Any, TypeVar

import duckdb

from envfactory_assets.records.base import Row
from envfactory_assets.records.schema import columns, to_rows
from envfactory_assets.warehouse import Home, query_published

R = TypeVar("R", bound=Row)


def published_rows(home: Home, record: type[R], condition: str = "TRUE", parameters: list[Any] | None = None) -> list[R]:
    """The rows of a table that meet a condition, in the order of their keys; none when the table was never made.

    Raises:
        WarehouseError: nothing was published yet.
    """
    selected, order = (", ".join(f'"{name}"' for name in names) for names in ([c.name for c in columns(record)], record.key))
    query = f'SELECT {selected} FROM "{record.table}" WHERE {condition} ORDER BY {order}'  # noqa: S608 - names from records
    try:
        return to_rows(record, query_published(home, query, parameters).pl())
    except duckdb.CatalogException:
        return []
