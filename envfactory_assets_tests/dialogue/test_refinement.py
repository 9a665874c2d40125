"""What may be left unsaid in a turn, given what was said before."""

from random import Random

from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.refinement import Refiner
from envfactory_assets.dialogue.services import Services, states_of
from envfactory_assets_tests.dialogue import shop


def test_what_an_update_sets_is_said_anew_though_it_was_said_before():
    raw, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    observer = Observer(services, services.episode(states_of(raw.scenario_ids, shop.scenarios())))
    ordered = next(step for step in steps if step.tool == "check_out")
    moved = next(step for step in steps if step.tool == "change_address")
    assert any(origin.call_id == ordered.call_id for origin in moved.argument_origins)
    ordered = ordered.model_copy(update={"turn": 0})
    moved = moved.model_copy(update={"turn": 1, "arguments": moved.arguments | {"address": ordered.arguments["address"]}})
    forms: list[Form] = []
    for step in (ordered, moved):
        refiner = Refiner(services, {s.call_id: s for s in (ordered, moved)}, forms, observer, step.turn, Random(1), refine=True)
        forms.append(refiner.run([[step]], [{}]))
    (entry,) = [entry for entry in forms[1]["arguments"] if entry["parameter"] == "address"]
    assert entry["origin"] == "said"
    (predicate,) = [p for p in forms[1]["predicates"] if p["id"] in entry["predicates"]]
    assert predicate["value"] == ordered.arguments["address"]
