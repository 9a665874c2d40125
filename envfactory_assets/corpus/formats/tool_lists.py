"""Lists of tools: what an MCP server answers to ``tools/list``, and functions in the OpenAI format."""

from typing import Any

from envfactory_assets.corpus.document import ApiDocument, DocumentKind, Operation, Parameter
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.schemas import SchemaReader
from envfactory_assets.corpus.naming import slug_of, text_of, unique_names

_INPUTS = ("inputSchema", "input_schema", "parameters")
_OUTPUTS = ("outputSchema", "output_schema", "returns")


def is_tool_list(value: Any) -> bool:
    """Whether a parsed document is a list of tools, bare or under ``tools``, ``functions`` or ``result.tools``."""
    return _tools_of(value) is not None


def read_tool_list(value: Any, name: str) -> ApiDocument:
    """Read a parsed list of tools."""
    pointer, entries = _tools_of(value) or ("", [])
    tools = [(f"{pointer}/{index}", tool) for index, entry in enumerate(entries) if (tool := _tool_of(entry)) is not None]
    if not tools:
        raise DocumentError(f"{name}: the list holds no usable tool; each needs a name and a schema of its arguments.")
    reader = SchemaReader({str(index): _local(tool, str(index)) for index, (_, tool) in enumerate(tools)}, name)
    ids = unique_names(str(text_of(tool["name"])) for _, tool in tools)
    operations = tuple(
        _operation(_local(tool, str(index)), given, where, reader)
        for index, ((where, tool), given) in enumerate(zip(tools, ids, strict=True))
    )
    outer = value if isinstance(value, dict) else {}
    kind: DocumentKind = "mcp_tools" if any(key in tool for _, tool in tools for key in _INPUTS[:2]) else "tool_list"
    return ApiDocument(
        kind=kind,
        title=text_of(outer.get("name")) or text_of(outer.get("title")) or slug_of(name),
        version=text_of(outer.get("version")) or "unversioned",
        provider=slug_of(name),
        operations=operations,
        schemas=reader.shared(),
        description=text_of(outer.get("description")),
    )


def _tools_of(value: Any) -> tuple[str, list[Any]] | None:
    """The list of tools and its pointer."""
    places = [("", value)]
    if isinstance(value, dict):
        result = value.get("result")
        places = [("/tools", value.get("tools")), ("/functions", value.get("functions"))]
        places += [("/result/tools", result.get("tools"))] if isinstance(result, dict) else []
    return next(((pointer, found) for pointer, found in places if isinstance(found, list)), None)


def _tool_of(entry: Any) -> dict[str, Any] | None:
    """A tool's own object, without the wrapper that some lists have; None when it cannot be used."""
    tool = entry.get("function") if isinstance(entry, dict) and isinstance(entry.get("function"), dict) else entry
    return tool if isinstance(tool, dict) and text_of(tool.get("name")) else None


def _local(raw: Any, index: str) -> Any:
    """A tool whose schemas' references, local to each schema, are pointers from the list of tools."""
    found = dict(raw)
    for key in (*_INPUTS, *_OUTPUTS):
        if isinstance(found.get(key), dict):
            found[key] = _moved(found[key], f"#/{index}/{key}")
    return found


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


def _operation(tool: dict[str, Any], given: str, pointer: str, reader: SchemaReader) -> Operation:
    arguments: dict[str, Any] = next((tool[key] for key in _INPUTS if isinstance(tool.get(key), dict)), {})
    output = next((tool[key] for key in _OUTPUTS if isinstance(tool.get(key), dict)), None)
    properties = arguments["properties"] if isinstance(arguments.get("properties"), dict) else {}
    required = arguments["required"] if isinstance(arguments.get("required"), list) else []
    parameters = tuple(
        Parameter(
            name=str(key),
            place="body",
            required=key in required,
            schema_={word: part for word, part in reader.read(schema).items() if word != "description"},
            description=text_of(schema.get("description")) if isinstance(schema, dict) else None,
            pointer=f"{pointer}/{next(k for k in _INPUTS if isinstance(tool.get(k), dict))}/properties/{key}",
        )
        for key, schema in properties.items()
    )
    return Operation(
        operation_id=given,
        method="CALL",
        path="",
        pointer=pointer,
        parameters=parameters,
        response=reader.read(output) if output else None,
        description=text_of(tool.get("description")),
    )
