"""Pages: lists that are given a part at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from envfactory_assets.environments.errors import InvalidArgument

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list, and where the next one starts."""

    items: list[T]
    next_cursor: str | None


def page_of(rows: Iterable[T], size: int, cursor: str | None) -> Page[T]:
    """The page of a list that a cursor names; the first one when there is none.

    Raises:
        InvalidArgument: the size is below 1, or the cursor is none that a page gave.
    """
    found = list(rows)
    start = 0 if cursor is None else int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 10 else -1
    if size < 1:
        raise InvalidArgument("The page size must be 1 or more.")
    if start < 0 or (start and start >= len(found)):
        raise InvalidArgument("The cursor is not one that this list gave.")
    following = start + size
    return Page(found[start:following], str(following) if following < len(found) else None)
