"""Which records the steps of a chain mean, and what nobody asks for after what was just done."""

from random import Random

import pytest

from envfactory_assets.dialogue.planning import plan_turns
from envfactory_assets.dialogue.services import Services
from envfactory_assets.environments import describe, load_environment
from envfactory_assets.records import PromotedEnvironment
from envfactory_assets.records.profiles import DEFAULT, named
from envfactory_assets_tests.dialogue import hotel
from envfactory_assets_tests.synthesis.documents import bookshop, written

MADE_AND_SEEN = [(1, "order_id", "tool", 0, "id")]


def services() -> Services:
    """A shop made from its document, under the name that chains of the tests are in."""
    _, candidate, _ = written(bookshop())
    spec = describe(load_environment(candidate.source_code, hotel.ENV), hotel.ENV)
    changed = {"source_code": candidate.source_code, "spec": spec.model_dump(mode="json"), "code_sha256": candidate.code_sha256}
    return Services([PromotedEnvironment(**(hotel.environment().model_dump() | changed))], [hotel.ENV])


@pytest.mark.parametrize("seed", range(4))
def test_a_look_after_something_was_made_is_at_another_such_thing(seed):
    chain = hotel.chain("create_order", "get_order", "list_customers", providers=MADE_AND_SEEN)
    plan = plan_turns(chain, services(), Random(seed), named(DEFAULT).turns)
    calls = [call for turn in plan.turns for wish in turn for call in wish]
    looked = [call for call in calls if call.tool == "get_order"]
    assert [call.tool for call in calls if call.index == 0] == ["create_order"]
    assert all(0 not in call.sources() for call in looked)
