"""What nobody wishes for at some point of a conversation."""

from random import Random

from envfactory_assets.dialogue.again import shows_what_is_known, was_shown
from envfactory_assets.dialogue.forms import raw_form
from envfactory_assets.dialogue.known import thing_shown, things_changed
from envfactory_assets.dialogue.replies import asked_field
from envfactory_assets.dialogue.sense import senseless
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets_tests.dialogue import shop


def test_what_was_just_told_or_is_so_already_is_not_asked_for():
    _, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    known = {step.call_id: step for step in steps}
    look = next(step for step in steps if is_read(services.tool(step.env_id, step.tool)))
    form = raw_form([[look]], services)
    assert senseless(form, [], known, services) is None
    assert "so already" in (senseless(form, [form], known, services) or "")
    moved = next(step for step in steps if step.tool == "change_address")
    change = raw_form([[moved]], services)
    assert senseless(change, [], known, services) is None
    unchanged = moved.model_copy(update={"state_diff": [row | {"field": "other"} for row in moved.state_diff or ()]})
    assert "so already" in (senseless(change, [], known | {moved.call_id: unchanged}, services) or "")


def test_what_was_worked_on_is_not_removed():
    _, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    moved = next(step for step in steps if step.tool == "change_address")
    change = raw_form([[moved]], services)
    known = {moved.call_id: moved}
    removal = change | {"intents": [dict(change["intents"][0], act="cancel")]}
    assert "removed" in (senseless(removal, [change], known, services) or "")
    assert senseless(removal, [], known, services) is None


def test_what_was_just_done_is_not_undone():
    _, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    moved = next(step for step in steps if step.tool == "change_address")
    change = raw_form([[moved]], services)
    first, second = (dict(change["intents"][0], act=act) for act in ("pause", "resume"))
    known = {moved.call_id: moved}
    assert "undone" in (senseless(change | {"intents": [second]}, [change | {"intents": [first]}], known, services) or "")
    assert senseless(change | {"intents": [second | {"lead": "second_thoughts"}]}, [change | {"intents": [first]}], known, services) is None


def test_what_is_renamed_is_not_called_by_its_old_name_even_where_its_kind_is_not_told():
    renaming = {"role": "value", "field": "name", "entity": None, "call_id": "c1"}
    entries = [{"call_id": "c1", "referent": "r1"}, {"call_id": "c2", "referent": "r1"}]
    form = {"predicates": [renaming], "arguments": entries, "intents": []}
    assert "another name by then" in (senseless(form, [], {}, Services([shop.environment()], [shop.ENV])) or "")


def test_what_was_set_is_not_set_again_but_on_second_thoughts():
    _, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    moved = next(step for step in steps if step.tool == "change_address")
    later = moved.model_copy(update={"call_id": "later"})
    change, again = (raw_form([[step]], services) for step in (moved, later))
    known = {moved.call_id: moved, later.call_id: later}
    assert "set again" in (senseless(again, [change], known, services) or "")
    again["intents"][0]["lead"] = "second_thoughts"
    assert senseless(again, [change], known, services) is None


def test_the_same_records_are_not_listed_by_another_look_up():
    _, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    look = next(step for step in steps if step.tool == "list_my_orders" and len(step.result) > 1)
    narrower = look.model_copy(update={"call_id": "later", "arguments": {"status": "paid"}})
    first, second = (raw_form([[step]], services) for step in (look, narrower))
    known = {look.call_id: look, narrower.call_id: narrower}
    assert "so already" in (senseless(second, [first], known, services) or "")
    fewer, others = (narrower.model_copy(update={"result": rows}) for rows in (look.result[:1], [look.result[0] | {"id": "another"}]))
    assert "known by then" in (senseless(second, [first], known | {"later": fewer}, services) or "")
    assert senseless(second, [first], known | {"later": others}, services) is None


def test_nobody_looks_at_what_was_just_changed_but_may_ask_what_is_new():
    _, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    moved = next(step for step in steps if step.tool == "change_address")
    seen = {"order_id": moved.arguments["order_id"]}
    look = moved.model_copy(update={"call_id": "look", "tool": "get_order", "arguments": seen, "result": moved.result, "state_diff": []})
    assert thing_shown(look, services) in things_changed(moved, services)
    assert shows_what_is_known([({}, moved)], look, services)
    assert not shows_what_is_known([], look, services)
    wanted = {asked_field([moved, look], services, Random(seed)) for seed in range(20)}
    assert None not in wanted
    assert not wanted & set(moved.arguments)
    told = [({"call_ids": ["look"]}, look)]
    assert was_shown(told, "status", look, services)
    assert not was_shown([({"asked": "status"}, look)], "status", look, services)
