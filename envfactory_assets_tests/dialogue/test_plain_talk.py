"""How people speak of what came about, of several things at once, and of what they only just had made."""

from random import Random

import pytest

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.asking import is_lasting
from envfactory_assets.dialogue.fluency import cost, faults
from envfactory_assets.dialogue.forms import raw_form
from envfactory_assets.dialogue.kinds.changing import _is_changed_again
from envfactory_assets.dialogue.phrases import plain
from envfactory_assets.dialogue.replies import _as_one, _as_ones, _is_one_of_several, _of_the
from envfactory_assets.dialogue.sense import senseless
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.titles import copied
from envfactory_assets.records import FieldSpec, ParameterSpec
from envfactory_assets_tests.dialogue import shop


@pytest.mark.parametrize(
    ("thing", "done"),
    [
        ("Booking", "made"),
        ("Order", "placed"),
        ("Comment", "written"),
        ("PullRequest", "opened"),
        ("Customer", "added"),
        ("Label", "created"),
    ],
)
def test_what_a_service_calls_created_came_about_in_its_own_way(thing, done):
    assert lexicon.creating(thing) == done


@pytest.mark.parametrize(
    ("name", "facts", "told"),
    [
        ("Butter", ["pack size: 250"], "Butter (pack size 250)"),
        (None, ["pending", "86.40 NOK in total", "made 11 May 2026"], "a pending one (86.40 NOK in total, made 11 May 2026)"),
        (None, ["received", "due 24 April 2026"], "a received one (due 24 April 2026)"),
        (None, ["daily price: 74", "made 9 May 2026, 2:30 pm"], "one made 9 May 2026, 2:30 pm (daily price 74)"),
        (None, ["starts 9 June 2026"], "one starting 9 June 2026"),
        (None, ["23000 EUR", "28 April 2026"], "one of 23000 EUR (28 April 2026)"),
        (None, ["1 May 2026, 3:55 pm"], "one from 1 May 2026, 3:55 pm"),
        (None, ['"Looks good to me"', "10 May 2026"], '"Looks good to me" (10 May 2026)'),
        (None, ["waiting"], "waiting"),
        (None, [], ""),
    ],
)
def test_one_of_several_is_told_by_its_name_or_as_one_of_them(name, facts, told):
    assert _as_one(name, facts) == told


def test_a_copy_is_called_after_the_original():
    assert all("Standard pricing" in copied("Standard pricing", Random(seed)) for seed in range(12))


def test_people_think_twice_about_days_and_not_about_names():
    def parameter(name: str, kind: str) -> ParameterSpec:
        return ParameterSpec(name=name, type=kind, role="value", required=False, entity="Task", field=name)

    assert all(_is_changed_again(parameter(name, kind)) for name, kind in {"due": "date", "amount": "money", "note": "text"}.items())
    assert not any(_is_changed_again(parameter(name, "text")) for name in ("title", "last_name", "email", "username"))


def test_what_was_only_just_made_is_not_put_away():
    _, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    moved = next(step for step in steps if step.tool == "change_address")
    [changed] = [change for change in moved.state_diff if change["entity"] == "Order"][:1]
    fresh = moved.model_copy(update={"state_diff": [changed | {"change": "created", "field": None}], "call_id": "fresh"})
    form, made = raw_form([[moved]], services), raw_form([[fresh]], services)
    hiding = form | {"intents": [dict(form["intents"][0], act="hide")]}
    known = {moved.call_id: moved, fresh.call_id: fresh}
    assert "put away" in (senseless(hiding, [made], known, services) or "")
    assert "put away" not in (senseless(hiding, [], known, services) or "")


def test_that_thing_is_not_said_twice_in_a_breath():
    assert "that thing and that thing again" in faults('Push the booking "Stand-up" in that room to 3 pm into that room.')
    assert "that thing and that thing again" not in faults("Tell me about that room. Then book that room.")


def test_what_a_request_is_about_is_said_first_only_once_in_a_talk():
    earlier = ["I'm looking at the newest booking. When does its flight leave?"]
    again, other = (
        plain("I have the newest booking open here. Show me its seats."),
        plain("We had the newest booking open here. Show me its seats."),
    )
    assert cost(again, 10, earlier) > cost(other, 10, earlier)
    assert cost(again, 10, []) == cost(other, 10, [])


def test_a_state_is_not_said_in_the_words_of_its_thing():
    assert "a state in the words of its thing" in faults("Cancel the requested time off request.")
    assert "a state in the words of its thing" not in faults("Cancel the approved time off request.")
    assert "what is so already" in faults("I'd like you to reserve both of the reserved appointments.")
    assert "what is so already" not in faults("I'd like you to reserve both of the open appointments.")


def test_nobody_is_born_on_another_day():
    assert is_lasting("birth_date")
    assert not is_lasting("due_date")


@pytest.mark.parametrize(
    ("frame", "counts", "told"),
    [
        ("That's {v} {field}", True, "The issue has {v} {field}"),
        ("It's {v}", False, "The {field} of the issue is {v}"),
        ("The status is {v}", False, "The status of the issue is {v}"),
        ("It was sent {d}", False, "The issue was sent {d}"),
    ],
)
def test_one_of_several_answers_says_what_it_is_about(frame, counts, told):
    assert _of_the("issue", frame, counts=counts) == told


def test_a_bare_state_among_others_is_one_of_them():
    expiring = "one expiring 2 March 2027 (revoked)"
    assert _as_ones([expiring, "pending", "8 more"]) == [expiring, "a pending one", "8 more"]
    assert _as_ones([expiring, "PLA-7878 (added 3 April 2026)"]) == [expiring, "PLA-7878 (added 3 April 2026)"]
    assert _as_ones(["Butter", "pending"]) == ["Butter", "pending"]


def test_what_is_over_does_not_still_come():
    assert any("still to come" in fault for fault in faults("Check me in for the stay leaving two weeks ago."))
    assert not faults("Check me in for the stay leaving next Friday.")


def test_of_a_state_and_a_status_one_is_asked_for():
    state = FieldSpec(name="state", wire="state", type="enum", enum=("live", "off"))
    assert _is_one_of_several(state, {"state": "live", "status": "valid"})
    assert not _is_one_of_several(state, {"state": "live", "name": "Payroll"})


def test_people_are_everyone_and_not_everything():
    lists = lexicon.words("threads")
    assert set(lists["of_things"]) < set(lists["reasons"]["list"])
    assert not any("everything" in line for line in set(lists["reasons"]["list"]) - set(lists["of_things"]))


def test_what_is_booked_is_not_moved_in_the_same_breath():
    _, steps = shop.executed("change_of_mind")
    services = Services([shop.environment()], [shop.ENV])
    moved = next(step for step in steps if step.tool == "change_address")
    [changed] = [change for change in moved.state_diff if change["entity"] == "Order"][:1]
    fresh = moved.model_copy(update={"state_diff": [changed | {"change": "created", "field": None}], "call_id": "fresh"})
    form, made = raw_form([[moved]], services), raw_form([[fresh]], services)
    moving = dict(form["intents"][0], act="reschedule", id="i2")
    together = form | {"intents": [dict(made["intents"][0], act="create"), moving]}
    known = {moved.call_id: moved, fresh.call_id: fresh}
    assert "in the same breath" in (senseless(together, [], known, services) or "")
    assert "in the same breath" not in (senseless(form | {"intents": [moving]}, [made], known, services) or "")


def test_a_name_is_not_said_with_a_part_of_it():
    assert "a part of a name after the name" in faults("What's the address of Rosa Yamada with the last name Yamada?")
    assert "a part of a name after the name" not in faults("What's the address of Rosa with the last name Yamada?")


@pytest.mark.parametrize(
    ("tool", "entity", "words"),
    [
        ("find_reviewers", "Scholar", "reviewers"),
        ("list_reviewers", "Scholar", "scholars"),
        ("find_rooms", "Room", "rooms"),
        ("search", "Scholar", "scholars"),
    ],
)
def test_people_are_looked_for_as_what_they_are_wanted_as(tool, entity, words):
    assert lexicon.sought(tool, entity) == words


def test_what_is_not_counted_is_asked_for_without_are():
    frames = ["are there any {many}?", "do we have any {many}?", "what {many} are there?"]
    assert lexicon.of_number(frames, "Maintenance") == ["do we have any {many}?"]
    assert lexicon.of_number(frames, "Order") == frames
    assert lexicon.of_number(frames[:1], "Maintenance") == frames[:1]


def test_who_changed_a_thing_is_no_name_of_it():
    assert lexicon.label_rank("changed_by_name", "Chart") is None
    assert lexicon.label_rank("name", "Chart") is not None


def test_nobody_says_please_twice_in_a_request():
    assert "please, please" in faults("Set up a new company, please. Go with GBP for the currency, please.")
    assert "please, please" not in faults('Set up a new company, please. Call it "Please and Co".')


def test_an_end_is_not_said_before_a_start_that_another_record_tells():
    assert "an end before a start" in faults("Reserve room 411 until this Sunday arriving when the same stay arrives.")
    assert "an end before a start" not in faults("Set up an appointment starting when the same booking starts.")
