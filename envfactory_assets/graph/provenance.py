"""Where the values of a tool's parameters come from, decided by rules: who asks, the clock, a tool, the state, or what a person says."""

from collections.abc import Sequence
from typing import Any

from envfactory_assets.graph.details import is_about_now, is_sayable
from envfactory_assets.graph.model import field_of, is_caller, meant_entity, wire_of
from envfactory_assets.graph.once import once
from envfactory_assets.graph.workplaces import takes_workplace
from envfactory_assets.records import EnvironmentSpec, ParameterProvenance, ParameterSpec, ToolEdge, ToolSpec
from envfactory_assets.records.graph import ProviderKind

Told = tuple[ProviderKind, str]
"""A kind of provenance and the reason."""


def provenances(spec: EnvironmentSpec, tool: ToolSpec, edges: Sequence[ToolEdge]) -> list[ParameterProvenance]:
    """The provenance of each parameter of a tool.

    Args:
        spec: the environment.
        tool: one of its tools.
        edges: the executed dependencies that lead to this tool.
    """
    found = []
    for parameter in tool.parameters:
        into = [edge for edge in edges if edge.parameter == parameter.name and edge.kind in {"produces_key", "produces_value"}]
        kind, reason = (
            settled(spec, tool, parameter)
            or stated(spec, tool, parameter)
            or _keyed(spec, parameter, into)
            or _valued(spec, parameter, into)
        )
        found.append(ParameterProvenance(name=parameter.name, required=parameter.required, kind=kind, reason=reason))
    return found


@once
def settled(spec: EnvironmentSpec, tool: ToolSpec, parameter: ParameterSpec) -> Told | None:
    """The provenance of what nobody has to say or look up: the caller, the clock, and what is always the same."""
    if is_caller(spec, parameter):
        return "caller", "It names who calls."
    if parameter.role == "page":
        return "constant", f"{parameter.name} only says how much to show."
    schema: dict[str, Any] = tool.input_schema.get("properties", {}).get(parameter.name, {})
    if "const" in schema or len(schema.get("enum", ())) == 1:
        return "constant", "The schema allows one value only."
    if is_about_now(parameter):
        return "clock", "It is the moment of the call."
    return None


@once
def stated(spec: EnvironmentSpec, tool: ToolSpec, parameter: ParameterSpec) -> Told | None:
    """The provenance of a key that the session states, if no record that the chain knows is meant."""
    if not takes_workplace(spec, tool, parameter):
        return None
    entity = meant_entity(spec, parameter)
    return "caller", f"It names the {entity} that is worked in, which the session states: no tool gives such a key before one is needed."


def _keyed(spec: EnvironmentSpec, parameter: ParameterSpec, into: Sequence[ToolEdge]) -> Told | None:
    """The provenance of a key: a tool that was seen to give it, else only the state."""
    entity = meant_entity(spec, parameter)
    if entity is None:
        return None
    givers = sorted({wire_of(edge.from_tool) for edge in into if edge.kind == "produces_key"})
    if givers:
        return "tool", f"It names a {entity}, whose key {_listed(givers)}."
    return "state", f"It names a {entity}, whose key no tool was seen to give."


def _valued(spec: EnvironmentSpec, parameter: ParameterSpec, into: Sequence[ToolEdge]) -> Told:
    """The provenance of a plain value."""
    about = field_of(spec, parameter)
    what = f"{parameter.entity}.{about.wire}" if about is not None else parameter.name
    if is_sayable(spec, parameter):
        return "user", f"People speak of {what}{' to narrow a search' if parameter.role in {'filter', 'search'} else ''}."
    givers = sorted({wire_of(edge.from_tool) for edge in into})
    if givers:
        return "tool", f"Nobody would say {what}, but it is what {_listed(givers)}."
    if parameter.role == "sort":
        return "user", "It puts what is shown in an order that a person may ask for."
    if parameter.type in {"object", "array"}:
        return "user", f"{parameter.name} is made of parts that a person can say one by one."
    return "state", f"Nobody would say {what}: the service keeps it for itself."


def _listed(givers: list[str]) -> str:
    more = f" and {len(givers) - 1} more" if len(givers) > 1 else ""
    return f"{givers[0]}{more} gave when executed"
