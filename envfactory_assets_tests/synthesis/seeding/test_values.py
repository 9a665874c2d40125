"""Values as a person would expect them from the names of fields: what they are about, when, how much, and of whom."""

from datetime import datetime

import pytest

from envfactory_assets.synthesis.seeding.lexicon import lexicon
from envfactory_assets_tests.synthesis.seeding.seeded import State, rows_of, states
from envfactory_assets_tests.synthesis.seeding.sources import HEAD

EXPORTS = (
    HEAD.replace("A made-up service.", "A made-up service.\n\nAuthor: rules. Domain: utilities.")
    + '''

class Setting(Part):
    """How an export is made."""

    key: int
    value: Text


class Price(Part):
    """An amount of money."""

    currency: Text
    value: Text


class Requester(Part):
    """Who asked for an export."""

    name: Text
    email: Text


class Source(Entity):
    """Where exports are made of."""

    source_id: Key
    source_name: Text
    display_name: Text


class Export(Entity):
    """An export."""

    id: Key
    source_id: Ref[Source]
    source_name: Text
    status: Literal["scheduled", "completed", "cancelled"]
    export_cancelled: bool
    requester: Requester
    layout_setting: Setting
    price: Price
    release_year: Text
    start_date: date
    completed_date: date
    finished_at: int
    errored_at: datetime
    rows_skipped: float
    notes_from_requester: Text
    orientation: Text
    billing_city: Text
    billing_state: Text


class Payment(Entity):
    """What an export cost."""

    id: Key
    date: date


class Exports(Environment):
    """Exports and what they are made of."""

    sources: Table[Source]
    exports: Table[Export]
    payments: Table[Payment]

    @tool(effect="list")
    def list_exports(self) -> list[Export]:
        """Exports."""
        return list(self.exports)
'''
)


@pytest.fixture(scope="module")
def seeded() -> list[State]:
    return states(EXPORTS, count=4, seed=7)


@pytest.fixture(scope="module")
def tables(seeded: list[State]) -> dict[str, list[dict]]:
    return {name: rows_of(seeded, name) for name in ("sources", "exports", "payments")}


def test_a_thing_is_called_as_its_own_trade_calls_it(tables: dict[str, list[dict]]) -> None:
    assert not any("University" in row["source_name"] or "College" in row["source_name"] for row in tables["sources"])


def test_two_fields_that_say_what_a_thing_is_called_say_the_same(tables: dict[str, list[dict]]) -> None:
    assert all(row["source_name"] == row["display_name"] for row in tables["sources"])


def test_what_names_another_record_repeats_its_name(seeded: list[State]) -> None:
    for state in seeded:
        names = {row["source_id"]: row["source_name"] for row in state["tables"]["sources"]}
        assert all(row["source_name"] == names[row["source_id"]] for row in state["tables"]["exports"])


def test_who_has_a_name_and_an_address_for_mail_is_a_person(tables: dict[str, list[dict]]) -> None:
    for row in tables["exports"]:
        assert row["requester"]["name"].split()[0] in lexicon().words["first_name"]


def test_a_flag_says_what_the_status_says(tables: dict[str, list[dict]]) -> None:
    assert all(row["export_cancelled"] == (row["status"] == "cancelled") for row in tables["exports"])


def test_what_is_over_began_before_and_both_are_past(tables: dict[str, list[dict]]) -> None:
    assert all(row["start_date"] <= row["completed_date"] <= "2026-05-12" for row in tables["exports"])


def test_a_moment_in_seconds_is_when_its_name_says(tables: dict[str, list[dict]]) -> None:
    now = datetime.fromisoformat("2026-05-12T09:00:00Z").timestamp()
    assert all(now - 366 * 86_400 < row["finished_at"] <= now for row in tables["exports"])


def test_what_a_participle_says_has_been(tables: dict[str, list[dict]]) -> None:
    assert all(row["errored_at"] <= "2026-05-12T09:00:00Z" for row in tables["exports"])


def test_a_value_is_a_number_only_beside_its_currency(tables: dict[str, list[dict]]) -> None:
    assert all(float(row["price"]["value"]) > 0 for row in tables["exports"])
    assert not any(row["layout_setting"]["value"][:1].isdigit() for row in tables["exports"])


def test_a_payment_has_been_made(tables: dict[str, list[dict]]) -> None:
    assert all(row["date"] <= "2026-05-12" for row in tables["payments"])


def test_counts_are_whole_and_years_are_years(tables: dict[str, list[dict]]) -> None:
    assert all(row["rows_skipped"] == int(row["rows_skipped"]) for row in tables["exports"])
    assert all(2000 < int(row["release_year"]) <= 2026 for row in tables["exports"])


def test_a_text_is_about_what_its_name_says_first(tables: dict[str, list[dict]]) -> None:
    assert all(row["notes_from_requester"].endswith(".") for row in tables["exports"])
    assert {row["orientation"] for row in tables["exports"]} <= set(lexicon().words["orientation"])


def test_the_state_of_an_address_is_where_its_city_is(tables: dict[str, list[dict]]) -> None:
    regions = {(place["city"], place["region"]) for place in lexicon().places}
    assert all((row["billing_city"], row["billing_state"]) in regions for row in tables["exports"])
