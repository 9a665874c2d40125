"""Catches actions that do not lead where their name says: a cancelling tool after which nothing is cancelled."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.relations import states_of
from envfactory_assets.verification.steps import Step, is_read, key_parameter, stored_row
from envfactory_assets.verification.subject import Subject
from envfactory_assets.verification.vocabulary import outcome


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
