"""The hand-written hotel desk, through an episode."""

from datetime import timedelta
from typing import Any

from envfactory_assets.environments import Episode, describe


def test_a_search_returns_free_rooms_cheapest_first(episode: Episode) -> None:
    result = episode.call("find_rooms", {"arrives": "2026-05-15", "leaves": "2026-05-18"})
    assert [room["id"] for room in result.value] == ["R108", "R207", "R310"]


def test_filters_narrow_a_search(episode: Episode) -> None:
    result = episode.call("find_rooms", {"arrives": "2026-05-15", "leaves": "2026-05-18", "kind": "double", "max_rate": 120})
    assert [room["id"] for room in result.value] == ["R207"]


def test_a_caller_lists_only_their_own_stays(episode: Episode) -> None:
    assert [stay["id"] for stay in episode.call("list_my_stays", {}).value] == ["S9", "S14", "S21"]


def test_booking_takes_the_room_and_mints_the_next_id(episode: Episode) -> None:
    made = episode.call("book_room", {"room_id": "R207", "arrives": "2026-05-15", "leaves": "2026-05-18"})
    assert made.value["id"] == "S22"
    assert made.value["total"] == 330.0
    again = episode.call("book_room", {"room_id": "R207", "arrives": "2026-05-16", "leaves": "2026-05-17"})
    assert again.error is not None
    assert again.error.code == "precondition_failed"
    assert again.error.message == "Room 207 is taken between 2026-05-16 and 2026-05-17."


def test_cancelling_late_keeps_the_first_night(episode: Episode) -> None:
    episode.advance(timedelta(days=2))
    assert episode.call("cancel_stay", {"stay_id": "S14"}).value["refunded"] == 240.0


def test_a_transition_is_refused_outside_its_sources(episode: Episode) -> None:
    episode.advance(timedelta(days=3))
    assert episode.call("check_in", {"stay_id": "S14"}).value["status"] == "checked_in"
    again = episode.call("check_in", {"stay_id": "S14"})
    assert again.content == (
        '{"error":{"code":"precondition_failed","message":"The stay is checked in; it must be booked to become checked in."}}'
    )


def test_another_guests_stay_is_refused(episode: Episode) -> None:
    error = episode.call("cancel_stay", {"stay_id": "S20"}).error
    assert error is not None
    assert (error.code, error.message) == ("permission_denied", "This stay belongs to another guest.")


def test_its_description_names_what_each_argument_is_for(desk: Any) -> None:
    spec = describe(desk, "hotel_desk")
    purposes = {(t.name, p.name): (p.role, p.entity, p.field, p.operator) for t in spec.tools for p in t.parameters}
    assert purposes["find_rooms", "kind"] == ("filter", "Room", "kind", "eq")
    assert purposes["find_rooms", "max_rate"] == ("filter", "Room", "nightly_rate", "le")
    assert purposes["find_rooms", "arrives"] == ("other", None, None, None)
    assert purposes["book_room", "room_id"] == ("reference", "Room", "room_id", None)
    assert purposes["book_room", "arrives"] == ("value", "Stay", "arrives", None)
    assert purposes["cancel_stay", "stay_id"] == ("key", "Stay", "id", None)


def test_its_policy_states_what_it_enforces(desk: Any) -> None:
    policy = describe(desk, "hotel_desk").policy
    assert "check_in: only when the status is booked; it becomes checked in." in policy
    assert 'cancel_stay, check_in, check_out: may be refused with "This stay belongs to another guest."' in policy
    assert "Always: No room is let to two parties for the same night." in policy
