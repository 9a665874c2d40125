"""Fetching one document over HTTP: conditional, bounded in size, time and redirects, and only from addresses that may be asked."""

import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.sources.addresses import checked_address
from envfactory_assets.corpus.sources.declared import UrlSource

_MOVED = {301, 302, 303, 307, 308}
_UNCHANGED = 304
_OK = 200
_DOCUMENT_WORDS = ("json", "yaml", "yml", "text/plain", "octet-stream", "python")
_ACCEPT = "application/json, application/yaml;q=0.9, text/plain;q=0.5, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said by which it can tell later whether the document changed."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """The conditions of a request."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; ``body`` is None when the document has not changed."""

    body: bytes | None
    validators: Validators


def fetch(source: UrlSource, known: Validators) -> Answer:
    """Ask for a document, unless it is what is known already.

    Raises:
        DocumentError: it cannot be had within the source's limits.
    """
    import httpx2  # noqa: PLC0415 - only sources with an address need it

    deadline = time.monotonic() + source.seconds
    url = source.url
    try:
        with httpx2.Client(timeout=source.seconds, trust_env=False, follow_redirects=False) as client:
            for _ in range(source.redirects + 1):
                host, address = checked_address(url, private=source.private)
                request = client.build_request(
                    "GET",
                    _at_address(url, address),
                    headers={"Host": _authority(url), "Accept": _ACCEPT, "User-Agent": "envfactory", **known.headers()},
                    extensions={"sni_hostname": host},
                )
                response = client.send(request, stream=True)
                try:
                    if response.status_code not in _MOVED:
                        return _read(response, source, deadline)
                    url = urljoin(url, response.headers.get("location", ""))
                finally:
                    response.close()
    except httpx2.TimeoutException:
        raise DocumentError(f"{source.url}: no answer within {source.seconds:g} s; try later or raise seconds.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise DocumentError(f"{source.url}: {str(error) or type(error).__name__}; check the url and the server.") from None
    raise DocumentError(f"{source.url}: more than {source.redirects} redirects; give the address the document is at.")


def _at_address(url: str, address: str) -> str:
    """The URL with its host replaced by the address that was checked."""
    parts = urlsplit(url)
    host = f"[{address}]" if ":" in address else address
    return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path or "/", parts.query, ""))


def _authority(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _read(response: "httpx2.Response", source: UrlSource, deadline: float) -> Answer:  # type: ignore[name-defined]  # noqa: F821
    validators = Validators(response.headers.get("etag", ""), response.headers.get("last-modified", ""))
    if response.status_code == _UNCHANGED:
        return Answer(None, validators)
    if response.status_code != _OK:
        raise DocumentError(f"{source.url}: the server answers {response.status_code}; check the url.")
    kind = response.headers.get("content-type", "").lower()
    if kind and not any(word in kind for word in _DOCUMENT_WORDS):
        raise DocumentError(f"{source.url}: the server sends {kind.split(';')[0]!r}; give the address of the JSON or YAML itself.")
    most = int(source.megabytes * 1024 * 1024)
    body = bytearray()
    for chunk in response.iter_bytes(64 * 1024):
        body += chunk
        if len(body) > most:
            raise DocumentError(f"{source.url}: more than {source.megabytes:g} MB; raise megabytes or give a smaller document.")
        if time.monotonic() > deadline:
            raise DocumentError(f"{source.url}: no complete answer within {source.seconds:g} s; try later or raise seconds.")
    said = response.headers.get("content-length", "")
    if said.isdigit() and "content-encoding" not in response.headers and int(said) != len(body):
        raise DocumentError(f"{source.url}: {len(body):,} of {said} bytes came; try again.")
    return Answer(bytes(body), validators)
