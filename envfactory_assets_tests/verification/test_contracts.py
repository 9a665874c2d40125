"""Contracts: what an environment's tools must do, told apart from its code, and held against every call."""

from dataclasses import replace

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.environments.contract import contract_beside
from envfactory_assets.records import EnvironmentCandidate
from envfactory_assets.synthesis.rules import hand_candidate
from envfactory_assets.verification.contracts import Contract
from envfactory_assets.verification.examination import Request, observe, subject_of
from envfactory_assets.verification.probes import PROBES
from envfactory_assets_tests.verification.library import SOUND, defective, subject

TERMS = """
from datetime import timedelta

from envfactory_assets.environments.contract import at_most, changed, fits, gone, made, refused, says, shows


def list_books(was, genre, max_pages):
    yield shows(book for book in was.books if fits(book, genre=genre) and at_most(book.pages, max_pages))


def add_book(was, title, genre, pages, price):
    yield made(was.books, title=title, genre=genre, pages=pages, price=price)


def remove_book(was, book_id):
    book = was.books[book_id]
    yield refused(any(loan.book_id == book_id for loan in was.loans))
    yield gone(book)


def borrow_book(was, book_id):
    book = was.books[book_id]
    yield refused(any(loan.book_id == book.id and loan.status == "open" for loan in was.loans))
    yield made(was.loans, book_id=book_id, member=was.me, due=was.day + timedelta(days=14), status="open")


def return_book(was, loan_id):
    loan = was.loans[loan_id]
    yield refused(loan.status != "open")
    yield changed(loan, status="returned")


def label_shelf(was, shelf_id, genre):
    shelf = was.shelves[shelf_id]
    yield refused(genre in shelf.labels)
    yield changed(shelf, labels=[*shelf.labels, genre])


def move_copies(was, from_shelf_id, to_shelf_id, count):
    source, target = was.shelves[from_shelf_id], was.shelves[to_shelf_id]
    yield refused(count < 1, count > source.copies, source.id == target.id)
    yield changed(source, copies=source.copies - count)
    yield changed(target, copies=target.copies + count)
"""
_RETURN = 'return self.loans.transition(self.loans.get(loan_id), "returned")'
DEFECTS = {
    "a guard is missing": ("label_shelf", defective(old="if genre in shelf.labels:", new="if not genre:")),
    "a limit is off by one": ("move_copies", defective(old="0 < count <= source.copies", new="0 < count < source.copies")),
    "a date is off by a day": ("borrow_book", defective(old="timedelta(days=14)", new="timedelta(days=15)")),
    "two arguments are swapped": ("add_book", defective(old="pages=pages, price=price", new="pages=int(price), price=pages")),
    "another row goes": ("remove_book", defective(old="self.books.remove(book)", new="self.books.remove(list(self.books)[-1])")),
    "a row is answered and not written": ("return_book", defective(old=_RETURN, new="return self.loans.get(loan_id)")),
    "something else is written too": (
        "return_book",
        defective(old=_RETURN, new=f"self.books.replace(next(iter(self.books)), pages=1)\n        {_RETURN}"),
    ),
    "a list shows its rows in another order": (
        "list_books",
        defective(old="return self.books.where(genre=genre", new="return self.books.where(genre=genre)[::-1] + self.books.where(pages=-1"),
    ),
}


def broken(source=SOUND, terms=TERMS):
    seen = observe("contract", PROBES["contract"], replace(subject(source), told=terms))
    return [observation.subject for observation in seen if not observation.passed and observation.severity == "blocking"]


def test_a_sound_environment_keeps_its_contract():
    assert broken() == []
    assert len(observe("contract", PROBES["contract"], replace(subject(), told=TERMS))) == 7


@pytest.mark.parametrize("what", DEFECTS)
def test_what_an_environment_does_against_its_contract_keeps_it_out(what):
    tool, source = DEFECTS[what]
    assert broken(source) == [tool]


def test_without_a_contract_nothing_is_said():
    assert observe("contract", PROBES["contract"], subject()) == []


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ("def borrow_book(was, book_id:", "Not valid Python"),
        ("from envfactory_assets.environments import Environment", "Import from"),
        ("import os\n\n\ndef borrow_book(was, book_id):\n    yield os", "os"),
        ("def no_such_tool(was):\n    yield None", "no_such_tool"),
        ("def borrow_book(was, book_id):\n    yield was.nothing", "There is no table nothing"),
    ],
)
def test_a_contract_that_cannot_be_read_is_a_finding_with_a_reason(terms, said):
    [finding] = [each for each in observe("contract", PROBES["contract"], replace(subject(), told=terms)) if not each.passed]
    assert said in str(finding.evidence)


@pytest.mark.parametrize("module", sorted(bundled("environments").glob("*/*.py")), ids=lambda path: path.stem)
def test_each_bundled_environment_has_a_contract_for_all_its_tools(module):
    [candidate] = hand_candidate(module, module.parent.name).of(EnvironmentCandidate)
    assert candidate.contract == contract_beside(module)
    spec = subject_of_candidate(candidate).spec
    assert Contract(candidate.contract, spec).terms.keys() == {tool.method for tool in spec.tools}


def subject_of_candidate(candidate):
    return subject_of(
        Request(
            env_id=candidate.env_id,
            source_code=candidate.source_code,
            spec=candidate.spec,
            states=[],
            document=None,
            mutants=0,
            contract=candidate.contract,
        )
    )
