"""Whether an independent random caller can tell a mutant from its original.

The caller makes the same calls to both, each time from the same state, and looks at what they answer and at the state after.
"""

import random
from collections.abc import Iterator
from dataclasses import replace

from envfactory_assets.records import derived_seed
from envfactory_assets.verification.caller import Caller, State
from envfactory_assets.verification.steps import Step
from envfactory_assets.verification.subject import Subject
from envfactory_assets.verification.trials import as_other, others_of

_BY_STATE = frozenset({"precondition_failed", "conflict"})


def differs(subject: Subject, mutant: Subject, further: int = 0) -> bool:
    """Whether the random caller can tell the two apart.

    Args:
        subject: the original.
        mutant: the same with a defect.
        further: calls to make beyond those of the original's own walks, in each scenario.
    """
    try:
        return any(_told(ours, theirs) for ours, theirs in _pairs(subject, mutant, further))
    except Exception:  # noqa: BLE001 - a mutant that cannot be run at all is anything but equivalent
        return True


def _told(ours: Step, theirs: Step) -> bool:
    return _outcome(ours) != _outcome(theirs) or ours.after != theirs.after


def _pairs(subject: Subject, mutant: Subject, further: int) -> Iterator[tuple[Step, Step]]:
    for walk in subject.walks:
        yield from _replayed(mutant, walk.steps)
    for search in subject.searches.values():
        if search.step is not None:
            yield from _replayed(mutant, (search.step,))
    for index, state in enumerate(subject.states if further else ()):
        others = others_of(subject.spec, state)[:1]
        for met in (state, *(as_other(state, other) for other in others)):
            yield from _replayed(mutant, _further_walk(subject, index, met, further))


def _replayed(mutant: Subject, steps: "Iterator[Step] | tuple[Step, ...]") -> Iterator[tuple[Step, Step]]:
    """Steps of the original, each beside what the mutant does from where the first began."""
    episode = None
    for step in steps:
        episode = episode or mutant.start(step.before)
        result = mutant.call(episode, step.tool, step.arguments)
        yield step, replace(step, result=result, after=mutant.state(episode))


def _further_walk(subject: Subject, scenario: int, state: State, calls: int) -> Iterator[Step]:
    """A longer walk than those that probes look at, of another seed."""
    rng = random.Random(derived_seed(subject.seed, "telling apart", str(scenario), str(state["me"])))  # noqa: S311 - choices, no secrets
    caller = Caller(subject.spec, rng)
    episode = subject.start(state)
    for index in range(calls):
        tool = caller.choose_tool(list(subject.spec.tools))
        arguments = caller.arguments(tool, state)
        result = subject.call(episode, tool, arguments)
        after = subject.state(episode)
        yield Step(scenario, index, tool, arguments, result, state, after)
        state = after


def _outcome(step: Step) -> str:
    """What a caller can tell apart: the answer, or which kind of refusal; a state that refuses may word it in several ways."""
    if step.result.error is None:
        return step.result.content
    return "refused by the state" if step.result.error.code in _BY_STATE else step.result.error.code
