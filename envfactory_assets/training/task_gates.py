"""What a task must show before anyone trains on it: gold scores the maximum, and nothing scores without doing the work."""

from collections.abc import Mapping
from statistics import mean

from envfactory_assets.environments import Environment, equivalent
from envfactory_assets.records import RlTask, derived_seed
from envfactory_assets.training.agents import Agent, GoldAgent, NullAgent, RandomAgent
from envfactory_assets.training.reward import Scorer
from envfactory_assets.training.rollouts import attempt, read_everything, reward_of

MOST_RANDOM = 0.05
RANDOM_RUNS = 5
ANSWERED_WITHOUT_CALLS = frozenset({"follow_up", "missing_tool"})
"""Kinds of conversation with a turn that an earlier result answers, or that has to be declined because the tool is not there."""

Classes = Mapping[str, type[Environment]]


def failed_gate(task: RlTask, classes: Classes) -> str | None:
    """The first gate a task does not pass, and why; None when it passes all.

    In order: ``calls`` (there are gold calls, unless a conversation of this kind has a turn that needs none), ``effect`` (a write task's
    gold state is not its start), ``answer`` (a read-only task has something to tell, if only that something cannot be done), ``gold``
    (the gold calls, executed anew, score exactly 1), ``null`` (silence scores 0), and for tasks that write or decline ``reading`` (reading
    everything scores 0) and ``random`` (random calls score less than 0.05 on average).
    """
    if not task.gold_calls and task.kind not in ANSWERED_WITHOUT_CALLS:
        return f"calls: nothing is called, and a conversation of kind {task.kind} needs calls"
    if task.writes and equivalent(task.start_state, task.gold_state, task.start_state, classes):
        return "effect: the gold state is the start state"
    if not task.writes and not task.required_answers and not task.declines:
        return "answer: nothing in the reply comes from a look-up"
    scorer = Scorer(task, classes)
    gold = _total(scorer, GoldAgent(task))
    if gold != 1.0:
        return f"gold: the gold calls score {gold:.3f}"
    silent = _total(scorer, NullAgent())
    if silent:
        return f"null: doing nothing scores {silent:.3f}"
    return _cheap_success(scorer) if task.writes or task.declines else None


def _cheap_success(scorer: Scorer) -> str | None:
    task = scorer.task
    reading = _total(scorer, read_everything(scorer.environments))
    if reading:
        return f"reading: reading everything scores {reading:.3f}"
    seeds = [derived_seed(task.seed, task.task_id, "gate", str(number)) for number in range(RANDOM_RUNS)]
    average = mean(_total(scorer, RandomAgent(seed)) for seed in seeds)
    return f"random: random calls score {average:.3f} on average" if average >= MOST_RANDOM else None


def _total(scorer: Scorer, agent: Agent) -> float:
    return reward_of(attempt(scorer.task, scorer.environments, agent), scorer).total
