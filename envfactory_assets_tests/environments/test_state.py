"""Differences between states, and states that mean the same."""

from copy import deepcopy
from typing import Any

from envfactory_assets.environments import Episode, equivalent, state_diff

from .conftest import board_state

BOOKING = {"arrives": "2026-05-15", "leaves": "2026-05-18"}


def _after(desk: Any, start: dict[str, Any], *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    episode = Episode(dict.fromkeys(start, desk))
    episode.reset(start)
    for tool, arguments in calls:
        assert episode.call(tool, arguments).ok
    return episode.snapshot()


def _book(room: str) -> tuple[str, dict[str, Any]]:
    return "book_room", {"room_id": room} | BOOKING


def test_a_difference_names_entity_key_and_field(desk: Any, start: dict[str, Any]) -> None:
    after = _after(desk, start, ("cancel_stay", {"stay_id": "S14"}), _book("R207"))
    updated = {"env_id": "hotel_desk", "entity": "Stay", "key": "S14", "change": "updated"}
    found = state_diff(start, after, {"hotel_desk": desk})
    assert found[:2] == [
        updated | {"field": "status", "before": "booked", "after": "cancelled"},
        updated | {"field": "refunded", "before": 0.0, "after": 360.0},
    ]
    assert found[2]["change"] == "created"
    assert found[2]["after"]["room_id"] == "R207"
    assert len(found) == 3
    back = state_diff(after, start, {"hotel_desk": desk})
    assert [row["change"] for row in back] == ["updated", "updated", "deleted"]


def test_volatile_fields_do_not_count(board: Any) -> None:
    before = {"board": board_state(board)}
    after = deepcopy(before)
    after["board"]["tables"]["tasks"][0] |= {"etag": "other", "updated_at": "2026-05-12T10:00:00Z"}
    assert state_diff(before, after, {"board": board}) == []
    assert {row["field"] for row in state_diff(before, after, {"board": board}, volatile=True)} == {"etag", "updated_at"}
    assert equivalent(before, after, before, {"board": board})


def test_the_order_in_which_ids_were_minted_does_not_matter(desk: Any, start: dict[str, Any]) -> None:
    one = _after(desk, start, _book("R207"), _book("R108"))
    two = _after(desk, start, _book("R108"), _book("R207"))
    assert one["hotel_desk"]["tables"] != two["hotel_desk"]["tables"]
    assert equivalent(one, two, start, {"hotel_desk": desk})


def test_an_extra_detour_does_not_matter(desk: Any, start: dict[str, Any]) -> None:
    state = deepcopy(start)
    state["hotel_desk"]["counters"]["Stay"] = 40
    assert equivalent(_after(desk, start, _book("R207")), _after(desk, state, _book("R207")), None, {"hotel_desk": desk})


def test_different_rows_are_not_equivalent(desk: Any, start: dict[str, Any]) -> None:
    environments = {"hotel_desk": desk}
    assert not equivalent(_after(desk, start, _book("R207")), _after(desk, start, _book("R108")), start, environments)
    assert not equivalent(_after(desk, start, _book("R207")), start, start, environments)
    cancelled = _after(desk, start, ("cancel_stay", {"stay_id": "S14"}))
    assert not equivalent(cancelled, _after(desk, start, ("cancel_stay", {"stay_id": "S21"})), start, environments)


def test_ids_of_the_start_are_never_renamed(board: Any) -> None:
    start = {"board": board_state(board)}
    swapped = deepcopy(start)
    first, _, third = swapped["board"]["tables"]["tasks"]
    first["id"], third["id"], third["parent_id"] = 3, 1, 3
    assert not equivalent(start, swapped, start, {"board": board})


def _tasks(board: Any, *parents: int | None) -> dict[str, Any]:
    """The start with tasks 4, 5, ... added, each under the given one."""
    state = {"board": board_state(board)}
    model = state["board"]["tables"]["tasks"][1]
    for key, parent in enumerate(parents, start=4):
        state["board"]["tables"]["tasks"].append(model | {"id": key, "parent_id": parent})
    state["board"]["counters"]["Task"] = 3 + len(parents)
    return state


def test_references_between_minted_rows_are_renamed_too(board: Any) -> None:
    start = {"board": board_state(board)}
    assert equivalent(_tasks(board, None, 4, 5), _tasks(board, 5, 6, None), start, {"board": board})
    assert not equivalent(_tasks(board, None, 4, 5), _tasks(board, None, 4, 4), start, {"board": board})


def test_rows_that_look_alike_are_told_apart_by_trial(board: Any) -> None:
    """Two rings of three and one ring of six: every row refers to one and is referred to by one."""
    start = {"board": board_state(board)}
    rings = _tasks(board, 5, 6, 4, 8, 9, 7)
    ring = _tasks(board, 5, 6, 7, 8, 9, 4)
    assert not equivalent(rings, ring, start, {"board": board})
    assert equivalent(ring, _tasks(board, 6, 7, 8, 9, 5, 4), start, {"board": board})
    assert equivalent(rings, _tasks(board, 8, 9, 4, 5, 6, 7), start, {"board": board})


def test_many_rows_alike_are_compared_quickly(board: Any) -> None:
    start = {"board": board_state(board)}
    many = _tasks(board, *[None] * 60)
    other = deepcopy(many)
    other["board"]["tables"]["tasks"].reverse()
    assert equivalent(many, other, start, {"board": board})
    other["board"]["tables"]["users"][0]["full_name"] = "Someone else"
    assert not equivalent(many, other, start, {"board": board})
    assert not equivalent(many, _tasks(board, *[None] * 59, 4), start, {"board": board})


def test_minted_references_from_rows_of_the_start_count(board: Any) -> None:
    start = {"board": board_state(board)}
    one, two, three = (_tasks(board, None, 1) for _ in range(3))
    for state, key in ((one, 4), (two, 5), (three, 4)):
        state["board"]["tables"]["tasks"][2]["parent_id"] = key
    three["board"]["tables"]["tasks"][3:] = [row | {"id": 9 - row["id"]} for row in three["board"]["tables"]["tasks"][3:]]
    assert not equivalent(one, two, start, {"board": board})
    assert equivalent(two, three, start, {"board": board})
