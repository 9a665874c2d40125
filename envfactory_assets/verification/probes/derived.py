"""Catches stale totals, lost counts, broken bounds: writes after which something no longer holds that held in every scenario."""

from collections.abc import Iterator

from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.relations import View, broken, relations
from envfactory_assets.verification.steps import Step
from envfactory_assets.verification.subject import Subject

_CALLS = 8


def probe(subject: Subject) -> Iterator[Observation]:
    """Relations between fields that hold of all rows of all scenarios hold after each write too."""
    known = relations(subject.spec, subject.states)
    for tool, steps in _writes(subject).items():
        views = [(step, View(subject.spec, step.after)) for step in steps]
        for relation in known:
            found = next(((step, row) for step, view in views if (row := broken(relation, view)) is not None), None)
            if found is not None:
                evidence = {**subject.evidence(found[0]), "held": relation.text, "row": found[1]}
                yield Observation(f"{tool}: {relation.text}", False, evidence, severity="hint")
    yield Observation("relations between fields", True, {"relations": [relation.text for relation in known]})


def _writes(subject: Subject) -> dict[str, list[Step]]:
    """Some successful writes of each tool, straight from a scenario."""
    found: dict[str, list[Step]] = {}
    starts = {id(state) for state in subject.states}
    for step in subject.trials:
        if step.result.ok and step.before != step.after and id(step.before) in starts:
            found.setdefault(step.tool.name, []).append(step)
    return {name: steps[:: max(1, len(steps) // _CALLS)][:_CALLS] for name, steps in found.items()}
