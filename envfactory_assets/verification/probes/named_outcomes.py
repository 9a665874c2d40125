"""Catches actions that do not lead where their name says, and records that begin as if something had happened to them already."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import EntitySpec, ToolSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.relations import states_of
from envfactory_assets.verification.steps import Step, is_read, key_parameter, made_rows, stored_row
from envfactory_assets.verification.subject import Subject
from envfactory_assets.verification.vocabulary import is_outcome, outcome


def probe(subject: Subject) -> Iterator[Observation]:
    """A tool that is named after a state leaves the row it names in that state, or removes it; it finds it in another."""
    for tool in subject.spec.tools:
        if is_read(tool):
            continue
        for parameter, entity, field, target in _named(subject, tool):
            steps = [*subject.successes(tool), *(step for step in subject.trials_of(tool) if step.result.ok)]
            wrong = next((step for step in steps if _differs(subject, step, entity, step.arguments.get(parameter), field, target)), None)
            evidence = {**subject.evidence(wrong), "expected": {field: target}} if wrong else {"calls": len(steps)}
            yield Observation(f"{tool.name}: {target}", wrong is None, evidence, severity="hint")
        for effect in tool.effects:
            if effect.family == "create" and effect.entity is not None:
                yield from _beginnings(subject, tool, subject.spec.entity(effect.entity))


def _beginnings(subject: Subject, tool: ToolSpec, entity: EntitySpec) -> Iterator[Observation]:
    """What was just made is not in a state that something must have happened to lead to, unless the caller asked for it."""
    given = {parameter.field for parameter in tool.parameters}
    steps = [*subject.successes(tool), *(step for step in subject.trials_of(tool) if step.result.ok)]
    fields = [field for field in states_of(subject.spec, entity) if field.name not in given]
    made = [(step, row) for step in steps for row in made_rows(subject.spec, step, entity.name)] if fields else []
    for field in fields:
        wrong = next((step for step, row in made if is_outcome(str(row.get(field.name)))), None)
        yield Observation(f"{tool.name}: new {field.name}", wrong is None, subject.evidence(wrong) if wrong else {}, severity="hint")


def _named(subject: Subject, tool: ToolSpec) -> Iterator[tuple[str, str, str, str]]:
    for entity in subject.spec.entities:
        parameter = key_parameter(tool, entity.name)
        for field in states_of(subject.spec, entity) if parameter is not None and parameter.required else ():
            target = outcome(tool, field.enum)
            if target is not None:
                yield parameter.name, entity.name, field.name, target  # type: ignore[union-attr]


def _differs(subject: Subject, step: Step, entity: str, key: Any, field: str, target: str) -> bool:
    after, before = (stored_row(subject.spec, state, entity, key) for state in (step.after, step.before))
    return before is not None and after is not None and (after.get(field) != target or before.get(field) == target)
