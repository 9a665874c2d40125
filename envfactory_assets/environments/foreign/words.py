"""The vocabulary foreign modules are read with, as shipped in ``words.yaml``."""

import re
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from envfactory_assets.bundled import read_yaml
from envfactory_assets.environments.errors import ErrorCode

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Mistakes(BaseModel):
    """Classes of exceptions that mean a mistake in the module."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unless_said: frozenset[str]
    always: frozenset[str]


class Words(BaseModel):
    """Each field is explained in ``words.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    families: dict[str, tuple[str, ...]]
    search: frozenset[str]
    page: frozenset[str]
    sort: frozenset[str]
    clock: tuple[str, ...]
    caller: tuple[str, ...]
    key: tuple[str, ...]
    classes: dict[ErrorCode, frozenset[str]]
    texts: tuple[tuple[ErrorCode, re.Pattern[str]], ...]
    plain: dict[str, ErrorCode]
    mistakes: Mistakes


@cache
def words() -> Words:
    """The vocabulary."""
    return Words.model_validate(read_yaml(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, each in the singular: ``JobPostings`` and ``job_posting`` have the same."""
    return tuple(_singular(word.lower()) for word in _PARTS.findall(name))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def family_of(tool: str) -> str:
    """What a tool seems to do, by its name: ``search_jobs`` and ``jobSearch`` search."""
    parts = [part.lower() for part in _PARTS.findall(tool)]
    name = "_".join(parts) + "_"
    known = [(start, family) for family, starts in words().families.items() for start in starts]
    fitting = [(len(start), family) for start, family in known if name.startswith(f"{start}_")]
    if not fitting:
        fitting = [(len(start), family) for start, family in known if parts[1:] and parts[-1] == start]
    return max(fitting)[1] if fitting else "action"
