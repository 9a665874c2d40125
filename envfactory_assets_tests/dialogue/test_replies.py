"""What the assistant tells of records: each of a list, and the name of somebody."""

from envfactory_assets.dialogue.facts import row_facts, row_name
from envfactory_assets.dialogue.replies import _together
from envfactory_assets.dialogue.services import Services
from envfactory_assets.records import EntitySpec, FieldSpec
from envfactory_assets_tests.dialogue import hotel


def known(**kinds: str) -> Services:
    """Services that know one entity with these fields."""
    services = Services([hotel.environment()], [hotel.ENV])
    shown = tuple(FieldSpec(name=name, wire=name, type=kind) for name, kind in {"id": "text", **kinds}.items())
    entity = EntitySpec(name="Entry", table="entries", key="id", fields=shown)
    services.specs = {hotel.ENV: services.specs[hotel.ENV].model_copy(update={"entities": (entity,)})}
    return services


def test_what_the_same_is_told_of_is_told_together():
    assert _together(["active", "suspended", "active"], 3) == ["2 active", "1 suspended"]
    assert _together(["active", "active"], 2) == ["all active"]
    assert _together(["active", "active"], 5) == []
    assert _together(["Alder", "Birch"], 5) == ["Alder", "Birch", "3 more"]
    assert _together(["due 3 June", "due 3 June"], 2) == ["due 3 June", "due 3 June"]


def test_somebody_is_called_by_both_names():
    services = known(firstName="text", lastName="text")
    assert row_name({"id": "C1", "firstName": "Nathan", "lastName": "Davies"}, hotel.ENV, "Entry", services) == "Nathan Davies"
    assert row_name({"id": "C1", "lastName": "Davies"}, hotel.ENV, "Entry", services) == "Davies"


def test_of_two_states_one_says_which_it_is():
    services = known(state="text", billingStatus="text")
    told = row_facts({"id": "E1", "state": "active", "billingStatus": "open"}, hotel.ENV, "Entry", services)
    assert told == ["active"]


def test_what_programs_read_is_not_told():
    services = known(note="text", script="text")
    for code in ("console.log('ready');", '{"team": "Product"}', "total(x) => y"):
        assert row_facts({"id": "E1", "script": code}, hotel.ENV, "Entry", services) == []
    assert row_facts({"id": "E1", "note": "Call Mara (or Ines)"}, hotel.ENV, "Entry", services) != []
