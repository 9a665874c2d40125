import json

import pytest

from envfactory_assets.records import Rejection, SftConversation
from envfactory_assets.training.conversations import write_conversation
from envfactory_assets_tests.training.conftest import ASK_TO_MOVE, CODE, Conversation, Planned, build, moving


def written(conversation: Conversation) -> SftConversation:
    (row,) = write_conversation(*conversation.inputs()).rows
    assert isinstance(row, SftConversation)
    return row


def refused(conversation: Conversation) -> str:
    (row,) = write_conversation(*conversation.inputs()).rows
    assert isinstance(row, Rejection)
    assert (row.stage, row.subject) == ("training_ready_sft", "tr_desk")
    return row.reason


def test_messages_have_openais_shape(conversation: Conversation) -> None:
    messages = written(conversation).messages
    roles = [message.role for message in messages]
    first = ["system", "user", "assistant", "tool", "assistant", "tool", "tool", "assistant", "tool", "assistant"]
    assert roles == [*first, "user", "assistant", "tool", "assistant"]
    waiting: list[str] = []
    for message in messages:
        if message.role == "tool":
            assert message.tool_call_id == waiting.pop(0)
        else:
            assert not waiting
            waiting = [call.id for call in message.tool_calls]


def test_calls_that_do_not_depend_on_each_other_stand_in_one_message(conversation: Conversation) -> None:
    calls = [[call.function.name for call in message.tool_calls] for message in written(conversation).messages if message.tool_calls]
    assert calls == [["list_my_stays"], ["cancel_stay", "find_rooms"], ["book_room"], ["list_my_stays"]]


def test_only_calls_are_trained_on_when_rules_wrote_the_prose(conversation: Conversation) -> None:
    for message in written(conversation).messages:
        assert message.train == bool(message.tool_calls)
        assert message.author == ("environment" if message.role == "tool" else "rules")


def test_arguments_and_results_are_canonical_json(conversation: Conversation) -> None:
    messages = written(conversation).messages
    assert messages[4].tool_calls[1].function.arguments == '{"arrives":"2026-05-15","kind":"double","leaves":"2026-05-18","max_rate":115}'
    assert json.loads(messages[5].content or "")["status"] == "cancelled"


def test_the_system_message_tells_the_date_the_caller_and_the_rules(conversation: Conversation) -> None:
    row = written(conversation)
    assert row.system == row.messages[0].content
    assert "Today is Tuesday 12 May 2026" in row.system
    assert "(id U3)" in row.system
    assert "Check-in opens on" in row.system
    assert [message.turn for message in row.messages] == [0] * 10 + [1] * 4


def test_an_error_of_a_tool_is_a_tool_message_like_any_other() -> None:
    early = Planned("check_in", {"stay_id": "S14"}, {}, 0)
    row = written(build([("Check me in, please.", "Too early.", [early]), *moving()[1:]]))
    assert json.loads(row.messages[3].content or "")["error"]["code"] == "precondition_failed"


def test_a_row_cites_what_it_can_be_replayed_from(conversation: Conversation) -> None:
    row = written(conversation)
    assert (row.env_code_sha256s, row.scenario_ids, row.seed) == ([CODE], ["hotel_desk-s1"], 7)
    assert row.reward_version
    assert {tool["function"]["name"] for tool in row.tools} >= {"book_room", "cancel_stay"}


def test_conversations_for_rl_are_left_alone(rl_conversation: Conversation) -> None:
    assert write_conversation(*rl_conversation.inputs()).rows == ()


def test_an_unsolvable_conversation_is_refused(conversation: Conversation) -> None:
    assert refused(conversation.but(solvable=False)).startswith("solvable:")


def test_too_few_turns_are_refused() -> None:
    assert refused(build(moving()[:1])) == "turn_count: 1 turns, not 2 to 8"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("result", [], "another result"),
        ("error", "not_found", "came to a value, not to not_found"),
        ("state_sha256_before", "0", "starts from another state"),
        ("state_sha256_after", "0", "leaves another state"),
        ("arguments", {"stay_id": "S21"}, "another result"),
    ],
)
def test_steps_that_do_not_replay_are_refused(conversation: Conversation, column: str, value: object, reason: str) -> None:
    conversation.steps[1] = conversation.steps[1].model_copy(update={column: value})
    found = refused(conversation)
    assert found.startswith("replay:")
    assert reason in found


def test_a_conversation_whose_environment_or_scenario_is_gone_is_refused(conversation: Conversation) -> None:
    assert "hotel_desk is not promoted" in refused(Conversation(conversation.calibrated, conversation.steps, [], conversation.scenarios))
    assert "scenario hotel_desk-s1 is not stored" in refused(
        Conversation(conversation.calibrated, conversation.steps, conversation.environments, [])
    )


def test_calls_outside_the_turns_are_refused(conversation: Conversation) -> None:
    conversation.steps[-1] = conversation.steps[-1].model_copy(update={"turn": 5})
    assert refused(conversation).startswith("steps:")
    conversation.steps.clear()
    assert refused(conversation).startswith("steps:")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Invoke cancel_stay for me.", "leak: the request names the tool 'cancel_stay'"),
        ("Please cancel S14.", "leak: the request gives the internal id 'S14'"),
        ("Book (R207), please.", "leak: the request gives the internal id 'R207'"),
        ("Is S22 fine?", "leak: the request gives the internal id 'S22'"),
    ],
)
def test_a_tools_name_or_an_internal_id_in_a_request_is_refused(said: str, reason: str) -> None:
    turns = moving()
    turns[1] = (said, *turns[1][1:])
    assert refused(build(turns)) == reason


def test_what_only_looks_like_an_id_may_be_said() -> None:
    turns = moving()
    turns[0] = (f"{ASK_TO_MOVE} My flight is US14, and it is the S-14 line.", *turns[0][1:])
    assert written(build(turns))
