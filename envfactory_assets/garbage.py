"""Python's garbage collector, kept out of the way of work that makes many objects and keeps nearly all of them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEVER = 1_000_000_000


@contextmanager
def collected_young() -> Iterator[None]:
    """Look for garbage among new objects only: of work that makes much, next to none of which grows old, beside many objects that stay."""
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)
    try:
        yield
    finally:
        gc.set_threshold(young, middle, old)


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave garbage for later: the collector would look at the same objects again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
