"""Catches calls that break the state or the module: defects inside tools, states that no longer load, references to nothing."""

from collections.abc import Iterator

from envfactory_assets.verification.always import LAWS, LOADS
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """No tool fails by its own defect, and no law is broken along long walks; of a walk that breaks one the shortest found is told."""
    for tool in subject.spec.tools:
        steps = list(subject.steps(tool))
        broken = next((step for step in steps if step.result.defect), None)
        yield Observation(
            tool.name, broken is None, {**subject.evidence(broken), "defect": broken.result.defect} if broken else {"calls": len(steps)}
        )
    walks = subject.long_walks
    for law in (LOADS, *(law.name for law in LAWS)):
        found = walks.broken.get(law)
        yield Observation(law, found is None, subject.evidence_of(found) if found else {"calls": walks.calls})
