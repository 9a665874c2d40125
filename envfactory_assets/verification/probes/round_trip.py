"""Catches state that a snapshot does not hold: what is lost or left behind when an episode is saved, loaded or reset."""

from collections.abc import Iterator

from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Walk
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """A saved state loads equal, an episode resumed from it goes on the same, and a reset brings the start back."""
    for walk in subject.walks:
        yield _saves(subject, walk)
        yield _resumes(subject, walk)
        yield _resets(subject, walk)


def _saves(subject: Subject, walk: Walk) -> Observation:
    end = walk.steps[-1].after
    loaded = subject.state(subject.start(end))
    return Observation("save and load", loaded == end, {} if loaded == end else {**subject.evidence(walk.steps[-1]), "loaded": loaded})


def _resumes(subject: Subject, walk: Walk) -> Observation:
    middle = len(walk.steps) // 2
    episode = subject.start(walk.steps[middle].before)
    for step in walk.steps[middle:]:
        result = subject.call(episode, step.tool, step.arguments)
        if result.content != step.result.content:
            return Observation("resume", False, {**subject.evidence(step), "resumed_at": middle, "resumed_result": result.content})
    return Observation("resume", True, {"calls": len(walk.steps) - middle})


def _resets(subject: Subject, walk: Walk) -> Observation:
    episode = subject.start(walk.steps[-1].after)
    episode.reset({subject.env_id: subject.states[walk.scenario]})
    state = subject.state(episode)
    first = walk.steps[0]
    again = subject.call(episode, first.tool, first.arguments).content
    same = state == walk.start and again == first.result.content
    return Observation("reset", same, {} if same else {"scenario": walk.scenario, "state": state, "first_result": again})
