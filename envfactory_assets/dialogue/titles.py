"""What a user calls a new thing: as things of its kind are called where it is going to be."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random

from envfactory_assets.dialogue import lexicon
from envfactory_assets.synthesis.seeding.lexicon import lexicon as seeding

_TRIES = 24
_MOST_LETTERS = 40
_SLOT = re.compile(r"\{(\w+)\}")
_SHARED = 0.6  # the share of names with one ending from which that ending belongs to the name of any such thing


def title_like(
    held: Sequence[str],
    thing: str,
    fields: tuple[str, ...],
    rng: Random,
    *,
    beside: Sequence[str] = (),
    home: str = "",
    surely: bool = False,
) -> str | None:
    """A name for a new thing in the manner of those that are there, other than theirs.

    None when nothing shows the manner, empty when every name is taken.

    A manner is shown by an ending that most share, or by a kind of thing of which most are called as the word lists call it.

    Args:
        held: what the other things of the kind are called.
        thing: the kind of thing.
        fields: the names of its fields.
        rng: where the name comes from.
        beside: the kinds of thing of the same service, which tell what a word means there.
        home: the service's domain.
        surely: whether it takes names that show the manner, and the kind of thing is not enough.
    """
    kind = seeding().kind_of(thing, _themes(tuple(beside), home), fields, home)
    labels = kind.label if kind is not None and not kind.person else ()
    ending = None if _are_called_so(held, labels) else _shared_ending(held)
    if ending:
        labels = tuple(f"{start} {ending}" for start in seeding().words["label_start"])
    elif not labels or (surely and not _are_called_so(held, labels)):
        return None
    capital = bool(ending) or kind is None or not kind.keep_case
    drawn = (seeding().fill(rng.choice(labels), rng) for _ in range(_TRIES))
    names = [name[:1].upper() + name[1:] if capital else name for name in drawn]
    fitting = [name for name in names if len(name) <= _MOST_LETTERS and not lexicon.is_name_of_a_person(name)]
    return next((name for name in fitting if name not in held), "")


def _are_called_so(held: Sequence[str], labels: tuple[str, ...]) -> bool:
    """Whether most names could come of some templates."""
    so = [name for name in held if _pattern(labels).fullmatch(name)]
    return bool(labels) and len(so) >= _SHARED * len(held) > 0


@cache
def _pattern(labels: tuple[str, ...]) -> re.Pattern[str]:
    """What templates can come to: a template of a single slot is what that stands for, other slots are any words."""
    parts = ("(?:[^{}]+)".join(map(re.escape, _SLOT.sub("{", each).split("{"))) for each in _written_out(labels))
    return re.compile("|".join(parts), re.IGNORECASE)


def _written_out(labels: Sequence[str]) -> Iterator[str]:
    """Templates, in place of those of a single slot what that stands for."""
    for label in labels:
        slot = _SLOT.fullmatch(label)
        if slot is None:
            yield label
        else:
            yield from _written_out(seeding().words[slot[1]])


@cache
def _themes(kinds: tuple[str, ...], home: str) -> tuple[str, ...]:
    return seeding().themes(list(kinds), home)


def called_like(old: str, rng: Random, entity: str = "") -> str | None:
    """A new name that keeps a part of the old one: of somebody the first name, of a thing all but a word, or the whole with an addition.

    None where something else would be as good: for a thing of a kind that may be called anything, and for one with every addition.
    """
    lists = lexicon.words("values")
    if lexicon.is_name_of_a_person(old) and " " in old:
        first, last = old.split(" ", 1)
        return f"{first} {rng.choice([name for name in lists['pools']['last_name'] if name != last])}"
    if (swapped := _swapped(old, rng)) is not None:
        return swapped
    kind = lexicon.last_word(lexicon.noun(entity)) if entity else ""
    if kind in lists["freely_named"]:
        return None
    ways = lists["renamed"].values()
    names = next((way["names"] for way in ways if kind in way.get("nouns", ())), lists["renamed"]["others"]["names"])
    fresh = [name for name in names if name.replace("{old}", "").strip(" ()-,") not in old]
    return str(rng.choice(fresh)).replace("{old}", old) if fresh else None


def copied(old: str, rng: Random) -> str:
    """What the copy of a thing is called."""
    return str(rng.choice(lexicon.words("values")["copied"])).replace("{old}", old)


def _swapped(old: str, rng: Random) -> str | None:
    """A name with another word of the same kind in it: ``Autumn in Oslo`` for ``Spring in Oslo``; None where none can be swapped."""
    lists = [[str(word) for word in words] for words in lexicon.words("values")["swapped"]]
    for word in rng.sample(parts := old.split(), len(parts)):
        bare = word.strip(",:()'\"")
        others = next((found for found in lists if bare.lower() in map(str.lower, found)), [])
        fresh = [other for other in others if other.lower() not in old.lower()]
        if fresh and len(parts) > 1:
            chosen = rng.choice(fresh)
            return re.sub(rf"\b{re.escape(bare)}\b", chosen[:1].upper() + chosen[1:] if bare[:1].isupper() else chosen, old, count=1)
    return None


def _shared_ending(held: Sequence[str]) -> str | None:
    """The last word of most names of several words: ``schema`` where all are called like "Meadow schema"."""
    last = [name.rsplit(" ", 1)[-1] for name in held if " " in name]
    best = max(sorted(set(last)), key=last.count, default=None)
    return best if best is not None and len(held) > 1 and last.count(best) >= _SHARED * len(held) else None
