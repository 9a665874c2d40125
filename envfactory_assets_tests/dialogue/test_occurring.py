"""The next, the last and the overdue one: what is found by the generator is what the checker selects."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from envfactory_assets.dialogue.proof.reading import read_day, read_stretch
from envfactory_assets.dialogue.proof.watching import selected
from envfactory_assets.dialogue.reference import describe_row, holds
from envfactory_assets.dialogue.roughly import beginning_words, recent_words, rough_words, rounded_start, stretch_around
from envfactory_assets.records import EntitySpec, FieldSpec

NOW = datetime(2026, 5, 12, 9, tzinfo=UTC)


def entity(*fields: FieldSpec) -> EntitySpec:
    key = FieldSpec(name="id", wire="id", type="key")
    return EntitySpec(name="Invoice", table="invoices", key="id", fields=[key, *fields])


INVOICE = entity(
    FieldSpec(name="due", wire="due", type="date"), FieldSpec(name="status", wire="status", type="enum", enum=["open", "paid", "draft"])
)
VISIT = entity(FieldSpec(name="starts", wire="starts", type="datetime"))


def chosen(row, others, spec, seed):
    return describe_row(row, others, spec, Random(seed), NOW)


def selects(rows, attributes):
    return selected(rows, [{"field": field, "op": op, "value": value} for field, op, value in attributes], NOW)


def test_an_unpaid_bill_past_its_day_is_overdue_and_a_paid_one_is_not():
    late = {"id": "1", "due": "2026-04-30", "status": "open"}
    others = [{"id": "2", "due": "2026-04-29", "status": "paid"}, {"id": "3", "due": "2026-06-01", "status": "open"}]
    rows = [late, *others]
    mark = ("due", "overdue", NOW.isoformat())
    assert [holds(row, mark, rows) for row in rows] == [True, False, False]
    assert selects(rows, [mark]) == [late]
    assert any(("due", "overdue") in {(f, op) for f, op, _ in chosen(late, others, INVOICE, seed) or []} for seed in range(6))


@pytest.mark.parametrize("due", ["2026-05-12", "2026-05-12T08:00:00Z"])
def test_what_is_due_today_is_not_overdue_yet(due):
    row = {"id": "1", "due": due, "status": "open"}
    mark = ("due", "overdue", NOW.isoformat())
    assert not holds(row, mark, [row])
    assert selects([row], [mark]) == []


def test_what_could_not_say_that_it_is_settled_is_never_overdue():
    row = {"id": "1", "due": "2026-04-30"}
    mark = ("due", "overdue", NOW.isoformat())
    assert not holds(row, mark, [row])
    assert selects([row], [mark]) == []


@pytest.mark.parametrize(("op", "meant"), [("next", "2"), ("last", "4")])
def test_the_nearest_on_either_side_of_the_clock_is_found_by_both(op, meant):
    starts = {"1": "2026-05-20T10:00:00Z", "2": "2026-05-14T10:00:00Z", "3": "2026-05-02T10:00:00Z", "4": "2026-05-09T10:00:00Z"}
    rows = [{"id": name, "starts": at} for name, at in starts.items()]
    mark = ("starts", op, NOW.isoformat())
    assert [row["id"] for row in rows if holds(row, mark, rows)] == [meant]
    assert [row["id"] for row in selects(rows, [mark])] == [meant]
    own = next(row for row in rows if row["id"] == meant)
    drawn = [chosen(own, [row for row in rows if row is not own], VISIT, seed) for seed in range(8)]
    assert [mark] in drawn


def test_nothing_is_the_next_one_while_what_comes_next_is_called_off_or_today():
    for first in ({"starts": "2026-05-13T10:00:00Z", "status": "cancelled"}, {"starts": "2026-05-12T17:00:00Z"}):
        rows = [{"id": "1"} | first, {"id": "2", "starts": "2026-05-14T10:00:00Z"}, {"id": "3", "starts": "2026-05-15T10:00:00Z"}]
        drawn = [chosen(rows[0], rows[1:], VISIT, seed) or [] for seed in range(8)]
        assert all(op != "next" for marks in drawn for _, op, _ in marks)


PARCEL = entity(FieldSpec(name="created_at", wire="created_at", type="datetime"))


def ways_to_say(row, others):
    return {(op, value) for seed in range(40) for _, op, value in chosen(row, others, PARCEL, seed) or []}


def test_a_past_day_is_said_roughly_where_only_one_record_can_be_meant():
    meant = {"id": "1", "created_at": "2026-04-27T08:00:00Z"}
    others = [{"id": "2", "created_at": "2026-03-02T08:00:00Z"}, {"id": "3", "created_at": "2026-05-11T08:00:00Z"}]
    stretch = "2026-04-26/2026-04-30"
    assert ("about", stretch) in ways_to_say(meant, others)
    assert selects([meant, *others], [("created_at", "about", stretch)]) == [meant]


@pytest.mark.parametrize("near", ["2026-04-28T08:00:00Z", "2026-05-01T08:00:00Z", "2026-04-24T08:00:00Z"])
def test_a_record_near_the_stretch_keeps_a_day_from_being_said_roughly(near):
    meant, other = {"id": "1", "created_at": "2026-04-27T08:00:00Z"}, {"id": "2", "created_at": near}
    assert "about" not in {op for op, _ in ways_to_say(meant, [other])}


def test_what_is_still_to_come_is_not_said_roughly():
    assert stretch_around(NOW.date() + timedelta(days=14), NOW.date()) is None


@pytest.mark.parametrize("ago", [7, 14, 21, 30, 45, 60, 90, 180, 365])
def test_rough_words_mean_to_the_checker_the_stretch_they_were_chosen_for(ago):
    stretch = stretch_around(NOW.date() - timedelta(days=ago), NOW.date())
    words = rough_words(stretch, NOW.date())
    assert words
    assert {read_stretch(text, NOW.date()) for text in words} == {stretch}


@pytest.mark.parametrize("ago", [3, 9, 11, 29, 41, 200])
def test_a_bound_is_put_where_people_count_from_and_is_read_back(ago):
    bound = rounded_start(NOW - timedelta(days=ago), NOW).date()
    assert bound <= (NOW - timedelta(days=ago)).date()
    words = recent_words(bound, NOW.date()) or beginning_words(bound, NOW.date())
    assert words or bound.year < NOW.year
    assert {read_day(text, NOW.date()) for text in words} <= {bound}
