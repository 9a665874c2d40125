"""Catches arguments that the schema offers and no value of which is taken."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from envfactory_assets.records import ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, required_only
from envfactory_assets.verification.subject import Subject

_TRIES = 6
_FAR_AHEAD, _LONG_AGO = timedelta(days=800), timedelta(days=-8000)


def probe(subject: Subject) -> Iterator[Observation]:
    """An optional argument, added to a call that works, is accepted with some value that its schema allows."""
    for tool in subject.spec.tools:
        for parameter in tool.parameters:
            if not parameter.required and parameter.role != "page" and (witness := _witness(subject, tool, parameter)) is not None:
                yield _accepts(subject, tool, parameter, witness)


def _witness(subject: Subject, tool: ToolSpec, parameter: ParameterSpec) -> Step | None:
    """A call that works where there is something to name, when the argument names a record."""
    if parameter.role != "reference" or parameter.entity is None:
        return subject.witness(tool)
    return next((step for step in subject.successes(tool) if rows_of(subject.spec, step.before, parameter.entity)), None)


def _accepts(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, witness: Step) -> Observation:
    name = f"{tool.name}.{parameter.name}"
    caller = subject.caller("acceptance", name)
    base = required_only(tool, witness.arguments)
    episode = subject.start(witness.before)
    if not subject.call(subject.start(witness.before), tool, base).ok:
        return Observation(name, True, {"what": "only works with other optional arguments"})
    tried: list[dict[str, Any]] = []
    message = ""
    drawn = (caller.argument(tool, parameter, witness.before) for _ in range(_TRIES))
    for value in chain(drawn, _far_off(parameter, witness)):
        arguments = {**base, parameter.name: value}
        error = subject.call(episode, tool, arguments).error
        if error is None or error.code != "invalid_argument":
            return Observation(name, True, {"arguments": arguments})
        tried.append(arguments)
        message = error.message
    return Observation(name, False, {"state": witness.before, "refused": tried, "message": message})


def _far_off(parameter: ParameterSpec, witness: Step) -> Iterator[str]:
    """A day so late that whatever has to come before it does, and one so early that whatever has to come after it does."""
    for away in (_FAR_AHEAD, _LONG_AGO) if parameter.type in {"date", "datetime"} else ():
        moment = datetime.fromisoformat(witness.before["now"]) + away
        yield moment.date().isoformat() if parameter.type == "date" else moment.isoformat().replace("+00:00", "Z")
