"""Catches tools that take an id that nothing has, or that leave something behind when they refuse it."""

from collections.abc import Iterator

from envfactory_assets.records import ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import rows_of, unknown_key
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.steps import Step, returned_rows
from envfactory_assets.verification.subject import Subject

_REFUSALS = frozenset({"not_found", "invalid_argument"})


def probe(subject: Subject) -> Iterator[Observation]:
    """A call that works, with one id replaced by an unknown one, is told so: ``not_found``; a list filtered by it may also be empty."""
    for tool in subject.spec.tools:
        step = subject.witness(tool)
        for parameter in tool.parameters if step is not None else ():
            entity = _meant(subject, parameter)
            if step is not None and entity is not None:
                yield from _refuses(subject, tool, parameter, entity, step)


def _meant(subject: Subject, parameter: ParameterSpec) -> str | None:
    """The entity whose ids an argument takes; a filter by a reference takes those of what is referred to."""
    if parameter.role in {"key", "reference"}:
        return parameter.entity
    if parameter.role == "filter" and parameter.operator in {"eq", "contains"} and parameter.entity:
        return next((field.ref for field in subject.spec.entity(parameter.entity).fields if field.name == parameter.field), None)
    return None


def _refuses(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, entity: str, step: Step) -> Iterator[Observation]:
    keys = [row[subject.spec.entity(entity).key] for row in rows_of(subject.spec, step.before, entity)]
    unknown = unknown_key(keys)
    arguments = {**step.arguments, parameter.name: [unknown] if parameter.type == "array" else unknown}
    episode = subject.start(step.before)
    result = subject.call(episode, tool, arguments)
    code = result.error.code if result.error else None
    severity = unless_told_otherwise(tool) if parameter.required else "hint"
    yield Observation(f"{tool.name}.{parameter.name}: says so", code is not None, {"arguments": arguments}, severity=severity)
    if parameter.role == "filter":
        return
    expected = {"not_found"} if parameter.role == "key" else _REFUSALS
    is_empty_list = parameter.operator == "eq" and result.ok and not returned_rows(tool, result.value)
    passed = (code in expected or is_empty_list) and subject.state(episode) == step.before
    evidence = {"state": step.before, "result": result.value} if not passed else {}
    yield Observation(f"{tool.name}.{parameter.name}", passed, {"arguments": arguments, "code": code, **evidence})
