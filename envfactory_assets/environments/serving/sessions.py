"""Sessions over streamable HTTP: each has a transport, a run of the server, and thereby an episode of its own."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import anyio
from anyio.abc import TaskGroup, TaskStatus
from mcp.server import Server
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER, StreamableHTTPServerTransport
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from mcp_types import INTERNAL_ERROR, INVALID_REQUEST, UNSUPPORTED_PROTOCOL_VERSION, ErrorData, JSONRPCError
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from envfactory_assets.environments.serving.service import Session

_log = logging.getLogger(__name__)


class Sessions:
    """An ASGI application that serves one server in many sessions.

    Requests of protocol revisions without sessions (from 2026-07-28 on) are told which revisions have them: an episode needs one.

    Args:
        server: what each session runs.
        idle_seconds: how long a session may go without a request before it ends.
        most: how many sessions there may be at once.
        security: which hosts and origins requests may name.
    """

    def __init__(self, server: Server[Session], *, idle_seconds: float, most: int, security: TransportSecuritySettings | None) -> None:
        self._server = server
        self._idle_seconds = idle_seconds
        self._most = most
        self._security = security
        self._live: dict[str, StreamableHTTPServerTransport] = {}
        self._tasks: TaskGroup | None = None

    def __len__(self) -> int:
        return len(self._live)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Sessions"]:
        """Sessions may begin inside; all end when it is left."""
        async with anyio.create_task_group() as self._tasks:
            try:
                yield self
            finally:
                await self.end()
                self._tasks.cancel_scope.cancel()

    async def end(self) -> None:
        """End every session, with its open streams."""
        for transport in list(self._live.values()):
            await self._forget(transport)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request = Request(scope)
        version, named = (request.headers.get(header) for header in (MCP_PROTOCOL_VERSION_HEADER, MCP_SESSION_ID_HEADER))
        if version is not None and version not in HANDSHAKE_PROTOCOL_VERSIONS:
            await _unsupported(version)(scope, receive, send)
        elif named is None:
            await self._begin(scope, receive, send)
        elif named not in self._live:
            await _error(404, INVALID_REQUEST, "There is no such session: it ended, or never began.")(scope, receive, send)
        else:
            transport = self._live[named]
            await transport.handle_request(scope, receive, send)
            if transport.is_terminated:
                await self._forget(transport)

    async def _begin(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request that opens a session; what is not accepted leaves none behind."""
        if len(self._live) >= self._most or self._tasks is None:
            await _error(503, INTERNAL_ERROR, f"There are {self._most} sessions already; try again later.")(scope, receive, send)
            return
        transport = StreamableHTTPServerTransport(
            uuid4().hex, is_json_response_enabled=True, security_settings=self._security, idle_timeout=self._idle_seconds
        )
        self._live[str(transport.mcp_session_id)] = transport
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._tasks.start(self._run, transport)
            await transport.handle_request(scope, receive, watched)
        finally:
            if status >= 400:
                await self._forget(transport)

    async def _run(self, transport: StreamableHTTPServerTransport, *, task_status: TaskStatus[None]) -> None:
        async with transport.connect() as (incoming, outgoing):
            task_status.started()
            try:
                with transport.idle_scope or anyio.CancelScope():
                    await self._server.run(incoming, outgoing, self._server.create_initialization_options())
            except Exception:  # noqa: BLE001 - whatever ends one session must not end the others
                _log.exception("A session failed; the others go on.")
            finally:
                await self._forget(transport)

    async def _forget(self, transport: StreamableHTTPServerTransport) -> None:
        self._live.pop(str(transport.mcp_session_id), None)
        if not transport.is_terminated:
            with anyio.CancelScope(shield=True):
                await transport.terminate()


def _unsupported(version: str) -> Response:
    told = {"supported": list(HANDSHAKE_PROTOCOL_VERSIONS), "requested": version}
    return _error(400, UNSUPPORTED_PROTOCOL_VERSION, f"Sessions need a protocol revision that has them, not {version[:40]!r}.", told)


def _error(status: int, code: int, message: str, data: object = None) -> Response:
    body = JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=code, message=message, data=data))
    content = body.model_dump_json(by_alias=True, exclude_unset=True)
    return Response(content, status_code=status, media_type="application/json")
