"""Catches tools that no argument makes succeed."""

from collections.abc import Iterator

from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """Every tool succeeds at least once, in a walk or with arguments that a search finds."""
    for tool in subject.spec.tools:
        found = subject.witness(tool)
        if found is not None:
            yield Observation(
                tool.name, True, {"scenario": found.scenario, "arguments": found.arguments}, tally={"tools": 1, "reachable": 1}
            )
            continue
        errors = subject.searches[tool.name].errors
        evidence = {"seed": subject.seed, "errors": dict(errors.most_common(5))}
        yield Observation(tool.name, False, evidence, tally={"tools": 1})
