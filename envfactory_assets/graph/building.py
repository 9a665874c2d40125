"""The tool graph of an environment: nodes, and edges that were executed."""

from typing import Any

from envfactory_assets.environments.foreign import load_any
from envfactory_assets.garbage import uncollected
from envfactory_assets.graph.alternatives import Alternative, alternatives, stands_for
from envfactory_assets.graph.edges import Candidate, candidates
from envfactory_assets.graph.nodes import tool_nodes
from envfactory_assets.graph.trials import Refuted, Trials, tried
from envfactory_assets.records import EnvironmentSpec, Produced, PromotedEnvironment, Rejection, Row, Scenario, ToolEdge


def build_graph(environment: PromotedEnvironment, scenarios: list[Scenario]) -> Produced:
    """Make the tool graph of an environment; every edge in it was executed.

    Args:
        environment: a promoted environment.
        scenarios: initial states to try edges in; those of other code are not used.

    Returns:
        ToolNode and ToolEdge rows, and a Rejection (stage ``tool_edges``) for each candidate that could not be executed.
    """
    spec = EnvironmentSpec.model_validate(environment.spec)
    own = [item for item in scenarios if item.env_id == environment.env_id and item.code_sha256 == environment.code_sha256]
    trials = Trials(load_any(environment.source_code, environment.env_id, environment.author), spec, own)
    edges: list[ToolEdge] = []
    refuted: list[Row] = []
    for candidate in candidates(spec):
        with uncollected():
            result = tried(trials, candidate)
        if isinstance(result, Refuted):
            refuted.append(_refuted(environment, f"{candidate.label} ({candidate.kind})", result))
        else:
            edges.append(_edge(environment, candidate, *result))
    for pair in alternatives(spec):
        with uncollected():
            found = stands_for(trials, pair)
        if isinstance(found, Refuted):
            refuted.append(_refuted(environment, f"{pair.label} (alternative)", found))
        else:
            edges.append(_alternative(environment, pair, found))
    return Produced((*tool_nodes(environment, spec, edges), *edges, *refuted))


def _refuted(environment: PromotedEnvironment, label: str, why: Refuted) -> Rejection:
    subject = f"{environment.env_id}.{label}"
    return Rejection(domain=environment.domain, stage="tool_edges", subject=subject, reason=why.reason, evidence=why.evidence)


def _alternative(environment: PromotedEnvironment, pair: Alternative, evidence: dict[str, Any]) -> ToolEdge:
    return ToolEdge(
        domain=environment.domain,
        from_tool=f"{environment.env_id}.{pair.first.name}",
        to_tool=f"{environment.env_id}.{pair.second.name}",
        output_path=pair.output_path,
        parameter="",
        kind="alternative",
        entity=pair.entity,
        reason=pair.reason,
        similarity=None,
        executed=True,
        evidence=evidence,
    )


def _edge(environment: PromotedEnvironment, candidate: Candidate, kind: Any, evidence: dict[str, Any]) -> ToolEdge:
    reason = candidate.reason
    if kind == "enables":
        reason = f"{candidate.target.name} is refused on the {candidate.entity} until {candidate.source.name} has happened."
    return ToolEdge(
        domain=environment.domain,
        from_tool=f"{environment.env_id}.{candidate.source.name}",
        to_tool=f"{environment.env_id}.{candidate.target.name}",
        output_path=candidate.output_path,
        parameter=candidate.parameter.name,
        kind=kind,
        entity=candidate.entity,
        reason=reason,
        similarity=None,
        executed=True,
        evidence=evidence,
    )
