"""What forbids that a record is deleted, as the verifier sees it."""

import pytest

from envfactory_assets.records import EffectSpec, EntitySpec, EnvironmentSpec, FieldSpec
from envfactory_assets.verification.laws.deletion import Restriction
from envfactory_assets.verification.laws.law import Try

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
