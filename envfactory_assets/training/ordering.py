"""Which gold calls must come before which: found by leaving calls out and running them later.

A call comes after those whose results it takes arguments from, and after every write without which it goes otherwise: it fails, finds
something else, or the two leave another state when they change places. All else may swap or run in parallel.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from envfactory_assets.environments import Episode, ToolResult, equivalent
from envfactory_assets.training.replay import Replayed, Stage


def calls_before(stage: Stage, calls: Sequence[Replayed]) -> dict[str, list[str]]:
    """For each call the ids of the calls, among those given, that must come before it.

    Args:
        stage: the conversation's environments.
        calls: consecutive calls, in the order they were made.
    """
    own = {item.step.call_id for item in calls}
    after = {item.step.call_id: _origins(item) & own for item in calls}
    for later, item in enumerate(calls):
        for earlier in reversed(range(later)):
            write = calls[earlier]
            name = item.step.call_id
            if write.writes and write.step.call_id not in _above(after, name) and _depends(stage, calls, earlier, later):
                after[name].add(write.step.call_id)
    order = [item.step.call_id for item in calls]
    return {name: sorted(found, key=order.index) for name, found in after.items()}


def _origins(item: Replayed) -> set[str]:
    return {origin.call_id for origin in item.step.argument_origins if origin.kind == "observed" and origin.call_id}


def _above(after: Mapping[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    waiting = list(after[name])
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting.extend(after[parent])
    return found


def _depends(stage: Stage, calls: Sequence[Replayed], earlier: int, later: int) -> bool:
    """Whether a call goes otherwise when an earlier write is made after it."""
    write, item = calls[earlier], calls[later]
    episode = stage.episode(write.before)
    results: dict[str, ToolResult] = {call.step.call_id: call.result for call in calls[:earlier]}
    for call in calls[earlier + 1 : later + 1]:
        results[call.step.call_id] = _call(episode, call, results)
    moved = results[item.step.call_id]
    if moved.ok != item.result.ok:
        return True
    if not item.writes:
        return moved.content != item.result.content
    if not _call(episode, write, results).ok:
        return True
    return not equivalent(episode.view(), item.after, write.before, stage.classes)


def _call(episode: Episode, item: Replayed, results: Mapping[str, ToolResult]) -> ToolResult:
    """Make a call again; arguments observed in earlier results are read there anew, since minted ids may have moved."""
    arguments: dict[str, Any] = dict(item.step.arguments)
    for origin in item.step.argument_origins:
        source = results.get(origin.call_id or "")
        if origin.kind == "observed" and source is not None and source.ok and origin.argument in arguments:
            found = _at(source.value, origin.path or "")
            if type(found) is type(arguments[origin.argument]):
                arguments[origin.argument] = found
    return episode.call(item.name, arguments)


def _at(value: Any, path: str) -> Any:
    """What stands at a concrete path, as ``items[2].id``; None when nothing does."""
    for index, name in re.findall(r"\[(\d+)\]|([^.\[\]]+)", path):
        try:
            value = value[int(index)] if index else value[name]
        except (LookupError, TypeError):
            return None
    return value
