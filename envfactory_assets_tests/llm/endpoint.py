"""A scripted chat endpoint on the loopback interface."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What the endpoint does with one request."""

    content: str = "{}"
    status: int = 200
    finish_reason: str = "stop"
    delay: float = 0.0
    raw: bytes | None = None
    error: dict[str, Any] | None = None


@dataclass
class Endpoint:
    """The endpoint's script and what it was asked. The last reply repeats; ``answer`` makes one from the request instead."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], Reply] | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def reply(self, request: dict[str, Any]) -> Reply:
        if self.answer:
            return self.answer(request)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def serving() -> Iterator[Endpoint]:
    """An endpoint for the length of a block."""
    script = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.requests.append(request)
            script.keys.append(self.headers["Authorization"])
            reply = script.reply(request)
            time.sleep(reply.delay)
            body = reply.raw if reply.raw is not None else json.dumps(_body(reply, self.headers["Authorization"])).encode()
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
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def _body(reply: Reply, key: str) -> dict[str, Any]:
    if reply.status != 200:
        return {"error": reply.error or {"message": f"broken for {key}"}}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "finish_reason": reply.finish_reason, "message": {"role": "assistant", "content": reply.content}}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
    }
