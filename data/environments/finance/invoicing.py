"""Invoicing: what customers are billed, what they paid, and what was credited, refunded or given up.

Author: hand. Domain: finance. No resource: the service is made up.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Caller, Entity, Environment, Page, Part, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, capture, refund, remove_member, send, transfer, transition
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Money, Text

InvoiceStatus = Literal["Draft", "Open", "Paid", "Void", "Uncollectible"]
Method = Literal["BankTransfer", "Card", "DirectDebit", "Balance"]
Incoming = Literal["BankTransfer", "Card", "DirectDebit"]
Reason = Literal["Complaint", "Discount", "Mistake"]
DAYS_BEFORE_WRITE_OFF = 60
DAYS_BETWEEN_REMINDERS = 7
MOST_REMINDERS = 3


class Service(Entity):
    """Something that is billed, with its price for one unit and its tax in percent."""

    id: Annotated[str, KeyStyle("SVC-{n:03d}")]
    name: Text
    unit_price: Money
    tax_percent: Count


class Customer(Entity):
    """Who is billed. Only the account manager writes to a customer's invoices."""

    id: Annotated[str, KeyStyle("CUS-{n:04d}")]
    name: Text
    email: Text
    account_manager_id: Caller
    credit_limit: Money
    balance: Money  # credit that later invoices can be paid from


class InvoiceLine(Part):
    """A service, as many times, at the price when it was added."""

    service_id: Ref[Service]
    quantity: Count
    unit_price: Money
    tax_percent: Count


class Invoice(Entity):
    """What a customer is asked to pay. A draft can be changed; an issued one can be paid, credited or given up."""

    id: Annotated[str, KeyStyle("INV-{n:05d}")]
    customer_id: Ref[Customer]
    lines: list[InvoiceLine]
    net: Money
    tax: Money
    total: Money
    paid: Money
    credited: Money
    amount_due: Money
    status: InvoiceStatus
    due_on: date | None
    created_at: Created


class Payment(Entity):
    """Money for an invoice, from outside or from the customer's balance."""

    id: Annotated[str, KeyStyle("PMT-{n:05d}")]
    invoice_id: Ref[Invoice]
    method: Method
    amount: Money
    refunded: Money
    created_at: Created


class CreditNote(Entity):
    """A part of an invoice that need not be paid; what was paid already goes to the customer's balance."""

    id: Annotated[str, KeyStyle("CRN-{n:05d}")]
    invoice_id: Ref[Invoice]
    reason: Reason
    amount: Money
    to_balance: Money
    created_at: Created


class Reminder(Entity):
    """A letter about an invoice that is overdue."""

    id: Annotated[str, KeyStyle("REM-{n:05d}")]
    invoice_id: Ref[Invoice]
    level: Count
    created_at: Created


class Invoicing(Environment):
    """Account managers draft and issue invoices, book payments, credit, refund, remind and write off."""

    naming = "pascal"
    services: Table[Service]
    customers: Table[Customer]
    invoices: Table[Invoice]
    payments: Table[Payment]
    credit_notes: Table[CreditNote]
    reminders: Table[Reminder]

    @tool(effect="search", envelope="Services", filters={"max_price": "unit_price__le"})
    def find_services(self, query: Text | None = None, max_price: Money | None = None) -> list[Service]:
        """Services whose name has every word of the query."""
        return self.services.search(query, "name", unit_price__le=max_price)

    @tool(effect="search", envelope="Customers")
    def find_customers(self, query: Text | None = None, account_manager_id: Text | None = None) -> list[Customer]:
        """Customers whose name or e-mail address has every word of the query."""
        return self.customers.search(query, "name", "email", account_manager_id=account_manager_id)

    @tool(effect="list", envelope="Invoices", cursor="NextToken", filters={"due_until": "due_on__le", "min_total": "total__ge"})
    def list_invoices(
        self,
        customer_id: Ref[Customer] | None = None,
        status: InvoiceStatus | None = None,
        due_until: date | None = None,
        min_total: Money | None = None,
        max_results: Annotated[int, Field(ge=1, le=100)] = 25,
        page_token: Text | None = None,
    ) -> Page[Invoice]:
        """Invoices, those first that are due first; drafts, which have no due date, last."""
        found = self.invoices.where(customer_id=customer_id, status=status, due_on__le=due_until, total__ge=min_total)
        ordered = sorted(found, key=lambda invoice: (invoice.due_on or date.max, invoice.id))
        return self.invoices.page(ordered, max_results, page_token)

    @tool(effect="get")
    def get_invoice(self, invoice_id: Ref[Invoice]) -> Invoice:
        """An invoice with its lines and what is still due."""
        return self.invoices.get(invoice_id)

    @tool(effect="create")
    def draft_invoice(self, customer_id: Ref[Customer]) -> Invoice:
        """Start an invoice for one of the caller's customers; it has no lines yet."""
        self._require_manager(customer_id)
        sums = dict.fromkeys(("net", "tax", "total", "paid", "credited", "amount_due"), 0)
        return self.invoices.add(customer_id=customer_id, lines=[], **sums, status="Draft", due_on=None)

    @tool(effect=add_member(entity="Invoice"))
    def add_line(self, invoice_id: Ref[Invoice], service_id: Ref[Service], quantity: Annotated[int, Field(ge=1)]) -> Invoice:
        """Bill a service on a draft, at its present price. A service is on one line only."""
        invoice, service = self._my_draft(invoice_id), self.services.get(service_id)
        if any(line.service_id == service.id for line in invoice.lines):
            raise PreconditionFailed(f"{service.name} is already on this invoice; remove that line first.")
        price = {"unit_price": service.unit_price, "tax_percent": service.tax_percent}
        return self._with_lines(invoice, [*invoice.lines, InvoiceLine(service_id=service.id, quantity=quantity, **price)])

    @tool(effect=remove_member(entity="Invoice"))
    def remove_line(self, invoice_id: Ref[Invoice], service_id: Ref[Service]) -> Invoice:
        """Take a service off a draft."""
        invoice = self._my_draft(invoice_id)
        kept = [line for line in invoice.lines if line.service_id != service_id]
        if len(kept) == len(invoice.lines):
            raise PreconditionFailed(f"{self.services.get(service_id).name} is not on this invoice.")
        return self._with_lines(invoice, kept)

    @tool(effect="delete")
    def delete_draft(self, invoice_id: Ref[Invoice]) -> None:
        """Throw a draft away. An issued invoice stays for good."""
        self.invoices.remove(self._my_draft(invoice_id))

    @tool(effect=transition(entity="Invoice", field="status", sources=["Draft"], target="Open"))
    def issue_invoice(self, invoice_id: Ref[Invoice], days_to_pay: Annotated[int, Field(ge=0, le=90)] = 30) -> Invoice:
        """Send a draft to its customer. What the customer owes in all must stay within the credit limit."""
        invoice = self._mine(invoice_id)
        customer = self.customers.get(invoice.customer_id)
        owed = sum((other.amount_due for other in self.invoices.where(customer_id=customer.id, status="Open")), Decimal(0))
        if invoice.status == "Draft" and not invoice.total:
            raise PreconditionFailed("An invoice over nothing cannot be issued: add a line first.")
        if invoice.status == "Draft" and owed + invoice.total > customer.credit_limit:
            raise PreconditionFailed(f"{customer.name} would owe {owed + invoice.total}, more than the limit of {customer.credit_limit}.")
        return self.invoices.transition(invoice, "Open", due_on=self.today + timedelta(days=days_to_pay))

    @tool(effect=capture(entity="Invoice", field="paid", limit="total"))
    def record_payment(self, invoice_id: Ref[Invoice], amount: Money, method: Incoming) -> Payment:
        """Book money that came in for an open invoice; the last of it makes the invoice paid."""
        return self._pay(self._mine(invoice_id), amount, method)

    @tool(effect=transfer(entity="Payment"))
    def pay_from_balance(self, invoice_id: Ref[Invoice], amount: Money) -> Payment:
        """Pay for an open invoice with credit from the customer's balance."""
        invoice = self._mine(invoice_id)
        customer = self.customers.get(invoice.customer_id)
        if amount > customer.balance:
            raise PreconditionFailed(f"The balance of {customer.name} is {customer.balance}.")
        self.customers.replace(customer, balance=customer.balance - amount)
        return self._pay(invoice, amount, "Balance")

    @tool(effect=refund(field="refunded", limit="amount"))
    def refund_payment(self, payment_id: Ref[Payment], amount: Money) -> Payment:
        """Give back some or all of a payment, to where it came from. The invoice is due again by as much."""
        payment = self.payments.get(payment_id)
        invoice = self._mine(payment.invoice_id)
        self._require_amount(amount, payment.amount - payment.refunded, "of this payment can be refunded")
        if invoice.status not in {"Open", "Paid"}:
            raise PreconditionFailed("The invoice was given up; its payments stay as they are.")
        customer = self.customers.get(invoice.customer_id)
        if payment.method == "Balance":
            self.customers.replace(customer, balance=customer.balance + amount)
        self.invoices.replace(invoice, paid=invoice.paid - amount, amount_due=invoice.amount_due + amount, status="Open")
        return self.payments.replace(payment, refunded=payment.refunded + amount)

    @tool(effect="create")
    def credit_invoice(self, invoice_id: Ref[Invoice], amount: Money, reason: Reason) -> CreditNote:
        """Credit a part of an issued invoice. What is not due any more goes to the customer's balance."""
        invoice = self._mine(invoice_id)
        if invoice.status not in {"Open", "Paid"}:
            raise PreconditionFailed("Only an invoice that is open or paid can be credited.")
        before = sum((note.amount for note in self.credit_notes.where(invoice_id=invoice.id)), Decimal(0))
        self._require_amount(amount, invoice.total - before, "of this invoice can be credited")
        off = min(amount, invoice.amount_due)
        customer = self.customers.get(invoice.customer_id)
        self.customers.replace(customer, balance=customer.balance + amount - off)
        due = invoice.amount_due - off
        self.invoices.replace(invoice, credited=invoice.credited + off, amount_due=due, status="Open" if due else "Paid")
        return self.credit_notes.add(invoice_id=invoice.id, reason=reason, amount=amount, to_balance=amount - off)

    @tool(effect=transition(entity="Invoice", field="status", sources=["Open"], target="Void"))
    def void_invoice(self, invoice_id: Ref[Invoice]) -> Invoice:
        """Cancel an open invoice of which nothing was ever paid or credited."""
        invoice = self._mine(invoice_id)
        if self.payments.where(invoice_id=invoice.id) or self.credit_notes.where(invoice_id=invoice.id):
            raise PreconditionFailed("This invoice has payments or credit notes; credit what is left instead.")
        return self.invoices.transition(invoice, "Void", amount_due=0)

    @tool(effect=transition(entity="Invoice", field="status", sources=["Open"], target="Uncollectible"))
    def write_off_invoice(self, invoice_id: Ref[Invoice]) -> Invoice:
        """Give up what is due of an invoice, sixty days after its due date at the earliest."""
        invoice = self._mine(invoice_id)
        if self._too_early(invoice):
            raise PreconditionFailed(f"It was due on {invoice.due_on}; it can be written off {DAYS_BEFORE_WRITE_OFF} days later.")
        return self.invoices.transition(invoice, "Uncollectible", amount_due=0)

    @tool(effect=send(entity="Reminder"))
    def send_reminder(self, invoice_id: Ref[Invoice]) -> Reminder:
        """Remind a customer of an overdue invoice: three times at most, a week or more apart."""
        invoice = self._mine(invoice_id)
        if invoice.status != "Open" or (invoice.due_on or self.today) >= self.today:
            raise PreconditionFailed("This invoice is not overdue.")
        sent = self.reminders.where(invoice_id=invoice.id)
        if len(sent) == MOST_REMINDERS:
            raise PreconditionFailed(f"{MOST_REMINDERS} reminders were sent already; the next step is to write the invoice off.")
        if sent and (self.now - sent[-1].created_at).days < DAYS_BETWEEN_REMINDERS:
            raise PreconditionFailed(f"The last reminder went out on {sent[-1].created_at:%Y-%m-%d}; wait a week.")
        return self.reminders.add(invoice_id=invoice.id, level=len(sent) + 1)

    @tool(effect="list", envelope="Payments", filters={"min_amount": "amount__ge"})
    def list_payments(
        self, invoice_id: Ref[Invoice] | None = None, method: Method | None = None, min_amount: Money | None = None
    ) -> list[Payment]:
        """Payments, newest first."""
        found = self.payments.where(invoice_id=invoice_id, method=method, amount__ge=min_amount)
        return sorted(found, key=lambda payment: (payment.created_at, payment.id), reverse=True)

    @tool(effect="list", envelope="Reminders")
    def list_reminders(self, invoice_id: Ref[Invoice]) -> list[Reminder]:
        """The reminders sent about an invoice, oldest first."""
        return self.reminders.where(invoice_id=invoice_id)

    @invariant
    def totals_add_up(self) -> bool:
        """An invoice's total is what its lines cost with tax, and what is due of it is the total less payments and credit."""
        return all(
            (i.net, i.tax, i.total) == self._sums(i.lines)
            and i.amount_due == (i.total - i.paid - i.credited if i.status in {"Draft", "Open", "Paid"} else 0)
            and (i.status == "Draft" or (i.amount_due > 0) == (i.status == "Open"))
            for i in self.invoices
        )

    @invariant
    def bookings_match(self) -> bool:
        """What an invoice shows as paid and credited is what its payments and credit notes say; no more is refunded than was paid."""
        paid, credited = (dict.fromkeys((invoice.id for invoice in self.invoices), Decimal(0)) for _ in range(2))
        for payment in self.payments:
            paid[payment.invoice_id] += payment.amount - payment.refunded
        for note in self.credit_notes:
            credited[note.invoice_id] += note.amount - note.to_balance
        kept = all(i.paid == paid[i.id] and i.credited == credited[i.id] for i in self.invoices)
        return kept and all(0 <= p.refunded <= p.amount for p in self.payments)

    @invariant
    def balances_have_a_source(self) -> bool:
        """A customer's balance is what credit notes brought, less what was paid from it."""
        owner = {invoice.id: invoice.customer_id for invoice in self.invoices}
        left = dict.fromkeys((customer.id for customer in self.customers), Decimal(0))
        for note in self.credit_notes:
            left[owner[note.invoice_id]] += note.to_balance
        for payment in self.payments.where(method="Balance"):
            left[owner[payment.invoice_id]] -= payment.amount - payment.refunded
        return all(customer.balance == left[customer.id] >= 0 for customer in self.customers)

    @invariant
    def due_dates_are_kept(self) -> bool:
        """An invoice has a due date from when it is issued, and is written off sixty days after it at the earliest."""
        dated = all((invoice.due_on is None) == (invoice.status == "Draft") for invoice in self.invoices)
        return dated and not any(self._too_early(invoice) for invoice in self.invoices.where(status="Uncollectible"))

    def _require_manager(self, customer_id: str) -> None:
        if self.customers.get(customer_id).account_manager_id != self.me:
            raise PermissionDenied("Another account manager looks after this customer.")

    def _mine(self, invoice_id: str) -> Invoice:
        invoice = self.invoices.get(invoice_id)
        self._require_manager(invoice.customer_id)
        return invoice

    def _my_draft(self, invoice_id: str) -> Invoice:
        invoice = self._mine(invoice_id)
        if invoice.status != "Draft":
            raise PreconditionFailed("This invoice was issued; credit it instead.")
        return invoice

    def _too_early(self, invoice: Invoice) -> bool:
        return invoice.due_on is not None and self.today < invoice.due_on + timedelta(days=DAYS_BEFORE_WRITE_OFF)

    def _require_amount(self, amount: Decimal, most: Decimal, what: str) -> None:
        if amount <= 0:
            raise InvalidArgument("The amount must be more than zero.")
        if amount > most:
            raise PreconditionFailed(f"At most {most} {what}.")

    def _pay(self, invoice: Invoice, amount: Decimal, method: Method) -> Payment:
        if invoice.status != "Open":
            raise PreconditionFailed(f"Nothing can be paid on an invoice that is {invoice.status}.")
        self._require_amount(amount, invoice.amount_due, "is due")
        due = invoice.amount_due - amount
        self.invoices.replace(invoice, paid=invoice.paid + amount, amount_due=due, status="Open" if due else "Paid")
        return self.payments.add(invoice_id=invoice.id, method=method, amount=amount, refunded=0)

    def _with_lines(self, invoice: Invoice, lines: list[InvoiceLine]) -> Invoice:
        net, tax, total = self._sums(lines)
        return self.invoices.replace(invoice, lines=lines, net=net, tax=tax, total=total, amount_due=total)

    @staticmethod
    def _sums(lines: list[InvoiceLine]) -> tuple[Decimal, Decimal, Decimal]:
        net = sum((line.unit_price * line.quantity for line in lines), Decimal(0))
        tax = sum((round(line.unit_price * line.quantity * line.tax_percent / 100, 2) for line in lines), Decimal(0))
        return net, tax, net + tax

    @classmethod
    def scenario(cls, draw):
        """Customers of a few managers, and invoices from drafts to ones long overdue, with what was booked on them."""
        names = draw.sample(draw.lexicon.words["service_item"], max(5, draw.size // 2))
        services = [{"id": draw.key(Service), "name": name, "unit_price": draw.money(25, 480, group="price")} for name in names]
        for service in services:
            service["tax_percent"] = draw.choice([0, 7, 19, 19])
        people = [draw.person() for _ in range(max(4, draw.size // 2))]
        customers = [{"id": draw.key(Customer), "name": person.company, "email": person.email} for person in people]
        for place, customer in enumerate(customers):
            manager = draw.me if place < 2 else draw.owner(0.5)
            customer |= {"account_manager_id": manager, "credit_limit": draw.integer(4000, 18000, 500), "balance": 0}
        tables = {"services": services, "customers": customers, "invoices": [], "payments": [], "credit_notes": [], "reminders": []}
        steps = ("Open", "Draft", "Overdue", "Paid", "Old", "Credited", "Void", "Uncollectible")
        due = {"Overdue": (-28, -8), "Old": (-100, -64), "Uncollectible": (-130, -90), "Draft": (24, 29)}
        due |= {"Paid": (-40, -1), "Credited": (-40, -1)}
        plans = []
        for number in range(draw.size + 3):
            status, customer = (steps[number % 6], customers[number % 2]) if number < 7 else (draw.choice(steps), draw.choice(customers))
            plans.append((draw.integer(*due.get(status, (2, 28))), status, customer))
        for days, status, customer in sorted(plans, key=lambda plan: plan[0]):
            cls._seed_invoice(draw, tables, customer, status, days)
        return tables

    @classmethod
    def _seed_invoice(cls, draw, tables, customer, status, days):
        """An invoice due in so many days, at thirty days to pay, and what its step says was booked on it."""
        lines = [
            {"service_id": s["id"], "quantity": draw.integer(1, 6), "unit_price": s["unit_price"], "tax_percent": s["tax_percent"]}
            for s in draw.sample(tables["services"], draw.integer(1, 3))
        ]
        net, tax, total = cls._sums([InvoiceLine(**{**line, "unit_price": Decimal(str(line["unit_price"]))}) for line in lines])
        paid = total if status in {"Paid", "Credited"} else round(total / 4, 2) if draw.chance(0.3) and status in {"Open", "Overdue"} else 0
        invoice = {"id": draw.key(Invoice), "customer_id": customer["id"], "lines": lines, "net": net, "tax": tax, "total": total}
        kept = {"Overdue": "Open", "Old": "Open", "Credited": "Paid"}.get(status, status)
        left = 0 if kept in {"Void", "Uncollectible"} else total - paid
        invoice |= {"paid": paid, "credited": 0, "amount_due": left, "status": kept}
        invoice |= {"due_on": None if status == "Draft" else draw.day(days, days), "created_at": draw.moment(days - 30, days - 30)}
        tables["invoices"].append(invoice)
        if paid:
            row = {"id": draw.key(Payment), "invoice_id": invoice["id"], "amount": paid, "refunded": 0}
            row["created_at"] = draw.moment(max(days - 30, -12), -1)
            tables["payments"].append(row | {"method": draw.choice(["BankTransfer", "BankTransfer", "Card", "DirectDebit"])})
        if status == "Credited":
            back = round(total / 5, 2)
            customer["balance"] += back
            row = {"id": draw.key(CreditNote), "invoice_id": invoice["id"], "amount": back, "to_balance": back}
            tables["credit_notes"].append(row | {"reason": draw.choice(["Complaint", "Discount"]), "created_at": draw.moment(-6, -1)})
        for level in range(1, {"Overdue": draw.integer(0, 1), "Old": draw.integer(1, 3)}.get(status, 0) + 1):
            row = {"id": draw.key(Reminder), "invoice_id": invoice["id"], "level": level}
            tables["reminders"].append(row | {"created_at": draw.moment(days - 2 + 9 * level, days - 2 + 9 * level)})
