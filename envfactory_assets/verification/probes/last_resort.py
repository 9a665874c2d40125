"""Catches what walks seldom meet: tools that fail by themselves, and tools with a wrong check that only an invariant makes up for."""

from collections.abc import Iterator

from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import BY_INVARIANT
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """In systematic trials no call fails by a defect of the module; and none, there or in a walk, would leave a state that must not be."""
    for tool in subject.spec.tools:
        broken = next((step for step in subject.trials_of(tool) if step.result.defect), None)
        evidence = {**subject.evidence(broken), "defect": broken.result.defect} if broken else {}
        yield Observation(f"{tool.name}: fails", broken is None, evidence)
        steps = (*subject.steps(tool), *subject.trials_of(tool))
        stopped = next(
            (step for step in steps if step.result.error is not None and step.result.error.message.startswith(BY_INVARIANT)), None
        )
        evidence = subject.evidence(stopped) if stopped else {}
        yield Observation(f"{tool.name}: stopped", stopped is None, evidence, severity="hint")
