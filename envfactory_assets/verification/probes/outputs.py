"""Catches results that are not what the tool's schema, or the resource's own, says."""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from envfactory_assets.corpus.document import ApiDocument, Operation
from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import plain_schema
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import returned_rows
from envfactory_assets.verification.subject import Subject

_ROWS = 10
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,), "object": (dict,),
}  # fmt: skip


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
            rows = [row for step in steps for row in returned_rows(tool, step.result.value)][:_ROWS]
            yield from _against_resource(subject.document, operation, tool, rows)


def _operation(document: ApiDocument | None, tool: ToolSpec) -> Operation | None:
    return next((o for o in document.operations if o.pointer == tool.pointer), None) if document and tool.pointer else None


def _against_resource(document: ApiDocument, operation: Operation, tool: ToolSpec, rows: list[dict[str, Any]]) -> Iterator[Observation]:
    """Fields of the resource's own item schema: those present must have its types; the share present is the populated share."""
    declared = _item_fields(document, operation.response, rows)
    if not declared or not rows:
        return
    present = {name for row in rows for name, value in row.items() if name in declared and value is not None}
    wrong = sorted({name for row in rows for name in present if not _has_type(document, declared[name], row.get(name))})
    unknown = sorted({name for row in rows for name in row if name not in declared})
    populated = len(present) / len(declared)
    conforming = 1 - (len(wrong) + len(unknown)) / max(1, len({name for row in rows for name in row}))
    yield Observation(
        f"{tool.name} as the resource has it",
        not wrong and not unknown,
        {"wrong_type": wrong, "unknown": unknown, "populated_share": round(populated, 3), "pointer": operation.pointer},
        severity="warning",
        tally={"conformance": conforming, "populated": populated, "compared_tools": 1},
    )


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


def _has_type(document: ApiDocument, schema: dict[str, Any], value: Any) -> bool:
    schema = plain_schema(_resolved(document, schema))
    kind = schema.get("type")
    if value is None or not isinstance(kind, str) or kind not in _JSON_TYPES:
        return True
    return isinstance(value, _JSON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
