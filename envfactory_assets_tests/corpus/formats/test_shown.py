"""Where a document shows a record and does not describe it, the example is read as its schema."""

import pytest

from envfactory_assets.corpus import read_document
from envfactory_assets.corpus.formats.shown import schema_shown, tells_nothing
from envfactory_assets_tests.corpus import documents

SHOWN = {"id": "N_24", "name": "Main office", "ports": 4, "share": 0.5, "wired": True, "tags": ["a"], "since": "2025-10-15T13:52:00Z"}


def answer(media=None, **swagger):
    """What ``GET /networks/{id}`` answers in a document, as it is read."""
    response = {"content": {"application/json": media}} if media is not None else swagger
    operation = {"operationId": "getNetwork", "responses": {"200": {"description": "fine", **response}}}
    raw = {"openapi": "3.0.0", "info": {"title": "Nets", "version": "1"}, "paths": {"/networks/{id}": {"get": operation}}}
    return read_document(documents.encoded(raw), name="nets.json").operations[0].response


@pytest.mark.parametrize(
    "media",
    [
        {"schema": {"type": "object"}, "example": SHOWN},
        {"schema": {"type": "object", "example": SHOWN}},
        {"examples": {"one": {"value": SHOWN}}},
        {"schema": {}, "examples": {"one": {"value": '{"id": "N_24", "name": "Main office", "ports": 4, "wired": true}'}}},
    ],
)
def test_the_properties_of_an_example_are_those_of_the_record(media):
    properties = answer(media)["properties"]
    assert list(properties)[:3] == ["id", "name", "ports"]
    assert (properties["id"]["type"], properties["ports"]["type"], properties["wired"]["type"]) == ("string", "integer", "boolean")


def test_values_say_what_type_and_format_they_have():
    properties = answer({"schema": {"type": "object"}, "example": SHOWN})["properties"]
    assert properties["share"]["type"] == "number"
    assert properties["tags"] == {"type": "array", "items": {"type": "string", "examples": ["a"]}}
    assert properties["since"]["format"] == "date-time"
    assert properties["id"]["examples"] == ["N_24"]


def test_items_of_a_list_say_together_what_each_may_have():
    listed = schema_shown([[{"id": 1, "note": None}, {"id": 2.5, "note": "late", "done": False}]])
    assert listed is not None
    assert {name: schema.get("type") for name, schema in listed["items"]["properties"].items()} == {
        "id": "number",
        "note": "string",
        "done": "boolean",
    }


def test_a_schema_that_tells_something_is_kept_whatever_the_example_shows():
    told = answer({"schema": {"type": "object", "properties": {"id": {"type": "integer"}}}, "example": SHOWN})
    assert told == {"type": "object", "properties": {"id": {"type": "integer"}}}


def test_an_example_of_swagger_is_read_too():
    assert "name" in answer(schema={"type": "object"}, examples={"application/json": SHOWN})["properties"]


@pytest.mark.parametrize("example", ["pong", "{no json", ["a", "b"], {}, {"2024-01-01": 4, "2024-01-02": 5}, None, 7])
def test_an_example_without_a_record_tells_nothing(example):
    assert schema_shown([example]) is None
    assert answer({"schema": {"type": "object"}, "example": example}) == {"type": "object"}


def test_an_example_as_deep_as_anybody_likes_is_read_as_far_as_is_useful():
    deep: dict = {"leaf": 1}
    for _ in range(200):
        deep = {"inner": deep}
    assert schema_shown([deep])["properties"]["inner"]["type"] == "object"


@pytest.mark.parametrize(
    ("schema", "nothing"),
    [
        (None, True),
        ({}, True),
        ({"type": "array", "items": {"type": "object"}}, True),
        ({"type": "string"}, False),
        ({"type": ["object", "null"]}, False),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, False),
        ({"$ref": "#/components/schemas/Net"}, False),
    ],
)
def test_a_schema_tells_nothing_when_no_shape_is_in_it(schema, nothing):
    assert tells_nothing(schema) is nothing
