"""Documents that others serve. The last good answer is kept, so that a server that is down costs nothing that was there."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any

import orjson

from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.sources.addresses import checking_transport
from envfactory_assets.corpus.sources.declared import McpSource, UrlSource
from envfactory_assets.corpus.sources.fetching import Answer, Validators, fetch
from envfactory_assets.corpus.sources.found import Found

FOLDER = "fetched"


class Kept:
    """The stored answer to one question to a remote source: its bytes, and beside them how and when they were had."""

    def __init__(self, home: Path, name: str, asked: str) -> None:
        self.body = home / FOLDER / name / sha256(asked.encode()).hexdigest()[:12] / "document"
        self._about = self.body.with_name("about.json")
        self._asked = asked

    def about(self) -> dict[str, Any]:
        """What is known of the last attempt."""
        try:
            known = orjson.loads(self._about.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return {}
        return known if isinstance(known, dict) else {}

    def store(self, *, body: bytes | None, validators: Validators, problem: str | None) -> None:
        """Keep an answer, or why there was none; ``body`` None leaves the bytes as they are."""
        self.body.parent.mkdir(parents=True, exist_ok=True)
        if body is not None:
            _replace(self.body, body)
        about = {
            "asked": self._asked,
            "checked_at": int(time()),
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "problem": problem,
        }
        _replace(self._about, orjson.dumps(about, option=orjson.OPT_SORT_KEYS))


def url_document(name: str, source: UrlSource, home: Path) -> Found:
    """The document at an address, as it is now or was when it was last asked for."""
    return _document(name, source, kept_of(name, source, home), lambda known: fetch(source, known))


def mcp_document(name: str, source: McpSource, home: Path) -> Found:
    """What an MCP server answers to ``tools/list``."""

    def ask(_known: Validators) -> Answer:
        from envfactory_assets.corpus.formats.mcp_servers import read_mcp_server  # noqa: PLC0415 - heavy, only for these sources

        transport = checking_transport(private=source.private) if source.url else None
        body, _ = read_mcp_server(command=source.command, url=source.url, timeout_seconds=source.seconds, transport=transport)
        return Answer(body, Validators())

    return _document(name, source, kept_of(name, source, home), ask)


def kept_of(name: str, source: UrlSource | McpSource, home: Path) -> Kept:
    """The stored answer of a source."""
    asked = source.url if isinstance(source, UrlSource) or source.url else " ".join(source.command)
    return Kept(home, name, asked or "")


def _document(name: str, source: UrlSource | McpSource, kept: Kept, ask: Callable[[Validators], Answer]) -> Found:
    known = kept.about()
    problem: str | None = known.get("problem")
    if time() - known.get("checked_at", 0) >= source.minutes * 60:
        validators = Validators(known.get("etag", ""), known.get("last_modified", "")) if kept.body.is_file() else Validators()
        try:
            answer = ask(validators)
            problem = None
            kept.store(body=answer.body, validators=answer.validators if answer.body is not None else validators, problem=None)
        except DocumentError as error:
            problem = str(error)
            kept.store(body=None, validators=validators, problem=problem)
    if not kept.body.is_file():
        return Found(name, name, kept.body, "", source.domain, source.license, problem)
    digest = sha256(kept.body.read_bytes()).hexdigest()
    return Found(name, name, kept.body, digest, source.domain, source.license, warning=problem)


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)
