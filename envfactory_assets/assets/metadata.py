"""What the UI shows of a table: its columns, how many rows a partition has, and a few of them."""

from typing import Any

import dagster as dg
import polars as pl

from envfactory_assets.records.base import Row
from envfactory_assets.records.schema import columns
from envfactory_assets.warehouse import PartitionState

_PREVIEW_ROWS = 5
_PREVIEW_WIDTH = 60


def column_schema(record: type[Row]) -> dg.TableSchema:
    """A record's columns as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(c.name, c.sql_type, constraints=dg.TableColumnConstraints(nullable=c.nullable, unique=(c.name,) == record.key))
            for c in columns(record)
        ]
    )


def partition_metadata(frame: pl.DataFrame, state: PartitionState, *, computed: int, reused: int, rejected: int) -> dict[str, Any]:
    """Metadata of one materialisation."""
    authors = frame["author"].value_counts(sort=True).rows() if "author" in frame.columns else []
    return {
        **{f"written by {author}": count for author, count in authors},
        "dagster/row_count": frame.height,
        "dagster/partition_row_count": frame.height,
        "preview": dg.MetadataValue.md(preview(frame)),
        "units computed": computed,
        "units reused": reused,
        "rejected": rejected,
        "data version": state.data_version[:16],
    }


def preview(frame: pl.DataFrame) -> str:
    """The first rows as a Markdown table, long cells cut."""
    if not frame.height:
        return "*no rows*"
    names = [name for name in frame.columns if name != "input_key"]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    rows = frame.select(names).head(_PREVIEW_ROWS).iter_rows()
    return "\n".join([*lines, *("| " + " | ".join(_cell(value) for value in row) + " |" for row in rows)])


def _cell(value: Any) -> str:
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= _PREVIEW_WIDTH else text[: _PREVIEW_WIDTH - 1] + "…"
