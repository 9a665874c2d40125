"""A scripted chat endpoint on the loopback interface."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from envfactory_assets.llm import CallLedger, ModelClient
from envfactory_assets.records.settings import ModelSettings


@dataclass
class Reply:
    """What the endpoint does with one request."""

    content: str = "{}"
    status: int = 200
    finish_reason: str = "stop"
    delay: float = 0.0
    raw: bytes | None = None


@dataclass
class Endpoint:
    """The endpoint's script and what it was asked. The last reply repeats."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def next_reply(self) -> Reply:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    script = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            reply = script.next_reply()
            time.sleep(reply.delay)
            completion = {
                "id": "c1",
                "object": "chat.completion",
                "created": 1,
                "model": "scripted",
                "choices": [{"index": 0, "finish_reason": reply.finish_reason, "message": {"role": "assistant", "content": reply.content}}],
                "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
            }
            failure = {"error": {"message": f"broken for {self.headers['Authorization']}"}}
            body = reply.raw if reply.raw is not None else json.dumps(completion if reply.status == 200 else failure).encode()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("retry-after-ms", "10")
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # the client has gone

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield script
    server.shutdown()
    server.server_close()


@pytest.fixture
def ledger(tmp_path: Path) -> CallLedger:
    return CallLedger(tmp_path / "ledger.duckdb")


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / "colour.jinja").write_text(
        "{% block system %}Answer in JSON.{% endblock %}{% block user %}Colour of {{ thing }}?{% endblock %}"
    )
    return folder


@pytest.fixture
def client(endpoint: Endpoint, ledger: CallLedger, prompts: Path, monkeypatch: pytest.MonkeyPatch) -> ModelClient:
    monkeypatch.setenv("SCRIPTED_KEY", "sk-very-secret")
    settings = ModelSettings(
        name="scripted", base_url=endpoint.url, api_key_variable="SCRIPTED_KEY", timeout_seconds=5, retries=2, call_budget=3
    )
    return ModelClient(settings, ledger, prompts=prompts)
