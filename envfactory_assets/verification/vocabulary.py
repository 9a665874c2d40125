"""The words of ``words.yaml``: what a tool's name and description promise."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from envfactory_assets.bundled import read_yaml
from envfactory_assets.records import ToolSpec

_FILE = Path(__file__).with_name("words.yaml")


@cache
def _words() -> dict[str, Any]:
    read: dict[str, Any] = read_yaml(_FILE.read_text(encoding="utf-8"))
    return read


def outcome(tool: ToolSpec, values: tuple[str, ...]) -> str | None:
    """The state, of those there are, in which a tool's name says it leaves a row; None when it says nothing, or names several."""
    name = _snake(tool.name)
    found = [value for value in values if any(name.startswith(verb) or f"_{verb}" in f"_{name}" for verb in _verbs(_snake(value)))]
    return found[0] if len(found) == 1 else None


def is_outcome(value: str) -> bool:
    """Whether a state is one that something must have happened to lead to: cancelled, approved, paid."""
    first = _snake(value).partition("_")[0]
    irregular = {state for states in _words()["outcomes"].values() for state in states}
    return (first.endswith("ed") or value in irregular) and first not in _words()["beginnings"]


def speaks_of_caller(tool: ToolSpec) -> bool:
    """Whether a tool says that what it shows has to do with the caller."""
    said = f" {_snake(tool.name).replace('_', ' ')} {tool.description} ".casefold()
    return any(re.search(rf"\b{re.escape(word)}\b", said) for word in _words()["own"])


def begins_at_one(name: str) -> bool:
    """Whether a number of this name counts from one: the first version, the first place."""
    return _snake(name).rpartition("_")[2] in _words()["from_one"]


def leaves_bound_open(name: str) -> bool:
    """Whether the name of a bound says that what lies on it may be left out; part of a word, as in length, says nothing."""
    parts = re.findall("[a-z]+", _snake(name))
    bounds = _words()["open_bounds"]
    return bool(parts) and (not set(bounds).isdisjoint(parts) or parts[-1].endswith(tuple(word for word in bounds if len(word) > 3)))


def _verbs(value: str) -> list[str]:
    """The verbs that lead to a state: ``cancelled`` from cancel, ``checked_in`` from check_in."""
    first, _, rest = value.partition("_")
    tail = f"_{rest}" if rest else ""
    stems = [first.removesuffix("ed"), first.removesuffix("d")] if first.endswith("ed") else []
    stems += [stem[:-1] for stem in stems if len(stem) > 3 and stem[-1:] == stem[-2:-1]]  # cancelled, planned
    stems += [f"{stem[:-1]}y" for stem in stems if stem.endswith("i")]  # denied
    listed = [verb for verb, states in _words()["outcomes"].items() if value in states]
    return [stem + tail for stem in stems if len(stem) > 2] + listed


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
