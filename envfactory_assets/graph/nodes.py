"""Nodes of the tool graph: one a tool."""

from envfactory_assets.graph.model import is_write
from envfactory_assets.records import EnvironmentSpec, PromotedEnvironment, ToolNode


def tool_nodes(environment: PromotedEnvironment, spec: EnvironmentSpec) -> list[ToolNode]:
    """One node for every tool of an environment, hidden ones included: their audience says so."""
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
        )
        for tool in spec.tools
    ]
