"""What is inside a field of a row: its plain values, those at a place that the specification tells of, and whom they name."""

import re
from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import FieldSpec

Row = dict[str, Any]


def inside(value: Any) -> Iterator[Any]:
    """Every plain value inside a value."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from inside(part)
    else:
        yield value


def names(field: FieldSpec, row: Row, entity: str, key: Any) -> bool:
    """Whether a part inside a field of a row names a row of an entity; where nothing says in which part, only a text can be told to."""
    meant = [place for target, place in zip(field.inner_refs, field.inner_paths, strict=False) if target == entity]
    value = row.get(field.name)
    return (
        key in (each for place in meant for each in at(value, steps_of(place))) if meant else isinstance(key, str) and key in inside(value)
    )


def steps_of(place: str) -> list[str]:
    """The names on the way to a place inside a field."""
    return [bare(step) for step in re.split(r"\[\*\]|\.", place) if step][1:]


def at(value: Any, steps: list[str]) -> Iterator[Any]:
    """The plain values at a place inside a value."""
    if isinstance(value, list):
        for part in value:
            yield from at(part, steps)
    elif isinstance(value, dict):
        for name, part in value.items() if steps else ():
            if bare(name) == steps[0]:
                yield from at(part, steps[1:])
    elif not steps:
        yield value


def bare(name: str) -> str:
    """A name as states and answers have it alike: they spell it in their own ways."""
    return "".join(letter for letter in name if letter.isalnum()).casefold()
