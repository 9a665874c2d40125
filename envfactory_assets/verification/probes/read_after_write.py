"""Catches writes that did not happen, or happened otherwise than asked."""

import re
from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.parts import bare
from envfactory_assets.verification.probes.filters import listed_keys
from envfactory_assets.verification.steps import Step, is_read, key_parameter, required_only, stored_row
from envfactory_assets.verification.subject import Subject

_STEPS = 4
_WRITE_TRIES = 40
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def probe(subject: Subject) -> Iterator[Observation]:
    """What a tool created, changed or deleted is what get and list then show, and what the arguments said."""
    for tool in subject.spec.tools:
        steps = [] if is_read(tool) else subject.successes(tool)
        if not steps:
            continue
        steps += _one_by_one(subject, tool, steps[0])
        failure = _never_writes(subject, tool, steps) or next((found for step in steps for found in _kept(subject, tool, step)), None)
        failure = failure or next((found for step in _spread(steps) for found in _failures(subject, tool, step)), None)
        yield Observation(tool.name, failure is None, failure or {"successes": len(steps)})


def _spread(steps: list[Step]) -> list[Step]:
    """A few steps, the first of each scenario among them: later ones start from a state that earlier ones touched."""
    firsts = list({step.scenario: step for step in reversed(steps)}.values())
    return [*firsts, *steps[:: max(1, len(steps) // _STEPS)]]


def _never_writes(subject: Subject, tool: ToolSpec, steps: list[Step]) -> dict[str, Any] | None:
    """Only a failure when many calls succeeded and none changed anything: some ask for what is so already."""
    if any(step.before != step.after for step in steps):
        return None
    caller = subject.caller("never writes", tool.name)
    for attempt in range(_WRITE_TRIES):
        state = subject.states[attempt % len(subject.states)]
        episode = subject.start(state)
        before = subject.state(episode)
        subject.call(episode, tool, {**required_only(tool, steps[0].arguments), **caller.arguments(tool, state)})
        if subject.state(episode) != before:
            return None
    return {**subject.evidence(steps[0]), "what": "successful calls changed nothing"}


def _one_by_one(subject: Subject, tool: ToolSpec, witness: Step) -> list[Step]:
    """Calls like the witness that give one optional argument each: none may be ignored."""
    caller = subject.caller("one by one", tool.name)
    made = []
    for parameter in tool.parameters:
        if not parameter.required and parameter.role in {"value", "reference"}:
            value = caller.argument(tool, parameter, witness.before)
            arguments = {**required_only(tool, witness.arguments), parameter.name: value}
            episode = subject.start(witness.before)
            result = subject.call(episode, tool, arguments)
            if result.ok:
                made.append(Step(witness.scenario, -1, tool, arguments, result, witness.before, subject.state(episode)))
    return made


def _kept(subject: Subject, tool: ToolSpec, step: Step) -> Iterator[dict[str, Any]]:
    for effect in tool.effects:
        if effect.entity is not None and effect.family in {"create", "update"}:
            before, after = _keys(subject, step, effect.entity)
            problem = _arguments_kept(subject, tool, step, effect.entity, after - before)
            if problem is not None:
                yield {**subject.evidence(step), "what": problem}


def _failures(subject: Subject, tool: ToolSpec, step: Step) -> Iterator[dict[str, Any]]:
    for effect in tool.effects:
        if effect.entity is None:
            continue
        before, after = _keys(subject, step, effect.entity)
        problem = None
        if effect.family == "create":
            problem = "no row was created" if not after - before else _shown(subject, step, effect.entity, after - before)
        elif effect.family == "delete":
            named = _named(tool, step, effect.entity)
            if named in before:
                problem = "the row is still stored" if named in after else _gone(subject, step, effect.entity, named)
        if problem is not None:
            yield {**subject.evidence(step), "what": problem}


def _keys(subject: Subject, step: Step, entity: str) -> tuple[set[Any], set[Any]]:
    key = subject.spec.entity(entity).key
    before, after = (rows_of(subject.spec, state, entity) for state in (step.before, step.after))
    return {row[key] for row in before}, {row[key] for row in after}


def _named(tool: ToolSpec, step: Step, entity: str) -> Any:
    parameter = key_parameter(tool, entity)
    return step.arguments.get(parameter.name) if parameter else None


def _arguments_kept(subject: Subject, tool: ToolSpec, step: Step, entity: str, created: set[Any]) -> str | None:
    """Each argument that sets a field is what the field now holds."""
    key = next(iter(created)) if len(created) == 1 else _named(tool, step, entity)
    row = stored_row(subject.spec, step.after, entity, key)
    if row is None:
        return None
    for parameter in tool.parameters:
        sets = parameter.role in {"value", "reference"} and parameter.field in row and parameter.entity is not None
        if sets and step.arguments.get(parameter.name) is not None and not same(step.arguments[parameter.name], row[str(parameter.field)]):
            return f"{parameter.name} was {step.arguments[parameter.name]!r}, and {parameter.field} is now {row[str(parameter.field)]!r}"
    return None


def same(argument: Any, stored: Any) -> bool:
    """Whether a stored value is the argument's: parts by the fields both name, moments to the second."""
    if isinstance(argument, dict) and isinstance(stored, dict):
        kept = {bare(name): value for name, value in stored.items()}
        shared = [name for name in argument if bare(name) in kept]
        return bool(shared or not argument) and all(same(argument[name], kept[bare(name)]) for name in shared)
    if isinstance(argument, list) and isinstance(stored, list):
        return len(argument) == len(stored) and all(map(same, argument, stored))
    if isinstance(argument, list) != isinstance(stored, list):
        return any(same(argument, item) for item in stored) if isinstance(stored, list) else any(same(item, stored) for item in argument)
    if isinstance(argument, str) and isinstance(stored, str) and _DATE.match(argument) and _DATE.match(stored):
        width = min(len(argument.rstrip("Z")), len(stored.rstrip("Z")), len("2026-01-01T00:00:00"))
        return argument[:width] == stored[:width]
    return bool(argument == stored)


def _readers(subject: Subject, entity: str, family: str) -> Iterator[ToolSpec]:
    for tool in subject.spec.tools:
        if any(effect.family == family and effect.entity == entity for effect in tool.effects):
            yield tool


def _get(subject: Subject, step: Step, entity: str, key: Any) -> Iterator[tuple[ToolSpec, Any]]:
    for tool in _readers(subject, entity, "get"):
        parameter = key_parameter(tool, entity)
        if parameter and all(p.name == parameter.name for p in tool.parameters if p.required):
            yield tool, subject.call(subject.start(step.after), tool, {parameter.name: key})


def _shown(subject: Subject, step: Step, entity: str, created: set[Any]) -> str | None:
    for key in sorted(created, key=str)[:2]:
        for tool, result in _get(subject, step, entity, key):
            if not result.ok and result.error.code == "not_found":
                return f"{tool.name} does not find the created {key!r}"
        for tool in _complete_lists(subject, step, entity):
            if key not in (listed_keys(subject, step.after, tool) or ()):
                return f"{tool.name} does not list the created {key!r}"
    return None


def _gone(subject: Subject, step: Step, entity: str, key: Any) -> str | None:
    for tool, result in _get(subject, step, entity, key):
        if result.ok or result.error.code != "not_found":
            return f"{tool.name} still answers for the deleted {key!r}"
    for family in ("list", "search"):
        for tool in _readers(subject, entity, family):
            if not any(p.required for p in tool.parameters) and key in (listed_keys(subject, step.after, tool) or ()):
                return f"{tool.name} still lists the deleted {key!r}"
    return None


def _complete_lists(subject: Subject, step: Step, entity: str) -> Iterator[ToolSpec]:
    """Lists that showed every row before the write: others may leave rows out on purpose."""
    before, _ = _keys(subject, step, entity)
    for tool in _readers(subject, entity, "list"):
        if not any(p.required for p in tool.parameters) and before and listed_keys(subject, step.before, tool) == before:
            yield tool
