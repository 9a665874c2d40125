"""Kinds of conversation as training rows: questions back stand in the messages, refusals are rewarded, withheld tools are not offered."""

import polars as pl
import pytest

from envfactory_assets.environments import load_environment
from envfactory_assets.records import FunctionCall, Message, Rejection, RlTask, SftConversation, canonical_json, content_hash
from envfactory_assets.records.schema import to_frame
from envfactory_assets.records.settings import KindShares
from envfactory_assets.training import run_suite, write_conversation, write_tasks
from envfactory_assets.training.agents import GoldAgent, Move
from envfactory_assets.training.answers import declines
from envfactory_assets.training.reward import Scorer
from envfactory_assets.training.rollouts import attempt, reward_of
from envfactory_assets.training.task_gates import Judgement, judged
from envfactory_assets_tests.dialogue import shop

KINDS = list(KindShares.model_fields)
CLASSES = {shop.ENV: load_environment(shop.environment().source_code, shop.ENV)}


def sft(kind: str) -> SftConversation:
    row, steps = shop.conversation(kind)
    (written,) = write_conversation(row, steps, [shop.environment()], shop.scenarios()).rows
    assert isinstance(written, SftConversation), written
    return written


def tasks(kind: str) -> list[RlTask]:
    row, steps = shop.conversation(kind, rl=True)
    return write_tasks(row, steps, [shop.environment()], shop.scenarios()).of(RlTask)


class Saying:
    """Says one thing, after one call if there is one to make."""

    name = "saying"

    def __init__(self, reply: str, *calls: FunctionCall) -> None:
        self._reply = reply
        self._calls = list(calls)

    def respond(self, _messages: object, _tools: object, /) -> Move:
        return Move((self._calls.pop(),)) if self._calls else Move(reply=self._reply)


@pytest.fixture
def _ungated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks as they are written, whether or not random calls can do them."""
    monkeypatch.setattr("envfactory_assets.training.tasks.judged", lambda *_: Judgement(None))


def total(task: RlTask, agent: Saying | GoldAgent) -> float:
    return reward_of(attempt(Scorer(task, CLASSES), agent), Scorer(task, CLASSES)).total


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_a_conversation_that_keeps_its_name(kind: str) -> None:
    assert sft(kind).kind == kind


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"expansion", "user_side"}])
def test_every_kind_makes_tasks_that_pass_the_gates_but_for_chance(kind: str) -> None:
    row, steps = shop.conversation(kind, rl=True)
    produced = write_tasks(row, steps, [shop.environment()], shop.scenarios())
    assert [rejection.reason for rejection in produced.of(Rejection) if "random" not in rejection.reason] == []
    assert {task.kind for task in produced.of(RlTask)} <= {kind}


def test_a_question_back_and_its_answer_stand_between_request_and_reply() -> None:
    row, _ = shop.conversation("missing_information")
    turn = next(turn for turn in row.turns if turn.exchanges)
    own = [message for message in sft("missing_information").messages if message.turn == turn.index and message.role != "system"]
    assert [message.content for message in own[:3]] == [turn.request, turn.exchanges[0].question, turn.exchanges[0].answer]
    assert [message.role for message in own[:3]] == ["user", "assistant", "user"]
    assert not any(message.train for message in own[:3])
    assert own[3].tool_calls
    assert own[3].train


def test_a_refused_call_stands_with_its_error() -> None:
    texts = [message.content or "" for message in sft("recovery").messages if message.role == "tool"]
    assert sum('"error"' in text for text in texts) == 1


@pytest.mark.usefixtures("_ungated")
def test_the_task_of_a_turn_begins_after_the_answer_to_the_question_back() -> None:
    row, _ = shop.conversation("missing_information", rl=True)
    turn = next(turn for turn in row.turns if turn.exchanges)
    task = next(task for task in tasks("missing_information") if task.mode == "turn" and task.turn_index == turn.index)
    assert task.prompt[-1].content == turn.exchanges[0].answer
    assert task.prompt[-2].content == turn.exchanges[0].question
    assert task.user_turns == [turn.exchanges[0].answer]


@pytest.mark.usefixtures("_ungated")
def test_in_an_episode_the_answer_is_said_in_its_place() -> None:
    row, _ = shop.conversation("missing_information", rl=True)
    turn = next(turn for turn in row.turns if turn.exchanges)
    episode = next(task for task in tasks("missing_information") if task.mode == "episode")
    assert episode.user_turns[turn.index : turn.index + 2] == [turn.request, turn.exchanges[0].answer]
    assert turn.index not in {call.turn for call in episode.gold_calls}


@pytest.mark.usefixtures("_ungated")
def test_the_users_own_call_is_not_shown_and_its_task_begins_after_it() -> None:
    _, steps = shop.conversation("user_side", rl=True)
    (call,) = [step for step in steps if step.requestor == "user"]
    task = next(task for task in tasks("user_side") if task.turn_index == call.turn)
    assert call.call_id not in {shown.id for message in task.prompt for shown in message.tool_calls}
    assert content_hash(task.start_state) == call.state_sha256_after
    assert {task.mode for task in tasks("user_side")} == {"turn"}


def test_a_withheld_tool_is_neither_offered_nor_obeyed() -> None:
    row, _ = shop.conversation("missing_tool", rl=True)
    task = next(task for task in tasks("missing_tool") if task.declines)
    offered = {tool["function"]["name"] for tool in task.tools}
    assert not offered & set(row.withheld_tools)
    call = FunctionCall(name=row.withheld_tools[0], arguments=canonical_json({"order_id": "ORD-0001"}))
    done = attempt(Scorer(task, CLASSES), Saying("Done.", call))
    assert [made.accepted for made in done.calls] == [False]
    assert reward_of(done, Scorer(task, CLASSES)).total == 0.0


@pytest.mark.parametrize("kind", ["missing_tool", "impossible"])
def test_saying_that_it_cannot_be_done_is_rewarded_and_pretending_is_not(kind: str) -> None:
    task = next(task for task in tasks(kind) if task.declines)
    assert task.gold_state == task.start_state
    assert total(task, GoldAgent(task)) == 1.0
    assert total(task, Saying(f"Done. {' '.join(task.required_answers)}")) == 0.0


def test_the_reason_of_a_refusal_has_to_be_told() -> None:
    task = next(task for task in tasks("impossible") if task.declines)
    assert task.required_answers
    assert total(task, Saying("I'm sorry, I can't do that.")) == 0.0


def test_a_computed_answer_is_the_only_one_required() -> None:
    row, _ = shop.conversation("computed", rl=True)
    turn = next(turn for turn in row.turns if any(intent.get("computed") for intent in turn.form["intents"]))
    task = next(task for task in tasks("computed") if task.mode == "turn" and task.turn_index == turn.index)
    assert task.required_answers == [turn.form["intents"][0]["computed"]["answer"]]


def test_a_follow_up_needs_an_answer_and_no_call() -> None:
    task = next(task for task in tasks("follow_up") if not task.gold_calls)
    assert task.required_answers
    assert total(task, Saying("Done.")) == 0.0
    assert total(task, Saying(" ".join(task.required_answers))) == 1.0


def unmet(*rows: RlTask) -> set[str]:
    """The expectations that a table of tasks does not meet."""
    related = {
        "calibrated_trajectories": pl.DataFrame({"trajectory_id": [row.trajectory_id for row in rows], "purpose": ["rl"] * len(rows)})
    }
    return {found.name for found in run_suite(RlTask.table, to_frame(RlTask, rows), related=related) if not found.passed}


def test_a_task_that_no_agent_was_tried_on_is_not_promoted() -> None:
    made = [task for kind in ("change_of_mind", "computed") for task in tasks(kind)]
    write, read = (next(task for task in made if task.writes is writes) for writes in (True, False))
    always, of_writes = {"gold_calls_were_tried", "doing_nothing_was_tried"}, {"reading_everything_was_tried", "random_calls_were_tried"}
    assert unmet(write, read) == set()
    assert unmet(read.model_copy(update={"gate_rewards": None})) == always
    assert unmet(write.model_copy(update={"gate_rewards": None})) == always | of_writes


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_told_before_or_declined_needs_no_call_whoever_judges(kind: str) -> None:
    task = next(task for task in tasks("follow_up") if not task.gold_calls).model_copy(update={"kind": kind})
    told = {f"calls: nothing is called, and a conversation of kind {kind} needs calls"}
    judged_alone = {judged(task, CLASSES).failed} & told
    judged_in_the_table = unmet(task)
    if kind in {"follow_up", "missing_tool"}:
        assert (judged_alone, judged_in_the_table) == (set(), set())
    else:
        assert (judged_alone, judged_in_the_table) == (told, {"a_task_has_gold_calls"})


@pytest.mark.parametrize(
    ("reply", "is_refusal"),
    [
        ("I can\u2019t do that: it has shipped.", True),
        ("I'm afraid I am unable to.", True),
        ("Done.", False),
        ("You can cancel it.", False),
        ("", False),
    ],
)
def test_a_refusal_is_told_from_its_words(reply: str, is_refusal: bool) -> None:
    assert declines(reply) is is_refusal


def test_messages_keep_their_shape() -> None:
    for message in sft("recovery").messages:
        assert isinstance(message, Message)
        assert (message.role == "tool") == (message.tool_call_id is not None)
