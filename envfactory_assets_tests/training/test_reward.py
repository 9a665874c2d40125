from collections.abc import Callable
from typing import Any

import pytest

from envfactory_assets.environments import Episode
from envfactory_assets.records import RlTask
from envfactory_assets.training.reward import Call, reward_version, score
from envfactory_assets.training.tasks import write_tasks
from envfactory_assets_tests.training.conftest import CLASSES, NIGHTS, Planned, build, moving

TaskOf = Callable[[str, int], RlTask]
CANCEL = ("cancel_stay", {"stay_id": "S14"})
BOOK = ("book_room", {"room_id": "R207", **NIGHTS})
LOOK = ("list_my_stays", {})


@pytest.fixture
def move(task_of: TaskOf) -> RlTask:
    return task_of("turn", 0)


def tried(task: RlTask, *made: tuple[str, dict[str, Any] | None], reply: str = "") -> Any:
    episode = Episode(CLASSES)
    episode.reset(task.start_state)
    calls = []
    for tool, arguments in made:
        accepted = arguments is not None and episode.call(tool, arguments).ok
        calls.append(Call(tool, arguments, accepted))
    return score(task, calls, episode.snapshot(), reply, CLASSES)


def task_over(*planned: Planned) -> RlTask:
    return write_tasks(*build([("Do it.", "Done.", list(planned)), *moving()[1:]], purpose="rl").inputs()).of(RlTask)[0]


def test_the_gold_calls_score_exactly_one(tasks: list[RlTask]) -> None:
    for task in tasks:
        reward = tried(task, *((call.tool, call.arguments) for call in task.gold_calls), reply="; ".join(task.required_answers))
        assert (reward.total, reward.strict) == (1.0, 1.0)


def test_doing_nothing_scores_nothing(tasks: list[RlTask]) -> None:
    for task in tasks:
        reward = tried(task)
        assert (reward.total, reward.strict) == (0.0, 0.0)


def test_reading_scores_nothing_on_a_write_task(move: RlTask) -> None:
    assert tried(move, LOOK, ("find_rooms", NIGHTS), reply="S14, 207, 330").total == 0.0


def test_the_required_calls_alone_are_enough_in_any_order(move: RlTask) -> None:
    assert tried(move, CANCEL, BOOK).total == 1.0
    assert tried(move, BOOK, CANCEL).total == 1.0


def test_half_of_the_work_scores_half(move: RlTask) -> None:
    reward = tried(move, CANCEL)
    assert (reward.calls, reward.goal, reward.total, reward.strict) == (0.5, 0.5, 0.5, 0.0)


def test_rows_that_should_not_have_changed_cost(move: RlTask) -> None:
    reward = tried(move, CANCEL, BOOK, ("cancel_stay", {"stay_id": "S21"}))
    assert reward.calls == 1.0
    assert reward.goal == pytest.approx(1 - 1 / 3)
    assert reward.strict == 0.0


def test_only_wrong_changes_score_nothing_though_the_goal_is_negative(move: RlTask) -> None:
    reward = tried(move, ("cancel_stay", {"stay_id": "S21"}))
    assert (reward.goal, reward.total) == (-1.0, 0.0)


def test_a_refused_call_does_not_count_as_made(move: RlTask) -> None:
    reward = tried(move, CANCEL, ("book_room", {"room_id": "R207", "arrives": "2026-05-01", "leaves": "2026-05-02"}))
    assert reward.calls == 0.5
    assert score(move, [Call(*CANCEL, accepted=False)], move.start_state, "", CLASSES).total == 0.0


def test_a_wrong_order_loses_the_call_that_came_too_early() -> None:
    cancelling = Planned("cancel_stay", {"stay_id": "S14"}, {}, 0)
    booking = Planned("book_room", {"room_id": "R204", **NIGHTS}, {}, 1)
    task = task_over(cancelling, booking)
    both = [Call("book_room", booking.arguments), Call("cancel_stay", cancelling.arguments)]
    assert score(task, both, task.gold_state, "", CLASSES).calls == 0.5
    assert score(task, both[::-1], task.gold_state, "", CLASSES).calls == 1.0


def test_ids_minted_in_another_order_are_the_same_ids() -> None:
    first = Planned("book_room", {"room_id": "R108", **NIGHTS}, {}, 0)
    second = Planned("book_room", {"room_id": "R207", **NIGHTS}, {}, 0)
    undo = Planned("cancel_stay", {"stay_id": "S22"}, {"stay_id": ("c1", "id")}, 1)
    task = task_over(first, second, undo)
    assert task.gold_calls[1].after == []
    assert task.gold_calls[2].after == ["c1"]
    calls = [("book_room", second.arguments), ("book_room", first.arguments), ("cancel_stay", {"stay_id": "S23"})]
    assert tried(task, *calls).total == 1.0
    wrong = tried(task, *calls[:2], ("cancel_stay", {"stay_id": "S22"}))
    assert wrong.strict == 0.0
    assert wrong.total < 1.0


def test_calls_beyond_the_gold_count_plus_two_are_penalised(move: RlTask) -> None:
    assert tried(move, CANCEL, BOOK, *[LOOK] * 4).penalty_extra == 0.0
    assert tried(move, CANCEL, BOOK, *[LOOK] * 5).total == pytest.approx(0.95)
    assert tried(move, CANCEL, BOOK, *[LOOK] * 40).total == pytest.approx(0.5)


def test_calls_that_cannot_be_parsed_are_penalised(move: RlTask) -> None:
    reward = tried(move, CANCEL, BOOK, ("find_rooms", None), ("find_rooms", None))
    assert (reward.penalty_unparsable, reward.total, reward.strict) == (pytest.approx(0.1), pytest.approx(0.9), 0.0)
    assert tried(move, *[("x", None)] * 30).penalty_unparsable == 0.5


def test_arguments_count_as_equal_within_reason(move: RlTask) -> None:
    state = move.gold_state
    for arguments, same in [
        ({"stay_id": "S14"}, True),
        ({"stay_id": "S14", "reason": None}, True),
        ({"stay_id": "s14"}, False),
        ({"stay_id": "S14", "reason": "ill"}, False),
        ({}, False),
    ]:
        assert score(move, [Call("cancel_stay", arguments), Call(*BOOK)], state, "", CLASSES).calls == (1.0 if same else 0.5)


@pytest.mark.parametrize(
    ("match", "gold", "given", "same"),
    [
        ("tolerant", "Late arrival!", "late  arrival", True),
        ("tolerant", "Late arrival", "Early arrival", False),
        ("tolerant", ["Red", "Blue"], ["red", "blue"], True),
        ("exact", "Late", "late", False),
        ("exact", 120, 120.0000001, True),
        ("exact", 120, 121, False),
        ("exact", True, 1, False),
        ("exact", "2026-05-12T09:00:00Z", "2026-05-12T11:00:00+02:00", True),
        ("exact", [1, {"a": 2}], [1.0, {"a": 2}], True),
        ("exact", [1, 2], [2, 1], False),
        ("free", "any", "thing", True),
    ],
)
def test_each_argument_is_matched_as_exactly_as_the_task_asks(move: RlTask, match: str, gold: Any, given: Any, same: bool) -> None:
    call = move.gold_calls[1].model_copy(update={"arguments": {"note": gold}, "argument_match": {"note": match}})
    task = move.model_copy(update={"gold_calls": [call]})
    assert score(task, [Call("cancel_stay", {"note": given})], move.gold_state, "", CLASSES).calls == float(same)


def test_a_read_only_task_is_scored_by_the_answers_in_the_reply(task_of: TaskOf) -> None:
    task = task_of("turn", 1)
    told = "From 15 May until May 18 for 330.00; then 6 Jun - 9 June, $840 in all."
    assert tried(task, LOOK, reply=told).total == 1.0
    assert tried(task, LOOK, reply="One until May 18.").total == pytest.approx(1 / 4)
    assert tried(task, LOOK, reply="Stay 8401 on 2026-05-150.").total == 0.0


def test_a_change_spoils_a_read_only_task(task_of: TaskOf) -> None:
    task = task_of("turn", 1)
    reward = tried(task, ("cancel_stay", {"stay_id": "S21"}), reply="; ".join(task.required_answers))
    assert (reward.total, reward.strict) == (0.0, 0.0)


def test_a_created_row_that_differs_is_not_reached_and_a_second_one_is_too_many(move: RlTask) -> None:
    wrong_nights = ("book_room", {"room_id": "R207", "arrives": "2026-05-15", "leaves": "2026-05-17"})
    assert tried(move, CANCEL, wrong_nights).goal == 0.5
    assert tried(move, CANCEL, BOOK, ("book_room", {"room_id": "R108", **NIGHTS})).goal == pytest.approx(1 - 1 / 3)


def test_the_version_is_a_hash_that_stays(move: RlTask) -> None:
    assert reward_version() == reward_version() == move.reward_version
    assert len(reward_version()) == 16
