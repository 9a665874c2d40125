"""Catches transfers that take from one side what they do not give to the other."""

from collections.abc import Iterator
from itertools import combinations

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step
from envfactory_assets.verification.subject import Subject

_AMOUNTS = frozenset({"money", "number", "integer"})
_CENT = 0.005


def probe(subject: Subject) -> Iterator[Observation]:
    """A transfer between two rows of one entity leaves the sum of each amount over all its rows as it was."""
    for tool in subject.spec.tools:
        sides = _two_sided(tool)
        if sides is None:
            continue
        entity, names = sides
        steps = [step for step in subject.successes(tool) if len({step.arguments.get(name) for name in names}) == len(names)]
        for step in steps:
            lost = _unbalanced(subject, step, entity)
            if lost:
                yield Observation(tool.name, False, {**subject.evidence(step), "sums": lost})
                break
        else:
            yield Observation(tool.name, True, {"transfers": len(steps)})


def _two_sided(tool: ToolSpec) -> tuple[str, tuple[str, str]] | None:
    """The entity and the two arguments a transfer is between."""
    if any(effect.family == "transfer" for effect in tool.effects):
        sides = [p for p in tool.parameters if p.entity and p.required and p.type != "array" and p.role in {"key", "reference"}]
        for left, right in combinations(sides, 2):
            if left.entity == right.entity:
                return str(left.entity), (left.name, right.name)
    return None


def _unbalanced(subject: Subject, step: Step, entity: str) -> dict[str, list[float]]:
    """Sums before and after of the amounts whose sum changed."""

    def total(state: State, name: str) -> float:
        return sum(float(row.get(name) or 0) for row in rows_of(subject.spec, state, entity))

    names = [field.name for field in subject.spec.entity(entity).fields if field.type in _AMOUNTS]
    sums = {name: [total(step.before, name), total(step.after, name)] for name in names}
    return {name: pair for name, pair in sums.items() if abs(pair[0] - pair[1]) > _CENT}
