"""Names that several adapters make: providers, unique operation ids, resource slugs."""

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any


def text_of(value: Any) -> str | None:
    """A value as stripped text when it is text or a number, else None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def provider_of(host: str | None, name: str) -> str:
    """The provider a host belongs to; the document's own name when it says no host."""
    if not host or "{" in host:
        return slug_of(name)
    labels = [label for label in host.lower().split(":")[0].split(".") if label]
    while len(labels) > 2 and labels[0] in {"api", "apis", "www", "app", "rest", "sandbox"}:
        labels = labels[1:]
    return ".".join(labels) or slug_of(name)


def slug_of(name: str) -> str:
    """The lower snake slug of a file name: ``Xero Accounting.v2.json`` is ``xero_accounting_v2``."""
    stem = re.sub(r"\.(jsonl?|ndjson|ya?ml|py)$", "", PurePath(name).name, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_") or "resource"


def unique_names(names: Iterable[str]) -> list[str]:
    """The names in order, with a number after those that occurred before."""
    given = UniqueNames()
    return [given.take(name) for name in names]


class UniqueNames:
    """Gives each name once; a name asked for again gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, name: str) -> str:
        """The name, or the name with the first free number from 2."""
        given, number = name, self._next.get(name, 2)
        while given in self._taken:
            given, number = f"{name}_{number}", number + 1
        self._taken.add(given)
        self._next[name] = number
        return given
