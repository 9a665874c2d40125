"""What the fields of one row, and of the objects inside it, say of each other."""

from datetime import date, time
from typing import Any

import pytest

from envfactory_assets_tests.synthesis.seeding import seeded

MODULE = '''"""Bills of customers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Key, Part, Ref, Table, tool
from envfactory_assets.environments.fields import Money, Text


class Card(Part):
    """A card."""

    id: Text | None = None
    customer_id: Ref["Customer"] | None = None
    label: Text | None = None
    rank: Annotated[int, Field(ge=1, le=3)] | None = None


class Tax(Part):
    """A tax."""

    amount: Money


class Customer(Entity):
    """A customer."""

    id: Key
    name: Text
    cards: list[Card]


class Bill(Entity):
    """A bill."""

    id: Key
    customer_id: Ref[Customer]
    customer_ids: list[Ref[Customer]]
    status: Literal["draft", "open", "paid", "void"]
    paid: bool
    is_open: bool
    total: Money
    amount_paid: Money
    amount_due: Money
    taxes: list[Tax]
    amount_off: Money | None = None
    percent_off: float | None = None
    start_date: date
    due_date: date
    currency: Text


class Bills(Environment):
    """Bills."""

    customers: Table[Customer]
    bills: Table[Bill]

    @tool(effect="list")
    def list_bills(self) -> list[Bill]:
        """All."""
        return list(self.bills)
'''


@pytest.fixture(scope="module")
def states() -> list[dict[str, Any]]:
    return seeded.states(MODULE, count=6)


@pytest.fixture(scope="module")
def bills(states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return seeded.rows_of(states, "bills")


def test_an_object_names_the_row_it_is_in(states: list[dict[str, Any]]) -> None:
    cards = [(row, card) for state in states for row in state["tables"]["customers"] for card in row["cards"]]
    assert {card["customer_id"] == row["id"] for row, card in cards if card["customer_id"]} == {True}
    assert all(card["id"] and card["label"] for _, card in cards)
    assert {card["rank"] for _, card in cards} - {None} == {1, 2, 3}


def test_flags_say_what_the_status_says(bills: list[dict[str, Any]]) -> None:
    assert len({row["status"] for row in bills}) > 2
    assert all(row["paid"] == (row["status"] == "paid") and row["is_open"] == (row["status"] == "open") for row in bills)


def test_what_is_paid_follows_the_status(bills: list[dict[str, Any]]) -> None:
    for row in bills:
        assert row["amount_paid"] == (row["total"] if row["status"] == "paid" else 0)
        assert row["amount_due"] == pytest.approx(row["total"] - row["amount_paid"])
        assert sum(tax["amount"] for tax in row["taxes"]) < row["total"]


def test_a_row_has_one_of_two_ways_to_say_the_same(bills: list[dict[str, Any]]) -> None:
    said = {(row["amount_off"] is not None, row["percent_off"] is not None) for row in bills}
    assert {(True, False), (False, True)} <= said
    assert (True, True) not in said


def test_the_chief_of_several_is_one_of_them_and_what_begins_is_due_later(bills: list[dict[str, Any]]) -> None:
    assert all(row["customer_id"] in row["customer_ids"] and row["start_date"] < row["due_date"] for row in bills)


def test_most_amounts_are_in_one_currency(bills: list[dict[str, Any]], states: list[dict[str, Any]]) -> None:
    used = [row["currency"] for row in states[-1]["tables"]["bills"]]
    assert used.count(max(used, key=used.count)) > len(used) / 2
    assert len({row["currency"] for row in bills}) > 1


RUNS = '''"""Runs of jobs."""

from datetime import datetime
from typing import Literal

from envfactory_assets.environments import Entity, Environment, Key, Part, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class Day(Part):
    """A day."""

    year: int
    month: int
    day: int


class Clock(Part):
    """A time of day."""

    hours: int
    minutes: int


class Job(Entity):
    """A job."""

    id: Key
    name: Text
    due_date: Day
    due_time: Clock


class Run(Entity):
    """A run of a job."""

    id: Key
    job_id: Ref[Job]
    state: Literal["queued", "running", "success", "failed"]
    started_at: datetime
    ended_at: datetime | None = None


class Jobs(Environment):
    """Jobs."""

    jobs: Table[Job]
    runs: Table[Run]

    @tool(effect="list")
    def list_runs(self) -> list[Run]:
        """All."""
        return list(self.runs)
'''


@pytest.fixture(scope="module")
def jobs() -> list[dict[str, Any]]:
    return seeded.states(RUNS, count=6, seed=5)


def test_what_a_machine_still_works_on_has_no_end(jobs: list[dict[str, Any]]) -> None:
    ended = {(run["state"], run["ended_at"] is not None) for state in jobs for run in state["tables"]["runs"]}
    assert not {("queued", True), ("running", True)} & ended
    assert {True} <= {told for _, told in ended}


def test_a_date_in_numbers_is_a_date_and_a_time_a_time(jobs: list[dict[str, Any]]) -> None:
    for job in (job for state in jobs for job in state["tables"]["jobs"]):
        assert abs((date(**job["due_date"]) - date(2026, 5, 12)).days) < 120
        time(job["due_time"]["hours"], job["due_time"]["minutes"])


def test_some_rows_are_named_by_no_other(jobs: list[dict[str, Any]]) -> None:
    for state in jobs:
        assert {job["id"] for job in state["tables"]["jobs"]} > {run["job_id"] for run in state["tables"]["runs"]}


SONGS = '''"""Songs."""

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class Band(Entity):
    """A band."""

    id: Key
    name: Text
    song_ids: list[Ref["Song"]]
    fan_ids: list[Ref["Fan"]] | None = None


class Song(Entity):
    """A song."""

    id: Key
    title: Text
    band_id: Ref[Band]


class Fan(Entity):
    """A fan."""

    id: Key
    name: Text
    band_ids: list[Ref[Band]]


class Songs(Environment):
    """Songs."""

    bands: Table[Band]
    songs: Table[Song]
    fans: Table[Fan]

    @tool(effect="list")
    def list_bands(self) -> list[Band]:
        """All."""
        return list(self.bands)
'''


def test_rows_that_name_each_other_say_the_same() -> None:
    for state in seeded.states(SONGS, count=4, seed=5):
        tables = state["tables"]
        for band in tables["bands"]:
            assert band["song_ids"] == [song["id"] for song in tables["songs"] if song["band_id"] == band["id"]]
            assert (band["fan_ids"] or []) == [fan["id"] for fan in tables["fans"] if band["id"] in fan["band_ids"]]
        assert any(band["song_ids"] and band["fan_ids"] for band in tables["bands"])
