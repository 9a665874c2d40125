"""A live MCP server is a document; one that misbehaves is refused in one line and leaves no process behind."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from envfactory_assets.corpus import ApiDocument, DocumentError, read_document
from envfactory_assets.corpus.formats import mcp_servers
from envfactory_assets.corpus.formats.mcp_servers import read_mcp_server

KITCHEN = """
from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations

server = MCPServer("kitchen", title="The kitchen", version="1.2", instructions="Cook.")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def taste(dish_id: str) -> dict[str, str]:
    "Taste a dish."
    return {"dish_id": dish_id}


@server.tool()
def brew(kind: str, sugar: int = 1) -> str:
    "Brew a cup."
    return kind


if __name__ == "__main__":
    server.run()
"""

BY_HAND = """
import json, sys

def answer(asked, **result):
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)

def tools_of(asked):
    @BODY@

for line in sys.stdin:
    asked = json.loads(line)
    if asked["method"] == "initialize":
        about = {"name": "by hand", "version": "0"}
        answer(asked, protocolVersion="2025-06-18", capabilities={"tools": {}}, serverInfo=about)
    elif asked["method"] == "tools/list":
        tools_of(asked)
    elif "id" in asked:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "no"}}), flush=True)
"""


def started(folder: Path, source: str) -> list[str]:
    path = folder / "server.py"
    path.write_text(source)
    return [sys.executable, str(path)]


def by_hand(folder: Path, body: str) -> list[str]:
    return started(folder, BY_HAND.replace("@BODY@", body))


def running(mark: str) -> list[int]:
    """The processes whose command line holds a mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in path.read_text(errors="replace") and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def read(raw: bytes, name: str) -> ApiDocument:
    return read_document(raw, name=f"{name}.json")


class TestCommands:
    def test_a_server_reads_as_a_document_with_stable_bytes(self, tmp_path: Path):
        command = started(tmp_path, KITCHEN)
        raw, name = read_mcp_server(command=command)
        document = read(raw, name)
        assert (name, document.kind, document.provider, document.title) == ("kitchen", "mcp_tools", "kitchen", "The kitchen")
        assert (document.version, document.description) == ("1.2", "Cook.")
        assert [(o.operation_id, o.read_only) for o in document.operations] == [("brew", None), ("taste", True)]
        assert [(p.name, p.required) for p in document.operations[0].parameters] == [("kind", True), ("sugar", False)]
        assert read_mcp_server(command=command)[0] == raw
        assert running(str(tmp_path)) == []

    def test_all_pages_are_read_and_their_order_does_not_matter(self, tmp_path: Path):
        body = """
    page = int((asked.get("params") or {}).get("cursor") or 0)
    made = [{"name": f"t{9 - page}{n}", "inputSchema": {"type": "object"}} for n in range(2)]
    answer(asked, tools=made, **({"nextCursor": str(page + 1)} if page < 4 else {}))
"""
        raw, name = read_mcp_server(command=by_hand(tmp_path, body))
        names = [o.operation_id for o in read(raw, name).operations]
        assert names == sorted(names)
        assert len(names) == 10

    def test_a_server_sees_what_it_is_given_and_no_more(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("A_SECRET", "hidden")
        told = """import os
    name = os.environ["GIVEN"] + os.environ.get("A_SECRET", "")
    answer(asked, tools=[{"name": name, "inputSchema": {"type": "object"}}])
"""
        raw, _ = read_mcp_server(command=by_hand(tmp_path, told), env={"GIVEN": "given"})
        assert orjson.loads(raw)["tools"][0]["name"] == "given"

    @pytest.mark.parametrize(
        ("source", "says"),
        [
            ("raise SystemExit(3)", "gives no list of tools"),
            ("print('Welcome to my server!', flush=True)", "gives no list of tools"),
            ("import sys; sys.stdin.readline(); sys.stdout.buffer.write(b'\\xff\\xfe\\n')", "gives no list of tools"),
            ("import time; time.sleep(60)", "no complete answer within 0.5 s"),
            ("for line in iter(input, None): print('nonsense {', flush=True)", "no complete answer within 0.5 s"),
            ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "no complete answer within 0.5 s"),
            ("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", "no complete answer within 0.5 s"),
            ("import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', __file__])", "0.5 s"),
            ("import os, time; os.fork() or os.setsid() or [os.close(n) for n in (0, 1, 2)]; time.sleep(60)", "0.5 s"),
        ],
        ids=["exits", "greets", "bytes", "silent", "rubbish", "floods", "stubborn", "leaves a child", "hides a child"],
    )
    def test_a_server_that_is_none_is_refused_and_gone(self, tmp_path: Path, source: str, says: str, monkeypatch: pytest.MonkeyPatch):
        for name in ("PROCESS_TERMINATION_TIMEOUT", "FORCE_KILL_TIMEOUT"):
            monkeypatch.setattr(f"mcp.client.stdio.{name}", 0.2)
        with pytest.raises(DocumentError, match=says) as refused:
            read_mcp_server(command=started(tmp_path, source), timeout_seconds=0.5)
        assert "\n" not in str(refused.value)
        assert running(str(tmp_path)) == []

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ("answer(asked, tools=[])", "offers no tools"),
            ("answer(asked, tools=3)", "gives no list of tools"),
            ("answer(asked, tools=[{'title': 'nameless'}])", "gives no list of tools"),
            ("answer(asked, tools=[], nextCursor='again')", "comes back to the page 'again'"),
            ("answer(asked, tools=[], nextCursor=str(asked['id']))", "does not end after 100 pages"),
            (
                "answer(asked, tools=[{'name': 'x' * 100_000, 'inputSchema': {'type': 'object'}}], nextCursor=str(asked['id']))",
                "over the limit of 1,000,000",
            ),
            ("raise SystemExit", "gives no list of tools"),
            ("import time; time.sleep(60)", "no complete answer within 1 s"),
        ],
        ids=["none", "number", "nameless", "circle", "endless", "large", "leaves", "hangs"],
    )
    def test_a_server_whose_list_is_none_is_refused_and_gone(self, tmp_path: Path, body: str, says: str, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("mcp.client.stdio.PROCESS_TERMINATION_TIMEOUT", 0.2)
        monkeypatch.setattr(mcp_servers, "MAX_ANSWER_BYTES", 1_000_000)
        with pytest.raises(DocumentError, match=says):
            read_mcp_server(command=by_hand(tmp_path, body), timeout_seconds=1)
        assert running(str(tmp_path)) == []

    def test_a_command_that_does_not_exist_is_refused(self):
        with pytest.raises(DocumentError, match="No such file or directory; check the command"):
            read_mcp_server(command=["no-such-command-anywhere"])

    @pytest.mark.parametrize("given", [{}, {"command": ["true"], "url": "http://127.0.0.1:1/"}])
    def test_a_server_is_reached_in_one_way(self, given: dict[str, Any]):
        with pytest.raises(DocumentError, match="give one of them"):
            read_mcp_server(**given)


@contextmanager
def kitchen_at_an_address() -> Iterator[str]:
    import uvicorn

    made: dict[str, Any] = {}
    exec(KITCHEN, made | {"__name__": "kitchen"}, made)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(made["server"].streamable_http_app(), port=port, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            answer(self)

        do_GET = do_DELETE = do_POST  # noqa: N815 - names the server looks for

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/mcp"
    finally:
        server.shutdown()
        server.server_close()


def sending(status: int, kind: str, body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("content-type", kind)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


class TestAddresses:
    def test_the_same_server_over_http_is_the_same_document(self, tmp_path: Path):
        with kitchen_at_an_address() as url:
            over_http = read_mcp_server(url=url)
        assert over_http == read_mcp_server(command=started(tmp_path, KITCHEN))

    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            (sending(500, "text/plain", b"broken"), "gives no list of tools"),
            (sending(404, "text/html", b"<p>Not here.</p>"), "gives no list of tools"),
            (sending(200, "text/html", b"<p>Welcome.</p>"), "gives no list of tools"),
            (sending(200, "application/json", b"{"), "gives no list of tools"),
            (sending(200, "application/json", b"x" * 3_000_000), "over the limit of 1,000,000 bytes"),
            (sending(200, "text/event-stream", b"data: " + b"x" * 3_000_000), "gives no list of tools|over the limit"),
            (lambda handler: handler.connection.shutdown(socket.SHUT_RDWR), "gives no list of tools"),
            (lambda _: time.sleep(3), "no complete answer within 1 s"),
        ],
        ids=["500", "404", "page", "cut", "large", "large event", "closes", "hangs"],
    )
    def test_an_address_without_a_server_is_refused(
        self, answer: Callable[[BaseHTTPRequestHandler], None], says: str, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(mcp_servers, "MAX_ANSWER_BYTES", 1_000_000)
        before = time.monotonic()
        with answering(answer) as url, pytest.raises(DocumentError, match=says):
            read_mcp_server(url=url, timeout_seconds=1)
        assert time.monotonic() - before < 6

    def test_an_address_nobody_listens_at_is_refused(self):
        with pytest.raises(DocumentError, match="gives no list of tools"):
            read_mcp_server(url="http://127.0.0.1:9/mcp", timeout_seconds=5)
