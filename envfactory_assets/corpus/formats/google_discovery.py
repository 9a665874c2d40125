"""Google discovery documents.

Resource names in paths (``v1/{+name}`` with the pattern ``^spaces/[^/]+/messages/[^/]+$``) are written out as the collections they
lead through (``/v1/spaces/messages/{name}``), so that a path says whose item a parameter names, as it does in other formats.
"""

import re
from collections.abc import Iterator
from typing import Any

from envfactory_assets.corpus.conditions import conditions_of
from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation, Paging, Parameter, with_unique_ids
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.schemas import SchemaReader
from envfactory_assets.corpus.lives import life_of_operation
from envfactory_assets.corpus.naming import text_of

_MAX_NESTING = 12
_Required = dict[str, dict[str, list[str]]]  # method id -> schema -> fields
_VERBS = ("GET", "PUT", "POST", "PATCH", "DELETE")


def is_google_discovery(value: Any) -> bool:
    """Whether a parsed document says it is a Google discovery document."""
    return isinstance(value, dict) and ("discoveryVersion" in value or str(value.get("kind")).startswith("discovery#rest"))


def read_google_discovery(value: dict[str, Any], name: str) -> ApiDocument:
    """Read a parsed discovery document."""
    reader = SchemaReader(_with_pointers(value), name)
    base = f"/{text_of(value.get('servicePath')) or ''}".rstrip("/")
    needed = _required_of(value)
    operations = [_operation(*found, base=base, reader=reader, needed=needed) for found in _methods(value, "", (), 0)]
    if not operations:
        raise DocumentError(f"{name}: no method under /resources or /methods is usable; a method needs httpMethod and path.")
    return ApiDocument(
        kind="google_discovery",
        title=text_of(value.get("canonicalName")) or text_of(value.get("title")) or name,
        version=text_of(value.get("version")) or "unversioned",
        provider=f"googleapis.com:{text_of(value.get('name')) or name}",
        operations=with_unique_ids(operations),
        schemas=reader.shared(),
        description=text_of(value.get("description")),
    )


def _with_pointers(value: dict[str, Any]) -> dict[str, Any]:
    """The document's schemas with ``$ref: Name`` as a JSON pointer, the form the schema reader follows."""
    schemas = value["schemas"] if isinstance(value.get("schemas"), dict) else {}
    return {"schemas": {name: _pointed(schema) for name, schema in schemas.items()}}


def _pointed(raw: Any) -> Any:
    if isinstance(raw, list):
        return [_pointed(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    reference = raw.get("$ref")
    if isinstance(reference, str) and "/" not in reference:
        return {"$ref": f"#/schemas/{reference}"}
    pointed = {key: _pointed(item) for key, item in raw.items() if key not in {"id", "annotations", "required"} or isinstance(item, dict)}
    if pointed.get("type") == "any":
        pointed.pop("type")
    for bound in ("minimum", "maximum"):  # discovery documents write numbers as text
        if isinstance(pointed.get(bound), str) and re.fullmatch(r"-?\d+(\.\d+)?", pointed[bound]):
            pointed[bound] = float(pointed[bound]) if "." in pointed[bound] else int(pointed[bound])
    return pointed


def _methods(
    value: dict[str, Any], pointer: str, tags: tuple[str, ...], depth: int
) -> Iterator[tuple[dict[str, Any], str, tuple[str, ...]]]:
    """Every usable method with its pointer and the resources it is nested in."""
    if depth > _MAX_NESTING:
        return
    methods = value.get("methods")
    for name, method in methods.items() if isinstance(methods, dict) else ():
        if isinstance(method, dict) and text_of(method.get("path")) and method.get("httpMethod") in _VERBS:
            yield {"id": name, **method}, f"{pointer}/methods/{name}", tags
    resources = value.get("resources")
    for name, inner in resources.items() if isinstance(resources, dict) else ():
        if isinstance(inner, dict):
            yield from _methods(inner, f"{pointer}/resources/{name}", (*tags, str(name)), depth + 1)


def _operation(
    method: dict[str, Any], pointer: str, tags: tuple[str, ...], *, base: str, reader: SchemaReader, needed: _Required
) -> Operation:
    raw_parameters = method["parameters"] if isinstance(method.get("parameters"), dict) else {}
    described = {name: raw for name, raw in raw_parameters.items() if isinstance(raw, dict)}
    path = _written_out(str(method["path"]), described)
    return Operation(
        operation_id=text_of(method.get("id")) or pointer,
        method=method["httpMethod"],
        path=f"{base}/{path.lstrip('/')}",
        pointer=pointer,
        parameters=tuple(_parameters(described, path, pointer, reader)),
        request=_body(method.get("request"), reader, needed.get(str(method["id"]), {})),
        response=_body(method.get("response"), reader),
        tags=tags[-1:],
        scopes=tuple(sorted(scope for scope in method["scopes"] if isinstance(scope, str)))
        if isinstance(method.get("scopes"), list)
        else (),
        description=text_of(method.get("description")),
        conditions=conditions_of(None, method.get("description"), path),
        life=life_of_operation(method.get("description")).plain() or None,
        paging=_paging(method, described, reader),
    )


def _paging(method: dict[str, Any], described: dict[str, dict[str, Any]], reader: SchemaReader) -> Paging | None:
    """Pages as every Google API has them: a token goes in, the next one comes out beside the one list (AIP-158)."""
    response = reader.resolve(_pointed(method.get("response")))
    properties = response["properties"] if isinstance(response, dict) and isinstance(response.get("properties"), dict) else {}
    if "pageToken" not in described or "nextPageToken" not in properties:
        return None
    lists = [key for key, raw in properties.items() if isinstance(raw, dict) and raw.get("type") == "array"]
    asked = tuple(name for name in ("pageToken", "pageSize", "maxResults") if name in described)
    return Paging(parameters=asked, items=lists[0] if len(lists) == 1 else None, next_result="nextPageToken")


def _parameters(described: dict[str, dict[str, Any]], path: str, pointer: str, reader: SchemaReader) -> Iterator[Parameter]:
    seen = set()
    for name, raw in described.items():
        place = raw.get("location")
        if place not in ("path", "query"):
            continue
        seen.add(name)
        schema: JsonSchema = reader.read(_pointed({key: value for key, value in raw.items() if key != "description"}))
        if raw.get("repeated") is True:
            schema = {"type": "array", "items": schema}
        yield Parameter(
            name=name,
            place="path" if f"{{{name}}}" in path else "query",
            required=raw.get("required") is True or place == "path",
            schema_=schema,
            description=text_of(raw.get("description")),
            pointer=f"{pointer}/parameters/{name}",
        )
    for name in re.findall(r"{([^{}]+)}", path):
        if name not in seen:
            seen.add(name)
            yield Parameter(name=name, place="path", required=True, schema_={"type": "string"}, pointer=pointer)


def _body(raw: Any, reader: SchemaReader, needed: dict[str, list[str]] | None = None) -> JsonSchema | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("$ref"), str):
        return None
    return reader.read(_pointed({"$ref": raw["$ref"]}) | {"required": (needed or {}).get(raw["$ref"], [])})


def _required_of(value: dict[str, Any]) -> _Required:
    """The fields of each schema that each method requires: their annotations name the methods."""
    found: _Required = {}
    schemas = value["schemas"] if isinstance(value.get("schemas"), dict) else {}
    for name, schema in schemas.items():
        properties = schema.get("properties") if isinstance(schema, dict) else None
        for field, raw in properties.items() if isinstance(properties, dict) else ():
            annotations = raw.get("annotations") if isinstance(raw, dict) else None
            methods = annotations.get("required") if isinstance(annotations, dict) else None
            for method in methods if isinstance(methods, list) else ():
                found.setdefault(str(method), {}).setdefault(name, []).append(field)
    return found


def _written_out(path: str, described: dict[str, dict[str, Any]]) -> str:
    """A path template whose resource-name parameters stand behind the collections they lead through."""

    def collections_of(match: re.Match[str]) -> str:
        name = match.group(1)
        pattern = described.get(name, {}).get("pattern")
        segments = pattern.strip("^$").split("/") if isinstance(pattern, str) else []
        plain = [segment for segment in segments if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", segment)]
        return "/".join([*plain, f"{{{name}}}"])

    return re.sub(r"{\+?([^{}]+)}", collections_of, path)
