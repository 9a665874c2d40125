from collections.abc import Callable
from typing import Any

import pytest

from envfactory_assets.dialogue import bare_skeleton
from envfactory_assets.records import RequestMetrics, ToolNode
from envfactory_assets.records.metrics import figure
from envfactory_assets.training import conversation_metrics, request_metrics
from envfactory_assets.training.metrics import distinct, literal_shares, percentile
from envfactory_assets_tests.training.conftest import Conversation
from envfactory_assets_tests.training.test_reading import shown

Requests = Callable[..., RequestMetrics]


def request(name: str, turn: int, text: str, **changes: Any) -> RequestMetrics:
    row = {
        "domain": "travel",
        "trajectory_id": name,
        "turn": turn,
        "purpose": "sft",
        "split": "train",
        "kind": "plain",
        "operators": [],
        "request_raw": f"{text} spelled out",
        "request": text,
        "words_raw": len(text.split()) + 2,
        "words": len(text.split()),
        "skeleton_raw": text,
        "skeleton": text,
        "calls": 1,
        "tools": ["shop.buy"],
        "arguments": 2,
        "arguments_own": 1,
        "literal_raw": 2,
        "literal_own_raw": 1,
        "literal": 1,
        "literal_own": 1,
        "names_a_tool_raw": False,
        "names_a_tool": False,
    }
    return RequestMetrics.model_validate({**row, **changes})


def node(tool: str, effect: str, audience: str = "agent") -> ToolNode:
    return ToolNode.model_construct(tool_id=tool, effect=effect, audience=audience)


NODES = [node("shop.buy", "create"), node("shop.look", "list"), node("shop.load_scenario", "update", "control")]


def figures(rows: list[RequestMetrics]) -> dict[str, tuple[float | None, float]]:
    return {row.measure: (row.raw, row.calibrated) for row in conversation_metrics("travel", rows, NODES)}


def test_a_request_is_counted_as_it_was_and_as_it_reads_now(generated: list[Conversation]) -> None:
    for made in generated:
        told = shown(made)
        turns = [turn.model_copy(update={"request": "Call list_my_stays, then search"}) for turn in told.raw.turns]
        raw = told.raw.model_copy(update={"turns": turns})
        rows = request_metrics(told.calibrated, raw, told.steps, ["list_my_stays", "search"]).of(RequestMetrics)
        assert [row.turn for row in rows] == [turn.index for turn in told.calibrated.turns]
        assert sum(row.calls for row in rows) == told.calibrated.step_count
        assert {(row.words_raw, row.names_a_tool_raw, row.names_a_tool) for row in rows} == {(4, True, False)}
        assert all(0 <= row.literal_own <= row.literal <= row.arguments for row in rows)
        assert not request_metrics(told.calibrated, raw, told.steps, ["search"]).of(RequestMetrics)[0].names_a_tool_raw


def test_figures_are_of_all_requests_and_stand_beside_those_of_people() -> None:
    rows = [request("a", 0, "one two three", literal=0), request("a", 1, "four"), request("b", 0, "one two", purpose="rl", calls=4)]
    found = figures(rows)
    assert found["conversations"] == (None, 2)
    assert found["turns a conversation"] == (None, 1.5)
    assert found["calls a turn"] == (None, 2.0)
    assert found["words a request (mean)"] == (4.0, 2.0)
    assert found["literal share of arguments"] == (1.0, pytest.approx(2 / 6))
    assert found["share of SFT"] == (None, 0.5)
    human = {row.measure: row.human for row in conversation_metrics("travel", rows, NODES)}
    assert human["turns a conversation"] == 3.67
    assert human["distinct skeletons"] is None


def test_tools_of_the_control_plane_are_not_asked_to_be_called() -> None:
    found = figures([request("a", 0, "one")])
    assert found["tools called"] == (None, 0.5)
    assert found["effects called"] == (None, 0.5)


def test_each_operator_has_its_share_of_requests() -> None:
    found = figures([request("a", 0, "one", operators=["omission", "constraint"]), request("a", 1, "two", operators=["omission"])])
    assert found["operator: omission"] == (None, 1.0)
    assert found["operator: constraint"] == (None, 0.5)


def test_the_most_frequent_skeleton_is_a_share_of_requests() -> None:
    found = figures([request("a", turn, text) for turn, text in enumerate(["show _", "show _", "buy _", "sell _"])])
    assert found["most frequent skeleton"] == (0.5, 0.5)
    assert found["distinct skeletons"] == (0.75, 0.75)


def test_nothing_has_no_figures() -> None:
    assert conversation_metrics("travel", [], NODES) == []


def test_a_conversation_has_one_literal_share_over_all_its_turns() -> None:
    rows = [request("b", 0, "x", literal=2), request("b", 1, "y", literal=0), request("a", 0, "z", arguments=0, literal=0)]
    assert literal_shares(rows, natural=True) == [0.5]


def test_percentiles_lie_within_the_values() -> None:
    assert percentile([0.25], 90) == 0.25
    assert percentile([], 10) == 0.0
    assert percentile([0.0, 0.5, 1.0], 50) == 0.5


def test_distinct_n_is_the_share_of_different_runs_of_words() -> None:
    assert distinct(["the cat the dog", "The cat"], 1) == pytest.approx(3 / 6)
    assert distinct(["the cat the dog", "The cat"], 2) == pytest.approx(3 / 4)


def test_a_bare_skeleton_has_no_values_names_of_things_or_connectives() -> None:
    plain = bare_skeleton('Then, cancel the order "A7" and refund it.', ['"A7"'], ["Order"])
    assert plain == bare_skeleton("Cancel the order B9, refund it!", ["B9"], ["Order"]) == "cancel the _ refund it"
    assert plain != bare_skeleton("Refund the order B9.", ["B9"], ["Order"])


@pytest.mark.parametrize(("value", "told"), [(None, ""), (2575.0, "2,575"), (30.66, "30.7"), (0.4185, "0.42"), (0.0031, "0.0031")])
def test_figures_are_told_with_the_digits_that_matter(value: float | None, told: str) -> None:
    assert figure(value) == told
