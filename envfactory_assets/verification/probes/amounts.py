"""Catches amounts that appear or vanish: the other side of what is moved, paid or taken is missing, or of another size."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import READS, Step
from envfactory_assets.verification.subject import Subject

_AMOUNTS = frozenset({"money", "integer", "number"})
_PLAIN = READS | {"create", "update", "delete"}


def probe(subject: Subject) -> Iterator[Observation]:
    """In each call of an action, an amount that changes does so elsewhere too, by as much, or a row that was made holds as much."""
    for tool in subject.spec.tools:
        if not all(effect.family in _PLAIN for effect in tool.effects):
            yield from _observed(subject, tool)


def _observed(subject: Subject, tool: ToolSpec) -> Iterator[Observation]:
    steps = [*subject.successes(tool), *(step for step in subject.trials_of(tool) if step.result.ok)]
    lonely: dict[str, Step] = {}
    moved: set[str] = set()
    sides: dict[tuple[str, str], dict[bool, Step]] = {}
    for step in steps:
        changes = _changes(subject, step)
        sizes = Counter(abs(size) for _, size, _ in changes)
        kept = [(name, size) for name, size, made in changes if not made]
        for one, other in combinations(changes, 2):
            if abs(one[1]) == abs(other[1]):
                sides.setdefault((min(one[0], other[0]), max(one[0], other[0])), {}).setdefault(one[1] == other[1], step)
        moved |= {name for name, _ in kept}
        for name, size in kept:
            if sizes[abs(size)] < 2:
                lonely.setdefault(name, step)
    for name in sorted(moved):
        alone = lonely.get(name)
        evidence = subject.evidence(alone) if alone else {"calls": len(steps)}
        yield Observation(f"{tool.name}: {name} balances", alone is None, evidence, severity="hint")
    for (left, right), seen in sides.items():
        for together, said in ((True, "with"), (False, "against")):
            otherwise = seen.get(not together)
            evidence = subject.evidence(otherwise) if otherwise else {}
            yield Observation(f"{tool.name}: {left} {said} {right}", otherwise is None, evidence, severity="hint")


def _changes(subject: Subject, step: Step) -> list[tuple[str, int, bool]]:
    """Which amounts changed and by how many hundredths, and whether a row was made with them."""
    found: list[tuple[str, int, bool]] = []
    for entity in subject.spec.entities:
        before, after = ({row[entity.key]: row for row in rows_of(subject.spec, state, entity.name)} for state in (step.before, step.after))
        for field in entity.fields:
            if field.type in _AMOUNTS:
                for key, row in after.items():
                    change = (row.get(field.name) or 0) - ((before.get(key) or {}).get(field.name) or 0)
                    found += [(f"{entity.name}.{field.name}", round(change * 100), key not in before)] if change else []
    return found
