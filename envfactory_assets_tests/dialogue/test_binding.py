"""One assignment for a whole plan: what stands in the way of a later call is taken back, what cannot be told is looked up elsewhere."""

from copy import deepcopy
from random import Random

import pytest

from envfactory_assets.dialogue import execute_chain
from envfactory_assets.dialogue.binding import Binder, BindingError
from envfactory_assets.dialogue.planning import plan_turns
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.unasked import unasked
from envfactory_assets.records import RawTrajectory, Rejection, content_hash, derived_seed
from envfactory_assets.records.profiles import DEFAULT, named
from envfactory_assets_tests.dialogue import hotel, shop

ONE_STAY_LEFT = [{}, {"stay_id": "S20"}, {}, {"stay_id": "S20"}]


def arriving(*, last="check_in"):
    """Cancel a stay and check in to another: only S20 has begun."""
    providers = [(1, "stay_id", "tool", 0, "[*].id"), (3, "stay_id", "tool", 2, "[*].id")]
    return hotel.chain("list_my_stays", "cancel_stay", "list_my_stays", last, providers=providers)


def binder(chain, state, *, module=hotel, seed=1, given=()):
    services = Services([module.environment()], [module.ENV])
    plan = plan_turns(chain, services, Random(seed), named(DEFAULT).turns)
    return Binder(services, services.episode({module.ENV: deepcopy(state)}), plan, Random(seed), given)


@pytest.mark.parametrize("seed", range(6))
def test_a_record_that_a_later_call_cannot_do_without_is_given_back(seed):
    bound = binder(arriving(), hotel.state(), seed=seed, given=ONE_STAY_LEFT)
    calls = bound.run().calls
    assert [call.tool for call in calls] == ["list_my_stays", "cancel_stay", "list_my_stays", "check_in"]
    assert calls[1].arguments["stay_id"] != "S20"
    assert calls[3].arguments == {"stay_id": "S20"}
    assert bound.taken_back > 0


@pytest.mark.parametrize("seed", range(6))
def test_what_was_taken_back_leaves_no_trace(seed):
    calls = binder(arriving(), hotel.state(), seed=seed, given=ONE_STAY_LEFT).run().calls
    episode = Services([hotel.environment()], [hotel.ENV]).episode({hotel.ENV: hotel.state()})
    for number, call in enumerate(calls, start=1):
        assert call.call_id == f"call_{number}"
        assert content_hash(episode.snapshot()) == call.before
        assert episode.call(call.tool, call.arguments).value == call.result
        assert content_hash(episode.snapshot()) == call.after


def test_nothing_is_taken_back_where_the_first_choices_do():
    given = [{}, {"stay_id": "S14"}, {}, {"stay_id": "S20"}]
    assert binder(arriving(), hotel.state(), given=given).run().calls[1].arguments == {"stay_id": "S14"}


def test_what_no_choice_allows_is_told_of_the_call_that_got_furthest():
    with pytest.raises(BindingError, match=r"^check_out: .*[^.]\.$") as raised:
        binder(arriving(last="check_out"), hotel.state()).run()
    assert raised.value.index == 3


def alike_lines():
    """A shop in whose cart no words tell one line from another."""
    state = deepcopy(shop.scenarios()[0].state)
    state["tables"]["cart_lines"] = [row | {"quantity": 2} for row in state["tables"]["cart_lines"]]
    return state


def looking_at_a_product():
    chain = shop.shopping("ch_1").model_dump()
    steps = ["view_cart", "get_product", "list_my_orders"]
    provider = chain["providers"][0] | {"parameter": "product_id", "output_path": "[*].product_id"}
    chain |= {"steps": [{"index": n, "env_id": shop.ENV, "tool": tool} for n, tool in enumerate(steps)], "providers": [provider]}
    return type(shop.shopping("ch_1")).model_validate(chain)


@pytest.mark.parametrize("seed", range(4))
def test_a_value_that_words_cannot_tell_is_looked_up_where_they_can(seed):
    calls = binder(looking_at_a_product(), alike_lines(), module=shop, seed=seed).run().calls
    (taken,) = [call for call in calls if call.tool == "get_product"]
    source = next(call for call in calls if call.call_id == taken.origins[0].call_id)
    assert source.tool == "search_products"
    assert source.turn == taken.turn
    in_cart = {row["product_id"] for call in calls if call.tool == "view_cart" for row in call.result}
    assert taken.arguments["product_id"] in in_cart


def asking_for_a_token():
    """A desk whose search asks for what only a program has."""
    row = hotel.environment()
    spec = deepcopy(row.spec)
    tool = next(tool for tool in spec["tools"] if tool["name"] == "find_rooms")
    tool["parameters"][0] |= {"name": "session_token", "field": None, "type": "string"}
    tool["input_schema"]["properties"]["session_token"] = {"type": "string"}
    return row.model_copy(update={"spec": spec, "code_sha256": "another"})


def in_token_desk():
    return [scenario.model_copy(update={"code_sha256": "another"}) for scenario in hotel.scenarios()]


def test_a_step_that_nobody_could_ask_for_is_left_out_with_its_reason():
    chain = hotel.rebooking()
    chain = chain.model_copy(
        update={
            "providers": [
                p.model_copy(update={"parameter": "session_token"}) if p.step == 2 and p.parameter == "arrives" else p
                for p in chain.providers
            ]
        }
    )
    services = Services([asking_for_a_token()], [hotel.ENV])
    reasons = unasked(chain, services, {hotel.ENV: hotel.state()}, (), Random(1))
    assert reasons == {2: "find_rooms: people have no value for its session_token."}


def test_a_chain_with_no_other_step_is_rejected_with_that_reason():
    chain = hotel.chain("list_my_stays", "find_rooms", providers=[(1, "session_token", "user"), (1, "leaves", "user")])
    (rejection,) = execute_chain(chain, [asking_for_a_token()], in_token_desk(), seed=7, rl_share=0.3, reward_version="rv").of(Rejection)
    assert rejection.stage == "raw_trajectories"
    assert rejection.reason.endswith("one turn only. find_rooms: people have no value for its session_token.")


def test_people_could_ask_for_every_step_of_what_they_commonly_do():
    services = Services([hotel.environment()], [hotel.ENV])
    assert unasked(hotel.rebooking(), services, {hotel.ENV: hotel.state()}, (), Random(1)) == {}


def test_the_first_binding_is_enough_where_steps_get_in_each_others_way():
    for number in range(6):
        chain = arriving().model_copy(update={"chain_id": f"ch_{number}"})
        (made,) = execute_chain(chain, [hotel.environment()], hotel.scenarios(), seed=7, rl_share=0.3, reward_version="rv").of(
            RawTrajectory
        )
        assert (made.step_count, made.seed) == (4, derived_seed(7, chain.chain_id, "0"))
