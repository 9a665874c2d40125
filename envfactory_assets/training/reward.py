"""The reward of an attempt at a task.

R = max(0, 0.5 R_calls + 0.5 R_goal - 0.05 per call beyond the gold count plus two - 0.05 per unparsable call), each penalty at most 0.5.

- R_calls: the share of required gold calls that were made and accepted; order is free but for ``after``; ids minted on the way may differ.
- R_goal of a write task: the share of rows that should change and came out right, minus the share of changed rows that should not
  have been.
- R_goal of a read-only task: the share of required answers in the reply, minus the share of changed rows (all are wrong). Such a
  task requires no call, since other ways to find out are as good; R_calls is then R_goal, so that silence scores 0 and the answers 1.
  Where the reply has to say that something cannot be done, its answers count only when it says so.
- The strict variant is the paper's: 1 when everything required was reached and nothing else was changed, else 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envfactory_assets.environments import Environment, Episode
from envfactory_assets.environments.state import State
from envfactory_assets.records import GoldCall, Reward, RlTask
from envfactory_assets.training.answers import declines, share_told
from envfactory_assets.training.matching import Parameters, Renamed, same_call
from envfactory_assets.training.outcome import Outcome, Target
from envfactory_assets.versions import package_version

_HALF = 0.5
_PENALTY = 0.05
_MOST_PENALTY = 0.5
_SPARE_CALLS = 2


@dataclass(frozen=True, slots=True)
class Call:
    """A call an agent made. ``arguments`` is None when they could not be parsed; ``accepted`` is False when the tool refused."""

    tool: str
    arguments: dict[str, Any] | None
    accepted: bool = True


def reward_version() -> str:
    """Hash of the source a reward depends on."""
    return package_version("envfactory_assets.training.reward")


def score(task: RlTask, calls: Sequence[Call], final_state: State, reply: str, environments: Mapping[str, type[Environment]]) -> Reward:
    """Score an attempt.

    Args:
        task: what was asked.
        calls: all calls the agent made, in order.
        final_state: ``Episode.snapshot()`` at the end.
        reply: all that the agent told the user.
        environments: the task's environment classes.
    """
    return Scorer(task, environments).reward(calls, final_state, reply)


class Scorer:
    """Scores attempts at one task; what they all are compared with is worked out once."""

    def __init__(self, task: RlTask, environments: Mapping[str, type[Environment]]) -> None:
        self.task = task
        self.environments = environments
        self._episode = Episode(dict(environments))
        self._episode.reset(task.start_state)
        self._target = Target(self._episode.view(), task.gold_state, environments)
        self._required = [call for call in task.gold_calls if call.required]

    def episode(self) -> Episode:
        """The task's start, for the next attempt: there is one at a time."""
        self._episode.restart()
        return self._episode

    @cached_property
    def _parameters(self) -> Parameters:
        return Parameters(self.environments, self.task.tools)

    @cached_property
    def _before(self) -> dict[str, set[str]]:
        return _required_before(self.task.gold_calls)

    def reward(self, calls: Sequence[Call], final_state: State, reply: str) -> Reward:
        """Score an attempt."""
        task = self.task
        outcome = self._target.compare(final_state)
        told = share_told(reply, task.required_answers)
        if task.declines:
            told = (told if task.required_answers else 1.0) * declines(reply)
        goal = (outcome.reached_share if task.writes else told) - outcome.spoiled_share
        matched = self._matched_share(calls, outcome) if self._required else goal
        parsed = [call for call in calls if call.arguments is not None]
        extra = _penalty(len(parsed) - len(task.gold_calls) - _SPARE_CALLS)
        unparsable = _penalty(len(calls) - len(parsed))
        all_done = (outcome.equivalent if task.writes else told == 1.0 and outcome.equivalent) and matched == 1.0 and not unparsable
        return Reward(
            total=min(1.0, max(0.0, _HALF * matched + _HALF * goal - extra - unparsable)),
            calls=matched,
            goal=goal,
            penalty_extra=extra,
            penalty_unparsable=unparsable,
            strict=float(all_done),
        )

    def _matched_share(self, calls: Sequence[Call], outcome: Outcome) -> float:
        """Each required gold call takes the first free call that is the same and comes after those its order asks for."""
        renamed = Renamed(outcome.pairs, self._parameters)
        taken: dict[str, int] = {}
        for gold in _in_order(self._required, self._before):
            earliest = max((taken[name] for name in self._before[gold.call_id] if name in taken), default=-1) + 1
            for position in range(earliest, len(calls)):
                call = calls[position]
                free = position not in taken.values()
                if free and call.accepted and call.arguments is not None and same_call(gold, call.tool, call.arguments, renamed):
                    taken[gold.call_id] = position
                    break
        return len(taken) / len(self._required)


def _penalty(count: int) -> float:
    return min(_MOST_PENALTY, _PENALTY * max(0, count))


def _required_before(gold_calls: Sequence[GoldCall]) -> dict[str, set[str]]:
    """For each gold call the required ones that must come before it, directly or through others."""
    known = {call.call_id: call for call in gold_calls}
    found: dict[str, set[str]] = {}

    def above(name: str) -> set[str]:
        if name not in found:
            found[name] = set()
            for parent in known[name].after:
                if parent in known:
                    found[name] |= above(parent) | ({parent} if known[parent].required else set())
        return found[name]

    for name in known:
        above(name)
    return found


def _in_order(required: Sequence[GoldCall], before: Mapping[str, set[str]]) -> list[GoldCall]:
    return sorted(required, key=lambda call: len(before[call.call_id]))
