"""What ordinary creates and updates mean, read from the fields they set; played against the module that is written."""

from typing import Any

import pytest

from envfactory_assets.corpus.document import Conditions, Parameter
from envfactory_assets.corpus.lives import life_of_operation, life_of_values
from envfactory_assets.environments import Environment, Episode, load_environment
from envfactory_assets.records import ToolSpec
from envfactory_assets.synthesis.names import snake
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, WHOLE, document, operation, record, ref, written

DAY = {"type": "string", "format": "date"}


def service(values: list[str], thing: str = "job", *, speaking: bool = False, **more: Any) -> dict[str, Any]:
    """The effects of the update of jobs or other things, by family, as the specification tells them.

    Args:
        values: of the status.
        thing: what the records are called.
        speaking: whether the document says something of the states: that nothing changes a record in the last of them.
        more: further properties.
    """
    life = {"x-life": {"frozen": [snake(values[-1])]}} if speaking else {}
    job = record(("id", "status"), id=TEXT, title=TEXT, status={"type": "string", "enum": values, **life}, **more)
    name, path = thing.title().replace("_", ""), f"/{thing}s"
    _, candidate, spec = written(
        document(
            operation("GET", path, response={"type": "array", "items": ref(name)}),
            operation("GET", f"{path}/{{id}}", response=ref(name)),
            operation("POST", path, request=record(("title",), title=TEXT, **more), response=ref(name)),
            operation("PATCH", f"{path}/{{id}}", request=ref(name), response=ref(name)),
            **{name: job},
        )
    )
    told = {effect.family: effect for tool in spec.tools for effect in tool.effects}
    return told | {"code": candidate.source_code}


def played(code: str, rows: list[dict[str, Any]]) -> Episode:
    environment: type[Environment] = load_environment(code, "jobs")
    state = environment.empty_state()
    state["tables"]["jobs"] = rows
    episode = Episode({"jobs": environment})
    episode.reset({"jobs": state})
    return episode


def test_a_status_with_an_irrevocable_state_moves_and_never_back():
    told = service(["draft", "open", "voided", "cancelled"], speaking=True)
    assert told["transition"].moves == {
        "draft": ("open", "voided", "cancelled"),
        "open": ("draft", "voided", "cancelled"),
        "voided": (),
        "cancelled": (),
    }
    episode = played(told["code"], [{"id": "J1", "title": "A", "status": "voided"}, {"id": "J2", "title": "B", "status": "open"}])
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    refused = episode.call(update, {"id": "J1", "status": "open"})
    assert refused.error is not None
    assert refused.error.code == "precondition_failed"
    assert episode.call(update, {"id": "J2", "status": "voided"}).ok


@pytest.mark.parametrize(
    ("values", "moves"),
    [
        (["open", "closed"], {"open": ("closed",), "closed": ("open",)}),
        (["draft", "open", "paid", "overdue"], {"draft": ("open",), "open": ("draft",), "paid": (), "overdue": ()}),
        (["draft", "approved", "cancelled"], {"draft": ("approved", "cancelled"), "approved": ("cancelled",), "cancelled": ()}),
        (["draft", "authorised", "deleted", "voided"], {"draft": ("authorised", "deleted"), "authorised": ("voided",), "voided": ()}),
        (["pending", "completed", "cancelled"], {"pending": ("completed", "cancelled"), "completed": ("pending",), "cancelled": ()}),
        (["active", "terminated", "deleted"], {"active": ("terminated", "deleted"), "terminated": ("active", "deleted")}),
        (["draft", "published"], {"draft": ("published",), "published": ("draft",)}),
        (
            ["queued", "running", "completed", "failed"],
            {"queued": ("running", "completed"), "completed": ("queued", "running"), "failed": ()},
        ),
        (["STATE_UNSPECIFIED", "STATE_ACTIVE", "STATE_PAUSED"], {"STATE_ACTIVE": ("STATE_PAUSED",), "STATE_PAUSED": ("STATE_ACTIVE",)}),
    ],
)
def test_a_status_moves_as_its_states_allow(values: list[str], moves: dict[str, tuple[str, ...]]):
    told = service(values, speaking=True)["transition"].moves
    assert {state: told[state] for state in moves} == moves


@pytest.mark.parametrize("values", [["pending", "approved", "rejected"], ["active", "terminated", "other"]])
def test_a_status_that_may_go_from_anything_to_anything_is_overwritten(values: list[str]):
    assert "transition" not in service(values)


@pytest.mark.parametrize("values", [["draft", "approved", "cancelled"], ["pending", "completed", "cancelled"]])
def test_a_status_of_whose_moves_the_document_says_nothing_is_overwritten(values: list[str]):
    assert "transition" not in service(values)


@pytest.mark.parametrize("values", [["red", "green"], ["open", "closed", "purple"], ["in_progress", "pending_approval", "approved"]])
def test_values_of_which_the_words_tell_no_life_are_overwritten(values: list[str]):
    assert "transition" not in service(values)


@pytest.mark.parametrize(("place", "moved"), [("query", False), ("body", True)])
def test_what_is_told_beside_a_record_where_it_is_made_is_not_set_in_it(place: str, moved: bool):
    hook = record(("id",), id=TEXT, title=TEXT, folder_id=TEXT)
    beside = (Parameter(name="folder_id", place="query", required=True, schema_=TEXT, pointer="/hooks/post/parameters/0"),)
    _, _, spec = written(
        document(
            operation("GET", "/folders", response={"type": "array", "items": ref("Folder")}),
            operation("GET", "/folders/{id}", response=ref("Folder")),
            operation("GET", "/hooks", response={"type": "array", "items": ref("Hook")}),
            operation("POST", "/hooks", request=ref("Hook"), response=ref("Hook")).model_copy(
                update={"parameters": beside if place == "query" else ()}
            ),
            operation("PUT", "/hooks/{id}", request=ref("Hook"), response=ref("Hook")),
            Hook=hook,
            Folder=record(("id",), id=TEXT, name=TEXT),
        )
    )
    assert ("move" in {effect.family for tool in spec.tools for effect in tool.effects}) is moved


def told_to_set(asked: list[str], shown: list[str]) -> dict[str, tuple[str, ...]]:
    """The moves of a status that requests list for themselves."""
    job = record(("id", "status"), id=TEXT, title=TEXT, status={"type": "string", "enum": shown})
    change = record((), title=TEXT, status={"type": "string", "enum": asked})
    _, _, spec = written(
        document(
            operation("GET", "/jobs", response={"type": "array", "items": ref("Job")}),
            operation("POST", "/jobs", request=record(("title",), title=TEXT), response=ref("Job")),
            operation("PATCH", "/jobs/{id}", request=change, response=ref("Job")),
            Job=job,
        )
    )
    return next(effect.moves for tool in spec.tools for effect in tool.effects if effect.family == "transition")


def test_what_a_request_lists_can_be_set_though_services_mostly_find_it_out():
    states = ["queued", "running", "success", "failed"]
    moves = told_to_set(["success", "failed", "queued"], states)
    assert moves["success"] == ("queued", "failed")
    assert "running" not in {end for ends in moves.values() for end in ends}


def test_a_payment_is_called_off_also_when_it_is_paid():
    states = ["authorised", "paid", "voided", "deleted"]
    assert service(states, "payment")["transition"].moves["paid"] == ("voided", "deleted")
    assert service(states)["transition"].moves["paid"] == ()


def test_an_update_is_told_only_a_state_that_something_leads_to():
    episode = played(service(["open", "closed", "merged"], speaking=True)["code"], [{"id": "J1", "title": "A", "status": "open"}])
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    refused = episode.call(update, {"id": "J1", "status": "merged"})
    assert refused.error is not None
    assert refused.error.code == "invalid_argument"
    assert episode.call(update, {"id": "J1", "status": "closed"}).ok


def test_what_updates_do_not_change_is_not_theirs_to_move():
    told = "The parent. This property cannot be modified using a PUT request."
    assert "move" in service(["open", "closed"], parent_id=TEXT)
    assert "move" not in service(["open", "closed"], parent_id=TEXT | {"description": told})


@pytest.mark.parametrize(("idle", "families"), [(False, {"update", "transition"}), (True, {"update"})])
def test_what_may_be_so_already_is_no_move(idle: bool, families: set[str]):
    change = operation("PATCH", "/notes/{id}", request=record((), archived=FLAG), response=ref("Note"), conditions=Conditions(idle=idle))
    _, _, spec = written(
        document(
            operation("GET", "/notes", response={"type": "array", "items": ref("Note")}),
            operation("POST", "/notes", request=record(("title",), title=TEXT), response=ref("Note")),
            change,
            Note=record(("id", "archived"), id=TEXT, title=TEXT, archived=FLAG),
        )
    )
    assert {effect.family for tool in spec.tools for effect in tool.effects} & {"update", "transition"} == families


def test_what_is_merged_is_neither_opened_nor_closed():
    states = {"type": "string", "enum": ["open", "closed"]}
    shown = record(("id", "state"), id=TEXT, title=TEXT, state=states, merged=FLAG)
    _, _, spec = written(
        document(
            operation("GET", "/pulls", response={"type": "array", "items": ref("Pull")}),
            operation("POST", "/pulls", request=record(("title",), title=TEXT), response=ref("Pull")),
            operation("PATCH", "/pulls/{id}", request=record((), title=TEXT, state=states), response=ref("Pull")),
            Pull=shown,
        )
    )
    [moved] = [effect for tool in spec.tools for effect in tool.effects if effect.family == "transition"]
    assert moved.unless == {"merged": (True,)}


def test_a_moment_that_requests_set_in_universal_time_is_kept_once():
    moment = {"type": "string", "format": "date-time"}
    shown = record(("id",), id=TEXT, title=TEXT, DueDate=moment, DueDateUTC=moment, SentDate=moment)
    _, _, spec = written(
        document(
            operation("GET", "/notes", response={"type": "array", "items": ref("Note")}),
            operation("POST", "/notes", request=record((), title=TEXT, DueDateUTC=moment), response=ref("Note")),
            operation("DELETE", "/notes/{id}"),
            Note=shown,
        )
    )
    assert {field.name for field in spec.entity("Note").fields} == {"id", "title", "due_date_utc", "sent_date"}


def test_of_two_properties_that_say_the_same_one_is_kept():
    lock = {"type": "integer", "description": "Deprecated: 0 is locked. Please use `isLocked` instead."}
    told = service(["open", "closed"], is_locked=FLAG, lock_status=lock)
    assert (told["transition"].field, "lock_status" in told["code"]) == ("is_locked", False)


def test_what_is_archived_may_only_be_out_of_sight_and_is_moved_all_the_same():
    states = ["open", "archived", "deleted"]
    assert service(states, parent_id=TEXT)["move"].unless == {"status": ("deleted",)}
    assert service(states, "channel", parent_id=TEXT)["move"].unless == {"status": ("archived", "deleted")}


def test_a_record_of_which_nothing_is_said_may_go_on_to_any_state():
    assert service(["active", "cancelled", "other"], speaking=True)["transition"].moves["other"] == ("active", "cancelled")


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


def test_a_calendar_tells_of_the_past_as_well():
    told = service(["open"], "appointment", start_date=DAY, end_date=DAY)
    assert (told["schedule"].past, told["reschedule"].past) == (True, True)


def test_a_reminder_is_set_anew_after_it_has_come_and_lies_ahead():
    told = service(["red"], remind_on=DAY)
    assert told["reschedule"].anew
    episode = played(told["code"], [{"id": "J1", "title": "A", "remind_on": "2026-01-01"}])
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    late = episode.call(update, {"id": "J1", "remind_on": "2026-01-02"}).error
    assert late is not None
    assert late.code == "precondition_failed"
    assert episode.call(update, {"id": "J1", "remind_on": "2027-01-01"}).ok


def test_a_start_with_an_end_is_set_ahead_and_stays_when_it_has_begun():
    told = service(["open"], "booking", start_date=DAY, end_date=DAY)
    assert (told["schedule"].field, told["schedule"].until) == ("start_date", "end_date")
    assert (told["reschedule"].field, told["reschedule"].until, told["reschedule"].past) == ("start_date", "end_date", False)


def test_what_is_entered_afterwards_too_ends_after_it_starts():
    told = service(["open"], "project", start_date=DAY, end_date=DAY)
    assert (told["schedule"].until, told["schedule"].past, told["reschedule"].past) == ("end_date", True, True)
    environment: type[Environment] = load_environment(told["code"], "projects")
    episode = Episode({"projects": environment})
    episode.reset({"projects": environment.empty_state("2026-05-12T09:00:00Z", None)})
    [create] = [tool.name for tool in episode.tools() if tool.effects[0].family == "create"]
    backwards = episode.call(create, {"title": "A", "start_date": "2025-02-01", "end_date": "2025-01-01"}).error
    assert backwards is not None
    assert backwards.message == "The project would end before it starts."
    assert episode.call(create, {"title": "A", "start_date": "2025-01-01", "end_date": "2025-02-01"}).ok


def test_what_is_over_is_not_rescheduled():
    told = service(["planned", "cancelled"], "visit_booking", start_date=DAY, end_date=DAY)
    assert told["reschedule"].unless == {"status": ("cancelled",)}
    environment: type[Environment] = load_environment(told["code"], "bookings")
    state = environment.empty_state()
    row = {"title": "A", "start_date": "2026-06-01", "end_date": "2026-06-02"}
    state["tables"]["visit_bookings"] = [{"id": "S1", "status": "cancelled", **row}, {"id": "S2", "status": "planned", **row}]
    episode = Episode({"bookings": environment})
    episode.reset({"bookings": state})
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    refused = episode.call(update, {"id": "S1", "start_date": "2026-06-02"}).error
    assert refused is not None
    assert refused.message == "The visit booking is cancelled: its time stays as it is."
    assert episode.call(update, {"id": "S2", "start_date": "2026-06-02"}).ok


@pytest.mark.parametrize(
    ("thing", "field", "families"),
    [
        ("booking", "start_date", {"schedule", "reschedule"}),
        ("meeting", "start_date", set()),
        ("task", "due_date", set()),
        ("task", "remind_on", {"schedule", "reschedule"}),
        ("coupon", "expires_on", {"schedule"}),
        ("invoice", "due_date", set()),
        ("time_entry", "start_date", set()),
        ("passport", "expires_on", set()),
    ],
)
def test_a_time_is_set_ahead_where_the_thing_lies_ahead(thing: str, field: str, families: set[str]):
    told = service(["red"], thing, **{field: DAY})
    assert {"schedule", "reschedule"} & told.keys() == families


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


@pytest.mark.parametrize(("flag", "value"), [("is_active", True), ("enabled", True), ("archived", False)])
def test_what_is_made_is_in_use_unless_somebody_says_otherwise(flag: str, value: bool):
    _, candidate, spec = written(
        document(
            operation("GET", "/jobs", response={"type": "array", "items": ref("Job")}),
            operation("GET", "/jobs/{id}", response=ref("Job")),
            operation("POST", "/jobs", request=record(("title",), title=TEXT, **{flag: {"type": "boolean"}}), response=ref("Job")),
            Job=record(("id", "title", flag), id=TEXT, title=TEXT, **{flag: {"type": "boolean"}}),
        )
    )
    [create] = [tool.name for tool in spec.tools if tool.effects[0].family == "create"]
    episode = played(candidate.source_code, [])
    assert episode.call(create, {"title": "A"}).value[flag] is value
    assert episode.call(create, {"title": "B", flag: not value}).value[flag] is not value


def test_a_day_that_callers_write_is_a_value_and_no_state():
    assert "transition" not in service(["red", "green"], closed_date=DAY)


def moved_notes(kind: dict[str, Any] = TEXT, conditions: Conditions | None = None) -> tuple[str, ToolSpec]:
    """Notes in folders, and the tool that moves them."""
    note = record(("id",), id=TEXT, title=TEXT, note_type=kind)
    _, candidate, spec = written(
        document(
            operation("GET", "/folders", response={"type": "array", "items": ref("Folder")}),
            operation("POST", "/folders", query={"title": TEXT}, response=ref("Folder")),
            operation("GET", "/folders/{folderId}/notes", response={"type": "array", "items": ref("Note")}),
            operation("GET", "/folders/{folderId}/notes/{noteId}", response=ref("Note")),
            operation("POST", "/folders/{folderId}/notes", query={"title": TEXT}, response=ref("Note")),
            operation(
                "POST",
                "/folders/{folderId}/notes/{noteId}/move",
                query={"destination": TEXT, "silent": {"type": "boolean"}, "reason": TEXT},
                response=ref("Note"),
                conditions=conditions,
            ),
            Folder=record(("id",), id=TEXT, title=TEXT),
            Note=note,
        )
    )
    [moving] = [tool for tool in spec.tools if tool.effects[0].family == "move"]
    return candidate.source_code, moving


def test_a_move_is_told_to_where_beside_its_path():
    """What is sent beside the path may be a record, too, and each of its fields is told once."""
    _, moving = moved_notes()
    assert [each.name for each in moving.parameters if each.required and each.name != "folderId"] == ["noteId", "destination"]


def test_kinds_that_are_not_moved_stay_where_they_are():
    _, moving = moved_notes(conditions=Conditions(refused=("daily", "shared")))
    assert moving.effects[0].unless == {"note_type": ("daily", "shared")}
    _, moving = moved_notes({"type": "string", "enum": ["plain", "daily"]}, Conditions(refused=("daily", "shared")))
    assert not moving.effects[0].unless


def test_an_update_moves_no_status_that_only_verbs_tell():
    bill = record(("id", "status"), id=TEXT, title=TEXT, status=TEXT)
    _, _, spec = written(
        document(
            operation("GET", "/bills", response={"type": "array", "items": ref("Bill")}),
            operation("GET", "/bills/{id}", response=ref("Bill")),
            operation("PATCH", "/bills/{id}", request=record((), title=TEXT, status=TEXT), response=ref("Bill")),
            operation("POST", "/bills/{id}/cancel", response=ref("Bill")),
            Bill=bill,
        )
    )
    moving = {tool.effects[0].family for tool in spec.tools if any(effect.family == "transition" for effect in tool.effects)}
    assert moving == {"transition"}


def test_a_field_that_is_used_no_more_moves_nothing():
    old = service(["red", "green"], archived={"type": "boolean", "deprecated": True})
    assert "transition" in service(["red", "green"], archived={"type": "boolean"})
    assert "transition" not in old


def test_what_is_posted_to_a_record_that_is_also_put_makes_none():
    lamp = record(("id",), id=TEXT, lit={"type": "boolean"})
    made = written(
        document(
            operation("GET", "/lamps", response={"type": "array", "items": ref("Lamp")}),
            operation(
                "PUT", "/lamps/{id_lamp}", name="put_lamps_id_lamp", request=record((), lit={"type": "boolean"}), response=ref("Lamp")
            ),
            operation(
                "POST", "/lamps/{id_lamp}", name="post_lamps_id_lamp", request=record((), lit={"type": "boolean"}), response=ref("Lamp")
            ),
            operation("DELETE", "/lamps/{id_lamp}", response=ref("Lamp")),
            Lamp=lamp,
        )
    )[2]
    assert {effect.family for tool in made.tools for effect in tool.effects} == {"list", "update", "delete"}


def test_a_time_that_says_nothing_without_another_value_is_a_value():
    told = service(["red", "green"], starts_on=DAY, ends_on=DAY)
    tied = service(["red", "green"], starts_on=DAY | {"x-needs": "lasts"}, ends_on=DAY)
    assert ("reschedule" in told, "reschedule" in tied) == (True, False)


def test_a_state_that_a_request_sets_alone_is_no_life():
    with pytest.raises(StopIteration):
        told_to_set(["suspended"], ["active", "suspended"])


@pytest.mark.parametrize(("asked", "moves"), [(("title", "archived"), False), (("archived",), True), ((), True)])
def test_a_flag_that_is_put_only_with_the_whole_record_is_written_over(asked: tuple[str, ...], moves: bool):
    told = {"title": TEXT, "archived": {"type": "boolean"}}
    _, _, spec = written(
        document(
            operation("GET", "/jobs", response={"type": "array", "items": ref("Job")}),
            operation("GET", "/jobs/{id}", response=ref("Job")),
            operation("POST", "/jobs", request=record(("title",), **told), response=ref("Job")),
            operation("PUT", "/jobs/{id}", request=record(asked, **told), response=ref("Job")),
            Job=record(("id", "title"), id=TEXT, **told),
        )
    )
    assert moves == ("transition" in {effect.family for tool in spec.tools for effect in tool.effects})


def test_a_flag_that_the_status_tells_too_is_no_effect_of_its_own():
    told = service(["open", "closed"], closed={"type": "boolean"})
    assert told["transition"].field == "status"


def test_what_one_of_several_is_is_no_flag_of_each():
    told = service(["red", "green"], active={"type": "boolean", "description": "Whether this job is the default."})
    assert "transition" not in told


def described(status: dict[str, Any], thing: str = "") -> dict[str, Any]:
    """The effects of the update of jobs whose status, or whose update, says which states lead where."""
    job = record(("id", "status"), id=TEXT, title=TEXT, status={"type": "string", **status}, assignee=TEXT)
    listed = {"type": "array", "items": ref("Job")}
    change = operation("PATCH", "/jobs/{id}", request=ref("Job"), response=ref("Job"))
    told = life_of_operation(thing)
    _, candidate, spec = written(
        document(
            operation("GET", "/jobs", response=listed),
            operation("POST", "/jobs", request=record(("title",), title=TEXT), response=ref("Job")),
            change.model_copy(update={"life": told.plain() or None}),
            Job=job,
        )
    )
    found = {effect.family: effect for tool in spec.tools for effect in tool.effects}
    return found | {"code": candidate.source_code}


def test_the_moves_that_an_operation_lists_are_all_there_are():
    told = described({"enum": ["pending", "ongoing", "done"]}, "Allowed: `pending` -> `ongoing`, `ongoing` -> `done`.")
    assert told["transition"].moves == {"pending": ("ongoing",), "ongoing": ("done",), "done": ()}


def test_a_record_whose_state_says_so_stays_as_it_is():
    life = life_of_values(
        ["open", "locked"], "* `open` - at work\n* `locked` - the job cannot be modified except to change it to the open status"
    )
    told = described({"enum": ["open", "locked"], "x-life": life.plain()})
    assert told["assign"].unless == {"status": ("locked",)}
    assert told["update"].unless == {"status": ("locked",)}
    episode = played(told["code"], [{"id": "J1", "title": "A", "status": "locked", "assignee": None}])
    [update] = [tool.name for tool in episode.tools() if tool.effects[0].family == "update"]
    refused = episode.call(update, {"id": "J1", "title": "B"}).error
    assert refused is not None
    assert refused.message == "The job is locked: it stays as it is."
    assert episode.call(update, {"id": "J1", "title": "B", "status": "open"}).ok


def test_calls_add_to_the_list_of_numbers_that_the_record_itself_shows():
    asked = record((), server_ids={"type": "array", "items": WHOLE})
    wall = record(("id", "name"), id=TEXT, name=TEXT, place=TEXT, server_ids={"type": ["array", "null"], "items": WHOLE})
    _, _, spec = written(
        document(
            operation("GET", "/servers", response={"type": "array", "items": ref("Server")}),
            operation("GET", "/servers/{server_id}", response=ref("Server")),
            operation("POST", "/servers", request=record(("name",), name=TEXT), response=ref("Server")),
            operation("GET", "/walls", response={"type": "array", "items": ref("Wall")}),
            operation("GET", "/walls/{wall_id}", response=ref("Wall")),
            operation("POST", "/walls", request=record(("name",), name=TEXT), response=ref("Wall")),
            operation("POST", "/walls/{wall_id}/servers", name="assign_servers", request=asked),
            Server=record(("id", "name"), id=WHOLE, name=TEXT),
            Wall=wall,
        )
    )
    assert {field.name for field in spec.entity("Wall").fields if field.type == "list"} == {"server_ids"}
    assert [effect.field for tool in spec.tools for effect in tool.effects if effect.family == "add_member"] == ["server_ids"]


def test_what_has_begun_is_not_cancelled_where_the_document_refuses_it():
    states = {"type": "string", "enum": ["pending", "accepted", "cancelled"]}
    cancel = operation("POST", "/bookings/{id}/cancel", response=ref("Booking"))
    _, candidate, spec = written(
        document(
            operation("GET", "/bookings", response={"type": "array", "items": ref("Booking")}),
            operation("GET", "/bookings/{id}", response=ref("Booking")),
            operation("POST", "/bookings", request=record(("title",), title=TEXT, start=DAY, end=DAY), response=ref("Booking")),
            cancel.model_copy(update={"conditions": Conditions(begun=True)}),
            Booking=record(("id", "status"), id=TEXT, title=TEXT, status=states, start=DAY, end=DAY),
        )
    )
    [tool] = [tool for tool in spec.tools if tool.effects[0].family == "transition"]
    assert tool.effects[0].until == "start"
    environment = load_environment(candidate.source_code, "bookings")
    episode, state = Episode({"bookings": environment}), environment.empty_state()
    state["tables"]["bookings"] = [{"id": day, "title": "A", "status": "accepted", "start": day} for day in ("2025-01-01", "2027-01-01")]
    episode.reset({"bookings": state})
    assert episode.call(tool.name, {"id": "2027-01-01"}).ok
    refused = episode.call(tool.name, {"id": "2025-01-01"}).error
    assert refused is not None
    assert refused.code == "precondition_failed"


@pytest.mark.parametrize(("text", "bound"), [("Private shelves cannot contain public jobs.", False), ("Whether it is private.", True)])
def test_a_flag_that_what_is_around_a_record_binds_is_no_effect(text: str, bound: bool):
    shelf = record(name=TEXT, is_private=FLAG | {"description": text})
    assert ("transition" in service(["red"], is_private=FLAG, shelf=shelf)) is bound


def test_what_counts_the_records_that_a_tool_moves_is_left_out():
    board = record(("id", "name"), id=TEXT, name=TEXT, open_tickets=WHOLE, tickets_count=WHOLE, max_tickets=WHOLE, seats=WHOLE)
    ticket = record(("id", "title"), id=TEXT, title=TEXT, board_id=TEXT)
    _, _, spec = written(
        document(
            operation("GET", "/boards", response={"type": "array", "items": ref("Board")}),
            operation("GET", "/boards/{id}", response=ref("Board")),
            operation("GET", "/tickets/{id}", response=ref("Ticket")),
            operation("POST", "/tickets", request=ref("Ticket"), response=ref("Ticket")),
            operation("PATCH", "/tickets/{id}", request=ref("Ticket"), response=ref("Ticket")),
            Board=board,
            Ticket=ticket,
        )
    )
    assert "move" in {effect.family for tool in spec.tools for effect in tool.effects}
    assert {field.name for field in spec.entity("Board").fields if field.type == "integer"} == {"max_tickets", "seats"}


@pytest.mark.parametrize(("shown", "grounding"), [(True, "inferred"), (False, "assumed")])
def test_a_list_that_only_calls_on_it_tell_of_is_assumed_unless_one_lists_it(shown: bool, grounding: str):
    pupils = {"type": "array", "items": ref("Pupil")}
    listing = [operation("GET", "/rooms/{room}/pupils", response=pupils)] if shown else []
    _, _, spec = written(
        document(
            operation("GET", "/rooms", response={"type": "array", "items": ref("Room")}),
            operation("GET", "/rooms/{room}", response=ref("Room")),
            operation("GET", "/pupils", response=pupils),
            operation("GET", "/pupils/{pupil}", response=ref("Pupil")),
            operation("POST", "/rooms/{room}/pupils/{pupil}", name="add_pupil_to_room"),
            operation("DELETE", "/rooms/{room}/pupils/{pupil}", name="remove_pupil_from_room"),
            *listing,
            Room=record(("id", "name"), id=TEXT, name=TEXT, floor=TEXT),
            Pupil=record(("id", "name"), id=TEXT, name=TEXT, email=TEXT),
        )
    )
    joining = [tool.grounding for tool in spec.tools if tool.effects[0].family in {"add_member", "remove_member"}]
    assert joining == [grounding, grounding]
