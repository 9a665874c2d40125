"""A draft that is played while it grows: what an episode refuses never becomes part of it."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from envfactory_assets.graph.drafts import Draft
from envfactory_assets.graph.model import is_write
from envfactory_assets.graph.rehearsal import Play, Rehearsal, StuckError

TAKES = 5  # arguments tried for a step of a draft in the making, which may have another step instead


@dataclass
class Live:
    """Plays one draft, in one scenario, as far as it has grown.

    Attributes:
        refused: why growths of drafts were given up, with how often.
    """

    rehearsal: Rehearsal
    refused: Counter[str] = field(default_factory=Counter)
    _play: Play | None = None

    def begin(self, draft: Draft, rng: Random) -> bool:
        """Start a draft in a scenario of its own; false when there is none."""
        first = next(self.rehearsal.orders(rng), None)
        self._play = self.rehearsal.begin(draft, first, rng) if first is not None else None
        return self._play is not None

    def stuck(self, grown: Draft) -> StuckError | None:
        """Run what a draft has grown by; None when all of it ran. Otherwise the episode is as it was, and why is told."""
        play = self._play
        if play is None:
            return None
        done, rows = len(play.results), dict(play.rows)
        play.draft, before = grown, play.draft
        try:
            self.rehearsal.go_on(play, TAKES)
        except StuckError as error:
            changed = error.changed or any(is_write(tool) for tool in grown.tools[done : len(play.results)])
            play.take_back(before, rows)
            if changed:
                self.rehearsal.again(play)
            self.refused[error.why] += 1
            return error
        return None

    def shows(self, step: int, path: str) -> bool:
        """Whether a step shows something at a path, in the row that is meant where one was chosen; one that has not run may."""
        return self._play is None or step >= len(self._play.results) or self._play.shows(step, path)

    def finish(self, draft: Draft) -> None:
        """Write into a draft where it ran and with which arguments."""
        if self._play is not None:
            draft.rehearsals.append(self._play.record())
