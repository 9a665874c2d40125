"""Catches deletions that leave rows behind which should go too, or take rows with them which should stay."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import EffectSpec, FieldSpec, ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.laws import Restriction, Try
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.parts import names
from envfactory_assets.verification.steps import Step, key_parameter, stored_row
from envfactory_assets.verification.subject import Subject

_ROWS = 8
_FATES = {"cascade": frozenset({"goes"}), "set_null": frozenset({"stays"}), "restrict": frozenset({"forbids"})}
"""What may become of a row when that goes which it refers to."""
_OF_NAMERS = frozenset({"stays", "forbids"})  # what names it inside a part is no part of it
_STATES = 3


def probe(subject: Subject) -> Iterator[Observation]:
    """What refers to a deleted row goes with it, stays without it, or forbids to delete it, as its reference is declared."""
    for tool in subject.spec.tools:
        for effect in tool.effects:
            parameter = key_parameter(tool, effect.entity) if effect.family == "delete" and effect.entity else None
            if parameter is not None and effect.entity is not None:
                yield from _fates(subject, tool, effect.entity, parameter.name)


def _fates(subject: Subject, tool: ToolSpec, entity: str, parameter: str) -> Iterator[Observation]:
    seen: dict[str, dict[str, Step]] = {}
    for step, key in _deletions(subject, tool, entity, parameter):
        for reference, fate in _fates_of(subject, step, entity, key):
            seen.setdefault(reference, {}).setdefault(fate, step)
    declared = {f"{child.name}.{field.name}": field.on_delete for child in subject.spec.entities for field in child.fields}
    inner = {f"{child.name}.{field.name}" for child in subject.spec.entities for field in child.fields if field.inner_refs}
    for reference, fates in seen.items():
        meant = _FATES.get(str(declared[reference]), _OF_NAMERS if reference in inner else frozenset())
        other = next((step for fate, step in fates.items() if fate not in meant), None)
        evidence = {**subject.evidence(other), "declared": declared[reference]} if other else {"seen": sorted(fates)}
        yield Observation(f"{tool.name}: {reference}", other is None, evidence, severity=unless_told_otherwise(tool))


def _deletions(subject: Subject, tool: ToolSpec, entity: str, parameter: str) -> Iterator[tuple[Step, Any]]:
    caller = subject.caller("deletions", tool.name)
    key = subject.spec.entity(entity).key
    for state in subject.states[:_STATES]:
        for row in rows_of(subject.spec, state, entity)[:_ROWS]:
            arguments = {**caller.arguments(tool, state, optional=0.0), parameter: row[key]}
            episode = subject.start(state)
            result = subject.call(episode, tool, arguments)
            yield Step(-1, -1, tool, arguments, result, state, state if result.error else subject.state(episode)), row[key]


def _fates_of(subject: Subject, step: Step, entity: str, key: Any) -> Iterator[tuple[str, str]]:
    """What becomes of the rows that refer to a row; nothing is said of a call that was refused for another reason.

    Nor is anything said of rows that go with something else: a customer of a portfolio with the folder that both lie in.
    """
    other_reasons = step.result.error is not None and _is_held(subject, step, entity, key)
    going = _going(subject, step.before, entity, key) if step.result.ok else []
    for child in subject.spec.entities:
        for field in child.fields:
            if field.ref == entity and field.type == "ref":
                before = _referring(subject, step.before, child.name, field.name, key)
                if field.on_delete != "cascade":
                    before -= {each for name, each in going if name == child.name}
                after = {row[child.key] for row in rows_of(subject.spec, step.after, child.name)}
                if before and step.result.ok:
                    yield f"{child.name}.{field.name}", "goes" if not before & after else "stays"
                elif (
                    before
                    and step.result.error is not None
                    and step.result.error.code == "conflict"
                    and not (other_reasons and field.on_delete != "restrict")
                ):
                    yield f"{child.name}.{field.name}", "forbids"
            elif entity in field.inner_refs and step.result.ok:
                yield from _fate_of_namers(subject, step, (entity, key), child.name, field)


def _fate_of_namers(subject: Subject, step: Step, gone: tuple[str, Any], child: str, field: FieldSpec) -> Iterator[tuple[str, str]]:
    """What becomes of the rows that name a row inside a part, and refer to it by no field of their own."""
    shape = subject.spec.entity(child)
    references = [each.name for each in shape.fields if each.type == "ref"]
    naming = [row for row in rows_of(subject.spec, step.before, child) if names(field, row, *gone)]
    after = {row[shape.key] for row in rows_of(subject.spec, step.after, child)}
    for row in (each for each in naming if (child, each[shape.key]) != gone):
        if not any(row.get(name) for name in references):  # or else it may go with something else
            yield f"{child}.{field.name}", "stays" if row[shape.key] in after else "goes"


def _is_held(subject: Subject, step: Step, entity: str, key: Any) -> bool:
    """Whether something that must keep its reference refers to a row, or to what would go with it; or may do so from inside a part."""
    row = stored_row(subject.spec, step.before, entity, key)
    law = Restriction(subject.spec, EffectSpec(family="delete", entity=entity), None)
    return row is None or _is_named_inside(subject, step.before, entity, key) or law.forbids(Try(step.before, row))


def _is_named_inside(subject: Subject, state: State, entity: str, key: Any) -> bool:
    """Whether a part of some row names a row, or one that would go with it."""
    for name, named in _going(subject, state, entity, key):
        for child in subject.spec.entities:
            rows = rows_of(subject.spec, state, child.name)
            if any(names(field, row, name, named) for field in child.fields if name in field.inner_refs for row in rows):
                return True
    return False


def _going(subject: Subject, state: State, entity: str, key: Any) -> list[tuple[str, Any]]:
    """A row that is deleted and all that go with it, as their references are declared: entities and keys."""
    gone = [(entity, key)]  # grows on the way
    for name, named in gone:
        for child in subject.spec.entities:
            for field in child.fields:
                if field.ref == name and field.on_delete == "cascade":
                    found = [(child.name, each) for each in _referring(subject, state, child.name, field.name, named)]
                    gone += [each for each in found if each not in gone]
    return gone


def _referring(subject: Subject, state: State, entity: str, field: str, key: Any) -> set[Any]:
    own = subject.spec.entity(entity).key
    return {row[own] for row in rows_of(subject.spec, state, entity) if row.get(field) == key}
