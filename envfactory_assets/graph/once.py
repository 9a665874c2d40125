"""Working out once what follows from the frozen parts of a specification alone: every draft asks the same of the same tools."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

KEPT = 50_000  # answers of one function; then it begins anew, so that specifications are not kept for ever

P = ParamSpec("P")
R = TypeVar("R")


def once(function: Callable[P, R]) -> Callable[P, R]:
    """A function of objects that never change, which remembers its answer for the very same ones; it takes no keywords."""
    known: dict[tuple[int, ...], tuple[tuple[Any, ...], R]] = {}
    answer = cast("Callable[..., R]", function)

    @wraps(function)
    def found(*parts: Any) -> R:
        key = tuple(map(id, parts))
        kept = known.get(key)
        if kept is None:
            if len(known) >= KEPT:
                known.clear()
            kept = known[key] = (parts, answer(*parts))  # parts stay alive: no other object takes their place
        return kept[1]

    return cast("Callable[P, R]", found)
