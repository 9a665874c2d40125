"""Catches results that say one thing while the state holds another."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, differing_fields, returned_rows, stored_row
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """Every row a tool returns is the stored row of that key; a deleting tool may return the row as it was."""
    for tool in subject.spec.tools:
        if tool.returns.entity is None:
            continue
        compared = 0
        failure: dict[str, Any] | None = None
        for step in subject.successes(tool):
            for row in returned_rows(tool, step.result.value):
                compared += 1
                differing = _differing(subject, tool, step, row)
                if differing:
                    failure = {**subject.evidence(step), "row": row, "differing": differing}
                    break
            if failure is not None:
                break
        yield Observation(tool.name, failure is None, failure or {"rows": compared})


def _differing(subject: Subject, tool: ToolSpec, step: Step, row: dict[str, Any]) -> list[str]:
    entity = str(tool.returns.entity)
    wire = next(field.wire for field in subject.spec.entity(entity).fields if field.name == subject.spec.entity(entity).key)
    if wire not in row:
        return []
    deletes = any(effect.family == "delete" for effect in tool.effects)
    stored = stored_row(subject.spec, step.before if deletes else step.after, entity, row[wire])
    return ["the row is not stored"] if stored is None else differing_fields(subject.spec, entity, row, stored)
