"""Near-duplicates among training rows: conversations or tasks whose requests say almost the same."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from envfactory_assets.records import Rejection, RlTask, SftConversation

NEAR = 0.85
_SHINGLE = 3
_WORD = re.compile(r"\w+")

Shingle = tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """All that the users of one row say. Only rows of one group are compared: of one domain, and tasks of one mode."""

    name: str
    group: tuple[str, str]
    texts: tuple[str, ...]

    @cached_property
    def everything(self) -> frozenset[Shingle]:
        """The word triples of all that is said."""
        return _shingles(" ".join(self.texts))

    @cached_property
    def last(self) -> frozenset[Shingle]:
        """Those of what is asked last."""
        return _shingles(self.texts[-1] if self.texts else "")


def without_near_duplicates(record: type[SftConversation] | type[RlTask], frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Rejection]]:
    """Keep of near-equal rows of one domain the first by id.

    Two rows are near-duplicates when the word triples of all that their users say overlap by 0.85 or more (Jaccard), and so do those of
    what is asked last: the turns of one conversation share what was said before, and short follow-ups occur in many conversations.
    Only tasks of one mode are compared: a turn and the episode it belongs to are meant to be alike.

    Args:
        record: what the rows are.
        frame: the rows.
    """
    twins = near_duplicates(_said_in(record, frame))
    rejections = [
        Rejection(
            domain=said.group[0],
            stage=record.table,
            subject=said.name,
            reason=f"near_duplicate: says almost what {twin} says",
            evidence={"of": twin, "jaccard": round(likeness, 4)},
        )
        for said, twin, likeness in twins
    ]
    return frame.filter(~pl.col(record.key[0]).is_in([said.name for said, _, _ in twins])), rejections


def near_duplicates(rows: Iterable[Said]) -> list[tuple[Said, str, float]]:
    """The rows that say almost what an earlier one by name says, with its name and how alike they are, 0 to 1."""
    groups: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.name):
        groups[row.group].append(row)
    return [found for group in sorted(groups) for found in _twins(groups[group])]


def _twins(rows: Sequence[Said]) -> Iterator[tuple[Said, str, float]]:
    index = _Index(Counter(shingle for row in rows for shingle in row.everything))
    for row in rows:
        twin, likeness = index.nearest(row)
        if twin is None:
            index.add(row)
        else:
            yield row, twin, likeness


class _Index:
    """What the users of the rows kept so far say, by the rarest of their word triples.

    Two sets that overlap by a share t have one of their rarest n - ceil(t n) + 1 members in common (prefix filtering, Chaudhuri et al.
    2006): only those are looked up, so that what everybody says costs nothing.
    """

    def __init__(self, counts: Counter[Shingle]) -> None:
        self._counts = counts
        self._said: dict[str, Said] = {}
        self._having: dict[Shingle, list[str]] = defaultdict(list)

    def add(self, said: Said) -> None:
        self._said[said.name] = said
        for shingle in self._rarest(said):
            self._having[shingle].append(said.name)

    def nearest(self, said: Said) -> tuple[str | None, float]:
        """The near-duplicate that shares most, the first by name of equals, and the smaller of the two likenesses."""
        near: dict[str, float] = {}
        for name in {name for shingle in self._rarest(said) for name in self._having.get(shingle, ())}:
            other = self._said[name]
            likeness = min(_jaccard(said.everything, other.everything), _jaccard(said.last, other.last))
            if likeness >= NEAR:
                near[name] = likeness
        best = min(near, key=lambda name: (-near[name], name), default=None)
        return best, near[best] if best is not None else 0.0

    def _rarest(self, said: Said) -> list[Shingle]:
        count = len(said.everything)
        return sorted(said.everything, key=lambda shingle: (self._counts[shingle], shingle))[: count - math.ceil(NEAR * count) + 1]


def _jaccard(left: frozenset[Shingle], right: frozenset[Shingle]) -> float:
    return len(left & right) / len(left | right)


def _said_in(record: type[SftConversation] | type[RlTask], frame: pl.DataFrame) -> Iterator[Said]:
    """What the users of stored rows say: all requests of a conversation; of a task those of its prompt and those that follow."""
    task = record is RlTask
    columns = ["domain", record.key[0], *(("mode", "prompt", "user_turns") if task else ("messages",))]
    for row in frame.select(columns).iter_rows(named=True):
        texts = [message["content"] or "" for message in row["prompt" if task else "messages"] if message["role"] == "user"]
        texts += row["user_turns"][1:] if task else []
        yield Said(row[record.key[0]], (row["domain"], row["mode"] if task else ""), tuple(texts))


def _shingles(text: str) -> frozenset[Shingle]:
    words = _WORD.findall(text.casefold())
    if len(words) <= _SHINGLE:
        return frozenset([tuple(words)])
    return frozenset(tuple(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1))
