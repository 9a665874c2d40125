"""What no natural request may contain: internal ids and tool names."""

import re
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.services import Services

_OPAQUE = re.compile(r"(?<![\w@./-])(?=[0-9a-f-]*\d)[0-9a-f]{8}[0-9a-f-]{8,}(?![\w@])")


def internal_ids(services: Services, states: dict[str, Any]) -> frozenset[str]:
    """Every internal id in some states. Bare small numbers are left out: a text may hold them for other reasons."""
    found: set[str] = set()
    for env_id, spec in services.specs.items():
        for entity in spec.entities:
            for row in states[env_id]["tables"].get(entity.table, []):
                value = row.get(entity.key)
                if value is not None and lexicon.is_internal(entity, value) and not (str(value).isdigit() and len(str(value)) < 5):
                    found.add(str(value))
    return frozenset(found)


def _is_several(name: str) -> bool:
    """Whether a name is of several words; one alone is said for other reasons."""
    return len(lexicon.split_name(name)) > 1


def leaks(text: str, services: Services, ids: frozenset[str]) -> str | None:
    """The internal id or tool name that a request contains, if any."""
    opaque = _OPAQUE.search(text)
    if opaque:
        found: str = opaque.group()
        return found
    tokens: set[str] = {*re.findall(r"[\w\-:/@.]+", text), *re.findall(r"\w+", text)}
    for token in sorted(tokens | {token.rstrip(".:") for token in tokens}):
        if token in ids:
            return token
    held = sorted(name for spec in services.specs.values() for tool in spec.tools if (name := tool.name) in text and _is_several(name))
    return next((name for name in held if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)), None)
