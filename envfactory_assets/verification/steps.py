"""Executed calls, and how they are read with the specification at hand."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envfactory_assets.environments import ToolResult
from envfactory_assets.records import EnvironmentSpec, ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import State, rows_of

READS = frozenset({"get", "list", "search"})
BY_INVARIANT = "This must always hold:"
"""How the refusal of a call begins that would break an invariant."""


@dataclass(frozen=True)
class Step:
    """One executed call, with the state on both sides."""

    scenario: int
    index: int
    tool: ToolSpec
    arguments: dict[str, Any]
    result: ToolResult
    before: State
    after: State

    @cached_property
    def changed(self) -> bool:
        """Whether the state is another after it."""
        return self.before is not self.after and self.before != self.after

    @property
    def refused(self) -> bool:
        """Whether the state, not the arguments, forbade it."""
        return self.result.error is not None and self.result.error.code in {"precondition_failed", "conflict"}


@dataclass(frozen=True)
class Walk:
    """One random walk from one scenario."""

    scenario: int
    start: State
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Broken:
    """A walk whose last call broke a law."""

    law: str
    steps: tuple[Step, ...]
    what: str


def is_read(tool: ToolSpec) -> bool:
    """Whether all a tool declares is reading."""
    return all(effect.family in READS for effect in tool.effects)


def key_parameter(tool: ToolSpec, entity: str | None) -> ParameterSpec | None:
    """The argument that names the row a tool acts on."""
    named = [p for p in tool.parameters if p.entity == entity and p.type != "array" and p.role in {"key", "reference"}]
    return next((p for p in named if p.role == "key"), named[0] if named else None)


def required_only(tool: ToolSpec, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments without those that may be left out."""
    return {p.name: arguments[p.name] for p in tool.parameters if p.required and p.name in arguments}


def returned_rows(tool: ToolSpec, value: Any) -> list[dict[str, Any]]:
    """The entity rows inside a tool's result."""
    inner = tool.returns.inside(value)
    rows = inner if isinstance(inner, list) else [inner]
    return [row for row in rows if isinstance(row, dict)] if tool.returns.entity else []


def stored_row(spec: EnvironmentSpec, state: State, entity: str, key: Any) -> dict[str, Any] | None:
    """The stored row of this key, under Python names."""
    shape = spec.entity(entity)
    return next((row for row in state["tables"].get(shape.table, []) if row[shape.key] == key), None)


def made_rows(spec: EnvironmentSpec, step: Step, entity: str) -> list[dict[str, Any]]:
    """The rows of an entity that a step has made, under Python names."""
    if step.before is step.after:
        return []
    key = spec.entity(entity).key
    known = {row[key] for row in rows_of(spec, step.before, entity)}
    return [row for row in rows_of(spec, step.after, entity) if row[key] not in known]


def differing_fields(spec: EnvironmentSpec, entity: str, shown: dict[str, Any], stored: dict[str, Any]) -> list[str]:
    """Wire names of the fields that a result shows otherwise than the state has them; nested objects are not compared."""
    return [
        field.wire
        for field in spec.entity(entity).fields
        if field.wire in shown and field.type not in {"object", "list"} and shown[field.wire] != stored.get(field.name)
    ]
