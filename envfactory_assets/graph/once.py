"""Working out once what follows from the frozen parts of a specification alone: every draft asks the same of the same tools."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

KEPT = 50_000  # answers of one function; then it begins anew, so that specifications are not kept for ever

P = ParamSpec("P")
R = TypeVar("R")


def once(function: Callable[P, R]) -> Callable[P, R]:
    """A function that remembers its answer for the very same objects; they must never change."""
    known: dict[tuple[int, ...], tuple[tuple[Any, ...], R]] = {}

    @wraps(function)
    def found(*parts: P.args, **_named: P.kwargs) -> R:
        key = tuple(map(id, parts))
        try:
            return known[key][1]
        except KeyError:
            if len(known) >= KEPT:
                known.clear()
            known[key] = (parts, function(*parts, **_named))  # parts stay alive: no other object takes their place
            return known[key][1]

    return found
