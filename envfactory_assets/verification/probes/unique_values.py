"""Catches a value that must be one row's alone given to a second one, or the refusal of it passed off as success."""

from collections.abc import Iterator

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.subject import Subject

_STEPS = 3
_REFUSALS = frozenset({"conflict", "precondition_failed"})


def probe(subject: Subject) -> Iterator[Observation]:
    """What has made a row with a unique value is refused when it is asked for the same once more."""
    for tool in subject.spec.tools:
        if any(effect.family == "create" for effect in tool.effects):
            yield from _refused(subject, tool)


def _refused(subject: Subject, tool: ToolSpec) -> Iterator[Observation]:
    unique = {(entity.name, field.name) for entity in subject.spec.entities for field in entity.fields if field.unique}
    names = [parameter.name for parameter in tool.parameters if (parameter.entity, parameter.field) in unique]
    steps = [step for step in subject.successes(tool) if any(step.arguments.get(name) is not None for name in names)][:_STEPS]
    for step in steps:
        episode = subject.start(step.after)
        result = subject.call(episode, tool, step.arguments)
        refused = result.error is not None and result.error.code in _REFUSALS
        evidence = {} if refused else {**subject.evidence(step), "once_more": result.value, "unique": names}
        yield Observation(f"{tool.name}: the same once more", refused, evidence)
