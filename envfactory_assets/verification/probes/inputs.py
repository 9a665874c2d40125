"""Catches arguments that should be refused and are not: missing, unknown, or of the wrong type."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import plain_schema
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.subject import Subject

_WRONG: dict[str, Any] = {"string": 7, "integer": "seven", "number": "seven", "boolean": "perhaps", "array": 7, "object": 7}


def probe(subject: Subject) -> Iterator[Observation]:
    """Each wrong use of an argument gets ``invalid_argument`` and changes nothing."""
    for tool in subject.spec.tools:
        witness = subject.witness(tool)
        if witness is None:
            continue
        episode = subject.start(witness.before)
        tried = 0
        failure: dict[str, Any] | None = None
        for what, arguments in _wrong_uses(tool, witness.arguments):
            result = subject.call(episode, tool, arguments)
            tried += 1
            if result.error is None or result.error.code != "invalid_argument":
                code = result.error.code if result.error else None
                failure = {"use": what, "state": witness.before, "arguments": arguments, "code": code, "result": result.value}
                break
        if failure is None and subject.state(episode) != witness.before:
            failure = {"use": "refused arguments changed the state", "state": witness.before}
        yield Observation(tool.name, failure is None, failure or {"wrong_uses": tried})


def _wrong_uses(tool: ToolSpec, arguments: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "an argument that does not exist", {**arguments, "no_such_argument": 1}
    properties = tool.input_schema.get("properties", {})
    for parameter in tool.parameters:
        name = parameter.name
        if parameter.required:
            yield f"{name} missing", {key: value for key, value in arguments.items() if key != name}
        schema = plain_schema(properties.get(name, {}))
        if schema.get("type") in _WRONG and "anyOf" not in schema:
            yield f"{name} of the wrong type", {**arguments, name: _WRONG[schema["type"]]}
        if schema.get("enum"):
            yield f"{name} outside its choices", {**arguments, name: "no such choice"}
        if schema.get("format") in {"date", "date-time"}:
            yield f"{name} that is no date", {**arguments, name: "the day after tomorrow"}
