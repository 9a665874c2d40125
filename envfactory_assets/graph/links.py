"""Through which fields people mean another record: the customer of an order, never the template of a submission."""

from functools import cache

from envfactory_assets.bundled import bundled, read_yaml
from envfactory_assets.synthesis.names import words

RELATIONS = "lexicons/dialogue/relations.yaml"
_KEYS = {"id", "ids", "uuid", "gid", "key", "ref", "number", "code"}


@cache
def is_spoken_of(field: str) -> bool:
    """Whether people mean what a field refers to through the record that holds it, by the field's wire name."""
    parts = list(words(field))
    while len(parts) > 1 and parts[-1] in _KEYS:
        parts.pop()
    return "_".join(parts) in _spoken()


@cache
def _spoken() -> frozenset[str]:
    return frozenset(read_yaml(bundled(RELATIONS).read_text(encoding="utf-8"))["words"])
