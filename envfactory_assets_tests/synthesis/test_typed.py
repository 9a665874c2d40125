"""What ordinary creates and updates mean, read from the fields they set; played against the module that is written."""

from typing import Any

import pytest

from envfactory_assets.environments import Environment, Episode, load_environment
from envfactory_assets_tests.synthesis.documents import TEXT, document, operation, record, ref, written

DAY = {"type": "string", "format": "date"}


def service(values: list[str], **more: Any) -> dict[str, Any]:
    """The effects of the update of jobs, by family, as the specification tells them."""
    job = record(("id", "status"), id=TEXT, title=TEXT, status={"type": "string", "enum": values}, **more)
    _, candidate, spec = written(
        document(
            operation("GET", "/jobs", response={"type": "array", "items": ref("Job")}),
            operation("GET", "/jobs/{id}", response=ref("Job")),
            operation("POST", "/jobs", request=record(("title",), title=TEXT), response=ref("Job")),
            operation("PATCH", "/jobs/{id}", request=ref("Job"), response=ref("Job")),
            Job=job,
        )
    )
    [update] = [tool for tool in spec.tools if tool.effects[0].family == "update"]
    return {effect.family: effect for effect in update.effects} | {"code": candidate.source_code}


def played(code: str, rows: list[dict[str, Any]]) -> Episode:
    environment: type[Environment] = load_environment(code, "jobs")
    state = environment.empty_state()
    state["tables"]["jobs"] = rows
    episode = Episode({"jobs": environment})
    episode.reset({"jobs": state})
    return episode


def test_a_status_with_an_irrevocable_state_moves_and_never_back():
    told = service(["draft", "open", "paid", "cancelled"])
    assert told["transition"].moves == {
        "draft": ("open", "paid", "cancelled"),
        "open": ("paid", "cancelled"),
        "paid": (),
        "cancelled": (),
    }
    episode = played(told["code"], [{"id": "J1", "title": "A", "status": "paid"}, {"id": "J2", "title": "B", "status": "open"}])
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    refused = episode.call(update, {"id": "J1", "status": "open"})
    assert refused.error is not None
    assert refused.error.code == "precondition_failed"
    assert episode.call(update, {"id": "J2", "status": "paid"}).ok


@pytest.mark.parametrize(
    ("values", "moves"),
    [
        (["open", "closed"], {"open": ("closed",), "closed": ("open",)}),
        (["draft", "paid"], {"draft": ("paid",), "paid": ()}),
        (["draft", "published"], {"draft": ("published",), "published": ("draft",)}),
        (["new", "open", "solved"], {"new": ("open", "solved"), "open": ("solved",), "solved": ("open",)}),
        (["queued", "running", "completed", "failed"], {"queued": ("running", "completed", "failed"), "completed": (), "failed": ()}),
        (["STATE_UNSPECIFIED", "STATE_ACTIVE", "STATE_PAUSED"], {"STATE_ACTIVE": ("STATE_PAUSED",), "STATE_PAUSED": ("STATE_ACTIVE",)}),
    ],
)
def test_a_status_moves_as_its_states_allow(values: list[str], moves: dict[str, tuple[str, ...]]):
    told = service(values)["transition"].moves
    assert {state: told[state] for state in moves} == moves


def test_values_that_are_no_states_are_overwritten():
    assert "transition" not in service(["red", "green"])


def test_what_is_so_already_is_not_made_so_again():
    told = service(["open", "closed"])
    episode = played(told["code"], [{"id": "J1", "title": "A", "status": "closed"}])
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    refused = episode.call(update, {"id": "J1", "status": "closed"}).error
    assert refused is not None
    assert (refused.code, refused.message) == ("precondition_failed", "The job is already closed.")
    assert episode.call(update, {"id": "J1", "status": "closed", "title": "B"}).ok


@pytest.mark.parametrize(("flag", "family"), [("archived", "transition"), ("is_starred", "mark"), ("hasStock", None)])
def test_a_flag_says_where_a_record_is_or_what_a_person_thinks_of_it(flag: str, family: str | None):
    told = service(["red", "green"], **{flag: {"type": "boolean"}})
    assert {"transition", "mark"} & told.keys() == ({family} if family else set())
    if family is None:
        return
    episode = played(told["code"], [{"id": "J1", "title": "A", "status": "red", told[family].field: True}])
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    refused = episode.call(update, {"id": "J1", flag: True}).error
    assert refused is not None
    assert refused.message == f"The job is already {flag.removeprefix('is_')}."
    assert episode.call(update, {"id": "J1", flag: False}).ok


def test_a_start_with_an_end_is_a_schedule():
    told = service(["open"], start_date=DAY, end_date=DAY)
    assert (told["reschedule"].field, told["reschedule"].until) == ("start_date", "end_date")


def test_a_start_alone_and_a_day_it_is_due_are_plain():
    assert "reschedule" not in service(["open"], start_date=DAY)
    assert "reschedule" not in service(["open"], due_date=DAY)


def test_a_parent_of_the_same_kind_is_a_place_in_a_tree():
    told = service(["open", "closed"], parent_id=TEXT)
    assert told["move"].field == "parent_id"
    episode = played(told["code"], [{"id": "J1", "title": "A", "status": "open", "parent_id": None}])
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    refused = episode.call(update, {"id": "J1", "parent_id": "J1"})
    assert refused.error is not None
    assert refused.error.code == "conflict"


def test_a_record_of_who_belongs_to_what_is_made_once():
    member = record(("id", "user_id"), id=TEXT, user_id=TEXT, team_id=TEXT, role=TEXT)
    _, candidate, spec = written(
        document(
            operation("GET", "/users", response={"type": "array", "items": ref("User")}),
            operation("GET", "/users/{id}", response=ref("User")),
            operation("GET", "/teams", response={"type": "array", "items": ref("Team")}),
            operation("GET", "/teams/{id}", response=ref("Team")),
            operation("GET", "/teams/{team_id}/members", response={"type": "array", "items": ref("Member")}),
            operation("POST", "/teams/{team_id}/members", request=record(("user_id",), user_id=TEXT, role=TEXT), response=ref("Member")),
            User=record(("id", "name"), id=TEXT, name=TEXT),
            Team=record(("id", "name"), id=TEXT, name=TEXT),
            Member=member,
        )
    )
    [create] = [tool for tool in spec.tools if tool.effects[0].family == "create"]
    [joined] = [effect for effect in create.effects if effect.family == "add_member"]
    assert (joined.field, joined.within) == ("user_id", "team_id")
    environment: type[Environment] = load_environment(candidate.source_code, "teams")
    state = environment.empty_state()
    state["tables"] |= {"users": [{"id": "U1", "name": "Ada"}], "teams": [{"id": "T1", "name": "Blue"}]}
    episode = Episode({"teams": environment})
    episode.reset({"teams": state})
    [name] = [tool.name for tool in episode.tools() if tool.effects[0].family == "create"]
    assert episode.call(name, {"team_id": "T1", "user_id": "U1"}).ok
    again = episode.call(name, {"team_id": "T1", "user_id": "U1"})
    assert again.error is not None
    assert again.error.code == "conflict"
