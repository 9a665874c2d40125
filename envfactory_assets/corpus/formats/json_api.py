"""JSON:API documents as plain records.

A JSON:API resource object keeps a record's fields below ``attributes`` and its links below ``relationships``; what it is, ``type``
says. Here it becomes one object: ``id``, the attributes, and each relationship as a property that refers to the record it leads to.
The envelope, ``data``, stays where it is. Source: JSON:API 1.1, "Resource Objects" and "Resource Linkage".
"""

import re
from typing import Any

from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation, Paging
from envfactory_assets.corpus.formats.schemas import references_in, types_of

_MEMBERS = {"id", "lid", "type", "attributes", "relationships", "links", "meta"}
_DEPTH = 40
_HOPS = 20


def with_plain_records(document: ApiDocument) -> ApiDocument:
    """The document with its resource objects as plain records; one that has none is returned as it is."""
    reader = _Reader(document.schemas)
    if not any(reader.is_resource(schema) for schema in document.schemas.values()) and not any(
        reader.is_resource(inner) for operation in document.operations for inner in reader.carried(operation)
    ):
        return document
    operations = tuple(reader.operation(operation) for operation in document.operations)
    schemas = {name: reader.plain(schema) for name, schema in document.schemas.items()}
    return document.model_copy(update={"operations": operations, "schemas": _reachable(operations, schemas)})


class _Reader:
    """Rewrites the schemas of one document."""

    def __init__(self, schemas: dict[str, JsonSchema]) -> None:
        self._schemas = schemas
        self._by_type: dict[str, str] = {}
        for name, schema in schemas.items():
            if self.is_resource(schema):
                for kind in [*self._kinds(schema), name]:
                    self._by_type.setdefault(_spelt(kind), name)

    def operation(self, operation: Operation) -> Operation:
        request, response = operation.request, operation.response
        update: dict[str, Any] = {
            "request": None if request is None else self.plain(request),
            "response": None if response is None else self.plain(response),
        }
        data = self._resolved(response)[0].get("properties", {}).get("data") if response is not None else None
        pages = tuple(p.name for p in operation.parameters if p.place == "query" and re.match(r"page($|\[)", p.name))
        if pages and operation.paging is None and isinstance(data, dict) and "array" in types_of(self._resolved(data)[0]):
            update["paging"] = Paging(parameters=pages, items="data")
        return operation.model_copy(update=update)

    def carried(self, operation: Operation) -> list[JsonSchema]:
        """What the bodies of an operation carry as ``data``, one or many."""
        found = []
        for body in (operation.request, operation.response):
            properties = self._resolved(body)[0].get("properties", {}) if body is not None else {}
            data = self._resolved(properties.get("data"))[0]
            found.append(self._resolved(data.get("items"))[0] or data)
        return found

    def is_resource(self, schema: JsonSchema) -> bool:
        """Whether a schema is a resource object: nothing but its members, fields below ``attributes``, and what it is or leads to."""
        properties = schema.get("properties")
        if not isinstance(properties, dict) or not properties.keys() <= _MEMBERS or not {"type", "relationships"} & properties.keys():
            return False
        fields = [self._resolved(properties.get(word))[0].get("properties") for word in ("attributes", "relationships")]
        return any(isinstance(field, dict) and field for field in fields)

    def plain(self, schema: JsonSchema, depth: int = 0) -> JsonSchema:
        """A schema with every resource object in it as a plain record."""
        if depth > _DEPTH:
            return schema
        if self.is_resource(schema):
            return self._record(schema, depth)
        found = dict(schema)
        if isinstance(schema.get("properties"), dict):
            found["properties"] = {key: self._inside(key, value, depth + 1) for key, value in schema["properties"].items()}
        for word in ("items", "additionalProperties"):
            if isinstance(schema.get(word), dict):
                found[word] = self.plain(schema[word], depth + 1)
        if isinstance(schema.get("anyOf"), list):
            found["anyOf"] = [self.plain(choice, depth + 1) for choice in schema["anyOf"]]
        return found

    def _inside(self, key: str, schema: JsonSchema, depth: int) -> JsonSchema:
        """A property; the data of a request may leave out what it is."""
        properties = schema.get("properties")
        if key == "data" and isinstance(properties, dict) and "attributes" in properties and properties.keys() <= _MEMBERS:
            return self._record(schema, depth)
        return self.plain(schema, depth)

    def _record(self, schema: JsonSchema, depth: int) -> JsonSchema:
        outer, needed = schema["properties"], set(schema.get("required", ()))
        properties: dict[str, JsonSchema] = {"id": outer["id"]} if "id" in outer else {}
        required = [key for key in properties if key in needed]
        for word in ("attributes", "relationships"):
            inner = self._resolved(outer.get(word))[0]
            for key, value in (inner.get("properties") or {}).items():
                read = self._relationship(key, value) if word == "relationships" else self.plain(value, depth + 1)
                if key in properties or read is None:
                    continue
                properties[key] = read
                if word in needed and key in inner.get("required", ()):
                    required.append(key)
        if "attributes" in outer and not self._resolved(outer["attributes"])[0].get("properties"):
            properties["attributes"] = outer["attributes"]
        kept = {key: value for key, value in schema.items() if key not in {"properties", "required", "examples", "default"}}
        return kept | {"properties": properties} | ({"required": required} if required else {})

    def _relationship(self, key: str, schema: JsonSchema) -> JsonSchema | None:
        """The records a relationship leads to; None when it shows none, but only where to ask for them."""
        resolved = self._resolved(schema)[0]
        items = self._resolved(resolved.get("items"))[0] if "items" in resolved else None
        carried = (items or resolved).get("properties", {}).get("data")
        if not isinstance(carried, dict):
            return None
        data, absent = self._resolved(carried)
        if "items" in data:
            items, data = data, self._resolved(data["items"])[0]
        target = self._target(key, data)
        if items is not None:
            return {"type": "array", "items": target}
        return {"anyOf": [target, {"type": "null"}]} if absent else target

    def _target(self, key: str, identifier: JsonSchema) -> JsonSchema:
        """The record an identifier names: the one of its type, else what the identifier itself shows."""
        choices = [self._resolved(choice)[0] for choice in identifier.get("anyOf", [identifier])]
        kinds = [kind for choice in choices for kind in self._kinds(choice)] or [key]
        names = list(dict.fromkeys(name for kind in kinds if (name := self._by_type.get(_spelt(kind)))))
        if names:
            known = [{"$ref": f"#/schemas/{name}"} for name in names]
            return known[0] if len(known) == 1 else {"anyOf": known}
        shown = next((choice["properties"]["id"] for choice in choices if "id" in choice.get("properties", {})), {"type": "string"})
        return {"type": "object", "properties": {"id": shown}}

    def _kinds(self, schema: JsonSchema) -> list[str]:
        """The types a resource object or identifier says it may have."""
        said = self._resolved(schema.get("properties", {}).get("type"))[0]
        values = said.get("enum") or [said.get("default"), *said.get("examples", ())]
        return [value for value in values if isinstance(value, str)]

    def _resolved(self, schema: JsonSchema | None) -> tuple[JsonSchema, bool]:
        """What a schema refers to, and whether null may stand in its place."""
        found, absent = schema or {}, False
        for _ in range(_HOPS):
            members = [member for member in found.get("anyOf", ()) if member.get("type") != "null"]
            absent = absent or "null" in types_of(found) or 0 < len(members) < len(found.get("anyOf", ()))
            if isinstance(found.get("$ref"), str):
                found = self._schemas.get(found["$ref"].removeprefix("#/schemas/"), {})
            elif len(members) == 1 and "properties" not in found:
                found = members[0]
            else:
                break
        return found, absent


def _spelt(kind: str) -> str:
    """A type's name without what spellings differ in: ``media-assets`` and ``MediaAsset`` are one."""
    plain = re.sub(r"[^a-z0-9]", "", kind.lower())
    plain = re.sub(r"(?<=.)(resource|response|object|data)+$", "", plain)
    return re.sub(r"(?<=[a-z])ies$", "y", plain) if plain.endswith("ies") else re.sub(r"(?<=[^s])s$", "", plain)


def _reachable(operations: tuple[Operation, ...], schemas: dict[str, JsonSchema]) -> dict[str, JsonSchema]:
    """The shared schemas that the operations still refer to, directly or not."""
    found: set[str] = set()
    level = references_in([[o.request, o.response, [p.schema_ for p in o.parameters]] for o in operations])
    while level:
        found |= level
        level = references_in([schemas[name] for name in level if name in schemas]) - found
    return {name: schema for name, schema in schemas.items() if name in found}
