"""Library: titles with their copies, loans that fall due, queues for what is out, and fines for what is late.

Author: hand. Domain: academia. No resource: the service is made up.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from envfactory_assets.environments import Entity, Environment, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import capture, create, release, reschedule, reserve, transition
from envfactory_assets.environments.errors import PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, IsCaller, KeyStyle, Money, Text

Subject = Literal["history", "science", "law", "arts", "computing"]
Site = Literal["main", "science", "law"]
CopyStatus = Literal["available", "lent", "kept", "missing"]
HoldStatus = Literal["waiting", "ready", "collected", "withdrawn"]
Kind = Literal["student", "staff"]
LOAN_DAYS = {"student": 21, "staff": 42}
LOANS_AT_ONCE = {"student": 6, "staff": 15}
RENEWALS = 2
HOLDS_AT_ONCE = 4
FINE_A_DAY, FINE_AT_MOST = Decimal("0.25"), Decimal(12)
FINES_BEFORE_STOP = Decimal(10)
PICK_UP_DAYS = 5


class Title(Entity):
    """A book as the catalogue lists it, however many copies there are."""

    id: Annotated[str, KeyStyle("t{n:04d}")]
    title: Text
    author: Text
    subject: Subject
    year: Count
    replacement_price: Money


class Copy(Entity):
    """One book to hold in the hand, at its site."""

    id: Annotated[str, KeyStyle("c{n:05d}")]
    title_id: Ref[Title]
    site: Site
    status: CopyStatus


class Patron(Entity):
    """Somebody with a library card."""

    id: Annotated[str, KeyStyle("p{n:03d}")]
    name: Text
    email: Text
    kind: Kind


class Loan(Entity):
    """A copy that somebody has, or had until it was brought back."""

    id: Annotated[str, KeyStyle("n{n:05d}")]
    copy_id: Ref[Copy]
    patron_id: Annotated[Ref[Patron], IsCaller()]
    due_on: date
    renewals: Count
    returned_on: date | None
    created_at: Created


class Hold(Entity):
    """A place in the queue for a title. When it is ready, a copy waits on the hold shelf for some days."""

    id: Annotated[str, KeyStyle("h{n:05d}")]
    title_id: Ref[Title]
    patron_id: Annotated[Ref[Patron], IsCaller()]
    status: HoldStatus
    copy_id: Ref[Copy] | None
    pick_up_by: date | None
    created_at: Created


class Fine(Entity):
    """What a late or lost book costs, and how much of it is paid."""

    id: Annotated[str, KeyStyle("f{n:05d}")]
    loan_id: Ref[Loan]
    patron_id: Annotated[Ref[Patron], IsCaller()]
    amount: Money
    paid: Money


class Library(Environment):
    """Patrons search the catalogue, borrow, renew and return, queue for what is out, and pay what they owe."""

    titles: Table[Title]
    copies: Table[Copy]
    patrons: Table[Patron]
    loans: Table[Loan]
    holds: Table[Hold]
    fines: Table[Fine]

    @tool(effect="search", filters={"from_year": "year__ge", "to_year": "year__le"})
    def catalogue(
        self, query: Text | None = None, subject: Subject | None = None, from_year: Count | None = None, to_year: Count | None = None
    ) -> list[Title]:
        """Search titles and authors; newest books come first."""
        found = self.titles.search(query, "title", "author", subject=subject, year__ge=from_year, year__le=to_year)
        return sorted(found, key=lambda title: (-title.year, title.id))

    @tool(effect="list")
    def copies_of(self, title_id: Ref[Title], site: Site | None = None, status: CopyStatus | None = None) -> list[Copy]:
        """The copies of a title, and whether they are available, lent, kept for somebody, or missing."""
        return self.copies.where(title_id=title_id, site=site, status=status)

    @tool(effect="get")
    def my_card(self) -> Patron:
        """The patron who is asking."""
        return self.patrons.get(self.me)

    @tool(effect="list", filters={"due_until": "due_on__le"})
    def my_loans(self, due_until: date | None = None) -> list[Loan]:
        """What the patron has at home, first due first."""
        mine = [loan for loan in self.loans.where(patron_id=self.me, due_on__le=due_until) if loan.returned_on is None]
        return sorted(mine, key=lambda loan: (loan.due_on, loan.id))

    @tool(effect="list")
    def my_history(self, copy_id: Ref[Copy] | None = None) -> list[Loan]:
        """What the patron has brought back, latest first."""
        done = [loan for loan in self.loans.where(patron_id=self.me, copy_id=copy_id) if loan.returned_on]
        return sorted(done, key=lambda loan: (loan.returned_on or loan.due_on, loan.id), reverse=True)

    @tool(effect="list")
    def my_holds(self, status: HoldStatus | None = None, title_id: Ref[Title] | None = None) -> list[Hold]:
        """The patron's places in queues, oldest first."""
        return self.holds.where(patron_id=self.me, status=status, title_id=title_id)

    @tool(effect="list")
    def my_fines(self, min_amount: Money | None = None) -> list[Fine]:
        """The patron's fines, paid ones too."""
        return self.fines.where(patron_id=self.me, amount__ge=min_amount)

    @tool(effect="list")
    def queue_for(self, title_id: Ref[Title], status: Literal["waiting", "ready"] | None = None) -> list[Hold]:
        """Who holds a title or waits for it, in the order of the queue."""
        return [hold for hold in self.holds.where(title_id=title_id, status=status) if hold.status in {"waiting", "ready"}]

    @tool(effect=[create(entity="Loan"), reserve])
    def borrow(self, copy_id: Ref[Copy]) -> Loan:
        """Take a copy home: three weeks for students, six for staff. A copy on the hold shelf goes to whom it is kept for."""
        copy, patron = self.copies.get(copy_id), self.patrons.get(self.me)
        if copy.status in {"lent", "missing"}:
            raise PreconditionFailed("That copy is not here; try another one, or place a hold on the title.")
        hold = next(iter(self.holds.where(copy_id=copy.id, status="ready")), None)
        if hold and hold.patron_id != patron.id:
            raise PreconditionFailed("That copy is kept for another patron.")
        self._require_no_debts()
        if len(self.my_loans()) >= LOANS_AT_ONCE[patron.kind]:
            raise PreconditionFailed(f"As {patron.kind} you can have {LOANS_AT_ONCE[patron.kind]} books at once; bring one back first.")
        if any(self.copies.get(loan.copy_id).title_id == copy.title_id for loan in self.my_loans()):
            raise PreconditionFailed("You have a copy of this title at home already.")
        if hold:
            self.holds.replace(hold, status="collected")
        self.copies.replace(copy, status="lent")
        due_on = self.today + timedelta(days=LOAN_DAYS[patron.kind])
        return self.loans.add(copy_id=copy.id, patron_id=patron.id, due_on=due_on, renewals=0, returned_on=None)

    @tool(effect=reschedule)
    def renew(self, loan_id: Ref[Loan]) -> Loan:
        """Keep a book for another full period from today: twice at most, and not while somebody waits for it or when it is overdue."""
        loan = self._out(loan_id)
        title = self.titles.get(self.copies.get(loan.copy_id).title_id)
        if loan.due_on < self.today:
            raise PreconditionFailed(f"It was due on {loan.due_on}; an overdue book has to come back.")
        if self.holds.where(title_id=title.id, status="waiting"):
            raise PreconditionFailed(f"Somebody is waiting for {title.title}.")
        if loan.renewals >= RENEWALS:
            raise PreconditionFailed(f"This loan was renewed {RENEWALS} times already.")
        due_on = self.today + timedelta(days=LOAN_DAYS[self.patrons.get(self.me).kind])
        return self.loans.replace(loan, due_on=due_on, renewals=loan.renewals + 1)

    @tool(effect=release)
    def bring_back(self, loan_id: Ref[Loan]) -> Loan:
        """Return a book. Late days are fined, and the copy goes to the first who waits for the title, else on the shelf."""
        loan = self._out(loan_id)
        late = (self.today - loan.due_on).days
        if late > 0:
            self.fines.add(loan_id=loan.id, patron_id=loan.patron_id, amount=min(late * FINE_A_DAY, FINE_AT_MOST), paid=0)
        self._pass_on(self.copies.get(loan.copy_id))
        return self.loans.replace(loan, returned_on=self.today)

    @tool(effect=[create(entity="Fine"), transition(entity="Copy", field="status", sources=["lent"], target="missing")])
    def report_lost(self, copy_id: Ref[Copy]) -> Fine:
        """Report a book that the patron borrowed and cannot find. It ends the loan and costs what a new copy does."""
        copy = self.copies.transition(self.copies.get(copy_id), "missing")
        [loan] = [loan for loan in self.loans.where(copy_id=copy.id) if loan.returned_on is None]
        if loan.patron_id != self.me:
            raise PermissionDenied("Another patron has this book.")
        self.loans.replace(loan, returned_on=self.today)
        price = self.titles.get(copy.title_id).replacement_price
        return self.fines.add(loan_id=loan.id, patron_id=loan.patron_id, amount=price, paid=0)

    @tool(effect="create")
    def place_hold(self, title_id: Ref[Title]) -> Hold:
        """Queue for a title of which no copy is on the shelf."""
        title = self.titles.get(title_id)
        if self.copies.where(title_id=title.id, status="available"):
            raise PreconditionFailed(f"{title.title} is on the shelf; borrow a copy instead.")
        if any(hold.status in {"waiting", "ready"} for hold in self.holds.where(title_id=title.id, patron_id=self.me)):
            raise PreconditionFailed("You are in this queue already.")
        if any(self.copies.get(loan.copy_id).title_id == title.id for loan in self.my_loans()):
            raise PreconditionFailed("You have a copy of this title at home.")
        if sum(hold.status in {"waiting", "ready"} for hold in self.holds.where(patron_id=self.me)) >= HOLDS_AT_ONCE:
            raise PreconditionFailed(f"You are in {HOLDS_AT_ONCE} queues, which is the most; leave one first.")
        self._require_no_debts()
        return self.holds.add(title_id=title.id, patron_id=self.me, status="waiting", copy_id=None, pick_up_by=None)

    @tool(effect=transition(entity="Hold", field="status", sources=["waiting", "ready"], target="withdrawn"))
    def leave_queue(self, hold_id: Ref[Hold]) -> Hold:
        """Give up a place in a queue. A copy that was kept goes to the next."""
        hold = self.holds.get(hold_id)
        if hold.patron_id != self.me:
            raise PermissionDenied("This place in the queue is another patron's.")
        left = self.holds.transition(hold, "withdrawn", copy_id=None, pick_up_by=None)
        if hold.copy_id:
            self._pass_on(self.copies.get(hold.copy_id))
        return left

    @tool(effect=capture(field="paid", limit="amount"))
    def pay_fine(self, fine_id: Ref[Fine], amount: Money) -> Fine:
        """Pay some or all of a fine."""
        fine = self.fines.get(fine_id)
        if fine.patron_id != self.me:
            raise PermissionDenied("This fine is another patron's.")
        return self.fines.draw(fine, amount)

    @invariant
    def copies_are_where_they_are_said_to_be(self) -> bool:
        """A copy is on loan exactly while one loan of it runs, and on the hold shelf exactly while one hold keeps it."""
        out = Counter(loan.copy_id for loan in self.loans if loan.returned_on is None)
        kept = Counter(hold.copy_id for hold in self.holds if hold.status == "ready")
        loans = all(out[copy.id] == (copy.status == "lent") for copy in self.copies)
        return loans and all(kept[copy.id] == (copy.status == "kept") for copy in self.copies)

    @invariant
    def queues_are_fair(self) -> bool:
        """Nobody is in a queue twice or waits for a title that is on the shelf; a ready hold has a copy of its title and a last day."""
        live = [hold for hold in self.holds if hold.status in {"waiting", "ready"}]
        shelf = {copy.title_id for copy in self.copies if copy.status == "available"}
        titles = {copy.id: copy.title_id for copy in self.copies}
        once = len({(hold.title_id, hold.patron_id) for hold in live}) == len(live)
        ready = all(titles.get(h.copy_id or "") == h.title_id and h.pick_up_by for h in live if h.status == "ready")
        return once and ready and not any(hold.title_id in shelf for hold in live if hold.status == "waiting")

    @invariant
    def fines_add_up(self) -> bool:
        """A fine is the borrower's, more than zero, and no more of it is paid."""
        borrower = {loan.id: loan.patron_id for loan in self.loans}
        return all(0 <= f.paid <= f.amount and f.amount > 0 and f.patron_id == borrower[f.loan_id] for f in self.fines)

    def _out(self, loan_id: str) -> Loan:
        loan = self.loans.get(loan_id)
        if loan.patron_id != self.me:
            raise PermissionDenied("This loan is another patron's.")
        if loan.returned_on:
            raise PreconditionFailed(f"It came back on {loan.returned_on}.")
        return loan

    def _require_no_debts(self) -> None:
        owed = sum((fine.amount - fine.paid for fine in self.fines.where(patron_id=self.me)), Decimal(0))
        if owed > FINES_BEFORE_STOP:
            raise PreconditionFailed(
                f"You owe {owed} in fines; above {FINES_BEFORE_STOP} nothing can be borrowed or held. Pay some of it first."
            )

    def _pass_on(self, copy: Copy) -> None:
        """Keep a copy for the first in the queue, or put it on the shelf."""
        first = next(iter(self.holds.where(title_id=copy.title_id, status="waiting")), None)
        if first:
            self.holds.replace(first, status="ready", copy_id=copy.id, pick_up_by=self.today + timedelta(days=PICK_UP_DAYS))
        self.copies.replace(copy, status="kept" if first else "available")

    @classmethod
    def scenario(cls, draw):
        """Shelves half empty, loans due soon and overdue, queues for what is out, and some fines."""
        titles = [cls._seeded_title(draw) for _ in range(max(8, draw.size))]
        people = [draw.person() for _ in range(max(4, draw.size // 2))]
        patrons = [{"id": draw.key(Patron), "name": person.name, "email": person.email} for person in people]
        for patron in patrons:
            patron["kind"] = draw.choice(["student", "student", "staff"])
        me, *others = [patron["id"] for patron in patrons]
        draw.sign_in(me)
        copies = [
            {"id": draw.key(Copy), "title_id": title["id"], "site": draw.choice(["main", "main", "science", "law"]), "status": "available"}
            for place, title in enumerate(titles)
            for _ in range(1 if place < 6 else draw.integer(1, 3))
        ]
        tables = {"titles": titles, "copies": copies, "patrons": patrons, "loans": [], "holds": [], "fines": []}
        past = draw.sample(copies, draw.size // 2 + 2)
        for place, copy in enumerate(past):
            cls._seed_loan(draw, tables, copy, me if place < 2 else draw.choice([me, *others]), draw.integer(-90, -50), returned=True)
        # Single copies first: mine due later, mine overdue, others' that are queued for, mine that is queued for.
        readers = [me, me, draw.choice(others), draw.choice(others), me]
        taken = [*zip(copies[:5], readers, strict=True), *((copy, draw.choice(others)) for copy in draw.sample(copies[6:], draw.size // 3))]
        for place, (copy, reader) in enumerate(taken):
            copy["status"] = "lent"
            cls._seed_loan(draw, tables, copy, reader, -draw.integer(30, 44) if place in {1, 6} else -draw.integer(2, 18), returned=False)
        waiting = [(copies[2], me), (copies[2], others[-1]), (copies[4], others[0])]
        made = sorted(draw.moment(-9, -1) for _ in range(4))
        for moment, (copy, reader) in zip(made, waiting, strict=False):
            row = {"id": draw.key(Hold), "title_id": copy["title_id"], "patron_id": reader, "status": "waiting", "copy_id": None}
            tables["holds"].append(row | {"pick_up_by": None, "created_at": moment})
        copies[5]["status"] = "kept"
        row = {"id": draw.key(Hold), "title_id": copies[5]["title_id"], "patron_id": me, "status": "ready", "copy_id": copies[5]["id"]}
        tables["holds"].append(row | {"pick_up_by": draw.day(1, 5), "created_at": made[-1]})
        return tables

    @staticmethod
    def _seeded_title(draw):
        subject = draw.choice(["history", "science", "law", "arts", "computing"])
        about = {
            "history": ["A History of {place_word} {season}s", "{city} Between the Wars", "The Road to {city}"],
            "science": ["{subject} in Practice", "The Science of {finding}", "Understanding {finding}"],
            "law": ["Environmental Law in {city}", "Cases on {finding}", "Public Policy in {city}"],
            "arts": ["Painting in {city}", "{city}: A Musical Life", "The {place_word} Novels"],
            "computing": ["Data Structures, Volume {digit}", "Machine Learning for {finding}", "Programming with {company_word}"],
        }[subject]
        title = {"id": draw.key(Title), "title": draw.distinct("title", lambda: draw.fill(about)), "author": draw.somebody().name}
        return title | {"subject": subject, "year": draw.integer(1988, 2025), "replacement_price": draw.money(14, 85)}

    @staticmethod
    def _seed_loan(draw, tables, copy, reader, day, *, returned):
        """A loan from a day, and the fine when it came back late."""
        kind = next(patron["kind"] for patron in tables["patrons"] if patron["id"] == reader)
        days = LOAN_DAYS[kind] if day > -30 or returned else 21
        late = draw.choice([-6, -3, 0, 4, 12]) if returned else 0
        loan = {"id": draw.key(Loan), "copy_id": copy["id"], "patron_id": reader, "due_on": draw.day(day + days, day + days)}
        loan |= {"renewals": 0 if returned else draw.choice([0, 0, 1, 2]), "created_at": draw.moment(day, day)}
        back = min(day + days + late, -1)
        tables["loans"].append(loan | {"returned_on": draw.day(back, back) if returned else None})
        if returned and back > day + days:
            amount = FINE_A_DAY * (back - day - days)
            paid = draw.choice([0, 0, amount])
            tables["fines"].append({"id": draw.key(Fine), "loan_id": loan["id"], "patron_id": reader, "amount": amount, "paid": paid})
