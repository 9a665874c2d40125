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


Recording = tuple[tuple[Step, ...], ...]
"""What an original did, walk by walk."""


def recorded(subject: Subject, further: int = 0) -> Recording:
    """What the random caller sees an original do.

    Args:
        subject: the original.
        further: calls to make beyond those of its own walks, in each scenario.
    """
    walks = [walk.steps for walk in subject.walks]
    walks += [(search.step,) for search in subject.searches.values() if search.step is not None]
    for index, state in enumerate(subject.states if further else ()):
        others = others_of(subject.spec, state)[:1]
        walks += [_further_walk(subject, index, met, further) for met in (state, *(as_other(state, other) for other in others))]
    return tuple(walks)


def differs(original: Recording, mutant: Subject) -> bool:
    """Whether the random caller can tell a mutant from its original."""
    try:
        return any(_told(ours, theirs) for steps in original for ours, theirs in _replayed(mutant, steps))
    except Exception:  # noqa: BLE001 - a mutant that cannot be run at all is anything but equivalent
        return True


def _told(ours: Step, theirs: Step) -> bool:
    return _outcome(ours) != _outcome(theirs) or ours.after != theirs.after


def _replayed(mutant: Subject, steps: tuple[Step, ...]) -> Iterator[tuple[Step, Step]]:
    """Steps of the original, each beside what the mutant does from where the first began."""
    episode = mutant.start(steps[0].before)
    for step in steps:
        result = mutant.call(episode, step.tool, step.arguments)
        yield step, replace(step, result=result, after=mutant.state(episode))


def _further_walk(subject: Subject, scenario: int, state: State, calls: int) -> tuple[Step, ...]:
    """A longer walk than those that probes look at, of another seed."""
    rng = random.Random(derived_seed(subject.seed, "telling apart", str(scenario), str(state["me"])))  # noqa: S311 - choices, no secrets
    return subject.walk_of(Caller(subject.spec, rng), state, scenario, calls).steps


def _outcome(step: Step) -> str:
    """What a caller can tell apart: the answer, or which kind of refusal; a state that refuses may word it in several ways."""
    if step.result.error is None:
        return step.result.content
    return "refused by the state" if step.result.error.code in _BY_STATE else step.result.error.code
