"""What no natural request may contain: internal ids and tool names; and which of several versions reads best."""

import re
from collections import Counter
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.phrases import Phrase
from envfactory_assets.dialogue.services import Services

_OPAQUE = re.compile(r"(?<![\w@./-])(?=[0-9a-f-]*\d)[0-9a-f]{8}[0-9a-f-]{8,}(?![\w@])")
_WORD = re.compile(r"[\w'-]+")


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
    names = {str(tool.name) for spec in services.specs.values() for tool in spec.tools if len(lexicon.split_name(tool.name)) > 1}
    written = [name for name in sorted(names) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    return next(iter(written), None)


def quality(phrase: Phrase, recent: list[str]) -> float:
    """How well a request reads: 0 is perfect, more is worse."""
    text = phrase.text
    words = [word.lower() for word in _WORD.findall(text)]
    count = len(words)
    length = max(0, 8 - count) * 0.5 + max(0, count - 32) * 0.6
    content = Counter(word for word in words if len(word) > 4)
    repeated = sum(times - 1 for times in content.values() if times > 1)
    echoes = sum(len(_runs(text) & _runs(other)) + 2 * (text.split()[:2] == other.split()[:2]) for other in recent)
    first = text.split(" ", 1)[0]
    echoes += 2 * sum(first[-1:] in ".,!" and other.split(" ", 1)[0] == first for other in recent)
    ands = max(0, words.count("and") - 2) + max(0, words.count("with") - 1) + max(0, words.count("the") - 4) * 0.5
    return length + repeated * 1.0 + echoes * 0.8 + ands


def _runs(text: str) -> set[tuple[str, ...]]:
    """All runs of three words."""
    words = [word.lower() for word in _WORD.findall(text)]
    return {tuple(words[start : start + 3]) for start in range(len(words) - 2)}
