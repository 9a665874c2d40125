"""Reading the schemas of a document: one dialect of JSON Schema out of the dialects that documents use.

Shared definitions become entries of ``ApiDocument.schemas`` and are referred to by name, so a definition that holds itself is no
problem; ``allOf`` is merged into one object; ``nullable`` becomes a type of its own; ``oneOf`` becomes ``anyOf``.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import orjson

from envfactory_assets.corpus.conditions import EITHER, EMPTY, NEEDS, instead_of, is_empty_for_none, needed_by
from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.lives import LIFE, described_in, is_life, life_of_values
from envfactory_assets.corpus.naming import UniqueNames
from envfactory_assets.corpus.prose import SAID, is_read_only, is_said

MAX_SCHEMA_DEPTH = 40
MAX_HOPS = 40
"""How many references may lead to one another, end to end."""
MAX_MERGES = 40
"""How many definitions may be merged into one another, end to end."""
MAX_NESTED = 120
"""How deep schemas may be nested in definitions that are merged into one another, all levels together."""
MAX_MERGED_PROPERTIES = 2_000_000
"""How many properties all merged definitions may have together."""
MAX_NAME = 200
_TYPES = {"string", "integer", "number", "boolean", "object", "array", "null"}
_TYPE_WORDS = {  # what documents write where JSON Schema has a type, in lower case
    **{word: word for word in _TYPES},
    **dict.fromkeys(("str", "text", "char", "file", "date", "datetime", "date-time", "time", "uuid"), "string"),
    **dict.fromkeys(("int", "int32", "int64", "long", "short"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    "bool": "boolean",
    **dict.fromkeys(("dict", "map", "hashmap"), "object"),
    **dict.fromkeys(("list", "arraylist", "tuple", "set"), "array"),
}
_FORMAT_WORDS = {"file": "binary", "date": "date", "datetime": "date-time", "date-time": "date-time", "time": "time", "uuid": "uuid"}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_flag(value: Any) -> bool:
    return value is True or value is False


def _is_telling(value: Any) -> bool:
    return isinstance(value, str) and not value.isspace() and value != ""


_ANNOTATIONS: dict[str, Callable[[Any], bool]] = {  # keyword -> whether a value fits it
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_count),
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly", "deprecated"), _is_flag),
    **dict.fromkeys(("format", "pattern", "description"), _is_telling),
    SAID: is_said,
    NEEDS: _is_telling,
    EITHER: _is_telling,
    EMPTY: _is_flag,
    LIFE: is_life,
}


def _with_other(name: str, schema: JsonSchema, raw: Any) -> JsonSchema:
    """A property with the one that may be given in its place, where its description names one."""
    other = instead_of(name, raw.get("description")) if isinstance(raw, dict) and not schema.keys() & {"$ref", EITHER} else None
    return schema | {EITHER: other} if other else schema


_READ_ONLY = ("readOnly", "x-read-only", "x-readonly", "x-readOnly")  # vendors say it in their own words


def _is_read_only(raw: dict[str, Any]) -> bool:
    """Whether a schema says that its value is never set, by its flag or else in words."""
    flag = next((raw[word] for word in _READ_ONLY if word in raw), None)
    return flag is True or (flag is not False and is_read_only(raw.get("description")))


_BESIDE_A_REFERENCE = ("description", "default", SAID, *_READ_ONLY)


class SchemaReader:
    """Turns raw schemas into the project's dialect and gathers the shared definitions they refer to."""

    def __init__(self, root: dict[str, Any], name: str) -> None:
        self._root = root
        self._document = name
        self._names: dict[str, str] = {}  # reference -> name
        self._unique = UniqueNames()
        self._waiting: list[str] = []
        self._open: list[str] = []  # references that are being merged
        self._merged: dict[str, JsonSchema] = {}
        self._merged_properties = 0
        self._nested = 0  # levels of schemas around the definition that is being merged

    def read(self, raw: Any, depth: int = 0) -> JsonSchema:
        """One schema in the project's dialect; what is not a schema reads as ``{}``, anything."""
        if not isinstance(raw, dict) or depth > MAX_SCHEMA_DEPTH:
            return {}
        reference = raw.get("$ref")
        if isinstance(reference, str) and isinstance(raw.get("properties"), dict):  # since 3.1 a reference may be added to
            return self._merge({"allOf": [{"$ref": reference}, {key: value for key, value in raw.items() if key != "$ref"}]}, depth)
        if isinstance(reference, str):
            named: JsonSchema = {"$ref": f"#/schemas/{self._name_of(reference)}"}
            named |= {key: raw[key] for key in ("description", "default") if isinstance(raw.get(key), str) and raw[key].strip()}
            named |= {SAID: raw[SAID]} if is_said(raw.get(SAID)) else {}
            named |= {"readOnly": True} if _is_read_only(raw) else {}
            required = _texts(raw.get("required"))
            return self._nullable(named | {"required": required} if required else named, raw)
        if isinstance(raw.get("allOf"), list):
            return self._merge(raw, depth)
        if isinstance(raw.get("type"), list) and len(kinds := _kinds_of(raw)) > 1:
            return self._choice(raw, kinds, depth)
        kind = _type_of(raw)
        schema = self._annotations(raw, kind)
        self._read_shape(raw, schema, kind, depth)
        return self._nullable(schema, raw)

    def shared(self) -> dict[str, JsonSchema]:
        """The definitions that what was read so far refers to, directly or not, by name."""
        found: dict[str, JsonSchema] = {}
        while self._waiting:
            reference = self._waiting.pop()
            found[self._names[reference]] = self._definition(reference)
        return dict(sorted(found.items()))

    def resolve(self, raw: Any) -> Any:
        """Follow references from a value that is no schema (a parameter, a body, a response) to what they name."""
        for _ in range(MAX_HOPS):
            if not isinstance(raw, dict) or not isinstance(raw.get("$ref"), str):
                return raw
            raw = self._target(raw["$ref"])
        return {}

    def _definition(self, reference: str, depth: int = 0) -> JsonSchema:
        if reference not in self._merged:
            self._open.append(reference)
            self._nested += depth + 1
            self._merged[reference] = self._with_values(self.read(self._target(reference)), reference)
            self._nested -= depth + 1
            self._open.pop()
        return self._merged[reference]

    def _with_values(self, schema: JsonSchema, reference: str) -> JsonSchema:
        """A definition with the values of its texts that others list, called after both: ``InvoiceStatus`` of an invoice's ``status``."""
        for name, text in schema.get("properties", {}).items():
            if text.get("type") == "string" and not text.keys() & {"enum", "format", "pattern"}:
                named = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))
                values = self._target(f"{reference}{named}")
                listed = _texts(values.get("enum"))
                life = life_of_values(listed or (), values.get("description"), described_in(values))
                text.update(({"enum": listed} if listed else {}) | ({LIFE: life.plain()} if life else {}))
        return schema

    def _target(self, reference: str) -> Any:
        """What a reference names; ``{}`` when the document has nothing there."""
        self._require_internal(reference)
        value: Any = self._root
        for token in reference[2:].split("/") if reference.startswith("#/") else ():
            key = unquote(token).replace("~1", "/").replace("~0", "~") if "%" in token or "~" in token else token
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and key.isdigit() and len(key) < 6 and int(key) < len(value):
                value = value[int(key)]
            else:
                return {}
        return value if isinstance(value, dict) and value is not self._root else {}

    def _require_internal(self, reference: str) -> None:
        if not reference.startswith("#"):
            raise DocumentError(
                f"{self._document}: refers to another document ({reference[:80]!r}); bundle its references into one document first."
            )

    def _name_of(self, reference: str) -> str:
        self._require_internal(reference)
        if reference not in self._names:
            stem = re.sub(r"[^A-Za-z0-9_.-]+", "_", unquote(reference[-MAX_NAME:].rsplit("/", 1)[-1])).strip("_") or "schema"
            stem = re.sub(r"(?:[A-Za-z][A-Za-z0-9]*\.){2,}(?=[A-Za-z])", "", stem)  # a namespace tells nothing about the thing
            self._names[reference] = self._unique.take(stem)
            self._waiting.append(reference)
        return self._names[reference]

    def _annotations(self, raw: dict[str, Any], kind: str | None) -> JsonSchema:
        schema: JsonSchema = {key: raw[key] for key, fits in _ANNOTATIONS.items() if key in raw and fits(raw[key])}
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if bound in schema and raw.get(exclusive) is True:  # OpenAPI 3.0 and Swagger 2 say exclusive with a flag
                schema[exclusive] = schema.pop(bound)
        for word, alone in (("enum", "const"), ("examples", "example")):
            values = raw[word] if isinstance(raw.get(word), list) else [raw[alone]] if alone in raw else ()
            fitting = _distinct(fitted for value in values for fitted in _fitted(value, kind)) if values else ()
            if fitting:
                schema[word] = fitting
        if "default" in raw and (fitted := _fitted(raw["default"], kind)):
            schema["default"] = fitted[0]
        if _is_read_only(raw):
            schema["readOnly"] = True
        if NEEDS not in schema and (other := needed_by(raw.get("description"))):
            schema[NEEDS] = other
        if kind == "string" and EMPTY not in schema and is_empty_for_none(raw.get("description")):
            schema[EMPTY] = True
        if LIFE not in schema and (life := life_of_values(schema.get("enum", ()), raw.get("description"), described_in(raw))):
            schema[LIFE] = life.plain()
        return schema

    def _read_shape(self, raw: dict[str, Any], schema: JsonSchema, kind: str | None, depth: int) -> None:
        if kind is not None:
            schema["type"] = kind
            if kind == "string" and "format" not in schema and raw["type"] != "string" and isinstance(raw["type"], str):
                schema |= {"format": found} if (found := _FORMAT_WORDS.get(raw["type"].lower())) else {}
        properties = raw.get("properties")
        if isinstance(properties, dict):
            schema["properties"] = {
                str(key): _with_other(str(key), self.read(value, depth + 1), value) for key, value in properties.items()
            }
        required = _texts(raw.get("required")) or _marked(properties)
        if required:
            schema["required"] = required
        if isinstance(raw.get("items"), dict):
            schema["items"] = self.read(raw["items"], depth + 1)
        extra = raw.get("additionalProperties")
        if isinstance(extra, bool):
            schema["additionalProperties"] = extra
        elif isinstance(extra, dict):
            schema["additionalProperties"] = self.read(extra, depth + 1)
        for word in ("anyOf", "oneOf"):
            if isinstance(raw.get(word), list) and raw[word] and "anyOf" not in schema:
                schema["anyOf"] = [self.read(choice, depth + 1) for choice in raw[word]]

    def _choice(self, raw: dict[str, Any], kinds: list[str], depth: int) -> JsonSchema:
        """A value of one of several types, where one is an object or a list: a reference to a record or the record, for instance."""
        beside = {
            key: value for key, value in raw.items() if key not in {"type", "properties", "required", "items", "additionalProperties"}
        }
        of_kind = {"object": ("properties", "required", "additionalProperties"), "array": ("items",)}
        choices = [{"type": kind} | {key: raw[key] for key in of_kind.get(kind, ()) if key in raw} for kind in kinds]
        listed: list[Any] = [*choices, {"type": "null"}] if "null" in raw["type"] else [*choices]
        return self.read(beside | {"anyOf": listed}, depth + 1)

    def _merge(self, raw: dict[str, Any], depth: int) -> JsonSchema:
        """One object out of ``allOf`` and what stands beside it; a lone reference stays a reference."""
        members = [member for member in raw["allOf"] if isinstance(member, dict)]
        beside = {key: value for key, value in raw.items() if key != "allOf"}
        says_nothing = not ({"properties", "required", "enum", "anyOf", "oneOf", "items"} & beside.keys())
        if len(members) == 1 and says_nothing and isinstance(members[0].get("$ref"), str):
            told = {key: beside[key] for key in _BESIDE_A_REFERENCE if key in beside}
            return self._nullable(self.read(told | members[0], depth + 1), beside)
        merged: JsonSchema = {}
        for member in (*members, beside):
            reference = member.get("$ref")
            if isinstance(reference, str):
                endless = reference in self._open or len(self._open) > MAX_MERGES or self._nested + depth > MAX_NESTED
                part = {} if endless else self._definition(reference, depth)
                part = {key: value for key, value in part.items() if key != "description"}
            else:
                part = self.read(member, depth + 1)
            _add_member(merged, part)
        self._merged_properties += len(merged.get("properties", ()))
        if self._merged_properties > MAX_MERGED_PROPERTIES:
            raise DocumentError(
                f"{self._document}: its definitions merge into more than {MAX_MERGED_PROPERTIES:,} properties; use allOf less."
            )
        return merged

    def _nullable(self, schema: JsonSchema, raw: dict[str, Any]) -> JsonSchema:
        """Admit null where OpenAPI 3.0 (``nullable``), 3.1 (a list of types) or a vendor's extension says so."""
        said = raw.get("type")
        listed = said if isinstance(said, list) else []
        if raw.get("nullable") is not True and raw.get("x-nullable") is not True and "null" not in listed:
            return schema
        if "$ref" in schema:
            return {"anyOf": [schema, {"type": "null"}]}
        if schema.get("anyOf") and not any(member.get("type") == "null" for member in schema["anyOf"]):
            schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
        if isinstance(schema.get("type"), str) and schema["type"] != "null":
            schema["type"] = [schema["type"], "null"]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
        return schema


def references_in(value: Any) -> set[str]:
    """The names of the shared schemas that a value refers to directly."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            reference = part.get("$ref")
            if isinstance(reference, str):
                found.add(reference.removeprefix("#/schemas/"))
            waiting.extend(part.values())
        elif isinstance(part, list | tuple):
            waiting.extend(part)
    return found


def types_of(schema: JsonSchema) -> set[str]:
    """The types a schema says it has; empty when it says none."""
    said = schema.get("type")
    return set(said) if isinstance(said, list) else {said} if said else set()


def _add_member(merged: JsonSchema, part: JsonSchema) -> None:
    for key, value in part.items():
        if key == "properties" and "properties" in merged:
            merged[key] = merged[key] | value
        elif key == "required" and "required" in merged:
            merged[key] = _distinct([*merged[key], *value])
        else:
            merged[key] = value


def _kinds_of(raw: dict[str, Any]) -> list[str]:
    """The types of a list of types besides null, when one of them is no scalar; of scalars the first stands for all."""
    known = [_TYPE_WORDS.get(kind.lower()) for kind in raw["type"] if isinstance(kind, str)]
    kinds = [kind for kind in dict.fromkeys(known) if kind is not None and kind != "null"]
    return kinds if {"object", "array"} & set(kinds) else []


def _type_of(raw: dict[str, Any]) -> str | None:
    """The one type a schema has besides null, said or implied by its keywords."""
    said = raw.get("type")
    if isinstance(said, str) and (known := _TYPE_WORDS.get(said) or _TYPE_WORDS.get(said.lower())):
        return known
    for kind in said if isinstance(said, list) else ():
        known = _TYPE_WORDS.get(kind.lower()) if isinstance(kind, str) else None
        if known is not None and known != "null":
            return known
    if isinstance(raw.get("properties"), dict) or isinstance(raw.get("additionalProperties"), dict):
        return "object"
    return "array" if isinstance(raw.get("items"), dict) else None


def _fitted(value: Any, kind: str | None) -> list[Any]:
    """A value as the type it should have, since documents write numbers as text and text as numbers; nothing when it has none."""
    if isinstance(value, dict | list) and references_in(value):
        return []  # a value is no place for a reference
    if kind is None or value is None:
        return [value]
    if kind == "string":
        if isinstance(value, bool | int | float):
            return [str(value).lower() if isinstance(value, bool) else str(value)]
        return [value] if isinstance(value, str) else []
    if kind == "boolean":
        return [value == "true"] if value in ("true", "false") else [value] if isinstance(value, bool) else []
    if kind in {"integer", "number"} and isinstance(value, str):
        if re.fullmatch(r"-?\d{1,15}", value):
            return [int(value)]
        return [float(value)] if kind == "number" and re.fullmatch(r"-?\d{1,15}\.\d{1,15}", value) else []
    fits = {"integer": int, "number": int | float, "array": list, "object": dict}.get(kind)
    return [value] if fits and isinstance(value, fits) and not isinstance(value, bool) else []


def _marked(properties: Any) -> list[str]:
    """The properties that say themselves that they are required, as sloppy documents write it."""
    named = properties.items() if isinstance(properties, dict) else ()
    return [str(key) for key, value in named if isinstance(value, dict) and value.get("required") is True]


def _texts(values: Any) -> list[str]:
    return list(dict.fromkeys(value for value in values if isinstance(value, str))) if isinstance(values, list) else []


def _distinct(values: Iterable[Any]) -> list[Any]:
    """The values without repetitions, in order; ``1``, ``1.0`` and ``true`` are different values."""
    found: dict[Any, Any] = {}
    for value in values:
        key = orjson.dumps(value) if isinstance(value, dict | list) else value
        found.setdefault((type(value), key), value)
    return list(found.values())
