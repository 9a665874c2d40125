"""The calls of a conversation while it is being made."""

from dataclasses import dataclass, field
from typing import Any

from envfactory_assets.records import ArgumentOrigin

Arguments = dict[str, Any]
"""What a call was given, by parameter."""


@dataclass(slots=True)
class MadeCall:
    """A call that was made, and how each of its arguments can be known."""

    call_id: str
    turn: int
    group: int
    env_id: str
    tool: str
    arguments: dict[str, Any]
    origins: list[ArgumentOrigin]
    result: Any
    diff: list[Any]
    before: str
    after: str
    error: str | None = None  # "code: message" of a call that was refused
    requestor: str = "agent"


@dataclass(slots=True)
class Binding:
    """The calls of a conversation so far: of each turn, the wishes with their calls."""

    calls: list[MadeCall] = field(default_factory=list)
    turns: list[list[list[str]]] = field(default_factory=list)
    made: dict[int, MadeCall] = field(default_factory=dict)
