"""Catches reading tools that change the state."""

from collections.abc import Iterator

from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import is_read
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """A tool that declares reading leaves the state as it was."""
    for tool in subject.spec.tools:
        if is_read(tool):
            steps = list(subject.steps(tool))
            changed = next((step for step in steps if step.before != step.after), None)
            yield Observation(tool.name, changed is None, subject.evidence(changed) if changed else {"calls": len(steps)})
