"""Which addresses may be asked: public ones, unless a source admits private ones."""

import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx2

from envfactory_assets.corpus.errors import DocumentError


def checked_address(url: str, *, private: bool) -> tuple[str, str]:
    """Resolve the host of a URL once and see that it may be asked.

    The connection is made to the address returned here, so that a name cannot mean another machine a moment later.

    Args:
        url: the URL.
        private: whether private, loopback, link-local and reserved addresses are admitted.

    Returns:
        The host as the URL names it, and the address to connect to.

    Raises:
        DocumentError: the URL is malformed, its host unknown, or its address refused.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme not in {"http", "https"}:
        raise DocumentError(f"{url[:120]}: no http or https address; correct the url.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DocumentError(f"{url[:120]}: the host {host} is unknown; check the url and the network.") from None
    addresses = [str(entry[4][0]) for entry in found]
    refused = [address for address in addresses if not ipaddress.ip_address(address.split("%")[0]).is_global]
    if refused and not private:
        raise DocumentError(f"{url[:120]}: {host} is {refused[0]}, no public address; set private: true on the source if it may be asked.")
    return host, addresses[0]


def checking_transport(*, private: bool) -> "httpx2.AsyncBaseTransport":
    """Carries HTTP requests, each to the address that was checked for its URL."""
    import anyio  # noqa: PLC0415 - only needed to talk to a server
    import httpx2  # noqa: PLC0415

    class CheckingTransport(httpx2.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            host, address = await anyio.to_thread.run_sync(lambda: checked_address(str(request.url), private=private))
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=address)
            return await super().handle_async_request(request)

    return CheckingTransport()
