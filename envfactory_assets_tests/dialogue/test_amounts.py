"""Amounts as people say them, and the same amounts read back by the checker."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.deeds import Deeds
from envfactory_assets.dialogue.phrases import plain
from envfactory_assets.dialogue.proof.reading import read_day, read_number, read_value
from envfactory_assets.dialogue.wording import DateStyle, amount_figures, currency_words, day_words, spelled

NOW = datetime(2026, 5, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(("value", "words"), [(50, "fifty"), (200.0, "two hundred"), (10, "ten"), (1200, None), (49.5, None)])
def test_a_round_amount_is_written_in_words_and_read_back(value, words):
    assert spelled(value) == words
    assert read_number(words or amount_figures(value), whole=False) == value


def test_an_amount_in_figures_has_thousands_apart_and_cents_in_full():
    assert [amount_figures(value) for value in (1200, 1234567, 99.5)] == ["1,200", "1,234,567", "99.50"]


@pytest.mark.parametrize("code", ["EUR", "USD", "CHF", "DKK"])
def test_a_currency_goes_by_its_name_and_is_read_back_as_its_code(code):
    several = currency_words(code, 50)
    assert several not in {None, code}
    assert read_value(str(several), {"type": "string"}, NOW) == code
    assert read_value(str(several), {"type": "string", "enum": ["GBP", code, "XXX"]}, NOW) == code
    assert read_value(str(currency_words(code, 1)), {"type": "string"}, NOW) == code
    assert currency_words("QQQ", 50) is None


@pytest.mark.parametrize(("ahead", "words"), [(-21, "three weeks ago"), (28, "four weeks from today"), (-14, "two weeks ago")])
def test_weeks_are_counted_and_read_back(ahead, words):
    day = date.fromordinal(NOW.date().toordinal() + ahead)
    assert day_words(day, NOW.date(), DateStyle(relative=True)) == words
    assert read_day(words, NOW.date()) == day


@pytest.mark.parametrize(("arguments", "said"), [({"InvoiceId": "I1", "Amount": 60.0}, True), ({"InvoiceId": "I1"}, False)])
def test_a_sum_that_is_still_to_be_asked_for_pays_not_all_of_it(arguments, said):
    speaking = SimpleNamespace(_choose=lambda frames: frames[0], rest=lambda *_: plain(""))
    wish = SimpleNamespace(arguments=arguments)
    found = Deeds._of_no_amount_yet(speaking, wish, lexicon.words("acts")["acts"]["pay"], plain("the invoice"), "InvoiceId")
    assert (found.text if found else None) == ("make a payment on the invoice" if said else None)
