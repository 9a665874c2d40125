"""Catches arguments that a tool takes and does not look at."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ParameterSpec, ToolSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, is_read
from envfactory_assets.verification.subject import Subject

_WITNESSES = 2
_VALUES = 4


def probe(subject: Subject) -> Iterator[Observation]:
    """Two calls that differ in one argument only differ in what they answer, in what they leave, or in whether they are refused."""
    for tool in subject.spec.tools:
        witnesses = subject.successes(tool)
        for parameter in tool.parameters if witnesses else ():
            if parameter.role != "page":
                spread = witnesses[:: max(1, len(witnesses) // _WITNESSES)][:_WITNESSES]
                matters = any(_matters(subject, tool, parameter, step) for step in spread)
                evidence = {} if matters else {**subject.evidence(spread[0]), "parameter": parameter.name}
                yield Observation(f"{tool.name}.{parameter.name}", matters, evidence, severity="hint")


def _matters(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, witness: Step) -> bool:
    caller = subject.caller("parameters matter", tool.name, parameter.name)
    seen = {_outcome(subject, tool, witness, witness.arguments)}
    values = [None] if not parameter.required else []
    values += [caller.argument(tool, parameter, witness.before) for _ in range(_VALUES)]
    for value in values:
        arguments = {**witness.arguments, parameter.name: value}
        if value is None:
            del arguments[parameter.name]
        seen.add(_outcome(subject, tool, witness, arguments))
        if len(seen) > 1:
            return True
    return False


def _outcome(subject: Subject, tool: ToolSpec, witness: Step, arguments: dict[str, Any]) -> str:
    """What a call comes to, as text; refused arguments say nothing of whether they are looked at."""
    episode = subject.start(witness.before)
    result = subject.call(episode, tool, arguments)
    return result.content if not result.ok or is_read(tool) else f"{result.content} {subject.state(episode)}"
