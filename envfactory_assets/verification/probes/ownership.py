"""Catches rows of one caller that another may see or change."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import EntitySpec, ToolSpec
from envfactory_assets.verification.belonging import belongs_to, may_belong
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.probes.filters import listed_keys
from envfactory_assets.verification.steps import Step, stored_row
from envfactory_assets.verification.subject import Subject
from envfactory_assets.verification.trials import subject_key
from envfactory_assets.verification.vocabulary import speaks_of_caller

_STATES = 3


def probe(subject: Subject) -> Iterator[Observation]:
    """A tool that refuses rows of others to one caller refuses them to all; a list that says it is the caller's shows nothing else."""
    for tool in subject.spec.tools:
        about = subject_key(tool)
        if about is not None:
            yield _refused_to_all(subject, tool, *about)
        if tool.returns.many and tool.returns.entity is not None and speaks_of_caller(tool):
            yield from _own_rows(subject, tool, subject.spec.entity(tool.returns.entity))


def _refused_to_all(subject: Subject, tool: ToolSpec, parameter: str, entity: str) -> Observation:
    """Calls on rows that have nothing to do with the caller: if one is refused for that, none is done."""
    shape = subject.spec.entity(entity)
    foreign = [step for step in subject.trials_of(tool) if _is_foreign(subject, shape, step, step.arguments.get(parameter))]
    refused = next((step for step in foreign if step.result.error and step.result.error.code == "permission_denied"), None)
    granted = next((step for step in foreign if step.result.ok), None)
    wrong = refused is not None and granted is not None
    evidence = {**subject.evidence(granted), "refused": refused.arguments} if wrong and granted and refused else {"calls": len(foreign)}
    return Observation(f"{tool.name}: {entity} of others", not wrong, evidence, severity=unless_told_otherwise(tool))


def _is_foreign(subject: Subject, entity: EntitySpec, step: Step, key: Any) -> bool:
    row = stored_row(subject.spec, step.before, entity.name, key)
    return row is not None and not belongs_to(subject.spec, step.before, entity, row, step.before["me"])


def _own_rows(subject: Subject, tool: ToolSpec, entity: EntitySpec) -> Iterator[Observation]:
    """All rows that a list shows without further arguments belong to the caller; where rows can name nobody, all are the account's."""
    states = [state for state in subject.states[:_STATES] if may_belong(subject.spec, state, entity)]
    if not states:
        return
    if not any(p.required for p in tool.parameters):
        for state in states:
            strays = _strays(subject, tool, entity, state)
            if strays:
                evidence = {"tool": tool.name, "state": state, "strays": strays}
                yield Observation(f"{tool.name}: shows {entity.name} of others", False, evidence, severity=unless_told_otherwise(tool))
                return
    yield Observation(f"{tool.name}: shows {entity.name} of others", True, severity=unless_told_otherwise(tool))


def _strays(subject: Subject, tool: ToolSpec, entity: EntitySpec, state: State) -> list[Any]:
    listed = listed_keys(subject, state, tool) or set()
    rows = [row for row in rows_of(subject.spec, state, entity.name) if row[entity.key] in listed]
    return [row[entity.key] for row in rows if not belongs_to(subject.spec, state, entity, row, state["me"])]
