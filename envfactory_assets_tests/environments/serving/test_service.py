"""What a session is, apart from any protocol."""

import pytest

from envfactory_assets.environments import ScenarioError, tool
from envfactory_assets.environments.foreign import ForeignEnvironment
from envfactory_assets.environments.serving import Service, Session
from envfactory_assets_tests.environments.foreign.tool_shed import SCENARIO, SHED

MINE = {"stay_id": "S14"}


def test_a_session_starts_from_the_services_state(hotel):
    assert [stay["id"] for stay in Session(hotel).call("list_my_stays", {}).value] == ["S9", "S14", "S21"]


def test_sessions_never_see_one_another(hotel):
    one, other = Session(hotel), Session(hotel)
    assert one.call("cancel_stay", MINE).ok
    assert one.call("cancel_stay", MINE).error.code == "precondition_failed"
    assert other.call("cancel_stay", MINE).ok
    assert Session(hotel).call("cancel_stay", MINE).ok


def test_control_tools_are_hidden_unless_asked_for(hotel, board_service):
    assert "load_scenario" not in {tool.name for tool in hotel.tools}
    assert Session(hotel).call("save_scenario", {}).error.code == "not_found"
    assert {"load_scenario", "save_scenario", "breakDown"} <= {tool.name for tool in board_service.tools}
    plain = Service("board", board_service.environment, board_service.state)
    assert "breakDown" not in {tool.name for tool in plain.tools}
    assert Session(plain).call("breakDown", {"how": "after_write"}).error.code == "not_found"
    assert Session(board_service).call("breakDown", {"how": "after_write"}).error.code == "unavailable"


def test_what_is_saved_is_resumed_exactly(board_service):
    one, other = Session(board_service), Session(board_service)
    made = one.call("createTask", {"title": "Paint", "projectGid": board_service.state["tables"]["projects"][0]["gid"]})
    assert made.ok
    saved = one.call("save_scenario", {}).value
    assert other.call("load_scenario", {"scenario": saved}).ok
    assert other.call("save_scenario", {}).value == saved
    assert other.call("listTasks", {}).value == one.call("listTasks", {}).value


@pytest.mark.parametrize("arguments", [{}, {"scenario": None}, {"scenario": {"now": 5}}, {"scenario": {}, "more": 1}, {"state": {}}])
def test_a_state_that_does_not_fit_is_refused_and_the_session_goes_on(board_service, arguments):
    session = Session(board_service)
    before = session.call("save_scenario", {}).value
    refused = session.call("load_scenario", arguments)
    assert refused.error.code == "invalid_argument"
    assert refused.error.message
    assert session.call("save_scenario", {}).value == before


def test_saving_takes_no_arguments(board_service):
    assert Session(board_service).call("save_scenario", {"x": 1}).error.code == "invalid_argument"


def test_a_foreign_module_is_served_from_its_worker():
    with ForeignEnvironment(SHED, "shed") as shed:
        service = Service("shed", shed, SCENARIO, control=True)
        one, other = Session(service), Session(service)
        lent = next(loan["tool_id"] for loan in SCENARIO["loans"].values() if not loan["returned"])
        before = other.call("save_scenario", {}).value
        assert one.call("return_tool", {"tool_id": lent}).ok
        assert one.call("save_scenario", {}).value != before
        assert other.call("save_scenario", {}).value == before
        assert not one.call("return_tool", {"tool_id": lent}).ok
        assert other.call("load_scenario", {"scenario": {"tools": 5}}).error.code == "invalid_argument"


def test_a_service_needs_a_state_that_sessions_can_start_from(desk):
    with pytest.raises(ScenarioError, match="hotel_desk: "):
        Service("hotel_desk", desk, {"now": "2026-05-12T09:00:00Z"})


def test_an_environment_with_a_tool_of_that_name_cannot_have_control_tools(desk):
    class Desk(desk):
        @tool(effect="update")
        def load_scenario(self) -> None:
            """Its own."""

    assert Service("desk", Desk, Desk.empty_state()).tools
    with pytest.raises(ValueError, match="load_scenario or save_scenario itself"):
        Service("desk", Desk, Desk.empty_state(), control=True)
