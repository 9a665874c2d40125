"""Catches deletions that leave rows behind which should go too, or take rows with them which should stay."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, key_parameter
from envfactory_assets.verification.subject import Subject

_ROWS = 8
_STATES = 3


def probe(subject: Subject) -> Iterator[Observation]:
    """What refers to a deleted row always goes with it, always stays without it, or always forbids to delete it."""
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
    for reference, fates in seen.items():
        for fate in ("goes", "stays", "forbids"):
            other = next((step for name, step in fates.items() if name != fate), None)
            evidence = subject.evidence(other) if other else {}
            yield Observation(f"{tool.name}: {reference} {fate}", other is None, evidence, severity="hint")


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
    """What becomes of the rows that refer to a row; nothing is said of a call that was refused for another reason."""
    for child in subject.spec.entities:
        for field in child.fields:
            if field.ref == entity and field.type == "ref":
                before = _referring(subject, step.before, child.name, field.name, key)
                after = {row[child.key] for row in rows_of(subject.spec, step.after, child.name)}
                if before and step.result.ok:
                    yield f"{child.name}.{field.name}", "goes" if not before & after else "stays"
                elif before and step.result.error is not None and step.result.error.code == "conflict":
                    yield f"{child.name}.{field.name}", "forbids"


def _referring(subject: Subject, state: State, entity: str, field: str, key: Any) -> set[Any]:
    own = subject.spec.entity(entity).key
    return {row[own] for row in rows_of(subject.spec, state, entity) if row.get(field) == key}
