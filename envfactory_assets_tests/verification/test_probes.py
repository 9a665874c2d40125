"""Each probe passes the sound module and catches the defect it is there for."""

from dataclasses import replace

import pytest

from envfactory_assets.verification.examination import observe
from envfactory_assets.verification.probes import PROBES
from envfactory_assets_tests.verification.library import SOUND, defective, failures, subject

_ALL_BOOKS = "return self.books.where(genre=genre, pages__le=max_pages)"
_GET = "return self.books.get(book_id)"
_ADD = "return self.books.add(title=title, genre=genre, pages=pages, price=price)"
_UPDATE = "return self.books.replace(book, title=title or book.title, pages=book.pages if pages is None else pages)"
_MAKE = _ADD.removeprefix("return ")
_RETURN = 'return self.loans.transition(self.loans.get(loan_id), "returned")'
_SHRINKING = "CALLS.append(1)\n        return list(self.books)[: len(CALLS) % 3]"
_TESTED_APART = {"starts", "typed_effects", "pages", "defaults", "contract", "beginnings", "unique_values"}
_HIDDEN = "CALLS = []\n\n\nclass Book(Entity):"


def _hidden_state(old: str, new: str) -> str:
    """A module that keeps state beside its tables."""
    return defective(old=old, new=new).replace("class Book(Entity):", _HIDDEN)


DEFECTS = {
    "a good state is refused": ("load", defective(old="return len(lent) == len(set(lent))", new="return len(lent) < 2")),
    "a tool always refuses": ("reachability", defective(old=_ADD, new='raise PreconditionFailed("Closed.")')),
    "a tool fails by itself": ("invariants", defective(old=_GET, new="return {}[book_id]")),
    "a stored reference leads nowhere": (
        "invariants",
        defective(
            old=_RETURN,
            new="loan = self.loans.get(loan_id)\n"
            '        self.loans._rows[loan_id] = loan.model_copy(update={"book_id": "B99", "status": "returned"})\n'
            "        return self.loans.get(loan_id)",
        ),
    ),
    "a read writes": ("purity", defective(old=_GET, new="return self.books.replace(self.books.get(book_id), pages=7)")),
    "a refused call leaves something": (
        "atomicity",
        defective(
            old='raise PreconditionFailed("This book is lent.")',
            new='self.books._rows.popitem()\n            raise PreconditionFailed("This book is lent.")',
        ),
    ),
    "a result differs from the state": (
        "agreement",
        defective(old=_GET, new='return self.books.get(book_id).model_copy(update={"pages": 1})'),
    ),
    "a created row is not kept": (
        "read_after_write",
        defective(old=_ADD, new=f"made = {_MAKE}\n        self.books.remove(made)\n        return made"),
    ),
    "a created row holds other values": ("read_after_write", defective(old=_ADD, new=_ADD.replace("pages=pages", "pages=pages + 1"))),
    "an update forgets an argument": (
        "read_after_write",
        defective(old=_UPDATE, new="return self.books.replace(book, title=title or book.title)"),
    ),
    "an update does nothing": ("read_after_write", defective(old=_UPDATE, new="return book")),
    "a transfer loses something": (
        "conservation",
        defective(old="copies=target.copies + count", new="copies=target.copies + count - 1"),
    ),
    "the same is added twice": ("repetition", defective(old="if genre in shelf.labels:", new="if len(shelf.labels) > 9:")),
    "an argument is never accepted": (
        "acceptance",
        defective(old="pages=book.pages if pages is None else pages)", new='pages="many" if pages else book.pages)'),
    ),
    "a deleted row stays": ("read_after_write", defective(old="        self.books.remove(book)\n", new="")),
    "a list leaves new rows out": (
        "read_after_write",
        defective(old=_ALL_BOOKS, new=f"{_ALL_BOOKS}[:9]"),
    ),
    "a transition starts anywhere": (
        "transitions",
        defective(old=_RETURN, new='return self.loans.replace(self.loans.get(loan_id), status="returned")'),
    ),
    "a transition ends elsewhere": (
        "transitions",
        defective(
            old=_RETURN,
            new=f'moved = {_RETURN[7:]}\n        return self.loans.replace(moved, status="lost")',
        ),
    ),
    "a filter is ignored": ("filters", defective(old=_ALL_BOOKS, new="return self.books.where(pages__le=max_pages)")),
    "a filter loses its boundary": ("filters", defective(old="pages__le=max_pages", new="pages__lt=max_pages")),
    "a filter points the wrong way": ("filters", defective(old="pages__le=max_pages", new="pages__ge=max_pages")),
    "a search finds everything": ("filters", defective(old="return self.books.search(query)", new="return self.books.where()")),
    "an unknown id is taken": ("unknown_ids", defective(old=_GET, new="return self.books.find(book_id) or next(iter(self.books))")),
    "calls before a save matter": (
        "round_trip",
        _hidden_state(_ALL_BOOKS, _SHRINKING),
    ),
    "episodes see each other": (
        "isolation",
        _hidden_state(_GET, f'CALLS.append(1)\n        if len(CALLS) > 8:\n            raise Conflict("Enough.")\n        {_GET}'),
    ),
}


@pytest.mark.parametrize("probe", sorted(PROBES.keys() - _TESTED_APART))
def test_a_probe_passes_the_sound_module(probe):
    seen = observe(probe, PROBES[probe], subject())
    assert seen
    assert [observation for observation in seen if not observation.passed and observation.severity != "hint"] == []


@pytest.mark.parametrize(("probe", "source"), DEFECTS.values(), ids=list(DEFECTS))
def test_a_probe_catches_its_defect(probe, source):
    found = failures(probe, source)
    assert found
    assert all(observation.evidence for observation in found)


@pytest.mark.parametrize(
    ("probe", "old", "new"),
    [
        ("load", "book_id: Ref[Book]\n    member", "book_id: Text\n    member"),
        ("inputs", "query: str)", "query: str | int)"),
        ("outputs", '@tool(effect="search")', '@tool(effect="search", envelope="found")'),
    ],
)
def test_a_probe_holds_a_module_to_its_published_specification(probe, old, new):
    changed = replace(subject(defective(old=old, new=new)), spec=subject().spec)
    assert [seen for seen in observe(probe, PROBES[probe], changed) if not seen.passed and seen.severity == "blocking"]


def test_evidence_replays_a_failure():
    source = DEFECTS["a read writes"][1]
    evidence = failures("purity", source)[0].evidence
    changed = subject(source)
    episode = changed.start(changed.states[evidence["scenario"]])
    results = [changed.call(episode, changed.spec.tool(call["tool"]), call["arguments"]) for call in evidence["calls"]]
    assert results[-1].value == evidence["result"]
    assert evidence["diff"]


def test_a_probe_that_cannot_finish_is_a_failed_check():
    def upset(_):
        raise ValueError("what is this?")

    (seen,) = observe("upset", upset, subject())
    assert not seen.passed
    assert "what is this?" in seen.evidence["raised"]


_LOANS = 'status: Literal["open", "returned", "lost"] | None = None) -> list[Loan]:\n        """All loans."""\n        return '


def _ordered(by: str) -> str:
    """The sound module with loans that can be listed in an order; how that is done."""
    sort = 'sort: Literal["status", "-status"] | None = None'
    return defective(old=f"{_LOANS}self.loans.where(status=status)", new=f"{_LOANS.replace(') ->', f', {sort}) ->')}{by}")


def test_a_list_comes_in_the_order_asked_for():
    sound = "self.loans.in_order(self.loans.where(status=status), sort)"
    assert failures("filters", _ordered(sound)) == []
    for defect in (sound.replace("sort)", "None)"), sound.replace("sort)", "sort, descending=True)"), f"{sound}[: 1 if sort else 99]"):
        assert [seen.subject for seen in failures("filters", _ordered(defect))] == ["list_loans.sort"]


def test_a_filter_that_discriminates_is_counted():
    seen = observe("filters", PROBES["filters"], subject(SOUND))
    assert sum(observation.tally["working_filters"] for observation in seen) == 4
