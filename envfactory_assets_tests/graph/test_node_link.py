"""The graph as other programs read it."""

import json

import networkx as nx

from envfactory_assets.graph.node_link import node_link


def test_the_graph_comes_back_whole_through_json(board):
    told = json.loads(json.dumps(node_link(board.nodes, board.edges)))
    graph = nx.node_link_graph(told, edges="links")
    kinds = nx.get_node_attributes(graph, "type")
    assert sum(kind == "tool" for kind in kinds.values()) == len(board.nodes)
    assert sum(kind == "parameter" for kind in kinds.values()) == sum(len(node.parameters) for node in board.nodes)
    assert {name for name, kind in kinds.items() if kind == "entity"} == {"board/Project", "board/Task"}
    dependencies = [data for _, _, data in graph.edges(data=True) if "kind" in data]
    assert len(dependencies) == len(board.edges)


def test_a_parameter_leads_to_its_tool_and_to_what_it_names(board):
    graph = nx.node_link_graph(node_link(board.nodes, board.edges), edges="links")
    assert set(graph.successors("board.completeTask:taskId")) == {"board.completeTask", "board/Task"}
    assert graph.nodes["board.completeTask:taskId"]["provenance"] == "tool"
    assert nx.has_path(graph, "board.listProjects", "board.createTask")


def test_every_node_has_a_type(board):
    assert all("type" in node for node in node_link(board.nodes, board.edges)["nodes"])
