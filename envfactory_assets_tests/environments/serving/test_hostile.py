"""Whatever a client sends: a typed error, unchanged state, and a server that goes on."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envfactory_assets_tests.environments.serving.homes import HOTEL
from envfactory_assets_tests.environments.serving.wires import Pipes, Web, call, process, text_of, web_process

CODES = {"not_found", "invalid_argument", "precondition_failed", "permission_denied", "conflict", "unavailable"}
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)

numbers = st.integers() | st.integers(min_value=2**63, max_value=2**2000) | st.floats()
texts = st.text(max_size=30) | st.sampled_from(
    ["S14", "R204", "2026-05-20", "2026-13-45", "\u0000", "\ud800", "x" * 100_000, "'; DROP TABLE"]
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(["room_id", "stay_id", "arrives", "leaves", "kind", "max_rate", "status", "scenario"])
arguments = st.dictionaries(names | st.text(max_size=20), values, max_size=5)
tools = st.sampled_from(["find_rooms", "list_my_stays", "book_room", "cancel_stay", "check_in", "load_scenario", "save_scenario"])


@pytest.fixture(scope="module", params=["stdio", "http"])
def wire(request, state_file):
    if request.param == "stdio":
        with process(HOTEL, "--control", "--scenario", state_file) as running:
            yield Pipes(running).opened()
    else:
        with web_process("--control", "--scenario", state_file) as (_, url):
            yield Web(url).opened()


def state(wire):
    return text_of(call(wire, "save_scenario", {}))


@MANY
@given(tool=tools | texts, arguments=arguments)
def test_a_call_is_a_value_or_a_typed_error_that_changed_nothing(wire, tool, arguments):
    before = state(wire)
    answer = wire.ask("tools/call", {"name": tool, "arguments": arguments})
    if "error" in answer:  # no message of the protocol: text that is no Unicode
        assert answer["error"]["message"]
        assert "\\ud800" in json.dumps([tool, arguments])
    elif answer["result"].get("isError"):
        error = text_of(answer["result"])["error"]
        assert error["code"] in CODES - {"unavailable"}
        assert error["message"]
    else:
        return
    assert state(wire) == before


@MANY
@given(
    method=st.sampled_from(["tools/call", "tools/list", "initialize", "resources/read", "nope", ""]), params=st.dictionaries(texts, values)
)
def test_a_request_of_any_shape_is_answered(wire, method, params):
    before = state(wire)
    answer = wire.ask(method, params)
    assert ("result" in answer) != ("error" in answer)
    assert state(wire) == before


@MANY
@given(
    junk=st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | st.sampled_from(
        [b"{" * 5_000, b"[" * 100_000, b'{"jsonrpc":"2.0"', b"\xff\xfe", b"1e999999", b'{"jsonrpc":"2.0","id":null,"method":1}']
    )
)
def test_what_is_no_message_does_not_end_the_session(wire, junk):
    wire.send_junk(junk)
    assert wire.ask("ping")["result"] == {}
