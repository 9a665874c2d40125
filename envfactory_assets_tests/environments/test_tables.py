"""Tables: conditions, references, deletion, stamps and minted keys."""

from datetime import timedelta
from typing import Any

import pytest

from envfactory_assets.environments import Entity, Environment, Episode, Key
from envfactory_assets.environments.conditions import field_and_operator
from envfactory_assets.environments.errors import Conflict, NotFound
from envfactory_assets.environments.fields import KeyStyle
from envfactory_assets.environments.scenarios import dumped, loaded

from .conftest import board_state


@pytest.fixture
def live(board: Any) -> Environment:
    return loaded("board", board, board_state(board))


@pytest.mark.parametrize(
    ("conditions", "keys"),
    [
        ({}, [1, 2, 3]),
        ({"title": None, "state": "open"}, [1, 2, 3]),
        ({"title": "Sow"}, [2]),
        ({"title__ne": "Sow"}, [1, 3]),
        ({"title__contains": "ROOF"}, [3]),
        ({"tags__contains": "shop"}, [1]),
        ({"tags__contains": ["shop", "unheard of"]}, []),
        ({"id__ge": 2}, [2, 3]),
        ({"id__gt": 1, "id__lt": 3}, [2]),
        ({"id__among": [3, 1]}, [1, 3]),
        ({"parent_id__is_null": False}, [3]),
        ({"parent_id__le": 5}, [3]),
    ],
)
def test_conditions_select_rows_in_their_order(live: Any, conditions: dict[str, Any], keys: list[int]) -> None:
    assert [task.id for task in live.tasks.where(**conditions)] == keys


@pytest.mark.parametrize(
    ("by", "descending", "keys"),
    [
        (None, False, [1, 2, 3]),
        ("title", False, [1, 3, 2]),
        ("-title", False, [2, 3, 1]),
        ("title", True, [2, 3, 1]),
        ("-title", True, [1, 3, 2]),
        ("parent_id", False, [3, 1, 2]),
        ("-parent_id", False, [3, 1, 2]),
    ],
)
def test_rows_come_in_the_order_of_a_field_and_those_without_a_value_last(live: Any, by: str, descending: bool, keys: list[int]) -> None:
    assert [task.id for task in live.tasks.in_order(live.tasks, by, descending=descending)] == keys


def test_a_search_shows_first_what_holds_the_words_most_often(live: Any) -> None:
    live.tasks.replace(live.tasks.get(3), title="Sow, and sow again")
    assert [task.id for task in live.tasks.search("SOW", "title")] == [3, 2]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("price__ge", ("price", "ge")),
        ("price", ("price", "eq")),
        ("type___eq", ("type_", "eq")),
        ("unit__price__le", ("unit__price", "le")),
    ],
)
def test_a_condition_is_a_field_and_an_operator(condition: str, said: tuple[str, str]) -> None:
    assert field_and_operator(condition) == said


def test_a_condition_nobody_knows_is_the_modules_mistake(live: Any) -> None:
    with pytest.raises(TypeError, match="no field 'colour'"):
        live.tasks.where(colour="red")
    with pytest.raises(TypeError, match="no operator 'like'"):
        live.tasks.where(title__like="x")


def test_a_search_wants_every_word(live: Any) -> None:
    assert [task.id for task in live.tasks.search("call ROOFER")] == [3]
    assert live.tasks.search("call slates") == []
    assert len(live.tasks.search(None)) == 3


def test_deleting_follows_what_references_declare(board: Any, board_episode: Episode) -> None:
    project = board_state(board)["tables"]["projects"][0]["gid"]
    assert board_episode.call("deleteTask", {"taskId": 1}).error.message == "Task 1 is still used by task 3."  # type: ignore[union-attr]
    assert board_episode.call("deleteUser", {"userId": 1002}).ok
    tables = board_episode.snapshot()["board"]["tables"]
    assert tables["projects"][0]["member_ids"] == [1001]
    assert board_episode.call("deleteProject", {"projectGid": project}).ok
    assert [row["id"] for row in board_episode.snapshot()["board"]["tables"]["tasks"]] == [2]


def test_stamps_are_set_by_the_runtime(board: Any, board_episode: Episode) -> None:
    board_episode.advance(timedelta(hours=1))
    board_episode.call("createProject", {"name": "New"})
    board_episode.call("renameTask", {"taskId": 2, "title": "Sow beans"})
    tables = board_episode.snapshot()["board"]["tables"]
    assert tables["projects"][-1]["created_at"] == "2026-05-12T10:00:00Z"
    assert [row["updated_at"][11:13] for row in tables["tasks"]] == ["09", "10", "09"]


def test_a_minted_key_is_never_one_in_use(board: Any) -> None:
    state = board_state(board)
    state["counters"]["Task"] = 1
    episode = Episode({"board": board})
    episode.reset({"board": state})
    project = state["tables"]["projects"][0]["gid"]
    assert episode.call("createTask", {"title": "x", "projectGid": project}).value["id"] == 4


@pytest.mark.parametrize(
    ("template", "shape"),
    [
        ("", r"O7"),
        ("ord_{n:05d}", r"ord_00007"),
        ("{uuid}", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        ("{hex:24}", r"[0-9a-f]{24}"),
        ("{digits:16}", r"[1-9][0-9]{15}"),
        ("tx-{base62:10}", r"tx-[0-9A-Za-z]{10}"),
    ],
)
def test_keys_are_minted_in_the_resources_style(template: str, shape: str) -> None:
    import re

    style = KeyStyle(template)
    assert re.fullmatch(shape, str(style.mint("Order", 7, integer=False)))
    assert len({style.mint("Order", n, integer=False) for n in range(2000)}) == 2000


def test_a_rows_lists_cannot_be_changed_in_place(live: Any) -> None:
    task = live.tasks.get(1)
    for change in (lambda: task.tags.append("x"), task.tags.clear, lambda: task.tags.__setitem__(0, "x")):
        with pytest.raises(TypeError, match="replace the row"):
            change()
    with pytest.raises(ValueError, match="frozen"):
        task.title = "x"
    assert [*task.tags, "x"] == ["shop", "x"]


def test_an_entity_has_exactly_one_key() -> None:
    with pytest.raises(TypeError, match="2 fields declared as Key"):

        class Twice(Entity):
            id: Key
            other: Key


def test_a_change_builds_on_what_is_stored_not_on_an_old_copy(live: Any) -> None:
    old = live.tasks.get(2)
    live.tasks.replace(old, title="Sow beans")
    changed = live.tasks.replace(old, tags=["garden"])
    assert (changed.title, changed.tags) == ("Sow beans", ["garden"])


def test_a_row_that_is_gone_cannot_be_changed_or_removed(live: Any) -> None:
    old = live.tasks.get(2)
    live.tasks.remove(old)
    for change in (lambda: live.tasks.replace(old, title="x"), lambda: live.tasks.remove(old)):
        with pytest.raises(NotFound, match="There is no task with id 2"):
            change()


def test_keys_do_not_change_and_are_not_taken_twice(live: Any) -> None:
    user = live.users.get(1001)
    with pytest.raises(TypeError, match="key of a User cannot change"):
        live.users.replace(user, id=7)
    with pytest.raises(Conflict, match="already a user 1001"):
        live.users.add(id=1001, full_name="Twice")


def test_a_cascade_takes_all_that_refers_to_the_row(live: Any) -> None:
    live.tasks.remove(live.tasks.get(1), cascade=True)
    assert [task.id for task in live.tasks] == [2]


def test_undone_writes_leave_no_trace(board: Any, live: Any) -> None:
    session = live.runtime_session
    live.tasks.remove(live.tasks.get(1), cascade=True)
    live.projects.add(name="New", owner_id=1001, member_ids=[])
    live.users.replace(live.users.get(1001), full_name="Other")
    session.roll_back()
    assert dumped(live) == board_state(board)
    assert list(dumped(live)["tables"]["tasks"]) == board_state(board)["tables"]["tasks"]


def test_who_is_calling_cannot_be_deleted_so_that_every_state_can_be_resumed(board: Any, board_episode: Episode) -> None:
    for project in board_state(board)["tables"]["projects"]:
        board_episode.call("deleteProject", {"projectGid": project["gid"]})
    refused = board_episode.call("deleteUser", {"userId": 1001})
    assert refused.error is not None
    assert (refused.error.code, refused.error.message) == ("conflict", "User 1001 is calling and cannot be deleted.")
    assert board_episode.call("deleteUser", {"userId": 1002}).error is None
    again = Episode({"board": board})
    again.reset(board_episode.snapshot())
    assert again.snapshot() == board_episode.snapshot()
    assert "The user who is calling cannot be deleted." in board.policy
