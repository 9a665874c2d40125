"""The tool graph in the node-link form that graph libraries read: tools, parameters and entities as nodes."""

from collections.abc import Sequence
from typing import Any

from envfactory_assets.records import ToolEdge, ToolNode

_KEYS = {"produces_key", "precondition", "enables"}


def node_link(nodes: Sequence[ToolNode], edges: Sequence[ToolEdge]) -> dict[str, Any]:
    """A graph as ``networkx.node_link_graph`` reads it.

    Nodes are tools (``env.tool``), parameters (``env.tool:parameter``, with their provenance) and entities (``env/Entity``).
    A parameter leads to its tool (``takes``) and to the entity whose key it is (``names``). An executed dependency leads
    from a tool to a parameter, under its kind; an alternative leads from a tool to a tool.
    """
    import networkx as nx  # noqa: PLC0415 - only the export needs it

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in nodes:
        graph.add_node(node.tool_id, type="tool", environment=node.env_id, name=node.name, effect=node.effect, audience=node.audience)
        for item in node.parameters:
            place = f"{node.tool_id}:{item.name}"
            graph.add_node(place, type="parameter", required=item.required, provenance=item.kind, reason=item.reason)
            graph.add_edge(place, node.tool_id, key="takes")
    for edge in edges:
        place = f"{edge.to_tool}:{edge.parameter}" if edge.parameter else edge.to_tool
        graph.add_edge(
            edge.from_tool, place, key=f"{edge.kind}:{edge.output_path}", kind=edge.kind, output_path=edge.output_path, reason=edge.reason
        )
        if edge.kind in _KEYS and edge.entity is not None:
            entity = f"{edge.to_tool.rpartition('.')[0]}/{edge.entity}"
            graph.add_node(entity, type="entity", name=edge.entity)
            graph.add_edge(place, entity, key="names")
    found: dict[str, Any] = nx.node_link_data(graph, edges="links")
    return found
