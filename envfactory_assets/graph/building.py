"""The tool graph of an environment: nodes, and edges that were executed."""

from typing import Any

from envfactory_assets.garbage import uncollected
from envfactory_assets.graph.alternatives import Alternative, alternatives, stands_for
from envfactory_assets.graph.edges import Candidate, candidates
from envfactory_assets.graph.nodes import tool_nodes
from envfactory_assets.graph.proposals import Advisor, link_of, proposed, pruned
from envfactory_assets.graph.trials import Refuted, Trials, tried
from envfactory_assets.records import Produced, PromotedEnvironment, Rejection, Scenario, ToolEdge
from envfactory_assets.records.graph import EdgeKind


def build_graph(environment: PromotedEnvironment, scenarios: list[Scenario], *, advisor: Advisor | None = None) -> Produced:
    """Make the tool graph of an environment; every edge in it was executed.

    Args:
        environment: a promoted environment.
        scenarios: initial states to try edges in; those of other code are not used.
        advisor: asks a model what else to try and what weak edges to leave out, when one is configured.

    Returns:
        ToolNode and ToolEdge rows, and a Rejection (stage ``tool_edges``) for each candidate that could not be executed and each edge
        that was left out. Provisional when the model was not to be had.
    """
    trials = Trials.of(environment, scenarios)
    spec, found = trials.spec, candidates(trials.spec)
    edges, refuted = _executed(environment, trials, found)
    provisional = False
    if advisor is not None:
        before = advisor.unanswered
        edges, more = _advised(environment, trials, found, edges, advisor)
        refuted, provisional = [*refuted, *more], advisor.unanswered > before
    for pair in alternatives(spec):
        with uncollected():
            seen = stands_for(trials, pair)
        if isinstance(seen, Refuted):
            refuted.append(_refuted(environment, f"{pair.label} (alternative)", seen))
        else:
            edges.append(_alternative(environment, pair, seen))
    return Produced((*tool_nodes(environment, spec, edges), *edges, *refuted), provisional=provisional)


def _executed(environment: PromotedEnvironment, trials: Trials, found: list[Candidate]) -> tuple[list[ToolEdge], list[Rejection]]:
    """Candidates that are edges, and why the others are none."""
    edges: list[ToolEdge] = []
    refuted: list[Rejection] = []
    for candidate in found:
        with uncollected():
            result = tried(trials, candidate)
        if isinstance(result, Refuted):
            refuted.append(_refuted(environment, f"{candidate.label} ({candidate.kind})", result))
        else:
            edges.append(_edge(environment, candidate, *result))
    return edges, refuted


def _advised(
    environment: PromotedEnvironment, trials: Trials, found: list[Candidate], edges: list[ToolEdge], advisor: Advisor
) -> tuple[list[ToolEdge], list[Rejection]]:
    """The edges with those that a model proposed and that were executed, without weak ones it would leave out."""
    wanted, unwanted = advisor.advice(trials.spec, edges)
    carrying = [each for each in found if each.kind != "precondition"]
    tried_already = {(each.source.name, each.output_path, each.target.name, each.parameter.name) for each in carrying}
    more, refuted = _executed(environment, trials, proposed(trials.spec, wanted, tried_already))
    edges = [*edges, *more]
    gone = pruned(trials.spec, edges, unwanted)
    for edge in gone:
        label = "{}:{} -> {}:{} ({})".format(*link_of(edge), edge.kind)
        refuted.append(_refuted(environment, label, Refuted("a model would leave it out, and the evidence for it is weak", edge.evidence)))
    return [edge for edge in edges if edge not in gone], refuted


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


def _edge(environment: PromotedEnvironment, candidate: Candidate, kind: EdgeKind, evidence: dict[str, Any]) -> ToolEdge:
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
