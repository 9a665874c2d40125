"""What a client of the protocol is told and gets, over a connection in memory, in both of the protocol's eras."""

import json

import pytest
from jsonschema import Draft202012Validator

from envfactory_assets.environments import Episode
from envfactory_assets.environments.serving.messages import mcp_server

TASK = {"lines": [{"unitPrice": 2.5, "assigneeId": None}], "parentId": None, "title": "Paint", "tags": ["a"]}


@pytest.fixture(params=["legacy", "auto"])
def mode(request):
    return request.param


@pytest.fixture
def hotel_client(connect, hotel, mode):
    return connect(mcp_server(hotel), mode)


@pytest.fixture
def board_client(connect, board_service, mode):
    return connect(mcp_server(board_service), mode)


def project(service):
    return service.state["tables"]["projects"][0]["gid"]


def test_tools_have_the_environments_names_descriptions_and_schemas(hotel_client, hotel):
    listed = hotel_client.tools
    assert list(listed) == [spec.name for spec in hotel.tools]
    for spec in hotel.tools:
        assert listed[spec.name].description == spec.description
        assert listed[spec.name].input_schema == spec.input_schema
        held = listed[spec.name].output_schema
        assert held == spec.output_schema or held["properties"]["result"] == spec.output_schema


def test_the_policy_is_told_as_instructions(hotel_client, hotel):
    assert hotel_client.client.instructions == hotel.spec.policy
    assert hotel_client.client.server_info.name == "hotel_desk"


def test_annotations_follow_effects(hotel_client, board_client):
    hints = {name: tool.annotations for name, tool in (hotel_client.tools | board_client.tools).items()}
    assert {name for name, hint in hints.items() if hint.read_only_hint} == {"find_rooms", "list_my_stays", "listTasks", "save_scenario"}
    adding = {name for name, hint in hints.items() if not hint.read_only_hint and not hint.destructive_hint}
    assert adding == {"book_room", "createTask", "createProject"}
    assert not any(hint.open_world_hint for hint in hints.values())


def test_a_result_is_canonical_text_and_the_same_as_structured_content(board_client, board_service):
    arguments = {**TASK, "projectGid": project(board_service)}
    episode = Episode({"board": board_service.environment})
    episode.reset({"board": board_service.state})
    expected = episode.call("createTask", arguments)
    result = board_client.call("createTask", **arguments)
    assert not result.is_error
    assert [block.text for block in result.content] == [expected.content]
    assert result.structured_content == json.loads(expected.content)
    assert result.structured_content["dueOn"] is None


def test_what_is_no_object_is_wrapped_in_structured_content_only(hotel_client, board_client, board_service):
    stays = hotel_client.call("list_my_stays")
    assert stays.structured_content == {"result": json.loads(stays.content[0].text)}
    nothing = board_client.call("deleteProject", projectGid=project(board_service))
    assert (nothing.content[0].text, nothing.structured_content) == ("null", {"result": None})


def test_structured_content_keeps_to_the_listed_schema(board_client, board_service):
    calls = {
        "listTasks": {},
        "createTask": {**TASK, "projectGid": project(board_service)},
        "save_scenario": {},
        "deleteTask": {"taskId": 3},
        "load_scenario": {"scenario": board_service.state},
    }
    for name, arguments in calls.items():
        schema = board_client.tools[name].output_schema
        assert schema["type"] == "object"
        Draft202012Validator(schema).validate(board_client.call(name, **arguments).structured_content)


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "said"),
    [
        ("cancel_stay", {"stay_id": "S99"}, "not_found", "S99"),
        ("cancel_stay", {"stay_id": "S9"}, "precondition_failed", "checked out"),
        ("cancel_stay", {"stay_id": "S20"}, "permission_denied", "another guest"),
        ("cancel_stay", {"stay_id": 14}, "invalid_argument", "stay_id"),
        ("cancel_stay", {}, "invalid_argument", "stay_id"),
        ("cancel_stay", {"stay_id": "S14", "why": "rain"}, "invalid_argument", "why"),
        ("no_such_tool", {}, "not_found", "no_such_tool"),
        ("load_scenario", {"scenario": {}}, "not_found", "load_scenario"),
    ],
)
def test_a_refusal_reaches_the_client_with_code_and_message(hotel_client, tool, arguments, code, said):
    result = hotel_client.call(tool, **arguments)
    assert result.is_error
    assert result.structured_content is None
    error = json.loads(result.content[0].text)["error"]
    assert error["code"] == code
    assert said in error["message"]


def test_a_defect_of_the_module_tells_the_client_nothing_about_it(board_client):
    result = board_client.call("breakDown", how="after_write")
    assert json.loads(result.content[0].text)["error"] == {"code": "unavailable", "message": "The service could not answer this request."}


def test_connections_to_one_server_are_isolated_and_end_with_their_episodes(connect, hotel, mode):
    server = mcp_server(hotel)
    one, other = connect(server, mode), connect(server, mode)
    assert not one.call("cancel_stay", stay_id="S14").is_error
    assert one.call("cancel_stay", stay_id="S14").is_error
    assert not other.call("cancel_stay", stay_id="S14").is_error


def test_a_connection_that_ends_frees_its_episode(hotel, mode, alive):
    import anyio
    from mcp import Client

    async def connect_and_leave():
        async with Client(mcp_server(hotel), mode=mode) as client:
            await client.call_tool("list_my_stays", {})
            assert alive() == 1

    anyio.run(connect_and_leave)
    assert alive() == 0
