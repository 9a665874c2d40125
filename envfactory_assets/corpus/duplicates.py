"""Documents of one API: its versions, and copies that hardly differ. The best is kept, the others are named."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from envfactory_assets.corpus.document import ApiDocument, Operation

SAME_PROVIDER = 0.6
"""Share of the smaller document's operations that two documents of one provider must share to be versions of one API."""
ANY_PROVIDER = 0.85
"""The same for documents of different providers, of the larger document's operations."""
_RAREST = 6  # operations by which possible copies are looked up
_FEWEST_COMMON = {True: 2, False: 4}  # operations that documents of one provider, and of two, must share at least
_VERSION = re.compile(r"^v?\d+([._-]\d+)*((alpha|beta|rc)\d*)?$", re.IGNORECASE)
_UNSTABLE = re.compile(r"alpha|beta|rc|preview|draft|sandbox|test", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Print:
    """What of a document tells whether it is another's copy.

    Attributes:
        location: names the document.
        provider: who serves the API.
        signature: hashes of its operations.
        precedence: of its source: a later source's document is preferred.
        version: as the document says it.
        score: how good it is.
    """

    location: str
    provider: str
    signature: frozenset[int]
    precedence: int
    version: str
    score: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A document that is left out, the one kept instead, and the share of operations they have in common."""

    location: str
    kept: str
    shared: float


def signature_of(document: ApiDocument) -> tuple[int, ...]:
    """A hash for every operation: its verb and path without version and names of parameters, or its name where there is no path."""
    return tuple(sorted({_hash(_shape(operation)) for operation in document.operations}))


def _shape(operation: Operation) -> str:
    if not operation.path:
        return re.sub(r"[^a-z0-9]", "", operation.operation_id.lower())
    segments = [s for s in re.sub(r"{[^{}]*}", "{}", operation.path.lower()).removesuffix(".json").split("/") if s]
    kept = [s for s in segments if not _VERSION.match(s)]
    return f"{operation.method} /{'/'.join(kept)}"


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big")


def find_duplicates(prints: Sequence[Print]) -> list[Duplicate]:
    """The documents that are versions or copies of a better one.

    Args:
        prints: all documents, in any order.

    Returns:
        One entry a document left out. What is kept is never left out itself.
    """
    ranked = sorted(prints, key=_preference)
    rarity: dict[int, int] = defaultdict(int)
    for each in ranked:
        for value in each.signature:
            rarity[value] += 1
    kept: dict[int, list[Print]] = defaultdict(list)  # a hash of an operation -> kept documents that have it
    found: list[Duplicate] = []
    for each in ranked:
        better = _better(each, kept, rarity)
        if better is not None:
            found.append(Duplicate(each.location, better[0].location, round(better[1], 3)))
            continue
        for value in each.signature:
            kept[value].append(each)
    return sorted(found, key=lambda duplicate: duplicate.location)


def _preference(each: Print) -> tuple[int, bool, tuple[int, ...], float, str]:
    """Best first: the later source, stable before unstable, the newer version, the better score."""
    numbers = tuple(-int(number) for number in [*re.findall(r"\d+", each.version), 0, 0, 0, 0][:4])
    return (-each.precedence, bool(_UNSTABLE.search(each.version)), numbers, -each.score, each.location)


def _better(each: Print, kept: Mapping[int, Sequence[Print]], rarity: Mapping[int, int]) -> tuple[Print, float] | None:
    """The kept document that this one repeats most, and how much of it."""
    if not each.signature:
        return None
    looked_up = sorted(each.signature, key=lambda value: (rarity[value], value))
    candidates = {other.location: other for value in looked_up[:_RAREST] for other in kept.get(value, ())}
    candidates |= {o.location: o for value in looked_up[_RAREST:] for o in kept.get(value, ()) if o.provider == each.provider}
    best: tuple[Print, float] | None = None
    for _, other in sorted(candidates.items()):
        common = len(each.signature & other.signature)
        same = other.provider == each.provider
        sizes = (len(each.signature), len(other.signature))
        share = common / (min(sizes) if same else max(sizes))
        enough = share >= (SAME_PROVIDER if same else ANY_PROVIDER) and common >= min(_FEWEST_COMMON[same], max(sizes))
        if enough and (best is None or share > best[1]):
            best = (other, share)
    return best
