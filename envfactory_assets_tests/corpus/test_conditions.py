"""What descriptions say must be so before an operation is done."""

from typing import Any

import orjson
import pytest

from envfactory_assets.corpus.conditions import conditions_of, instead_of, is_empty_for_none, needed_by
from envfactory_assets.corpus.formats.reading import read_document


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Signal that a completed task should be hidden", {"states": ("completed",)}),
        ("Hides a completed form. A pending task is shown.", {}),
        ("### Precondition:\nThe user may <span style='x'>see</span> the task (i.e. `isShown = true`).", {"flags": {"isShown": True}}),
        ("Required fields: <b>startDate, endDate</b> and <b>reason</b>.", {"required": ("endDate", "reason", "startDate")}),
        ("The model's required fields indicated below are needed.", {}),
        (
            "Only plain tasks can be hidden; urgent, daily and sharedTask tasks cannot be hidden.",
            {"refused": ("daily", "sharedTask", "urgent")},
        ),
        ("Urgent and daily notes cannot be hidden.", {}),
        ("Any further changes stay private. To show them an explicit publish operation is needed.", {"again": True}),
        ("Moves it to a pending task.", {}),
        ("A task cannot be updated on or after the first day.", {"dated": True}),
        ("Changing the status of the task affects the statuses of its steps.", {"others": True}),
        ("Moves money. Both money boxes must belong to the same Family.", {"same": ("family",)}),
        (
            "You cannot cancel a task in the `DRAFT` state or in a terminal state: `PAID` or `FAILED`.",
            {"refused": ("DRAFT", "FAILED", "PAID")},
        ),
    ],
)
def test_conditions_are_read_of_texts(text: str, kept: dict[str, Any]):
    found = conditions_of(None, text, "/org/tasks/{task_id}/hide")
    assert (found.model_dump(exclude_defaults=True) if found else {}) == kept


def test_the_key_in_a_path_tells_a_condition():
    found = conditions_of("Call off a task", None, "/tasks/{id}/cancel", keys=["The ID of an unpaid task. It is a number."])
    assert found is not None
    assert found.states == ("unpaid",)


def test_a_property_may_need_another():
    assert needed_by("First day (requires 'lasts' param - 'date')") == "lasts"
    assert needed_by("Requires a name") is None


def test_vendors_say_read_only_and_list_values_beside_their_records():
    bill = {"type": "object", "properties": {"status": {"type": "string", "x-read-only": True}, "place": {"type": "string"}}}
    raw = {
        "openapi": "3.0.0",
        "info": {"title": "Bills", "version": "1"},
        "paths": {
            "/bills/{id}": {
                "get": {
                    "operationId": "getBill",
                    "responses": {
                        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Bill"}}}}
                    },
                }
            }
        },
        "components": {"schemas": {"Bill": bill, "BillStatus": {"type": "string", "enum": ["OPEN", "PAID"]}}},
    }
    status = read_document(orjson.dumps(raw), name="bills.json").schemas["Bill"]["properties"]["status"]
    assert (status["enum"], status["readOnly"]) == (["OPEN", "PAID"], True)


@pytest.mark.parametrize("said", ["You try to cancel a booking that has already started.", "The booking's arrival date is in the past"])
def test_a_refusal_of_what_has_begun_is_a_condition(said: str):
    found = conditions_of("Cancel a booking", None, "/bookings/{id}", {"refused": [None, said]})
    assert found is not None
    assert found.begun
    assert conditions_of("Cancel a booking", said, "/bookings/{id}") is None


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("For groups with no parent, it is the empty string.", True),
        ("Set an empty string to clear the owner.", True),
        ("Must not be an empty string.", False),
        ("The name. May be empty.", False),
    ],
)
def test_an_empty_text_may_stand_for_none(text: str, so: bool):
    assert is_empty_for_none(text) is so


def test_one_of_two_properties_may_have_to_be_given():
    said = "How much. Either amount or total amount is required."
    assert instead_of("totalAmount", said) == "amount"
    assert instead_of("amount", said) == "total_amount"
    assert instead_of("reason", said) is None
    assert instead_of("amount", "It is either due or paid.") is None


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Required if amount or both unit price and quantity are not provided.", "amount"),
        ("Required unless the unit price is given.", "unit_price"),
        ("Required unless the price is missing.", None),
        ("Required if the shop is open.", None),
    ],
)
def test_one_property_may_be_required_only_where_another_is_missing(text: str, other: str | None):
    assert instead_of("total", text) == other


@pytest.mark.parametrize(("kind", "idle"), [("done", True), ("refused", False)])
def test_an_answer_that_nothing_changed_is_no_refusal(kind: str, idle: bool):
    found = conditions_of("Change a note", None, "/notes/{id}", {kind: ["Successful, but nothing changed."]})
    assert (found is not None and found.idle) == idle


@pytest.mark.parametrize(
    ("summary", "so"),
    [("Create or update a member", True), ("Upserts a contact", True), ("Create/Update a list", True), ("Create a member", False)],
)
def test_what_is_made_or_updated_is_never_refused_for_being_there(summary: str, so: bool):
    found = conditions_of(summary, None, "/members")
    assert (found is not None and found.idle) is so


@pytest.mark.parametrize(
    ("text", "so"),
    [("Update a customer. Note: Blank fields are not changed.", True), ("Null values are ignored.", True), ("Fields are changed.", False)],
)
def test_what_is_sent_empty_may_leave_a_field_as_it_is(text: str, so: bool):
    found = conditions_of(None, text, "/customers/{id}")
    assert (found is not None and found.sparse) is so
