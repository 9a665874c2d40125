"""Contracts: what the tools of an environment do, told a second time, tool by tool and apart from the code that does it.

A contract is a module of its own beside the environment's. Each of its functions has the name of a tool's method. It is given the state
before the call (``was``) and the arguments by name, and yields what follows from them:

    def borrow(was, copy_id):
        copy = was.copies[copy_id]                       # not_found when there is none
        yield refused(copy.status in {"lent", "missing"})
        yield changed(copy, status="lent")
        yield made(was.loans, copy_id=copy.id, patron_id=was.me, renewals=0)

``was`` holds the tables by name, their rows as plain values, ``me``, ``moment`` and ``day``. Nothing of the environment's own code can be
reached from it. What a contract does not tell of a call that is done stays as it was; the first refusal that holds ends the call.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

BY_STATE = frozenset({"precondition_failed", "conflict"})


class Absent(Exception):  # noqa: N818 - it tells what a call meets, and is no mistake
    """Something that a call names is not there, or nobody is signed in."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Refusal:
    """The call is refused with one of these codes."""

    codes: frozenset[str]


@dataclass(frozen=True)
class Change:
    """A row differs afterwards: it has other fields, is new (without a key), or is gone (without fields)."""

    table: str
    key: Any
    fields: dict[str, Any] | None


@dataclass(frozen=True)
class Answer:
    """What is answered: rows in their order, or a value."""

    rows: list[Any] | None = None
    value: Any = None


Clause = Refusal | Change | Answer | None


def refused(*conditions: Any) -> Clause:
    """The state forbids the call when one of the conditions holds."""
    return Refusal(BY_STATE) if any(conditions) else None


def denied(*conditions: Any) -> Clause:
    """The caller may not do this when one of the conditions holds."""
    return Refusal(frozenset({"permission_denied"})) if any(conditions) else None


def senseless(*conditions: Any) -> Clause:
    """The arguments make no sense when one of the conditions holds."""
    return Refusal(frozenset({"invalid_argument"})) if any(conditions) else None


def changed(row: Any, **fields: Any) -> Clause:
    """A row has these values afterwards, and all others as before."""
    table, key = row.place
    return Change(table, key, fields)


def made(table: Any, **fields: Any) -> Clause:
    """There is one more row, with these values."""
    return Change(table.name, None, fields)


def gone(row: Any) -> Clause:
    """A row is no longer there."""
    table, key = row.place
    return Change(table, key, None)


def shows(rows: Iterable[Any], order: str | Callable[[Any], Any] = "") -> Clause:
    """These rows and no others are answered.

    Args:
        rows: the rows.
        order: by what they are sorted: names of fields, ``-name`` for the largest first; or a function. As they are given when empty.
    """
    found = list(rows)
    if callable(order):
        return Answer(rows=sorted(found, key=order))
    for name in reversed(order.split()):
        found.sort(key=lambda row, name=name: getattr(row, name.removeprefix("-")), reverse=name.startswith("-"))  # type: ignore[misc]
    return Answer(rows=found)


def answers(value: Any) -> Clause:
    """This row, or this value, is answered."""
    return Answer(rows=[value]) if hasattr(value, "place") else Answer(value=value)


def fits(row: Any, **told: Any) -> bool:
    """Whether a row has each value that was told; what is None was not told."""
    return all(value is None or getattr(row, name) == value for name, value in told.items())


def at_least(value: Any, bound: Any) -> bool:
    """Whether a value is as large as a bound, if there is one."""
    return bound is None or (value is not None and value >= bound)


def at_most(value: Any, bound: Any) -> bool:
    """Whether a value is as small as a bound, if there is one."""
    return bound is None or (value is not None and value <= bound)


def cents(amount: Decimal) -> Decimal:
    """An amount of money in whole cents, halves to the even one."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def says(query: str | None, *texts: str) -> bool:
    """Whether texts hold every word of a query, without regard to case."""
    said = "\n".join(text or "" for text in texts).casefold()
    return all(word in said for word in (query or "").casefold().split())


def mentions(query: str | None, *texts: str) -> int:
    """How often texts hold the words of a query."""
    said = "\n".join(text or "" for text in texts).casefold()
    return sum(said.count(word) for word in (query or "").casefold().split())


def contract_beside(module: Path) -> str:
    """The contract of a module, empty when it has none: of ``environments/DOMAIN/NAME.py`` it is ``contracts/DOMAIN/NAME.py``."""
    path = module.resolve().parent.parent.parent / "contracts" / module.resolve().parent.name / module.name
    return path.read_text(encoding="utf-8") if path.is_file() else ""
