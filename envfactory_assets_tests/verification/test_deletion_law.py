"""What forbids that a record is deleted, as the verifier sees it."""

import pytest

from envfactory_assets.records import EffectSpec, EntitySpec, EnvironmentSpec, FieldSpec
from envfactory_assets.verification.examination import Request, observe, subject_of
from envfactory_assets.verification.laws.deletion import Restriction
from envfactory_assets.verification.laws.law import Try
from envfactory_assets.verification.probes import PROBES

KEY = FieldSpec(name="id", wire="id", type="key")
DISCOUNTS = FieldSpec(
    name="discounts",
    wire="discounts",
    type="list",
    inner_refs=("Invoice", "Item"),
    inner_paths=("discounts[*].invoice", "discounts[*].item"),
)
SPEC = EnvironmentSpec(
    env_id="billing",
    title="",
    description="",
    policy="",
    tools=(),
    entities=(
        EntitySpec(name="Invoice", table="invoices", key="id", fields=(KEY,)),
        EntitySpec(name="Item", table="items", key="id", fields=(KEY, DISCOUNTS)),
    ),
)


@pytest.mark.parametrize(("part", "forbidden"), [("item", True), ("invoice", False)])
def test_a_part_that_names_a_record_of_another_kind_holds_nothing_of_the_same_key(part, forbidden):
    named = {"id": "I1", "discounts": []}
    naming = {"id": "I2", "discounts": [{part: "I1"}]}
    state = {"tables": {"invoices": [{"id": "I1"}], "items": [named, naming]}}
    law = Restriction(SPEC, EffectSpec(family="delete", entity="Item"), None)
    assert law.forbids(Try(state, named)) is forbidden


HOUSES = '''
"""Houses, their rooms and the guests who stay in them."""
from typing import Annotated

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.fields import OnDelete


class House(Entity):
    """A house."""

    id: Key


class Room(Entity):
    """A room of a house."""

    id: Key
    house_id: Annotated[Ref[House], OnDelete("cascade")]


class Guest(Entity):
    """A guest of a room, who may hold the key of a house."""

    id: Key
    room_id: Annotated[Ref[Room], OnDelete("cascade")]
    house_id: Ref[House] | None = None


class Houses(Environment):
    """Houses."""

    houses: Table[House]
    rooms: Table[Room]
    guests: Table[Guest]

    @tool(effect="delete")
    def delete_house(self, house_id: Ref[House]) -> None:
        """Delete a house."""
        self.houses.remove(self.houses.get(house_id))
'''


def test_a_record_that_goes_with_another_tells_nothing_of_its_other_references():
    guests = [{"id": "G1", "room_id": "R1", "house_id": "H1"}, {"id": "G2", "room_id": "R1", "house_id": "H2"}]
    tables = {"houses": [{"id": "H1"}, {"id": "H2"}], "rooms": [{"id": "R1", "house_id": "H1"}], "guests": guests}
    state = {"now": "2026-05-12T09:00:00Z", "me": None, "counters": {"House": 2, "Room": 1, "Guest": 2}, "tables": tables}
    houses = subject_of(Request(env_id="houses", source_code=HOUSES, spec=None, states=[state], document=None, mutants=0))
    seen = {each.subject: each.passed for each in observe("deletions", PROBES["deletions"], houses)}
    assert seen["delete_house: Room.house_id"]
    assert seen["delete_house: Guest.house_id"]
