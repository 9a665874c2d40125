"""Working out once what follows from the frozen parts of a specification alone: every draft asks the same of the same tools."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar, cast

KEPT = 50_000  # answers of one function; then it begins anew, so that specifications are not kept for ever

P = ParamSpec("P")
R = TypeVar("R")


def once(function: Callable[P, R]) -> Callable[P, R]:
    """A function of objects that never change, which remembers its answer for the very same ones; it takes no keywords."""
    known: dict[Any, tuple[tuple[Any, ...], R]] = {}
    answer = cast("Callable[..., R]", function)

    def keep(key: Any, *parts: Any) -> R:
        if len(known) >= KEPT:
            known.clear()
        known[key] = parts, answer(*parts)  # parts stay alive: no other object takes their place
        return known[key][1]

    def found_of_one(part: Any) -> R:
        kept = known.get(id(part))
        return keep(id(part), part) if kept is None else kept[1]

    def found_of_several(*parts: Any) -> R:
        key = tuple(map(id, parts))
        kept = known.get(key)
        return keep(key, *parts) if kept is None else kept[1]

    found = found_of_one if len(signature(function).parameters) == 1 else found_of_several
    return cast("Callable[P, R]", wraps(function)(found))
