"""Catches refused calls that leave something behind."""

from collections.abc import Iterator

from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """A call that fails leaves the state, its counters included, as it was."""
    for tool in subject.spec.tools:
        failed = [step for step in subject.steps(tool) if not step.result.ok]
        changed = next((step for step in failed if step.before != step.after), None)
        if failed:
            yield Observation(tool.name, changed is None, subject.evidence(changed) if changed else {"failed_calls": len(failed)})
