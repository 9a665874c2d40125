"""Catches fresh rows that start in another state than the one they are said to start in."""

from collections.abc import Iterator

from envfactory_assets.records import FieldSpec, ToolSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, made_rows
from envfactory_assets.verification.subject import Subject

_STEPS = 12


def probe(subject: Subject) -> Iterator[Observation]:
    """A row that a tool makes has in each field what the call says, or else what rows start with."""
    for tool in subject.spec.tools:
        made = [effect.entity for effect in tool.effects if effect.family == "create" and effect.entity]
        moved = {effect.field for effect in tool.effects}
        for entity in made:
            fields = [f for f in subject.spec.entity(entity).fields if f.initial is not None and f.name not in moved]
            steps = subject.successes(tool)[:_STEPS] if fields else []
            for field in fields if steps else ():
                wrong = next((step for step in steps if _starts_otherwise(subject, tool, step, entity, field)), None)
                yield Observation(f"{tool.name}: {field.name}", wrong is None, subject.evidence(wrong) if wrong else {"calls": len(steps)})


def _starts_otherwise(subject: Subject, tool: ToolSpec, step: Step, entity: str, field: FieldSpec) -> bool:
    sets = [p.name for p in tool.parameters if p.field == field.name and p.entity == entity and p.role == "value"]
    told = next((step.arguments[name] for name in sets if step.arguments.get(name) is not None), field.initial)
    return any(row[field.name] != told for row in made_rows(subject.spec, step, entity))
