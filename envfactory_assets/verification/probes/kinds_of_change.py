"""Catches actions that change something, but not what actions of their family are about, and writes to rows that nothing led to."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import EntitySpec, ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, is_read
from envfactory_assets.verification.subject import Subject

_AMOUNTS = frozenset({"money", "integer", "number"})
_ABOUT = {
    "reschedule": frozenset({"date", "datetime"}),
    "schedule": frozenset({"date", "datetime"}),
    "assign": frozenset({"ref", "caller", "list"}),
    "unassign": frozenset({"ref", "caller", "list"}),
    "transition": frozenset({"enum", "boolean"}),
    "transfer": _AMOUNTS,
    "capture": _AMOUNTS,
    "refund": _AMOUNTS,
}
_HOPS = 2
_CALLS = 8
Place = tuple[str, Any]


def probe(subject: Subject) -> Iterator[Observation]:
    """A call that writes changes a field of the kind its declared family is about; each changed row is connected with it."""
    for tool in subject.spec.tools:
        steps = [] if is_read(tool) else [*subject.successes(tool), *(step for step in subject.trials_of(tool) if step.result.ok)]
        written = [step for step in steps if step.before != step.after]
        written = written[:: max(1, len(written) // _CALLS)][:_CALLS]
        if not written:
            continue
        for family in sorted({effect.family for effect in tool.effects} & _ABOUT.keys()):
            missed = next((step for step in written if not _kinds(subject, step) & _ABOUT[family]), None)
            yield _hint(subject, f"{tool.name}: {family}", missed)
            never = None if any(_kinds(subject, step) & _ABOUT[family] for step in written) else written[0]
            yield _hint(subject, f"{tool.name}: {family} at all", never)
        stray = next((step for step in written if _unconnected(subject, tool, step)), None)
        yield _hint(subject, f"{tool.name}: connected rows", stray)


def _hint(subject: Subject, name: str, failed: Step | None) -> Observation:
    return Observation(name, failed is None, subject.evidence(failed) if failed else {}, severity="hint")


def _kinds(subject: Subject, step: Step) -> set[str]:
    """The types of fields in which rows differ after a call, those of new rows included."""
    return {
        field.type
        for entity in subject.spec.entities
        for old, new in _pairs(subject, entity, step)
        for field in entity.fields
        if (old or {}).get(field.name) != (new or {}).get(field.name)
    }


def _pairs(subject: Subject, entity: EntitySpec, step: Step) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    before, after = ({row[entity.key]: row for row in rows_of(subject.spec, state, entity.name)} for state in (step.before, step.after))
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield before.get(key), after.get(key)


def _unconnected(subject: Subject, tool: ToolSpec, step: Step) -> list[Place]:
    """Changed rows that no few references lead to from the rows the call names or makes, and from the caller."""
    changed = {
        (entity.name, (new or old or {})[entity.key]): old is None
        for entity in subject.spec.entities
        for old, new in _pairs(subject, entity, step)
    }
    starts = {place for place, made in changed.items() if made} | set(_named(subject, tool, step))
    if not starts:
        return []
    reached = _reached(subject, step.after, _reached(subject, step.before, starts))
    return [place for place in changed if place not in reached]


def _named(subject: Subject, tool: ToolSpec, step: Step) -> Iterator[Place]:
    for parameter in tool.parameters:
        given = step.arguments.get(parameter.name)
        if parameter.entity and parameter.role in {"key", "reference"} and given is not None:
            yield from ((parameter.entity, key) for key in (given if isinstance(given, list) else [given]))
    for entity in subject.spec.entities:
        yield entity.name, step.before["me"]


def _reached(subject: Subject, state: State, starts: set[Place]) -> set[Place]:
    reached = set(starts)
    for _ in range(_HOPS):
        for entity in subject.spec.entities:
            references = [(field.name, field.ref) for field in entity.fields if field.ref]
            for row in rows_of(subject.spec, state, entity.name):
                here = (entity.name, row[entity.key])
                held = [row.get(name) for name, _ in references]
                there = {
                    (str(target), key)
                    for (_, target), value in zip(references, held, strict=True)
                    for key in (value if isinstance(value, list) else [value])
                    if key is not None
                }
                if here in starts:
                    reached |= there
                elif there & starts:
                    reached.add(here)
        starts = set(reached)
    return reached
