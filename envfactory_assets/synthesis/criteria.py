"""What the name of a list's parameter says besides the field it is about: what holds it, and how it compares.

``filter[created_at][gte]`` and ``userFilter.createdAt`` are about created_at, ``name__icontains`` about name: such parts stand apart, by
brackets, dots, or two underscores, so that they may be taken off without looking at the field.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from typing import Literal

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words

Comparison = Literal["eq", "ge", "le", "contains", "any_of", "other"]
_HELD = re.compile(r"^(?P<outer>[A-Za-z_$]*)(?:\[(?P<bracketed>[^\]]+)\](?P<rest>.*)|\.(?P<dotted>.+))$")
COMPARED = re.compile(
    "_(eq|neq?|is|is_not|n?in|not_in|one_of|any_of|all_of|any|all|not|none|i?exact|exists|is_?null"  # in any language
    "|i?_?cont|[gl]teq|true|false)$"  # in Ransack
)
"""How a name in snake case ends that says how it compares, joined to the field like any other word."""
_LAST = re.compile(r"^(?P<stem>.+?)(?:__|\.|\[)\$?(?P<end>[A-Za-z_]{1,24})\]?$")


@dataclass(frozen=True)
class Criterion:
    """What a parameter is about.

    Attributes:
        subject: what it is about, in snake case.
        comparison: how it compares, where the name says it apart from the field; ``other``: as no operator of a list does.
        held: whether it stands in something that holds criteria only.
        several: whether another parameter asks for any or all of several values of the same.
    """

    subject: str
    comparison: Comparison | None = None
    held: bool = False
    several: bool = False


def joined_criterion(spelt: str, known: Container[str]) -> Criterion | None:
    """What a name says that ends in how it compares, joined like any other word: ``tags_not``.

    Args:
        spelt: the name, in snake case.
        known: the fields of the record, and what the parameters of the list are called.
    """
    found = COMPARED.search(spelt)
    if found is None or not (stem := spelt[: found.start()]):
        return None
    end = found[1]
    several = any(f"{stem}_{each}" in known for each in ("any", "all"))
    if not (stem in known or noun(stem) in known or several or end == "not"):
        return None
    return Criterion(stem, _told_by(end) or "eq", several=several)


@cache
def criterion_of(name: str) -> Criterion:
    """What the name of a parameter says."""
    held = _held(name)
    found = _LAST.match(held)
    if found is not None:
        comparison = _told_by(found["end"].lower())
        if comparison is not None:
            return Criterion(snake(found["stem"]), comparison, held != name)
    return Criterion(snake(held), held=held != name)


def without_part(spelt: str) -> str:
    """A name in snake case without an end that says that a part of a text is enough: ``title_prefix``."""
    ends = sorted(lexicon().comparison_ends["contains"], key=len, reverse=True)
    return next((spelt.removesuffix(f"_{end}") for end in ends if spelt.endswith(f"_{end}")), spelt)


def _told_by(end: str) -> Comparison | None:
    """How the end of a name says that it compares."""
    return next((each for each, ends in lexicon().comparison_ends.items() if end in ends), None)


def _held(name: str) -> str:
    """The name without what holds all criteria: ``filter[..]``, ``q[..]``, ``processFilter.``."""
    found = _HELD.match(name)
    if found is None or not set(words(found["outer"])[-1:]) & lexicon().criteria_holders:
        return name
    return found["dotted"] or f"{found['bracketed']}{found['rest']}"
