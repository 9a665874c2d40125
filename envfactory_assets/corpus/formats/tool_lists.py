"""Lists of tools: an MCP server's ``tools/list``, functions as model providers take them, function documentation one a line."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.corpus.document import ApiDocument, DocumentKind, JsonSchema, Operation, Parameter
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.schemas import SchemaReader
from envfactory_assets.corpus.naming import slug_of, text_of, unique_names

_INPUTS = ("inputSchema", "input_schema", "parameters")
_OUTPUTS = ("outputSchema", "output_schema", "returns", "response")
_LISTS = ("tools", "functions", "function", "functionDeclarations", "function_declarations")  # under which tools are listed
_WRAPPERS = ("function", "toolSpec")  # under which a tool stands alone
_NESTING = 4
_Found = tuple[str, dict[str, Any]]  # pointer and tool


def is_tool_list(value: Any) -> bool:
    """Whether a parsed document is a list of tools, bare or under a key that lists tools, or a tool alone."""
    if isinstance(value, dict) and isinstance(value.get("result"), dict):
        value = value["result"]
    return isinstance(value, list) or (
        isinstance(value, dict) and (any(isinstance(value.get(key), list) for key in _LISTS) or _has_schema(_unwrapped(value)[1]))
    )


def read_tool_list(value: Any, name: str) -> ApiDocument:
    """Read a parsed list of tools."""
    pointer, outer = ("/result", value["result"]) if isinstance(value, dict) and isinstance(value.get("result"), dict) else ("", value)
    tools = _without_repeats(_tools_in(outer, pointer, 0))
    if not any(_has_schema(tool) for _, tool in tools):
        raise DocumentError(f"{name}: the list holds no usable tool; each needs a name and a schema of its arguments.")
    schemas = {str(index): _schemas_of(tool, str(index)) for index, (_, tool) in enumerate(tools)}
    reader = SchemaReader(schemas, name)
    ids = unique_names(str(text_of(tool["name"])) for _, tool in tools)
    operations = tuple(
        _operation(tool, schemas[str(index)], given, where, reader)
        for index, ((where, tool), given) in enumerate(zip(tools, ids, strict=True))
    )
    said = outer if isinstance(outer, dict) and not _has_schema(outer) else {}
    kind: DocumentKind = "mcp_tools" if any("inputSchema" in tool for _, tool in tools) else "tool_list"
    return ApiDocument(
        kind=kind,
        title=text_of(said.get("title")) or text_of(said.get("name")) or slug_of(name),
        version=text_of(said.get("version")) or "unversioned",
        provider=text_of(said.get("name")) or slug_of(name),
        operations=operations,
        schemas=reader.shared(),
        description=text_of(said.get("description")) or text_of(said.get("instructions")),
    )


def _tools_in(value: Any, pointer: str, depth: int) -> Iterator[_Found]:
    """Every tool in what may be a tool, a list, or an object that lists tools, with its pointer."""
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _tools_in(entry, f"{pointer}/{index}", depth + 1) if depth < _NESTING else ()
        return
    if not isinstance(value, dict):
        return
    listed = next((key for key in _LISTS if isinstance(value.get(key), list)), None)
    if listed is not None:
        yield from _tools_in(value[listed], f"{pointer}/{listed}", depth + 1) if depth < _NESTING else ()
        return
    below, tool = _unwrapped(value)
    if text_of(tool.get("name")):
        yield pointer + below, tool


def _unwrapped(entry: dict[str, Any]) -> _Found:
    for key in _WRAPPERS:
        if isinstance(entry.get(key), dict):
            return f"/{key}", entry[key]
    return "", entry


def _has_schema(tool: dict[str, Any]) -> bool:
    return text_of(tool.get("name")) is not None and any(isinstance(tool.get(key), dict | list) for key in _INPUTS)


def _without_repeats(found: Iterator[_Found]) -> list[_Found]:
    """The tools without those that a list holds twice; another tool of the same name is another tool."""
    kept: dict[str, list[dict[str, Any]]] = {}
    tools = []
    for pointer, tool in found:
        known = kept.setdefault(str(text_of(tool["name"])), [])
        if len(known) > 3 or tool not in known:
            known.append(tool)
            tools.append((pointer, tool))
    return tools


def _schemas_of(tool: dict[str, Any], index: str) -> dict[str, Any]:
    """A tool's schemas of arguments and result, their references made pointers from the list of tools."""
    found: dict[str, Any] = {}
    for word, keys in (("input", _INPUTS), ("output", _OUTPUTS)):
        key = next((key for key in keys if isinstance(tool.get(key), dict | list)), None)
        raw = tool[key] if key is not None else None
        if isinstance(raw, dict) and isinstance(raw.get("json"), dict) and len(raw) == 1:
            raw = raw["json"]
        if word == "input":
            raw = _arguments(raw)
        if isinstance(raw, dict) and raw:
            found[word] = _moved(raw, f"#/{index}/{word}")
    return found


def _arguments(raw: Any) -> Any:
    """A schema of the arguments, also where they are listed by name or as objects with names."""
    if isinstance(raw, list):
        raw = {str(text_of(entry["name"])): entry for entry in raw if isinstance(entry, dict) and text_of(entry.get("name"))}
    elif not _names_arguments(raw):
        return raw
    needed = [
        key for key, entry in raw.items() if entry.get("required") is not False and not entry.get("optional") and "default" not in entry
    ]
    return {"type": "object", "properties": raw, "required": needed}


def _names_arguments(raw: Any) -> bool:
    """Whether an object is no schema but holds one for each argument."""
    if not isinstance(raw, dict) or not raw or {"properties", "$ref", "allOf", "anyOf", "oneOf"} & raw.keys():
        return False
    return all(isinstance(entry, dict) for entry in raw.values())


def _moved(value: Any, base: str) -> Any:
    if isinstance(value, list):
        return [_moved(item, base) for item in value]
    if not isinstance(value, dict):
        return value
    moved = {key: _moved(item, base) for key, item in value.items()}
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#"):
        moved["$ref"] = base + reference[1:]
    return moved


def _operation(tool: dict[str, Any], schemas: dict[str, Any], given: str, pointer: str, reader: SchemaReader) -> Operation:
    arguments = reader.read(reader.resolve(schemas.get("input")))
    properties: dict[str, JsonSchema] = arguments.get("properties", {})
    place = next((key for key in _INPUTS if isinstance(tool.get(key), dict | list)), _INPUTS[0])
    parameters = tuple(
        Parameter(
            name=key,
            place="body",
            required=key in arguments.get("required", ()),
            schema_={word: part for word, part in schema.items() if word != "description"},
            description=text_of(schema.get("description")),
            pointer=f"{pointer}/{place}/properties/{key}",
        )
        for key, schema in properties.items()
    )
    hints = tool["annotations"] if isinstance(tool.get("annotations"), dict) else {}
    return Operation(
        operation_id=given,
        method="CALL",
        path="",
        pointer=pointer,
        parameters=parameters,
        response=reader.read(schemas["output"]) if "output" in schemas else None,
        description=text_of(tool.get("description")),
        read_only=_flag(hints.get("readOnlyHint")),
        destructive=_flag(hints.get("destructiveHint")),
    )


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
