"""Bounds, orders of time, shared references, and rows that must differ or keep out of each other's way."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import combinations, permutations
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec, FieldSpec
from envfactory_assets.verification.relations.view import MOMENTS, Holds, Relation, Row, View, conditions, far_value, supported

_CHANCES = 4.0
_CHOICES = 8


def candidates(spec: EnvironmentSpec, entity: EntitySpec, views: list[View]) -> Iterator[Relation]:
    """Relations that could hold of an entity's rows."""
    yield from _ordered(entity, views)
    yield from _terms(entity)
    yield from _shared(spec, entity)
    yield from _apart(spec, entity, views)


def _ordered(entity: EntitySpec, views: list[View]) -> Iterator[Relation]:
    """Of two amounts or two times, one is never more than the other, and sometimes as much, or their names say so."""
    for kinds in (frozenset({"money"}), frozenset({"integer"}), frozenset({"date"}), frozenset({"datetime"})):
        names = [field.name for field in entity.fields if field.type in kinds]
        for low, high in permutations(names, 2):
            if kinds <= MOMENTS or _touches(views, entity.name, low, high):
                yield Relation(f"{entity.name}.{low} <= {high}", entity.name, _at_most(low, high))


def _terms(entity: EntitySpec) -> Iterator[Relation]:
    """Between two times there is always as long a time: what the first row says, the others say too."""
    for kind in ("date", "datetime"):
        names = [field.name for field in entity.fields if field.type == kind]
        for first, second in combinations(names, 2):
            text = f"{entity.name}: always as long from {first} to {second}"
            yield Relation(text, entity.name, _as_long(entity, first, second, lambda _: True))
            for choice in (field for field in entity.fields if field.type == "enum"):
                for value in choice.enum[:_CHOICES]:
                    holds = _as_long(entity, first, second, lambda row, name=choice.name, value=value: row.get(name) == value)  # type: ignore[misc]
                    yield Relation(f"{text} when {choice.name} is {value}", entity.name, holds)


def _as_long(entity: EntitySpec, first: str, second: str, fits: Callable[[Row], bool]) -> Holds:
    def holds(view: View, row: Row) -> bool | None:
        if row.get(first) is None or row.get(second) is None or not fits(row):
            return None
        timed = (each for each in view.rows(entity.name) if each.get(first) is not None and each.get(second) is not None)
        model = next(each for each in timed if fits(each))
        return _length(row, first, second) == _length(model, first, second)

    return holds


def _length(row: Row, first: str, second: str) -> timedelta:
    return datetime.fromisoformat(row[second]) - datetime.fromisoformat(row[first])


def _touches(views: list[View], entity: str, low: str, high: str) -> bool:
    pairs = [(row.get(low), row.get(high)) for view in views for row in view.rows(entity)]
    return any(left == right and left for left, right in pairs) and any(left != right for left, right in pairs)


def _shared(spec: EnvironmentSpec, entity: EntitySpec) -> Iterator[Relation]:
    """A row and one it refers to refer to the same third, or belong to the same caller."""
    for first in (field for field in entity.fields if field.type == "ref" and field.ref):
        for far in spec.entity(str(first.ref)).fields:
            for own in entity.fields:
                same = own.name != first.name and own.type == far.type and own.ref == far.ref and (own.ref or own.type == "caller")
                if same and far.type in {"ref", "caller"}:
                    yield Relation(
                        f"{entity.name}.{own.name} = {first.name}.{far.name}", entity.name, _same_as(own.name, far_value(first, far.name))
                    )


def _apart(spec: EnvironmentSpec, entity: EntitySpec, views: list[View]) -> Iterator[Relation]:
    """Of rows that refer to the same: not two alike, or not two at the same time, in the states in which there is one."""
    references = [field for field in entity.fields if field.type in {"ref", "caller"}]
    starts = [field.name for field in entity.fields if field.type in MOMENTS]
    spans = [pair for pair in permutations(starts, 2) if supported(Relation("", entity.name, _at_most(*pair)), views)]
    for said, fits in conditions(spec, entity):
        for fields in (*combinations(references, 2), *((field,) for field in references)):
            if _would_meet(entity, fields, fits, views):
                names = tuple(field.name for field in fields)
                yield Relation(f"{entity.name}s{said} differ in {' or '.join(names)}", entity.name, _unlike(entity, names, fits))
        for field in references:
            for start, end in spans:
                holds = _not_at_once(entity, field.name, (start, end), fits)
                yield Relation(f"{entity.name}s{said} of one {field.name} do not overlap from {start} to {end}", entity.name, holds)


def _would_meet(entity: EntitySpec, fields: tuple[FieldSpec, ...], fits: Callable[[Row], bool], views: list[View]) -> bool:
    """Whether so many rows would by chance refer to the same now and then."""
    chances = 0.0
    for view in views:
        rows = sum(map(fits, view.rows(entity.name)))
        choices = 1
        for field in fields:
            seen = {row.get(field.name) for row in view.rows(entity.name)}
            choices *= max(1, len(view.rows(field.ref)) if field.ref else len(seen))
        chances += rows * (rows - 1) / 2 / choices
    return chances >= _CHANCES


def _at_most(low: str, high: str) -> Holds:
    def holds(_: View, row: Row) -> bool | None:
        left, right = row.get(low), row.get(high)
        return None if left is None or right is None else bool(left <= right)

    return holds


def _same_as(name: str, far: Callable[[View, Row], Any]) -> Holds:
    def holds(view: View, row: Row) -> bool | None:
        ours, theirs = row.get(name), far(view, row)
        return None if ours is None or theirs is None else bool(ours == theirs)

    return holds


def _unlike(entity: EntitySpec, names: tuple[str, ...], fits: Callable[[Row], bool]) -> Holds:
    def holds(view: View, row: Row) -> bool | None:
        if not fits(row) or any(row.get(name) is None for name in names):
            return None
        found = [each for each in view.alike(entity.name, names[0], row[names[0]]) if fits(each)]
        return sum(all(each.get(name) == row[name] for name in names) for each in found) == 1

    return holds


def _not_at_once(entity: EntitySpec, name: str, times: tuple[str, str], fits: Callable[[Row], bool]) -> Holds:
    start, end = times

    def holds(view: View, row: Row) -> bool | None:
        if not fits(row) or any(row.get(each) is None for each in (name, start, end)):
            return None
        others = [each for each in view.alike(entity.name, name, row[name]) if fits(each) and each[entity.key] != row[entity.key]]
        timed = [each for each in others if each.get(start) is not None and each.get(end) is not None]
        return not any(each[start] < row[end] and row[start] < each[end] for each in timed) if timed else None

    return holds
