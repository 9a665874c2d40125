from collections.abc import Callable

import pytest

from envfactory_assets.records import Rejection, RlTask
from envfactory_assets.training.tasks import write_tasks
from envfactory_assets_tests.training.conftest import ASK_TO_MOVE, ASK_WHAT_IS_LEFT, Conversation, Planned, build, moving, start_state

TaskOf = Callable[[str, int], RlTask]


def refusals(conversation: Conversation) -> list[str]:
    return [row.reason for row in write_tasks(*conversation.inputs()).of(Rejection)]


def test_a_conversation_gives_a_task_a_turn_and_one_for_the_whole(tasks: list[RlTask]) -> None:
    assert [(task.mode, task.turn_index, task.writes) for task in tasks] == [("turn", 0, True), ("turn", 1, False), ("episode", 0, True)]
    assert len({task.task_id for task in tasks}) == 3
    assert all(task.task_id.startswith("rl_") for task in tasks)


def test_a_turns_task_starts_where_the_turn_did_with_the_conversation_so_far(task_of: TaskOf) -> None:
    task = task_of("turn", 1)
    assert [message.role for message in task.prompt][-3:] == ["tool", "assistant", "user"]
    assert task.prompt[-1].content == ASK_WHAT_IS_LEFT
    assert task.user_turns == [ASK_WHAT_IS_LEFT]
    assert task.start_state == task_of("turn", 0).gold_state


def test_an_episodes_task_starts_at_the_beginning_with_the_first_request(task_of: TaskOf) -> None:
    task = task_of("episode", 0)
    assert [message.role for message in task.prompt] == ["system", "user"]
    assert task.user_turns == [ASK_TO_MOVE, ASK_WHAT_IS_LEFT]
    assert [call.turn for call in task.gold_calls] == [0, 0, 0, 0, 1]
    assert task.gold_state == task_of("turn", 0).gold_state


def test_writes_are_required_and_look_ups_are_not(task_of: TaskOf) -> None:
    required = {call.tool: call.required for call in task_of("turn", 0).gold_calls}
    assert required == {"list_my_stays": False, "cancel_stay": True, "find_rooms": False, "book_room": True}


def test_calls_come_after_those_they_depend_on(task_of: TaskOf) -> None:
    after = {call.call_id: call.after for call in task_of("episode", 0).gold_calls}
    assert after == {"c1": [], "c2": ["c1"], "c3": ["c1"], "c4": ["c1", "c3"], "c5": ["c2", "c4"]}


def test_a_write_that_another_one_makes_possible_comes_first() -> None:
    cancelling = Planned("cancel_stay", {"stay_id": "S14"}, {}, 0)
    booking = Planned("book_room", {"room_id": "R204", "arrives": "2026-05-16", "leaves": "2026-05-17"}, {}, 1)
    tasks = write_tasks(*build([("Shorten my trip.", "Done.", [cancelling, booking]), *moving()[1:]], purpose="rl").inputs()).of(RlTask)
    assert tasks[0].gold_calls[1].after == ["c1"]


def test_optional_filters_of_look_ups_are_free_and_references_exact(task_of: TaskOf) -> None:
    match = {call.tool: call.argument_match for call in task_of("turn", 0).gold_calls}
    assert match["find_rooms"] == {"arrives": "exact", "leaves": "exact", "kind": "free", "max_rate": "free"}
    assert match["book_room"]["room_id"] == "exact"


def test_what_answers_a_read_only_request_is_found_told_and_not_said_before(task_of: TaskOf) -> None:
    assert task_of("turn", 1).required_answers == ["2026-05-15", "2026-05-18", "2026-06-06", "2026-06-09"]
    assert task_of("turn", 0).required_answers == []


def test_all_that_is_told_of_a_single_record_counts_and_nothing_the_user_said() -> None:
    state = start_state()
    state["tables"]["stays"] = state["tables"]["stays"][1:2]
    turns = [("What did I book for 360?", "Room 204 is booked from 15 May to 18 May for 360.", moving()[1][2])] * 2
    task = write_tasks(*build(turns, purpose="rl", state=state).inputs()).of(RlTask)[0]
    assert task.required_answers == ["2026-05-15", "2026-05-18", "booked"]


def test_conversations_for_sft_are_left_alone(conversation: Conversation) -> None:
    assert write_tasks(*conversation.inputs()).rows == ()


@pytest.mark.parametrize(("flaw", "gate"), [({"solvable": False}, "solvable:"), ({"scenario_ids": ["gone"]}, "replay:")])
def test_a_conversation_that_fails_a_gate_gives_no_task(rl_conversation: Conversation, flaw: dict[str, object], gate: str) -> None:
    (reason,) = refusals(rl_conversation.but(**flaw))
    assert reason.startswith(gate)


def test_a_read_only_turn_whose_reply_tells_nothing_is_refused() -> None:
    turns = moving()
    turns[1] = (ASK_WHAT_IS_LEFT, "All good.", turns[1][2])
    assert refusals(build(turns, purpose="rl")) == ["answer: nothing in the reply comes from a look-up"]


def test_ids_may_be_said_when_refinement_is_off_on_purpose() -> None:
    turns = moving()
    turns[0] = ("Cancel stay S14, then book R207 for the same nights.", *turns[0][1:])
    conversation = build(turns, purpose="rl")
    assert refusals(conversation)[0].startswith("leak:")
    unrefined = [turn.model_copy(update={"operators": []}) for turn in conversation.calibrated.turns]
    assert not refusals(conversation.but(turns=unrefined))


def test_a_turn_without_calls_makes_no_task_of_its_own() -> None:
    asked_back = ("Move me, please.", "Which stay do you mean?", [])
    tasks = write_tasks(*build([asked_back, *moving()[:1]], purpose="rl").inputs()).of(RlTask)
    assert [(task.mode, task.turn_index) for task in tasks] == [("turn", 1), ("episode", 0)]
