"""``envfactory serve --transport http`` as a process."""

import signal
import time

import pytest

from envfactory_assets_tests.environments.serving.wires import SECONDS, Web, call, text_of, web_process


@pytest.fixture(scope="module")
def served(state_file):
    """Where it answers; it is ended as a service manager would."""
    with web_process("--scenario", state_file) as (running, url):
        yield url
        running.terminate()
        out, err = running.communicate(timeout=SECONDS)
        assert (running.returncode, out) == (0, b"")
        assert b"Traceback" not in err


def test_sessions_of_the_protocols_own_client_are_isolated(served, connect):
    one, other = connect(served), connect(served)
    assert not one.call("cancel_stay", stay_id="S14").is_error
    assert one.call("cancel_stay", stay_id="S14").is_error
    assert not other.call("cancel_stay", stay_id="S14").is_error


def test_a_client_of_the_newest_revision_falls_back_to_one_with_sessions(served, connect):
    client = connect(served, "auto")
    assert client.client.protocol_version == "2025-11-25"
    assert not client.call("cancel_stay", stay_id="S14").is_error
    assert client.call("cancel_stay", stay_id="S14").is_error


def test_pages_of_other_sites_are_kept_out(served):
    wire = Web(served)
    for foreign in ({"host": "evil.test"}, {"origin": "http://evil.test"}):
        wire.client.headers.update(foreign)
        answer = wire.client.post(served, json={"jsonrpc": "2.0", "id": 1, "method": "initialize"})
        assert answer.status_code in {403, 421}
        for name in foreign:
            del wire.client.headers[name]


def test_a_huge_request_is_refused_and_the_session_goes_on(served):
    wire = Web(served).opened()
    assert wire.client.post(served, content=b" " * (5 * 1024 * 1024)).status_code == 413
    assert text_of(call(wire, "list_my_stays", {}))


def test_ctrl_c_ends_it_at_once_though_streams_are_open(state_file):
    with web_process("--scenario", state_file) as (running, url):
        wire = Web(url).opened()
        with wire.client.stream("GET", url) as stream:
            assert stream.status_code == 200
            begun = time.monotonic()
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=SECONDS)
            assert time.monotonic() - begun < 10
    assert (running.returncode, out, err) == (0, b"", b"")
