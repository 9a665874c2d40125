"""A foreign module behaves as an environment of ours, whatever it does."""

import copy
from datetime import timedelta

import orjson
import pytest

from envfactory_assets.environments.errors import ModuleError, ScenarioError
from envfactory_assets.environments.foreign import ForeignEnvironment, ForeignEpisode, host, is_foreign, open_episode
from envfactory_assets.environments.foreign.words import family_of
from envfactory_assets.sandbox.limits import Limits
from envfactory_assets_tests.environments.foreign.tool_shed import SCENARIO, SHED, shed_that, shed_with

_QUICK = Limits(seconds=1.0)


def test_a_module_is_foreign_by_the_server_it_makes():
    assert is_foreign(SHED)
    assert not is_foreign("from envfactory_assets.environments import Environment\n")
    assert not is_foreign("def (")


def test_tools_are_described_from_their_signatures(episode):
    tools = {tool.name: tool for tool in episode.tools()}
    assert set(tools) == {"list_tools", "get_tool", "find_neighbours", "lend_tool", "return_tool", "remove_tool"}
    assert tools["list_tools"].input_schema == {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["hand", "power", "garden"], "description": "Only tools of this kind."},
            "limit": {"type": "integer", "default": 20, "description": "How many at most."},
        },
        "required": [],
        "additionalProperties": False,
    }
    assert tools["get_tool"].description == "Show one tool."
    assert [function["function"]["name"] for function in episode.openai_tools()] == list(tools)


def test_entities_links_and_roles_are_inferred_from_names(shed):
    assert {(entity.name, entity.table, entity.key) for entity in shed.spec.entities} == {
        ("Tool", "tools", "tool_id"),
        ("Neighbour", "neighbours", "neighbour_id"),
        ("Loan", "loans", "loan_id"),
    }
    assert {field.name: field.ref for field in shed.spec.entity("Loan").fields if field.ref} == {
        "tool_id": "Tool",
        "neighbour_id": "Neighbour",
    }
    roles = {(tool.name, p.name): (p.role, p.entity) for tool in shed.spec.tools for p in tool.parameters}
    assert roles["get_tool", "tool_id"] == ("key", "Tool")
    assert roles["lend_tool", "neighbour_id"] == ("reference", "Neighbour")
    assert roles["list_tools", "kind"] == ("filter", "Tool")
    assert roles["find_neighbours", "query"] == ("search", "Neighbour")
    assert {tool.name: tool.effects[0].family for tool in shed.spec.tools}["remove_tool"] == "delete"
    assert all(tool.grounding == "inferred" for tool in shed.spec.tools)


@pytest.mark.parametrize(
    ("tool", "family"),
    [
        ("get_order", "get"),
        ("listOrders", "list"),
        ("get_all_orders", "list"),
        ("issueSearch", "search"),
        ("orders_delete", "delete"),
        ("check_in_guest", "action"),
        ("book_room", "action"),
        ("createOrder", "create"),
        ("refund", "action"),
    ],
)
def test_what_a_tool_does_is_told_by_its_name(tool, family):
    assert family_of(tool) == family


def test_a_scenario_becomes_a_state_and_comes_back_whole(shed):
    state = shed.layout.state(SCENARIO)
    assert [row["tool_id"] for row in state["tables"]["tools"]] == ["saw", "drill", "rake"]
    assert state["rest"] == {"current_time": "2026-05-12T09:00:00", "opening_hours": {"monday": "09:00"}}
    assert state["now"] == "2026-05-12T09:00:00Z"
    assert shed.layout.scenario(state) == SCENARIO


def test_a_row_stored_under_another_name_than_its_own_is_kept(shed):
    odd = copy.deepcopy(SCENARIO)
    odd["tools"]["old name"] = odd["tools"].pop("saw")
    assert shed.layout.scenario(shed.layout.state(odd)) == odd


def test_calls_change_the_state_and_nothing_else_does(episode):
    before = episode.snapshot()
    kept = orjson.dumps(before)
    result = episode.call("lend_tool", {"tool_id": "saw", "neighbour_id": "n1"})
    assert result.value == {"loan_id": 2, "tool_id": "saw", "neighbour_id": "n1", "taken_at": "2026-05-12T09:00:00", "returned": False}
    after = episode.snapshot()["shed"]["tables"]
    assert {row["tool_id"]: row["lent_to"] for row in after["tools"]} == {"saw": "n1", "drill": "n2", "rake": None}
    assert [row["loan_id"] for row in after["loans"]] == [1, 2]
    assert orjson.dumps(before) == kept
    episode.reset(before)
    assert episode.snapshot() == before


def test_an_asynchronous_tool_is_called_like_any_other(episode):
    assert episode.call("remove_tool", {"tool_id": "rake"}).value == {"removed": "rake"}
    assert episode.call("remove_tool", {"tool_id": "drill"}).error.message == "A tool that is lent cannot be removed."


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "message"),
    [
        ("get_tool", {"tool_id": "axe"}, "not_found", "Tool axe not found"),
        ("lend_tool", {"tool_id": "drill", "neighbour_id": "n1"}, "precondition_failed", "Drill is already lent"),
        ("return_tool", {"tool_id": "saw"}, "precondition_failed", "Saw is not lent, so it cannot be returned."),
        ("remove_tool", {"tool_id": "drill"}, "precondition_failed", "A tool that is lent cannot be removed."),
        ("get_tool", {}, "invalid_argument", "Argument 'tool_id' is required: text."),
        ("get_tool", {"tool_id": 7}, "invalid_argument", "Argument 'tool_id' must be text, not 7."),
        ("get_tool", {"tool_id": "saw", "x": 1}, "invalid_argument", "There is no argument 'x'; known are: tool_id."),
        ("list_tools", {"kind": "big"}, "invalid_argument", "Argument 'kind' must be one of hand, power, garden, not 'big'."),
        ("get_tool", [], "invalid_argument", None),
        ("get_tool", {"tool_id": {1, 2}}, "invalid_argument", "Arguments must be plain JSON."),
        ("get_tool", {"tool_id": "\ud800"}, "invalid_argument", "Arguments must be plain JSON."),
        ("no_such_tool", {}, "not_found", "There is no tool named 'no_such_tool'."),
        ("load_scenario", {"scenario": {}}, "not_found", "There is no tool named 'load_scenario'."),
    ],
)
def test_refusals_are_typed_and_keep_their_words(episode, tool, arguments, code, message):
    before = episode.snapshot()
    result = episode.call(tool, arguments)
    assert result.error.code == code
    assert message is None or result.error.message == message
    assert result.defect is None
    assert episode.snapshot() == before


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "shed",
        {},
        {**SCENARIO, "tools": 7},
        {**SCENARIO, "tools": {"saw": {"tool_id": "saw"}}},
        {**SCENARIO, "current_time": "noon"},
        {**SCENARIO, "opening_hours": {"monday": {1, 2}}},
        {"now": 1, "me": None, "counters": {}, "tables": [], "rest": {}},
        {"now": 1, "me": None, "counters": {}, "tables": {"axes": []}, "rest": {}},
    ],
)
def test_a_bad_scenario_is_refused_in_one_line_and_the_episode_goes_on(episode, broken):
    before = episode.snapshot()
    with pytest.raises(ScenarioError) as refusal:
        episode.reset({"shed": broken})
    assert "\n" not in str(refusal.value)
    assert episode.snapshot() == before
    assert episode.call("get_tool", {"tool_id": "saw"}).ok


def test_the_clock_of_a_scenario_moves_only_forward(episode):
    episode.advance(timedelta(days=1, hours=2))
    assert episode.snapshot()["shed"]["rest"]["current_time"] == "2026-05-13T11:00:00"
    assert episode.call("lend_tool", {"tool_id": "saw", "neighbour_id": "n1"}).value["taken_at"] == "2026-05-13T11:00:00"
    with pytest.raises(ValueError, match="forward"):
        episode.advance(timedelta(days=-1))


def test_two_episodes_never_share_state_even_if_the_module_has_some():
    source = shed_that("SEEN.append(1)\nreturn len(SEEN)").replace("# module state", "SEEN = []")
    with ForeignEnvironment(source, "shed") as environment:
        first, second = open_episode(environment, "shed"), open_episode(environment, "shed")
        for episode in (first, second):
            episode.reset({"shed": SCENARIO})
        assert [first.call("odd_job", {}).value for _ in range(3)] == [1, 2, 3]
        assert second.call("odd_job", {}).value == 1
        first.reset({"shed": SCENARIO})
        assert first.call("odd_job", {}).value == 1


def test_episodes_beyond_those_kept_live_go_on_where_they_were(shed):
    episodes = [ForeignEpisode({"shed": shed}) for _ in range(host.MOST_LIVE + 3)]
    for episode in episodes:
        episode.reset({"shed": SCENARIO})
    assert episodes[0].call("lend_tool", {"tool_id": "saw", "neighbour_id": "n1"}).ok
    for episode in episodes[1:]:
        assert episode.call("get_tool", {"tool_id": "saw"}).value["lent_to"] is None
    assert episodes[0].call("get_tool", {"tool_id": "saw"}).value["lent_to"] == "n1"


def test_an_episode_outlives_the_process_a_tool_ends():
    with ForeignEnvironment(shed_that("import os\nos._exit(3)"), "shed", limits=_QUICK) as environment:
        episode = open_episode(environment, "shed")
        episode.reset({"shed": SCENARIO})
        assert episode.call("lend_tool", {"tool_id": "saw", "neighbour_id": "n1"}).ok
        lost = episode.call("odd_job", {})
        assert (lost.error.code, lost.defect) == ("unavailable", "odd_job: In the sandbox the module ended the process (exit code 3).")
        assert episode.call("get_tool", {"tool_id": "saw"}).value["lent_to"] == "n1"


def test_a_tool_that_hangs_is_not_waited_for_again_and_again():
    with ForeignEnvironment(shed_that("while True:\n    pass"), "shed", limits=Limits(seconds=0.3)) as environment:
        episode = open_episode(environment, "shed")
        episode.reset({"shed": SCENARIO})
        for _ in range(40):
            assert episode.call("odd_job", {}).defect == "odd_job: In the sandbox the module did not finish within 0.3 s."
        assert episode.call("get_tool", {"tool_id": "saw"}).ok


def test_methods_registered_on_the_server_are_called_for_their_episodes_object():
    source = shed_with(
        'mcp = FastMCP(name="ToolShed")\napi = ShedAPI()\n', 'mcp = FastMCP("ToolShed")\napi = ShedAPI()\nmcp.add_tool(api.lend)\n'
    )
    with ForeignEnvironment(source, "shed") as environment:
        first = open_episode(environment, "shed")
        first.reset({"shed": SCENARIO})
        assert first.call("lend", {"tool_id": "saw", "neighbour_id": "n1"}).value["loan_id"] == 2
        beside = ForeignEpisode({"shed": environment}, beside=first)
        beside.reset({"shed": SCENARIO})
        assert beside.call("lend", {"tool_id": "saw", "neighbour_id": "n1"}).ok
        assert first.call("get_tool", {"tool_id": "rake"}).value["lent_to"] is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "the module has 0 server objects with tools"),
        ("from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x')\n\n@mcp.tool()\ndef f(): ...\n", "load_scenario"),
        (SHED.replace("(tool_id: str) -> dict", "(*tool_id) -> dict"), "each must be named"),
        (SHED.replace("(tool_id: str) -> dict", "(tool_id: 'Nothing') -> dict"), "its signature cannot be read"),
        (SHED.replace("mcp.tool()\ndef get_tool", 'mcp.tool("get tool!" * 9)\ndef get_tool'), None),
    ],
)
def test_a_module_that_is_not_of_the_shape_is_told_in_one_line(source, message):
    if message is None:
        with ForeignEnvironment(source, "shed") as environment:
            names = [tool.name for tool in ForeignEpisode({"shed": environment}).tools()]
        assert all(len(name) <= 64 for name in names)
        return
    with pytest.raises(ModuleError, match=message) as error:
        ForeignEnvironment(source, "shed")
    assert "\n" not in str(error.value)
