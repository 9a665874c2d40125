"""Catches tools that do otherwise than their contract says: another refusal, another write, another answer, another order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from envfactory_assets.verification.contracts import Contract
from envfactory_assets.verification.edges import edges
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step
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
    walked = (step for walk in subject.long_walks for step in walk.steps)
    for step in chain(subject.steps(), walked, subject.trials, edges(subject, contract)):
        name = step.tool.name
        if step.tool.method in contract.terms and name not in broken:
            problem = _problem(contract, step)
            if problem is not None:
                broken.add(name)
                yield Observation(name, False, {**subject.evidence(replace(step, index=-1)), "what": problem})
            kept[name] += problem is None
    yield from (Observation(name, True, {"calls": count}) for name, count in kept.items() if name not in broken)


def _problem(contract: Contract, step: Step) -> str | None:
    try:
        return contract.broken(step.tool, step)
    except Exception as error:  # noqa: BLE001 - a contract is code that anybody may write
        return f"the contract cannot say what follows: {type(error).__name__}: {error}"
