"""Chains that can become conversations: the samplers are told beforehand what of their environments people do not ask for in words."""

from random import Random
from typing import Any

from envfactory_assets.dialogue.planning import PlannedCall, deletes
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.stating import stated_fields
from envfactory_assets.dialogue.unasked import Imagined
from envfactory_assets.graph import Unsaid, sample_chains, sample_joined
from envfactory_assets.graph.model import Carried, meant_entity
from envfactory_assets.graph.provenance import settled, stated
from envfactory_assets.records import (
    EnvironmentSpec,
    ParameterSpec,
    Produced,
    PromotedEnvironment,
    Provider,
    Scenario,
    ToolEdge,
    ToolNode,
    ToolSpec,
    derived_seed,
)
from envfactory_assets.records.graph import ProviderKind

STATES = 2  # of an environment in which calls are imagined
_CARRYING = {"produces_key", "produces_value"}

_KNOWN: dict[tuple[str, ...], Unsaid] = {}


def askable_chains(
    environment: PromotedEnvironment, nodes: list[ToolNode], edges: list[ToolEdge], scenarios: list[Scenario], **chosen: Any
) -> Produced:
    """Chains of one environment as ``sample_chains`` makes them, of which each holds two things at least that somebody would ask for."""
    return sample_chains(environment, nodes, edges, scenarios, unsaid=unsaid_of([environment], edges, scenarios), **chosen)


def askable_joined(
    environments: list[PromotedEnvironment], nodes: list[ToolNode], edges: list[ToolEdge], scenarios: list[Scenario], **chosen: Any
) -> Produced:
    """The same of chains over several environments, as ``sample_joined`` makes them."""
    return sample_joined(environments, nodes, edges, scenarios, unsaid=unsaid_of(environments, edges, scenarios), **chosen)


def unsaid_of(environments: list[PromotedEnvironment], edges: list[ToolEdge], scenarios: list[Scenario]) -> Unsaid:
    """What people do not ask for in words, in environments and between them; the same is worked out once a process.

    Args:
        environments: promoted environments.
        edges: the executed dependencies in and between them.
        scenarios: their initial states: what is said depends on the records that are there.
    """
    services = Services(environments, [environment.env_id for environment in environments])
    found = Unsaid()
    for environment in environments:
        own = sorted((s for s in scenarios if (s.env_id, s.code_sha256) == (environment.env_id, environment.code_sha256)), key=_by_id)
        leading = [edge for edge in edges if _env_of(edge.from_tool) == environment.env_id]
        name = (environment.env_id, environment.code_sha256, *(s.scenario_id for s in own[:STATES]), *_names(leading))
        if name not in _KNOWN:
            _KNOWN[name] = _unsaid_from(services, environment.env_id, leading, own[:STATES])
        found |= _KNOWN[name]
    return found


def _by_id(scenario: Scenario) -> str:
    return scenario.scenario_id


def _env_of(tool_id: str) -> str:
    return tool_id.rpartition(".")[0]


def _names(edges: list[ToolEdge]) -> list[str]:
    return [f"{edge.from_tool}:{edge.output_path}->{edge.to_tool}:{edge.parameter}" for edge in edges]


def _unsaid_from(services: Services, env_id: str, edges: list[ToolEdge], scenarios: list[Scenario]) -> Unsaid:
    """What nobody asks for in an environment, and what of its results no words give to a call, there or elsewhere."""
    calls = {
        f"{own}.{tool.name}": PlannedCall(place, own, tool.name, _providers(spec, tool, place))
        for own, spec in services.specs.items()
        for place, tool in enumerate(spec.tools)
        if tool.audience == "agent"
    }
    own = {name: call for name, call in calls.items() if call.env_id == env_id}
    carried = [
        edge for edge in edges if edge.kind in _CARRYING and {edge.from_tool, edge.to_tool} <= calls.keys() and _is_needed(services, edge)
    ]
    tools, hidden = set[str](), set[Carried]()
    for scenario in scenarios:
        rng = Random(derived_seed(0, scenario.scenario_id))  # noqa: S311 - choices, not secrets
        imagined = Imagined(services, list(own.values()), {env_id: scenario.state}, (), rng)
        tools |= {name for name, call in own.items() if name not in tools and imagined.why_not(call) is not None}
        for edge in carried:
            name = (edge.from_tool, edge.output_path, edge.to_tool, edge.parameter)
            if name not in hidden and imagined.is_hidden(calls[edge.from_tool], calls[edge.to_tool], _provider(edge)):
                hidden.add(name)
    stated = {name: stated_fields(env_id, services.tool(env_id, call.tool), services) for name, call in own.items()}
    return Unsaid(frozenset(tools), frozenset(hidden), frozenset(name for name, call in own.items() if deletes(call, services)), stated)


def _is_needed(services: Services, edge: ToolEdge) -> bool:
    """Whether a call cannot do without what an edge carries: what leads to another service is why the call is made."""
    env_id, _, tool = edge.to_tool.rpartition(".")
    parameter = services.parameter(env_id, tool, edge.parameter)
    return _env_of(edge.from_tool) != env_id or (parameter is not None and parameter.required)


def _provider(edge: ToolEdge) -> Provider:
    return Provider(step=0, parameter=edge.parameter, kind="tool", from_step=0, output_path=edge.output_path, reason="")


def _providers(spec: EnvironmentSpec, tool: ToolSpec, step: int) -> tuple[Provider, ...]:
    """Who provides what a call cannot do without: keys are taken to be shown by calls before it."""
    return tuple(
        Provider(step=step, parameter=item.name, kind=_kind(spec, tool, item), from_step=None, output_path=None, reason="")
        for item in tool.parameters
        if item.required
    )


def _kind(spec: EnvironmentSpec, tool: ToolSpec, parameter: ParameterSpec) -> ProviderKind:
    known = settled(spec, tool, parameter) or stated(spec, tool, parameter)
    if known is not None:
        return known[0]
    return "tool" if meant_entity(spec, parameter) is not None else "user"
