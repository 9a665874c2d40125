"""Optional parameters: which a person would state, and when."""

from random import Random

import pytest

from envfactory_assets.graph.details import (
    is_elsewhere,
    is_recorded,
    is_sayable,
    look_up_filters,
    naturalness,
    optional_details,
    roles_in,
)
from envfactory_assets.records import EffectSpec, ParameterSpec, ToolSpec


def parameter(name, kind="string", role="value", **more):
    """An optional parameter, shortly."""
    return ParameterSpec(name=name, role=role, required=False, type=kind, **more)


def tool(family, *parameters):
    """A tool of a family, shortly."""
    return ToolSpec(
        name="act",
        method="act",
        description="Act.",
        effects=(EffectSpec(family=family),),
        parameters=parameters,
        input_schema={},
        output_schema={},
    )


@pytest.mark.parametrize(("name", "recorded"), [("RestoredAt", True), ("lastActivityDate", True), ("due_on", False), ("pickUpOn", False)])
def test_a_moment_that_a_service_writes_down_is_taken_from_no_other_record(name, recorded):
    assert is_recorded(parameter(name, "datetime")) is recorded
    assert not is_recorded(parameter(name, "datetime", "filter"))


@pytest.mark.parametrize("name", ["title", "due_on", "startTime", "maxPrice", "creator_note"])
def test_plain_values_are_sayable(board, name):
    assert is_sayable(board.spec, parameter(name))


@pytest.mark.parametrize(
    "unsaid",
    [
        parameter("createTime"),
        parameter("updated_at", "datetime"),
        parameter("idempotency_key"),
        parameter("etag"),
        parameter("address", "object"),
        parameter("tags", "array"),
        parameter("page_size", "integer", "page"),
        parameter("order_by", role="sort"),
        parameter("project", role="reference", entity="Project"),
    ],
)
def test_what_a_service_writes_down_itself_is_not_sayable(board, unsaid):
    assert not is_sayable(board.spec, unsaid)


def test_a_moment_may_narrow_a_question(board):
    assert is_sayable(board.spec, parameter("created_at", "datetime", "filter"))


def test_what_is_made_is_mostly_given_its_name(board):
    maker = tool("create", parameter("colour"), parameter("note"), parameter("title"))
    named = ["title" in optional_details(board.spec, maker, Random(seed)) for seed in range(50)]
    assert sum(named) > 35


def test_a_creation_without_required_values_says_something(board):
    maker = tool("create", parameter("colour"), parameter("etag"))
    assert all(optional_details(board.spec, maker, Random(seed)) == ("colour",) for seed in range(20))


def test_an_update_of_structured_fields_only_takes_one_of_them(board):
    key = ParameterSpec(name="id", role="key", required=True, type="string", entity="Task")
    change = tool("update", key, parameter("address", "object")).model_copy(
        update={"effects": (EffectSpec(family="update", entity="Task"),)}
    )
    assert optional_details(board.spec, change, Random(1)) == ("address",)


def test_a_look_up_is_not_narrowed_by_what_the_next_step_moves(board):
    listing = board.spec.tool("listTasks")
    chosen = {name for seed in range(50) for name in look_up_filters(board.spec, listing, board.spec.tool("completeTask"), Random(seed))}
    assert chosen == {"due"}


def test_people_speak_of_dates_and_states_before_flags_and_links():
    spoken = [parameter("due_date", "date"), parameter("status"), parameter("assignee")]
    plain = [parameter("lead_days", "integer")]
    technical = [
        parameter("is_template", "boolean"),
        parameter("callback_url"),
        parameter("item_count", "integer"),
        parameter("external_id"),
    ]
    assert min(map(naturalness, spoken)) > max(map(naturalness, plain)) > max(map(naturalness, technical))


def test_a_change_is_mostly_one_that_a_person_would_ask_for(board):
    key = ParameterSpec(name="id", role="key", required=True, type="string", entity="Task")
    change = tool("update", key, parameter("is_template", "boolean"), parameter("callback_url"), parameter("due_date", "date")).model_copy(
        update={"effects": (EffectSpec(family="update", entity="Task"),)}
    )
    asked = [optional_details(board.spec, change, Random(seed)) for seed in range(60)]
    assert sum("due_date" in names for names in asked) > 3 * sum("callback_url" in names for names in asked)


def test_what_a_keys_name_says_besides_the_thing_it_names():
    assert roles_in("parentImageItemId", "Item") == {"parent", "image"}
    assert roles_in("item_id", "Item") == set()
    assert is_elsewhere("googleCalendarId")
    assert not is_elsewhere("primaryCalendarId")
