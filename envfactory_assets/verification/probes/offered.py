"""Catches what lists show as open and actions then refuse, or the other way round: a check that one of both has wrong."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, is_read, key_parameter, returned_rows
from envfactory_assets.verification.subject import Subject

_STATES = 3
_ASKED = 3
_ROWS = 3
_BY_STATE = frozenset({"precondition_failed", "conflict"})


def probe(subject: Subject) -> Iterator[Observation]:
    """An action is done on rows that a list shows for the same arguments, and refused on those that it does not show."""
    for lister in subject.spec.tools:
        if is_read(lister) and lister.returns.many and lister.returns.entity is not None:
            for action in subject.spec.tools:
                parameter = None if is_read(action) else key_parameter(action, lister.returns.entity)
                if parameter is not None and parameter.required:
                    yield from _agree(subject, lister, action, parameter.name)


def _agree(subject: Subject, lister: ToolSpec, action: ToolSpec, parameter: str) -> Iterator[Observation]:
    shown_refused = hidden_done = None
    for shown, step in _calls(subject, lister, action, parameter):
        if shown and step.result.error is not None and step.result.error.code in _BY_STATE:
            shown_refused = shown_refused or step
        if not shown and step.result.ok:
            hidden_done = hidden_done or step
    for said, wrong in (("takes what it shows", shown_refused), ("refuses what it hides", hidden_done)):
        evidence = subject.evidence(wrong) if wrong else {}
        yield Observation(f"{lister.name}, {action.name}: {said}", wrong is None, evidence, severity="hint")


def _calls(subject: Subject, lister: ToolSpec, action: ToolSpec, parameter: str) -> Iterator[tuple[bool, Step]]:
    entity = subject.spec.entity(str(lister.returns.entity))
    wire = next(field.wire for field in entity.fields if field.name == entity.key)
    caller = subject.caller("offered", lister.name, action.name)
    for state in subject.states[:_STATES]:
        for _ in range(_ASKED):
            asked = caller.arguments(lister, state, optional=0.3)
            result = subject.call(subject.start(state), lister, asked)
            if not result.ok:
                continue
            shown = {row.get(wire) for row in returned_rows(lister, result.value)}
            keys = [row[entity.key] for row in rows_of(subject.spec, state, entity.name)]
            hidden = [key for key in keys if key not in shown]
            for key in (*sorted(shown, key=str)[:_ROWS], *hidden[:_ROWS]):
                arguments = {**caller.arguments(action, state), **_shared(action, asked), parameter: key}
                yield key in shown, _step(subject, action, state, arguments)


def _shared(action: ToolSpec, asked: dict[str, Any]) -> dict[str, Any]:
    """What the action is told as the list was."""
    names = {parameter.name for parameter in action.parameters}
    return {name: value for name, value in asked.items() if name in names}


def _step(subject: Subject, action: ToolSpec, state: State, arguments: dict[str, Any]) -> Step:
    result = subject.call(subject.start(state), action, arguments)
    return Step(-1, -1, action, arguments, result, state, state)
