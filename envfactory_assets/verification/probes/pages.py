"""Catches paging that loses rows, shows them twice, or gives pages of another size than asked for."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.environments.foreign import AnyEpisode
from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import State
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.probes.filters import SIZE, largest
from envfactory_assets.verification.steps import is_read, required_only, returned_rows
from envfactory_assets.verification.subject import Subject

_SIZES = (1, 2, 5)
_PAGES = 60


def probe(subject: Subject) -> Iterator[Observation]:
    """Pages of any size, one after the other, show what one large page shows, in the same order, and no page is larger than asked for."""
    for tool in subject.spec.tools:
        size = next((p.name for p in tool.parameters if p.role == "page" and p.type == "integer" and SIZE.search(p.name)), None)
        witness = subject.witness(tool)
        if is_read(tool) and tool.returns.many and tool.returns.entity is not None and size is not None and witness is not None:
            base = required_only(tool, {key: value for key, value in witness.arguments.items() if key != size})
            failure = next((f for state in subject.states for f in _failures(subject, tool, state, size, base)), None)
            yield Observation(tool.name, failure is None, failure or {})


def _failures(subject: Subject, tool: ToolSpec, state: State, size: str, base: dict[str, Any]) -> Iterator[dict[str, Any]]:
    episode = subject.start(state)
    most = largest(tool, size)
    whole, left = _page(subject, episode, tool, {**base, size: most})
    if whole is None:
        return
    if left is not None:
        if len(whole) < most:
            what = "a page that is not full leads on to another"
            yield {"state": state, "tool": tool.name, "arguments": {**base, size: most}, "what": what}
        return
    cursor = next((p.name for p in tool.parameters if p.role == "page" and p.type in {"string", "text"}), None)
    for asked in _SIZES:
        evidence = {"state": state, "tool": tool.name, "arguments": {**base, size: asked}}
        pages = list(_pages(subject, episode, tool, {**base, size: asked}, cursor))
        shown = [key for page in pages for key in page]
        if any(len(page) > asked for page in pages):
            yield {**evidence, "what": "a page is larger than asked for", "pages": pages}
        elif pages and shown != (whole if tool.returns.cursor and cursor else whole[:asked]):
            yield {**evidence, "what": "the pages do not add up to the whole", "pages": pages, "whole": whole}


def _pages(subject: Subject, episode: AnyEpisode, tool: ToolSpec, arguments: dict[str, Any], cursor: str | None) -> Iterator[list[Any]]:
    following = None
    for _ in range(_PAGES):
        page, following = _page(subject, episode, tool, arguments if following is None else {**arguments, str(cursor): following})
        if page is not None:
            yield page
        if page is None or following is None or cursor is None:
            return


def _page(subject: Subject, episode: AnyEpisode, tool: ToolSpec, arguments: dict[str, Any]) -> tuple[list[Any] | None, Any]:
    """The keys on one page, and where the next begins; None when it is refused."""
    entity = subject.spec.entity(str(tool.returns.entity))
    wire = next(field.wire for field in entity.fields if field.name == entity.key)
    result = subject.call(episode, tool, arguments)
    if not result.ok:
        return None, None
    following = result.value.get(tool.returns.cursor) if tool.returns.cursor and isinstance(result.value, dict) else None
    return [row.get(wire) for row in returned_rows(tool, result.value)], following
