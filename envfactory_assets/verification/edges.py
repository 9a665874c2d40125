"""Calls on the edge: an amount, told or stored, is the last that a contract lets through, or the first that it does not."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from envfactory_assets.environments import ScenarioError
from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.caller import State, plain_schema, rows_of
from envfactory_assets.verification.contracts import Contract
from envfactory_assets.verification.steps import BY_INVARIANT, Step, is_read, stored_row
from envfactory_assets.verification.subject import Subject

_BEYOND = 500
_HUNDREDTHS = {"integer": 1, "money": 100}
Variant = Callable[[int], tuple[State, dict[str, Any]]]
"""A call with one amount changed, given in whole units or in hundredths."""


def edges(subject: Subject, contract: Contract) -> Iterator[Step]:
    """Of each tool that writes: calls like one that was done and one that was refused, but with an amount or a day on an edge."""
    for tool in subject.spec.tools:
        if tool.method in contract.terms and not is_read(tool):
            steps = [*subject.steps(tool), *subject.trials_of(tool)]
            done, refused = next((s for s in steps if s.result.ok), None), next((s for s in steps if s.refused), None)
            for step in (done, refused):
                if step is not None:
                    for present, variant in (*_told(tool, step), *_stored(subject, step), _clock(step)):
                        for other in (0, 2 * present + _BEYOND):
                            yield from _sides(subject, contract, tool, variant, (present, other))


def _sides(subject: Subject, contract: Contract, tool: ToolSpec, variant: Variant, ends: tuple[int, int]) -> Iterator[Step]:
    """The calls on both sides of where the contract says something else, if it does so between two amounts."""
    one, other = ends
    first = contract.refuses(tool, *variant(one))
    if first == contract.refuses(tool, *variant(other)):
        return
    while abs(one - other) > 1:
        middle = (one + other) // 2
        one, other = (middle, other) if contract.refuses(tool, *variant(middle)) == first else (one, middle)
    for amount in (one, other):
        state, arguments = variant(amount)
        try:
            episode = subject.start(state)
        except ScenarioError:
            continue  # a state that must not be
        before = subject.state(episode)
        result = subject.call(episode, tool, arguments)
        if result.error is not None and result.error.message.startswith(BY_INVARIANT):
            continue  # a state that was only made up forbids it
        yield Step(-1, -1, tool, arguments, result, before, subject.state(episode))


def _told(tool: ToolSpec, step: Step) -> Iterator[tuple[int, Variant]]:
    """Amounts among the arguments that the schema does not bound."""
    for parameter in tool.parameters:
        value, schema = step.arguments.get(parameter.name), plain_schema(tool.input_schema["properties"].get(parameter.name, {}))
        if parameter.role == "page" or (parameter.entity and parameter.role in {"key", "reference"}) or "maximum" in schema:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            unit = 1 if schema.get("type") == "integer" else 100

            def variant(amount: int, name: str = parameter.name, unit: int = unit) -> tuple[State, dict[str, Any]]:
                return step.before, {**step.arguments, name: amount if unit == 1 else amount / unit}

            yield round(value * unit), variant


def _clock(step: Step) -> tuple[int, Variant]:
    """The day of the call."""

    def variant(amount: int) -> tuple[State, dict[str, Any]]:
        moment = datetime.fromisoformat(step.before["now"]) + timedelta(days=amount - _BEYOND)
        return {**step.before, "now": moment.isoformat().replace("+00:00", "Z")}, step.arguments

    return _BEYOND, variant


def _stored(subject: Subject, step: Step) -> Iterator[tuple[int, Variant]]:
    """Amounts of the rows that a call names, of what they refer to, and of the caller."""
    for entity_name, key in sorted(places(subject, step), key=str):
        entity = subject.spec.entity(entity_name)
        row = stored_row(subject.spec, step.before, entity_name, key) or {}
        for field in entity.fields:
            value, unit = row.get(field.name), _HUNDREDTHS.get(field.type)
            if unit is not None and value is not None:

                def variant(
                    amount: int,
                    table: str = entity.table,
                    own: str = entity.key,
                    row: dict[str, Any] = row,
                    name: str = field.name,
                    unit: int = unit,
                ) -> tuple[State, dict[str, Any]]:
                    changed = {**row, name: amount if unit == 1 else amount / unit}
                    rows = [changed if each[own] == row[own] else each for each in step.before["tables"][table]]
                    return {**step.before, "tables": {**step.before["tables"], table: rows}}, step.arguments

                yield round(value * unit), variant


def places(subject: Subject, step: Step) -> set[tuple[str, Any]]:
    """The rows that a call names, those they refer to, and the caller's own."""
    given = {parameter.entity: step.arguments.get(parameter.name) for parameter in step.tool.parameters if parameter.entity}
    found = {(entity, key) for entity, key in given.items() if isinstance(key, str | int)}
    for entity in subject.spec.entities:
        keys = {row[entity.key] for row in rows_of(subject.spec, step.before, entity.name)}
        found |= {(entity.name, step.before["me"])} if step.before["me"] in keys else set()
    for entity_name, key in list(found):
        row = stored_row(subject.spec, step.before, entity_name, key) or {}
        found |= {
            (field.ref, row[field.name])
            for field in subject.spec.entity(entity_name).fields
            if field.ref and field.type == "ref" and row.get(field.name) is not None
        }
    return found
