"""Catches results that are not what the tool's schema, or the resource's own, says."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import UnknownType
from jsonschema.validators import extend
from referencing.exceptions import Unresolvable

from envfactory_assets.corpus.document import ApiDocument, Operation
from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import plain_schema
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, returned_rows
from envfactory_assets.verification.subject import Subject

OF_RESOURCE = " as the resource has it"
"""How the subjects end under which results are compared with the resource's own responses."""

_ROWS = 10
_ITEMS = 3
_ERRORS = 5
_LONGEST = 200
_Lenient: Any = extend(Draft202012Validator, {"required": lambda *_: (), "oneOf": Draft202012Validator.VALIDATORS["anyOf"]})  # type: ignore[no-untyped-call]


def probe(subject: Subject) -> Iterator[Observation]:
    """Results validate against the declared schema; how far they are what the resource describes is reported."""
    for tool in subject.spec.tools:
        steps = subject.successes(tool)
        if not steps:
            continue
        validator = Draft202012Validator(tool.output_schema)
        failure = None
        for step in steps:
            error = next(validator.iter_errors(step.result.value), None)
            if error is not None:
                failure = {**subject.evidence(step), "at": error.json_path, "message": error.message}
                break
        yield Observation(tool.name, failure is None, failure or {"results": len(steps)})
        operation = _operation(subject.document, tool)
        if operation is not None and subject.document is not None:
            yield from _against_resource(subject.document, operation, tool, steps)


def _operation(document: ApiDocument | None, tool: ToolSpec) -> Operation | None:
    return next((o for o in document.operations if o.pointer == tool.pointer), None) if document and tool.pointer else None


def _against_resource(document: ApiDocument, operation: Operation, tool: ToolSpec, steps: list[Step]) -> Iterator[Observation]:
    """What is told must be as the resource's own response schema has it; what is left out counts against the populated share alone."""
    rows = [row for step in steps for row in returned_rows(tool, step.result.value)][:_ROWS]
    if not operation.response or not rows:
        return
    validator = response_validator(document, operation.response)
    told = [_shortened(step.result.value) for step in (steps[0], steps[-1])]
    try:
        wrong = [_said(error) for value in told for error in islice(validator.iter_errors(value), _ERRORS)]
    except (UnknownType, Unresolvable, re.error):
        return  # a schema that says nothing certain
    declared = _item_fields(document, operation.response, rows)
    present = {name for row in rows for name, value in row.items() if name in declared and value is not None}
    populated = len(present) / len(declared) if declared else None
    yield Observation(
        tool.name + OF_RESOURCE,
        not wrong,
        {
            "wrong": list(dict.fromkeys(wrong)),
            "populated_share": None if populated is None else round(populated, 3),
            "pointer": operation.pointer,
        },
        severity="warning",
        tally={"conformance": float(not wrong), "compared_tools": 1}
        | ({} if populated is None else {"populated": populated, "populated_tools": 1}),
    )


def response_validator(document: ApiDocument, schema: dict[str, Any]) -> Any:
    """Checks values against a schema of a document, but for what the schema requires to be there."""
    return _Lenient({**schema, "schemas": document.schemas})


def _shortened(value: Any) -> Any:
    """A result with no more than a few items in its lists, which are all alike."""
    if isinstance(value, list):
        return [_shortened(item) for item in value[:_ITEMS]]
    return {name: _shortened(item) for name, item in value.items()} if isinstance(value, dict) else value


def _said(error: ValidationError) -> str:
    return f"{error.json_path}: {error.message}"[:_LONGEST]


def _item_fields(document: ApiDocument, schema: dict[str, Any] | None, rows: list[dict[str, Any]], depth: int = 0) -> dict[str, Any]:
    """The properties of the object inside a response schema that looks most like the rows returned."""
    if schema is None or depth > 5:
        return {}
    schema = plain_schema(_resolved(document, schema))
    if "items" in schema:
        return _item_fields(document, schema["items"], rows, depth + 1)
    properties = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        properties.update(_resolved(document, part).get("properties", {}))
    names = {name for row in rows for name in row}
    best = properties
    for inner in properties.values():
        found = _item_fields(document, inner, rows, depth + 1) if depth < 2 else {}
        if len(names & set(found)) > len(names & set(best)):
            best = found
    return best


def _resolved(document: ApiDocument, schema: dict[str, Any]) -> dict[str, Any]:
    for _ in range(10):
        reference = re.fullmatch(r"#/schemas/(.+)", schema.get("$ref", ""))
        if reference is None:
            return schema
        schema = document.schemas.get(reference[1], {})
    return {}
