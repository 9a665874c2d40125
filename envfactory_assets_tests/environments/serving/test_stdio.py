"""``envfactory serve`` as a process that a client starts."""

import json
import signal
from contextlib import ExitStack

import pytest

from envfactory_assets_tests.environments.serving.homes import HOTEL
from envfactory_assets_tests.environments.serving.wires import OPENING, SECONDS, Pipes, call, command, process, text_of


@pytest.fixture(scope="module")
def session(state_file):
    with process(HOTEL, "--scenario", state_file) as running:
        pipes = Pipes(running).opened()
        yield pipes
        assert pipes.end() == (0, b"", b"")  # nothing but the protocol was on stdout, and the end of the pipe ends it


def test_tools_are_called_over_the_pipes(session):
    assert [stay["id"] for stay in text_of(call(session, "list_my_stays", {}))] == ["S9", "S14", "S21"]
    assert text_of(call(session, "cancel_stay", {"stay_id": "S99"}))["error"]["code"] == "not_found"


def test_a_signal_ends_it_though_the_pipe_is_open(state_file):
    with ExitStack() as stack:
        started = {end: stack.enter_context(process(HOTEL, "--scenario", state_file)) for end in (signal.SIGTERM, signal.SIGINT)}
        for end, running in started.items():
            Pipes(running).opened()
            running.send_signal(end)
            assert running.wait(SECONDS) == 0
            assert running.stderr.read() == b""


def test_a_client_that_leaves_without_its_answers_leaves_no_traceback(state_file):
    with process(HOTEL, "--scenario", state_file) as running:
        running.stdout.close()
        asked = [("initialize", OPENING), ("ping", {}), ("tools/list", {})]
        lines = [json.dumps({"jsonrpc": "2.0", "id": n, "method": method, "params": params}) for n, (method, params) in enumerate(asked)]
        running.stdin.write("\n".join([*lines, ""]).encode())
        running.stdin.flush()
        assert running.wait(SECONDS) == 0
        assert running.stderr.read() == b""


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"\\ud83d"}}', 7),
        (b'{"jsonrpc":"2.0","id":"b","method":"ping","params":{"x":' + b"[" * 300 + b"]" * 300 + b"}}", "b"),
        (b'{"jsonrpc":"2.0","id":true,"method":"\\ud83d"}', None),
        (b'{"jsonrpc":"2.0","id":"\\ud83d"}', None),
        (b"hello", None),
        (b"", None),
    ],
)
def test_a_line_that_is_no_message_gets_an_error(session, line, number):
    session.write(line)
    answer = session.answer(number)
    assert answer["error"]["code"] == -32700
    assert session.ask("ping")["result"] == {}


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_protocols_own_client_plays_through_a_stay(connect, state_file, mode):
    from mcp import StdioServerParameters

    program, *arguments = command(HOTEL, "--scenario", state_file)
    client = connect(StdioServerParameters(command=program, args=arguments), mode)
    [room] = client.call("find_rooms", arrives="2026-05-20", leaves="2026-05-22", kind="suite").structured_content["result"]
    stay = client.call("book_room", room_id=room["id"], arrives="2026-05-20", leaves="2026-05-22").structured_content
    assert stay["total"] == 2 * room["nightly_rate"]
    assert client.call("book_room", room_id=room["id"], arrives="2026-05-21", leaves="2026-05-23").is_error
    assert client.call("cancel_stay", stay_id=stay["id"]).structured_content["refunded"] == stay["total"]
