"""What no person would say: a tool's name or an internal id in a request."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from envfactory_assets.records import EnvironmentSpec
from envfactory_assets.training.replay import Replayed, Stage

_HUMP = re.compile(r"[a-z0-9][A-Z]|[_.-]")


def leak(requests: Iterable[str], stage: Stage, replayed: Iterable[Replayed]) -> str | None:
    """The first tool name or internal id that a request gives away; None when there is none.

    An id counts as internal when it is a key of a record, holds a digit and is no address; a whole number only where it is called an id.
    """
    specs = stage.specs()
    names = sorted({name for spec in specs.values() for tool in spec.tools for name in (tool.name, tool.method)})
    states = [stage.start, *(item.after for item in replayed if item.writes)]
    keys = sorted({key for state in states for env_id, spec in specs.items() for key in _keys(spec, state[env_id])}, key=str)
    for request in requests:
        if (name := named_tool(request, names)) is not None:
            return f"the request names the tool {name!r}"
        for key in keys:
            if str(key) in request and _says(request, _key_pattern(key)):
                return f"the request gives the internal id {key!r}"
    return None


def named_tool(request: str, names: Iterable[str]) -> str | None:
    """The first of some tools' names that a request says, if any; one that is a plain word (``search``) may be said."""
    return next((name for name in names if name in request and _HUMP.search(name) and _says(request, re.escape(name))), None)


def _keys(spec: EnvironmentSpec, state: dict[str, Any]) -> Iterator[str | int]:
    for entity in spec.entities:
        for row in state["tables"].get(entity.table, []):
            key = row[entity.key]
            if isinstance(key, int) or (any(c.isdigit() for c in key) and "@" not in key and " " not in key):
                yield key


def _key_pattern(key: str | int) -> str:
    return rf"(?:id|ID|Id|#)\W{{0,2}}{key}" if isinstance(key, int) or key.isdigit() else re.escape(key)


def _says(request: str, pattern: str) -> bool:
    return re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", request) is not None
