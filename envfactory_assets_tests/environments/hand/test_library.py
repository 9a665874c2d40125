"""The library: copies go out and come back, queues are served in order, and debts stop borrowing."""

from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def library() -> Play:
    return Play("academia/library")


def _free_copy(library: Play) -> dict[str, Any]:
    mine = {loan["copy_id"] for loan in library.do("my_loans")}
    at_home = {copy["title_id"] for copy in library.rows("copies") if copy["id"] in mine}
    return next(copy for copy in library.rows("copies", status="available") if copy["title_id"] not in at_home)


def test_a_borrowed_copy_is_out_until_it_comes_back(library: Play) -> None:
    copy = _free_copy(library)
    loan = library.do("borrow", copy_id=copy["id"])
    assert library.row("copies", id=copy["id"])["status"] == "lent"
    assert "not here" in library.refused("borrow", copy_id=copy["id"])
    library.do("bring_back", loan_id=loan["id"])
    assert library.row("copies", id=copy["id"])["status"] == "available"


def test_a_returned_copy_is_kept_for_the_head_of_the_queue(library: Play) -> None:
    waited_for = {hold["title_id"] for hold in library.rows("holds", status="waiting")}
    titles = {copy["id"]: copy["title_id"] for copy in library.rows("copies")}
    loan = next(loan for loan in library.do("my_loans") if titles[loan["copy_id"]] in waited_for)
    head = library.do("queue_for", title_id=titles[loan["copy_id"]], status="waiting")[0]
    assert "is waiting for" in library.refused("renew", loan_id=loan["id"])
    library.do("bring_back", loan_id=loan["id"])
    assert library.row("holds", id=head["id"])["copy_id"] == loan["copy_id"]
    assert "kept for another" in library.refused("borrow", copy_id=loan["copy_id"])
    library.sign_in(head["patron_id"])
    library.do("borrow", copy_id=loan["copy_id"])
    assert library.row("holds", id=head["id"])["status"] == "collected"


def test_late_days_are_fined_and_debts_stop_borrowing(library: Play) -> None:
    copy = _free_copy(library)
    loan = library.do("borrow", copy_id=copy["id"])
    library.wait(days=120)
    assert "overdue" in library.refused("renew", loan_id=loan["id"])
    library.do("bring_back", loan_id=loan["id"])
    fine = library.do("my_fines")[-1]
    assert fine["amount"] == 12
    assert "fines" in library.refused("borrow", copy_id=copy["id"])
    assert library.refused("pay_fine", fine_id=fine["id"], amount=13).startswith("precondition_failed")
    library.do("pay_fine", fine_id=fine["id"], amount=12)
    library.do("borrow", copy_id=copy["id"])


def test_a_title_on_the_shelf_needs_no_queue(library: Play) -> None:
    assert "borrow a copy instead" in library.refused("place_hold", title_id=_free_copy(library)["title_id"])
    waiting = library.rows("holds", patron_id=library.me, status="waiting")[0]
    assert "in this queue already" in library.refused("place_hold", title_id=waiting["title_id"])
    library.do("leave_queue", hold_id=waiting["id"])
    assert library.do("place_hold", title_id=waiting["title_id"])["status"] == "waiting"


def test_a_lost_book_ends_the_loan_and_costs_a_new_copy(library: Play) -> None:
    loan = library.do("my_loans")[-1]
    title = library.row("titles", id=library.row("copies", id=loan["copy_id"])["title_id"])
    assert library.do("report_lost", copy_id=loan["copy_id"])["amount"] == title["replacement_price"]
    assert loan["id"] not in {row["id"] for row in library.do("my_loans")}
