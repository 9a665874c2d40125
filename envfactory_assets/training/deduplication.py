"""Near-duplicates among training rows: conversations or tasks whose requests say almost the same."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from envfactory_assets.records import Rejection, RlTask, SftConversation

NEAR = 0.85
_SHINGLE = 3
_WORD = re.compile(r"\w+")

T = TypeVar("T", SftConversation, RlTask)
Shingle = tuple[str, ...]


def without_near_duplicates(rows: Sequence[T]) -> tuple[list[T], list[Rejection]]:
    """Keep of near-equal rows of one domain the first by id.

    Two rows are near-duplicates when the word triples of all that their users say overlap by 0.85 or more (Jaccard), and so do those of
    what is asked last: the turns of one conversation share what was said before, and short follow-ups occur in many conversations.
    Only tasks of one mode are compared: a turn and the episode it belongs to are meant to be alike.
    """
    kept: list[T] = []
    rejections: list[Rejection] = []
    index: dict[tuple[str, str], _Index] = defaultdict(_Index)
    for row in sorted(rows, key=_id):
        own = index[row.domain, row.mode if isinstance(row, RlTask) else ""]
        said = _said(row)
        twin, likeness = own.nearest(said)
        if twin is not None:
            reason = f"near_duplicate: says almost what {twin} says"
            evidence = {"of": twin, "jaccard": round(likeness, 4)}
            rejections.append(Rejection(domain=row.domain, stage=row.table, subject=_id(row), reason=reason, evidence=evidence))
        else:
            own.add(_id(row), said)
            kept.append(row)
    return kept, rejections


@dataclass(frozen=True, slots=True)
class _Said:
    everything: frozenset[Shingle]
    last: frozenset[Shingle]


class _Index:
    """What the users of the rows kept so far say."""

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}
        self._having: dict[Shingle, list[str]] = defaultdict(list)

    def add(self, name: str, said: _Said) -> None:
        self._said[name] = said
        for shingle in said.everything:
            self._having[shingle].append(name)

    def nearest(self, said: _Said) -> tuple[str | None, float]:
        """The near-duplicate that shares most, the first by id of equals, and the smaller of the two likenesses."""
        shared = Counter(name for shingle in said.everything for name in self._having.get(shingle, ()))
        likeness: dict[str, float] = {}
        for name, count in shared.items():
            other = self._said[name]
            whole = count / (len(said.everything) + len(other.everything) - count)
            if whole >= NEAR:
                likeness[name] = min(whole, len(said.last & other.last) / len(said.last | other.last))
        near = {name: value for name, value in likeness.items() if value >= NEAR}
        best = min(near, key=lambda name: (-near[name], name), default=None)
        return best, near[best] if best is not None else 0.0


def _id(row: SftConversation | RlTask) -> str:
    return row.task_id if isinstance(row, RlTask) else row.trajectory_id


def _said(row: SftConversation | RlTask) -> _Said:
    texts = [message.content or "" for message in (row.prompt if isinstance(row, RlTask) else row.messages) if message.role == "user"]
    texts += row.user_turns[1:] if isinstance(row, RlTask) else []
    return _Said(_shingles(" ".join(texts)), _shingles(texts[-1] if texts else ""))


def _shingles(text: str) -> frozenset[Shingle]:
    words = _WORD.findall(text.casefold())
    if len(words) <= _SHINGLE:
        return frozenset([tuple(words)])
    return frozenset(tuple(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1))
