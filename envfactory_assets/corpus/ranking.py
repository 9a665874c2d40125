"""How good a document is as the ground of an environment, from 0 to 1: a ranking, not a gate.

Four parts, weighted as the paper weighs candidate resources: uniqueness 35, practicality 35, documentation 20, simplicity 10. Each is
estimated from structure alone.
"""

from collections.abc import Mapping

from envfactory_assets.corpus.document import ApiDocument, JsonSchema
from envfactory_assets.corpus.formats.schemas import references_in
from envfactory_assets.corpus.grouping import FAMILIES, Collection, collections_of, family_of

WEIGHTS = {"uniqueness": 0.35, "practicality": 0.35, "documentation": 0.20, "simplicity": 0.10}


def score(parts: Mapping[str, float]) -> float:
    """The weighted sum of the parts, with four decimals."""
    return round(sum(WEIGHTS[part] * value for part, value in parts.items()), 4)


def score_parts(document: ApiDocument) -> dict[str, float]:
    """Each part of the score, from 0 to 1."""
    collections = collections_of(document)
    return {
        "uniqueness": _uniqueness(document, collections),
        "practicality": _practicality(document, collections),
        "documentation": _documentation(document),
        "simplicity": _simplicity(document),
    }


def _uniqueness(document: ApiDocument, collections: list[Collection]) -> float:
    """How much the document offers that its other parts do not: kinds of things, and actions beyond the usual five families."""
    kinds = min(len(collections) / 8, 1)
    actions = min(sum(family_of(o) == "create" and o.path.count("{") > 0 for o in document.operations) / 6, 1)
    states = min(sum(1 for schema in document.schemas.values() if _has_state(schema)) / 4, 1)
    return (kinds + actions + states) / 3


def _practicality(document: ApiDocument, collections: list[Collection]) -> float:
    """Whether things can be made, found, changed and removed, and whether they hang together."""
    covered = sum(any(family in c.families for c in collections) for family in FAMILIES) / len(FAMILIES)
    fullest = max((len(c.families & set(FAMILIES)) for c in collections), default=0) / len(FAMILIES)
    linked = sum(1 for schema in document.schemas.values() if references_in(schema)) / max(len(document.schemas), 1)
    return (covered + fullest + min(linked * 2, 1)) / 3


def _documentation(document: ApiDocument) -> float:
    """How much is said: answers with a schema, parameters with a type, choices and formats named."""
    answered = sum(o.response is not None for o in document.operations) / len(document.operations)
    parameters = [p for o in document.operations for p in o.parameters]
    typed = sum(bool({"type", "$ref", "enum", "anyOf"} & p.schema_.keys()) for p in parameters) / max(len(parameters), 1)
    scalars = [s for schema in document.schemas.values() for s in schema.get("properties", {}).values() if isinstance(s, dict)]
    precise = sum(bool({"enum", "format", "examples", "pattern"} & s.keys()) for s in scalars) / max(len(scalars), 1)
    return (answered + typed + min(precise * 3, 1)) / 3


def _simplicity(document: ApiDocument) -> float:
    """Few required arguments an operation, and not too many operations to survey."""
    required = sum(p.required for o in document.operations for p in o.parameters) / len(document.operations)
    return (1 / (1 + max(required - 1.5, 0)) + min(40 / len(document.operations), 1)) / 2


def _has_state(schema: JsonSchema) -> bool:
    properties = schema.get("properties", {})
    return any(
        "enum" in value and key.lower().endswith(("status", "state")) for key, value in properties.items() if isinstance(value, dict)
    )
