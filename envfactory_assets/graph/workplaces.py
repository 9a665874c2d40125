"""Workplaces: the repository, the account or the page in which everything else of a service is kept, and whose key no tool gives first.

Whoever asks is signed in somewhere, so a session states which of them is meant, as it states who asks.
"""

from typing import Any

from envfactory_assets.graph.once import once
from envfactory_assets.records import EnvironmentSpec, ParameterSpec, ToolSpec

_NAMING = frozenset({"key", "reference"})


@once
def workplaces(spec: EnvironmentSpec) -> frozenset[str]:
    """The entities of which a session states one record.

    Their keys are shown only by tools that need such a key, or one that is given nowhere else, themselves; and tools that act on
    other records than these need them.
    """
    tools = [tool for tool in spec.tools if tool.audience == "agent"]
    needs = {tool.name: {entity for item in tool.parameters if item.required and (entity := _named(spec, item))} for tool in tools}
    shows = {tool.name: _shown(spec, tool) for tool in tools}
    given: set[str] = set()
    while more := {entity for tool in tools if needs[tool.name] <= given for entity in shows[tool.name]} - given:
        given |= more
    inside = {entity for tool in tools for entity in needs[tool.name] - _acted_on(tool)}
    return frozenset(inside - given)


@once
def takes_workplace(spec: EnvironmentSpec, tool: ToolSpec, parameter: ParameterSpec) -> bool:
    """Whether a parameter takes the key of the workplace; not where the workplace itself would be changed."""
    entity = _named(spec, parameter)
    if entity is None or entity not in workplaces(spec):
        return False
    return entity not in _acted_on(tool) or all(effect.family in {"get", "list", "search"} for effect in tool.effects)


def workplace(spec: EnvironmentSpec, state: dict[str, Any], entity: str) -> Any:
    """The key of the record that a session states: the caller's own, else the first there is; None when there is none."""
    found = spec.entity(entity)
    keys = [row[found.key] for row in state["tables"].get(found.table, [])]
    return state["me"] if state["me"] in keys else next(iter(keys), None)


def _named(spec: EnvironmentSpec, parameter: ParameterSpec) -> str | None:
    """The entity that a parameter takes a key of."""
    if parameter.entity is None or parameter.role in _NAMING:
        return parameter.entity
    fields = spec.entity(parameter.entity).fields
    return next((field.ref for field in fields if field.name == parameter.field and field.type == "ref"), None)


def _acted_on(tool: ToolSpec) -> set[str | None]:
    """What a tool is about when it names the record by its key."""
    about: set[str | None] = {effect.entity for effect in tool.effects if effect.entity} or {tool.returns.entity}
    return about if any(item.role == "key" and item.entity in about for item in tool.parameters) else set()


def _shown(spec: EnvironmentSpec, tool: ToolSpec) -> set[str]:
    """The entities whose keys are in a tool's answer."""
    if tool.returns.entity is None or any(effect.family == "delete" for effect in tool.effects):
        return set()
    entity = spec.entity(tool.returns.entity)
    fields = [field for field in entity.fields if field.name not in tool.returns.omits]
    refs = {ref for field in fields for ref in (field.ref, *field.inner_refs) if ref is not None}
    return refs | {entity.name} if any(field.name == entity.key for field in fields) else refs
