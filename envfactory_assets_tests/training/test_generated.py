from envfactory_assets.records import Rejection, RlTask, Rollout, SftConversation
from envfactory_assets.training import roll_out, write_conversation, write_tasks
from envfactory_assets_tests.training.conftest import Conversation, promoted


def test_generated_conversations_are_promoted_and_their_gold_attempts_score_one(generated: list[Conversation]) -> None:
    conversations = [row for made in generated for row in write_conversation(*made.inputs()).of(SftConversation)]
    tasks = [row for made in generated for row in write_tasks(*made.inputs()).of(RlTask)]
    assert conversations
    assert {task.mode for task in tasks} == {"turn", "episode"}
    for task in tasks:
        totals = {row.agent: row.reward.total for row in roll_out(task, [promoted()], seed=7).of(Rollout)}
        assert (totals["gold"], totals["null"]) == (1.0, 0.0)


def test_a_proof_that_no_longer_holds_is_made_anew_and_refused(generated: list[Conversation]) -> None:
    made = next(made for made in generated if made.calibrated.purpose == "sft")
    unsaid = [turn.model_copy(update={"request": "Do the usual thing, please.", "spans": []}) for turn in made.calibrated.turns]
    (row,) = write_conversation(*made.but(turns=unsaid).inputs()).rows
    assert isinstance(row, Rejection)
    assert row.reason.startswith("solvable:")
