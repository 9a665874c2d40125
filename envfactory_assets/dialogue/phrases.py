"""Text that remembers which characters say what: pieces of a request, some of which carry a predicate."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from envfactory_assets.records import Span

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Pieces of text in order, each with the ids of the predicates it says (none for glue)."""

    pieces: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def text(self) -> str:
        """The plain text."""
        return "".join(text for text, _ in self.pieces)

    def __add__(self, other: "Phrase | str") -> "Phrase":
        more = ((other, ()),) if isinstance(other, str) else other.pieces
        return Phrase(self.pieces + more)

    def said(self) -> set[str]:
        """The predicates that some piece says."""
        return {predicate for _, predicates in self.pieces for predicate in predicates}

    def capitalised(self) -> "Phrase":
        """The same with a capital first letter."""
        return self._first(lambda text: text[:1].upper() + text[1:])

    def lowered(self) -> "Phrase":
        """The same without the capital of its first word, unless that word is a name or "I"."""
        first = self.text.split(" ", 1)[0]
        keep = first in {"I", "I'd", "I'm", "I've", "I'll"} or (self.pieces and self.pieces[0][1]) or first[1:2].isupper()
        return self if keep else self._first(lambda text: text[:1].lower() + text[1:])

    def without(self, start: str) -> "Phrase":
        """The same without some words at its start."""
        return self._first(lambda text: text.removeprefix(start))

    def _first(self, change: Callable[[str], str]) -> "Phrase":
        for place, (text, predicates) in enumerate(self.pieces):
            if text:
                return Phrase((*self.pieces[:place], (change(text), predicates), *self.pieces[place + 1 :]))
        return self

    def spans(self) -> list[Span]:
        """Where each predicate stands in the text."""
        found, start = [], 0
        for text, predicates in self.pieces:
            end = start + len(text)
            found += [Span(start=start, end=end, text=text, predicate=predicate) for predicate in predicates]
            start = end
        return found


def plain(text: str) -> Phrase:
    """Glue: text that says no predicate."""
    return Phrase(((text, ()),))


def said(text: str, *predicates: str) -> Phrase:
    """Text that says one or more predicates."""
    return Phrase(((text, predicates),))


def fill(template: str, **slots: Phrase | str) -> Phrase:
    """A template with its ``{slots}`` filled; a slot with a capital gets its first letter raised."""
    pieces = Phrase()
    end = 0
    for match in _SLOT.finditer(template):
        name = match.group(1)
        slot = slots[name] if name in slots else slots[name.lower()]
        phrase = plain(slot) if isinstance(slot, str) else slot
        pieces = pieces + template[end : match.start()] + (phrase.capitalised() if name[0].isupper() else phrase)
        end = match.end()
    return pieces + template[end:]


def join(phrases: list[Phrase], comma: str = ", ", last: str = " and ") -> Phrase:
    """Phrases as an English list."""
    joined = Phrase()
    for place, phrase in enumerate(phrases):
        glue = "" if place == 0 else last if place == len(phrases) - 1 else comma
        joined = joined + glue + phrase
    return joined
