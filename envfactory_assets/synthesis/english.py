"""Whether a word is one that people know, and where the joints of a run-together name are (``debitmemo`` is ``debit memo``)."""

import gzip
from functools import cache
from pathlib import Path

import wordninja

from envfactory_assets.bundled import bundled, read_yaml
from envfactory_assets.synthesis.lexicon import lexicon

VOCABULARY = "lexicons/dialogue/vocabulary.yaml"
_SHORTEST = 3  # letters of a word found inside another; shorter ones are chance
_MOST_PARTS = 3
_KNOWN_SHORT = 10_000  # place by frequency up to which three letters inside a word are a word of their own


@cache
def _places() -> dict[str, int]:
    """The words of ``wordninja``, taken from English texts, with their place by frequency."""
    packed = (Path(wordninja.__file__).parent / "wordninja" / "wordninja_words.txt.gz").read_bytes()
    return {word: place for place, word in enumerate(gzip.decompress(packed).decode("utf-8").split())}


@cache
def _whole() -> frozenset[str]:
    """Words that are said as they are written, whatever lies inside them."""
    listed = read_yaml(bundled(VOCABULARY).read_text(encoding="utf-8"))
    return frozenset(map(str, (*listed["known_words"], *listed["words"])))


@cache
def apart(word: str) -> str:
    """A word of a name as it stands in a sentence: taken apart where several were run together."""
    whole = word in _whole() or (word.endswith("s") and word[:-1] in _whole())
    return word if whole else " ".join(parts_of(word) or (word,))


@cache
def parts_of(word: str) -> tuple[str, ...] | None:
    """The words that a part of a name is made of: itself when it is one; None when people know no such words."""
    lower, known = word.lower(), _places()
    if not (lower.isalpha() and lower.isascii()) or len(lower) < _SHORTEST:
        return None
    if lower in known:
        return (lower,)
    pairs = [(lower[:cut], lower[cut:]) for cut in range(_SHORTEST, len(lower) - _SHORTEST + 1)]
    if any(first in known and end in lexicon().word_endings for first, end in pairs):
        return (lower,)
    pairs = [pair for pair in pairs if all(part in known and (len(part) > _SHORTEST or known[part] < _KNOWN_SHORT) for part in pair)]
    if pairs:
        return min(pairs, key=lambda pair: max(known[part] for part in pair))
    parts = tuple(part.lower() for part in wordninja.split(lower))
    return parts if len(parts) <= _MOST_PARTS and all(len(part) >= _SHORTEST for part in parts) else None
