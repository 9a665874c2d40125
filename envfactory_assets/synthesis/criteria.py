"""What the name of a list's parameter says besides the field it is about: what holds it, and how it compares.

``filter[created_at][gte]`` and ``userFilter.createdAt`` are about created_at, ``name__icontains`` about name: such parts stand apart, by
brackets, dots, or two underscores, so that they may be taken off without looking at the field.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words

Comparison = Literal["eq", "ge", "le", "contains", "any_of", "other"]
_HELD = re.compile(r"^(?P<outer>[A-Za-z_$]*)(?:\[(?P<bracketed>[^\]]+)\](?P<rest>.*)|\.(?P<dotted>.+))$")
_LAST = re.compile(r"^(?P<stem>.+?)(?:__|\.|\[)\$?(?P<end>[A-Za-z_]{1,24})\]?$")


@dataclass(frozen=True)
class Criterion:
    """What a parameter is about.

    Attributes:
        subject: what it is about, in snake case.
        comparison: how it compares, where the name says it apart from the field; ``other``: as no operator of a list does.
        held: whether it stands in something that holds criteria only.
    """

    subject: str
    comparison: Comparison | None = None
    held: bool = False


@cache
def criterion_of(name: str) -> Criterion:
    """What the name of a parameter says."""
    held = _held(name)
    found = _LAST.match(held)
    if found is not None:
        end = found["end"].lower()
        comparison = next((each for each, ends in lexicon().comparison_ends.items() if end in ends), None)
        if comparison is not None:
            return Criterion(snake(found["stem"]), comparison, held != name)
    return Criterion(snake(held), held=held != name)


def _held(name: str) -> str:
    """The name without what holds all criteria: ``filter[..]``, ``q[..]``, ``processFilter.``."""
    found = _HELD.match(name)
    if found is None or not set(words(found["outer"])[-1:]) & lexicon().criteria_holders:
        return name
    return found["dotted"] or f"{found['bracketed']}{found['rest']}"
