"""Catches numbers that a new record begins with although nobody gave them: a count of what is not there, a balance of what nobody paid."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import EntitySpec, ToolSpec
from envfactory_assets.verification.edges import places
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.steps import Step, made_rows, stored_row
from envfactory_assets.verification.subject import Subject
from envfactory_assets.verification.vocabulary import begins_at_one

_NUMBERS = frozenset({"integer", "number", "money"})
_FEW = 2
_LOOKED_AT = 30


def probe(subject: Subject) -> Iterator[Observation]:
    """A number in a new row that no argument gives is what was given elsewhere, differs from row to row, or is the least there may be."""
    for tool in subject.spec.tools:
        for effect in tool.effects:
            if effect.family == "create" and effect.entity is not None:
                yield from _observed(subject, tool, subject.spec.entity(effect.entity))


def _observed(subject: Subject, tool: ToolSpec, entity: EntitySpec) -> Iterator[Observation]:
    steps = [*subject.successes(tool), *(step for step in subject.trials_of(tool) if step.result.ok)]
    made = [(step, row) for step in steps for row in made_rows(subject.spec, step, entity.name)]
    for field in entity.fields:
        if field.type not in _NUMBERS or field.sum_of or begins_at_one(field.name):
            continue
        untold = [(step, row) for step, row in made if not _is_given(tool, field.name, step)]
        values = {row.get(field.name) for _, row in untold}
        if len(untold) >= _FEW and len(values) == 1:
            begins = values.pop()
            looked_at = [step for step, _ in untold[:_LOOKED_AT]]
            fine = not begins or begins in _allowed(tool, field.wire) or _is_told(subject, looked_at, begins)
            evidence = {} if fine else {**subject.evidence(looked_at[0]), "field": field.name, "begins_with": begins}
            yield Observation(f"{tool.name}: {entity.name}.{field.name}", fine, evidence, severity=unless_told_otherwise(tool))


def _is_given(tool: ToolSpec, field: str, step: Step) -> bool:
    names = [parameter.name for parameter in tool.parameters if parameter.field == field]
    schemas = tool.input_schema["properties"]
    return any(step.arguments.get(name, schemas.get(name, {}).get("default")) is not None for name in names)


def _allowed(tool: ToolSpec, wire: str) -> Iterator[Any]:
    """The least that the published schema of the answer allows a field, and what it says the field begins with."""
    parts: list[Any] = [tool.output_schema]
    for part in parts:  # grows on the way
        if isinstance(part, dict):
            properties = part.get("properties")
            schema = properties.get(wire) if isinstance(properties, dict) else None
            yield from (schema[word] for word in ("minimum", "default", "const") if word in schema) if isinstance(schema, dict) else ()
            parts += part.values()
        elif isinstance(part, list):
            parts += part


def _is_told(subject: Subject, steps: list[Step], value: Any) -> bool:
    """Whether the value is, call by call, what one argument says, how many something an argument names, or a field of a row named."""
    told = [{place for place, each in _told(subject, step) if each == value} for step in steps]
    return bool(set.intersection(*told))


def _told(subject: Subject, step: Step) -> Iterator[tuple[str, Any]]:
    for name, value in step.arguments.items():
        yield name, len(value) if isinstance(value, list) else value
    for entity, key in places(subject, step):
        row = stored_row(subject.spec, step.before, entity, key) or {}
        yield from ((f"{entity}.{name}", value) for name, value in row.items() if not isinstance(value, list | dict))
