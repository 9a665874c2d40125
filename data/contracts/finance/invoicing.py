"""What invoicing does, tool by tool."""

from datetime import date, timedelta
from decimal import Decimal

from envfactory_assets.environments.contract import (
    at_least,
    at_most,
    cents,
    changed,
    denied,
    fits,
    gone,
    made,
    mentions,
    refused,
    says,
    senseless,
    shows,
)


def find_services(was, query, max_price):
    fitting = [service for service in was.services if at_most(service.unit_price, max_price) and says(query, service.name)]
    yield shows(fitting, lambda service: -mentions(query, service.name))


def find_customers(was, query, account_manager_id):
    fitting = [c for c in was.customers if fits(c, account_manager_id=account_manager_id) and says(query, c.name, c.email)]
    yield shows(fitting, lambda customer: -mentions(query, customer.name, customer.email))


def list_invoices(was, customer_id, status, due_until, min_total, **_):
    fitting = (i for i in was.invoices if fits(i, customer_id=customer_id, status=status) and at_least(i.total, min_total))
    yield shows((i for i in fitting if at_most(i.due_on, due_until)), lambda invoice: (invoice.due_on or date.max, invoice.id))


def get_invoice(was, invoice_id):
    yield shows([was.invoices[invoice_id]])


def draft_invoice(was, customer_id):
    yield denied(was.customers[customer_id].account_manager_id != was.me)
    sums = {"net": 0, "tax": 0, "total": 0, "paid": 0, "credited": 0, "amount_due": 0}
    yield made(was.invoices, customer_id=customer_id, lines=[], **sums, status="Draft", due_on=None, created_at=was.moment)


def add_line(was, invoice_id, service_id, quantity):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    yield refused(invoice.status != "Draft")
    service = was.services[service_id]
    yield refused(any(line.service_id == service_id for line in invoice.lines))
    line = {"service_id": service_id, "quantity": quantity, "unit_price": service.unit_price, "tax_percent": service.tax_percent}
    yield from _with_lines(invoice, [*map(_line, invoice.lines), line])


def remove_line(was, invoice_id, service_id):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    yield refused(invoice.status != "Draft")
    kept = [_line(line) for line in invoice.lines if line.service_id != service_id]
    if len(kept) == len(invoice.lines):
        yield refused(was.services[service_id])
    yield from _with_lines(invoice, kept)


def delete_draft(was, invoice_id):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    yield refused(invoice.status != "Draft")
    yield gone(invoice)


def issue_invoice(was, invoice_id, days_to_pay):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    owed = sum(each.amount_due for each in was.invoices if each.customer_id == invoice.customer_id and each.status == "Open")
    yield refused(invoice.status != "Draft", invoice.total == 0)
    yield refused(owed + invoice.total > was.customers[invoice.customer_id].credit_limit)
    yield changed(invoice, status="Open", due_on=was.day + timedelta(days=days_to_pay))


def record_payment(was, invoice_id, amount, method):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    yield from _paid(was, invoice, amount, method)


def pay_from_balance(was, invoice_id, amount):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    customer = was.customers[invoice.customer_id]
    yield refused(amount > customer.balance)
    yield from _paid(was, invoice, amount, "Balance")
    yield changed(customer, balance=customer.balance - amount)


def refund_payment(was, payment_id, amount):
    payment = was.payments[payment_id]
    invoice = was.invoices[payment.invoice_id]
    yield denied(_is_others(was, invoice))
    yield senseless(amount <= 0)
    yield refused(payment.refunded + amount > payment.amount, invoice.status not in {"Open", "Paid"})
    yield changed(payment, refunded=payment.refunded + amount)
    yield changed(invoice, paid=invoice.paid - amount, amount_due=invoice.amount_due + amount, status="Open")
    customer = was.customers[invoice.customer_id]
    if payment.method == "Balance":
        yield changed(customer, balance=customer.balance + amount)


def credit_invoice(was, invoice_id, amount, reason):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    yield refused(invoice.status not in {"Open", "Paid"})
    yield senseless(amount <= 0)
    yield refused(amount + sum(note.amount for note in was.credit_notes if note.invoice_id == invoice_id) > invoice.total)
    due = max(invoice.amount_due - amount, Decimal(0))
    off = invoice.amount_due - due
    yield changed(invoice, credited=invoice.credited + off, amount_due=due, status="Open" if due > 0 else "Paid")
    customer = was.customers[invoice.customer_id]
    yield changed(customer, balance=customer.balance + amount - off)
    what = {"invoice_id": invoice_id, "reason": reason, "amount": amount, "to_balance": amount - off}
    yield made(was.credit_notes, **what, created_at=was.moment)


def void_invoice(was, invoice_id):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    booked = [each for each in (*was.payments, *was.credit_notes) if each.invoice_id == invoice_id]
    yield refused(invoice.status != "Open", booked)
    yield changed(invoice, status="Void", amount_due=0)


def write_off_invoice(was, invoice_id):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    yield refused(invoice.status != "Open")
    yield refused((was.day - invoice.due_on).days < 60)
    yield changed(invoice, status="Uncollectible", amount_due=0)


def send_reminder(was, invoice_id):
    invoice = was.invoices[invoice_id]
    yield denied(_is_others(was, invoice))
    yield refused(invoice.status != "Open")
    sent = [reminder.created_at for reminder in was.reminders if reminder.invoice_id == invoice_id]
    yield refused(invoice.due_on >= was.day, len(sent) >= 3, bool(sent) and was.moment - sent[-1] < timedelta(days=7))
    yield made(was.reminders, invoice_id=invoice_id, level=len(sent) + 1, created_at=was.moment)


def list_payments(was, invoice_id, method, min_amount):
    fitting = (p for p in was.payments if fits(p, invoice_id=invoice_id, method=method) and at_least(p.amount, min_amount))
    yield shows(fitting, "-created_at -id")


def list_reminders(was, invoice_id):
    yield shows(reminder for reminder in was.reminders if reminder.invoice_id == invoice_id)


def _is_others(was, invoice):
    return was.customers[invoice.customer_id].account_manager_id != was.me


def _line(line):
    kept = {"service_id": line.service_id, "quantity": line.quantity}
    return {**kept, "unit_price": line.unit_price, "tax_percent": line.tax_percent}


def _with_lines(invoice, lines):
    costs = [(line["unit_price"] * line["quantity"], line["tax_percent"]) for line in lines]
    net = sum((cost for cost, _ in costs), Decimal(0))
    tax = sum((cents(cost * percent / 100) for cost, percent in costs), Decimal(0))
    yield changed(invoice, lines=lines, net=net, tax=tax, total=net + tax, amount_due=net + tax)


def _paid(was, invoice, amount, method):
    yield refused(invoice.status != "Open")
    yield senseless(amount <= 0)
    yield refused(amount > invoice.amount_due)
    due = invoice.amount_due - amount
    yield changed(invoice, paid=invoice.paid + amount, amount_due=due, status="Open" if due > 0 else "Paid")
    yield made(was.payments, invoice_id=invoice.id, method=method, amount=amount, refunded=0, created_at=was.moment)
