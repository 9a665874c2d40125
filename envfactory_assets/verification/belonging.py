"""Whose a row is, told from its own values and those of what it refers to."""

from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec
from envfactory_assets.verification.caller import State, rows_of

_HOPS = 2


def belongs_to(spec: EnvironmentSpec, state: State, entity: EntitySpec, row: dict[str, Any], caller: Any, hops: int = _HOPS) -> bool:
    """Whether a row, or one that it refers to over a few steps, names the caller."""
    if caller is None or row[entity.key] == caller:
        return caller is not None
    for field in entity.fields:
        value = row.get(field.name)
        if field.type in {"caller", "ref", "list"} and caller in (value if isinstance(value, list) else [value]):
            return True
    for field in entity.fields if hops else ():
        if field.type == "ref" and field.ref and row.get(field.name) is not None:
            other = spec.entity(field.ref)
            far = next((each for each in rows_of(spec, state, field.ref) if each[other.key] == row[field.name]), None)
            if far is not None and belongs_to(spec, state, other, far, caller, hops - 1):
                return True
    return False


def may_belong(spec: EnvironmentSpec, state: State, entity: EntitySpec, hops: int = _HOPS) -> bool:
    """Whether a row of an entity has a place that could name the caller: a field for callers, or a way to a record that callers are."""
    people = {e.name for e in spec.entities if any(row[e.key] == state["me"] for row in rows_of(spec, state, e.name))}
    if entity.name in people or any(field.type == "caller" for field in entity.fields):
        return True
    if any(field.ref in people for field in entity.fields):
        return True
    further = sorted({field.ref for field in entity.fields if field.type == "ref" and field.ref}) if hops else []
    return any(may_belong(spec, state, spec.entity(name), hops - 1) for name in further)
