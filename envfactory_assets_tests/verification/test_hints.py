"""Hints: what says little of a module by itself, and much of what changed in it."""

from dataclasses import replace

import pytest

from envfactory_assets.verification.examination import Examination, checks_of, judge_against, observe
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.probes import PROBES
from envfactory_assets_tests.verification.library import SOUND, defective, subject

_UPDATE = "return self.books.replace(book, title=title or book.title, pages=book.pages if pages is None else pages)"
_RETURN = 'return self.loans.transition(self.loans.get(loan_id), "returned")'
_MOVE = "self.shelves.replace(target, copies=target.copies + count)"
_LENT = 'if self.loans.where(book_id=self.books.get(book_id).id, status="open"):'

DEFECTS = {
    "a refusal that the policy tells of is not given": (
        "promised_refusals",
        "borrow_book: This book is lent.",
        defective(old=_LENT, new="if not self.books.get(book_id).id:"),
    ),
    "a check is left to an invariant": (
        "last_resort",
        "borrow_book: stopped",
        defective(old=_LENT, new="if not self.books.get(book_id).id:"),
    ),
    "another row is changed": (
        "frame",
        "update_book: other Book",
        defective(old=_UPDATE, new=_UPDATE.replace("(book,", "(next(iter(self.books)),")),
    ),
    "a list loses rows": (
        "complete_lists",
        "list_loans: nothing lost",
        defective(old="return self.loans.where(status=status)", new="return self.loans.where(status=status)[:3]"),
    ),
    "an argument does not matter": (
        "parameters_matter",
        "update_book.pages",
        defective(old=_UPDATE, new="return self.books.replace(book, title=title or book.title)"),
    ),
    "one side of a transfer is missing": ("amounts", "move_copies: Shelf.copies balances", defective(old=_MOVE, new="target")),
    "both sides of a transfer grow": (
        "amounts",
        "move_copies: Shelf.copies against Shelf.copies",
        defective(old="copies=source.copies - count", new="copies=source.copies + count"),
    ),
    "an action does not lead where its name says": (
        "named_outcomes",
        "return_book: returned",
        defective(old=_RETURN, new='return self.loans.replace(self.loans.get(loan_id), status="lost")'),
    ),
    "a record begins as if it were over": (
        "named_outcomes",
        "borrow_book: new status",
        defective(old='days=14), status="open")', new='days=14), status="returned")'),
    ),
    "what refers to a deleted row goes with it": (
        "deletions",
        "remove_book: Loan.book_id",
        defective(
            old='            raise Conflict("This book has loans.")\n        self.books.remove(book)',
            new="            pass\n        self.books.remove(book, cascade=True)",
        ),
    ),
    "an action does not change what it is about": (
        "kinds_of_change",
        "return_book: transition at all",
        defective(
            old=_RETURN, new="loan = self.loans.get(loan_id)\n        return self.loans.replace(loan, due=loan.due + timedelta(days=1))"
        ),
    ),
}


def held_to_the_original(source):
    """A module, held to what the sound one says of itself."""
    return replace(subject(source), spec=subject().spec)


def failed(probe, source):
    return {seen.subject for seen in observe(probe, PROBES[probe], held_to_the_original(source)) if not seen.passed}


@pytest.mark.parametrize(("probe", "about", "source"), DEFECTS.values(), ids=list(DEFECTS))
def test_a_defect_makes_a_hint_fail_that_the_original_passes(probe, about, source):
    assert about not in failed(probe, SOUND)
    assert about in failed(probe, source)


@pytest.mark.parametrize(
    "what", ["another row is changed", "a list loses rows", "what refers to a deleted row goes with it"], ids=lambda what: what
)
def test_what_only_hints_at_a_defect_of_a_made_up_tool_keeps_out_an_operation_of_a_resource(what):
    probe, about, source = DEFECTS[what]
    made_up = held_to_the_original(source)
    tools = tuple(tool.model_copy(update={"pointer": f"/paths/~1{tool.name}/get"}) for tool in made_up.spec.tools)
    operations = replace(made_up, spec=made_up.spec.model_copy(update={"tools": tools}))
    severities = [
        {seen.severity for seen in observe(probe, PROBES[probe], each) if seen.subject == about and not seen.passed}
        for each in (made_up, operations)
    ]
    assert severities == [{"hint"}, {"blocking"}]


def test_hints_are_stored_as_one_check_that_passes():
    seen = [
        Observation("a", False, {"state": {}}, severity="hint"),
        Observation("b", True, severity="hint"),
        Observation("c", False, severity="blocking"),
    ]
    checks = {check.subject: check for check in checks_of("probe", seen)}
    assert set(checks) == {"hints", "c"}
    assert checks["hints"].passed
    assert checks["hints"].evidence == {"held": 1, "not_held": ["a"]}


def test_a_hint_that_the_original_does_not_pass_catches_nothing():
    source = DEFECTS["a check is left to an invariant"][2]
    known = [(name, seen.subject) for name, probe in PROBES.items() for seen in observe(name, probe, held_to_the_original(source))]
    assert judge_against(Examination(checks=[], hints=known))(held_to_the_original(source), source) is None
    assert judge_against(Examination(checks=[]))(held_to_the_original(source), source) is not None
