"""Requests sound like people: somebody asks for a reason, in plain English, and a turn takes up the one before."""

import re
from functools import cache
from random import Random

import pytest

from envfactory_assets.bundled import bundled, read_yaml
from envfactory_assets.dialogue import calibrate, execute_chain, fields, lexicon
from envfactory_assets.dialogue.arguments import Speaker
from envfactory_assets.dialogue.fluency import cost, faults, repeats, wanted_words
from envfactory_assets.dialogue.persona import Persona
from envfactory_assets.dialogue.phrases import plain
from envfactory_assets.dialogue.sayable import unsayable
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.thread import Surroundings, Thread, Wish
from envfactory_assets.dialogue.wording import DateStyle, moment
from envfactory_assets.records import RawTrajectory, TrajectoryStep
from envfactory_assets_tests.dialogue import hotel

_NAMES_A_DAY = re.compile(r"\d|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b|\btomorrow\b|\byesterday\b|\bnext week\b", re.IGNORECASE)


def phrases_of(lists: object) -> list[str]:
    """Every phrase in a word list, however deep; single words (nouns, domains) are none."""
    if isinstance(lists, dict):
        return [phrase for inner in lists.values() for phrase in phrases_of(inner)]
    if isinstance(lists, list):
        return [phrase for inner in lists for phrase in phrases_of(inner)]
    return [lists] if isinstance(lists, str) and (" " in lists or "{" in lists or lists.endswith((".", "!"))) else []


def person(register: str = "plain", **habits) -> Persona:
    usual = {"greets": True, "explains": 1.0, "reacts": 1.0, "month_first": False}
    return Persona(**{"domain": "travel", "side": "own", "register": register, "words": 25.0, **usual, **habits})


def opening(thread: Thread, seed: int, *, again: bool = False, several: bool = False, **habits) -> str:
    surroundings = Surroundings(person(**habits), thread, "train", Random(seed))
    return " ".join(surroundings.before("cancel", "Stay", 20, again=again, several=several))


def test_a_person_is_the_same_for_the_same_seed_and_manners_differ():
    drawn = [Persona.drawn("travel", "own", seed) for seed in range(60)]
    assert drawn == [Persona.drawn("travel", "own", seed) for seed in range(60)]
    assert {one.register for one in drawn} == set(lexicon.words("personas")["registers"])


def test_the_first_request_says_why_somebody_asks_now():
    said = {opening(Thread(0, False, None), seed, greets=False) for seed in range(80)}
    trips = lexicon.words("occasions")["topics"]["trip"]["own"]
    assert said & set(trips)
    assert not any("{" in text for text in said)


def test_a_later_turn_takes_up_what_was_told():
    told = {opening(Thread(1, False, Wish("get", "Stay", told="checked in")), seed) for seed in range(40)}
    assert any("checked in" in text.lower() for text in told)
    listed = {opening(Thread(1, False, Wish("list", "Stay", count=3)), seed) for seed in range(40)}
    assert any("three" in text.lower() for text in listed)
    assert not any(re.search(r"\b(two|four)\b", text.lower()) for text in listed)


def test_what_was_spoken_of_before_is_nothing_else():
    lists, thread = lexicon.words("threads"), Thread(1, False, Wish("get", "Guest", told="checked in"))
    others = {
        line.partition("{")[0].removesuffix("&").rstrip() for line in {*lists["switching"], *lists["adding"]} - {*lists["returning"]}
    } - {""}
    assert any(any(line in opening(thread, seed) for line in others) for seed in range(40))
    assert not any(any(line in opening(thread, seed, again=True) for line in others) for seed in range(40))


def test_a_change_is_taken_up_only_where_the_next_wish_is_about_such_a_thing_and_no_person_is_out_of_the_way():
    changes = [line.removesuffix("&").rstrip() for line in lexicon.words("threads")["after"]["update"]]

    def taken_up(entity: str, act: str = "update") -> bool:
        return any(any(line in opening(Thread(1, False, Wish(act, entity)), seed) for line in changes) for seed in range(60))

    assert taken_up("Stay")
    assert not taken_up("Room")
    gone = [line.removesuffix("&").rstrip() for line in lexicon.words("threads")["after"]["remove"]]
    people = Thread(1, False, Wish("delete", "Guest"))
    assert not any(any(line in opening(people, seed, again=True) for line in gone) for seed in range(60))


def test_two_wishes_are_not_announced_as_the_one_that_is_left():
    single, thread = lexicon.words("threads")["for_one"], Thread(2, True, Wish("get", "Guest", told="checked in"))
    assert any(any(line in opening(thread, seed) for line in single) for seed in range(40))
    assert not any(any(line in opening(thread, seed, several=True) for line in single) for seed in range(40))


@pytest.mark.parametrize("name", ["occasions", "threads"])
def test_what_stands_around_a_wish_holds_nothing_to_act_upon(name: str):
    for phrase in phrases_of(lexicon.words(name)):
        assert not _NAMES_A_DAY.search(phrase), phrase


def test_hundreds_of_frames_can_be_edited_and_a_fifth_is_kept_for_the_test_split():
    names = ("acts", "sentences", "threads", "occasions", "arguments")
    phrases = sorted({phrase for name in names for phrase in phrases_of(lexicon.words(name))})
    kept = lexicon.kept_for("train", phrases)
    assert len(phrases) > 800
    assert 0.15 < 1 - len(kept) / len(phrases) < 0.25
    assert lexicon.kept_for("test", phrases) == phrases


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Can you add a invoice?", True),
        ("Please book an room for the the guest.", True),
        ("Show me the notes of it of the task.", True),
        ("Delete it.. Then go on.", True),
        ("Show me the users of the group of the folder of the file.", True),
        ("Add a note to the room for it called Spring.", True),
        ("Show me the projects of the owner of the file.", True),
        ("Check the stock items in the item called Spring.", True),
        ("Put the track in the playlist in that one.", True),
        ("Add a space with open as the status, reader as the role and low as the risk.", True),
        ("Use open as the status, set the role to reader and go with low for the risk.", True),
        ('Could you add a loan for the copy of the loan "Spring"?', True),
        ("Change the comment of the payment whose status is open to Paid.", True),
        ("Change the name of the topic in the course to Spring, please.", False),
        ("Could you check the room of that stay for the same guest?", False),
        ('Could you create an hourly report called "the the" for a user?', False),
        ("I know that that one is an NDA, so let's look at it again.", False),
    ],
)
def test_bad_english_is_found(text: str, wrong: bool):
    assert bool(faults(text)) is wrong


def test_what_an_earlier_request_described_in_so_many_words_is_not_described_again():
    earlier = ["Could you show me the invoice of the payment created on April 6?"]
    assert repeats("Then send out the invoice of the payment created on April 6.", earlier)
    assert not repeats("Then send out the invoice of the payment created on April 9.", earlier)
    assert not repeats("Then send out the invoice of that payment.", earlier)


def test_a_request_near_the_usual_length_is_preferred_and_one_that_opens_like_an_earlier_one_is_not():
    short, usual = plain("Show it."), plain("Could you show me which rooms are still free for the whole of that week, please?")
    assert cost(usual, 16, []) < cost(short, 16, [])
    assert cost(usual, 16, ["Could you cancel my stay?"]) > cost(usual, 16, ["Cancel my stay."])


def test_lengths_spread_around_a_persons_own():
    rng = Random(1)
    drawn = [wanted_words(person(), rng) for _ in range(400)]
    assert 23 < sum(drawn) / len(drawn) < 31
    assert min(drawn) >= lexicon.words("profile")["words"]["least"]


def test_names_run_together_are_taken_apart():
    assert lexicon.noun("Debitmemo") == "debit memo"
    assert lexicon.noun("Seriestype") == "series type"
    assert lexicon.field_words("duedate") == "due date"
    assert lexicon.noun("Payout") == "payout"


def test_what_is_no_word_or_no_noun_cannot_be_said():
    assert not lexicon.is_plain_english("scus")
    assert not lexicon.is_plain_english("rfe title")
    assert not fields.is_sayable("expires_in")
    assert fields.is_sayable("hold_until")  # "held until Friday"
    assert lexicon.is_plain_english("course work")


@cache
def said_in(split: str) -> str:
    """All requests of some conversations, as if they were of a split."""
    row = hotel.environment().model_copy(update={"split": split})
    said = []
    for number in range(12):
        chain = hotel.rebooking(f"ch_{number}")
        produced = execute_chain(chain, [row], hotel.scenarios(), seed=number, rl_share=0.3, reward_version="rv")
        for trajectory in produced.of(RawTrajectory):
            (written,) = calibrate(trajectory, produced.of(TrajectoryStep), [row], hotel.scenarios()).rows
            said += [turn.request for turn in written.turns]
    return " ".join(said)


def test_what_is_kept_for_the_test_split_is_said_there_only():
    threads, trips = lexicon.words("threads"), lexicon.words("occasions")["topics"]["trip"]["own"]
    lists = [trips, *threads["thanks"].values(), *threads["reasons"].values(), threads["seen"], *threads["after"].values()]
    reserved = {line for lines in lists for line in lines if line not in lexicon.kept_for("train", lines)}
    open_to_all = {line for lines in lists for line in lexicon.kept_for("train", lines)}
    whole = {line for line in reserved - open_to_all if line.endswith(".") and len(line) > 12 and "{" not in line}
    assert len(whole) > 10
    assert not [line for line in whole if line in said_in("train")]
    assert [line for line in whole if line in said_in("test")]


def test_every_word_in_a_word_list_is_a_word():
    def not_words(value):
        if isinstance(value, dict):
            return [found for inner in value.values() for found in not_words(inner)]
        return [item for item in value if item is None or isinstance(item, bool)] if isinstance(value, list) else []

    for path in sorted(bundled("lexicons").rglob("*.yaml")):
        assert not not_words(read_yaml(path.read_text(encoding="utf-8"))), path.name


def test_only_acts_that_people_wish_for_are_said_to_undo_others():
    lists = lexicon.words("acts")
    assert {act for pair in lists["opposites"] for act in pair} | set(lists["ends"]) <= set(lists["acts"])


def test_a_form_that_no_words_fit_is_left_out():
    services = Services([hotel.environment()], [hotel.ENV])
    intent = {
        "id": "i1",
        "act": "get",
        "entity": "Stay",
        "env_id": hotel.ENV,
        "tool": "list_my_stays",
        "call_ids": ["c1"],
        "asked": "total",
    }
    blank = {"intent": "i1", "call_id": "c1", "entity": "Stay", "path": "", "role": "referent", "op": "eq"}
    form = {"intents": [intent], "referents": [], "arguments": [], "predicates": []}
    assert unsayable(form, services) is None
    for fields_, reason in (
        ({"field": "total", "value": 360.0}, "asked for"),
        ({"field": "net_amount", "value": 300.0}, "net_amount is asked for"),
        ({"field": "design_id", "value": 4}, "number of the service's own"),
        ({"field": "expires_in", "value": "soon", "role": "value"}, "no words"),
        ({"field": "size", "value": 5_640_123, "role": "value"}, "nobody sets"),
    ):
        assert reason in (unsayable(form | {"predicates": [blank | fields_]}, services) or "")
    update = intent | {"act": "update", "asked": None}
    state = blank | {"field": "status", "value": "booked"}
    already = {"intents": [update], "predicates": [state, state | {"role": "value"}]}
    assert "is 'booked' already" in (unsayable(form | already, services) or "")
    renamed = {
        "intents": [update | {"entity": "Guest"}],
        "predicates": [blank | {"entity": "Guest", "field": "name", "value": "Mara", "role": "value"}],
    }
    assert "another name" in (unsayable(form | renamed, services) or "")
    assert "no word for a Scus" in (unsayable(form | {"intents": [intent | {"entity": "Scus", "asked": None}]}, services) or "")
    described = {"predicates": [blank | {"field": "description", "value": "As agreed", "role": "value"}]}
    made = [intent | {"act": "create", "asked": None, "entity": "Stay", "tool": "book_room"}]
    assert "description alone" in (unsayable(form | described | {"intents": made}, services) or "")


def test_somebody_new_is_called_by_both_names():
    services = Services([hotel.environment()], [hotel.ENV])
    speaker = Speaker(services, hotel.ENV, moment("2026-05-12T09:00:00Z"), DateStyle(), "train", Random(1))
    half = {"role": "value", "path": "", "op": None, "entity": "Guest", "type": "string", "enum": False, "parameter": "", "call_id": "c1"}
    first, last = half | {"id": "p1", "field": "given_name", "value": "Yuki"}, half | {"id": "p2", "field": "family_name", "value": "Sato"}
    assert speaker.whole_name([last, first]).text.removeprefix(" ") in {"called Yuki Sato", "named Yuki Sato"}
    assert speaker.whole_name([first]) is None
