"""The car rental: a class is reserved day by day, a car goes out and comes back, and the bill follows."""

import pytest

from envfactory_assets_tests.environments.hand.play import Play

DAYS = {"pickUpOn": "2026-08-03", "returnOn": "2026-08-07"}


@pytest.fixture
def desk() -> Play:
    return Play("travel/car_rental")


def test_a_class_is_reserved_as_often_as_there_are_cars(desk: Play) -> None:
    branch = desk.rows("branches")[0]["id"]
    kind = desk.do("classes_findFree", branchId=branch, **DAYS)[0]
    ready = len(desk.rows("cars", branch_id=branch, class_id=kind["id"], status="ready"))
    for _ in range(ready):
        desk.do("rentals_reserve", classId=kind["id"], branchId=branch, **DAYS)
    assert "is free in" in desk.refused("rentals_reserve", classId=kind["id"], branchId=branch, **DAYS)
    assert kind["id"] not in {found["id"] for found in desk.do("classes_findFree", branchId=branch, **DAYS)}
    desk.do("rentals_reserve", classId=kind["id"], branchId=branch, pickUpOn="2026-08-07", returnOn="2026-08-09")


def test_extras_and_days_make_the_price(desk: Play) -> None:
    branch = desk.rows("branches")[0]["id"]
    kind, extra = desk.do("classes_findFree", branchId=branch, **DAYS)[0], desk.do("extras_list")[0]
    rental = desk.do("rentals_reserve", classId=kind["id"], branchId=branch, **DAYS)
    assert rental["price"] == 4 * kind["dailyRate"]
    more = desk.do("rentals_addExtra", rentalId=rental["id"], extraId=extra["id"])
    assert more["price"] == pytest.approx(4 * (kind["dailyRate"] + extra["dailyPrice"]))
    assert "already" in desk.refused("rentals_addExtra", rentalId=rental["id"], extraId=extra["id"])
    moved = desk.do("rentals_changeDays", rentalId=rental["id"], pickUpOn="2026-08-03", returnOn="2026-08-05")
    assert moved["price"] == pytest.approx(more["price"] / 2)


def test_a_car_is_fetched_on_the_day_and_its_deposit_is_held(desk: Play) -> None:
    today = desk.rows("rentals", driver_id=desk.me, status="reserved", pick_up_on="2026-05-12")[0]
    kind = desk.rows("classes", id=today["class_id"])[0]
    car = desk.rows("cars", branch_id=today["branch_id"], class_id=kind["id"], status="ready")[0]
    out = desk.do("rentals_pickUp", rentalId=today["id"], carId=car["id"])
    assert out["depositHeld"] == kind["deposit"]
    assert desk.rows("cars", id=car["id"])[0]["status"] == "rented"
    later = next(r for r in desk.rows("rentals", driver_id=desk.me, status="reserved") if r["pick_up_on"] > "2026-05-12")
    assert "The reservation is for" in desk.refused("rentals_pickUp", rentalId=later["id"], carId=car["id"])


def test_late_far_and_elsewhere_cost_extra(desk: Play) -> None:
    overdue = next(r for r in desk.rows("rentals", driver_id=desk.me, status="rented") if r["return_on"] < "2026-05-12")
    elsewhere = next(b["id"] for b in desk.rows("branches") if b["id"] != overdue["branch_id"])
    assert "not overdue" in desk.refused("rentals_extend", rentalId=overdue["id"], returnOn="2026-05-13")
    closed = desk.do("rentals_bringBack", rentalId=overdue["id"], branchId=elsewhere, kilometres=99_999)
    assert closed["charges"] > 75 + overdue["daily_price"]
    assert closed["depositHeld"] == 0
    assert desk.rows("cars", id=overdue["car_id"])[0]["branch_id"] == elsewhere


def test_cancelling_on_the_day_costs_one_day(desk: Play) -> None:
    today = desk.rows("rentals", driver_id=desk.me, status="reserved", pick_up_on="2026-05-12")[0]
    assert desk.do("rentals_cancel", rentalId=today["id"])["charges"] == today["daily_price"]
