"""How much a property's name tells a person, and which properties belong together."""

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from envfactory_assets.bundled import read_yaml

_FILE = Path(__file__).with_name("telling.yaml")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    telling: frozenset[str]
    technical: frozenset[str]
    pairs: tuple[tuple[str, str], ...]


def tells(name: str) -> bool:
    """Whether a name says when, how much, in what state, of what or with whom, and no more than three words."""
    said = _words_of(name)
    return bool(set(said) & _words().telling) and len(said) <= 3


def is_technical(name: str) -> bool:
    """Whether a name speaks of the interface, not of the record."""
    return bool(set(_words_of(name)) & _words().technical)


def mates(name: str) -> tuple[str, ...]:
    """The names, in snake case, of properties that belong with this one: ``end_date`` with ``start_date``."""
    spelt = f"_{'_'.join(_words_of(name))}_"
    swaps = [swap for one, other in _words().pairs for swap in ((one, other), (other, one))]
    found = [spelt.replace(f"_{one}_", f"_{other}_", 1).strip("_") for one, other in swaps if f"_{one}_" in spelt]
    return tuple(dict.fromkeys(found))


def spelt(name: str) -> str:
    """A name in snake case."""
    return "_".join(_words_of(name))


@cache
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


@cache
def _words() -> _Words:
    return _Words.model_validate(read_yaml(_FILE.read_text(encoding="utf-8")))
