"""OpenAPI 3.0 and 3.1, and Swagger 2."""

import re
from collections import defaultdict
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from envfactory_assets.corpus.conditions import conditions_of
from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation, Paging, Parameter, with_unique_ids
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.schemas import SchemaReader
from envfactory_assets.corpus.formats.shown import schema_shown, tells_nothing
from envfactory_assets.corpus.lives import life_of_operation
from envfactory_assets.corpus.naming import provider_of, text_of
from envfactory_assets.corpus.prose import states_named

_METHODS = ("get", "put", "post", "delete", "patch")
_UPDATING = ("PUT", "PATCH")
_FEWEST_SETTERS = 2
_TRANSPORT_HEADERS = {"accept", "authorization", "content-type"}  # OpenAPI: such parameters are ignored
_LONGEST_CATEGORY = 40
_MEDIA_TYPES = ("json", "x-www-form-urlencoded", "form-data", "")  # most telling first


def is_openapi(value: Any) -> bool:
    """Whether a parsed document says it is OpenAPI or Swagger."""
    return isinstance(value, dict) and ("openapi" in value or "swagger" in value)


def read_openapi(value: dict[str, Any], name: str) -> ApiDocument:
    """Read a parsed OpenAPI or Swagger document."""
    paths = value.get("paths")
    if not isinstance(paths, dict) or not paths:
        raise DocumentError(f"{name}: /paths is missing or empty; an OpenAPI document lists its operations there.")
    reader = _OperationReader(value, name)
    collection = _collection_of(value)
    operations = [
        operation
        for path, item in paths.items()
        if isinstance(path, str) and path.startswith("/")
        for operation in reader.operations_of(path, item, _told_path(path, collection))
    ]
    if not operations:
        raise DocumentError(f"{name}: no path under /paths has a usable operation; add a get, post, put, patch or delete.")
    info, schemas = _mapped(value.get("info")), reader.schemas.shared()
    return ApiDocument(
        kind="openapi",
        title=text_of(info.get("title")) or name,
        version=text_of(info.get("version")) or "unversioned",
        provider=text_of(info.get("x-providerName")) or provider_of(_server(value), name),
        operations=with_unique_ids(_with_setters(operations, schemas)),
        schemas=schemas,
        description=text_of(info.get("description")),
        license=text_of(_mapped(info.get("license")).get("name")),
        categories=_categories(info),
    )


def _with_setters(operations: list[Operation], schemas: dict[str, JsonSchema]) -> list[Operation]:
    """Updates with the properties that operations of their own set too: ``PUT /lists/{id}`` beside ``PUT /lists/{id}/name``."""
    below: dict[str, set[str]] = defaultdict(set)
    for operation in operations:
        path, _, last = operation.path.rpartition("/")
        if operation.method in _UPDATING and path.endswith("}") and "{" not in last:
            below[path].add(last)
    return [_with_those_set(operation, below.get(operation.path, set()), schemas) for operation in operations]


def _with_those_set(operation: Operation, below: set[str], schemas: dict[str, JsonSchema]) -> Operation:
    request = operation.request or {}
    sent = schemas.get(str(request.get("$ref")).removeprefix("#/schemas/"), request)
    told = tuple(name for name in sent.get("properties", {}) if name in below)
    several = operation.method in _UPDATING and len(told) >= _FEWEST_SETTERS
    return operation.model_copy(update={"setters": told}) if several else operation


def _categories(info: dict[str, Any]) -> tuple[str, ...]:
    said = [category.strip().lower() for category in _listed(info.get("x-apisguru-categories")) if isinstance(category, str)]
    return tuple(dict.fromkeys(category for category in said if 0 < len(category) <= _LONGEST_CATEGORY))


def _server(value: dict[str, Any]) -> str | None:
    """The host a document names first."""
    if isinstance(value.get("host"), str):
        return str(value["host"])
    try:
        return urlsplit(_server_url(value)).hostname
    except ValueError:
        return None


def _server_url(value: dict[str, Any]) -> str:
    servers = _listed(value.get("servers"))
    url = _mapped(servers[0]).get("url") if servers else None
    return url if isinstance(url, str) else ""


def _collection_of(value: dict[str, Any]) -> str | None:
    """The last word of the path below which all paths are, when it is no version: ``/v1/applications``."""
    base = value.get("basePath")
    try:
        below = base if isinstance(base, str) else urlsplit(_server_url(value)).path
    except ValueError:
        return None
    last = below.rstrip("/").rsplit("/", 1)[-1]
    return last if re.fullmatch(r"[A-Za-z][A-Za-z_-]{2,40}", last) else None


def _told_path(path: str, collection: str | None) -> str:
    """The path that operations are told to be at: parameters in braces, below a collection where it names none."""
    braced = re.sub(r"(?<=/):([A-Za-z_]\w*)(?=/|$)", r"{\1}", path)
    return f"/{collection}{braced}".rstrip("/") if collection and _names_nothing(braced) else braced


def _names_nothing(path: str) -> bool:
    return all(re.fullmatch(r"{[^{}]*}", part) for part in path.split("/") if part)


class _Located(NamedTuple):
    """A raw parameter and its pointer."""

    raw: dict[str, Any]
    pointer: str


class _OperationReader:
    """Reads the operations of one document."""

    def __init__(self, root: dict[str, Any], name: str) -> None:
        self.schemas = SchemaReader(root, name)
        self._root = root
        self._parameter_schemas: dict[int, JsonSchema] = {}

    def operations_of(self, path: str, item: Any, full: str) -> list[Operation]:
        """The operations of a path; ``full`` is what they are told to be at."""
        item = self.schemas.resolve(item)
        if not isinstance(item, dict):
            return []
        found = []
        for method in _METHODS:
            raw = item.get(method)
            if isinstance(raw, dict):
                found.append(self._operation(full, method, raw, item.get("parameters"), f"/paths/{_escape(path)}/{method}"))
        return found

    def _operation(self, path: str, method: str, raw: dict[str, Any], shared: Any, pointer: str) -> Operation:
        listed = self._parameters(raw.get("parameters"), shared, pointer)
        response, response_examples = self._response(raw.get("responses"))
        request, request_examples = self._request(raw, listed)
        keys = [each.raw.get("description") for each in listed if each.raw.get("in") == "path"]
        return Operation(
            operation_id=text_of(raw.get("operationId")) or re.sub(r"[^A-Za-z0-9]+", "_", f"{method}_{path}").strip("_"),
            method=method.upper(),
            path=path,
            pointer=pointer,
            parameters=self._arguments(listed, path, pointer),
            request=request,
            response=response,
            tags=tuple(tag for tag in _listed(raw.get("tags")) if isinstance(tag, str)),
            scopes=self._scopes(raw),
            examples=(*request_examples, *response_examples),
            description=text_of(raw.get("summary")) or text_of(raw.get("description")),
            states_named=states_named(raw.get("description")),
            conditions=conditions_of(raw.get("summary"), raw.get("description"), path, self._answers(raw.get("responses")), keys),
            life=life_of_operation(raw.get("description")).plain() or None,
            paging=_paging(raw.get("x-ms-pageable")),
        )

    def _parameters(self, own: Any, shared: Any, pointer: str) -> list[_Located]:
        """An operation's parameters over those of its path; a later one of the same name and place wins."""
        found: dict[tuple[str, str], _Located] = {}
        for holder, parameters in ((pointer.rsplit("/", 1)[0], shared), (pointer, own)):
            for index, raw in enumerate(_listed(parameters)):
                parameter = self.schemas.resolve(raw)
                if isinstance(parameter, dict) and isinstance(parameter.get("name"), str) and isinstance(parameter.get("in"), str):
                    found[parameter["name"], parameter["in"]] = _Located(parameter, f"{holder}/parameters/{index}")
        return list(found.values())

    def _arguments(self, listed: list[_Located], path: str, pointer: str) -> tuple[Parameter, ...]:
        found = []
        for raw, where in listed:
            name, place = raw["name"], raw["in"]
            if place not in {"path", "query", "header"} or (place == "header" and name.lower() in _TRANSPORT_HEADERS):
                continue
            if place == "path" and f"{{{name}}}" not in path:
                continue
            found.append(
                Parameter(
                    name=name,
                    place=place,
                    required=place == "path" or raw.get("required") is True,
                    schema_=self._read_once(raw),
                    description=text_of(raw.get("description")),
                    pointer=where,
                )
            )
        declared = {parameter.name for parameter in found if parameter.place == "path"}
        for name in re.findall(r"{([^{}]+)}", path):  # a template says what a careless document forgets
            if name not in declared:
                declared.add(name)
                found.append(Parameter(name=name, place="path", required=True, schema_={"type": "string"}, pointer=pointer))
        return tuple(found)

    def _read_once(self, raw: dict[str, Any]) -> JsonSchema:
        """A parameter's schema; one that many operations refer to is read for the first."""
        known = self._parameter_schemas.get(id(raw))
        if known is None:
            known = self._parameter_schemas[id(raw)] = self._parameter_schema(raw)
        return known

    def _parameter_schema(self, raw: dict[str, Any]) -> JsonSchema:
        if isinstance(raw.get("schema"), dict):
            shown = {"example": raw["example"]} if "example" in raw and "$ref" not in raw["schema"] else {}
            schema = self.schemas.read(shown | raw["schema"])
        elif isinstance(raw.get("content"), dict):
            schema = self._content(raw["content"])[0] or {}
        else:  # Swagger 2 says the type beside the name
            schema = self.schemas.read({key: value for key, value in raw.items() if key not in {"required", "description", "name", "in"}})
        return schema

    def _request(self, raw: dict[str, Any], listed: list[_Located]) -> tuple[JsonSchema | None, list[Any]]:
        body = self.schemas.resolve(raw.get("requestBody"))
        if isinstance(body, dict) and isinstance(body.get("content"), dict):
            schema, examples = self._content(body["content"])
            return schema, [{"in": "request", "value": example} for example in examples]
        for parameter, _ in listed:
            if parameter["in"] == "body":
                return self.schemas.read(parameter.get("schema")), []
        form = [parameter for parameter, _ in listed if parameter["in"] == "formData"]
        if not form:
            return None, []
        fields: JsonSchema = {"type": "object", "properties": {p["name"]: self._parameter_schema(p) for p in form}}
        required = [p["name"] for p in form if p.get("required") is True]
        return (fields | {"required": required} if required else fields), []

    def _answers(self, responses: Any) -> dict[str, list[Any]]:
        """The descriptions of the answers that refuse what was asked, and of those that it is done."""
        kinds = {"refused": r"4(\d\d|XX)", "done": r"2(\d\d|XX)|304"}
        answers = {str(code): self.schemas.resolve(answer) for code, answer in _mapped(responses).items()}
        told = {code: answer.get("description") for code, answer in answers.items() if isinstance(answer, dict)}
        return {kind: [text for code, text in told.items() if re.fullmatch(codes, code)] for kind, codes in kinds.items()}

    def _response(self, responses: Any) -> tuple[JsonSchema | None, list[Any]]:
        """The schema of the first successful response that has one."""
        if not isinstance(responses, dict):
            return None, []
        codes = sorted(code for code in responses if re.fullmatch(r"2(\d\d|XX)", str(code)))
        for code in (*codes, "default"):
            response = self.schemas.resolve(responses.get(code))
            if not isinstance(response, dict) or (code == "default" and codes):
                continue
            if isinstance(response.get("content"), dict):
                schema, examples = self._content(response["content"])
            elif isinstance(response.get("schema"), dict) or isinstance(response.get("examples"), dict):
                schema, examples = self._described(response.get("schema"), list(_mapped(response.get("examples")).values())[:1])
            else:
                continue
            if schema is not None:
                return schema, [{"in": "response", "value": example} for example in examples]
        return None, []

    def _content(self, content: dict[str, Any]) -> tuple[JsonSchema | None, list[Any]]:
        """The schema and the examples of the most telling media type; one that shows examples only tells less than any schema."""
        for described in (True, False):
            for word in _MEDIA_TYPES:
                for kind, media in content.items():
                    if word in str(kind) and isinstance(media, dict) and isinstance(media.get("schema"), dict) is described:
                        schema, examples = self._described(media.get("schema"), self._examples(media))
                        if schema is not None:
                            return schema, examples
        return None, []

    def _examples(self, media: dict[str, Any]) -> list[Any]:
        resolved = [self.schemas.resolve(example) for example in _mapped(media.get("examples")).values()]
        shown = [example["value"] for example in resolved if isinstance(example, dict) and "value" in example]
        return [media["example"], *shown] if "example" in media else shown

    def _described(self, raw: Any, examples: list[Any]) -> tuple[JsonSchema | None, list[Any]]:
        """A schema with its examples; where it tells nothing, the schema of what they show."""
        resolved = self.schemas.resolve(raw)
        if tells_nothing(resolved):
            beside = [resolved["example"]] if isinstance(resolved, dict) and "example" in resolved else []
            shown = schema_shown([*examples, *beside])
            if shown is not None:
                return self.schemas.read(shown), examples
        return (self.schemas.read(raw), examples) if isinstance(raw, dict) else (None, [])

    def _scopes(self, raw: dict[str, Any]) -> tuple[str, ...]:
        security = raw.get("security", self._root.get("security"))
        named = [scope for choice in _listed(security) for scopes in _mapped(choice).values() for scope in _listed(scopes)]
        return tuple(sorted({scope for scope in named if isinstance(scope, str)}))


def _paging(said: Any) -> Paging | None:
    """Pages as Microsoft's extension of OpenAPI declares them; a list without a name is ``value``."""
    if not isinstance(said, dict):
        return None
    return Paging(items=text_of(said.get("itemName")) or "value", next_result=text_of(said.get("nextLinkName")))


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapped(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}
