"""Catches arguments that count as something else when they are left out than the schema says."""

from collections.abc import Iterator

from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import required_only
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
            base = required_only(tool, witness.arguments)
            given = {**base, parameter.name: schema["default"]}
            failure = None
            for state in (witness.before, *subject.states[:_STATES]):
                left_out, spoken = subject.start(state), subject.start(state)
                answers = [subject.call(left_out, tool, base).content, subject.call(spoken, tool, given).content]
                if answers[0] != answers[1] or subject.state(left_out) != subject.state(spoken):
                    failure = {"state": state, "arguments": given, "left_out": answers[0], "given": answers[1]}
            yield Observation(f"{tool.name}.{parameter.name}", failure is None, failure or {"default": schema["default"]})
