"""Names an agent sees."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envfactory_assets.environments import agent_tool_name, agent_tool_names
from envfactory_assets.environments.naming import Naming, wire_name

SLUG = st.from_regex(r"[a-z][a-z0-9]*(_[a-z0-9]+){0,4}", fullmatch=True)


@given(env_id=SLUG, tool=st.text(min_size=1, max_size=100), several=st.booleans())
def test_every_name_fits_what_model_providers_accept(env_id: str, tool: str, several: bool) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", agent_tool_name(env_id, tool, several))


@given(tools=st.dictionaries(SLUG, st.sets(st.text(min_size=1, max_size=70), min_size=1, max_size=5), min_size=1, max_size=3))
def test_names_lead_back_to_their_tools(tools: dict[str, set[str]]) -> None:
    names = agent_tool_names(tools)
    assert {(env_id, tool) for env_id, found in tools.items() for tool in found} == set(names.values())
    assert all(agent_tool_name(env_id, tool, len(tools) > 1) == name for name, (env_id, tool) in names.items())


def test_a_name_carries_its_environment_only_among_several() -> None:
    assert agent_tool_name("hotel_desk", "book_room") == "book_room"
    assert agent_tool_name("hotel_desk", "book_room", several=True) == "hotel_desk__book_room"


def test_tools_that_would_share_a_name_are_refused() -> None:
    with pytest.raises(ValueError, match="would both be named"):
        agent_tool_names({"a": ["x", "x"]})


@pytest.mark.parametrize(("naming", "wire"), [("snake", "due_on_date"), ("camel", "dueOnDate"), ("pascal", "DueOnDate")])
def test_wire_names_follow_the_resource(naming: Naming, wire: str) -> None:
    assert wire_name("due_on_date", naming) == wire
