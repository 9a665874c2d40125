"""What a row says of one person, one place, one flag or one moment in several of its fields is the same."""

import re
from typing import Any

import pytest

from envfactory_assets.synthesis.seeding.lexicon import lexicon
from envfactory_assets_tests.synthesis.seeding.seeded import rows_of, states

CLUB = '''"""A club.

Domain: lifestyle.
"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Key, Part, Ref, Table, tool
from envfactory_assets.environments.fields import Money, Text


class Country(Entity):
    """A country."""

    id: Key
    name: Text
    iso_alpha3: Text
    timezone: Text
    capital: Text


class Address(Part):
    """Where somebody lives."""

    city: Text
    country_code: Text


class EmailAddress(Part):
    """An address for mail."""

    address: Text
    type_: Text


class Relation(Part):
    """Another member."""

    id: Ref["Member"]


class Line(Part):
    """Something that was bought."""

    price_each: Money
    quantity: int


class Member(Entity):
    """A member."""

    id: Key
    name: Text
    email: Text
    preferred_username: Text
    secondary_email: Text
    phone: Text
    home: Text
    team: Text
    address: Address
    email_addresses: list[EmailAddress]
    parent: Relation
    friends: list[Ref["Member"]]
    is_active: bool
    active_status: bool
    creation_date: datetime
    created_at: datetime
    redirecturl: Text
    name_en: Text
    temper: Annotated[str, Field(examples=["plain", "ornate"])]
    lines: list[Line]
    subtotal: Money


class Club(Environment):
    """A club."""

    countries: Table[Country]
    members: Table[Member]

    @tool(effect="list")
    def list_members(self) -> list[Member]:
        """Members."""
        return list(self.members)
'''


@pytest.fixture(scope="module")
def club() -> list[dict[str, Any]]:
    return states(CLUB, count=8)


@pytest.fixture(scope="module")
def members(club: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return rows_of(club, "members")


def test_a_country_is_where_its_other_fields_are(club: list[dict[str, Any]]) -> None:
    told = {(row["name"], row["iso_alpha3"]) for row in rows_of(club, "countries")}
    assert len({name for name, _ in told}) == len({code for _, code in told}) == len(told)
    timezones = {(place["country"], place["timezone"]) for place in lexicon().places}
    assert {(row["name"], row["timezone"]) for row in rows_of(club, "countries")} <= timezones


def test_all_addresses_and_logins_of_a_person_are_that_persons(members: list[dict[str, Any]]) -> None:
    for row in members:
        first = row["email"].partition("@")[0]
        assert row["secondary_email"].partition("@")[0] == first
        assert row["secondary_email"] != row["email"]
        assert {part["address"].partition("@")[0] for part in row["email_addresses"]} == {first}
        assert row["preferred_username"] == first[0] + first.partition(".")[2]


def test_a_number_is_of_the_country_that_the_address_is_in(members: list[dict[str, Any]]) -> None:
    codes = {(row["address"]["country_code"], row["phone"].split()[0]) for row in members}
    assert len({code for code, _ in codes}) == len(codes)


def test_parents_and_friends_are_other_records(members: list[dict[str, Any]]) -> None:
    assert all(row["id"] not in {row["parent"]["id"], *row["friends"]} for row in members)


def test_two_flags_or_two_moments_of_one_thing_agree(members: list[dict[str, Any]]) -> None:
    assert all(row["is_active"] == row["active_status"] and row["creation_date"] == row["created_at"] for row in members)
    assert len({row["is_active"] for row in members}) == 2


def test_names_with_a_language_and_names_in_one_word_are_understood(members: list[dict[str, Any]]) -> None:
    assert all(re.match("https://", row["redirecturl"]) and row["name_en"] == row["name"] for row in members)


def test_what_no_name_tells_is_as_the_document_shows_it(members: list[dict[str, Any]]) -> None:
    assert {row["temper"] for row in members} == {"plain", "ornate"}


def test_a_subtotal_is_the_sum_of_what_each_costs(members: list[dict[str, Any]]) -> None:
    for row in members:
        assert row["subtotal"] == pytest.approx(sum(line["price_each"] * line["quantity"] for line in row["lines"]))


def test_what_every_trade_has_its_own_way_is_this_trades(members: list[dict[str, Any]]) -> None:
    assert not {row["team"] for row in members} & set(lexicon().words["team"])
    assert {part["type_"] for row in members for part in row["email_addresses"]} <= set(lexicon().words["reached_at"])
