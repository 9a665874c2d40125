"""Natural requests: no ids, no tool names, fewer literal values; the same in every process."""

import os
import subprocess
import sys
from functools import cache

import pytest

from envfactory_assets.dialogue import ModelWriter, Rewritten, TurnContext, calibrate, execute_chain, skeleton
from envfactory_assets.dialogue.lexicon import kept_for, words
from envfactory_assets.dialogue.proof.reading import read_day, read_moment, read_value
from envfactory_assets.dialogue.wording import DateStyle, date_words, moment
from envfactory_assets.llm.errors import ModelError
from envfactory_assets.records import CalibratedTrajectory, RawTrajectory, TrajectoryStep
from envfactory_assets_tests.dialogue import hotel

NOW = moment("2026-05-12T09:00:00Z")


@cache
def conversation(name: str) -> tuple[RawTrajectory, list[TrajectoryStep]]:
    produced = execute_chain(hotel.rebooking(name), [hotel.environment()], hotel.scenarios(), seed=7, rl_share=0.3, reward_version="rv")
    return produced.of(RawTrajectory)[0], produced.of(TrajectoryStep)


def calibrated(name: str = "ch_1", **options) -> CalibratedTrajectory:
    trajectory, steps = conversation(name)
    (row,) = calibrate(trajectory, steps, [hotel.environment()], hotel.scenarios(), **options).rows
    assert isinstance(row, CalibratedTrajectory), row
    return row


def all_calibrated() -> list[CalibratedTrajectory]:
    return [calibrated(f"ch_{number}") for number in range(10)]


def test_no_internal_id_and_no_tool_name_is_said():
    keys = [row["id"] for table in hotel.state()["tables"].values() for row in table]
    tools = [tool["name"] for tool in hotel.environment().spec["tools"]]
    for row in all_calibrated():
        for turn in row.turns:
            assert not set(keys) & set(turn.request.replace(".", " ").replace(",", " ").split())
            assert not [name for name in tools if name in turn.request]


def test_fewer_values_are_literal_than_before():
    rows = all_calibrated()
    assert all(row.literal_share_raw == 1.0 for row in rows)
    assert all(row.literal_share_calibrated < 1.0 for row in rows)


def test_every_span_stands_where_it_says():
    for row in all_calibrated():
        assert row.solvable
        for turn in row.turns:
            assert {span.predicate for span in turn.spans} == {predicate["id"] for predicate in turn.form["predicates"]}
            assert all(turn.request[span.start : span.end] == span.text for span in turn.spans)


def test_refinement_leaves_things_unsaid_and_records_how():
    operators = {operator for row in all_calibrated() for turn in row.turns for operator in turn.operators}
    assert {"implicit reference", "compression"} <= operators
    plain = {operator for number in range(10) for turn in calibrated(f"ch_{number}", refine=False).turns for operator in turn.operators}
    assert not plain & {"compression", "omission"}


def test_requests_differ_from_conversation_to_conversation():
    rows = all_calibrated()
    texts = [skeleton(turn.request, [span.text for span in turn.spans]) for row in rows for turn in row.turns]
    assert len(set(texts)) > 0.8 * len(texts)


def test_the_same_conversation_comes_out_in_any_process():
    script = "from envfactory_assets_tests.dialogue.test_calibration import calibrated;print(calibrated('ch_3').row_sha256())"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert hashes == {calibrated("ch_3").row_sha256() + "\n"}


def test_a_conversation_whose_environment_or_scenario_is_gone_is_rejected():
    trajectory, steps = conversation("ch_1")
    (rejection,) = calibrate(trajectory, steps, [], hotel.scenarios()).rows
    assert rejection.stage == "calibrated_trajectories"
    assert "hotel_desk" in rejection.reason
    (rejection,) = calibrate(trajectory, steps, [hotel.environment()], []).rows
    assert "No scenario" in rejection.reason


def test_a_skeleton_is_a_request_without_its_values():
    assert skeleton("Cancel the trip to Oslo on 3 June.", ["3 June", "Oslo"]) == "cancel the trip to _ on _."
    assert skeleton("Show  me all.", []) == "show me all."


def test_a_choice_is_read_with_or_without_its_field():
    choices = {"enum": ["low", "high"]}
    assert read_value("high", choices, NOW) == read_value("high-priority", choices, NOW) == "high"


@pytest.mark.parametrize(
    "value",
    [
        "2026-04-28",
        "2026-05-11",
        "2026-05-04",
        "2026-05-08",
        "2026-05-10",
        "2026-05-26",
        "2026-05-12",
        "2026-05-13",
        "2026-05-15",
        "2026-05-17",
        "2026-05-19",
        "2026-05-24",
        "2026-06-03",
        "2027-01-31",
    ],
)
@pytest.mark.parametrize("style", [DateStyle(True, False), DateStyle(False, False), DateStyle(False, True)])
def test_dates_mean_what_they_say(value, style):
    assert read_day(date_words(value, NOW, style), NOW.date()).isoformat() == value
    timed = f"{value}T14:30:00Z"
    assert read_moment(date_words(timed, NOW, style), NOW) == timed


@pytest.mark.parametrize(
    ("value", "words"),
    [("2026-05-08", "last Friday"), ("2026-05-22", "next Friday"), ("2026-04-28", "two weeks ago"), ("2026-05-26", "two weeks from today")],
)
def test_days_are_said_by_the_week(value, words):
    assert date_words(value, NOW, DateStyle()) == words


def test_words_that_say_no_value_are_read_as_none():
    assert read_value("soon", {"type": "string", "format": "date"}, NOW) is None
    assert read_value("a lot", {"type": "integer"}, NOW) is None
    assert read_value("purple", {"enum": ["red", "blue"]}, NOW) is None
    assert read_value("purple-priority", {"enum": ["low", "high"]}, NOW) is None
    assert read_value("between 3 and 5", {"type": "number"}, NOW) is None


def test_a_fifth_of_the_frames_is_kept_for_the_test_split():
    frames = [frame for act in words("acts")["acts"].values() for frame in act["say"]]
    kept = [frame for act in words("acts")["acts"].values() for frame in kept_for("train", act["say"])]
    assert 0.7 < len(kept) / len(frames) < 0.95
    assert all(kept_for("test", act["say"]) == act["say"] for act in words("acts")["acts"].values())


class Rewriter:
    """A writer that answers as told."""

    author = "model"

    def __init__(self, change) -> None:
        self.change = change

    def rewrite(self, context: TurnContext) -> Rewritten | None:
        return self.change(context)


def test_a_model_s_wording_counts_when_the_proof_still_holds():
    def politely(context: TurnContext) -> Rewritten:
        said = {span.predicate: span.text for span in context.spans}
        return Rewritten(f"If it is no trouble: {context.request}", said)

    row = calibrated("ch_2", writer=Rewriter(politely))
    assert row.author == "model"
    assert all(turn.request.startswith("If it is no trouble") for turn in row.turns if len({s.text for s in turn.spans}) == len(turn.spans))


def test_a_wording_that_loses_a_value_or_says_an_id_falls_back_to_the_rules():
    expected = calibrated("ch_2")
    for bad in (
        lambda _: Rewritten("Do the usual thing.", {}),
        lambda context: Rewritten(f"{context.request} (S14)", {span.predicate: span.text for span in context.spans}),
        lambda _: None,
    ):
        assert calibrated("ch_2", writer=Rewriter(bad)) == expected


def test_the_model_writer_asks_for_every_phrase_and_survives_bad_answers():
    class Client:
        def __init__(self, answer):
            self.answer = answer

        def complete_json(self, prompt_name, variables, schema):
            if self.answer is None:
                raise ModelError("no answer")
            assert prompt_name == "rewrite_request"
            assert schema["properties"]["phrases"]["required"] == [phrase["id"] for phrase in variables["phrases"]]
            return self.answer

    turn = calibrated().turns[0]
    context = TurnContext(turn.request, tuple(turn.spans), turn.form, (), "plain")
    assert ModelWriter(Client({"request": " Hi. ", "phrases": {"p1": "Hi"}})).rewrite(context) == Rewritten("Hi.", {"p1": "Hi"})
    assert ModelWriter(Client({"request": 3})).rewrite(context) is None
    assert ModelWriter(Client(None)).rewrite(context) is None
