"""The airline: seats are counted, fares have conditions, and the clock opens and closes things."""

from datetime import timedelta
from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def airline() -> Play:
    return Play("travel/airline")


def _ticket(airline: Play, brand: str) -> dict[str, Any]:
    fare = max(airline.do("list_fares", brand=brand, for_passengers=3)["fares"], key=lambda fare: fare["flight_id"])
    booking = airline.do("hold_fare", fare_id=fare["id"], passengers=2)
    assert booking["total"] == pytest.approx(2 * fare["price"])
    return airline.do("pay_booking", booking_id=booking["id"])


def test_holding_takes_seats_and_cancelling_gives_them_back(airline: Play) -> None:
    fare = airline.do("list_fares", for_passengers=3)["fares"][0]
    booking = airline.do("hold_fare", fare_id=fare["id"], passengers=3)
    assert airline.rows("fares", id=fare["id"])[0]["sold"] == fare["sold"] + 3
    airline.do("cancel_booking", booking_id=booking["id"])
    assert airline.rows("fares", id=fare["id"])[0]["sold"] == fare["sold"]


def test_a_hold_ends_after_a_day(airline: Play) -> None:
    fare = airline.do("list_fares")["fares"][0]
    booking = airline.do("hold_fare", fare_id=fare["id"])
    airline.episode.advance(timedelta(hours=25))
    assert "The hold ended" in airline.refused("pay_booking", booking_id=booking["id"])


def test_only_refundable_fares_are_paid_back_after_a_day(airline: Play) -> None:
    light, flex = _ticket(airline, "light"), _ticket(airline, "flex")
    airline.episode.advance(timedelta(hours=25))
    assert airline.do("cancel_booking", booking_id=light["id"])["refunded"] == 0
    assert airline.do("cancel_booking", booking_id=flex["id"])["refunded"] == flex["paid"]


def test_a_change_costs_the_fee_and_needs_the_same_route(airline: Play) -> None:
    assert "cannot be changed" in airline.refused("change_flight", booking_id=_ticket(airline, "light")["id"], fare_id="FR0001")
    booking = _ticket(airline, "standard")
    route = [airline.do("get_flight", flight_id=booking["flight_id"])[end] for end in ("origin", "destination")]
    flights = airline.do("search_flights", origin=route[0], destination=route[1])["flights"]
    other = next(flight for flight in flights if flight["id"] != booking["flight_id"])
    fare = next(fare for fare in airline.do("list_fares", flight_id=other["id"], for_passengers=2)["fares"] if fare["brand"] == "standard")
    fee = airline.rows("fares", id=booking["fare_id"])[0]["change_fee"]
    changed = airline.do("change_flight", booking_id=booking["id"], fare_id=fare["id"])
    assert changed["total"] == pytest.approx(max(booking["total"], 2 * fare["price"]) + fee)


def test_a_seat_is_chosen_by_one_party(airline: Play) -> None:
    booking = _ticket(airline, "flex")
    seat = airline.do("list_free_seats", flight_id=booking["flight_id"], max_extra_price=30)["seats"][0]
    airline.do("choose_seat", seat_id=seat["id"], booking_id=booking["id"])
    assert airline.do("get_booking", booking_id=booking["id"])["paid"] == pytest.approx(booking["paid"] + seat["extra_price"])
    assert "is taken" in airline.refused("choose_seat", seat_id=seat["id"], booking_id=booking["id"])


def test_check_in_opens_a_day_before_departure(airline: Play) -> None:
    assert "Check-in is open" in airline.refused("check_in", booking_id=_ticket(airline, "flex")["id"])
    soon = airline.rows("bookings", traveller_id=airline.me, flight_id="FL0001", status="ticketed")[0]
    assert airline.do("check_in", booking_id=soon["id"])["status"] == "checked_in"
