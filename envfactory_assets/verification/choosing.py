"""Which rows a list is asked for by the one argument it needs: those that refer to what it names, or that this refers to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec, FieldSpec, ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.parts import inside

Row = dict[str, Any]
_ASKED = 4


@dataclass(frozen=True)
class Relation:
    """One way in which an argument may choose rows.

    Attributes:
        said: in words.
        values: of a row in a state: the values of the argument that ask for it.
        told: whether the tool itself is published with the field that decides.
    """

    said: str
    values: Callable[[State, Row], list[Any]]
    told: bool

    def asked(self, state: State, rows: list[Row]) -> Iterator[tuple[Any, list[Row]]]:
        """The values that ask for most rows, each with those rows."""
        found: dict[Any, list[Row]] = {}
        for row in rows:
            for value in dict.fromkeys(self.values(state, row)):
                found.setdefault(value, []).append(row)
        yield from sorted(found.items(), key=lambda each: -len(each[1]))[:_ASKED]


def relations(spec: EnvironmentSpec, tool: ToolSpec, parameter: ParameterSpec) -> list[Relation]:
    """The ways in which an argument may choose among the rows that a list shows, as far as the specification tells of them."""
    entity = spec.entity(str(tool.returns.entity))
    if parameter.type in {"date", "datetime", "number"}:
        return []
    if parameter.field is not None:
        field = next((each for each in entity.fields if each.name == parameter.field), None)
        exact = parameter.operator in {None, "eq"} or (parameter.operator == "contains" and field is not None and field.type == "list")
        return [_by_own(field, told=True)] if field is not None and exact else []
    if parameter.role not in {"key", "reference"} or parameter.entity is None:
        return []
    parent = spec.entity(parameter.entity)
    own = [_by_own(field, told=False) for field in entity.fields if field.ref == parent.name]
    return own or [_by_parent(spec, entity, parent, field) for field in parent.fields if _may_name(field, entity)]


def given(parameter: ParameterSpec, value: Any) -> dict[str, Any]:
    """The argument with one value."""
    return {parameter.name: [value] if parameter.type == "array" else value}


def _by_own(field: FieldSpec, *, told: bool) -> Relation:
    return Relation(f"its {field.name}", lambda _, row: [value for value in _several(row.get(field.name)) if _plain(value)], told)


def _by_parent(spec: EnvironmentSpec, entity: EntitySpec, parent: EntitySpec, field: FieldSpec) -> Relation:
    def values(state: State, row: Row) -> list[Any]:
        key = row[entity.key]
        return [each[parent.key] for each in rows_of(spec, state, parent.name) if key in inside(each.get(field.name))]

    return Relation(f"{field.name} of {parent.name}", values, told=False)


def _may_name(field: FieldSpec, entity: EntitySpec) -> bool:
    """Whether a field may hold keys of an entity; what nothing says of a key can be told to be one only where it is text."""
    if field.ref is not None or field.inner_refs:
        return field.ref == entity.name or entity.name in field.inner_refs
    return field.type in {"list", "object"} and any(each.name == entity.key and _is_text(each) for each in entity.fields)


def _is_text(field: FieldSpec) -> bool:
    return field.type in {"key", "text"}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(value: Any) -> bool:
    return isinstance(value, str | int)
