"""Making an extract small: structural facts only, no prose, and no more of a schema than its operations need."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation
from envfactory_assets.corpus.formats.schemas import references_in, types_of
from envfactory_assets.corpus.lives import LIFE, tells_a_state
from envfactory_assets.corpus.telling import is_technical, mates, spelt, tells

MAX_SCALAR = 60
MAX_ENUM = 60
MAX_CHOICES = 4
_PROSE = {"description"}


@dataclass(frozen=True, slots=True)
class Tightness:
    """How much of the schemas is kept."""

    hops: int  # references followed from an operation
    properties: int  # of one object
    nesting: int  # objects written inside one another


LEVELS = (Tightness(4, 40, 4), Tightness(3, 40, 3), Tightness(3, 32, 3), Tightness(2, 32, 2), Tightness(2, 24, 2))
"""From generous to tight: the first that fits is used."""


def slimmed(document: ApiDocument, operations: list[Operation], tightness: Tightness) -> ApiDocument:
    """The document with only some operations, and only the facts about them."""
    slimmer = _Slimmer(document, operations, tightness)
    kept = tuple(slimmer.operation(operation) for operation in operations)
    schemas = slimmer.reachable(kept)
    return document.model_copy(update={"operations": kept, "schemas": schemas, "description": None, "license": None})


class _Slimmer:
    """Headers that most operations take are transport (versions, credentials) and are left out."""

    def __init__(self, document: ApiDocument, operations: list[Operation], tightness: Tightness) -> None:
        self._asked = {_plain(parameter.name) for operation in operations for parameter in operation.parameters}
        self._schemas = document.schemas
        sent = Counter(p.name.lower() for o in document.operations for p in o.parameters if p.place == "header")
        self._transport = {name for name, count in sent.items() if count * 2 > len(document.operations)}
        self._tightness = tightness

    def operation(self, operation: Operation) -> Operation:
        parameters = tuple(
            parameter.model_copy(update={"description": None, "schema_": self._parameter(parameter.schema_)})
            for parameter in operation.parameters
            if parameter.place != "header" or parameter.name.lower() not in self._transport
        )
        return operation.model_copy(
            update={
                "description": None,
                "states_named": (),
                "conditions": None,
                "life": None,
                "examples": (),
                "tags": tuple(tag for tag in operation.tags if len(tag) <= MAX_SCALAR),
                "parameters": parameters,
                "request": None if operation.request is None else self.schema(operation.request, 0, 0),
                "response": None if operation.response is None else self.schema(operation.response, 0, 0),
            }
        )

    def _parameter(self, schema: JsonSchema) -> JsonSchema:
        kept = self.schema(schema, 0, 0)
        for told in (kept, kept.get("items", {})):
            told.pop(LIFE, None)
        return kept

    def reachable(self, operations: tuple[Operation, ...]) -> dict[str, JsonSchema]:
        """The shared schemas within the allowed hops, breadth first."""
        level = references_in([[o.request, o.response, [p.schema_ for p in o.parameters]] for o in operations])
        found: dict[str, JsonSchema] = {}
        for hop in range(1, self._tightness.hops + 1):
            added = {name: self.schema(self._schemas.get(name, {}), 0, hop) for name in sorted(level - found.keys())}
            found |= added
            level = references_in(list(added.values()))
        return {name: self._within(schema, found) for name, schema in sorted(found.items())}

    def _within(self, value: Any, found: dict[str, JsonSchema]) -> Any:
        """Replace references past the last hop by what is known of them."""
        if isinstance(value, list):
            return [self._within(item, found) for item in value]
        if not isinstance(value, dict):
            return value
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.removeprefix("#/schemas/") not in found:
            return self._stub(self._schemas.get(reference.removeprefix("#/schemas/"), {}))
        return {key: self._within(item, found) for key, item in value.items()}

    def _stub(self, target: JsonSchema) -> JsonSchema:
        """An object by its identity alone."""
        identity = {key: value for key, value in target.get("properties", {}).items() if key.lower() in {"id", "key", "name"}}
        kept = {key: self.schema(value, self._tightness.nesting, 99) for key, value in identity.items() if not references_in(value)}
        return {"type": target.get("type", "object")} | ({"properties": kept} if kept else {})

    def schema(self, schema: JsonSchema, nesting: int, hop: int) -> JsonSchema:
        """One schema without prose, within the limits."""
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self._reference(schema, reference, nesting, hop)
        kept: JsonSchema = {key: value for key, value in schema.items() if key not in _PROSE}
        _shorten(kept)
        if "properties" in kept:
            if nesting >= self._tightness.nesting:
                kept = {"type": "object"}
            else:
                chosen = self._chosen(kept["properties"], kept.get("required", []))
                kept["properties"] = {key: self._property(key, kept["properties"][key], nesting + 1, hop) for key in chosen}
                if "required" in kept:
                    kept["required"] = [key for key in kept["required"] if key in kept["properties"]]
                    if not kept["required"]:
                        del kept["required"]
        for word in ("items", "additionalProperties"):
            if isinstance(kept.get(word), dict):
                kept[word] = self.schema(kept[word], nesting, hop)
        if "anyOf" in kept:
            kept["anyOf"] = [self.schema(choice, nesting, hop) for choice in kept["anyOf"][:MAX_CHOICES]]
        return kept

    def _property(self, name: str, schema: JsonSchema, nesting: int, hop: int) -> JsonSchema:
        """A property; of what is no state it is not told how it moves."""
        kept = self.schema(schema, nesting, hop)
        return kept if tells_a_state(name) else {key: value for key, value in kept.items() if key != LIFE}

    def _reference(self, schema: JsonSchema, reference: str, nesting: int, hop: int) -> JsonSchema:
        """A reference as it is; to a scalar, written out."""
        target = self._schemas.get(reference.removeprefix("#/schemas/"), {})
        if not ({"properties", "items", "anyOf", "additionalProperties", "$ref"} & target.keys()):
            return self.schema(target | {key: schema[key] for key in ("default", "readOnly") if key in schema}, nesting, hop)
        return {key: value for key, value in schema.items() if key in {"$ref", "required", "readOnly"}}

    def _chosen(self, properties: dict[str, JsonSchema], required: list[str]) -> list[str]:
        if len(properties) <= self._tightness.properties:
            return list(properties)
        ranks = _ranks(properties)
        wanted = {key: ranks[key] - 2 * (key in required) - 3 * (_plain(key) in self._asked) for key in properties}
        ranked = sorted(properties, key=lambda key: (ranks[key] > 0, wanted[key]))
        chosen = set(ranked[: self._tightness.properties])
        return [key for key in properties if key in chosen]


def _plain(name: str) -> str:
    """A name without what spellings differ in: ``customerId`` and ``customer_id`` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _ranks(properties: dict[str, JsonSchema]) -> dict[str, int]:
    """How telling each property is, lowest first; of a pair both are as telling as the better one."""
    own = {key: _rank(key, schema) for key, schema in properties.items()}
    by_name = {spelt(key): rank for key, rank in own.items()}
    return {key: min([rank, *(by_name[mate] for mate in mates(key) if mate in by_name)]) for key, rank in own.items()}


def _rank(name: str, schema: JsonSchema) -> int:
    """Identities and links, what a person speaks of, choices and times, other scalars, objects; what is technical last."""
    if re.fullmatch(r"(?i)id|gid|key|name|title|status|state|type", name) or re.search(r"(_id|Id|ID|_ids|Ids)$", name):
        return 0
    if is_technical(name):
        return 5
    if tells(name):
        return 1
    if "enum" in schema or str(schema.get("format", "")).startswith("date"):
        return 2
    return 3 if types_of(schema) & {"string", "integer", "number", "boolean"} else 4


def _shorten(kept: JsonSchema) -> None:
    """Drop values that are long or not scalar; a list of choices is kept whole or not at all."""
    for word in ("examples", "default"):
        if word in kept:
            values = kept[word] if word == "examples" else [kept[word]]
            short = [value for value in values if _is_short(value)]
            if short:
                kept[word] = short[:2] if word == "examples" else short[0]
            else:
                del kept[word]
    if "enum" in kept and (len(kept["enum"]) > MAX_ENUM or not all(_is_short(value) for value in kept["enum"])):
        del kept["enum"]
    for word in ("pattern", "format"):
        if len(kept.get(word, "")) > MAX_SCALAR * 2 or (word == "format" and " " in kept.get(word, "")):
            del kept[word]


def _is_short(value: Any) -> bool:
    return value is None or isinstance(value, int | float) or (isinstance(value, str) and len(value) <= MAX_SCALAR)
