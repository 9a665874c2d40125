"""What the assistant tells of records: each of a list, and the name of somebody."""

from envfactory_assets.dialogue.facts import row_facts, row_name
from envfactory_assets.dialogue.replies import _LABELLED, _going_on, _shared_label, _together, most_told
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


def test_nothing_is_told_that_people_do_not_speak_of():
    services = known(status="text", driveNumber="integer", abbreviation="text", updatedAt="datetime", creditCost="money", kept_until="text")
    row = {
        "id": "E1",
        "driveNumber": 5021,
        "abbreviation": "EMEA",
        "updatedAt": "2026-05-01T09:00:00Z",
        "creditCost": 8.5,
        "kept_until": "space needed",
    }
    assert row_facts(row, hotel.ENV, "Entry", services) == []
    assert row_facts({**row, "status": "active"}, hotel.ENV, "Entry", services) == ["active"]


def test_a_text_is_told_and_is_no_name():
    services = known(description="text")
    row = {"id": "E1", "description": "Still needs a second pair of eyes"}
    assert row_name(row, hotel.ENV, "Entry", services) is None
    assert row_facts(row, hotel.ENV, "Entry", services) == ['"Still needs a second pair of eyes"']


def test_what_every_record_is_told_by_is_named_once():
    assert _shared_label(["price: 12", "price: 15.50", "3 more"]) == "price"
    assert _shared_label(["price: 12", "3 pieces"]) is None
    assert _shared_label(["Alder (price: 12)", "Birch (price: 15)"]) is None


def test_what_is_said_second_is_not_opened_anew():
    assert _going_on("Done, the copy is there.") == "The copy is there."
    assert _going_on("All set: there is a copy now.") == "There is a copy now."
    assert _going_on("It's open.") == "It's open."


def test_nobody_leaves_out_a_single_one():
    assert [most_told(rows) for rows in (2, 4, 5, 6, 20)] == [2, 4, 5, 4, 4]


def test_what_the_only_one_is_told_by_needs_no_label():
    assert _LABELLED.sub("", "customer: Bluecrest Dairy") == "Bluecrest Dairy"
    assert _LABELLED.sub("", "fee: 60") == "fee: 60"
    assert _LABELLED.sub("", "customer: Bluecrest, created 3 May") == "customer: Bluecrest, created 3 May"
