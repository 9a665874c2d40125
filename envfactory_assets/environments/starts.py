"""States that were loaded and checked before, kept so that further episodes begin from their rows without reading them again.

What a caller passed is never kept, only its text: a state that was changed since, in whatever place, has another text.
"""

from threading import Lock
from typing import Generic, TypeVar

S = TypeVar("S")
_MOST_BYTES = 4_000_000  # of text; what is made of it takes several times that
_STEP = 61  # one byte in so many is looked at to find what may be the same text; then all are compared


class Starts(Generic[S]):
    """The latest starts, by class and text."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: dict[tuple[type, int, bytes, bytes], tuple[bytes, S]] = {}  # least recently used first
        self._bytes = 0
        self._lock = Lock()

    def find(self, cls: type, head: bytes, text: bytes) -> S | None:
        """What was made of a text."""
        place = _place(cls, head, text)
        with self._lock:
            kept = self._kept.get(place)
            if kept is None or kept[0] != text:
                return None
            self._kept[place] = self._kept.pop(place)
        return kept[1]

    def keep(self, cls: type, head: bytes, text: bytes, made: S) -> None:
        """Remember what was made of a text; the least recently used make room."""
        place = _place(cls, head, text)
        with self._lock:
            self._forget(place)
            self._kept[place] = text, made
            self._bytes += len(text)
            while self._bytes > self._most_bytes:
                self._forget(next(iter(self._kept)))

    def _forget(self, place: tuple[type, int, bytes, bytes]) -> None:
        text, _ = self._kept.pop(place, (b"", None))
        self._bytes -= len(text)


def _place(cls: type, head: bytes, text: bytes) -> tuple[type, int, bytes, bytes]:
    return cls, len(text), head, text[::_STEP]
