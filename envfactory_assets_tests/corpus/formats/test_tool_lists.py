"""Tools are read the same however a list writes them."""

import copy
from typing import Any

import orjson
import pytest

from envfactory_assets.corpus import ApiDocument, DocumentError, read_document
from envfactory_assets_tests.corpus import documents

ARGUMENTS = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Where."}, "days": {"type": "integer", "default": 3}},
    "required": ["city"],
}
TOOL = {"name": "forecast", "description": "Tell the weather."}
WORDY = {  # function documentation with a language's own words for types
    "name": "forecast",
    "description": "Tell the weather.",
    "parameters": {
        "type": "dict",
        "properties": {"city": {"type": "String", "description": "Where."}, "days": {"type": "long", "default": 3}},
        "required": ["city"],
    },
    "response": {
        "type": "dict",
        "properties": {
            "low": {"type": "float"},
            "places": {"type": "ArrayList", "items": {"type": "tuple", "items": {"type": "double"}}},
            "extra": {"type": "any", "description": "More."},
            "at": {"type": "datetime"},
        },
    },
}


def read(value: object, name: str = "weather.json") -> ApiDocument:
    return read_document(documents.encoded(value), name=name)


def marked_arguments() -> dict[str, Any]:
    schema = copy.deepcopy(ARGUMENTS)
    del schema["required"]
    schema["properties"]["city"]["required"] = True
    return schema


@pytest.mark.parametrize(
    "value",
    [
        [{"type": "function", "function": {**TOOL, "parameters": ARGUMENTS}}],
        [{"type": "function", **TOOL, "parameters": ARGUMENTS}],
        {"tools": [{**TOOL, "input_schema": ARGUMENTS}]},
        {"tools": [{**TOOL, "inputSchema": ARGUMENTS}]},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{**TOOL, "inputSchema": ARGUMENTS}]}},
        {"functions": [{**TOOL, "parameters": ARGUMENTS}, {**TOOL, "parameters": ARGUMENTS}]},
        [{"functionDeclarations": [{**TOOL, "parameters": ARGUMENTS | {"type": "OBJECT"}}]}],
        {"tools": [{"toolSpec": {**TOOL, "inputSchema": {"json": ARGUMENTS}}}]},
        {**TOOL, "parameters": ARGUMENTS},
        [WORDY],
        [{"id": "q1", "question": "...", "function": [WORDY]}, {"id": "q2", "question": "...", "function": [WORDY]}],
        [{**TOOL, "parameters": ARGUMENTS["properties"]}],
        [{**TOOL, "parameters": [{"name": "city", "type": "str", "description": "Where."}, {"name": "days", "type": "int", "default": 3}]}],
        [{**TOOL, "parameters": marked_arguments()}],
        [{**TOOL, "inputSchema": {"$ref": "#/$defs/Args", "$defs": {"Args": ARGUMENTS}}}],
        [{**TOOL, "inputSchema": {"allOf": [ARGUMENTS]}}],
    ],
)
def test_every_way_to_list_a_tool_reads_alike(value: object):
    (operation,) = read(value).operations
    assert (operation.operation_id, operation.method, operation.description) == ("forecast", "CALL", "Tell the weather.")
    city, days = operation.parameters
    assert (city.name, city.place, city.required, city.schema_, city.description) == ("city", "body", True, {"type": "string"}, "Where.")
    assert (days.name, days.required, days.schema_) == ("days", False, {"type": "integer", "default": 3})


def test_a_tool_a_line_reads_as_a_list_does():
    lines = b"\n".join(orjson.dumps(WORDY | {"name": name}) for name in ("a", "b")) + b"\n\n"
    document = read_document(lines, name="weather.jsonl")
    assert document == read_document(lines, name="weather.json")
    assert [o.operation_id for o in document.operations] == ["a", "b"]
    assert document.provider == "weather"


def test_words_for_types_are_the_types_they_mean():
    response = read([WORDY]).operations[0].response
    assert response == {
        "type": "object",
        "properties": {
            "low": {"type": "number"},
            "places": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
            "extra": {"description": "More."},
            "at": {"type": "string", "format": "date-time"},
        },
    }


def test_a_field_named_type_stays_a_field():
    properties = {"type": {"type": "str"}, "required": {"type": "bool"}}
    parameters = read([{"name": "f", "parameters": {"type": "dict", "properties": properties}}]).operations[0].parameters
    assert {p.name: p.schema_ for p in parameters} == {"type": {"type": "string"}, "required": {"type": "boolean"}}


def test_another_tool_of_the_same_name_is_kept_under_another_id():
    other = {**TOOL, "parameters": {"type": "object", "properties": {"zip": {"type": "string"}}}}
    document = read([{**TOOL, "parameters": ARGUMENTS}, other, other])
    assert [(o.operation_id, o.pointer) for o in document.operations] == [("forecast", "/0"), ("forecast_2", "/1")]


def test_a_list_says_whose_it_is_when_it_can():
    document = read({"name": "io.example/weather", "title": "Weather", "version": "2", "instructions": "Ask.", "tools": [WORDY]})
    assert (document.title, document.provider, document.version) == ("Weather", "io.example/weather", "2")
    assert document.description == "Ask."


def test_a_server_says_which_tools_only_read():
    hints = {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": "yes"}
    document = read(
        {"tools": [{**TOOL, "inputSchema": ARGUMENTS, "annotations": hints}, {"name": "b", "inputSchema": {}, "annotations": 3}]}
    )
    assert document.kind == "mcp_tools"
    assert [(o.read_only, o.destructive) for o in document.operations] == [(True, False), (None, None)]


@pytest.mark.parametrize(
    "value", [[], [1], [{"name": "x"}], [{"name": "x", "description": "No tool."}], {"tools": []}, {"tools": [[[[[[WORDY]]]]]]}]
)
def test_a_list_without_any_schema_is_no_list_of_tools(value: object):
    with pytest.raises(DocumentError, match="no usable tool"):
        read(value)


def test_thousands_of_tools_of_one_name_are_read_quickly():
    tools = [{**TOOL, "parameters": {"type": "object", "properties": {f"p{i}": {"type": "string"}}}} for i in range(10_000)]
    assert len({o.operation_id for o in read(tools).operations}) == 10_000
