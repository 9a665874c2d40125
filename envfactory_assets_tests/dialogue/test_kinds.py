"""Kinds of conversation beyond the plain one: each is made, proved, and caught when what it claims does not hold."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from envfactory_assets.dialogue import calibrate, execute_chain, lexicon, prove
from envfactory_assets.dialogue.kinds import kinds_to_try
from envfactory_assets.dialogue.kinds.drawing import ROOM
from envfactory_assets.records import CalibratedTrajectory, CalibratedTurn, RawTrajectory, SftConversation, TrajectoryStep
from envfactory_assets.records.settings import KindShares
from envfactory_assets.training import write_conversation
from envfactory_assets_tests.dialogue import shop

KINDS = list(KindShares.model_fields)


def failures(row: CalibratedTrajectory, steps: list[TrajectoryStep]) -> list[str]:
    return [failure for proof in prove(row, steps, [shop.environment()], shop.scenarios()) for failure in proof["failures"]]


def marked(row: CalibratedTrajectory, mark: str) -> CalibratedTurn:
    return next(turn for turn in row.turns if any(intent.get(mark) for intent in turn.form["intents"]))


def with_turn(row: CalibratedTrajectory, index: int, **changes: Any) -> CalibratedTrajectory:
    return row.model_copy(update={"turns": [t.model_copy(update=changes) if t.index == index else t for t in row.turns]})


def remarked(turn: CalibratedTurn, **marks: Any) -> dict[str, Any]:
    return turn.form | {"intents": [intent | marks for intent in turn.form["intents"]]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_conversation_of_each_kind_is_made_and_proved(kind: str):
    row, steps = shop.conversation(kind)
    assert row.kind == kind
    assert row.solvable
    assert failures(row, steps) == []


def test_each_kind_comes_out_in_its_share_when_chains_have_as_much_room_for_it_as_usual():
    chains = [shop.shopping(f"ch_{number}") for number in range(1500)]
    rng, shares = Random(0), KindShares().model_dump()
    made = Counter(next((kind for kind in kinds_to_try(chain, 7, shares) if rng.random() < ROOM[kind]), "plain") for chain in chains)
    off = {kind: made[kind] / len(chains) - share for kind, share in shares.items()}
    assert all(abs(gap) < 0.02 for gap in off.values()), off


def test_a_kind_without_a_share_is_not_tried_and_one_that_all_are_to_be_is_always_tried():
    chains = [shop.shopping(f"ch_{number}") for number in range(50)]
    assert [kinds_to_try(chain, 7, {}) for chain in chains] == [[]] * 50
    assert [kinds_to_try(chain, 7, {"user_side": 0.0, "impossible": 1.0}) for chain in chains] == [["impossible"]] * 50


def test_room_is_known_of_every_kind_the_scarcest_first():
    assert set(ROOM) == set(KINDS)
    assert list(ROOM.values()) == sorted(ROOM.values())


def test_a_chain_through_several_services_is_an_errand_of_its_own_kind():
    chain = shop.shopping("ch_1").model_copy(update={"env_ids": ["corner_shop", "hotel_desk"]})
    assert kinds_to_try(chain, 7, {"impossible": 1.0}) == ["cross_environment"]


def test_shares_above_one_are_refused():
    with pytest.raises(ValidationError, match="more than 1"):
        KindShares(impossible=0.9, computed=0.9)


@pytest.mark.parametrize("kind", ["missing_information", "ambiguous"])
def test_what_was_held_back_is_said_in_the_answer_and_not_in_the_request(kind: str):
    row, _ = shop.conversation(kind)
    turn = next(turn for turn in row.turns if turn.exchanges)
    (exchange,) = turn.exchanges
    answered = [span for span in turn.spans if span.exchange == 0]
    assert exchange.question.endswith("?")
    assert answered
    assert all(exchange.answer[span.start : span.end] == span.text for span in answered)
    assert all(span.text not in turn.request for span in answered)
    assert exchange.answer in row.user_brief.told_when_asked


def test_nobody_opens_with_a_question_about_something_vague():
    for number in range(shop.MOST_CHAINS):
        produced = execute_chain(
            shop.shopping(f"ch_{number}", calling_off=False),
            [shop.environment()],
            shop.scenarios(),
            seed=7,
            rl_share=0,
            reward_version="rv",
            kinds={"ambiguous": 1.0},
        )
        for raw in produced.of(RawTrajectory):
            rows = calibrate(raw, produced.of(TrajectoryStep), [shop.environment()], shop.scenarios()).of(CalibratedTrajectory)
            assert not any(row.turns[0].exchanges for row in rows)


@pytest.mark.parametrize("kind", ["missing_information", "ambiguous"])
def test_an_answer_that_says_nothing_is_caught(kind: str):
    row, steps = shop.conversation(kind)
    turn = next(turn for turn in row.turns if turn.exchanges)
    silent = [exchange.model_copy(update={"answer": "I do not know."}) for exchange in turn.exchanges]
    spans = [span for span in turn.spans if span.exchange is None]
    found = failures(with_turn(row, turn.index, exchanges=silent, spans=spans), steps)
    assert any("No words say the predicate" in failure for failure in found)
    assert any("gets no answer" in failure for failure in found)


def test_a_question_that_the_request_has_answered_already_is_caught():
    row, steps = shop.conversation("ambiguous")
    turn = next(turn for turn in row.turns if turn.exchanges)
    answer = turn.exchanges[0].answer
    moved = [
        span if span.exchange is None else span.model_copy(update={"exchange": None, "start": 0, "end": len(span.text)})
        for span in turn.spans
    ]
    found = failures(with_turn(row, turn.index, request=answer + turn.request, spans=moved), steps)
    assert any("gets no answer that says anything" in failure or "not needed" in failure for failure in found)


def test_a_missing_tool_that_is_offered_after_all_is_caught():
    row, steps = shop.conversation("missing_tool")
    turn = marked(row, "declined")
    assert not [step for step in steps if step.turn == turn.index]
    assert row.withheld_tools
    found = failures(row.model_copy(update={"withheld_tools": []}), steps)
    assert any("is offered and could do it" in failure for failure in found)


def test_a_withheld_tool_that_is_called_is_caught():
    row, steps = shop.conversation("missing_tool")
    found = failures(row.model_copy(update={"withheld_tools": [*row.withheld_tools, steps[0].tool]}), steps)
    assert any("to whom it is not offered" in failure for failure in found)


def test_a_refusal_is_executed_and_changes_nothing_and_its_reason_is_told():
    row, steps = shop.conversation("impossible")
    turn = marked(row, "declined")
    refused = [step for step in steps if step.error]
    assert [step.turn for step in refused] == [turn.index]
    assert refused[0].state_sha256_before == refused[0].state_sha256_after
    found = failures(with_turn(row, turn.index, reply="I can't do that."), steps)
    assert found == ["The reply does not tell what forbids it."]


def test_a_refusal_names_the_state_and_does_not_recite_the_rule_of_the_service():
    row, steps = shop.conversation("impossible")
    (error,) = [step.error for step in steps if step.error]
    assert "; it must be" in str(error)
    reply = marked(row, "declined").reply
    assert reply is not None
    assert ";" not in reply
    assert "must be" not in reply


def test_a_refusal_that_the_service_does_not_give_is_caught():
    row, steps = shop.conversation("impossible")
    granted = [step.model_copy(update={"error": "not_found: gone"}) if step.error else step for step in steps]
    assert any("does not replay" in failure for failure in failures(row, granted))


def test_after_a_refusal_something_else_is_taken_and_done():
    row, steps = shop.conversation("recovery")
    turn = next(turn for turn in row.turns if turn.exchanges)
    own = [step for step in steps if step.turn == turn.index]
    done = turn.exchanges[0].after_calls
    assert own[done - 1].error
    assert all(step.error is None and step.state_diff for step in own[done:])
    assert own[done:]


def test_a_change_of_mind_sets_the_same_field_of_the_same_record_again():
    row, steps = shop.conversation("change_of_mind")
    turn = marked(row, "lead")
    (again,) = [step for step in steps if step.turn == turn.index]
    first = [step for step in steps if step.turn == turn.index - 1][-1]
    changed, before = again.state_diff[0], first.state_diff
    assert any((change["entity"], change["key"]) == (changed["entity"], changed["key"]) for change in before)
    assert again.arguments["address"] != first.arguments["address"]


def test_a_follow_up_is_answered_from_an_earlier_result_without_a_call():
    row, steps = shop.conversation("follow_up")
    turn = marked(row, "answered_by")
    assert not [step for step in steps if step.turn == turn.index]
    assert failures(with_turn(row, turn.index, reply="Let me think."), steps) == ["The reply does not tell what is asked."]
    found = failures(with_turn(row, turn.index, form=remarked(turn, answered_by="call_99")), steps)
    assert "No earlier call shows what is asked." in found


def test_a_computed_answer_is_worked_out_again():
    row, steps = shop.conversation("computed")
    turn = marked(row, "computed")
    question = turn.form["intents"][0]["computed"]
    wrong = question | {"answer": "987654"}
    found = failures(with_turn(row, turn.index, form=remarked(turn, computed=wrong), reply="That's 987654."), steps)
    assert any("is not what the records give" in failure for failure in found)
    for untold in ("Many.", f"That's {str(question['answer'])[1:]}."):
        assert any("or is not told" in failure for failure in failures(with_turn(row, turn.index, reply=untold), steps))


def test_nobody_asks_which_is_last_by_a_field_that_has_no_word_for_the_last(monkeypatch):
    def asked() -> set[str]:
        made = [
            execute_chain(shop.shopping(f"ch_{number}", listed=True), [shop.environment()], shop.scenarios(), **chosen).of(RawTrajectory)[0]
            for number in range(1, 9)
        ]
        return {intent["computed"]["op"] for raw in made for turn in raw.turns for intent in turn.form["intents"] if intent.get("computed")}

    chosen = {"seed": 7, "rl_share": 0.0, "reward_version": "rv", "kinds": {"computed": 1.0}}
    known = lexicon.superlative
    assert asked() >= {"min", "max"}
    monkeypatch.setattr(lexicon, "superlative", lambda name, op: known(name, op) if op == "min" else "")
    assert "min" in asked()
    assert "max" not in asked()


def test_a_wish_for_each_of_several_takes_all_that_fit_and_no_other():
    row, steps = shop.conversation("expansion")
    turn = marked(row, "each")
    made = [step for step in steps if step.turn == turn.index and step.state_diff]
    assert len(made) > 1
    assert len({step.parallel_group for step in made}) == 1
    form = turn.form
    fewer = form | {"arguments": [e for e in form["arguments"] if e["call_id"] != made[-1].call_id]}
    found = failures(with_turn(row, turn.index, form=fewer), [step for step in steps if step is not made[-1]])
    assert any("records" in failure for failure in found)


def test_what_is_the_users_to_do_is_done_by_the_user_and_checked_by_the_assistant():
    row, steps = shop.conversation("user_side")
    turn = marked(row, "hands_over")
    own = [step for step in steps if step.turn == turn.index]
    assert [step.requestor for step in own] == ["agent", "user", "agent"]
    assert own[1].tool in row.withheld_tools
    usurped = [step.model_copy(update={"requestor": "agent"}) for step in steps]
    assert any("called by the agent, to whom it is not offered" in failure for failure in failures(row, usurped))


def test_the_brief_lists_the_wishes_in_order_and_does_not_volunteer_what_is_asked_for():
    row, steps = shop.conversation("missing_information")
    turn = next(turn for turn in row.turns if turn.exchanges)
    held = next(step for step in steps if step.turn == turn.index and step.state_diff).arguments["address"]
    assert "1. " in row.user_brief.goal
    assert not any(held in fact for fact in row.user_brief.facts_known)
    assert any(held in text for text in row.user_brief.told_when_asked)


def test_the_brief_does_not_tell_what_the_user_wants_to_know():
    row, steps = shop.conversation("follow_up")
    turn = marked(row, "answered_by")
    asked = turn.form["intents"][0]["asked"]
    assert any(asked.replace("_", " ") in fact for fact in row.user_brief.facts_unknown)
    item = row.user_brief.goal.split("; ")[sum(len(other.form["intents"]) for other in row.turns[: turn.index])]
    told = next(step for step in steps if step.call_id == turn.form["intents"][0]["answered_by"]).result[asked]
    assert str(told) not in item


def test_the_brief_says_when_a_user_may_stop_without_having_got_everything():
    row, _ = shop.conversation("impossible")
    assert "has said why it cannot" in row.user_brief.stop_when


def test_a_conversation_ends_before_a_turn_that_cannot_be_put_into_words(monkeypatch: pytest.MonkeyPatch):
    raw, steps = shop.executed("impossible")
    last = raw.turns[-1].call_ids
    monkeypatch.setattr(
        "envfactory_assets.dialogue.calibration.unsayable",
        lambda form, _: "no words" if form["intents"][0]["call_ids"][-1] in last else None,
    )
    (row,) = calibrate(raw, steps, [shop.environment()], shop.scenarios()).of(CalibratedTrajectory)
    assert row.turn_count == len(row.turns) == raw.turn_count - 1
    assert row.step_count == sum(step.turn < row.turn_count for step in steps)
    assert len(row.user_brief.goal) < len(raw.user_brief.goal)
    kept = any(intent.get("declined") for turn in row.turns for intent in turn.form["intents"])
    assert row.kind == ("impossible" if kept else "plain")
    (written,) = write_conversation(row, steps, [shop.environment()], shop.scenarios()).rows
    assert isinstance(written, SftConversation)
    assert written.step_count == row.step_count
