"""Catches transitions that do not start from everywhere they say."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import EffectSpec, ToolSpec
from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.standing import standing
from envfactory_assets.verification.steps import key_parameter, required_only
from envfactory_assets.verification.subject import Subject

_STATES = 3
_ROWS = 4


def probe(subject: Subject) -> Iterator[Observation]:
    """From each value of a declared from-set some row makes the transition; rows are put into the value if none is in it."""
    for tool in subject.spec.tools:
        for effect in tool.effects:
            parameter = key_parameter(tool, effect.entity) if effect.field and effect.sources else None
            for source in effect.sources if parameter is not None and effect.entity else ():
                moved, arguments = _moves(subject, tool, effect, source, parameter.name)  # type: ignore[union-attr]
                yield Observation(f"{tool.name}: from {source}", moved, {"arguments": arguments}, severity=unless_told_otherwise(tool))


def _moves(subject: Subject, tool: ToolSpec, effect: EffectSpec, source: str, parameter: str) -> tuple[bool, dict[str, Any]]:
    caller = subject.caller("from sets", tool.name, source)
    witness = subject.witness(tool)
    arguments: dict[str, Any] = {}
    for state in subject.states[:_STATES]:
        key = subject.spec.entity(str(effect.entity)).key
        rows = sorted(rows_of(subject.spec, state, str(effect.entity)), key=lambda row: row.get(str(effect.field)) != source)
        for row in rows[:_ROWS]:
            there = row.get(str(effect.field)) == source
            for changed in [state] if there else standing(subject, state, str(effect.entity), row[key], {str(effect.field): [source]}):
                given = required_only(tool, witness.arguments) if witness is not None else {}
                arguments = {**given, **required_only(tool, caller.arguments(tool, changed)), parameter: row[key]}
                if subject.call(subject.start(changed), tool, arguments).ok:
                    return True, arguments
    return False, arguments
