"""Writers of requests: rules write every one; a model may reword it, and is believed only when the proof still holds."""

from dataclasses import dataclass
from typing import Any, Protocol

from envfactory_assets.records import Span


@dataclass(frozen=True, slots=True)
class TurnContext:
    """What a writer is told of a turn."""

    request: str  # as rules wrote it
    spans: tuple[Span, ...]
    form: dict[str, Any]
    earlier: tuple[str, ...]  # the requests before
    register: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A request, and for each predicate the words in it that say so."""

    text: str
    said: dict[str, str]


class RequestWriter(Protocol):
    """Rewrites requests; returns None to leave one as it is."""

    author: str

    def rewrite(self, context: TurnContext) -> Rewritten | None:
        """A better wording of one request that says the same."""
        ...


def located(rewritten: Rewritten, wanted: set[str]) -> list[Span] | None:
    """The spans of a rewritten request; None when some predicate's words are missing or stand in it more than once."""
    spans = []
    for predicate in sorted(wanted, key=lambda name: (len(name), name)):
        words = rewritten.said.get(predicate, "")
        if not words or rewritten.text.count(words) != 1:
            return None
        start = rewritten.text.index(words)
        spans.append(Span(start=start, end=start + len(words), text=words, predicate=predicate))
    return sorted(spans, key=lambda span: (span.start, span.end))
