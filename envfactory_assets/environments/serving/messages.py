"""Tools and results in the protocol's shapes, and the server that answers with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp.server import Server, ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from envfactory_assets.environments.effects import READS
from envfactory_assets.environments.episode import ToolResult
from envfactory_assets.environments.serving.service import Service, Session
from envfactory_assets.records.environments import ToolSpec

ADDITIVE = frozenset({"create", "copy", "new_version", "send", "add_member", "schedule", "reserve"})
"""Effects that only add; every other effect that writes may take away or overwrite what was there."""

WRAPPER = "result"
"""Where a result that is no object stands in structured content, which must be one."""


def mcp_server(service: Service) -> Server[Session]:
    """A server of the protocol, whose every connection runs an episode of its own."""
    listed = ListToolsResult(tools=[tool_message(spec) for spec in service.tools])
    wrapped = {spec.name for spec in service.tools if not _is_object(spec.output_schema)}

    @asynccontextmanager
    async def session(_: Server[Session]) -> AsyncIterator[Session]:
        yield Session(service)

    async def list_tools(_: ServerRequestContext[Session], __: PaginatedRequestParams | None) -> ListToolsResult:
        return listed

    async def call_tool(context: ServerRequestContext[Session], asked: CallToolRequestParams) -> CallToolResult:
        result = context.lifespan_context.call(asked.name, asked.arguments or {})
        return result_message(result, wrapped=asked.name in wrapped)

    return Server(
        service.env_id,
        version=service.version,
        title=service.spec.title,
        instructions=service.spec.policy or None,
        lifespan=session,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def tool_message(spec: ToolSpec) -> Tool:
    """A tool as clients are told of it."""
    families = {effect.family for effect in spec.effects}
    reads = families <= READS
    return Tool(
        name=spec.name,
        description=spec.description,
        input_schema=spec.input_schema,
        output_schema=spec.output_schema if _is_object(spec.output_schema) else _wrapped(spec.output_schema),
        annotations=ToolAnnotations(
            read_only_hint=reads,
            destructive_hint=not reads and not families <= READS | ADDITIVE,
            open_world_hint=False,
        ),
    )


def result_message(result: ToolResult, *, wrapped: bool) -> CallToolResult:
    """What a call came to: canonical JSON as text, and the value as structured content unless it is an error."""
    text = [TextContent(text=result.content)]
    if not result.ok:
        return CallToolResult(content=text, is_error=True)
    return CallToolResult(content=text, structured_content={WRAPPER: result.value} if wrapped else result.value)


def _is_object(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "object"


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {WRAPPER: schema}, "required": [WRAPPER], "additionalProperties": False}
