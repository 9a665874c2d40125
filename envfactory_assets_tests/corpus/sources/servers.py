"""HTTP servers on loopback that answer as they are told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server for the length of a block: its address, and the headers of each request it got."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            behaviour(self)

        do_POST = do_GET  # noqa: N815 - the name the base class looks for

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def answer(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """Always the same answer; header names have ``_`` for ``-``."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        given = {"content_type": "application/json", "content_length": str(len(body)), **headers}
        for name, value in given.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return behave
