"""Serving any number of sessions by streamable HTTP."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import uvicorn
from mcp.server.transport_security import RequestBodyLimitMiddleware, TransportSecuritySettings
from starlette.applications import Starlette
from starlette.routing import Route

from envfactory_assets.environments.serving.messages import mcp_server
from envfactory_assets.environments.serving.service import Service
from envfactory_assets.environments.serving.sessions import Sessions

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_IDLE_SECONDS = 30 * 60.0
_MOST_SESSIONS = 1_000
_MOST_BYTES = 4 * 1024 * 1024
_GRACE_SECONDS = 2


def listening(host: str, port: int) -> socket.socket:
    """A socket that clients may connect to from now on; port 0 takes any free one.

    Raises:
        OSError: the address is taken, or is none.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else small answers wait for the client's acknowledgements
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def serve_http(service: Service, listener: socket.socket, *, host: str) -> None:
    """Serve until a signal comes; every session ends then.

    Args:
        service: what to serve.
        listener: where to listen.
        host: its address. On a loopback one, requests that come by another name or from another site's page are refused.
    """
    anyio.run(_serve, service, listener, host)


class _Web(uvicorn.Server):
    """The web server; which signals end it is not its concern."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


async def _serve(service: Service, listener: socket.socket, host: str) -> None:
    sessions = Sessions(mcp_server(service), idle_seconds=_IDLE_SECONDS, most=_MOST_SESSIONS, security=_security(host))
    app = Starlette(routes=[Route(PATH, endpoint=RequestBodyLimitMiddleware(sessions, _MOST_BYTES))])
    web = _Web(uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS))
    async with sessions.running(), anyio.create_task_group() as tasks:
        tasks.start_soon(_end_at_signal, web, sessions)
        await web.serve(sockets=[listener])
        tasks.cancel_scope.cancel()


async def _end_at_signal(web: uvicorn.Server, sessions: Sessions) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            web.should_exit = True
            await sessions.end()  # open streams would hold up the web server


def _security(host: str) -> TransportSecuritySettings | None:
    """Against pages that reach this machine under a name of theirs."""
    if host not in LOOPBACK:
        return None
    names = ["127.0.0.1", "localhost", "[::1]"]
    hosts = [*names, *(f"{name}:*" for name in names)]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts])
