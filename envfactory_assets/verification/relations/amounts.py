"""Amounts that follow from others: products, sums, differences, copies; counts and sums of rows that belong to a row."""

from collections.abc import Callable, Iterator
from itertools import combinations, permutations
from operator import add, mul, sub
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec
from envfactory_assets.verification.relations.view import AMOUNTS, CENT, Holds, Relation, Row, View, conditions, far_value, varies

_Read = Callable[[View, Row], Any]


def candidates(spec: EnvironmentSpec, entity: EntitySpec, views: list[View]) -> Iterator[Relation]:
    """Relations that could hold of an entity's rows."""
    amounts = [field.name for field in entity.fields if field.type in AMOUNTS and varies(views, entity.name, field.name)]
    yield from _worked_out(spec, entity, amounts, views)
    yield from _of_children(spec, entity, amounts)


def _worked_out(spec: EnvironmentSpec, entity: EntitySpec, amounts: list[str], views: list[View]) -> Iterator[Relation]:
    """Amounts that are a product, sum or difference of two others, of the row or of one it refers to."""
    sources: list[tuple[str, _Read]] = [(name, _own(name)) for name in amounts]
    for field in entity.fields:
        if field.type == "ref" and field.ref:
            sources += [
                (f"{field.name}.{far.name}", far_value(field, far.name))
                for far in spec.entity(field.ref).fields
                if far.type in AMOUNTS and varies(views, field.ref, far.name)
            ]
    for name in amounts:
        others = [source for source in sources if source[0] != name]
        for text, read in others:
            if "." in text:
                yield Relation(f"{entity.name}.{name} = {text}", entity.name, _equals(name, read, _zero, add))
        for left, right in combinations(others, 2):
            yield Relation(f"{entity.name}.{name} = {left[0]} * {right[0]}", entity.name, _equals(name, left[1], right[1], mul))
            yield Relation(f"{entity.name}.{name} = {left[0]} + {right[0]}", entity.name, _equals(name, left[1], right[1], add))
        for left, right in permutations(others, 2):
            yield Relation(f"{entity.name}.{name} = {left[0]} - {right[0]}", entity.name, _equals(name, left[1], right[1], sub))


def _of_children(spec: EnvironmentSpec, entity: EntitySpec, amounts: list[str]) -> Iterator[Relation]:
    """Amounts that count or add up the rows that refer to this one, all of them or those in one state."""
    for child in spec.entities:
        for reference in (field.name for field in child.fields if field.ref == entity.name and field.type == "ref"):
            for said, fits in conditions(spec, child):
                what = f"{child.name}s{said}"
                for name in amounts:
                    yield Relation(f"{entity.name}.{name} = number of {what}", entity.name, _counted(entity, name, child, reference, fits))
                    for far in (field.name for field in child.fields if field.type in AMOUNTS):
                        holds = _summed(entity, name, child, reference, fits, far)
                        yield Relation(f"{entity.name}.{name} = sum of {far} of {what}", entity.name, holds)


def _own(name: str) -> _Read:
    return lambda _, row: row.get(name)


def _zero(_: View, __: Row) -> Any:
    return 0


def _equals(name: str, left: _Read, right: _Read, combine: Callable[[float, float], float]) -> Holds:
    def holds(view: View, row: Row) -> bool | None:
        value, first, second = row.get(name), left(view, row), right(view, row)
        if value is None or first is None or second is None:
            return None
        same = abs(combine(first, second) - value) < CENT
        return same if value or not same else None  # nothing that is nothing says little

    return holds


def _counted(entity: EntitySpec, name: str, child: EntitySpec, reference: str, fits: Callable[[Row], bool]) -> Holds:
    def holds(view: View, row: Row) -> bool | None:
        number = sum(map(fits, view.children(child.name, reference, row[entity.key])))
        return row.get(name) == number if number or row.get(name) else None

    return holds


def _summed(entity: EntitySpec, name: str, child: EntitySpec, reference: str, fits: Callable[[Row], bool], far: str) -> Holds:
    def holds(view: View, row: Row) -> bool | None:
        total = sum(each.get(far) or 0 for each in view.children(child.name, reference, row[entity.key]) if fits(each))
        return abs((row.get(name) or 0) - total) < CENT if total or row.get(name) else None

    return holds
