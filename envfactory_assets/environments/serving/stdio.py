"""Serving one session on the process's own pipes."""

import json
import os
import signal
import threading
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

import anyio
import anyio.from_thread
import anyio.lowlevel
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

from envfactory_assets.environments.serving.messages import mcp_server
from envfactory_assets.environments.serving.service import Service


def serve_stdio(service: Service) -> None:
    """Serve until the client closes the pipe, or a signal comes. What else is printed meanwhile goes to stderr."""
    anyio.run(_serve, service)


async def _serve(service: Service) -> None:
    server = mcp_server(service)
    send, readable = anyio.create_memory_object_stream[SessionMessage | Exception]()
    lines = _lines()
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_exit_at_signal)
            async with stdio_server(stdin=lines) as (incoming, outgoing):  # type: ignore[arg-type] # only iterated over
                tasks.start_soon(_pass_on, incoming, send, outgoing)
                await server.run(readable, outgoing, server.create_initialization_options())
            tasks.cancel_scope.cancel()
    except* (BrokenPipeError, ConnectionResetError):
        pass  # the client left without waiting for its answer
    lines.close()
    await anyio.wait_all_tasks_blocked()  # a line that the thread was handing over comes to its end before the loop does


def _lines() -> MemoryObjectReceiveStream[str]:
    """The lines of stdin, read by a thread that nothing waits for: it may be stuck in a read when all else has ended."""
    send, lines = anyio.create_memory_object_stream[str]()
    token = anyio.lowlevel.current_token()

    def read() -> None:
        with suppress(anyio.BrokenResourceError, anyio.RunFinishedError, CancelledError):
            with os.fdopen(os.dup(0), encoding="utf-8", errors="replace") as stdin:
                for line in stdin:
                    anyio.from_thread.run(send.send, line, token=token)
            anyio.from_thread.run_sync(send.close, token=token)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    return lines


async def _pass_on(incoming: Any, readable: MemoryObjectSendStream[SessionMessage | Exception], outgoing: Any) -> None:
    """Pass messages on; a line that is none gets an error, which the library does not send: its client would wait for ever."""
    async with readable:
        async for item in incoming:
            if isinstance(item, Exception):
                error = ErrorData(code=PARSE_ERROR, message="This line is no message of the protocol in plain JSON.")
                await outgoing.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=_id_in(item), error=error)))
            else:
                await readable.send(item)


def _id_in(refusal: Exception) -> str | int | None:
    """The id of a refused line's request, where it can be told."""
    line: Any = refusal.errors(include_url=False)[0]["input"] if isinstance(refusal, ValidationError) else None
    try:
        found = json.loads(line)["id"]  # more lenient than the library: half characters, deep nesting
    except (TypeError, ValueError, KeyError, RecursionError):
        return None
    return found if type(found) is int or (isinstance(found, str) and found.isascii()) else None


async def _exit_at_signal() -> None:
    """End the process, though its client may neither write nor read."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            os._exit(0)
