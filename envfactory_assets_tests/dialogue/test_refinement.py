"""What may be left unsaid in a turn, given what was said before."""

from random import Random
from typing import Any

import pytest

from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.reference import describe_row
from envfactory_assets.dialogue.refinement import Refiner
from envfactory_assets.dialogue.services import Services, states_of
from envfactory_assets.records import ArgumentOrigin, EntitySpec, FieldSpec
from envfactory_assets_tests.dialogue import shop


def test_what_an_update_sets_is_said_anew_though_it_was_said_before():
    raw, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    observer = Observer(services, services.episode(states_of(raw.scenario_ids, shop.scenarios())))
    ordered = next(step for step in steps if step.tool == "check_out")
    moved = next(step for step in steps if step.tool == "change_address")
    ordered = ordered.model_copy(update={"turn": 0})
    said = next(origin for origin in moved.argument_origins if origin.argument == "address")
    key = ArgumentOrigin(argument="order_id", kind="observed", call_id=ordered.call_id, path="id")
    again = {"order_id": ordered.result["id"], "address": ordered.arguments["address"]}
    moved = moved.model_copy(update={"turn": 1, "arguments": again, "argument_origins": [key, said]})
    forms: list[Form] = []
    for step in (ordered, moved):
        refiner = Refiner(services, {s.call_id: s for s in (ordered, moved)}, forms, observer, step.turn, Random(1), refine=True)
        forms.append(refiner.run([[step]], [{}]))
    (entry,) = [entry for entry in forms[1]["arguments"] if entry["parameter"] == "address"]
    assert entry["origin"] == "said"
    (predicate,) = [p for p in forms[1]["predicates"] if p["id"] in entry["predicates"]]
    assert predicate["value"] == ordered.arguments["address"]


@pytest.mark.parametrize(
    ("entity", "field", "kind", "value", "other", "known"),
    [
        ("Deployment", "name", "text", "Mara Novak", "Tomas Sato", False),
        ("Image", "size", "integer", 5_640_123, 4_110_002, False),
        ("Image", "floor", "integer", 3, 4, True),
        ("Booking", "total", "money", 86.06, 99.5, False),
        ("Payment", "amount", "money", 86.06, 99.5, True),
        ("Payment", "amount", "money", 0, 99.5, False),
        ("Review", "version", "integer", 4, 6, False),
        ("User", "language", "enum", "polish", "english", False),
        ("User", "role", "enum", "owner", "guest", True),
        ("User", "birthday", "date", "1966-10-08", "1971-02-14", False),
    ],
)
def test_things_are_told_apart_by_what_people_know_them_by(entity: str, field: str, kind: str, value: Any, other: Any, known: bool):
    choices = ("polish", "english", "owner", "guest") if kind == "enum" else ()
    shown = FieldSpec(name=field, wire=field, type="text" if kind == "enum" else kind, enum=choices)
    spec = EntitySpec(name=entity, table="things", key="id", fields=(FieldSpec(name="id", wire="id", type="key"), shown))
    beyond = value * 2 - other if kind in {"integer", "money"} else other  # so that the record is neither the first nor the last
    found = describe_row({"id": "1", field: value}, [{"id": "2", field: other}, {"id": "3", field: beyond}], spec, Random(1))
    assert found == ([(field, "eq", value)] if known else None)


def test_what_is_known_by_its_amount_is_known_by_all_of_it():
    sums = [FieldSpec(name=name, wire=name, type="money") for name in ("amount", "total")]
    spec = EntitySpec(name="Payment", table="payments", key="id", fields=(FieldSpec(name="id", wire="id", type="key"), *sums))
    rows = [{"id": str(place), "amount": amount, "total": amount + 8} for place, amount in enumerate((20, 50, 90))]
    assert describe_row(rows[1], [rows[0], rows[2]], spec, Random(1)) == [("total", "eq", 58)]


def test_who_has_a_name_is_not_called_by_what_they_sign_in_with():
    names = [FieldSpec(name=name, wire=name, type="text") for name in ("first_name", "last_name", "nickname", "city")]
    spec = EntitySpec(name="Customer", table="customers", key="id", fields=(FieldSpec(name="id", wire="id", type="key"), *names))
    rows = [
        {"id": "1", "first_name": "Kofi", "last_name": "Lund", "nickname": "klund", "city": "Oslo"},
        {"id": "2", "first_name": "Lukas", "last_name": "Lund", "nickname": "llund", "city": "Oslo"},
    ]
    told = describe_row(rows[0], rows[1:], spec, Random(1)) or []
    assert "nickname" not in {name for name, _, _ in told}
    bare = [{name: row[name] for name in ("id", "nickname", "city")} for row in rows]
    assert describe_row(bare[0], bare[1:], spec, Random(1)) == [("nickname", "eq", "klund")]
