"""Conditions on rows: ``field=value`` or ``field__operator=value``."""

from collections.abc import Callable
from functools import cache
from operator import eq
from typing import Any


def _contains(stored: Any, wanted: Any) -> bool:
    if isinstance(stored, str):
        return str(wanted).casefold() in stored.casefold()
    if isinstance(wanted, list):
        return stored is not None and all(item in stored for item in wanted)
    return stored is not None and wanted in stored


equal: Callable[[Any, Any], bool] = eq
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": equal,
    "ne": lambda stored, wanted: stored != wanted,
    "lt": lambda stored, wanted: stored is not None and stored < wanted,
    "le": lambda stored, wanted: stored is not None and stored <= wanted,
    "gt": lambda stored, wanted: stored is not None and stored > wanted,
    "ge": lambda stored, wanted: stored is not None and stored >= wanted,
    "contains": _contains,
    "among": lambda stored, wanted: stored in wanted,
    "is_null": lambda stored, wanted: (stored is None) is wanted,
}


def field_and_operator(written: str) -> tuple[str, str]:
    """``price__ge`` as ``price`` and ``ge``; equality where no operator is written. A field's own name may end in an underscore."""
    field_name, _, operator = written.rpartition("__")
    return (field_name, operator) if field_name else (written, "eq")


@cache
def condition(name: str) -> tuple[str, Callable[[Any, Any], bool]]:
    """The field of a condition and its test.

    Raises:
        TypeError: there is no such operator.
    """
    field_name, operator = field_and_operator(name)
    if operator not in OPERATORS:
        raise TypeError(f"There is no operator {operator!r}; known are {', '.join(OPERATORS)}.")
    return field_name, OPERATORS[operator]
