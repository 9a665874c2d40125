"""Near-duplicates among training rows: conversations or tasks whose requests say almost the same."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeVar

from envfactory_assets.records import Rejection, RlTask, SftConversation

NEAR = 0.85
_SHINGLE = 3
_WORD = re.compile(r"\w+")

T = TypeVar("T", SftConversation, RlTask)
Shingle = tuple[str, ...]


def without_near_duplicates(rows: Sequence[T]) -> tuple[list[T], list[Rejection]]:
    """Keep of near-equal rows of one domain the first by id.

    Two rows are near-duplicates when the word triples of all that their users say overlap by 0.85 or more (Jaccard). Only tasks of one
    mode are compared: a turn and the episode it belongs to are meant to be alike.
    """
    kept: list[T] = []
    rejections: list[Rejection] = []
    index: dict[tuple[str, str], _Index] = defaultdict(_Index)
    for row in sorted(rows, key=_id):
        own = index[row.domain, row.mode if isinstance(row, RlTask) else ""]
        shingles = _shingles(row)
        twin, likeness = own.nearest(shingles)
        if twin is not None and likeness >= NEAR:
            reason = f"near_duplicate: says almost what {twin} says"
            evidence = {"of": twin, "jaccard": round(likeness, 4)}
            rejections.append(Rejection(domain=row.domain, stage=row.table, subject=_id(row), reason=reason, evidence=evidence))
        else:
            own.add(_id(row), shingles)
            kept.append(row)
    return kept, rejections


class _Index:
    """The shingles of the rows kept so far."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._having: dict[Shingle, list[str]] = defaultdict(list)

    def add(self, name: str, shingles: frozenset[Shingle]) -> None:
        self._sizes[name] = len(shingles)
        for shingle in shingles:
            self._having[shingle].append(name)

    def nearest(self, shingles: frozenset[Shingle]) -> tuple[str | None, float]:
        """The row that shares most, the first by id of equals, and the Jaccard likeness."""
        shared = Counter(name for shingle in shingles for name in self._having.get(shingle, ()))
        likeness = {name: count / (len(shingles) + self._sizes[name] - count) for name, count in shared.items()}
        best = min(likeness, key=lambda name: (-likeness[name], name), default=None)
        return best, likeness[best] if best is not None else 0.0


def _id(row: SftConversation | RlTask) -> str:
    return row.task_id if isinstance(row, RlTask) else row.trajectory_id


def _shingles(row: SftConversation | RlTask) -> frozenset[Shingle]:
    said = [message.content or "" for message in (row.prompt if isinstance(row, RlTask) else row.messages) if message.role == "user"]
    said += row.user_turns[1:] if isinstance(row, RlTask) else []
    words = _WORD.findall(" ".join(said).casefold())
    if len(words) <= _SHINGLE:
        return frozenset([tuple(words)])
    return frozenset(tuple(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1))
