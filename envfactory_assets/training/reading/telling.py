"""Results, state changes and the origins of arguments, in so few words that a person reads them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import orjson

from envfactory_assets.records import ArgumentOrigin, CalibratedTurn

LONGEST_TEXT, MOST_ITEMS = 80, 3

_ORIGINS = {
    "said": "said in this turn",
    "earlier_turn": "said in an earlier turn",
    "caller": "the caller's own",
    "clock": "from the clock",
    "default": "the tool's default",
}


def shortened(value: Any) -> Any:
    """A result with long texts cut and only the first items of long lists, so that its shape can still be seen."""
    if isinstance(value, dict):
        return {name: shortened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        rest = len(value) - MOST_ITEMS
        return [*map(shortened, value[:MOST_ITEMS]), *([f"… {rest} more"] if rest > 0 else [])]
    return cut(value, LONGEST_TEXT) if isinstance(value, str) else value


def cut(text: str, longest: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def compact(value: Any) -> str:
    """A value as JSON."""
    return orjson.dumps(value).decode()


def change_lines(diff: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a changed row or field: what it was and what it is now."""
    return [_change_line(change) for change in diff]


def _change_line(change: Mapping[str, Any]) -> str:
    row = f"{change['entity']} {change['key']}"
    if change.get("field"):
        return f"{row}.{change['field']}: {compact(shortened(change['before']))} → {compact(shortened(change['after']))}"
    if change["change"] == "created":
        given = {name: value for name, value in (change["after"] or {}).items() if value not in (None, [], {})}
        return f"{row} created: {', '.join(f'{name} {compact(shortened(value))}' for name, value in given.items())}"
    return f"{row} {change['change']}"


def origin_words(origin: ArgumentOrigin | None) -> str:
    """How an argument can be known, in words."""
    if origin is None:
        return ""
    if origin.kind == "observed":
        return f"seen in {origin.call_id} at {origin.path}"
    if origin.kind == "earlier_turn" and origin.turn is not None:
        return f"said in turn {origin.turn + 1}"
    return _ORIGINS[origin.kind]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a request, and what they say: ``value`` of an argument, ``record`` that is meant, or nothing in particular."""

    text: str
    kind: str = ""
    predicates: tuple[str, ...] = ()
    says: str = ""


def pieces(turn: CalibratedTurn) -> Iterator[Piece]:
    """A request cut where the words for its predicates begin and end."""
    spans = [span for span in turn.spans if span.exchange is None]
    marks = sorted({0, len(turn.request), *(mark for span in spans for mark in (span.start, span.end))})
    predicates = {predicate["id"]: predicate for predicate in turn.form["predicates"]}
    for start, end in pairwise(marks):
        names = tuple(span.predicate for span in spans if span.start <= start and end <= span.end and span.predicate in predicates)
        told = [predicates[name] for name in names]
        kind = "record" if any(p["role"] == "referent" for p in told) else "value" if told else ""
        yield Piece(turn.request[start:end], kind, names, "; ".join(_predicate_words(p) for p in told))


def _predicate_words(predicate: Mapping[str, Any]) -> str:
    about = f"{predicate['entity']} " if predicate["role"] == "referent" and predicate["entity"] else ""
    name = predicate["field"] or predicate["parameter"] or ""
    operator = {"eq": "=", "only": "the only one", "handled": "spoken of before", "min": "lowest", "max": "highest"}.get(
        predicate["op"], predicate["op"]
    )
    value = "" if predicate["op"] in {"only", "handled", "min", "max", "next", "last", "overdue"} else f" {compact(predicate['value'])}"
    return f"{about}{name} {operator}{value} → {predicate['parameter']}".strip()
