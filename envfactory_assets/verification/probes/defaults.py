"""Catches arguments that count as something else when they are left out than the schema says."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, required_only
from envfactory_assets.verification.subject import Subject

_STATES = 3


def probe(subject: Subject) -> Iterator[Observation]:
    """A call without an argument comes to the same as the call with the default that the schema gives for it."""
    for tool in subject.spec.tools:
        witness = subject.witness(tool)
        for parameter in tool.parameters if witness is not None else ():
            schema = tool.input_schema["properties"].get(parameter.name, {})
            if parameter.required or schema.get("default") is None or witness is None:
                continue
            yield _left_out(subject, tool, parameter.name, schema["default"], witness)


def _left_out(subject: Subject, tool: ToolSpec, name: str, default: Any, witness: Step) -> Observation:
    base = {key: value for key, value in required_only(tool, witness.arguments).items() if key != name}
    given = {**base, name: default}
    for state in (witness.before, *subject.states[:_STATES]):
        left_out, spoken = subject.start(state), subject.start(state)
        first, second = subject.call(left_out, tool, base), subject.call(spoken, tool, given)
        evidence = {"state": state, "arguments": given, "left_out": first.content, "given": second.content}
        if second.error is not None and second.error.code == "invalid_argument":
            what = "the default is not among the values that the schema allows"
            return Observation(f"{tool.name}.{name}", False, {**evidence, "what": what}, severity="warning")
        if first.content != second.content or subject.state(left_out) != subject.state(spoken):
            return Observation(f"{tool.name}.{name}", False, evidence)
    return Observation(f"{tool.name}.{name}", True, {"default": default})
