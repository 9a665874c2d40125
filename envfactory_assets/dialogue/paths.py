"""Concrete paths into results: ``[0].id``, ``items[2].owner.id``; and patterns, where ``[*]`` stands for any element."""

import re
from typing import Any

_TOKEN = re.compile(r"\[(\*|\d+)\]|([^.\[\]]+)")


def expand(value: Any, pattern: str) -> list[tuple[str, Any]]:
    """Every concrete path that a pattern stands for in a value, with what is there (nulls left out)."""
    found = [("", value)]
    for index, name in _TOKEN.findall(pattern):
        found = [step for path, item in found for step in _children(path, item, index, name)]
    return [(path, item) for path, item in found if item is not None]


def _children(path: str, item: Any, index: str, name: str) -> list[tuple[str, Any]]:
    if name:
        return [(f"{path}.{name}" if path else name, item[name])] if isinstance(item, dict) and name in item else []
    if not isinstance(item, list):
        return []
    chosen = range(len(item)) if index == "*" else [int(index)]
    return [(f"{path}[{i}]", item[i]) for i in chosen if i < len(item)]


def at(value: Any, path: str) -> Any:
    """What stands at a concrete path; None when nothing does."""
    found = expand(value, path)
    return found[0][1] if found else None


def split_leaf(path: str) -> tuple[str, str]:
    """The path of the record a value is in, and the value's name there: ``items[2].id`` is ``items[2]`` and ``id``."""
    tokens = list(_TOKEN.finditer(path))
    while tokens and not tokens[-1].group(2):
        tokens.pop()
    if not tokens:
        return path, ""
    last = tokens[-1]
    return path[: last.start()].rstrip("."), last.group(2)


def inside(path: str, record: str) -> bool:
    """Whether a concrete path leads into a record."""
    return path == record or path.startswith((f"{record}.", f"{record}[")) or record == ""


def is_only(result: Any, path: str, record: str) -> bool:
    """Whether a concrete path leads to the only element of each list inside a record: of several, words could not say which."""
    inner = path[len(record) :]
    lists = [record + inner[:place] for place, character in enumerate(inner) if character == "["]
    return not any(expand(result, f"{each}[1]") for each in lists)


def record_of(result: Any, path: str) -> dict[str, Any] | None:
    """The record that a concrete path leads into."""
    found = at(result, split_leaf(path)[0]) if split_leaf(path)[0] else result
    return found if isinstance(found, dict) else None
