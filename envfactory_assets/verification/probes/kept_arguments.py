"""Catches arguments that are stored as something else: in what a call makes, a field has the name of an argument and not its value."""

from collections.abc import Iterator

from envfactory_assets.records import EntitySpec, ToolSpec
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.probes.read_after_write import same
from envfactory_assets.verification.steps import Step, is_read, made_rows
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """A row that a call makes holds each argument under whose name it has a field."""
    for tool in subject.spec.tools:
        if not is_read(tool):
            steps = [*subject.successes(tool), *(step for step in subject.trials_of(tool) if step.result.ok)]
            for entity in subject.spec.entities:
                yield from _kept(subject, tool, entity, steps)


def _kept(subject: Subject, tool: ToolSpec, entity: EntitySpec, steps: list[Step]) -> Iterator[Observation]:
    made = [(step, row) for step in steps for row in made_rows(subject.spec, step, entity.name)]
    meant = {(parameter.name, parameter.field) for parameter in tool.parameters if parameter.entity == entity.name}
    for field in (each for each in entity.fields if each.name != entity.key):
        given = [(step, row) for step, row in made if step.arguments.get(field.wire) is not None]
        wrong = next((step for step, row in given if not same(step.arguments[field.wire], row.get(field.name))), None)
        if given:
            evidence = subject.evidence(wrong) if wrong else {}
            severity = unless_told_otherwise(tool) if (field.wire, field.name) in meant else "hint"
            yield Observation(f"{tool.name}.{field.wire}: kept in {entity.name}", wrong is None, evidence, severity=severity)
