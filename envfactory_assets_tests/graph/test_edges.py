"""Edges: what is proposed, what is executed, what is left out and why."""

import pytest

from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.graph import build_graph
from envfactory_assets.records import ToolEdge, ToolNode


def edges_of(graph, kind=None):
    """Edges as short tuples."""
    return {
        (edge.from_tool.partition(".")[2], edge.output_path, edge.to_tool.partition(".")[2], edge.parameter)
        for edge in graph.edges
        if kind is None or edge.kind == kind
    }


def reasons(graph):
    """Rejected candidates and why."""
    return {row.subject: row.reason for row in graph.rejections}


def test_every_tool_is_a_node_and_hidden_ones_say_so(board):
    nodes = {node.name: node for node in board.nodes}
    assert len(nodes) == 11
    assert nodes["audit"].audience == "control"
    assert (nodes["completeTask"].family, nodes["listTasks"].family) == ("write", "read")
    assert nodes["createTask"].tool_id == "board.createTask"


def test_a_listed_key_feeds_every_tool_that_takes_it(board):
    found = edges_of(board, "produces_key")
    assert ("listProjects", "items[*].id", "createTask", "projectId") in found
    assert ("listTasks", "items[*].id", "completeTask", "taskId") in found


def test_foreign_keys_in_outputs_are_followed(board, hotel):
    assert ("listTasks", "items[*].projectId", "getProject", "projectId") in edges_of(board, "produces_key")
    assert ("list_my_stays", "[*].room_id", "book_room", "room_id") in edges_of(hotel, "produces_key")


def test_a_new_record_feeds_the_tools_that_accept_it(board, hotel):
    assert ("createTask", "id", "completeTask", "taskId") in edges_of(board, "produces_key")
    assert ("book_room", "id", "cancel_stay", "stay_id") in edges_of(hotel, "produces_key")


def test_a_new_record_feeds_a_tool_its_state_forbids_only_past_what_lets_it_happen(board):
    (edge,) = [e for e in board.edges if e.kind == "produces_key" and (e.from_tool, e.to_tool) == ("board.createTask", "board.archiveTask")]
    assert edge.evidence["between"]["tool"] == "completeTask"


def test_a_repeated_input_is_no_output(board, hotel):
    assert ("getTask", "id", "updateTask", "taskId") not in edges_of(board)
    assert ("createTask", "projectId", "getProject", "projectId") not in edges_of(board)
    assert ("book_room", "arrives", "find_rooms", "arrives") not in edges_of(hotel)
    assert "repeats the producer's own input" in reasons(board)["board.getTask:id -> updateTask:taskId (produces_key)"]


def test_nothing_comes_out_of_a_delete_or_goes_to_the_tool_itself(board):
    assert all(source not in {"deleteTask", target} for source, _, target, _ in edges_of(board))


def test_hidden_tools_have_no_edges(board):
    assert not any("audit" in (source, target) for source, _, target, _ in edges_of(board))


def test_typed_values_of_the_same_name_are_carried_and_text_is_not(board, hotel):
    values = edges_of(hotel, "produces_value")
    assert ("list_my_stays", "[*].arrives", "find_rooms", "arrives") in values
    assert ("cancel_stay", "leaves", "book_room", "leaves") in values
    assert all(parameter != "title" for *_, parameter in edges_of(board))


def test_a_write_enables_another_that_was_refused_without_it(board):
    enabling = edges_of(board, "enables")
    assert ("completeTask", "id", "archiveTask", "taskId") in enabling
    assert ("reopenTask", "id", "completeTask", "taskId") in enabling
    assert ("updateTask", "id", "completeTask", "taskId") in edges_of(board, "precondition")
    assert ("archiveTask", "id", "completeTask", "taskId") not in edges_of(board)


@pytest.mark.parametrize("name", ["board", "hotel"])
def test_evidence_replays_and_the_counter_value_gives_something_else(name, request):
    graph = request.getfixturevalue(name)
    states = {row.scenario_id: row.state for row in graph.scenarios}
    environment = load_environment(graph.environment.source_code, graph.environment.env_id)
    for edge in graph.edges:
        proof = edge.evidence
        assert edge.executed
        episode = Episode({graph.environment.env_id: environment})
        episode.reset({graph.environment.env_id: states[proof["scenario_id"]]})
        enables = edge.kind == "enables"
        first = None if enables else episode.call(proof["from_call"]["tool"], proof["from_call"]["arguments"])
        if "between" in proof:
            assert not episode.call(proof["to_call"]["tool"], proof["to_call"]["arguments"]).ok
            assert episode.call(proof["between"]["tool"], proof["between"]["arguments"]).ok
        before = episode.snapshot()
        if enables:
            assert not episode.call(proof["to_call"]["tool"], proof["to_call"]["arguments"]).ok
            assert episode.call(proof["from_call"]["tool"], proof["from_call"]["arguments"]).ok
            assert episode.call(proof["to_call"]["tool"], proof["to_call"]["arguments"]).ok
            continue
        assert first.ok
        result = episode.call(proof["to_call"]["tool"], proof["to_call"]["arguments"])
        assert result.ok
        if edge.kind.startswith("produces"):
            assert proof["value"] in proof["to_call"]["arguments"].values()
            assert proof["value"] not in proof["from_call"]["arguments"].values()
            episode.reset(before)
            changed = proof["to_call"]["arguments"] | {edge.parameter: proof["counter_value"]}
            assert episode.call(proof["to_call"]["tool"], changed).content != result.content


def test_without_scenarios_nothing_is_believed(board):
    graph = build_graph(board.environment, [])
    assert graph.of(ToolNode)
    assert not graph.of(ToolEdge)


def test_scenarios_of_other_code_are_not_used(board):
    stale = [row.model_copy(update={"code_sha256": "other"}) for row in board.scenarios]
    assert not build_graph(board.environment, stale).of(ToolEdge)


def test_every_candidate_is_an_edge_or_a_rejection_with_a_reason(board):
    assert all(row.stage == "tool_edges" and row.reason for row in board.rejections)
    names = {tool.name for tool in board.spec.tools}
    assert not any(name in row.reason for row in board.rejections for name in names)
    assert len({row.reason for row in board.rejections}) <= 8
    assert len({(row.subject, row.reason) for row in board.rejections}) == len(board.rejections)
