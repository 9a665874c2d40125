"""Searches for arguments, and if need be a state, with which a tool succeeds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from envfactory_assets.environments.foreign import AnyEpisode
from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import Caller, State, rows_of
from envfactory_assets.verification.standing import standing
from envfactory_assets.verification.steps import Step, key_parameter
from envfactory_assets.verification.trials import as_other, others_of

if TYPE_CHECKING:
    from envfactory_assets.verification.subject import Subject

_TRIES = 25
_CREATIONS = 6
_SCENARIOS = 4
_OTHERS = 6
_WANDERED = 120
_EVERY = 8
_OPTIONAL = (0.0, 0.3, 0.7)  # shares of optional arguments given, in turn


@dataclass
class Search:
    """What a search for a successful call came to."""

    step: Step | None = None
    errors: Counter[str] = field(default_factory=Counter)


def find_success(subject: "Subject", tool: ToolSpec) -> Search:
    """Try the scenarios, states in the middle of walks, both again with rows made for the purpose, and the scenarios as other callers.

    What then is not found is looked for along further walks, and in the scenarios with a row standing as the tool says it must.
    """
    search = Search()
    caller = subject.caller("find", tool.name)
    states = [*subject.states[:_SCENARIOS], *(walk.steps[len(walk.steps) // 2].after for walk in subject.walks)]
    for index, state in enumerate(states):
        if _try(subject, tool, caller, search, subject.start(state), index):
            return search
    for index, state in enumerate(states):
        for episode, created in _prepared(subject, tool, caller, state):
            if _try(subject, tool, caller, search, episode, index, created):
                return search
    for index, state in enumerate(subject.states[:_SCENARIOS]):
        for other in others_of(subject.spec, state)[:_OTHERS]:
            if _try(subject, tool, caller, search, subject.start(as_other(state, other)), index):
                return search
    if not _wander(subject, tool, caller, search):
        _among_standing(subject, tool, caller, search)
    return search


def _wander(subject: "Subject", tool: ToolSpec, caller: Caller, search: Search) -> bool:
    """Try again and again along further walks: what a tool needs may have to be brought about first."""
    for index, start in enumerate(subject.states[:_SCENARIOS]):
        episode = subject.start(start)
        for call in range(_WANDERED):
            state = subject.state(episode)
            chosen = caller.choose_tool(list(subject.spec.tools))
            subject.call(episode, chosen, caller.arguments(chosen, state))
            if call % _EVERY == 0 and _try(subject, tool, caller, search, episode, index):
                return True
    return False


def _among_standing(subject: "Subject", tool: ToolSpec, caller: Caller, search: Search) -> None:
    """Try on rows that are put where the tool starts from: of few rows none may stand there, or all that do for too long."""
    for effect in tool.effects:
        parameter = key_parameter(tool, effect.entity)
        if parameter is None or effect.entity is None or effect.field is None or not effect.sources:
            continue
        for index, state in enumerate(subject.states[:_SCENARIOS]):
            for row in rows_of(subject.spec, state, effect.entity):
                key = row[subject.spec.entity(effect.entity).key]
                for met in standing(subject, state, effect.entity, key, {effect.field: effect.sources}):
                    if _try(subject, tool, caller, search, subject.start(met), index, {parameter.name: key}):
                        return


def _try(
    subject: "Subject", tool: ToolSpec, caller: Caller, search: Search, episode: AnyEpisode, index: int, fixed: dict[str, Any] | None = None
) -> bool:
    before = subject.state(episode)
    for attempt in range(len(_OPTIONAL) if fixed else _TRIES):
        arguments = {**caller.arguments(tool, before, optional=_OPTIONAL[attempt % len(_OPTIONAL)]), **(fixed or {})}
        result = subject.call(episode, tool, arguments)
        if result.ok:
            search.step = Step(index, -1, tool, arguments, result, before, subject.state(episode))
            return True
        search.errors[result.error.message if result.error else ""] += 1
    return False


def _prepared(subject: "Subject", tool: ToolSpec, caller: Caller, state: State) -> Iterator[tuple[AnyEpisode, dict[str, Any]]]:
    """Episodes in which a row that the tool can act on was just created, with the argument that names it."""
    entity = next((effect.entity for effect in tool.effects if effect.entity), None)
    parameter = key_parameter(tool, entity)
    if parameter is None or entity is None:
        return
    shape = subject.spec.entity(entity)
    for maker in subject.spec.tools:
        if any(effect.entity == entity for effect in maker.effects if effect.family == "create"):
            for _ in range(_CREATIONS):
                episode = subject.start(state)
                subject.call(episode, maker, caller.arguments(maker, state))
                known = {row[shape.key] for row in state["tables"][shape.table]}
                made = [row[shape.key] for row in subject.state(episode)["tables"][shape.table] if row[shape.key] not in known]
                if made:
                    yield episode, {parameter.name: made[0]}
