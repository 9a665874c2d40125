"""The law of deletion: what other records still refer to stays."""

from collections.abc import Hashable, Iterator
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec, FieldSpec
from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.laws.law import Law, Try
from envfactory_assets.verification.parts import names


class Restriction(Law):
    """What is still referred to by a record that stays is not deleted."""

    removes = True

    def forbids(self, call: Try) -> bool:
        gone = [(self.entity, call.row[self.spec.entity(self.entity).key])]  # grows on the way
        held: list[tuple[str, Any]] = []
        for name, key in gone:
            for other, place in restricting(self.spec, name):
                pointing = [row for row in rows_of(self.spec, call.state, other.name) if _refers(row, place, name, key)]
                found = [(other.name, row[other.key]) for row in pointing]
                held += found if place.on_delete != "cascade" else []
                gone += [each for each in found if place.on_delete == "cascade" and each not in gone]
        return any(place not in gone for place in held)

    def done(self, call: Try) -> bool:
        return not call.after

    def worth_trying(self, call: Try) -> Iterator[Any]:  # noqa: ARG002 - nothing is told but which
        yield None

    def situation(self, call: Try) -> Hashable:
        """The fields that refer to the row; one that none refers to is like no other, since parts of rows may refer to it."""
        key = call.row[self.spec.entity(self.entity).key]
        pointing = frozenset(
            (other.name, place.name)
            for other, place in restricting(self.spec, self.entity)
            if any(_refers(row, place, self.entity, key) for row in rows_of(self.spec, call.state, other.name))
        )
        return pointing or key


def restricting(spec: EnvironmentSpec, entity: str) -> Iterator[tuple[EntitySpec, FieldSpec]]:
    """The fields that refer to an entity, themselves or inside, and go with it or forbid that it goes."""
    for other in spec.entities:
        for field in other.fields:
            if (field.ref == entity and field.on_delete in {"restrict", "cascade"}) or entity in field.inner_refs:
                yield other, field


def _refers(row: dict[str, Any], place: FieldSpec, entity: str, key: Any) -> bool:
    """Whether a field of a row refers to a record of an entity, itself or from inside."""
    if place.ref is None:
        return names(place, row, entity, key)
    value = row.get(place.name)
    return key in (value if isinstance(value, list) else [value])
