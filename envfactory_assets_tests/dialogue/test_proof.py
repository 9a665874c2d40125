"""The independent checker catches what makes a request unsolvable."""

import tomllib
from pathlib import Path
from typing import Any

import envfactory_assets.dialogue
from envfactory_assets.dialogue import prove
from envfactory_assets.records import CalibratedTrajectory, Scenario
from envfactory_assets_tests.dialogue import hotel
from envfactory_assets_tests.dialogue.test_calibration import calibrated, conversation


def failures(row: CalibratedTrajectory, name: str, steps=None, scenarios=None) -> list[str]:
    proofs = prove(row, conversation(name)[1] if steps is None else steps, [hotel.environment()], scenarios or hotel.scenarios())
    return [failure for proof in proofs for failure in proof["failures"]]


def find(op: str | None = None, **wanted: Any) -> tuple[str, CalibratedTrajectory, int, dict[str, Any]]:
    """A conversation that says some kind of predicate: its name, itself, the turn and the predicate."""
    for number in range(40):
        name = f"ch_{number}"
        row = calibrated(name)
        for turn in row.turns:
            for predicate in turn.form["predicates"]:
                if (op is None or predicate["op"] == op) and all(predicate[key] == value for key, value in wanted.items()):
                    return name, row, turn.index, predicate
    raise AssertionError("no such conversation")


def with_turn(row: CalibratedTrajectory, index: int, **changes: Any) -> CalibratedTrajectory:
    turns = [turn.model_copy(update=changes) if turn.index == index else turn for turn in row.turns]
    return row.model_copy(update={"turns": turns})


def reworded(row: CalibratedTrajectory, index: int, predicate: str, words: str) -> CalibratedTrajectory:
    """The conversation with other words for one predicate, spans moved along."""
    turn = row.turns[index]
    span = next(span for span in turn.spans if span.predicate == predicate)
    shift = len(words) - len(span.text)
    spans = []
    for other in turn.spans:
        if other.predicate == predicate:
            spans.append(other.model_copy(update={"text": words, "end": span.start + len(words)}))
        elif other.start >= span.end:
            spans.append(other.model_copy(update={"start": other.start + shift, "end": other.end + shift}))
        else:
            spans.append(other)
    return with_turn(row, index, request=turn.request[: span.start] + words + turn.request[span.end :], spans=spans)


def test_every_module_of_the_generator_is_kept_from_the_checker():
    package = Path(envfactory_assets.dialogue.__file__).parent
    project = tomllib.loads((package.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [
        c for c in project["tool"]["importlinter"]["contracts"] if c.get("source_modules") == ["envfactory_assets.dialogue.proof"]
    ]
    modules = {
        f"envfactory_assets.dialogue.{path.stem}" for path in package.iterdir() if path.stem not in {"__init__", "__pycache__", "proof"}
    }
    assert set(contract["forbidden_modules"]) == modules


def test_calls_are_made_in_the_order_of_their_steps_however_they_are_handed_over():
    assert all(not failures(calibrated(name), name, steps=conversation(name)[1][::-1]) for name in ("ch_0", "ch_1", "ch_2"))


def test_a_sound_conversation_holds_and_the_proof_says_why():
    row = calibrated()
    assert failures(row, "ch_1") == []
    for turn in row.turns:
        assert turn.proof["holds"]
        assert all(counterfactual["loses"] for counterfactual in turn.proof["counterfactuals"])
        assert all(reference["fits"] == 1 for reference in turn.proof["references"])


def test_a_wrong_date_is_caught():
    name, row, index, predicate = find(parameter="arrives", role="filter")
    found = failures(reworded(row, index, predicate["id"], "21 May"), name)
    assert any("leads to arrives" in failure for failure in found)


def test_words_without_a_value_are_caught():
    name, row, index, predicate = find(parameter="arrives", role="filter")
    found = failures(reworded(row, index, predicate["id"], "some time"), name)
    assert any("give no value" in failure for failure in found)


def test_a_swapped_referent_is_caught():
    name, row, index, predicate = find(op="on", role="referent", field="arrives")
    form = row.turns[index].form
    swapped = [p | {"value": "2026-03-02"} if p["id"] == predicate["id"] else p for p in form["predicates"]]
    found = failures(with_turn(row, index, form=form | {"predicates": swapped}), name)
    assert any("do not say" in failure for failure in found)
    assert any("leads to stay_id" in failure for failure in found)


def test_an_ambiguous_description_is_caught():
    name, row, _, predicate = find(op="on", role="referent", field="arrives")
    trajectory_scenario = row.scenario_ids[0]
    doubled: list[Scenario] = []
    for scenario in hotel.scenarios():
        state = scenario.state
        if scenario.scenario_id == trajectory_scenario:
            twin = hotel.stay("S50", "R9", predicate["value"], "2026-12-30", "booked", 100.0)
            room = {"id": "R9", "number": "999", "kind": "suite", "nightly_rate": 999.0}
            tables = {"rooms": [*state["tables"]["rooms"], room], "stays": [*state["tables"]["stays"], twin]}
            state = state | {"tables": tables}
        doubled.append(scenario.model_copy(update={"state": state}))
    found = failures(row, name, scenarios=doubled)
    assert any("fit 2 records" in failure for failure in found)


def test_a_description_whose_look_up_is_missing_is_caught():
    name, row, _, predicate = find(op="on", role="referent", field="arrives")
    steps = conversation(name)[1]
    act = next(step for step in steps if step.call_id == predicate["call_id"])
    sources = {origin.call_id for origin in act.argument_origins}
    found = failures(row, name, steps=[step for step in steps if step.call_id not in sources])
    assert any("No gold call shows" in failure for failure in found)


def test_a_redundant_description_is_caught():
    name, row, index, predicate = find(op="on", role="referent", field="arrives")
    turn = row.turns[index]
    referent = next(r for r in turn.form["referents"] if predicate["id"] in r["predicates"])
    key = next(p for p in row.turns[index].form["predicates"] if p["id"] == predicate["id"])
    status = next(s["status"] for s in hotel.state()["tables"]["stays"] if s["arrives"] == key["value"])
    extra = predicate | {"id": "p99", "op": "eq", "field": "status", "value": status, "enum": True}
    form = turn.form | {
        "predicates": [*turn.form["predicates"], extra],
        "referents": [r | {"predicates": [*r["predicates"], "p99"]} if r is referent else r for r in turn.form["referents"]],
    }
    request = f"{turn.request} It is {status}."
    span = turn.spans[0].model_copy(
        update={"start": len(request) - len(status) - 1, "end": len(request) - 1, "text": status, "predicate": "p99"}
    )
    found = failures(with_turn(row, index, form=form, request=request, spans=[*turn.spans, span]), name)
    assert any("Nothing is lost" in failure for failure in found)


def test_a_span_that_moved_is_caught():
    name, row, index, _ = find(role="filter")
    spans = [span.model_copy(update={"start": span.start + 1, "end": span.end + 1}) for span in row.turns[index].spans]
    assert any("does not stand" in failure for failure in failures(with_turn(row, index, spans=spans), name))


def test_an_argument_without_origin_is_caught():
    name, row, index, predicate = find(role="referent")
    form = row.turns[index].form
    fewer = [entry for entry in form["arguments"] if entry["call_id"] != predicate["call_id"]]
    found = failures(with_turn(row, index, form=form | {"arguments": fewer}), name)
    assert any("has no origin" in failure for failure in found)


def test_a_stored_result_that_does_not_replay_is_caught():
    steps = [step.model_copy(update={"result": {}}) if step.step == 0 else step for step in conversation("ch_1")[1]]
    assert any("does not replay" in failure for failure in failures(calibrated(), "ch_1", steps=steps))
