"""Seeded states: accepted by the runtime, coherent, and the same in any process."""

import json
import os
import re
import subprocess
import sys
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.records import content_hash
from envfactory_assets.synthesis.seeding import SeedingError
from envfactory_assets_tests.synthesis.seeding import sources
from envfactory_assets_tests.synthesis.seeding.seeded import rows_of, states

TODAY = date(2026, 5, 12)


def rows(source: str, table: str) -> list[dict[str, Any]]:
    return rows_of(states(source), table)


@pytest.mark.parametrize("source", [sources.LIBRARY, sources.WORKSHOP, sources.DESKS, sources.SELF_MADE])
def test_the_runtime_accepts_every_state(source: str) -> None:
    environment = load_environment(source, "made_up")
    for state in states(source):
        episode = Episode({"made_up": environment})
        episode.reset({"made_up": state})  # raises on what its rules do not admit
        assert episode.snapshot() == {"made_up": state}


def test_states_grow_from_sparse_to_busy() -> None:
    sizes = [sum(map(len, state["tables"].values())) for state in states(sources.LIBRARY, 6)]
    assert sizes == sorted(sizes)
    assert sizes[0] <= 15
    assert sizes[-1] >= 40


def test_a_state_does_not_depend_on_how_many_are_asked_for() -> None:
    assert states(sources.LIBRARY, 2) == states(sources.LIBRARY, 4)[:2]


def test_seeds_and_indices_give_different_states() -> None:
    hashes = {content_hash(state) for seed in (1, 2) for state in states(sources.WORKSHOP, 4, seed)}
    assert len(hashes) == 8


def test_all_states_share_the_clock() -> None:
    assert {state["now"] for state in states(sources.LIBRARY)} == {"2026-05-12T09:00:00Z"}


def test_another_process_with_another_hash_seed_makes_the_same_states() -> None:
    script = (
        "from envfactory_assets.environments import load_environment; from envfactory_assets.records import content_hash;"
        "from envfactory_assets.synthesis.seeding import seed_states; from envfactory_assets_tests.synthesis.seeding import sources;"
        "print([content_hash(seed_states(load_environment(s, 'made_up'), 'made_up', seed=3, count=3))"
        " for s in (sources.LIBRARY, sources.WORKSHOP, sources.DESKS)])"
    )
    here = [content_hash(states(source, 3)) for source in (sources.LIBRARY, sources.WORKSHOP, sources.DESKS)]
    found = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": "4711"}, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == str(here)


def test_the_caller_is_one_of_the_people_and_owns_some_rows() -> None:
    for state in states(sources.LIBRARY):
        assert state["me"] in {member["id"] for member in state["tables"]["members"]}
    owners = [state["me"] == booking["holder"] for state in states(sources.DESKS) for booking in state["tables"]["bookings"]]
    assert {True, False} == set(owners)


def test_integer_keys_make_an_integer_caller() -> None:
    assert all(isinstance(state["me"], int) for state in states(sources.WORKSHOP))


def test_new_ids_start_above_the_seeded_ones() -> None:
    for state in states(sources.WORKSHOP):
        assert state["counters"]["Order"] == len(state["tables"]["orders"])


def test_references_to_the_own_table_lead_to_earlier_rows() -> None:
    for state in states(sources.LIBRARY):
        seen: set[str] = set()
        for loan in state["tables"]["loans"]:
            assert loan["renewed_from"] is None or loan["renewed_from"] in seen
            seen.add(loan["id"])
    assert {loan["renewed_from"] is None for loan in rows(sources.LIBRARY, "loans")} == {True, False}


def test_mail_addresses_show_the_name() -> None:
    for member in rows(sources.LIBRARY, "members"):
        local = member["email"].partition("@")[0]
        assert local[0] == member["first_name"][0].lower()
        assert re.sub(r"[^a-z]", "", member["last_name"].lower())[:3] in local.replace(".", "")


def test_city_country_and_code_belong_together() -> None:
    countries: dict[str, set[tuple[str, str]]] = {}
    for member in rows(sources.LIBRARY, "members"):
        countries.setdefault(member["country_code"], set()).add((member["country"], member["country_code"]))
    assert len(countries) > 3
    assert all(len(found) == 1 for found in countries.values())


def test_labels_are_distinct_and_other_attributes_repeat() -> None:
    busy = states(sources.LIBRARY, 6)[-1]["tables"]["books"]
    assert len({book["title"] for book in busy}) >= len(busy) - 1
    assert len({book["replacement_price"] for book in busy}) == len(busy)
    assert 1 < len({book["genre"] for book in busy}) < len(busy)


def test_statuses_are_mostly_the_common_ones() -> None:
    found = [loan["status"] for loan in rows(sources.LIBRARY, "loans")]
    assert found.count("active") > found.count("returned") > 0
    assert found.count("active") > found.count("lost") > 0


def test_dates_follow_the_status() -> None:
    for loan in rows(sources.LIBRARY, "loans"):
        assert (loan["returned_on"] is not None) == (loan["status"] == "returned")
    for order in rows(sources.WORKSHOP, "orders"):
        assert (order["cancelled_at"] is not None) == (order["status"] == "cancelled")


def test_some_loans_are_overdue_and_some_are_not() -> None:
    open_loans = [date.fromisoformat(loan["due_on"]) for loan in rows(sources.LIBRARY, "loans") if loan["status"] == "active"]
    assert any(due < TODAY for due in open_loans)
    assert any(due > TODAY for due in open_loans)


def test_starts_come_before_ends_and_creation_before_change() -> None:
    for order in rows(sources.WORKSHOP, "orders"):
        assert datetime.fromisoformat(order["starts_at"]) < datetime.fromisoformat(order["ends_at"])
    for loan in rows(sources.LIBRARY, "loans"):
        assert loan["borrowed_on"] < loan["due_on"]
        assert loan["created_at"] <= loan["updated_at"] <= "2026-05-12T09:00:00Z"


def test_a_part_that_ends_comes_after_the_part_that_starts() -> None:
    for row in rows(sources.AGENDA, "appointments"):
        assert row["start"]["date_time"] < row["end"]["date_time"]


def test_unspecified_values_do_not_occur() -> None:
    assert {row["status"] for row in rows(sources.AGENDA, "appointments")} == {"confirmed", "cancelled"}


def test_who_cancelled_is_known_where_something_was_cancelled() -> None:
    for row in rows(sources.AGENDA, "appointments"):
        assert (row["cancelled_by"] is not None) == (row["status"] == "cancelled")


def test_lines_repeat_the_name_of_their_product_and_add_up() -> None:
    for state in states(sources.WORKSHOP):
        names = {product["id"]: product["name"] for product in state["tables"]["products"]}
        for line in (line for order in state["tables"]["orders"] for line in order["lines"]):
            assert line["name"] == names[line["product_id"]]
            assert line["total"] == pytest.approx(line["quantity"] * line["unit_price"])


def test_two_ways_to_one_row_agree() -> None:
    for state in states(sources.WORKSHOP):
        users = {user["id"]: user["name"] for user in state["tables"]["users"]}
        assert all(parcel["user_name"] == users[parcel["user_id"]] for parcel in state["tables"]["parcels"])


def test_nothing_is_refunded_where_nothing_was_called_off() -> None:
    assert all(order["amount_refunded"] == 0 for order in rows(sources.WORKSHOP, "orders") if order["status"] != "cancelled")


def test_what_remains_is_what_is_due_less_what_was_paid() -> None:
    for bill in rows(sources.BILLS, "bills"):
        assert 0 <= bill["amount_paid"] <= bill["amount_due"]
        assert bill["amount_remaining"] == bill["amount_due"] - bill["amount_paid"]
        assert bill["amount_due"] >= 1200


def test_what_is_due_is_nothing_where_a_status_says_it_is_paid_and_all_where_it_is_open() -> None:
    own = '    status: Literal["open", "paid", "partly_paid"]\n'
    own += "    total_amount: float\n    amount_due: float\n    total_tax_amount: float\n"
    source = sources.BILLS.replace("    amount_due: int\n    amount_paid: int\n    amount_remaining: int\n", own + "    sub_total: float\n")
    for bill in rows(source.replace("\n\n\n", "\nfrom typing import Literal\n\n\n", 1), "bills"):
        assert bill["total_amount"] == pytest.approx(bill["sub_total"] + bill["total_tax_amount"])
        least, most = {"open": (1, 1), "paid": (0, 0), "partly_paid": (0, 1)}[bill["status"]]
        assert least * bill["total_amount"] <= bill["amount_due"] <= most * bill["total_amount"]


def test_a_choice_of_currencies_is_the_one_of_the_place_and_mostly_one_of_even_worth() -> None:
    money = ["AFN", "EUR", "GBP", "IDR", "JPY", "USD", "VND", "XAF", "ZMW"]
    listed = f"    currency: Literal{money}\n".replace("'", '"')
    source = sources.BILLS.replace("    currency: Text\n    amount_due", f"{listed}    amount_due")
    source = source.replace("    name: Text\n    currency: Text\n", "    name: Text\n")
    source = source.replace("\n\n\n", "\nfrom typing import Literal\n\n\n", 1)
    found = [bill["currency"] for bill in rows(source, "bills")]
    assert len(found) > 9
    assert set(found) <= {"EUR", "GBP", "JPY", "USD"}
    assert sum(code in {"EUR", "GBP", "USD"} for code in found) > 0.8 * len(found)


def test_what_ends_does_so_after_it_starts_however_that_is_spelt() -> None:
    own = "    starttime: datetime\n    endtime: datetime\n"
    source = sources.BILLS.replace("    amount_due: int\n    amount_paid: int\n    amount_remaining: int\n", own)
    bills = rows(source.replace("\n\n\n", "\nfrom datetime import datetime\n\n\n", 1), "bills")
    assert bills
    assert all(bill["starttime"] <= bill["endtime"] for bill in bills)


def test_keys_that_are_names_are_names_wherever_they_stand() -> None:
    for state in states(sources.CREW):
        users, artists = state["tables"]["users"], state["tables"]["artists"]
        assert all(user["last_name"].lower().replace(" ", "") in user["email"].replace(".", "").replace("-", "") for user in users)
        assert len({user["email"] for user in users}) == len(users)
        assert not any(re.fullmatch(r"[A-Z]+\d+", artist["name"]) for artist in artists)
        assert all(re.fullmatch(r"A\d+", app["name"]) for app in state["tables"]["apps"])  # it has another name
        assert state["me"] in {user["email"] for user in users}
        for playlist in state["tables"]["playlists"]:
            assert playlist["owner"] in {user["email"] for user in users}
            assert {playlist["artist"], *playlist["artists"]} <= {artist["name"] for artist in artists}


def test_a_record_is_in_the_currency_of_the_one_it_refers_to() -> None:
    for state in states(sources.BILLS):
        currencies = {customer["id"]: customer["currency"] for customer in state["tables"]["customers"]}
        assert all(bill["currency"] == currencies[bill["customer_id"]] for bill in state["tables"]["bills"])


def test_dates_are_spelt_as_their_pattern_has_them() -> None:
    born = [datetime.strptime(pupil["dob"], "%m/%d/%Y").date() for pupil in rows(sources.PUPILS, "pupils")]  # noqa: DTZ007 - a day
    assert born
    assert all(day < TODAY for day in born)


def test_what_the_total_in_the_base_currency_bounds_is_within_it() -> None:
    own = "    grand_total: float\n    base_grand_total: float\n    base_subtotal: float\n"
    source = sources.BILLS.replace("    amount_due: int\n    amount_paid: int\n    amount_remaining: int\n", own)
    bills = rows(source, "bills")
    assert bills
    assert all(bill["base_subtotal"] <= bill["base_grand_total"] == bill["grand_total"] for bill in bills)


def test_optional_fields_are_mostly_filled() -> None:
    filled = [parcel["zzyx"] is not None for parcel in rows(sources.WORKSHOP, "parcels")]
    assert 0.6 < sum(filled) / len(filled) < 0.97


@pytest.mark.parametrize("source", [sources.LIBRARY, sources.WORKSHOP])
def test_no_text_is_filler(source: str) -> None:
    text = json.dumps(states(source)).lower()
    assert not re.search(r"lorem|ipsum|\bfoo\b|text \d|string|\{\w+\}", text)


def test_rows_that_break_a_rule_are_left_out() -> None:
    for state in states(sources.DESKS):
        desks = [booking["desk_id"] for booking in state["tables"]["bookings"]]
        assert desks
        assert all(a != b for a, b in pairwise(sorted(desks)))


def test_an_environment_may_make_its_own_rows() -> None:
    for room in rows(sources.SELF_MADE, "rooms"):
        assert date.fromisoformat(room["opened"]) < TODAY
        assert 10 <= room["rate"] <= 20


def test_an_environment_that_admits_no_rows_is_refused_with_its_rule() -> None:
    with pytest.raises(SeedingError, match=r"no boxes could be seeded: .*There are no boxes"):
        states(sources.IMPOSSIBLE)


def test_a_failing_scenario_method_is_named() -> None:
    broken = sources.SELF_MADE.replace("draw.money(10, 20)", "1 / 0")
    with pytest.raises(SeedingError, match="own scenario fails: ZeroDivisionError"):
        states(broken)
