"""Catches tools that do otherwise than their contract says: another refusal, another write, another answer, another order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from envfactory_assets.verification.always import KEPT, problem
from envfactory_assets.verification.edges import edges
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """Every call is refused, or changes and answers what the contract of its tool tells: in walks, trials, and on the edges."""
    if not subject.told:
        return
    try:
        contract = subject.contract
    except ValueError as error:
        yield Observation("contract", False, {"error": str(error)})
        return
    kept: Counter[str] = Counter()
    broken: set[str] = set()
    walked = subject.long_walks.broken.get(KEPT)
    if walked is not None:
        broken.add(walked.steps[-1].tool.name)
        yield Observation(walked.steps[-1].tool.name, False, subject.evidence_of(walked))
    for step in chain(subject.steps(), subject.trials, edges(subject, contract)):
        name = step.tool.name
        if step.tool.method in contract.terms and name not in broken:
            what = problem(contract, step)
            if what is not None:
                broken.add(name)
                yield Observation(name, False, {**subject.evidence(replace(step, index=-1)), "what": what})
            kept[name] += what is None
    yield from (Observation(name, True, {"calls": count}) for name, count in kept.items() if name not in broken)
