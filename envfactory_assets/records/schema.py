"""What follows from a record: its table's columns in DuckDB, polars and plain words, and frames of its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import orjson
import polars as pl
from pydantic import BaseModel

from envfactory_assets.records.base import JsonColumn, Row, canonical_json, content_hash

R = TypeVar("R", bound=Row)

_SCALARS: dict[type, tuple[str, pl.DataType]] = {
    str: ("VARCHAR", pl.String()),
    bool: ("BOOLEAN", pl.Boolean()),
    int: ("BIGINT", pl.Int64()),
    float: ("DOUBLE", pl.Float64()),
    datetime: ("TIMESTAMP", pl.Datetime("us")),
    date: ("DATE", pl.Date()),
}


class SchemaMismatchError(ValueError):
    """A frame's columns are not exactly its record's."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as each side names it."""

    name: str
    sql_type: str
    polars_type: pl.DataType
    nullable: bool
    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value is stored: a scalar, JSON text, a list of one shape or a struct of named shapes."""

    kind: Literal["scalar", "json", "list", "struct"]
    sql_type: str
    polars_type: pl.DataType
    item: "Shape | None" = None
    fields: tuple[tuple[str, "Shape"], ...] = ()

    holds_json: bool = field(init=False)  # whether JSON text occurs anywhere inside

    def __post_init__(self) -> None:
        inside = [self.item] if self.item else [shape for _, shape in self.fields]
        object.__setattr__(self, "holds_json", self.kind == "json" or any(shape.holds_json for shape in inside))


@cache
def columns(record: type[Row]) -> tuple[Column, ...]:
    """The columns of a record's table, in the record's order."""
    found = []
    for name, declared in record.model_fields.items():
        shape, nullable = _shape(declared.annotation, declared.metadata, f"{record.__name__}.{name}")
        found.append(Column(name, shape.sql_type, shape.polars_type, nullable, shape))
    return tuple(found)


def _shape(annotation: Any, metadata: Iterable[Any], where: str) -> tuple[Shape, bool]:
    """The shape of an annotation and whether it admits None."""
    if JsonColumn in metadata:
        return Shape("json", "JSON", pl.String()), True
    if get_origin(annotation) in {Union, UnionType}:
        inner = [a for a in get_args(annotation) if a is not NoneType]
        if len(inner) != 1:
            raise TypeError(f"{where}: a column has one type, not {annotation}.")
        return _shape(inner[0], (), where)[0], True
    if hasattr(annotation, "__metadata__"):
        return _shape(get_args(annotation)[0], annotation.__metadata__, where)
    if get_origin(annotation) is Literal:
        return Shape("scalar", *_SCALARS[str]), False
    if get_origin(annotation) in {list, tuple}:
        item, _ = _shape(get_args(annotation)[0], (), where)
        return Shape("list", f"{item.sql_type}[]", pl.List(item.polars_type), item=item), False
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = tuple((name, _shape(f.annotation, f.metadata, f"{where}.{name}")[0]) for name, f in annotation.model_fields.items())
        sql = ", ".join(f'"{name}" {shape.sql_type}' for name, shape in fields)
        return Shape("struct", f"STRUCT({sql})", pl.Struct({name: shape.polars_type for name, shape in fields}), fields=fields), False
    if annotation in _SCALARS:
        return Shape("scalar", *_SCALARS[annotation]), False
    raise TypeError(f"{where}: {annotation} has no column type; use a scalar, list, Record or Json.")


@cache
def polars_schema(record: type[Row]) -> pl.Schema:
    """The polars schema of a record's table."""
    return pl.Schema({c.name: c.polars_type for c in columns(record)})


def create_table_sql(record: type[Row]) -> str:
    """The DDL of a record's table."""
    lines = [f'"{c.name}" {c.sql_type}{"" if c.nullable else " NOT NULL"}' for c in columns(record)]
    return f'CREATE TABLE "{record.table}" ({", ".join(lines)})'


@cache
def schema_sha256(record: type[Row]) -> str:
    """Hash of a record's columns: part of every input key, so that a changed table is rebuilt."""
    return content_hash([[c.name, c.sql_type, c.nullable] for c in columns(record)])


def to_frame(record: type[R], rows: Iterable[R]) -> pl.DataFrame:
    """Rows as a frame of exactly the record's schema, in the order of their keys."""
    ordered = sorted(rows, key=lambda row: [str(getattr(row, part)) for part in record.key])
    stored = columns(record)
    data = {c.name: [_stored(getattr(row, c.name), c.shape) for row in ordered] for c in stored}
    return pl.DataFrame(data, schema=polars_schema(record))


def to_rows(record: type[R], frame: pl.DataFrame) -> list[R]:
    """The rows of a frame, validated."""
    check_schema(record, frame)
    return [to_row(record, stored) for stored in frame.iter_rows(named=True)]


def to_row(record: type[R], stored: Mapping[str, Any]) -> R:
    """One row from its stored values by column, validated."""
    free = {c.name: _loaded(stored[c.name], c.shape) for c in columns(record) if c.shape.holds_json}
    return record.model_validate({**stored, **free})


def check_schema(record: type[Row], frame: pl.DataFrame) -> None:
    """Refuse a frame whose schema is not exactly the record's, nested fields included.

    Raises:
        SchemaMismatchError: names the columns that differ.
    """
    expected, actual = polars_schema(record), frame.schema
    if list(expected.items()) == list(actual.items()):
        return
    differing = [f"{n}: {actual.get(n, 'missing')} instead of {t}" for n, t in expected.items() if actual.get(n) != t]
    differing += [f"{n}: unknown" for n in actual if n not in expected]
    reason = "; ".join(differing) or "columns out of order"
    raise SchemaMismatchError(f"Frame for table {record.table!r} does not fit its record: {reason}.")


def _stored(value: Any, shape: Shape) -> Any:
    if shape.kind == "json":
        return None if value is None else canonical_json(value)
    if value is None or shape.kind == "scalar":
        return value
    if shape.item is not None:
        return [_stored(item, shape.item) for item in value] if shape.item.kind != "scalar" else list(value)
    return {name: _stored(getattr(value, name), inner) for name, inner in shape.fields}


def _loaded(value: Any, shape: Shape) -> Any:
    if value is None:
        return None
    if shape.kind == "json":
        return orjson.loads(value)
    if shape.item is not None:
        return [_loaded(item, shape.item) if shape.item.holds_json else item for item in value]
    return {name: _loaded(value[name], inner) if inner.holds_json else value[name] for name, inner in shape.fields}
