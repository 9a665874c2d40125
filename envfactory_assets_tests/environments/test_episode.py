"""Calls, snapshots, clocks and isolation."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envfactory_assets.environments import Episode, ScenarioError
from envfactory_assets.records import canonical_json

from .conftest import board_state, hotel_state

HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["S14", "S20", "S9", "R207", "R310", "booked", "2026-05-15", "2026-05-18", "2026-06-07", "double", 1, 2, 3, 1001]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.binary(max_size=3),
)


def _calls(names: dict[str, list[str]]) -> st.SearchStrategy[tuple[str, Any]]:
    def arguments(tool: str) -> st.SearchStrategy[Any]:
        return st.one_of(st.dictionaries(st.sampled_from([*names[tool], "bogus"]), HOSTILE, max_size=5), HOSTILE)

    return st.sampled_from(sorted(names)).flatmap(lambda tool: st.tuples(st.just(tool), arguments(tool)))


def _misdeeds(episode: Episode, calls: list[tuple[str, Any]]) -> list[str]:
    """The calls that failed or only read and yet changed the state, and those that met a bug."""
    found = []
    reads = {spec.name for spec in episode.tools() if spec.effects[0].family in {"list", "search", "get"}}
    for tool, arguments in calls:
        before = canonical_json(episode.snapshot())
        result = episode.call(tool, arguments)
        if (not result.ok or tool in reads) and canonical_json(episode.snapshot()) != before:
            found.append(f"{tool} changed the state with {arguments!r}")
        if result.defect is not None:
            found.append(f"{tool} met a bug with {arguments!r}: {result.defect}")
    return found


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_failed_calls_and_reads_never_change_the_hotel(desk: Any, data: st.DataObject) -> None:
    episode = Episode({"hotel_desk": desk})
    episode.reset({"hotel_desk": hotel_state(desk)})
    names = {spec.name: [p.name for p in spec.parameters] for spec in episode.tools()}
    assert _misdeeds(episode, data.draw(st.lists(_calls(names), max_size=12))) == []


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_failed_calls_and_reads_never_change_a_board(board: Any, data: st.DataObject) -> None:
    episode = Episode({"board": board})
    episode.reset({"board": board_state(board)})
    names = {spec.name: [p.name for p in spec.parameters] for spec in episode.tools()}
    assert _misdeeds(episode, data.draw(st.lists(_calls(names), max_size=12))) == []


@pytest.mark.parametrize("how", ["after_write", "in_place", "wrong_result"])
def test_a_modules_bug_is_rolled_back_and_recorded(board_episode: Episode, how: str) -> None:
    before = board_episode.snapshot()
    result = board_episode.call("breakDown", {"how": how}, requestor="control")
    assert result.error is not None
    assert result.error.code == "unavailable"
    assert result.defect
    assert "Error" in result.defect
    assert "a bug" not in result.content
    assert canonical_json(board_episode.snapshot()) == canonical_json(before)


def test_a_broken_invariant_is_a_conflict_and_changes_nothing(board_episode: Episode) -> None:
    before = board_episode.snapshot()
    error = board_episode.call("renameTask", {"taskId": 1, "title": "x" * 41}).error
    assert error is not None
    assert (error.code, error.message) == ("conflict", "This must always hold: A title has at most 40 characters.")
    assert board_episode.snapshot() == before


def test_a_tool_of_another_audience_is_not_there_for_an_agent(board_episode: Episode) -> None:
    error = board_episode.call("breakDown", {"how": "in_place"}).error
    assert error is not None
    assert error.code == "not_found"
    assert "breakDown" not in {spec.name for spec in board_episode.tools()}


@pytest.mark.parametrize("tool", ["no_such_tool", "", None, 3, ["list_my_stays"]])
def test_an_unknown_tool_is_not_found(episode: Episode, tool: Any) -> None:
    error = episode.call(tool, {}).error
    assert error is not None
    assert error.code == "not_found"


def test_resetting_to_a_snapshot_resumes_exactly(desk: Any, episode: Episode) -> None:
    episode.call("book_room", {"room_id": "R207", "arrives": "2026-05-15", "leaves": "2026-05-18"})
    episode.advance(timedelta(hours=5, seconds=1))
    other = Episode({"hotel_desk": desk})
    other.reset(episode.snapshot())
    later = {"room_id": "R108", "arrives": "2026-05-15", "leaves": "2026-05-18"}
    assert episode.call("book_room", later).content == other.call("book_room", later).content
    assert canonical_json(other.snapshot()) == canonical_json(episode.snapshot())


def test_a_loaded_state_is_saved_as_it_was(board: Any, board_episode: Episode) -> None:
    assert canonical_json(board_episode.snapshot()) == canonical_json({"board": board_state(board)})


def test_an_empty_state_loads(board: Any) -> None:
    episode = Episode({"board": board})
    episode.reset({"board": board.empty_state()})
    assert episode.call("listTasks", {}).value == {"data": [], "nextPage": None}


def test_without_a_caller_what_needs_one_is_refused(desk: Any) -> None:
    episode = Episode({"hotel_desk": desk})
    episode.reset({"hotel_desk": desk.empty_state()})
    error = episode.call("list_my_stays", {}).error
    assert error is not None
    assert error.code == "permission_denied"


def test_episodes_share_nothing(desk: Any, start: dict[str, Any]) -> None:
    one, two = Episode({"hotel_desk": desk}), Episode({"hotel_desk": desk})
    one.reset(start)
    two.reset(start)
    given_state = copy.deepcopy(start)
    one.call("cancel_stay", {"stay_id": "S14"})
    one.advance(timedelta(days=1))
    assert two.snapshot() == given_state
    assert start == given_state


def test_changing_a_snapshot_or_a_result_changes_no_state(board_episode: Episode) -> None:
    before = canonical_json(board_episode.snapshot())
    taken = board_episode.snapshot()
    taken["board"]["tables"]["tasks"][0]["tags"].append("sneaked in")
    taken["board"]["counters"]["Task"] = 99
    board_episode.call("listTasks", {}).value["data"][0]["tags"].append("sneaked in")
    assert canonical_json(board_episode.snapshot()) == before


def test_arguments_stay_the_callers_own(board: Any, board_episode: Episode) -> None:
    project = board_state(board)["tables"]["projects"][0]["gid"]
    tags = ["one"]
    board_episode.call("createTask", {"title": "x", "projectGid": project, "tags": tags})
    tags.append("two")
    assert board_episode.snapshot()["board"]["tables"]["tasks"][-1]["tags"] == ["one"]


def test_a_row_taken_back_returns_to_its_place(board: Any, board_episode: Episode) -> None:
    before = board_episode.snapshot()
    assert not board_episode.call("breakDown", {"how": "after_write"}, requestor="control").ok
    assert [row["id"] for row in board_episode.snapshot()["board"]["tables"]["tasks"]] == [1, 2, 3]
    assert board_episode.snapshot() == before


def test_only_the_clock_between_turns_moves_time(episode: Episode) -> None:
    episode.advance(timedelta(minutes=90))
    assert episode.snapshot()["hotel_desk"]["now"] == "2026-05-12T10:30:00Z"
    with pytest.raises(ValueError, match="forward"):
        episode.advance(timedelta(seconds=-1))


def test_environments_of_one_episode_agree_on_now(desk: Any, board: Any, start: dict[str, Any]) -> None:
    both = Episode({"hotel_desk": desk, "board": board})
    both.reset(start | {"board": board_state(board)})
    assert both.call("hotel_desk__list_my_stays", {}).ok
    assert both.call("board__listTasks", {}).ok
    assert both.call("list_my_stays", {}).error is not None
    with pytest.raises(ScenarioError, match="same 'now'"):
        both.reset(start | {"board": board_state(board) | {"now": "2026-05-13T09:00:00Z"}})


def test_openai_tools_have_openais_shape(board_episode: Episode) -> None:
    tools = {tool["function"]["name"]: tool for tool in board_episode.openai_tools()}
    assert tools["tasks_finish"] == {
        "type": "function",
        "function": {
            "name": "tasks_finish",
            "description": "Finish a task.",
            "parameters": {
                "type": "object",
                "properties": {"taskId": {"type": "integer"}},
                "required": ["taskId"],
                "additionalProperties": False,
            },
        },
    }
