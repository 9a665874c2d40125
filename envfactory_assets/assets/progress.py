"""Telling whoever started a run in this process how far it is. The command line listens; the UI has its own view."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, str, int, int], None]
"""Called with domain, stage, units done and units in all."""

_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have a listener told for the length of a block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tell(domain: str, stage: str, done: int, total: int) -> None:
    """Tell all listeners."""
    for listener in _listeners:
        listener(domain, stage, done, total)
