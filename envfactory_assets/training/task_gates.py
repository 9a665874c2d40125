"""What a task must show before anyone trains on it: gold scores the maximum, and nothing scores without doing the work."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean

from envfactory_assets.environments import Environment, equivalent
from envfactory_assets.records import GateRewards, RlTask, derived_seed
from envfactory_assets.training.agents import Agent, GoldAgent, NullAgent, RandomAgent
from envfactory_assets.training.reward import Scorer
from envfactory_assets.training.rollouts import attempt, read_everything, reward_of

MOST_RANDOM = 0.05
RANDOM_RUNS = 5
ANSWERED_WITHOUT_CALLS = frozenset({"follow_up", "missing_tool"})
"""Kinds of conversation with a turn that an earlier result answers, or that has to be declined because the tool is not there."""

Classes = Mapping[str, type[Environment]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gates say of a task.

    Attributes:
        failed: the first gate it does not pass, and why; None when it passes all.
        rewards: what the agents scored, when all were tried that a gate asks for.
    """

    failed: str | None
    rewards: GateRewards | None = None


def judged(task: RlTask, classes: Classes) -> Judgement:
    """Put a task through its gates.

    In order: ``calls`` (there are gold calls, unless a conversation of this kind has a turn that needs none), ``effect`` (a write task's
    gold state is not its start), ``answer`` (a read-only task has something to tell, if only that something cannot be done), ``gold``
    (the gold calls, executed anew, score exactly 1), ``null`` (silence scores 0), and for tasks that write or decline ``reading`` (reading
    everything scores 0) and ``random`` (random calls score less than 0.05 on average).
    """
    if not task.gold_calls and task.kind not in ANSWERED_WITHOUT_CALLS:
        return Judgement(f"calls: nothing is called, and a conversation of kind {task.kind} needs calls")
    if task.writes and equivalent(task.start_state, task.gold_state, task.start_state, classes):
        return Judgement("effect: the gold state is the start state")
    if not task.writes and not task.required_answers and not task.declines:
        return Judgement("answer: nothing in the reply comes from a look-up")
    scorer = Scorer(task, classes)
    gold = _total(scorer, GoldAgent(task))
    if gold != 1.0:
        return Judgement(f"gold: the gold calls score {gold:.3f}")
    silent = _total(scorer, NullAgent())
    if silent:
        return Judgement(f"null: doing nothing scores {silent:.3f}")
    return _judged_cheap(scorer, gold, silent) if task.writes or task.declines else Judgement(None, GateRewards(gold=gold, null=silent))


def _judged_cheap(scorer: Scorer, gold: float, silent: float) -> Judgement:
    """Whether a task is done by agents that do not understand it."""
    task = scorer.task
    reading = _total(scorer, read_everything(scorer.environments))
    if reading:
        return Judgement(f"reading: reading everything scores {reading:.3f}")
    seeds = [derived_seed(task.seed, task.task_id, "gate", str(number)) for number in range(RANDOM_RUNS)]
    average = mean(_total(scorer, RandomAgent(seed)) for seed in seeds)
    if average >= MOST_RANDOM:
        return Judgement(f"random: random calls score {average:.3f} on average")
    return Judgement(None, GateRewards(gold=gold, null=silent, reading=reading, random=average))


def _total(scorer: Scorer, agent: Agent) -> float:
    return reward_of(attempt(scorer, agent), scorer).total
