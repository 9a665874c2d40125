"""What a user calls a new thing: as things of its kind are called where it is going to be."""

import re
from collections.abc import Sequence
from random import Random

from envfactory_assets.dialogue import lexicon
from envfactory_assets.synthesis.seeding.lexicon import lexicon as seeding

_TRIES = 8
_MOST_LETTERS = 40
_LABEL_WORDS = 2
_SHARED = 0.6  # the share of names with one ending from which that ending belongs to the name of any such thing


def title_like(held: Sequence[str], thing: str, fields: tuple[str, ...], rng: Random) -> str | None:
    """A name for a new thing in the manner of those that are there, other than theirs; None when nothing shows the manner.

    Args:
        held: what the other things of the kind are called.
        thing: the kind of thing.
        fields: the names of its fields.
        rng: where the name comes from.
    """
    ending = _shared_ending(held)
    kind = seeding().kind_of(thing, fields=fields)
    if ending:
        templates = tuple(f"{start} {ending}" for start in seeding().words["label_start"])
        capital = True
    elif kind is not None and kind.label and not kind.person:
        templates, capital = kind.label, not kind.keep_case
    else:
        return None
    for _ in range(_TRIES):
        made = seeding().fill(rng.choice(templates), rng)
        made = made[:1].upper() + made[1:] if capital else made
        if made not in held and len(made) <= _MOST_LETTERS and not lexicon.is_name_of_a_person(made):
            return made
    return None


def called_like(old: str, rng: Random, entity: str = "") -> str | None:
    """A new name that keeps a part of the old one: of somebody the first name, of a thing all but a word, or the whole with an addition.

    None where something else would be as good: for one of a single word, for a thing of a kind that may be called anything, and for one
    that has been given every addition.
    """
    lists = lexicon.words("values")
    if lexicon.is_name_of_a_person(old) and " " in old:
        first, last = old.split(" ", 1)
        return f"{first} {rng.choice([name for name in lists['pools']['last_name'] if name != last])}"
    if (swapped := _swapped(old, rng)) is not None:
        return swapped
    kind = lexicon.last_word(lexicon.noun(entity)) if entity else ""
    if " " not in old.strip() or kind in lists["freely_named"]:
        return _begun_otherwise(old, rng)
    written = "of_texts" if kind in lists["versioned"] else "of_things"
    frames = [frame for frame in lists["renamed"][written] if frame.replace("{old}", "").strip(" ()-,") not in old]
    return str(rng.choice(frames)).replace("{old}", old) if frames else None


def _begun_otherwise(old: str, rng: Random) -> str | None:
    """A name of two words with another first one: ``Harbour photos`` for ``Press photos``; None for a name of any other form."""
    parts = old.split()
    if len(parts) != _LABEL_WORDS or not all(part.isalpha() for part in parts):
        return None
    start = seeding().fill(rng.choice(seeding().words["label_start"]), rng)
    return None if start.lower() in old.lower() else f"{start} {parts[-1]}"


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
