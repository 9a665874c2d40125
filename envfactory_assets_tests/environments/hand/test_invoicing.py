"""Invoicing: totals follow lines, what is due follows bookings, and steps come in their time."""

from datetime import timedelta
from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def desk() -> Play:
    return Play("finance/invoicing")


def _mine(desk: Play, status: str) -> list[dict[str, Any]]:
    customers = {row["id"] for row in desk.rows("customers", account_manager_id=desk.me)}
    return [row for row in desk.rows("invoices", status=status) if row["customer_id"] in customers]


def test_a_total_is_what_the_lines_cost_with_tax(desk: Play) -> None:
    draft = desk.do("DraftInvoice", CustomerId=_mine(desk, "Open")[0]["customer_id"])
    service = desk.rows("services", tax_percent=19)[0]
    billed = desk.do("AddLine", InvoiceId=draft["Id"], ServiceId=service["id"], Quantity=3)
    assert billed["Total"] == pytest.approx(3 * service["unit_price"] * 1.19, abs=0.01)
    assert "already on this invoice" in desk.refused("AddLine", InvoiceId=draft["Id"], ServiceId=service["id"], Quantity=1)
    assert desk.do("RemoveLine", InvoiceId=draft["Id"], ServiceId=service["id"])["Total"] == 0
    assert "over nothing" in desk.refused("IssueInvoice", InvoiceId=draft["Id"])


def test_the_credit_limit_stops_an_invoice(desk: Play) -> None:
    draft = _mine(desk, "Draft")[0]
    known = {line["service_id"] for line in draft["lines"]}
    service = next(row for row in desk.rows("services") if row["id"] not in known)
    desk.do("AddLine", InvoiceId=draft["id"], ServiceId=service["id"], Quantity=999)
    assert "more than the limit" in desk.refused("IssueInvoice", InvoiceId=draft["id"])


def test_the_last_payment_makes_an_invoice_paid_and_a_refund_opens_it_again(desk: Play) -> None:
    invoice = _mine(desk, "Open")[0]
    pay = {"InvoiceId": invoice["id"], "Method": "Card"}
    assert "is due" in desk.refused("RecordPayment", Amount=invoice["amount_due"] + 1, **pay)
    payment = desk.do("RecordPayment", Amount=invoice["amount_due"], **pay)
    assert desk.do("GetInvoice", InvoiceId=invoice["id"])["Status"] == "Paid"
    desk.do("RefundPayment", PaymentId=payment["Id"], Amount=5)
    assert desk.do("GetInvoice", InvoiceId=invoice["id"])["AmountDue"] == 5


def test_credit_on_a_paid_invoice_becomes_balance_that_pays_others(desk: Play) -> None:
    owing = {row["customer_id"]: row for row in _mine(desk, "Open")}
    paid = next(row for row in _mine(desk, "Paid") if row["customer_id"] in owing)
    before = desk.rows("customers", id=paid["customer_id"])[0]["balance"]
    note = desk.do("CreditInvoice", InvoiceId=paid["id"], Amount=7, Reason="Mistake")
    assert note["ToBalance"] == 7
    assert desk.rows("customers", id=paid["customer_id"])[0]["balance"] == pytest.approx(before + 7)
    desk.do("PayFromBalance", InvoiceId=owing[paid["customer_id"]]["id"], Amount=7)
    assert desk.rows("customers", id=paid["customer_id"])[0]["balance"] == pytest.approx(before)


def test_reminders_go_out_a_week_apart(desk: Play) -> None:
    overdue = next(row for row in _mine(desk, "Open") if row["due_on"] < "2026-05-12" and not desk.rows("reminders", invoice_id=row["id"]))
    assert desk.do("SendReminder", InvoiceId=overdue["id"])["Level"] == 1
    assert "wait a week" in desk.refused("SendReminder", InvoiceId=overdue["id"])
    desk.episode.advance(timedelta(days=7))
    assert desk.do("SendReminder", InvoiceId=overdue["id"])["Level"] == 2


def test_only_the_account_manager_writes(desk: Play) -> None:
    foreign = next(row for row in desk.rows("customers") if row["account_manager_id"] != desk.me)
    assert desk.refused("DraftInvoice", CustomerId=foreign["id"]).startswith("permission_denied")
