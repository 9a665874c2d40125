"""A state as relations read it, and what a relation is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec, FieldSpec
from envfactory_assets.verification.caller import State, rows_of

Row = dict[str, Any]
AMOUNTS = frozenset({"money", "integer", "number"})
MOMENTS = frozenset({"date", "datetime"})
CENT = 0.006
_STATE_NAMES = ("status", "state", "stage", "phase")
_ROWS = 3
_VALUES = 3


@dataclass(frozen=True)
class View:
    """A state, with its rows by key and by what they refer to."""

    spec: EnvironmentSpec
    state: State

    def rows(self, entity: str) -> list[Row]:
        """An entity's rows."""
        return rows_of(self.spec, self.state, entity)

    def find(self, entity: str, key: Any) -> Row | None:
        """The row of a key."""
        return self._by_key.get((entity, key))

    def children(self, entity: str, field: str, key: Any) -> list[Row]:
        """The rows that refer to a key."""
        return self._by_value(entity, field).get(key, [])

    def alike(self, entity: str, field: str, value: Any) -> list[Row]:
        """The rows with a value in a field."""
        return self._by_value(entity, field).get(value, [])

    def _by_value(self, entity: str, field: str) -> dict[Any, list[Row]]:
        found = self._values.get((entity, field))
        if found is None:
            found = self._values[entity, field] = {}
            for row in self.rows(entity):
                found.setdefault(row.get(field), []).append(row)
        return found

    @cached_property
    def _values(self) -> dict[tuple[str, str], dict[Any, list[Row]]]:
        return {}

    @cached_property
    def _by_key(self) -> dict[tuple[str, Any], Row]:
        return {(entity.name, row[entity.key]): row for entity in self.spec.entities for row in self.rows(entity.name)}


Holds = Callable[[View, Row], bool | None]


@dataclass(frozen=True)
class Relation:
    """Something that holds of each row of an entity.

    Attributes:
        text: what it says.
        entity: of whose rows.
        holds: whether it does of one row; None where it says nothing of the row.
    """

    text: str
    entity: str
    holds: Holds


def supported(relation: Relation, views: list[View]) -> bool:
    """Whether a relation holds of all rows it says something of, and of rows enough."""
    seen = 0
    for view in views:
        for row in view.rows(relation.entity):
            verdict = relation.holds(view, row)
            if verdict is False:
                return False
            seen += verdict is True
    return seen >= _ROWS


def varies(views: list[View], entity: str, name: str) -> bool:
    """Whether a field has more than a few values."""
    values = {row.get(name) for view in views for row in view.rows(entity)} - {None, 0}
    return len(values) >= _VALUES


def states_of(spec: EnvironmentSpec, entity: EntitySpec) -> list[FieldSpec]:
    """The fields that say how far a row has come: tools move them, or their names say so."""
    moved = {
        effect.field for tool in spec.tools for effect in tool.effects if effect.entity == entity.name and effect.family == "transition"
    }
    return [field for field in entity.fields if field.type == "enum" and (field.name in moved or field.name.endswith(_STATE_NAMES))]


def conditions(spec: EnvironmentSpec, entity: EntitySpec) -> Iterator[tuple[str, Callable[[Row], bool]]]:
    """Ways to choose among an entity's rows: all, those in one state, those without a field."""
    yield "", lambda _: True
    for field in states_of(spec, entity):
        for value in field.enum:
            yield f" with {field.name} {value}", lambda row, name=field.name, value=value: row.get(name) == value  # type: ignore[misc]
    for field in entity.fields:
        if not field.required and field.type != "enum":
            yield f" without {field.name}", lambda row, name=field.name: row.get(name) is None  # type: ignore[misc]


def far_value(field: FieldSpec, name: str) -> Callable[[View, Row], Any]:
    """Reads a field of what a row refers to."""
    return lambda view, row: (view.find(str(field.ref), row.get(field.name)) or {}).get(name)
