"""The random caller: arguments that fit the schema and the state."""

import random

import pytest
from jsonschema import Draft202012Validator

from envfactory_assets.verification.caller import Caller, _Call, unknown_key
from envfactory_assets_tests.verification.library import states, subject


def caller(seed=1):
    return Caller(subject().spec, random.Random(seed))


@pytest.mark.parametrize("tool", [tool.name for tool in subject().spec.tools])
def test_arguments_validate_against_the_input_schema(tool):
    spec = subject().spec.tool(tool)
    made = caller()
    drawn = [made.arguments(spec, states()[0], optional=0.8) for _ in range(30)]
    validator = Draft202012Validator(spec.input_schema)
    assert [arguments for arguments in drawn if not validator.is_valid(arguments)] == []


def test_references_name_rows_that_exist():
    state, spec = states()[1], subject().spec.tool("return_book")
    known = {row["id"] for row in state["tables"]["loans"]}
    assert {caller(seed).arguments(spec, state)["loan_id"] for seed in range(20)} <= known


def test_an_empty_state_gives_an_unknown_reference():
    empty = subject().environment.empty_state()
    assert caller().arguments(subject().spec.tool("get_book"), empty) == {"book_id": "no-such-id"}


def test_equal_seeds_give_equal_arguments():
    spec = subject().spec.tool("add_book")
    assert caller(3).arguments(spec, states()[0]) == caller(3).arguments(spec, states()[0])


@pytest.mark.parametrize("keys", [["a", "a0", "a00"], ["B1", "B2"], [1, 2, 3], ["0a1f", "9b2c"], ["x"], []])
def test_an_unknown_key_is_none_of_the_known(keys):
    unknown = unknown_key(keys)
    assert unknown not in keys
    assert not keys or type(unknown) is type(keys[0])


def test_dates_of_one_call_ascend():
    schema = {"type": "string", "format": "date"}
    drawn = _Call(subject().spec, states()[0], random.Random(1))
    first, second = drawn.from_schema(schema), drawn.from_schema(schema)
    assert first < second


def test_nested_schemas_are_filled():
    schema = {
        "type": "object",
        "required": ["name", "tags"],
        "properties": {
            "name": {"type": "string", "maxLength": 4},
            "tags": {"type": "array", "minItems": 1, "items": {"enum": ["a", "b"]}},
            "size": {"anyOf": [{"type": "integer", "minimum": 3, "maximum": 4}, {"type": "null"}]},
            "mail": {"type": "string", "format": "email"},
        },
    }
    drawn = [_Call(subject().spec, states()[0], random.Random(seed)).from_schema(schema) for seed in range(20)]
    validator = Draft202012Validator(schema)
    assert [value for value in drawn if not validator.is_valid(value)] == []
