"""Lists of tools: what an MCP server answers to ``tools/list``, and functions in the OpenAI format."""

from typing import Any

from envfactory_assets.corpus.document import ApiDocument, DocumentKind, Operation, Parameter
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.naming import slug_of, text_of, unique_names
from envfactory_assets.corpus.schemas import SchemaReader


def is_tool_list(value: Any) -> bool:
    """Whether a parsed document is a list of tools, bare or under ``tools``, ``functions`` or ``result.tools``."""
    return _tools_of(value) is not None


def read_tool_list(value: Any, name: str) -> ApiDocument:
    """Read a parsed list of tools."""
    found = _tools_of(value) or ("", [])
    pointer, tools = found
    kind: DocumentKind = "tool_list"
    operations = []
    schemas: dict[str, Any] = {}
    for index, entry in enumerate(tools):
        tool = entry.get("function") if isinstance(entry, dict) and isinstance(entry.get("function"), dict) else entry
        if not isinstance(tool, dict) or not text_of(tool.get("name")):
            continue
        if "inputSchema" in tool or "input_schema" in tool:
            kind = "mcp_tools"
        operation, shared = _operation(tool, f"{pointer}/{index}", name)
        operations.append(operation)
        schemas |= shared
    if not operations:
        raise DocumentError(f"{name}: the list holds no usable tool; each needs a name and a schema of its arguments.")
    ids = unique_names(operation.operation_id for operation in operations)
    outer = value if isinstance(value, dict) else {}
    return ApiDocument(
        kind=kind,
        title=text_of(outer.get("name")) or text_of(outer.get("title")) or slug_of(name),
        version=text_of(outer.get("version")) or "unversioned",
        provider=slug_of(name),
        operations=tuple(o.model_copy(update={"operation_id": given}) for o, given in zip(operations, ids, strict=True)),
        schemas=schemas,
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


def _operation(tool: dict[str, Any], pointer: str, name: str) -> tuple[Operation, dict[str, Any]]:
    """One tool, and the definitions its schemas share; a tool's references are local to its own schema."""
    raw_input: dict[str, Any] = next(
        (tool[key] for key in ("inputSchema", "input_schema", "parameters") if isinstance(tool.get(key), dict)), {}
    )
    raw_output = next((tool[key] for key in ("outputSchema", "output_schema", "returns") if isinstance(tool.get(key), dict)), None)
    arguments, output = SchemaReader(raw_input, name), SchemaReader(raw_output or {}, name)
    properties = raw_input["properties"] if isinstance(raw_input.get("properties"), dict) else {}
    required = raw_input["required"] if isinstance(raw_input.get("required"), list) else []
    parameters = tuple(
        Parameter(
            name=str(key),
            place="body",
            required=key in required,
            schema_={k: v for k, v in arguments.read(schema).items() if k != "description"},
            description=text_of(schema.get("description")) if isinstance(schema, dict) else None,
            pointer=f"{pointer}/{key}",
        )
        for key, schema in properties.items()
    )
    operation = Operation(
        operation_id=str(text_of(tool["name"])),
        method="CALL",
        path="",
        pointer=pointer,
        parameters=parameters,
        response=output.read(raw_output) if raw_output else None,
        description=text_of(tool.get("description")),
    )
    return operation, arguments.shared() | output.shared()
