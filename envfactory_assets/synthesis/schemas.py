"""Reading JSON Schemas of a document: references, compositions, and the record inside a response."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from envfactory_assets.corpus.document import ApiDocument, JsonSchema
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake

_PREFIX = "#/schemas/"
_DEPTH = 12
_DEEPEST = 4
_LARGEST_WRAPPER = 6


@dataclass(frozen=True)
class Shape:
    """An object schema, flattened: its properties in order, what is required, and the shared name it came from."""

    properties: dict[str, JsonSchema] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    name: str | None = None
    pointer: str = ""


@dataclass(frozen=True)
class Payload:
    """The record, or list of records, that a response or a request carries."""

    shape: Shape
    many: bool = False
    envelope: str | None = None  # the property the record or list sits in


class Schemas:
    """The schemas of one document."""

    def __init__(self, document: ApiDocument) -> None:
        self._shared = document.schemas

    def resolve(self, schema: JsonSchema | None) -> tuple[JsonSchema, str | None]:
        """Follow references and single-member compositions; the last shared name passed is the schema's name."""
        name = None
        current: Any = schema or {}
        for _ in range(_DEPTH):
            if not isinstance(current, dict):
                return {}, name
            target = current.get("$ref")
            if isinstance(target, str) and target.startswith(_PREFIX):
                name = target.removeprefix(_PREFIX)
                current = self._shared.get(name, {})
                continue
            members = [m for m in _members(current) if not _is_null(m)]
            if len(members) == 1 and "properties" not in current:
                current = members[0]
                continue
            return current, name
        return {}, name

    def shape(self, schema: JsonSchema | None, pointer: str = "") -> Shape:
        """The properties of an object schema; ``allOf`` members are merged, of alternatives the first objects are."""
        resolved, name = self.resolve(schema)
        properties: dict[str, JsonSchema] = {}
        required: set[str] = set()
        for part, strict in self._parts(resolved, 0):
            found = part.get("properties")
            if isinstance(found, dict):
                for key, value in found.items():
                    properties.setdefault(key, value if isinstance(value, dict) else {})
            if strict and isinstance(part.get("required"), list):
                required.update(key for key in part["required"] if isinstance(key, str))
        where = f"{_PREFIX[1:]}{name}" if name else pointer
        shape = Shape(properties, frozenset(required & set(properties)), name, where)
        return self._flat_attributes(shape)

    def _parts(self, schema: JsonSchema, depth: int) -> Iterator[tuple[JsonSchema, bool]]:
        if depth > _DEPTH:
            return
        yield schema, True
        for member in schema.get("allOf") or ():
            resolved, _ = self.resolve(member)
            yield from self._parts(resolved, depth + 1)
        for key in ("oneOf", "anyOf"):
            for member in schema.get(key) or ():
                resolved, _ = self.resolve(member)
                yield from ((part, False) for part, _ in self._parts(resolved, depth + 1))

    def _flat_attributes(self, shape: Shape) -> Shape:
        """JSON:API keeps a record's own fields below ``attributes``: lift them."""
        if "attributes" not in shape.properties or "id" not in shape.properties or len(shape.properties) > 6:
            return shape
        inner = self.shape(shape.properties["attributes"])
        lifted = {key: value for key, value in shape.properties.items() if key not in {"attributes", "type", "relationships"}}
        return Shape({**lifted, **inner.properties}, frozenset({"id"}) | inner.required, shape.name, shape.pointer)

    def items(self, schema: JsonSchema | None) -> JsonSchema | None:
        """The item schema of an array; None for anything else."""
        resolved, _ = self.resolve(schema)
        kind = resolved.get("type")
        if kind == "array" or (isinstance(kind, list) and "array" in kind) or "items" in resolved:
            items = resolved.get("items")
            return items if isinstance(items, dict) else {}
        return None

    def payload(self, schema: JsonSchema | None, thing: str, *, listing: bool, pointer: str = "") -> Payload | None:
        """Find the record a response carries.

        Args:
            schema: the response's or request's schema.
            thing: the noun the path speaks of, to pick among several properties.
            listing: whether a list is expected.
            pointer: where the schema is, for shapes without a shared name.

        Returns:
            None when the schema holds no object with properties.
        """
        return self._payload(schema, thing, listing, pointer, 0)

    def _payload(self, schema: JsonSchema | None, thing: str, listing: bool, pointer: str, depth: int) -> Payload | None:
        items = self.items(schema)
        if items is not None:
            found = self._payload(items, thing, False, f"{pointer}/items", depth + 1) if depth < _DEEPEST else None
            return Payload(found.shape, many=True) if found else None
        shape = self.shape(schema, pointer)
        if not shape.properties:
            return None
        if depth < _DEEPEST:
            ways = (self._inside_list, self._inside_record) if listing else (self._inside_record, self._inside_list)
            for way in ways:
                if found := way(shape, thing, listing, pointer, depth):
                    return found
        return Payload(shape)

    def _inside_list(self, shape: Shape, thing: str, listing: bool, pointer: str, depth: int) -> Payload | None:
        key = self._list_property(shape, thing, listing) if listing or not has_identity(shape, thing) else None
        inner = self._payload(self.items(shape.properties[key]), thing, False, f"{pointer}/{key}", depth + 1) if key else None
        return Payload(inner.shape, many=True, envelope=key) if inner else None

    def _inside_record(self, shape: Shape, thing: str, listing: bool, pointer: str, depth: int) -> Payload | None:
        key = None if has_identity(shape, thing) else self._record_property(shape, thing)
        inner = self._payload(shape.properties[key], thing, listing, f"{pointer}/{key}", depth + 1) if key else None
        return Payload(inner.shape, inner.many, inner.envelope if inner.many and inner.envelope else key) if inner else None

    def _list_property(self, shape: Shape, thing: str, listing: bool) -> str | None:
        given = {key: value for key, value in shape.properties.items() if snake(key) not in lexicon().notices}
        lists = [key for key, value in given.items() if (items := self.items(value)) is not None and self.shape(items).properties]
        named = [key for key in lists if noun(key) == thing or thing.endswith(f"_{noun(key)}")]
        known = [key for wanted in lexicon().list_wrappers for key in lists if snake(key) == wanted or key == wanted]
        if (named or known) and (listing or len(given) <= _LARGEST_WRAPPER):
            return (named or known)[0]
        return lists[0] if len(lists) == 1 and (listing or len(given) <= 3) else None

    def _record_property(self, shape: Shape, thing: str) -> str | None:
        objects = [key for key, value in shape.properties.items() if snake(key) not in lexicon().notices and self.shape(value).properties]
        named = [key for key in objects if noun(key) == thing or thing.endswith(f"_{noun(key)}")]
        known = [key for wanted in lexicon().record_wrappers for key in objects if snake(key) == wanted]
        if (named or known) and len(shape.properties) <= _LARGEST_WRAPPER:
            return (named or known)[0]
        return objects[0] if len(objects) == 1 and len(shape.properties) == 1 else None


def has_identity(shape: Shape, thing: str) -> bool:
    """Whether a record of this shape names itself."""
    own = {*lexicon().key_fields, "entity_id", f"{thing}_id", f"{thing.rsplit('_', maxsplit=1)[-1]}_id"} - {"uri", "key"}
    return any(snake(key) in own for key in shape.properties)


def _members(schema: JsonSchema) -> list[Any]:
    return [m for key in ("allOf", "oneOf", "anyOf") for m in schema.get(key) or ()]


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"
