"""Clients of the protocol that others wrote, against ``envfactory serve``: the TypeScript SDK's, the inspector, the conformance suite.

They are installed once, outside the checkout, and found by ``ENVFACTORY_NODE_CLIENTS``:

    cp envfactory_assets_tests/environments/serving/node_clients/package.json FOLDER && npm install --prefix FOLDER
    ENVFACTORY_NODE_CLIENTS=FOLDER python -m pytest envfactory_assets_tests/environments/serving/test_node_clients.py
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from envfactory_assets_tests.environments.serving.homes import HOTEL
from envfactory_assets_tests.environments.serving.wires import SECONDS, command, web_process

NAMED = os.environ.get("ENVFACTORY_NODE_CLIENTS", "")
HERE = Path(__file__).parent / "node_clients"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NAMED, reason="ENVFACTORY_NODE_CLIENTS names no folder with the Node clients (see test_node_clients.py)"),
]

CALLS = [
    ("find_rooms", {"arrives": "2026-05-20", "leaves": "2026-05-22", "kind": "suite"}),
    ("book_room", {"room_id": "R310", "arrives": "2026-05-20", "leaves": "2026-05-22"}),
    ("book_room", {"room_id": "R310", "arrives": "2026-05-21", "leaves": "2026-05-23"}),
    ("book_room", {"room_id": 310}),
    ("no_such_tool", {}),
]
CODES = [None, None, "precondition_failed", "invalid_argument", "not_found"]

CONFORMANCE = '''"""What the conformance suite calls; made for tests."""

from envfactory_assets.environments import Entity, Environment, Key, Table, tool
from envfactory_assets.environments.errors import PreconditionFailed
from envfactory_assets.environments.fields import Text


class Note(Entity):
    """A note."""

    id: Key
    text: Text


class Conformance(Environment):
    """Tools of the names that the suite knows."""

    notes: Table[Note]

    @tool(effect="get")
    def test_simple_text(self) -> Text:
        """A text."""
        return "This is a simple text response for testing."

    @tool(effect="get")
    def test_error_handling(self) -> Text:
        """A refusal."""
        raise PreconditionFailed("This tool intentionally returns an error for testing.")
'''


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Run a program of the installed clients: its exit code and what it printed."""
    modules = Path(NAMED).resolve() / "node_modules"
    assert (modules / ".bin" / "node").exists(), f"{modules} lacks what package.json names: run npm install there again"
    environment = os.environ | {
        "PATH": f"{modules / '.bin'}:{os.environ['PATH']}",
        "NODE_PATH": str(modules),
        "HOME": str(tmp_path_factory.mktemp("node_home")),
        "NO_COLOR": "1",
    }

    def run(*words):
        done = subprocess.run(
            list(map(str, words)),
            env=environment,
            capture_output=True,
            text=True,
            timeout=3 * SECONDS,
            check=False,
            cwd=environment["HOME"],
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture(scope="module")
def url(state_file):
    with web_process("--scenario", state_file) as (_, address):
        yield address


@pytest.fixture(scope="module", params=["stdio", "http"])
def target(request, state_file):
    """How the TypeScript clients reach the server."""
    if request.param == "http":
        return {"url": request.getfixturevalue("url")}
    program, *arguments = command(HOTEL, "--scenario", state_file)
    return {"command": program, "args": arguments}


@pytest.mark.parametrize(("sdk", "options"), [("v1", {}), ("v2", {}), ("v2", {"versionNegotiation": {"mode": "auto"}})])
def test_the_typescript_sdks_client_books_a_room(node, target, hotel, sdk, options):
    code, out, err = node("node", HERE / "play.cjs", json.dumps({**target, "sdk": sdk, "options": options, "calls": CALLS}))
    assert code == 0, err
    played = json.loads(out)
    assert played["server"]["name"] == "hotel_desk"
    assert played["instructions"] == hotel.spec.policy
    assert [tool["name"] for tool in played["tools"]] == [spec.name for spec in hotel.tools]
    assert [tool["inputSchema"] for tool in played["tools"]] == [spec.input_schema for spec in hotel.tools]
    texts = [json.loads(result["content"][0]["text"]) for result in played["results"]]
    assert [
        text["error"]["code"] if result.get("isError") else None for text, result in zip(texts, played["results"], strict=True)
    ] == CODES
    assert texts[0][0]["id"] == "R310"
    assert played["results"][0]["structuredContent"] == {"result": texts[0]}
    assert played["results"][1]["structuredContent"] == texts[1]


def inspected(node, target, *words):
    reached = [target["url"]] if "url" in target else ["--", target["command"], *target["args"]]
    return node("mcp-inspector", "--cli", *(reached if "url" in target else []), *words, *([] if "url" in target else reached))


def test_the_inspector_finds_nothing_wrong_with_the_tools(node, target, hotel):
    code, out, err = inspected(node, target, "--method", "tools/list", "--strict")
    assert code == 0, err
    assert [tool["name"] for tool in json.loads(out)["tools"]] == [spec.name for spec in hotel.tools]


def test_the_inspector_calls_a_tool_and_is_told_of_a_refusal(node, target):
    code, out, err = inspected(node, target, "--method", "tools/call", "--tool-name", "cancel_stay", "--tool-arg", "stay_id=S21")
    assert code == 0, err
    assert json.loads(out)["structuredContent"]["status"] == "cancelled"
    code, out, _ = inspected(node, target, "--method", "tools/call", "--tool-name", "cancel_stay", "--tool-arg", "stay_id=S99")
    assert code != 0
    assert json.loads(json.loads(out)["content"][0]["text"])["error"]["code"] == "not_found"


@pytest.fixture(scope="module")
def conforming(tmp_path_factory):
    module = tmp_path_factory.mktemp("conformance") / "conformance.py"
    module.write_text(CONFORMANCE)
    with web_process(target=module) as (_, address):
        yield address


@pytest.mark.parametrize(
    ("scenario", "checks"),
    [
        ("server-initialize", 1),
        ("ping", 1),
        ("tools-list", 1),
        ("tools-call-simple-text", 1),
        ("tools-call-error", 1),
        ("server-sse-multiple-streams", 1),
        ("dns-rebinding-protection", 2),
    ],
)
def test_the_conformance_suite_passes_where_it_applies(node, conforming, scenario, checks):
    """The others are about what environments do not have: resources, prompts, sampling, images, log messages, ..."""
    code, out, err = node("conformance", "server", "--url", conforming, "--scenario", scenario)
    assert code == 0, out + err
    assert re.search(rf"Passed: {checks}/{checks}, 0 failed, 0 warnings", out), out
