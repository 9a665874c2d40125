"""Nodes of the tool graph: one a tool."""

from collections.abc import Sequence

from envfactory_assets.graph.model import is_write
from envfactory_assets.graph.provenance import provenances
from envfactory_assets.records import EnvironmentSpec, PromotedEnvironment, ToolEdge, ToolNode


def tool_nodes(environment: PromotedEnvironment, spec: EnvironmentSpec, edges: Sequence[ToolEdge]) -> list[ToolNode]:
    """One node for every tool of an environment, hidden ones included: their audience says so.

    Args:
        environment: where the tools are.
        spec: its specification.
        edges: its executed dependencies, which tell where values come from.
    """
    into: dict[str, list[ToolEdge]] = {}
    for edge in edges:
        into.setdefault(edge.to_tool, []).append(edge)
    return [
        ToolNode(
            domain=environment.domain,
            tool_id=f"{environment.env_id}.{tool.name}",
            env_id=environment.env_id,
            code_sha256=environment.code_sha256,
            name=tool.name,
            effect=tool.effects[0].family if tool.effects else "read",
            family="write" if is_write(tool) else "read",
            grounding=tool.grounding,
            audience=tool.audience,
            description=tool.description,
            input_schema=tool.input_schema,
            output_schema=tool.output_schema,
            parameters=provenances(spec, tool, into.get(f"{environment.env_id}.{tool.name}", [])),
        )
        for tool in spec.tools
    ]
