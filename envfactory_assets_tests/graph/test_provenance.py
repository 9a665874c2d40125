"""The provenance of parameters: who has to know a value, and why that is believed."""

import pytest

from envfactory_assets.graph.provenance import provenances
from envfactory_assets.records import ParameterSpec


@pytest.fixture(scope="module")
def told(board, hotel):
    """(environment, tool, parameter) -> provenance, as the nodes store it."""
    return {(graph.spec.env_id, node.name, item.name): item for graph in (board, hotel) for node in graph.nodes for item in node.parameters}


def judged(board, *parameters, schema=None):
    """Provenance of made-up parameters of a task-board tool that no edge leads to."""
    tool = board.spec.tool("createTask").model_copy(
        update={"parameters": parameters, "input_schema": {"properties": schema or {}, "type": "object"}}
    )
    return {item.name: item.kind for item in provenances(board.spec, tool, [])}


def parameter(name, **more):
    return ParameterSpec.model_validate({"name": name, "role": "value", "required": False, "type": "string", **more})


def test_every_parameter_of_every_tool_has_a_provenance_and_a_reason(told, board, hotel):
    assert len(told) == sum(len(tool.parameters) for graph in (board, hotel) for tool in graph.spec.tools)
    assert all(item.reason.endswith(".") for item in told.values())


def test_a_key_comes_from_the_tool_that_was_seen_to_give_it(told):
    item = told["board", "completeTask", "taskId"]
    assert item.kind == "tool"
    assert "It names a Task" in item.reason
    assert "createTask" in item.reason


def test_what_people_speak_of_is_said(told):
    assert told["board", "createTask", "title"].kind == "user"
    assert told["hotel_desk", "find_rooms", "arrives"].kind == "user"
    assert "narrow a search" in told["board", "listTasks", "status"].reason


def test_a_key_that_nothing_gives_is_in_the_state_only(board):
    assert judged(board, parameter("taskId", role="key", required=True, entity="Task")) == {"taskId": "state"}


def test_pages_and_single_choices_are_constant_and_now_is_the_clock(board):
    found = judged(
        board,
        parameter("limit", role="page", type="integer"),
        parameter("kind"),
        parameter("now", type="datetime"),
        parameter("due", type="date"),
        schema={"kind": {"const": "task"}},
    )
    assert found == {"limit": "constant", "kind": "constant", "now": "clock", "due": "user"}


def test_what_a_service_keeps_for_itself_is_not_said(board):
    found = judged(board, parameter("etag"), parameter("createdAt", type="datetime"), parameter("labels", type="array"))
    assert found == {"etag": "state", "createdAt": "state", "labels": "user"}
