"""Texts that fit the patterns documents give: a plain reading of regular expressions, enough for codes and identifiers."""

import random
import re
from collections.abc import Iterable
from functools import cache
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema

_TRIED = 8  # texts, before a pattern is believed to be read
_LONGEST = 80  # characters of a pattern that is read
_MORE = 6  # how often what may be repeated at will is, at most
_MOST_REPEATS = 1024  # of one part, those of what it lies in included
_CLASSES = {kinds.CATEGORY_DIGIT: "0123456789", kinds.CATEGORY_WORD: "abcdefghijklmnopqrstuvwxyz0123456789", kinds.CATEGORY_SPACE: " "}
_ANY = "abcdefghijklmnopqrstuvwxyz"


def fits(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern as the runtime checks it, in time linear in the text; nothing fits what it cannot read."""
    try:
        return _validator(pattern).isinstance_python(text)
    except SchemaError:
        return False


@cache
def is_plain(pattern: str) -> bool:
    """Whether the runtime can check a pattern, and texts that fit it can be made."""
    return len(pattern) <= _LONGEST and all(text_fitting(pattern, random.Random(seed)) is not None for seed in range(_TRIED))  # noqa: S311 - no secrets


def text_fitting(pattern: str, rng: random.Random, longest: int | None = None, shortest: int = 0) -> str | None:
    """A text that fits a pattern; None when none could be made.

    Args:
        pattern: a regular expression, found anywhere in the text unless it is anchored.
        rng: where the choices come from.
        longest: how many characters it may have.
        shortest: how many characters it must have; what may be repeated at will is repeated oftener until it has.
    """
    try:
        parsed, more = _parsed(pattern), (_MORE, shortest) if shortest > _MORE else (_MORE,)
        texts = ["".join(_made(parsed, rng, most)) for most in more for _ in range(_TRIED if longest or shortest else 1)]
    except (re.error, ValueError, OverflowError, RecursionError):
        return None
    return next((text for text in texts if text and shortest <= len(text) <= (longest or len(text)) and fits(pattern, text)), None)


@cache
def _validator(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern))


@cache
def _parsed(pattern: str) -> tuple[Any, ...]:
    return tuple(parser.parse(pattern))


def _made(tokens: Iterable[Any], rng: random.Random, more: int = _MORE, repeats: int = _MOST_REPEATS) -> Iterable[str]:
    """The parts of a text, token by token; raises ``ValueError`` for what is not read."""
    for kind, value in tokens:
        if kind is kinds.LITERAL:
            yield chr(value)
        elif kind is kinds.ANY:
            yield rng.choice(_ANY)
        elif kind is kinds.IN:
            yield rng.choice(_members(value))
        elif kind in {kinds.MAX_REPEAT, kinds.MIN_REPEAT}:
            least, most, inner = value
            times = rng.randint(int(least), min(int(most), int(least) + more))
            if times > repeats:
                raise ValueError("repeats too often")
            for _ in range(times):
                yield from _made(inner, rng, more, repeats // times)
        elif kind is kinds.SUBPATTERN:
            yield from _made(value[-1], rng, more, repeats)
        elif kind is kinds.BRANCH:
            yield from _made(rng.choice(value[1]), rng, more, repeats)
        elif kind is not kinds.AT:
            raise ValueError(f"{kind} is not read")


def _members(items: Iterable[Any]) -> str:
    """The characters of a class, ASCII letters and digits before others."""
    found = ""
    for kind, value in items:
        if kind is kinds.LITERAL:
            found += chr(value)
        elif kind is kinds.RANGE:
            found += "".join(map(chr, range(value[0], min(value[1], 0x7E) + 1)))
        elif kind is kinds.CATEGORY and value in _CLASSES:
            found += _CLASSES[value]
        else:
            raise ValueError(f"{kind} is not read")
    plain = "".join(letter for letter in found if letter.isalnum())
    return plain or found
