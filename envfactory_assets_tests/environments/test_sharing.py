"""Episodes that begin alike share rows; nothing of that is ever seen."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envfactory_assets.environments import Environment, Episode, ScenarioError, load_environment
from envfactory_assets.environments.scenarios import loaded
from envfactory_assets.environments.starts import Starts
from envfactory_assets.records import canonical_json

from .conftest import board_state

SHELF = '''"""Shelves whose rows hold every kind of value that can be changed in place."""

from typing import Any, Literal

from envfactory_assets.environments import Entity, Environment, Key, Part, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class Size(Part):
    sides: list[int] = []


class Box(Entity):
    id: Key
    tags: list[Text]
    labels: "list[Text]" = []
    facts: dict[str, Any]
    prices: dict[str, list[int]]
    anything: Any = None
    bare: list = []
    sizes: list[Size] = []
    size: Size = Size()
    pairs: tuple[list[int], ...] = ()


class Shelf(Environment):
    boxes: Table[Box]

    @tool(effect="update")
    def sneak(self, box_id: Ref[Box], how: int) -> list[Box]:
        """Change a row in place."""
        box = self.boxes.get(box_id)
        WAYS[how](box)
        return list(self.boxes)


WAYS = [
    lambda box: box.tags.append("x"),
    lambda box: box.tags.__iadd__(["x"]),
    lambda box: box.tags.sort(reverse=True),
    lambda box: box.labels.append("x"),
    lambda box: box.facts.update(a=1),
    lambda box: box.facts["deep"].append(1),
    lambda box: box.facts["deep"][0].pop("b"),
    lambda box: box.prices["a"].append(1),
    lambda box: box.prices.setdefault("z", []),
    lambda box: box.anything[0].append(1),
    lambda box: box.bare.append(1),
    lambda box: box.sizes[0].sides.append(1),
    lambda box: box.size.sides.append(1),
    lambda box: box.pairs[0].append(1),
    lambda box: box.sizes.append(box.size),
    lambda box: box.__setattr__("tags", []),
    lambda box: box.__delattr__("tags"),
]
'''
WAYS = 17
BOX = {
    "tags": ["b", "a"],
    "labels": ["l"],
    "facts": {"deep": [{"b": 1}]},
    "prices": {"a": [1]},
    "anything": [[1]],
    "bare": [1],
    "sizes": [{"sides": [1]}],
    "pairs": [[1]],
}


@pytest.mark.parametrize("how", range(WAYS))
def test_nothing_inside_a_row_can_be_changed_in_place(how: int) -> None:
    shelf = load_environment(SHELF, "shelf")
    state = shelf.empty_state()
    state["tables"]["boxes"] = [{"id": "B1"} | BOX]
    one, two = Episode({"shelf": shelf}), Episode({"shelf": shelf})
    one.reset({"shelf": state})
    two.reset({"shelf": state})
    before = canonical_json(two.snapshot())
    result = one.call("sneak", {"box_id": "B1", "how": how})
    assert result.error is not None
    assert result.defect is not None
    assert "changed in place" in result.defect or "frozen" in result.defect
    assert canonical_json(one.snapshot()) == canonical_json(two.snapshot()) == before


@pytest.mark.parametrize("held", ["set[int]", "bytearray", "frozenset[int]", "Loose", "Plain | None"])
def test_a_row_cannot_hold_what_could_be_changed_in_place_unnoticed(held: str) -> None:
    from envfactory_assets.environments import ModuleError

    source = f"""
from dataclasses import dataclass
from pydantic import BaseModel
from envfactory_assets.environments import Entity, Environment, Key, Table, tool

@dataclass
class Loose:
    n: int

class Plain(BaseModel):
    n: int

class Box(Entity):
    id: Key
    held: {held}

class Shelf(Environment):
    boxes: Table[Box]
"""
    with pytest.raises(ModuleError, match="A row cannot hold a"):
        load_environment(source, "shelf")


def _moves(board: type[Environment]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    projects = [row["gid"] for row in board_state(board)["tables"]["projects"]]
    tasks = st.integers(1, 6)
    return st.one_of(
        st.tuples(st.just("renameTask"), st.fixed_dictionaries({"taskId": tasks, "title": st.sampled_from(["Sow", "Reap", "x" * 41])})),
        st.tuples(st.just("tasks_finish"), st.fixed_dictionaries({"taskId": tasks})),
        st.tuples(st.just("deleteTask"), st.fixed_dictionaries({"taskId": tasks})),
        st.tuples(st.just("deleteProject"), st.fixed_dictionaries({"projectGid": st.sampled_from(projects)})),
        st.tuples(st.just("deleteUser"), st.fixed_dictionaries({"userId": st.sampled_from([1001, 1002])})),
        st.tuples(
            st.just("createTask"),
            st.fixed_dictionaries({"title": st.just("New"), "projectGid": st.sampled_from(projects), "tags": st.just(["a"])}),
        ),
        st.tuples(st.just("listTasks"), st.fixed_dictionaries({"projectGid": st.sampled_from(projects)})),
    )


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_interleaved_episodes_do_what_each_does_alone(board: type[Environment], data: st.DataObject) -> None:
    moves = data.draw(st.lists(st.tuples(st.integers(0, 3), _moves(board)), max_size=24))
    start = {"board": board_state(board)}
    together = [Episode({"board": board}) for _ in range(4)]
    for episode in together:
        episode.reset(start)
    answers: list[list[str]] = [[], [], [], []]
    for number, (tool, arguments) in moves:
        answers[number].append(together[number].call(tool, arguments).content)
    for number, episode in enumerate(together):
        alone = Episode({"board": board})
        alone.reset(copy.deepcopy(start))
        said = [alone.call(tool, arguments).content for turn, (tool, arguments) in moves if turn == number]
        assert said == answers[number]
        assert canonical_json(alone.snapshot()) == canonical_json(episode.snapshot())
        again = Episode({"board": board})
        again.reset(episode.snapshot())
        assert canonical_json(again.snapshot()) == canonical_json(episode.snapshot())
    assert start == {"board": board_state(board)}


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_view_is_what_a_snapshot_is_and_stays_so_whatever_is_called_later(board: type[Environment], data: st.DataObject) -> None:
    episode = Episode({"board": board})
    episode.reset({"board": board_state(board)})
    taken = []
    for tool, arguments in data.draw(st.lists(_moves(board), max_size=12)):
        taken.append((episode.view(), canonical_json(episode.snapshot())))
        episode.call(tool, arguments)
    taken.append((episode.view(), canonical_json(episode.snapshot())))
    assert [canonical_json(view) for view, _ in taken] == [text for _, text in taken]


def test_views_share_the_tables_that_were_not_written_between_them(board: type[Environment]) -> None:
    one, two = Episode({"board": board}), Episode({"board": board})
    for episode in (one, two):
        episode.reset({"board": board_state(board)})
    before = one.view()["board"]["tables"]
    one.call("renameTask", {"taskId": 1, "title": "Sow"})
    after = one.view()["board"]["tables"]
    assert {name for name in before if before[name] is not after[name]} == {"tasks"}
    assert [old is new for old, new in zip(before["tasks"], after["tasks"], strict=True)] == [False, True, True]
    assert two.view()["board"]["tables"]["tasks"] is before["tasks"]


def test_a_state_changed_by_its_owner_is_read_again(board: type[Environment]) -> None:
    state = board_state(board)
    episode = Episode({"board": board})
    episode.reset({"board": state})
    state["tables"]["tasks"][0]["tags"].append("later")
    episode.reset({"board": state})
    assert episode.snapshot()["board"]["tables"]["tasks"][0]["tags"] == ["shop", "later"]
    state["tables"]["tasks"][1]["id"] = True
    with pytest.raises(ScenarioError, match=r"tasks\[1\]\.id"):
        episode.reset({"board": state})


def test_a_bad_state_is_refused_every_time(board: type[Environment]) -> None:
    state = board_state(board)
    state["tables"]["tasks"][0]["title"] = "x" * 41
    for _ in range(2):
        with pytest.raises(ScenarioError, match="A title has at most 40 characters"):
            Episode({"board": board}).reset({"board": state})


def test_a_later_reset_reads_no_row_again(board: type[Environment], monkeypatch: pytest.MonkeyPatch) -> None:
    state = board_state(board)
    one = loaded("board", board, state)
    monkeypatch.setattr("envfactory_assets.environments.scenarios._load_rows", lambda *_: pytest.fail("read again"))
    two: Any = loaded("board", board, copy.deepcopy(state))
    assert all(ours is theirs for ours, theirs in zip(one.tasks, two.tasks, strict=True))  # type: ignore[attr-defined]


def test_starts_are_told_apart_by_every_byte_and_make_room_for_new_ones() -> None:
    starts: Starts[str] = Starts(most_bytes=2_500)
    text = b"0" * 1_000
    other = text[:500] + b"1" + text[501:]
    starts.keep(int, b"", text, "first")
    assert starts.find(int, b"", text) == "first"
    assert starts.find(int, b"", other) is None
    assert starts.find(int, b"later", text) is None
    assert starts.find(str, b"", text) is None
    starts.keep(int, b"", other, "second")
    assert [starts.find(int, b"", each) for each in (text, other)] == [None, "second"]
    starts.keep(str, b"", text, "third")
    starts.find(int, b"", other)
    starts.keep(float, b"", text, "fourth")
    assert starts.find(str, b"", text) is None
    assert starts.find(int, b"", other) == "second"
    starts.keep(bool, b"", b"0" * 3_000, "too much")
    assert starts.find(bool, b"", b"0" * 3_000) is None
