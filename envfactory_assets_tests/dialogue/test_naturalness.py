"""What a person would not write, or an assistant not tell: each rule on its own."""

from random import Random

import pytest

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.arguments import Speaker
from envfactory_assets.dialogue.asking import put_in_order, trim
from envfactory_assets.dialogue.explicit import wish_words
from envfactory_assets.dialogue.facts import _is_anothers, row_facts, row_sign
from envfactory_assets.dialogue.forms import act_of
from envfactory_assets.dialogue.kinds.clarifying import _is_alone
from envfactory_assets.dialogue.phrases import plain
from envfactory_assets.dialogue.reference import describe_row
from envfactory_assets.dialogue.sense import _is_ended, _takes_back, _unnamed
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.thread import _in_short
from envfactory_assets.dialogue.titles import called_like
from envfactory_assets.dialogue.values import ValueMaker, can_be_brought, near
from envfactory_assets.dialogue.wording import DateStyle, moment
from envfactory_assets.records import ArgumentOrigin, EffectSpec, EntitySpec, FieldSpec, ParameterSpec, ToolSpec
from envfactory_assets_tests.dialogue import hotel, shop
from envfactory_assets_tests.dialogue.test_replies import known

NOW = moment("2026-05-12T09:00:00Z")


def speaker() -> Speaker:
    services = Services([hotel.environment()], [hotel.ENV])
    return Speaker(services, hotel.ENV, NOW, DateStyle(), "test", Random(1))


def orders() -> tuple[Services, list]:
    return Services([shop.environment()], [shop.ENV]), shop.executed("change_of_mind")[1]


def test_a_state_that_repeats_its_thing_is_not_said_of_it():
    assert lexicon.says_what_it_is("rented", "Rental")
    assert lexicon.says_what_it_is("enrolled", "Enrolment")
    assert not lexicon.says_what_it_is("booked", "Stay")
    assert not lexicon.says_what_it_is("open", "Order")


def test_a_record_without_a_name_is_called_by_its_number():
    services = known(number="text", total="money")
    assert row_sign({"id": "E1", "number": "BIL-3342"}, hotel.ENV, "Entry", services) == "BIL-3342"
    assert row_sign({"id": "E1", "number": "+44 20 7946"}, hotel.ENV, "Entry", services) is None
    assert row_sign({"id": "E1", "total": 20.0}, hotel.ENV, "Entry", services) is None


def test_a_count_of_what_is_not_said_and_an_empty_choice_are_not_told():
    services = known(completed="integer", status="text")
    assert row_facts({"id": "E1", "completed": 15, "status": "other"}, hotel.ENV, "Entry", services) == []


def test_a_moment_is_taken_up_by_its_day():
    assert _in_short("24 April 2026, 9:23 am") == "24 April"
    assert _in_short("high") == "high"


def test_a_time_taken_over_is_said_by_what_happens_then():
    said = {speaker().same(["arrives_at"], plain("flight PW635"), "starts_at").text for _ in range(4)}
    assert said <= {"starting when flight PW635 arrives", "from when flight PW635 arrives"}
    assert "same price" in speaker().same(["price"], plain("the oak table"), "price").text
    assert fields.without_time("endDateTime") == "end"


def test_a_thing_comes_to_be_called_much_as_before():
    made = {called_like("Granite butter", Random(seed), "Product") for seed in range(40)}
    assert len(made) > 2
    assert all("Granite butter" in name for name in made)
    assert called_like("on hold", Random(1), "IssueLabel") is None  # which may be called anything
    assert all(called_like("Press photos", Random(seed), "Folder").startswith("Press photos") for seed in range(8))
    assert "Plan (new) (new)" not in {called_like("Plan (new)", Random(seed)) for seed in range(40)}


def test_nobody_looks_for_things_that_mention_what_they_are():
    maker = ValueMaker(known(name="text"), hotel.ENV, {"now": "2026-05-12T09:00:00Z", "tables": {}}, Random(1))
    rows = [{"name": name} for name in ("Hiring entry", "Design Entry", "Harbour Entrys")]
    assert set(maker._label_words("Entry", rows)) == {"Hiring", "Design", "Harbour"}


def test_what_is_added_to_a_name_is_what_is_added_to_names_of_its_kind():
    bills = {called_like("Broken lamp", Random(seed), "Ticket") for seed in range(40)}
    diary = {called_like("Lunch with Omar", Random(seed), "Appointment") for seed in range(40)}
    assert "Broken lamp (urgent)" in bills
    assert "Lunch with Omar (moved)" in diary
    assert not bills & diary


def test_a_word_of_a_name_is_swapped_for_another_of_its_kind():
    made = {called_like("Spring candle holder", Random(seed)) for seed in range(8)}
    assert all(name.endswith(" candle holder") and not name.startswith("Spring") for name in made)


def test_what_starts_later_ends_later_also_where_one_is_a_day_and_the_other_a_moment():
    values = {"due_date": "2026-05-17T09:00:00Z", "start_on": "2026-05-20"}
    put_in_order(values, [ArgumentOrigin(argument=name, kind="said", turn=0) for name in values])
    assert values == {"due_date": "2026-05-20T09:00:00Z", "start_on": "2026-05-17"}


def test_somebody_keeps_the_first_name():
    made = {called_like("Mara Novak", Random(seed)) for seed in range(8)}
    assert all(name.startswith("Mara ") and name != "Mara Novak" for name in made)


@pytest.mark.parametrize(("old", "value"), [(230, 6), (15.0, 400.0), (5200.0, 20.0)])
def test_an_amount_is_changed_to_one_not_far_from_it(old, value):
    for seed in range(8):
        changed = near(old, value, "amount", Random(seed))
        assert changed != old
        assert 0.5 * old <= changed <= 2 * old
        assert type(changed) is type(value)


def test_what_is_no_amount_is_changed_to_the_value_itself():
    assert near(4, 1, "rating", Random(1)) == 1
    assert near(None, 20, "price", Random(1)) == 20


@pytest.mark.parametrize("value", [-5, -0.5])
def test_nobody_brings_a_number_below_nothing(value):
    assert not can_be_brought(ParameterSpec(name="min_price", type="number", role="filter", operator="ge", required=False), value)


@pytest.mark.parametrize("state", ["waiting", "onboarded", "agreed"])
def test_some_states_stand_after_their_noun(state):
    assert not lexicon.is_adjective(state)
    assert lexicon.is_adjective("cancelled")


def test_a_record_is_not_in_two_states_at_once():
    row = {"id": "1", "status": "settled", "stage": "processing", "name": None}
    others = [{"id": "2", "status": "settled", "stage": "done"}, {"id": "3", "status": "open", "stage": "processing"}]
    key = FieldSpec(name="id", wire="id", type="key")
    states = [FieldSpec(name=name, wire=name, type="enum", enum=["settled", "open", "processing", "done"]) for name in ("status", "stage")]
    refund = EntitySpec(name="Refund", table="refunds", key="id", fields=[key, *states])
    assert describe_row(row, others, refund, Random(1)) is None


def test_of_a_thing_one_amount_is_told():
    amounts = [ParameterSpec(name=name, type="number", role="value", required=False) for name in ("amount", "total")]
    refund = {"name": "create_refund", "method": "create_refund", "description": "", "effects": (), "input_schema": {}, "output_schema": {}}
    tool = ToolSpec(**refund, parameters=tuple(amounts))
    values = {"amount": 280.0, "total": 20.0}
    origins = [ArgumentOrigin(argument=name, kind="said", turn=0) for name in values]
    trim(tool, values, origins)
    assert list(values) == ["amount"]


@pytest.mark.parametrize("seed", range(6))
def test_a_city_and_a_country_go_together(seed):
    maker = ValueMaker(Services([hotel.environment()], [hotel.ENV]), hotel.ENV, {"now": "2026-05-12T09:00:00Z", "tables": {}}, Random(seed))
    city, code = maker._listed("city", "Partner"), maker._listed("country_code", "Partner")
    assert any((place["own_city"], place["own_code"]) == (city, code) for place in lexicon.words("values")["places"])


def test_what_is_closed_is_not_renamed_in_the_same_breath():
    parameters = [ParameterSpec(name=name, type="string", role="value", required=False) for name in ("name", "status")]
    tool = ToolSpec(
        name="update_thing",
        method="update_thing",
        description="",
        effects=(EffectSpec(family="update", entity="Thing"),),
        parameters=tuple(parameters),
        input_schema={},
        output_schema={},
    )
    values = {"name": "Spring", "status": "closed"}
    origins = [ArgumentOrigin(argument=name, kind="said", turn=0) for name in values]
    trim(tool, values, origins)
    assert values == {"status": "closed"}
    assert [origin.argument for origin in origins] == ["status"]


def test_who_borrows_makes_no_loan_and_who_joins_a_waiting_list_no_entry():
    def act(name: str) -> str:
        effects = (EffectSpec(family="create", entity="Loan"),)
        return act_of(ToolSpec(name=name, method=name, description="", effects=effects, parameters=(), input_schema={}, output_schema={}))

    assert act("borrow") == "borrow"
    assert act("join_waiting_list") == "join_waiting_list"
    assert act("create_loan") == "create"
    assert act("place_order") == "create"


def test_what_is_borrowed_is_what_is_lent_and_not_the_loan():
    copy = ParameterSpec(name="copy_id", type="string", role="reference", entity="Copy", required=True)
    effects = (EffectSpec(family="create", entity="Loan"),)
    shown = {"description": "", "effects": effects, "parameters": (copy,), "input_schema": {}, "output_schema": {}}
    assert wish_words(ToolSpec(name="borrow", method="borrow", **shown)) == "borrow a copy"
    assert wish_words(ToolSpec(name="create_loan", method="create_loan", **shown)).endswith("new loan")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("name", "Berlin Sound System", True), ("name", "A1", False), ("name", "projects/p1/notes/7", False), ("id", "sofa-bed", False)],
)
def test_a_key_that_is_a_name_is_said(name, value, said):
    assert lexicon.can_be_said(FieldSpec(name=name, wire=name, type="key"), value) == said


def test_nobody_asks_which_article_is_meant_where_one_was_just_named():
    def form(*entities: str) -> dict:
        wishes = [{"env_id": "shop", "entity": entity} for entity in entities]
        return {"intents": wishes, "referents": [{"env_id": "shop", "entity": "Article"}]}

    alone, beside = form("Article", "Order"), form("Article", "Article")
    assert _is_alone(alone, alone["referents"][0])
    assert not _is_alone(beside, beside["referents"][0])


def test_an_address_made_of_another_name_is_not_told_of_somebody():
    assert _is_anothers("lena.moreau@example.org", "Elena Okafor")
    assert not _is_anothers("eokafor2@example.org", "Elena Okafor")
    assert not _is_anothers("Lisbon", "Elena Okafor")


def test_what_is_found_is_called_by_what_was_looked_for():
    services, steps = orders()
    look = next(step for step in steps if step.tool == "list_my_orders")
    assert _unnamed(look, services) is None


def test_what_was_ended_is_not_made_anew():
    _, steps = orders()
    services = Services([shop.environment(), hotel.environment()], [shop.ENV, hotel.ENV])
    step = next(step for step in steps if step.tool == "change_address")
    old = {"id": "S1", "guest_id": "U3", "room_id": "R4"}

    def changed(key: str, change: str, before: object, after: object) -> list:
        return [{"env_id": hotel.ENV, "entity": "Stay", "key": key, "change": change, "field": None, "before": before, "after": after}]

    gone = step.model_copy(update={"state_diff": changed("S1", "deleted", old, None)})
    for room, again in (("R4", True), ("R5", False)):  # the caller's own stays are all of one guest
        wish = step.model_copy(update={"state_diff": changed("S2", "created", None, {"id": "S2", "guest_id": "U3", "room_id": room})})
        assert _is_ended(gone, wish, services) is again


def test_what_was_just_made_is_not_switched_off():
    services, steps = orders()
    moved = next(step for step in steps if step.tool == "change_address")
    [changed] = [change for change in moved.state_diff if change["entity"] == "Order"][:1]
    fresh = moved.model_copy(update={"state_diff": [changed | {"change": "created", "field": None}]})
    off = moved.model_copy(update={"arguments": moved.arguments | {"gift": False}})
    assert _takes_back([({}, fresh)], off, services)
    assert not _takes_back([({}, moved)], off, services)


def test_nobody_asks_whether_there_are_things_of_a_kind_just_spoken_of():
    sentences = lexicon.words("sentences")
    known = {*lexicon.words("acts")["acts"]["list"]["ask"], *lexicon.words("acts")["acts"]["search"]["ask"], *sentences["long_questions"]}
    assert set(sentences["whether"]) <= known


def test_what_a_course_is_about_is_not_what_it_is_called():
    assert lexicon.is_label("subject", "Ticket")
    assert not lexicon.is_label("subject", "Course")
    assert not lexicon.is_label("title", "Supplier")
