"""Texts that fit the patterns of documents."""

import random
import re

import pytest

from envfactory_assets.corpus.patterns import fits, is_plain, text_fitting


@pytest.mark.parametrize(
    "pattern", ["^se(-[a-z0-9]+)+$", "^[A-Z]{3}$", r"^\d{10}\.\d{6}$", "^[A-Za-z0-9-_]{22}$", r"^\+[1-9]\d{1,14}$", "EUR|USD", "^a?b+.c$"]
)
def test_what_is_made_for_a_pattern_fits_it(pattern):
    made = {text_fitting(pattern, random.Random(seed)) for seed in range(20)}
    assert all(re.search(pattern, text) for text in made)
    assert len(made) > 1
    assert is_plain(pattern)


@pytest.mark.parametrize(
    "pattern", ["(", "^x(?=y)$", r"^(a)\1$", "^$", "/^[a-z]+$/", "a" * 90, "(((a{999}){999}){999})", "(((){999}){999}){999}", "(" * 400]
)
def test_patterns_that_cannot_be_read_or_met_are_told(pattern):
    assert not is_plain(pattern)


def test_no_text_is_longer_than_it_may_be():
    made = [text_fitting("^[a-z]+(-[a-z]+)*$", random.Random(seed), 6) for seed in range(20)]
    assert all(text is None or len(text) <= 6 for text in made)
    assert any(made)


def test_a_text_is_as_long_as_it_must_be():
    made = [text_fitting("^arn:.*:iam:.*", random.Random(seed), 2048, 20) for seed in range(20)]
    assert all(text is not None and len(text) >= 20 for text in made)
    assert text_fitting("^[A-Z]{3}$", random.Random(1), shortest=4) is None


def test_a_pattern_that_may_be_read_in_many_ways_takes_no_longer():
    assert fits(r"^([a-z]+)+\d$", "a" * 60 + "1")
    assert not fits(r"^([a-z]+)+\d$", "a" * 60)


def test_nothing_fits_what_cannot_be_read():
    assert not fits("(", "(")
