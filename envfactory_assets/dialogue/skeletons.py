"""The shape of a request without its values: what must vary between conversations."""

import re
from collections.abc import Iterable
from functools import cache

from envfactory_assets.dialogue import lexicon

_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+")
_MARKS = re.compile(r"[^\w\s']")
_LINKS = frozenset({"and", "then", "also", "now", "next", "please"})


def skeleton(text: str, values: Iterable[str]) -> str:
    """A request with its values replaced by ``_``, in lower case.

    Args:
        text: the request.
        values: the texts of its spans; longer ones are replaced first.
    """
    for value in sorted({value for value in values if value}, key=lambda value: (-len(value), value)):
        text = text.replace(value, "_")
    return _SPACE.sub(" ", text).strip().lower()


def bare_skeleton(text: str, values: Iterable[str], entities: Iterable[str]) -> str:
    """A skeleton without what any request may have: the names of things, the words that join sentences, and punctuation.

    Args:
        text: the request.
        values: the texts of its spans.
        entities: the kinds of thing it speaks of.
    """
    shape = skeleton(text, values)
    for name in sorted({form for entity in entities for form in _names(entity)}, key=lambda name: (-len(name), name)):
        shape = re.sub(rf"\b{re.escape(name)}\b", "_", shape)
    sentences = [_SPACE.sub(" ", _MARKS.sub(" ", sentence)).strip() for sentence in _SENTENCE.split(shape)]
    words = [word for sentence in sentences for word in _unjoined(sentence).split() if word not in _LINKS]
    return " ".join(word for place, word in enumerate(words) if word != "_" or words[max(0, place - 1)] != "_" or place == 0)


@cache
def _names(entity: str) -> tuple[str, ...]:
    noun = lexicon.noun(entity).lower()
    return tuple(name for name in (noun, lexicon.plural(noun)) if name)


def _unjoined(sentence: str) -> str:
    """A sentence without the words that lead over to it."""
    lead = next((lead for lead in _leads() if sentence == lead or sentence.startswith(f"{lead} ")), "")
    return sentence.removeprefix(lead).strip()


@cache
def _leads() -> tuple[str, ...]:
    """What joins requests, greets or thanks, longest first."""
    threads = lexicon.words("threads")
    polite = [each for kind in ("greetings", "thanks") for found in threads[kind].values() for each in found]
    phrases = [*lexicon.words("sentences")["joins"], *polite]
    parts = {_SPACE.sub(" ", _MARKS.sub(" ", part)).strip().lower() for phrase in phrases for part in _SENTENCE.split(phrase)}
    return tuple(sorted(parts - {""}, key=lambda part: (-len(part), part)))
