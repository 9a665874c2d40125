"""Live MCP servers: all pages of ``tools/list``, over stdio or streamable HTTP, as a document that reads like any list of tools.

A server is foreign code: the whole exchange has a time limit, answers and pages are bounded, and a process that was started is gone
afterwards whatever it does.
"""

import logging
import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from envfactory_assets.corpus.errors import DocumentError

if TYPE_CHECKING:
    import httpx2
    from mcp import Client

MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_PAGES = 100
_MARK = "ENVFACTORY_MCP_EXCHANGE"
_MOST_GENERATIONS = 20
_KEPT = {"name", "title", "description", "inputSchema", "outputSchema", "annotations"}


def read_mcp_server(
    *,
    command: Sequence[str] = (),
    url: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_seconds: float = 30,
    transport: "httpx2.AsyncBaseTransport | None" = None,
) -> tuple[bytes, str]:
    """Ask a server for its tools.

    Args:
        command: how to start a server that speaks over stdio; it sees ``env`` and little else of this process's environment.
        url: where a server that speaks streamable HTTP is; give this or a command.
        env: variables for the command.
        cwd: where the command runs.
        timeout_seconds: for the whole exchange; ending a process that does not end itself may take some seconds more.
        transport: what carries the HTTP requests, for rules on addresses; the plain one when empty.

    Returns:
        The document, which ``read_document`` reads, the same bytes as long as the server offers the same tools; and the server's name.

    Raises:
        DocumentError: the server cannot be reached, answers nothing useful, or not within the limits.
    """
    import anyio  # noqa: PLC0415 - only needed to talk to a server

    mark = uuid4().hex
    called = url or " ".join(command)[:120]
    if bool(command) == bool(url):
        raise DocumentError("an MCP server is reached by a command or by a url; give one of them.")
    try:
        with _quiet():
            return anyio.run(_asked, called, list(command), url, {**(env or {}), _MARK: mark}, cwd, timeout_seconds, transport)
    except Exception as error:
        reasons = list(_causes(error))
        known = next((reason for reason in reasons if isinstance(reason, DocumentError)), None)
        if known is not None:
            raise known from None
        raise DocumentError(f"{called}: {_told(reasons, timeout_seconds)}") from error
    finally:
        if command:
            _end_leftovers(mark)


async def _asked(
    called: str,
    command: list[str],
    url: str | None,
    env: dict[str, str],
    cwd: Path | None,
    seconds: float,
    transport: "httpx2.AsyncBaseTransport | None",
) -> tuple[bytes, str]:
    import anyio  # noqa: PLC0415
    from mcp import Client, StdioServerParameters  # noqa: PLC0415
    from mcp.client.stdio import stdio_client  # noqa: PLC0415
    from mcp.client.streamable_http import streamable_http_client  # noqa: PLC0415

    with Path(os.devnull).open("w", encoding="utf-8") as silent:
        async with AsyncExitStack() as stack:
            stack.enter_context(anyio.fail_after(seconds))
            if url is not None:
                http = await stack.enter_async_context(_http_client(url, seconds, transport))
                carrier = streamable_http_client(url, http_client=http, terminate_on_close=False, max_sse_event_size=MAX_ANSWER_BYTES)
            else:
                parameters = StdioServerParameters(command=command[0], args=command[1:], env=env, cwd=cwd)
                carrier = stdio_client(parameters, errlog=silent)
            client = await stack.enter_async_context(Client(carrier, cache=None))
            tools = [tool async for tool in _tools(client, called)]
            return _document(client, tools, called)


async def _tools(client: "Client", called: str) -> AsyncIterator[dict[str, Any]]:
    """The tools of every page."""
    cursor: str | None = None
    seen: set[str] = set()
    size = 0
    for _ in range(MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools:
            plain = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
            size += len(orjson.dumps(plain))
            if size > MAX_ANSWER_BYTES:
                raise DocumentError(f"{called}: its tools are over the limit of {MAX_ANSWER_BYTES:,} bytes; let it offer fewer.")
            yield {key: value for key, value in plain.items() if key in _KEPT}
        cursor = page.next_cursor
        if not cursor:
            return
        if cursor in seen:
            raise DocumentError(f"{called}: its list of tools comes back to the page {cursor[:40]!r}; correct the server's paging.")
        seen.add(cursor)
    raise DocumentError(f"{called}: its list of tools does not end after {MAX_PAGES} pages; correct the server's paging.")


def _document(client: "Client", tools: list[dict[str, Any]], called: str) -> tuple[bytes, str]:
    if not tools:
        raise DocumentError(f"{called}: the server offers no tools; check its configuration.")
    server = client.server_info
    name = (server.name.strip() if server else "") or called
    said = {
        "name": name,
        "title": (server.title if server else None) or name,
        "version": (server.version if server else "") or "unversioned",
        "instructions": client.instructions,
        "tools": sorted(tools, key=lambda tool: (tool["name"], orjson.dumps(tool))),
    }
    return orjson.dumps({key: value for key, value in said.items() if value}), name


def _http_client(url: str, seconds: float, transport: "httpx2.AsyncBaseTransport | None") -> "httpx2.AsyncClient":
    """A client whose answers are bounded; its stream of events may be as long as the exchange takes."""
    import httpx2  # noqa: PLC0415

    class Bounded(httpx2.AsyncByteStream):
        def __init__(self, inner: httpx2.AsyncByteStream) -> None:
            self._inner = inner

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for chunk in self._inner:
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    raise DocumentError(f"{url}: an answer is over the limit of {MAX_ANSWER_BYTES:,} bytes; let it offer fewer tools.")
                yield chunk

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def bound(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = Bounded(response.stream)

    return httpx2.AsyncClient(timeout=seconds, transport=transport, trust_env=False, event_hooks={"response": [bound]})


def _end_leftovers(mark: str) -> None:
    """End what a server started and left behind: such processes are known by a mark in their environment, where the system shows it."""
    wanted = f"{_MARK}={mark}".encode()
    for _ in range(_MOST_GENERATIONS):
        left = 0
        for shown in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):  # gone meanwhile, or another user's
                if wanted in shown.read_bytes().split(b"\0"):
                    left += 1
                    os.kill(int(shown.parent.name), signal.SIGKILL)
        if not left:
            return


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the client's log still: what a server does wrong is told once, in the error."""
    logger = logging.getLogger("mcp")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors inside groups, and what caused them, innermost groups first."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
        return
    yield error
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _causes(cause)


def _told(reasons: list[BaseException], seconds: float) -> str:
    """What went wrong and what to do, in a line."""
    for reason in reasons:
        if isinstance(reason, FileNotFoundError | PermissionError):
            return f"{reason.strerror or 'it cannot be started'}; check the command."
    if any(isinstance(reason, TimeoutError) for reason in reasons):
        return f"no complete answer within {seconds:g} s; check that it is an MCP server, or allow it more time."
    first = reasons[0] if reasons else None
    said = " ".join(str(first).split())[:160] or type(first).__name__
    return f"the server gives no list of tools ({said}); run it by hand and see what it answers."
