"""Paths into a tool's result: ``id``, ``[*].id``, ``items[*].customer.id``. ``[*]`` stands for any element of a list."""

import re
from functools import cache
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec, FieldSpec, ReturnSpec

_PART = re.compile(r"[^.\[\]]+|\[\*\]")


@cache
def _parts(path: str) -> tuple[str, ...]:
    return tuple(_PART.findall(path))


def values_at(result: Any, path: str) -> list[Any]:
    """Every value a result holds at a path, in order, without nulls and without repeats."""
    found: list[Any] = []
    for value in every(result, path):
        if value is not None and value not in found:
            found.append(value)
    return found


def holds(result: Any, path: str) -> bool:
    """Whether a result holds anything but nulls at a path."""
    return _reaches(result, _parts(path))


def _reaches(value: Any, parts: tuple[str, ...]) -> bool:
    for place, part in enumerate(parts):
        if part == "[*]":
            return isinstance(value, list) and any(_reaches(item, parts[place + 1 :]) for item in value)
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return value is not None


def first_of_rows(result: Any, path: str) -> list[Any]:
    """For each row that a path leads into, the first value that it holds there; null where it holds none."""
    row = row_of(path)
    rows, rest = every(result, f"{row}[*]"), path[len(row) + len("[*]") :]
    parts = _parts(rest)
    if len(parts) == 1 and parts != ("[*]",):
        return [item.get(parts[0]) if isinstance(item, dict) else None for item in rows]
    return [next((value for value in every(item, rest) if value is not None), None) for item in rows]


def every(result: Any, path: str) -> list[Any]:
    """All that a result holds at a path, in order, as often as it is there."""
    reached = [result]
    for part in _parts(path):
        if part == "[*]":
            reached = [item for value in reached if isinstance(value, list) for item in value]
        else:
            reached = [value[part] for value in reached if isinstance(value, dict) and part in value]
    return reached


def record_path(returns: ReturnSpec) -> str:
    """Where in a result its records are: ``""``, ``[*]``, ``items[*]``, ``data`` or ``data.items[*]``."""
    return f"{returns.envelope or ''}{'[*]' if returns.many or returns.in_list else ''}"


def field_path(returns: ReturnSpec, field: FieldSpec) -> str:
    """Where in a result a field of its records is; a list of values ends in ``[*]``."""
    prefix = record_path(returns)
    suffix = "[*]" if field.type == "list" else ""
    return f"{prefix}.{field.wire}{suffix}" if prefix else f"{field.wire}{suffix}"


def key_field(entity: EntitySpec) -> FieldSpec:
    """The field that identifies a record."""
    return next(item for item in entity.fields if item.name == entity.key)


def returned_entity(spec: EnvironmentSpec, returns: ReturnSpec) -> EntitySpec | None:
    """The entity whose records a tool gives back, with the fields that it shows."""
    entity = spec.entity(returns.entity) if returns.entity else None
    if entity is None or not returns.omits:
        return entity
    return entity.model_copy(update={"fields": tuple(field for field in entity.fields if field.name not in returns.omits)})


@cache
def row_of(path: str) -> str:
    """The row a path is inside of: up to its last ``[*]``."""
    return path.rpartition("[*]")[0]


@cache
def leaf_of(path: str) -> str:
    """The wire name of the field a path leads to."""
    return path.removesuffix("[*]").rpartition(".")[2]
