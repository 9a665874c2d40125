"""What shared schemas are called after: their own nouns, without what is put around names."""

from collections import Counter
from collections.abc import Iterable

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, words

_FEWEST_NAMES = 4
_PARTS = {"item", "result", "body", "input"}  # last words of schemas of parts


def stem_of(name: str) -> str:
    """A shared schema's own noun: ``TaskResponseDto`` is task."""
    return _stem(words(name.rsplit(".", maxsplit=1)[-1]))


def is_line(name: str) -> bool:
    """Whether a shared schema is of a part of a record and not of the record: ``OrderItem``, ``MatchResult``."""
    parts = words(name)
    return len(parts) > 1 and noun(parts[-1]) in _PARTS


def _stem(parts: tuple[str, ...]) -> str:
    kept = [word for word in parts if word not in lexicon().schema_affixes]
    return noun("_".join(dict.fromkeys(kept))) if kept else noun(parts[0]) if len(parts) == 1 and noun(parts[0]) not in _PARTS else ""


class Stems:
    """The nouns of one document's schemas, without the words that most of their names begin or end with as well.

    In a document of ``AreaJO``, ``RentalObjectJO`` and ``PriceJO`` an area is called area.
    """

    def __init__(self, names: Iterable[str]) -> None:
        spelt = [_spelt(name) for name in names]
        self._before = _shared_start(spelt)
        self._after = _shared_start([name[::-1] for name in spelt])[::-1]

    def of(self, name: str) -> str:
        """The noun of a shared schema; empty when its name says none."""
        parts = _spelt(name)
        if self._before and parts[: len(self._before)] == self._before and len(parts) > len(self._before):
            parts = parts[len(self._before) :]
        if self._after and parts[-len(self._after) :] == self._after and len(parts) > len(self._after):
            parts = parts[: -len(self._after)]
        return _stem(parts)


def _spelt(name: str) -> tuple[str, ...]:
    return words(name.rsplit(".", maxsplit=1)[-1])


def _shared_start(names: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The words that most names begin with, none of which is the whole name of a thing."""
    whole, found = {noun("_".join(name)) for name in names}, tuple[str, ...]()
    while len(names) >= _FEWEST_NAMES:
        counts = Counter(name[: len(found) + 1] for name in names if len(name) > len(found) + 1)
        start, count = min(counts.items(), key=lambda each: (-each[1], each[0]), default=(found, 0))
        if count * 2 < len(names) or start[: len(found)] != found:
            break
        found = start
    while found and noun("_".join(found)) in whole:
        found = found[:-1]
    return found
