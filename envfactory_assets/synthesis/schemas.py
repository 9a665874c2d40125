"""Reading JSON Schemas of a document: references, compositions, and the record inside a response."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from envfactory_assets.corpus.document import ApiDocument, JsonSchema
from envfactory_assets.corpus.formats.schemas import types_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.stems import Stems

_PREFIX = "#/schemas/"
_MAPS = {("list",), ("history",), ("map",)}  # last words of a map from keys to records, written as one record
_TELLING = {"properties", "additionalProperties", "enum", "allOf", "anyOf", "oneOf"}
_COMPOSED = {"allOf", "anyOf", "oneOf", "$ref"}
_DEPTH = 12
_DEEPEST = 4
_LARGEST_WRAPPER = 6
_SMALLEST_WRAPPER = 3
_OF_PAGES = {"total", "total_count", "total_results", "total_items", "total_pages", "next_page", "previous_page", "previous", "has_more"}


@dataclass(frozen=True)
class Shape:
    """An object schema, flattened: its properties in order, what is required, and the shared name it came from."""

    properties: dict[str, JsonSchema] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    name: str | None = None
    pointer: str = ""
    places: dict[str, str] = field(default_factory=dict)  # property -> where it is, when not simply below the pointer
    closed: bool = False  # whether nothing but its properties may be there
    stem: str = ""  # the noun that the shared name says

    def place(self, key: str) -> str:
        """Where a property is."""
        return self.places.get(key) or below(self.pointer, "properties", key)


@dataclass(frozen=True)
class Payload:
    """The record, or list of records, that a response or a request carries."""

    shape: Shape
    many: bool = False
    envelope: str | None = None  # the property the record or list sits in
    wrappers: tuple[str, ...] = ()  # where the properties are that it is reached through
    path: tuple[str, ...] = ()  # the names of those properties, as far as one record or one list is reached through them


class Schemas:
    """The schemas of one document."""

    def __init__(self, document: ApiDocument) -> None:
        self._shared = document.schemas
        self._shapes: dict[str, Shape] = {}
        self._known: dict[str, tuple[JsonSchema, str | None, str]] = {}
        self.stems = Stems(document.schemas)

    def resolve(self, schema: JsonSchema | None) -> tuple[JsonSchema, str | None]:
        """Follow references and single-member compositions; the last shared name passed is the schema's name."""
        return self._resolve(schema, "")[:2]

    def _resolve(self, schema: JsonSchema | None, pointer: str) -> tuple[JsonSchema, str | None, str]:
        """The same, and where it ends."""
        target = schema.get("$ref") if isinstance(schema, dict) else None
        if isinstance(target, str) and target.startswith(_PREFIX):  # where it ends does not depend on who refers to it
            if target not in self._known:
                self._known[target] = self._followed(schema, pointer)
            return self._known[target]
        if isinstance(schema, dict) and ("properties" in schema or not schema.keys() & _COMPOSED):
            return schema, None, pointer
        return self._followed(schema, pointer)

    def _followed(self, schema: JsonSchema | None, pointer: str) -> tuple[JsonSchema, str | None, str]:
        name = None
        current: Any = schema or {}
        for _ in range(_DEPTH):
            if not isinstance(current, dict):
                return {}, name, pointer
            target = current.get("$ref")
            if isinstance(target, str) and target.startswith(_PREFIX):
                name = target.removeprefix(_PREFIX)
                pointer = below("/schemas", name)
                current = self._shared.get(name, {})
                continue
            if "properties" not in current and (members := [m for m in _members(current) if not _is_null(m[1])]) and len(members) == 1:
                pointer, current = f"{pointer}/{members[0][0]}", members[0][1]
                continue
            return current, name, pointer
        return {}, name, pointer

    def shape(self, schema: JsonSchema | None, pointer: str = "") -> Shape:
        """The properties of an object schema; ``allOf`` members are merged, of alternatives the first objects are."""
        target = (schema or {}).get("$ref") if isinstance(schema, dict) else None
        if not isinstance(target, str):
            return self._shape(schema, pointer)
        if target not in self._shapes:  # where a shared schema is does not depend on who refers to it
            self._shapes[target] = self._shape(schema, pointer)
        shape, beside = self._shapes[target], (schema or {}).get("required")
        required = set(beside) & shape.properties.keys() if isinstance(beside, list) else set()
        return replace(shape, required=shape.required | required) if required else shape

    def _shape(self, schema: JsonSchema | None, pointer: str) -> Shape:
        resolved, name, where = self._resolve(schema, pointer)
        if "properties" not in resolved and not _members(resolved):
            return Shape(name=name, pointer=where)
        properties: dict[str, JsonSchema] = {}
        places: dict[str, str] = {}
        required: set[str] = set()
        closed = False
        for part, strict, place in self._parts(resolved, where, 0):
            closed = closed or (strict and part.get("additionalProperties") is False)
            found = part.get("properties")
            if isinstance(found, dict):
                for key, value in found.items():
                    if key not in properties and place != where:
                        places[key] = below(place, "properties", key)
                    properties.setdefault(key, self._told(value))
            if strict and isinstance(part.get("required"), list):
                required.update(key for key in part["required"] if isinstance(key, str))
        stem = self.stems.of(name) if name else ""
        shape = Shape(properties, frozenset(required & set(properties)), name, where, places, closed, stem)
        return self._flat_attributes(shape)

    def _told(self, value: Any) -> JsonSchema:
        """A property, read-only also where only what it refers to says so."""
        if not isinstance(value, dict):
            return {}
        lent = "$ref" in value and "readOnly" not in value and self.resolve(value)[0].get("readOnly") is True
        return value | {"readOnly": True} if lent else value

    def _parts(self, schema: JsonSchema, pointer: str, depth: int) -> Iterator[tuple[JsonSchema, bool, str]]:
        if depth > _DEPTH:
            return
        yield schema, True, pointer
        for where, member in _members(schema):
            resolved, _, place = self._resolve(member, f"{pointer}/{where}")
            strict = where.startswith("allOf")
            yield from ((part, strict and sure, inner) for part, sure, inner in self._parts(resolved, place, depth + 1))

    def _flat_attributes(self, shape: Shape) -> Shape:
        """JSON:API keeps a record's own fields below ``attributes`` and its links below ``relationships``: lift them."""
        if "attributes" not in shape.properties or "id" not in shape.properties or len(shape.properties) > 6:
            return shape
        inner = self.shape(shape.properties["attributes"], shape.place("attributes"))
        lifted = {key: value for key, value in shape.properties.items() if key not in {"attributes", "type", "relationships"}}
        places = {key: shape.place(key) for key in lifted} | {key: inner.place(key) for key in inner.properties}
        linked = Shape()
        if "relationships" in shape.properties:
            linked = self.shape(shape.properties["relationships"], shape.place("relationships"))
        found = {**lifted, **inner.properties}
        found |= {key: value for key, value in linked.properties.items() if key not in found}
        places = {key: linked.place(key) for key in linked.properties} | places
        return Shape(found, frozenset({"id"}) | inner.required, shape.name, shape.pointer, places, stem=shape.stem)

    def one_of(self, schema: JsonSchema, pointer: str) -> tuple[JsonSchema, str]:
        """Of several objects that a value may be, the one with most properties, and where it is; any other schema as it is."""
        resolved, _, where = self._resolve(schema, pointer)
        if "properties" in resolved or "allOf" in resolved:
            return schema, pointer
        choices = [(member, f"{where}/{place}") for place, member in _members(resolved) if self.shape(member).properties]
        return max(choices, key=lambda choice: len(self.shape(choice[0]).properties), default=(schema, pointer))

    def is_blank(self, schema: JsonSchema | None, depth: int = 0) -> bool:
        """Whether a schema says no more than that an object, or a list, comes."""
        if schema is None or depth > _DEPTH:  # as a list of itself says nothing
            return True
        items = self.items(schema)
        if items is not None:
            return self.is_blank(items, depth + 1)
        resolved = self.resolve(schema)[0]
        return types_of(resolved) <= {"object", "null"} and not resolved.keys() & _TELLING

    def items(self, schema: JsonSchema | None) -> JsonSchema | None:
        """The item schema of an array; None for anything else."""
        found = self.items_at(schema, "")
        return None if found is None else found[0]

    def items_at(self, schema: JsonSchema | None, pointer: str, depth: int = 0) -> tuple[JsonSchema, str] | None:
        """The item schema of an array and where it is; where it may be one of several arrays, of the one that says most."""
        resolved, _, where = self._resolve(schema, pointer)
        kind = resolved.get("type")
        if kind == "array" or (isinstance(kind, list) and "array" in kind) or "items" in resolved:
            items = resolved.get("items")
            return (items if isinstance(items, dict) else {}), f"{where}/items"
        choices = [] if depth > _DEEPEST or "properties" in resolved or "allOf" in resolved else _members(resolved)
        told: list[tuple[JsonSchema, str]] = []
        for place, member in choices:
            if not _is_null(member):
                found = self.items_at(member, f"{where}/{place}", depth + 1)
                if found is None:
                    return None
                told.append(found)
        return max(told, key=lambda each: len(self.shape(each[0]).properties), default=None)

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

    def listed_keys(self, schema: JsonSchema | None, pointer: str) -> Payload | None:
        """The list of texts or numbers that a response carries in its one list: keys of records that it does not show."""
        shape = self.shape(schema, pointer)
        lists = [key for key, value in shape.properties.items() if self.items(value) is not None and snake(key) not in lexicon().notices]
        if len(lists) != 1:
            return None
        place = shape.place(lists[0])
        return Payload(Shape(pointer=f"{place}/items"), many=True, envelope=lists[0], wrappers=(place,), path=(lists[0],))

    def bare_list(self, schema: JsonSchema | None, thing: str, pointer: str) -> tuple[str, str] | None:
        """The one list of an answer that says nothing of what it lists, and where it is; when it is called like a list of records."""
        shape = self.shape(schema, pointer)
        given = {key: self.items(value) for key, value in shape.properties.items() if snake(key) not in lexicon().notices}
        lists = [key for key, items in given.items() if items is not None]
        called = len(lists) == 1 and (snake(lists[0]) in lexicon().list_wrappers or _is_called(lists[0], thing))
        if not called or self.shape(given[lists[0]]).properties or (given[lists[0]] or {}).get("type", "object") != "object":
            return None
        return lists[0], shape.place(lists[0])

    def _payload(self, schema: JsonSchema | None, thing: str, listing: bool, pointer: str, depth: int) -> Payload | None:
        items = self.items_at(schema, pointer)
        if items is not None:
            found = self._payload(items[0], thing, False, items[1], depth + 1) if depth < _DEEPEST else None
            sure = listing or self._resolve(schema, pointer)[0].get("type") != "object"  # an object with items is either
            return replace(found, many=sure, envelope=None, path=()) if found else None
        shape = self.shape(schema, pointer)
        if not shape.properties:
            return None
        if depth < _DEEPEST:
            ways = (self._inside_list, self._inside_record) if listing else (self._inside_record, self._inside_list)
            for way in ways:
                if found := way(shape, thing, listing, depth):
                    return found
        return Payload(shape)

    def _inside_list(self, shape: Shape, thing: str, listing: bool, depth: int) -> Payload | None:
        key = self._list_property(shape, thing, listing) if listing or not has_identity(shape, thing) else None
        if key is None or (not listing and snake(shape.name or "") == thing and not _holds(key, thing)):
            return None
        place = shape.place(key)
        items = self.items_at(shape.properties[key], place)
        inner = self._payload(items[0], thing, False, items[1], depth + 1) if items else None
        return Payload(inner.shape, True, key, (place, *inner.wrappers), (key,)) if inner else None

    def _inside_record(self, shape: Shape, thing: str, listing: bool, depth: int) -> Payload | None:
        key = None if has_identity(shape, thing) else self._record_property(shape, thing)
        if key is None:
            return None
        place = shape.place(key)
        inner = self._payload(shape.properties[key], thing, listing, place, depth + 1)
        envelope = inner.envelope if inner and inner.many and inner.envelope else key
        many = inner is not None and (inner.many or (listing and words(key)[-1:] in _MAPS))
        path = (key, *inner.path) if inner and (inner.many or not many) else (key,)
        return Payload(inner.shape, many, envelope, (place, *inner.wrappers), path) if inner else None

    def _list_property(self, shape: Shape, thing: str, listing: bool) -> str | None:
        given = {key: value for key, value in shape.properties.items() if snake(key) not in lexicon().notices}
        told = [key for key in given if snake(key) not in lexicon().page_parameters | lexicon().page_sizes | _OF_PAGES]
        lists = [key for key, value in given.items() if self._lists_records(value)]
        named = [key for key in lists if _is_called(key, thing, longer=not has_identity(shape, thing))]
        known = [key for wanted in lexicon().list_wrappers for key in lists if snake(key) == wanted or key == wanted]
        if (named or known) and (listing or len(told) <= _LARGEST_WRAPPER):
            return (named or known)[0]
        alone = len(given) <= _SMALLEST_WRAPPER or (listing and not has_identity(shape, thing))
        return lists[0] if len(lists) == 1 and alone else None

    def _lists_records(self, schema: JsonSchema) -> bool:
        """Whether a schema is a list of objects, or a list of such lists."""
        items = self.items(schema)
        return items is not None and bool(self.shape(items).properties or self.shape(self.items(items)).properties)

    def _record_property(self, shape: Shape, thing: str) -> str | None:
        objects = [key for key, value in shape.properties.items() if snake(key) not in lexicon().notices and self.shape(value).properties]
        named = [key for key in objects if _is_called(key, thing)]
        known = [key for wanted in lexicon().record_wrappers for key in objects if snake(key) == wanted]
        if (named or known) and len(shape.properties) <= _LARGEST_WRAPPER:
            return (named or known)[0]
        return objects[0] if len(objects) == 1 and len(shape.properties) == 1 else None


def _is_called(key: str, thing: str, *, longer: bool = True) -> bool:
    """Whether a property is called like a thing, or by the end of its name; or the thing by the end of the property's."""
    said = noun(key)
    return said == thing or thing.endswith(f"_{said}") or (longer and said.endswith(f"_{thing}"))


def _holds(key: str, thing: str) -> bool:
    """Whether a property is called as what holds records of a thing, or of any."""
    return _is_called(key, thing) or snake(key) in lexicon().list_wrappers


def has_identity(shape: Shape, thing: str) -> bool:
    """Whether a record of this shape names itself."""
    own = {*lexicon().key_fields, "entity_id", f"{thing}_id", f"{thing.rsplit('_', maxsplit=1)[-1]}_id"} - {"uri", "key"}
    return any(snake(key) in own for key in shape.properties)


def below(pointer: str, *tokens: str) -> str:
    """A JSON pointer further down."""
    return "/".join([pointer, *(token if token.isalnum() else token.replace("~", "~0").replace("/", "~1") for token in tokens)])


def _members(schema: JsonSchema) -> list[tuple[str, Any]]:
    """The members of a schema's compositions, with where they are."""
    if "anyOf" not in schema and "allOf" not in schema and "oneOf" not in schema:
        return []
    found = [(key, schema[key]) for key in ("allOf", "oneOf", "anyOf") if key in schema]
    return [(f"{key}/{index}", member) for key, members in found for index, member in enumerate(members or ())]


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"
