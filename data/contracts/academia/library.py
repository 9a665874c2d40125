"""What the library does, tool by tool."""

from datetime import timedelta
from decimal import Decimal

from envfactory_assets.environments.contract import at_least, at_most, changed, denied, fits, made, refused, says, senseless, shows


def catalogue(was, query, subject, from_year, to_year):
    fitting = (t for t in was.titles if fits(t, subject=subject) and at_least(t.year, from_year) and at_most(t.year, to_year))
    yield shows((title for title in fitting if says(query, title.title, title.author)), "-year id")


def copies_of(was, title_id, site, status):
    yield shows(copy for copy in was.copies if copy.title_id == title_id and fits(copy, site=site, status=status))


def my_card(was):
    yield shows([was.patrons[was.me]])


def my_loans(was, due_until):
    yield shows((loan for loan in _at_home(was) if at_most(loan.due_on, due_until)), "due_on id")


def my_history(was, copy_id):
    yield shows((n for n in was.loans if n.patron_id == was.me and n.returned_on and fits(n, copy_id=copy_id)), "-returned_on -id")


def my_holds(was, status, title_id):
    yield shows(hold for hold in was.holds if hold.patron_id == was.me and fits(hold, status=status, title_id=title_id))


def my_fines(was, min_amount):
    yield shows(fine for fine in was.fines if fine.patron_id == was.me and at_least(fine.amount, min_amount))


def queue_for(was, title_id, status):
    yield shows(h for h in was.holds if h.title_id == title_id and h.status in {"waiting", "ready"} and fits(h, status=status))


def borrow(was, copy_id):
    copy, patron = was.copies[copy_id], was.patrons[was.me]
    kept = [hold for hold in was.holds if hold.copy_id == copy_id and hold.status == "ready"]
    yield refused(copy.status in {"lent", "missing"}, any(hold.patron_id != was.me for hold in kept), _owes_too_much(was))
    yield refused(len(_at_home(was)) >= {"student": 6, "staff": 15}[patron.kind], copy.title_id in _titles_at_home(was))
    for hold in kept:
        yield changed(hold, status="collected")
    yield changed(copy, status="lent")
    due_on = was.day + timedelta(weeks={"student": 3, "staff": 6}[patron.kind])
    yield made(was.loans, copy_id=copy_id, patron_id=was.me, due_on=due_on, renewals=0, returned_on=None, created_at=was.moment)


def renew(was, loan_id):
    loan = was.loans[loan_id]
    title_id = was.copies[loan.copy_id].title_id
    yield denied(loan.patron_id != was.me)
    yield refused(loan.returned_on, loan.due_on < was.day, loan.renewals >= 2)
    yield refused(any(hold.status == "waiting" and hold.title_id == title_id for hold in was.holds))
    weeks = {"student": 3, "staff": 6}[was.patrons[was.me].kind]
    yield changed(loan, due_on=was.day + timedelta(weeks=weeks), renewals=loan.renewals + 1)


def bring_back(was, loan_id):
    loan = was.loans[loan_id]
    yield denied(loan.patron_id != was.me)
    yield refused(loan.returned_on)
    late = (was.day - loan.due_on).days
    if late > 0:
        yield made(was.fines, loan_id=loan_id, patron_id=was.me, amount=min(late * Decimal("0.25"), Decimal(12)), paid=0)
    yield changed(loan, returned_on=was.day)
    yield from _passed_on(was, was.copies[loan.copy_id])


def report_lost(was, copy_id):
    copy = was.copies[copy_id]
    yield refused(copy.status != "lent")
    loan = next(loan for loan in was.loans if loan.copy_id == copy_id and loan.returned_on is None)
    yield denied(loan.patron_id != was.me)
    yield changed(copy, status="missing")
    yield changed(loan, returned_on=was.day)
    yield made(was.fines, loan_id=loan.id, patron_id=was.me, amount=was.titles[copy.title_id].replacement_price, paid=0)


def place_hold(was, title_id):
    title = was.titles[title_id]
    mine = [hold for hold in was.holds if hold.patron_id == was.me and hold.status in {"waiting", "ready"}]
    yield refused(any(copy.title_id == title.id and copy.status == "available" for copy in was.copies), len(mine) >= 4)
    yield refused(any(hold.title_id == title.id for hold in mine), title.id in _titles_at_home(was), _owes_too_much(was))
    place = {"title_id": title.id, "patron_id": was.me, "status": "waiting", "copy_id": None, "pick_up_by": None}
    yield made(was.holds, **place, created_at=was.moment)


def leave_queue(was, hold_id):
    hold = was.holds[hold_id]
    yield denied(hold.patron_id != was.me)
    yield refused(hold.status not in {"waiting", "ready"})
    yield changed(hold, status="withdrawn", copy_id=None, pick_up_by=None)
    if hold.copy_id:
        yield from _passed_on(was, was.copies[hold.copy_id])


def pay_fine(was, fine_id, amount):
    fine = was.fines[fine_id]
    yield denied(fine.patron_id != was.me)
    yield senseless(amount <= 0)
    yield refused(fine.paid + amount > fine.amount)
    yield changed(fine, paid=fine.paid + amount)


def _at_home(was):
    return [loan for loan in was.loans if loan.patron_id == was.me and loan.returned_on is None]


def _titles_at_home(was):
    return {was.copies[loan.copy_id].title_id for loan in _at_home(was)}


def _owes_too_much(was):
    return sum(fine.amount - fine.paid for fine in was.fines if fine.patron_id == was.me) > 10


def _passed_on(was, copy):
    waiting = [hold for hold in was.holds if hold.title_id == copy.title_id and hold.status == "waiting"]
    for hold in waiting[:1]:
        yield changed(hold, status="ready", copy_id=copy.id, pick_up_by=was.day + timedelta(days=5))
    yield changed(copy, status="kept" if waiting else "available")
