"""Catches limits that are off: an amount may be as much as there is, not less and not more."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from envfactory_assets.records import ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import plain_schema
from envfactory_assets.verification.edges import places
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, is_read, stored_row
from envfactory_assets.verification.subject import Subject

_AMOUNTS = frozenset({"money", "integer", "number"})
_CALLS = 3
_LARGE = 1_000_000


def probe(subject: Subject) -> Iterator[Observation]:
    """The largest amount that a call may ask for is one that a row tells: what is left, what is free, what it costs."""
    for tool in subject.spec.tools:
        for parameter in () if is_read(tool) else tool.parameters:
            schema = plain_schema(tool.input_schema["properties"].get(parameter.name, {}))
            open_above = schema.get("type") in {"integer", "number"} and "maximum" not in schema
            if open_above and parameter.role not in {"key", "reference", "page"}:
                yield from _bounded(subject, tool, parameter, schema["type"] == "integer")


def _bounded(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, whole: bool) -> Iterator[Observation]:
    steps = [step for step in subject.successes(tool) if step.arguments.get(parameter.name) is not None]
    found = [(step, _most(subject, tool, parameter.name, step, whole)) for step in steps[:: max(1, len(steps) // _CALLS)][:_CALLS]]
    if not found:
        return
    endless = next((step for step, most in found if most is None), None)
    odd = next((step for step, most in found if most is not None and round(most * 100) not in _told(subject, step)), None)
    for said, wrong in (("has a limit", endless), ("reaches its limit", odd)):
        yield Observation(f"{tool.name}.{parameter.name}: {said}", wrong is None, subject.evidence(wrong) if wrong else {}, severity="hint")


def _most(subject: Subject, tool: ToolSpec, name: str, step: Step, whole: bool) -> float | None:
    """The largest amount that is granted, all else being equal; None when there is none."""
    unit = 1 if whole else 100  # in hundredths, where there are parts
    low = round(float(step.arguments[name]) * unit)
    high = _LARGE * unit
    if _granted(subject, tool, step, {name: high // unit}):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        granted = _granted(subject, tool, step, {name: middle if whole else middle / unit})
        low, high = (middle, high) if granted else (low, middle)
    return low / unit


def _granted(subject: Subject, tool: ToolSpec, step: Step, changed: dict[str, Any]) -> bool:
    return subject.call(subject.start(step.before), tool, {**step.arguments, **changed}).ok


def _told(subject: Subject, step: Step) -> set[int]:
    """The amounts, in hundredths, of the rows that a call names, of what they refer to and of the caller, and their differences."""
    found: set[int] = set()
    for entity, key in places(subject, step):
        row = stored_row(subject.spec, step.before, entity, key) or {}
        amounts = [round((row.get(field.name) or 0) * 100) for field in subject.spec.entity(entity).fields if field.type in _AMOUNTS]
        found |= {*amounts, *(left - right for left, right in permutations(amounts, 2))}
    return found
