"""Which parameters of a list draw a circle around a place: a latitude beside a longitude, and how far around them."""

from collections.abc import Iterable
from dataclasses import dataclass

from envfactory_assets.synthesis.lexicon import lexicon


@dataclass(frozen=True)
class Places:
    """The parameters of one list that say where: what is in the middle, and how far it reaches."""

    points: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()


def places_among(names: Iterable[str]) -> Places:
    """The parameters that draw a circle.

    Args:
        names: what the parameters of one list are called, in snake case.
    """
    given = set(names)
    areas = frozenset(given & lexicon().area_words)
    points = set(given & lexicon().point_words) if areas else set()
    for name in given:
        start, _, last = name.rpartition("_")
        if last not in lexicon().latitude_words:
            continue
        others = {f"{start}_{word}".strip("_") for word in lexicon().longitude_words} & given
        points |= {name, *others} if others else set()
    return Places(frozenset(points), areas)
