"""The session of a live environment: what its tables share while its tools run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envfactory_assets.environments.tables import Table
    from envfactory_assets.environments.tools import Tool


@dataclass
class Session:
    """What the tables of one live environment share: the clock, the counters and the way back.

    Attributes:
        now: the clock.
        me: the caller.
        counters: ids minted so far, by entity.
        tables: by entity.
        undo: the journal: how to take back each write since the call began.
        changed: the keys written since the call began, by entity.
        reading: gathers the entities that are read while an invariant is checked.
        relied_on: for each invariant, the entities it read when it last held; replaced, never changed in place.
        running: the tool that runs.
    """

    now: datetime
    me: str | int | None
    counters: dict[str, int]
    tables: dict[str, "Table[Any]"] = field(default_factory=dict)
    undo: list[tuple[Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)
    changed: dict[str, dict[str | int, None]] = field(default_factory=dict)
    reading: set[str] | None = None
    relied_on: dict[str, set[str]] = field(default_factory=dict)
    running: "Tool | None" = None

    def roll_back(self) -> None:
        """Take back every write since the journal was last cleared."""
        while self.undo:
            step, arguments = self.undo.pop()
            step(*arguments)
        self.changed.clear()

    def begin(self, tool: "Tool | None") -> None:
        """Start a call, or end one: what was written before is settled."""
        self.undo.clear()
        self.changed.clear()
        self.running = tool

    def advance(self, duration: timedelta) -> None:
        """Move the clock; what held before need not hold now."""
        self.now += duration
        self.relied_on = {}
