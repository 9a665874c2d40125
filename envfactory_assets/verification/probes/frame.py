"""Catches writes that hit more than what they are about, or another row than the one that was named."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.parts import inside
from envfactory_assets.verification.steps import Step, is_read, key_parameter, stored_row
from envfactory_assets.verification.subject import Subject

_ON_THE_ROW = frozenset(
    {"update", "transition", "schedule", "reschedule", "assign", "unassign", "mark", "move", "add_member", "remove_member"}
)


def probe(subject: Subject) -> Iterator[Observation]:
    """A tool changes the row it names, and no other row of its kind; a creating tool changes no row that was there, and adds one.

    The counters that ids come from count the rows that were made.
    """
    for tool in subject.spec.tools:
        if is_read(tool):
            continue
        steps = [*subject.successes(tool), *(step for step in subject.trials_of(tool) if step.result.ok)]
        miscounted = next((step for step in steps if _miscounted(subject, step)), None)
        yield Observation(f"{tool.name}: ids", miscounted is None, subject.evidence(miscounted) if miscounted else {}, severity="warning")
        for entity, families in _written(tool).items():
            kind = next((family for family in ("create", "delete") if family in families), "update")
            yield from _observed(subject, tool, entity, kind, steps)


def _written(tool: ToolSpec) -> dict[str, set[str]]:
    """What a tool does to records of each kind; nothing is said of kinds to which it does something more than writing one."""
    found: dict[str, set[str]] = {}
    for effect in tool.effects:
        if effect.entity is not None:
            found.setdefault(effect.entity, set()).add(effect.family)
    return {entity: families for entity, families in found.items() if families <= _ON_THE_ROW | {"create", "delete"}}


def _observed(subject: Subject, tool: ToolSpec, entity: str, family: str, steps: list[Step]) -> Iterator[Observation]:
    parameter = key_parameter(tool, entity)
    touched = never = None
    for step in steps:
        named = step.arguments.get(parameter.name) if parameter else None
        changed = _changed(subject, step, entity)
        others = [key for key, how in changed.items() if (how != "created" if family == "create" else key != named)]
        if family == "delete":
            others = [key for key in others if not _follows(subject, step, entity, key)]
        if others or (family == "create" and len(changed) > 1 and not tool.returns.many):
            touched = touched or {**subject.evidence(step), "changed": [[key, how] for key, how in changed.items()]}
    if (
        family == "update"
        and parameter is not None
        and (asking := [step for step in steps if _asks_for_a_change(tool, step, parameter.name)])
    ):
        hit = any(step.arguments.get(parameter.name) in _changed(subject, step, entity) for step in asking)
        never = None if hit else {**subject.evidence(asking[0]), "what": "no call changed the row that it named"}
    severity = unless_told_otherwise(tool)
    yield Observation(f"{tool.name}: other {entity}", touched is None, touched or {"calls": len(steps)}, severity=severity)
    yield Observation(f"{tool.name}: named {entity}", never is None, never or {"calls": len(steps)}, severity=severity)


def _asks_for_a_change(tool: ToolSpec, step: Step, named: str) -> bool:
    """Whether a call says what to change: it gives more than the key, or its tool needs no more."""
    return len(tool.parameters) == 1 or {effect.family for effect in tool.effects} != {"update"} or bool(step.arguments.keys() - {named})


def _follows(subject: Subject, step: Step, entity: str, key: Any) -> bool:
    """Whether a row refers to others in a way that lets it go, or lose its reference, with them."""
    row = stored_row(subject.spec, step.before, entity, key) or {}
    return any(row.get(field.name) for field in subject.spec.entity(entity).fields if field.on_delete in {"cascade", "set_null"})


def _miscounted(subject: Subject, step: Step) -> bool:
    """Whether a counter went on by another number than rows were made; those of which the caller may have chosen the key need not count."""
    given = {str(value) for value in inside(step.arguments)}
    for entity in subject.spec.entities:
        made = [key for key, how in _changed(subject, step, entity.name).items() if how == "created"]
        minted = [key for key in made if str(key) not in given]
        counted = step.after["counters"].get(entity.name, 0) - step.before["counters"].get(entity.name, 0)
        if not len(minted) <= counted <= len(made):
            return True
    return False


def _changed(subject: Subject, step: Step, entity: str) -> dict[Any, str]:
    """The rows of an entity that differ between both sides of a step, and how."""
    key = subject.spec.entity(entity).key
    before, after = ({row[key]: row for row in rows_of(subject.spec, state, entity)} for state in (step.before, step.after))
    found = {each: "created" for each in after if each not in before} | {each: "deleted" for each in before if each not in after}
    return found | {each: "updated" for each in before if each in after and before[each] != after[each]}
