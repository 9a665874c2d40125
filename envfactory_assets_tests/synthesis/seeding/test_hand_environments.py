"""Environments written by hand, played: what they do and what they refuse."""

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def bank() -> Play:
    return Play("finance/house_bank")


def test_money_moves_between_own_accounts(bank: Play) -> None:
    source, target = bank.rows("accounts", owner_id=bank.me, status="active")[:2]
    bank.do("move_money", from_account_id=source["id"], to_account_id=target["id"], amount=20, reference="Pocket money")
    assert bank.do("get_account", account_id=source["id"])["balance"] == pytest.approx(source["balance"] - 20)
    assert bank.do("get_account", account_id=target["id"])["balance"] == pytest.approx(target["balance"] + 20)


def test_a_bank_keeps_to_the_overdraft_limit(bank: Play) -> None:
    source, target = bank.rows("accounts", owner_id=bank.me, status="active")[:2]
    limit = source["balance"] + source["overdraft_limit"]
    said = bank.refused("move_money", from_account_id=source["id"], to_account_id=target["id"], amount=limit + 1)
    assert said.startswith("precondition_failed: ")
    assert "overdraft limit" in said


def test_a_scheduled_payment_takes_no_money_and_can_be_cancelled(bank: Play) -> None:
    account = bank.rows("accounts", owner_id=bank.me, status="active")[0]
    payee = bank.rows("payees", owner_id=bank.me)[0]
    paid = bank.do("pay_payee", from_account_id=account["id"], payee_id=payee["id"], amount=9.5, execute_on="2026-06-01")
    assert paid["status"] == "scheduled"
    assert bank.do("get_account", account_id=account["id"])["balance"] == account["balance"]
    assert bank.do("cancel_payment", transfer_id=paid["id"])["status"] == "cancelled"
    assert bank.refused("cancel_payment", transfer_id=paid["id"]).startswith("precondition_failed")


def test_frozen_full_and_foreign_accounts_are_protected(bank: Play) -> None:
    account = next(row for row in bank.rows("accounts", owner_id=bank.me, status="active") if row["balance"] > 0)
    assert "balance must be zero" in bank.refused("close_account", account_id=account["id"])
    bank.do("freeze_account", account_id=account["id"])
    other = next(row for row in bank.rows("accounts", owner_id=bank.me, status="active") if row["id"] != account["id"])
    assert "is frozen" in bank.refused("move_money", from_account_id=other["id"], to_account_id=account["id"], amount=1)
    foreign = next(row for row in bank.rows("accounts") if row["owner_id"] != bank.me)
    assert bank.refused("get_account", account_id=foreign["id"]).startswith("permission_denied")


@pytest.fixture
def shop() -> Play:
    return Play("commerce/corner_shop")


def test_checking_out_buys_the_cart_and_takes_the_stock(shop: Play) -> None:
    cart = shop.do("view_cart")
    stock = {row["id"]: row["stock"] for row in shop.rows("products")}
    order = shop.do("check_out", address="Rue Lepic 9, Paris")
    assert shop.do("view_cart") == []
    assert len(order["lines"]) == len(cart)
    assert order["total"] == pytest.approx(order["subtotal"] + (0 if order["subtotal"] >= 60 else 4.9))
    for line in order["lines"]:
        assert shop.do("get_product", product_id=line["product_id"])["stock"] == stock[line["product_id"]] - line["quantity"]
    assert shop.refused("check_out", address="Rue Lepic 9, Paris") == "precondition_failed: The cart is empty."


def test_a_cancelled_order_is_refunded_and_restocked(shop: Play) -> None:
    order = shop.do("check_out", address="Rue Lepic 9, Paris")
    line = order["lines"][0]
    before = shop.do("get_product", product_id=line["product_id"])["stock"]
    assert shop.do("cancel_order", order_id=order["id"])["refunded"] == order["total"]
    assert shop.do("get_product", product_id=line["product_id"])["stock"] == before + line["quantity"]
    assert shop.refused("cancel_order", order_id=order["id"]).startswith("precondition_failed")


def test_nobody_can_put_more_into_a_cart_than_is_in_stock(shop: Play) -> None:
    product = shop.rows("products")[0]
    assert "in stock" in shop.refused("add_to_cart", product_id=product["id"], quantity=product["stock"] + 1)


@pytest.fixture
def registry() -> Play:
    return Play("academia/course_registry")


def test_a_full_course_has_a_waiting_list_and_a_free_place_goes_to_its_head(registry: Play) -> None:
    mine = [row["course_id"] for row in registry.rows("enrolments", student_id=registry.me) if row["status"] != "dropped"]
    taken = [row["course_id"] for row in registry.rows("enrolments", status="enrolled")]
    full = next(c for c in registry.rows("courses") if taken.count(c["id"]) >= c["capacity"] and c["id"] not in mine)
    assert registry.refused("enrol", course_id=full["id"]).startswith("precondition_failed")
    waiting = registry.do("join_waiting_list", course_id=full["id"])
    assert waiting["status"] == "waitlisted"
    assert registry.do("drop_course", enrolment_id=waiting["id"])["status"] == "dropped"


def test_a_student_cannot_be_in_two_places(registry: Play) -> None:
    week = {
        (c["day"], c["slot"])
        for c in registry.rows("courses")
        if registry.rows("enrolments", course_id=c["id"], student_id=registry.me, status="enrolled")
    }
    known = {row["course_id"] for row in registry.rows("enrolments", student_id=registry.me)}
    clashing = [c for c in registry.rows("courses") if (c["day"], c["slot"]) in week and c["id"] not in known]
    assert all(registry.refused("enrol", course_id=course["id"]).startswith("precondition_failed") for course in clashing)


def test_only_participants_see_the_participants(registry: Play) -> None:
    [course, *_] = [c for c in registry.rows("courses") if not registry.rows("enrolments", course_id=c["id"], student_id=registry.me)]
    assert registry.refused("list_participants", course_id=course["id"]).startswith("permission_denied")


@pytest.fixture
def rooms() -> Play:
    return Play("office/meeting_rooms")


def test_a_booked_room_is_no_longer_free(rooms: Play) -> None:
    when = {"starts_at": "2026-07-01T10:00:00Z", "minutes": 60}
    room = rooms.do("find_free_rooms", **when)[0]
    booking = rooms.do("book_room", room_id=room["id"], title="Budget check-in", **when)
    assert room["id"] not in {found["id"] for found in rooms.do("find_free_rooms", **when)}
    assert "is taken at that time" in rooms.refused("book_room", room_id=room["id"], title="Another", **when)
    rooms.do("cancel_booking", booking_id=booking["id"])
    assert room["id"] in {found["id"] for found in rooms.do("find_free_rooms", **when)}


def test_a_moved_meeting_stays_as_long_as_it_was(rooms: Play) -> None:
    room = rooms.rows("rooms")[0]
    booking = rooms.do("book_room", room_id=room["id"], title="Workshop", starts_at="2026-07-01T10:00:00Z", minutes=90)
    moved = rooms.do("move_booking", booking_id=booking["id"], starts_at="2026-07-02T08:00:00Z")
    assert moved["ends_at"] == "2026-07-02T09:30:00Z"
    assert "in the past" in rooms.refused("move_booking", booking_id=booking["id"], starts_at="2026-05-01T08:00:00Z")


def test_a_room_has_no_more_guests_than_seats(rooms: Play) -> None:
    room = min(rooms.rows("rooms"), key=lambda row: row["seats"])
    others = [row["id"] for row in rooms.rows("colleagues") if row["id"] != rooms.me][: room["seats"]]
    said = rooms.refused("book_room", room_id=room["id"], title="Too many", starts_at="2026-07-01T10:00:00Z", guest_ids=others)
    assert f"has {room['seats']} seats" in said


def test_only_the_organiser_changes_a_meeting(rooms: Play) -> None:
    foreign = next(row for row in rooms.rows("bookings") if row["organiser_id"] != rooms.me)
    assert rooms.refused("cancel_booking", booking_id=foreign["id"]) == "permission_denied: Only the organiser may change a meeting."


def test_the_policy_tells_what_is_refused(rooms: Play) -> None:
    from envfactory_assets.environments import describe

    policy = describe(rooms.episode.environments["meeting_rooms"], "meeting_rooms").policy
    assert "This meeting has already begun." in policy
    assert "No room has two confirmed meetings at the same time" in policy
