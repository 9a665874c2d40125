"""New things are called as those are called that they come to stand beside."""

from random import Random

import pytest

from envfactory_assets.dialogue.titles import called_like, title_like
from envfactory_assets.dialogue.values import can_be_brought
from envfactory_assets.records import ParameterSpec
from envfactory_assets.synthesis.seeding.lexicon import lexicon


@pytest.mark.parametrize("seed", range(5))
def test_a_new_thing_has_the_ending_that_the_others_share(seed):
    held = ["Meridian matter", "Payroll matter", "Willow matter", "Case 12"]
    made = title_like(held, "Matter", ("name",), Random(seed))
    assert made.endswith(" matter")
    assert made not in held


def test_a_new_thing_of_a_known_kind_is_named_as_such_things_are():
    held = ["api-node-a", "cache-preview", "db-01"]
    made = {title_like(held, "Server", ("name", "region"), Random(seed)) for seed in range(8)}
    assert len(made) > 1
    assert all(name == name.lower() and "-" in name for name in made)


def test_nothing_is_made_up_where_nothing_shows_the_manner():
    assert title_like(["Alpha", "Beta"], "Zorble", ("name",), Random(1)) is None
    assert title_like(["Mara Novak", "Ines Costa"], "Customer", ("name",), Random(1)) is None


def test_nobody_brings_an_object_written_out():
    parameter = ParameterSpec(name="configuration", type="string", required=True, role="value")
    assert not can_be_brought(parameter, '{"team": "Product"}')
    assert can_be_brought(parameter, "the usual one")


def test_a_thing_that_has_been_given_every_addition_keeps_none():
    assert called_like("Harbour case", Random(1), "Matter") is not None
    assert called_like("Harbour case (old) (new) 2026", Random(1), "Matter") is None


@pytest.mark.parametrize(
    ("home", "beside", "word"), [("academia", ["Offering", "Assessment"], "news"), ("commerce", ["Order", "Sku"], "depot")]
)
def test_what_a_word_means_is_told_by_what_stands_beside_it(home: str, beside: list[str], word: str):
    made = {title_like([], "Channel", ("title",), Random(seed), beside=["Channel", *beside], home=home) for seed in range(40)}
    assert any(name.endswith(word) for name in made)


def test_names_that_the_word_lists_have_make_way_for_the_manner_of_those_that_are_there():
    held = ["Design crew", "Release plan working group", "Support"]
    assert title_like(held, "Group", ("name",), Random(1), home="office", surely=True) is not None
    assert title_like(["xk-1", "xk-2"], "Group", ("name",), Random(1), home="office", surely=True) is None
    assert title_like(["xk-1", "xk-2"], "Product", ("name",), Random(1), home="commerce", surely=True) is None


def test_where_every_name_is_taken_nothing_new_is_named():
    kind = lexicon().kind_of("Service", fields=("booking_interval", "booking_limit", "fee_amount"))
    assert title_like(kind.label, "Service", ("booking_interval", "booking_limit", "fee_amount"), Random(1)) == ""
