"""Which parameters of a list come in pairs, as the least and the most of one thing: ``created_start_date`` beside ``created_end_date``."""

from collections.abc import Iterable
from typing import Literal

from envfactory_assets.synthesis.lexicon import lexicon

Bound = Literal["ge", "le"]
_COMPARED = ("_eq", "_ne", "_in", "_not")  # ends of names that say themselves how they compare


def paired_bounds(names: Iterable[str]) -> dict[str, Bound]:
    """The bound that each name of a pair is.

    Args:
        names: what the parameters of one list are called, in snake case.
    """
    given = sorted(name for name in set(names) if not name.endswith(_COMPARED))
    found: dict[str, Bound] = {}
    for low, high in lexicon().span_words:
        for name in given:
            other = f"_{name}_".replace(f"_{low}_", f"_{high}_", 1).strip("_")
            if other != name and f"{low}_with" not in name and other in given and not {name, other} & found.keys():
                found[name], found[other] = "ge", "le"
    return found
