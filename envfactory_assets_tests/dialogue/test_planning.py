"""Which records the steps of a chain mean, and what nobody asks for after what was just done."""

from random import Random

import pytest

from envfactory_assets.dialogue.planning import PlannedCall, plan_turns
from envfactory_assets.dialogue.services import Services
from envfactory_assets.environments import describe, load_environment
from envfactory_assets.records import content_hash
from envfactory_assets.records.profiles import DEFAULT, named
from envfactory_assets_tests.dialogue import hotel
from envfactory_assets_tests.graph.conftest import BOARD
from envfactory_assets_tests.synthesis.documents import bookshop, written


def services(source: str) -> Services:
    """An environment under the name that chains of the tests are in."""
    spec = describe(load_environment(source, hotel.ENV), hotel.ENV)
    changed = {"source_code": source, "spec": spec.model_dump(mode="json"), "code_sha256": content_hash(source)}
    return Services([hotel.environment().model_copy(update=changed)], [hotel.ENV])


def planned(source: str, made: str, taken: str, *tools: str, seed: int) -> list[PlannedCall]:
    """The calls of a chain whose second step takes the thing that its first step made."""
    chain = hotel.chain(made, *tools, providers=[(1, taken, "tool", 0, "id")])
    plan = plan_turns(chain, services(source), Random(seed), named(DEFAULT).turns)
    return [call for turn in plan.turns for wish in turn for call in wish]


@pytest.mark.parametrize("seed", range(4))
def test_a_look_after_something_was_made_is_at_another_such_thing(seed):
    calls = planned(BOARD, "createTask", "taskId", "getTask", "listProjects", seed=seed)
    names = {call.index: call.tool for call in calls}
    assert "createTask" in names.values()
    assert [{names[index] for index in call.sources()} for call in calls if call.tool == "getTask"] == [{"listTasks"}]


@pytest.mark.parametrize("seed", range(4))
def test_where_nothing_lists_such_things_nobody_looks_at_the_one_just_made(seed):
    _, candidate, _ = written(bookshop())
    calls = planned(candidate.source_code, "create_order", "order_id", "get_order", "list_customers", seed=seed)
    assert {call.tool for call in calls} == {"create_order", "list_customers"}
