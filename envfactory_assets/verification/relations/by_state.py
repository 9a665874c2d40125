"""What goes with the state a row is in: fields given or empty, times past or to come, amounts, states of what it refers to."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec, FieldSpec
from envfactory_assets.verification.relations.view import AMOUNTS, MOMENTS, Holds, Relation, Row, View, far_value, states_of, varies


def candidates(spec: EnvironmentSpec, entity: EntitySpec, views: list[View]) -> Iterator[Relation]:
    """Relations that could hold of an entity's rows."""
    yield from _together(spec, entity, views)
    yield from _by_state(spec, entity, views)


def _together(spec: EnvironmentSpec, entity: EntitySpec, views: list[View]) -> Iterator[Relation]:
    """In one state a field is always given, in another never."""
    rows = [row for view in views for row in view.rows(entity.name)]
    for state in states_of(spec, entity):
        for optional in (field for field in entity.fields if not field.required):
            given = {row.get(optional.name) is not None for row in rows}
            for value in state.enum if len(given) == 2 else ():
                for expected, word in ((True, "given"), (False, "empty")):
                    text = f"{entity.name}.{optional.name} is {word} when {state.name} is {value}"
                    yield Relation(text, entity.name, _given(state.name, value, optional.name, expected=expected))


def _by_state(spec: EnvironmentSpec, entity: EntitySpec, views: list[View]) -> Iterator[Relation]:
    """In one state: a time that has come, an amount that is nothing or as much as another, a state of what the row refers to."""
    for state in states_of(spec, entity):
        for value in state.enum:
            when = f"when {state.name} is {value}"
            for name in (field.name for field in entity.fields if field.type in MOMENTS):
                for past, word in ((True, "past"), (False, "to come")):
                    yield Relation(f"{entity.name}.{name} is {word} {when}", entity.name, _when(state.name, value, _comes(name, past=past)))
            amounts = [field.name for field in entity.fields if field.type in AMOUNTS]
            for name in amounts:
                if varies(views, entity.name, name):
                    for expected, sign in ((True, "="), (False, ">")):
                        holds = _when(state.name, value, _is_nothing(name, expected=expected))
                        yield Relation(f"{entity.name}.{name} {sign} 0 {when}", entity.name, holds)
            for left, right in combinations(amounts, 2):
                if varies(views, entity.name, left):
                    yield Relation(f"{entity.name}.{left} = {right} {when}", entity.name, _when(state.name, value, _as_much(left, right)))
            yield from _state_of_others(spec, entity, state, value, views)


def _state_of_others(spec: EnvironmentSpec, entity: EntitySpec, state: FieldSpec, value: str, views: list[View]) -> Iterator[Relation]:
    when = f"when {state.name} is {value}"
    for reference in (field for field in entity.fields if field.type == "ref" and field.ref):
        for far in states_of(spec, spec.entity(str(reference.ref))):
            read = far_value(reference, far.name)
            seen = {read(view, row) for view in views for row in view.rows(entity.name) if row.get(state.name) == value} - {None}
            if 0 < len(seen) < len(far.enum):
                text = f"{reference.name}.{far.name} is {' or '.join(sorted(map(str, seen)))} {when}"
                yield Relation(f"{entity.name}.{text}", entity.name, _when(state.name, value, _among(read, frozenset(seen))))


def _when(state: str, value: str, holds: Holds) -> Holds:
    return lambda view, row: holds(view, row) if row.get(state) == value else None


def _given(state: str, value: str, optional: str, *, expected: bool) -> Holds:
    def holds(_: View, row: Row) -> bool | None:
        return None if row.get(state) != value else (row.get(optional) is not None) == expected

    return holds


def _comes(name: str, *, past: bool) -> Holds:
    def holds(view: View, row: Row) -> bool | None:
        value = row.get(name)
        return None if value is None else (value <= view.state["now"][: len(value)]) == past

    return holds


def _is_nothing(name: str, *, expected: bool) -> Holds:
    def holds(_: View, row: Row) -> bool | None:
        value = row.get(name)
        return None if value is None else (value == 0) == expected

    return holds


def _as_much(left: str, right: str) -> Holds:
    def holds(_: View, row: Row) -> bool | None:
        one, other = row.get(left), row.get(right)
        return None if one is None or other is None or not (one or other) else bool(one == other)

    return holds


def _among(read: Callable[[View, Row], Any], values: frozenset[Any]) -> Holds:
    def holds(view: View, row: Row) -> bool | None:
        value = read(view, row)
        return None if value is None else value in values

    return holds
