"""Chains become executed conversations with explicit requests, or rejections that say why."""

import pytest

from envfactory_assets.dialogue import calibrate, execute_chain, execution
from envfactory_assets.dialogue.execution import BindingAttempts
from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.records import CalibratedTrajectory, Produced, RawTrajectory, Rejection, TrajectoryStep, content_hash
from envfactory_assets.records.profiles import TurnShape, named
from envfactory_assets_tests.dialogue import hotel, shop

SHOPPING = {"list_my_orders", "get_order", "check_out", "change_address", "cancel_order"}


def executed(chain=None, scenarios=None, rl_share=0.3) -> Produced:
    used = hotel.scenarios() if scenarios is None else scenarios
    return execute_chain(chain or hotel.rebooking(), [hotel.environment()], used, seed=7, rl_share=rl_share, reward_version="rv")


def test_every_value_and_id_stands_literally_in_the_explicit_requests():
    for number in range(6):
        produced = executed(hotel.rebooking(f"ch_{number}"))
        (trajectory,) = produced.of(RawTrajectory)
        for step in produced.of(TrajectoryStep):
            for value in step.arguments.values():
                assert str(value) in trajectory.turns[step.turn].request


def test_the_steps_replay_to_the_stored_results_and_states():
    produced = executed()
    (trajectory,) = produced.of(RawTrajectory)
    environment = hotel.environment()
    episode = Episode({hotel.ENV: load_environment(environment.source_code, hotel.ENV)})
    episode.reset({hotel.ENV: next(s.state for s in hotel.scenarios() if s.scenario_id == trajectory.scenario_ids[0])})
    for step in produced.of(TrajectoryStep):
        assert content_hash(episode.snapshot()) == step.state_sha256_before
        assert episode.call(step.tool, step.arguments).value == step.result
        assert content_hash(episode.snapshot()) == step.state_sha256_after


def test_every_argument_says_where_its_value_comes_from():
    for step in executed().of(TrajectoryStep):
        assert {origin.argument for origin in step.argument_origins} == set(step.arguments)
        for origin in step.argument_origins:
            assert (origin.kind == "observed") == (origin.path is not None)


def test_a_lookup_belongs_to_the_turn_of_the_action_it_serves_or_is_a_turn_of_its_own():
    (trajectory,) = executed().of(RawTrajectory)
    wishes = [intent for turn in trajectory.turns for intent in turn.form["intents"]]
    assert 2 <= trajectory.turn_count <= 8
    assert all(intent["call_ids"] for intent in wishes)
    assert sum(len(intent["call_ids"]) for intent in wishes) == trajectory.step_count


def test_calls_that_use_each_others_results_never_run_in_parallel():
    for number in range(6):
        steps = {step.call_id: step for step in executed(hotel.rebooking(f"ch_{number}")).of(TrajectoryStep)}
        for step in steps.values():
            for origin in step.argument_origins:
                source = steps.get(origin.call_id or "")
                assert source is None or (source.turn, source.parallel_group) < (step.turn, step.parallel_group)


def test_sft_and_rl_use_their_own_scenarios():
    assert executed(rl_share=0.0).of(RawTrajectory)[0].scenario_ids == ["hotel_desk-sft"]
    assert executed(rl_share=1.0).of(RawTrajectory)[0].scenario_ids == ["hotel_desk-rl"]


def test_a_conversation_of_one_turn_is_rejected():
    (rejection,) = executed(hotel.chain("list_my_stays", providers=[])).rows
    assert isinstance(rejection, Rejection)
    assert rejection.stage == "raw_trajectories"
    assert "one turn" in rejection.reason


def test_a_call_that_no_values_satisfy_is_left_out_with_what_builds_on_it():
    providers = [(1, "stay_id", "tool", 0, "[*].id"), (2, "stay_id", "tool", 1, "id"), (3, "stay_id", "tool", 2, "id")]
    produced = executed(hotel.chain("list_my_stays", "cancel_stay", "cancel_stay", "check_in", providers=providers))
    assert produced.of(RawTrajectory)[0].turn_count == 2
    assert [step.tool for step in produced.of(TrajectoryStep)] == ["list_my_stays", "cancel_stay"]


def test_a_chain_of_which_too_little_is_left_is_rejected_with_the_error():
    providers = [(1, "stay_id", "tool", 0, "[*].nothing")]
    (rejection,) = executed(hotel.chain("list_my_stays", "cancel_stay", providers=providers)).rows
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "list_my_stays: its result holds nothing that a later call could use."
    assert rejection.evidence == []


@pytest.fixture
def no_words_for_cancelling(monkeypatch):
    def first_cancelling(trajectory, steps, services, states):
        return next((step.turn for step in steps if step.tool == "cancel_stay"), None)

    monkeypatch.setattr(execution, "unwritable_turn", first_cancelling)


@pytest.mark.usefixtures("no_words_for_cancelling")
def test_a_wish_that_cannot_be_put_into_words_is_done_without():
    produced = executed()
    assert produced.of(RawTrajectory)[0].turn_count >= 2
    assert {step.tool for step in produced.of(TrajectoryStep)} == {"list_my_stays", "find_rooms", "book_room"}


@pytest.mark.usefixtures("no_words_for_cancelling")
def test_a_chain_that_is_too_short_without_what_cannot_be_said_is_kept_whole():
    produced = executed(hotel.chain("list_my_stays", "cancel_stay", providers=[(1, "stay_id", "tool", 0, "[*].id")]))
    assert "cancel_stay" in {step.tool for step in produced.of(TrajectoryStep)}


def test_of_several_wishes_of_a_turn_that_cannot_be_said_one_is_done_without_before_the_other():
    attempts = BindingAttempts(
        shop.shopping("ch_1"), [shop.environment()], shop.scenarios(), seed=7, rl_share=0.0, shape=named("bfcl").turns
    )

    def done_without() -> set[int]:
        bound = attempts.bind(0)
        return {2, 3, 4} - bound.binding.made.keys()

    attempts.not_said({3, 4})
    assert done_without() == set()
    attempts.not_said({3, 4})
    assert done_without() == {4}
    attempts.not_said({3})
    assert done_without() == {3, 4}


@pytest.mark.parametrize(
    ("wish", "gone"),
    [
        ("get_order", {"list_my_orders", "get_order", "cancel_order"}),
        ("check_out", {"check_out", "change_address"}),
        ("change_address", {"change_address"}),
        ("cancel_order", {"cancel_order"}),
    ],
)
def test_a_turn_that_is_never_said_is_done_without_and_so_is_what_builds_on_it(monkeypatch, wish: str, gone: set[str]):
    def never_said(trajectory, steps, services, states):
        return next((step.turn for step in steps if step.tool == wish), None)

    monkeypatch.setattr(execution, "unwritable_turn", never_said)
    monkeypatch.setattr(BindingAttempts, "not_said", lambda *_: None)
    produced = execute_chain(shop.shopping("ch_1"), [shop.environment()], shop.scenarios(), seed=7, rl_share=0.0, reward_version="rv")
    assert SHOPPING - {step.tool for step in produced.of(TrajectoryStep)} == gone


def test_what_is_left_when_a_wish_is_left_out_is_as_the_environment_gives_it_then(monkeypatch):
    def never_said(trajectory, steps, services, states):
        return next((step.turn for step in steps if step.tool == "check_out"), None)

    monkeypatch.setattr(execution, "unwritable_turn", never_said)
    produced = execute_chain(shop.shopping("ch_1"), [shop.environment()], shop.scenarios(), seed=7, rl_share=0.0, reward_version="rv")
    (trajectory,) = produced.of(RawTrajectory)
    row = shop.environment()
    episode = Episode({row.env_id: load_environment(row.source_code, row.env_id)})
    episode.reset({row.env_id: next(s.state for s in shop.scenarios() if s.scenario_id == trajectory.scenario_ids[0])})
    for step in produced.of(TrajectoryStep):
        assert content_hash(episode.snapshot()) == step.state_sha256_before
        assert episode.call(step.tool, step.arguments).value == step.result
        assert content_hash(episode.snapshot()) == step.state_sha256_after


def test_of_wishes_said_in_one_breath_only_the_one_that_cannot_be_said_is_left_out(monkeypatch):
    def never_said(trajectory, steps, services, states):
        return next((step.turn for step in steps if step.tool == "change_address"), None)

    chain = shop.shopping("ch_1")
    chosen = {"seed": 7, "rl_share": 0.0, "reward_version": "rv", "profile": "paper"}
    together = TurnShape(most_turns=2, apart=1, together=1.0, most_wishes=3, most_detailed=3, most_calls=10)
    monkeypatch.setattr(execution, "named", lambda _: named("paper").model_copy(update={"turns": together}))
    monkeypatch.setattr(execution, "unwritable_turn", never_said)
    monkeypatch.setattr(BindingAttempts, "not_said", lambda *_: None)
    produced = execute_chain(chain, [shop.environment()], shop.scenarios(), **chosen)
    (trajectory,) = produced.of(RawTrajectory)
    assert SHOPPING - {step.tool for step in produced.of(TrajectoryStep)} == {"change_address"}
    assert any(len(turn.form["intents"]) > 1 for turn in trajectory.turns)


def test_a_chain_without_a_scenario_of_its_purpose_is_rejected():
    (rejection,) = executed(scenarios=[s for s in hotel.scenarios() if s.purpose == "sft"], rl_share=1.0).rows
    assert "no scenario kept for rl" in rejection.reason


def test_a_chain_whose_environment_is_not_promoted_is_rejected():
    (rejection,) = execute_chain(hotel.rebooking(), [], hotel.scenarios(), seed=7, rl_share=0.3, reward_version="rv").rows
    assert "hotel_desk" in rejection.reason


def test_a_chain_may_cross_environments():
    annex = hotel.environment().model_copy(update={"env_id": "hotel_annex"})
    scenarios = [s.model_copy(update={"env_id": "hotel_annex", "scenario_id": f"annex-{s.purpose}"}) for s in hotel.scenarios()]
    providers = [(1, "stay_id", "tool", 0, "[*].id"), (3, "stay_id", "tool", 2, "[*].id")]
    chain = hotel.chain("list_my_stays", "cancel_stay", "list_my_stays", "cancel_stay", providers=providers)
    steps = [step.model_copy(update={"env_id": "hotel_annex"}) if step.index > 1 else step for step in chain.steps]
    chain = chain.model_copy(update={"env_ids": [hotel.ENV, "hotel_annex"], "steps": steps})
    worlds, states = [hotel.environment(), annex], [*hotel.scenarios(), *scenarios]
    produced = execute_chain(chain, worlds, states, seed=7, rl_share=0.3, reward_version="rv")
    (trajectory,) = produced.of(RawTrajectory)
    assert trajectory.env_ids == [hotel.ENV, "hotel_annex"]
    assert {step.env_id for step in produced.of(TrajectoryStep)} == {hotel.ENV, "hotel_annex"}
    (calibrated,) = calibrate(trajectory, produced.of(TrajectoryStep), worlds, states).rows
    assert isinstance(calibrated, CalibratedTrajectory)
    assert calibrated.solvable
