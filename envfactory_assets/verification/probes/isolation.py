"""Catches what leaks between episodes, and snapshots that are not copies."""

from collections.abc import Iterator
from itertools import zip_longest

from envfactory_assets.environments.foreign import AnyEpisode
from envfactory_assets.records import canonical_json
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, Walk
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """Two interleaved episodes answer as each does alone; a snapshot never changes after it was taken."""
    if subject.walks:
        first, last = subject.walks[0], subject.walks[-1]
        yield _interleaved(subject, first, last)
        yield _snapshots(subject, last)


def _interleaved(subject: Subject, left: Walk, right: Walk) -> Observation:
    pair = ((subject.start(left.start), left), (subject.start(right.start), right))
    for steps in zip_longest(left.steps, right.steps):
        for (episode, _), step in zip(pair, steps, strict=True):
            difference = _difference(subject, episode, step)
            if difference is not None:
                return Observation("interleaved episodes", False, difference)
    return Observation("interleaved episodes", True, {"calls": len(left.steps) + len(right.steps)})


def _difference(subject: Subject, episode: AnyEpisode, step: Step | None) -> dict[str, object] | None:
    if step is None:
        return None
    result = subject.call(episode, step.tool, step.arguments)
    return None if result.content == step.result.content else {**subject.evidence(step), "interleaved_result": result.content}


def _snapshots(subject: Subject, walk: Walk) -> Observation:
    episode = subject.start(walk.start)
    taken: list[tuple[dict[str, object], str]] = []
    for step in walk.steps:
        state = subject.state(episode)
        taken.append((state, canonical_json(state)))
        subject.call(episode, step.tool, step.arguments)
    changed = [index for index, (state, text) in enumerate(taken) if canonical_json(state) != text]
    return Observation("snapshots", not changed, {"changed": changed, "snapshots": len(taken)})
