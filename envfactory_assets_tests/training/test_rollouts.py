from collections.abc import Callable, Sequence

import pytest

from envfactory_assets.records import FunctionCall, Message, RlTask, Rollout
from envfactory_assets.training.agents import Move, NullAgent, RandomAgent, random_arguments
from envfactory_assets.training.replay import UnreplayableError
from envfactory_assets.training.reward import Scorer
from envfactory_assets.training.rollouts import attempt, parsed, read_everything, reward_of, roll_out
from envfactory_assets.training.task_gates import judged
from envfactory_assets_tests.training.conftest import CLASSES, promoted

TaskOf = Callable[[str, int], RlTask]


class Scripted:
    """Sends the moves it was given."""

    name = "scripted"

    def __init__(self, *moves: Move) -> None:
        self.moves = list(moves)

    def respond(self, _messages: Sequence[Message], _tools: object, /) -> Move:
        return self.moves.pop(0) if self.moves else Move()


def test_gold_null_and_random_attempts_are_kept(tasks: list[RlTask]) -> None:
    for task in tasks:
        rows = roll_out(task, [promoted()], seed=7).of(Rollout)
        totals = {row.agent: row.reward.total for row in rows}
        assert list(totals) == ["gold", "null", "random"]
        assert (totals["gold"], totals["null"]) == (1.0, 0.0)
        assert {row.task_id for row in rows} == {task.task_id}
        assert all(row.failure is None for row in rows)


def test_an_attempt_is_the_same_each_time(task_of: TaskOf) -> None:
    task = task_of("episode", 0)
    assert roll_out(task, [promoted()], seed=7) == roll_out(task, [promoted()], seed=7)
    assert roll_out(task, [promoted()], seed=8).rows[2] != roll_out(task, [promoted()], seed=7).rows[2]


def test_in_an_episode_the_next_request_comes_after_the_reply(task_of: TaskOf) -> None:
    task = task_of("episode", 0)
    gold = roll_out(task, [promoted()], seed=7).of(Rollout)[0]
    spoken = [
        (message.role, message.turn)
        for message in gold.messages
        if message.role == "user" or (message.content and message.role == "assistant")
    ]
    assert spoken == [("assistant", 0), ("user", 1), ("assistant", 1)]
    assert len(gold.calls) == 5
    assert {row["key"] for row in gold.final_state_diff} == {"S14", "S22"}


def test_arguments_that_are_no_json_object_are_told_to_the_agent_and_counted(task_of: TaskOf) -> None:
    task = task_of("turn", 0)
    calls = (FunctionCall(name="cancel_stay", arguments="{stay_id: S14}"), FunctionCall(name="cancel_stay", arguments="[]"))
    done = attempt(Scorer(task, CLASSES), Scripted(Move(calls)))
    assert [call.arguments for call in done.calls] == [None, None]
    assert "not a JSON object" in (done.messages[1].content or "")
    assert done.messages[0].tool_calls[0].function.arguments == "{stay_id: S14}"
    assert reward_of(done, Scorer(task, CLASSES)).penalty_unparsable == pytest.approx(0.1)
    assert parsed("null") is None


def test_an_unknown_tool_is_an_error_and_not_the_end(task_of: TaskOf) -> None:
    done = attempt(Scorer(task_of("turn", 0), CLASSES), Scripted(Move((FunctionCall(name="fly", arguments="{}"),)), Move(reply="Sorry.")))
    assert (done.calls[0].accepted, done.reply, done.failure) == (False, "Sorry.", None)


def test_an_agent_that_never_replies_is_stopped(task_of: TaskOf) -> None:
    endless = Scripted(*[Move((FunctionCall(name="list_my_stays", arguments="{}"),))] * 100)
    done = attempt(Scorer(task_of("turn", 0), CLASSES), endless)
    assert (done.failure, len(done.calls)) == ("move_limit", 40)


def test_reading_everything_reads_and_changes_nothing(task_of: TaskOf) -> None:
    task = task_of("turn", 0)
    done = attempt(Scorer(task, CLASSES), read_everything(CLASSES))
    assert {call.tool for call in done.calls} == {"list_my_stays"}
    assert done.final_state == task.start_state
    assert reward_of(done, Scorer(task, CLASSES)).total == 0.0


def test_random_arguments_fit_the_schema() -> None:
    from random import Random

    schema = {
        "type": "object",
        "properties": {"kind": {"enum": ["a", "b"]}, "count": {"type": "integer"}, "day": {"type": "string", "format": "date"}},
        "required": ["kind", "count"],
    }
    for seed in range(20):
        found = random_arguments(schema, ["seen"], Random(seed))
        assert found["kind"] in {"a", "b"}
        assert isinstance(found["count"], int)
        assert set(found) <= {"kind", "count", "day"}


def test_a_task_whose_environment_is_not_given_cannot_be_attempted(task_of: TaskOf) -> None:
    with pytest.raises(UnreplayableError, match="not promoted"):
        roll_out(task_of("turn", 0), [], seed=7)


def test_sound_tasks_pass_every_gate(tasks: list[RlTask]) -> None:
    found = [judged(task, CLASSES) for task in tasks]
    assert [each.failed for each in found] == [None] * 3
    for task, rewards in zip(tasks, [each.rewards for each in found], strict=True):
        assert rewards is not None
        assert (rewards.gold, rewards.null) == (1.0, 0.0)
        assert (rewards.reading, rewards.random is None) == ((0.0, False) if task.writes else (None, True))


def test_each_gate_catches_its_flaw(task_of: TaskOf) -> None:
    write, read = task_of("turn", 0), task_of("turn", 1)
    late = [call.model_copy(update={"arguments": {"stay_id": "S9"}}) if call.call_id == "c2" else call for call in write.gold_calls]
    flaws = {
        "calls": read.model_copy(update={"gold_calls": []}),
        "effect": write.model_copy(update={"gold_state": write.start_state}),
        "answer": read.model_copy(update={"required_answers": []}),
        "gold": write.model_copy(update={"gold_calls": late}),
    }
    for gate, task in flaws.items():
        found = judged(task, CLASSES).failed
        assert found
        assert found.split(":")[0] == gate


def test_a_task_that_random_calls_solve_is_refused(task_of: TaskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of("turn", 0)

    class Lucky(RandomAgent):
        def respond(self, messages: Sequence[Message], _tools: object, /) -> Move:
            if len(messages) > len(task.prompt):
                return Move(reply="Done.")
            return Move((FunctionCall(name="cancel_stay", arguments='{"stay_id":"S14"}'),))

    monkeypatch.setattr("envfactory_assets.training.task_gates.RandomAgent", Lucky)
    assert judged(task, CLASSES).failed == "random: random calls score 0.500 on average"


def test_a_task_that_reading_solves_is_refused(task_of: TaskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of("turn", 0)
    moves = [Move((FunctionCall(name="cancel_stay", arguments='{"stay_id":"S14"}'),))]
    monkeypatch.setattr("envfactory_assets.training.task_gates.read_everything", lambda _: Scripted(*moves))
    assert judged(task, CLASSES).failed == "reading: reading everything scores 0.500"


def test_a_task_that_silence_solves_is_refused(task_of: TaskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    read = task_of("turn", 1)
    monkeypatch.setattr(NullAgent, "respond", lambda *_: Move(reply="; ".join(read.required_answers)))
    assert judged(read, CLASSES).failed == "null: doing nothing scores 1.000"
