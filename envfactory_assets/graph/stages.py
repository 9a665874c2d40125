"""The stage's two functions: the tool graph of an environment, and chains sampled along it."""

from collections import Counter
from random import Random
from typing import Any, Literal

from envfactory_assets.environments import load_environment
from envfactory_assets.graph.checker import check_chain
from envfactory_assets.graph.drafts import Draft, Usage, chain_of
from envfactory_assets.graph.edges import Candidate, candidates
from envfactory_assets.graph.model import ToolGraph, is_caller, meant_entity
from envfactory_assets.graph.nodes import tool_nodes
from envfactory_assets.graph.rehearsal import Rehearsal
from envfactory_assets.graph.samplers import RandomWalkSampler, Sampler, TopologySampler
from envfactory_assets.graph.trials import Trials, tried
from envfactory_assets.records import (
    Chain,
    EnvironmentSpec,
    Produced,
    PromotedEnvironment,
    Rejection,
    Row,
    Scenario,
    ToolEdge,
    ToolNode,
    derived_seed,
)

REPEATS = 3
"""How often one structure (tools and where their arguments come from) may be sampled: another seed binds other records."""
ATTEMPTS = 8
"""Drafts made for one wanted chain before the count is given up."""

SAMPLERS: dict[str, type[Sampler]] = {"topology": TopologySampler, "random_walk": RandomWalkSampler}


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
    trials = Trials(load_environment(environment.source_code, environment.env_id), spec, own)
    rows: list[Row] = list(tool_nodes(environment, spec))
    for candidate in candidates(spec):
        result = tried(trials, candidate)
        if isinstance(result, str):
            subject = f"{environment.env_id}.{candidate.label} ({candidate.kind})"
            rows.append(Rejection(domain=environment.domain, stage="tool_edges", subject=subject, reason=result))
        else:
            rows.append(_edge(environment, candidate, *result))
    return Produced(tuple(rows))


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


def sample_chains(
    environment: PromotedEnvironment,
    nodes: list[ToolNode],
    edges: list[ToolEdge],
    scenarios: list[Scenario],
    *,
    count: int,
    seed: int,
    sampler: Literal["topology", "random_walk"] = "topology",
) -> Produced:
    """Sample tool chains of one environment.

    Args:
        environment: the environment the chains run in.
        nodes: its tools.
        edges: the executed dependencies between them.
        scenarios: its initial states; without any, a chain could not be bound and none is made.
        count: chains wanted. Fewer come out when the graph offers fewer structures; a Rejection says so.
        seed: the run's seed.
        sampler: how drafts are made.

    Returns:
        Chain rows, and Rejection rows (stage ``chains``) for refused drafts, repeated structures and a missed count.
    """
    spec = EnvironmentSpec.model_validate(environment.spec)
    own_nodes = tuple(node for node in nodes if node.env_id == environment.env_id)
    own_ids = {node.tool_id for node in own_nodes}
    graph = ToolGraph(spec, own_nodes, tuple(edge for edge in edges if edge.from_tool in own_ids and edge.to_tool in own_ids))
    usage = Usage()
    drafting = SAMPLERS[sampler](graph, usage)
    own = [item for item in scenarios if item.env_id == environment.env_id and item.code_sha256 == environment.code_sha256]
    rehearsal = Rehearsal(load_environment(environment.source_code, environment.env_id), spec, own)
    chains: list[Chain] = []
    refused: dict[tuple[str, str], Rejection] = {}
    shapes: Counter[str] = Counter()
    repeats = 0
    for attempt in range(count * ATTEMPTS if own else 0):
        if len(chains) == count:
            break
        chain_seed = derived_seed(seed, environment.env_id, sampler, str(attempt))
        draft = drafting.sample(Random(chain_seed))  # noqa: S311 - choices, not secrets
        chain = None if draft is None else _chain(environment, draft, drafting.name, chain_seed)
        if draft is None or chain is None:
            continue
        if flaws := check_chain(chain, list(own_nodes), list(graph.edges), {environment.env_id: spec}):
            row = Rejection(
                domain=environment.domain, stage="chains", subject=chain.chain_id, reason=flaws[0], evidence=_evidence(chain, flaws)
            )
            refused[row.subject, row.reason] = row
        elif shapes[draft.signature()] >= REPEATS:
            repeats += 1
        elif (stuck := rehearsal.problem(draft, Random(derived_seed(chain_seed, "rehearsal")))) is not None:  # noqa: S311
            reason = f"{stuck} in every scenario it was rehearsed in."
            row = Rejection(domain=environment.domain, stage="chains", subject=chain.chain_id, reason=reason, evidence=_evidence(chain, []))
            refused[row.subject, row.reason] = row
            usage.stuck[stuck.tool.name] += 1
        else:
            shapes[draft.signature()] += 1
            usage.add(draft)
            chains.append(chain)
    left_out = (*refused.values(), *_unreachable(environment, graph), *_shortfall(environment, count, len(chains), repeats, len(own)))
    return Produced((*chains, *left_out))


def _chain(environment: PromotedEnvironment, draft: Draft, sampler: str, seed: int) -> Chain:
    return chain_of(
        draft, domain=environment.domain, env_id=environment.env_id, code_sha256=environment.code_sha256, sampler=sampler, seed=seed
    )


def _evidence(chain: Chain, flaws: list[str]) -> dict[str, Any]:
    return {"flaws": flaws, "tools": [step.tool for step in chain.steps]}


def _unreachable(environment: PromotedEnvironment, graph: ToolGraph) -> list[Rejection]:
    """Tools no chain can hold: they need a key that no tool was seen to give."""
    return [
        Rejection(
            domain=environment.domain,
            stage="chains",
            subject=f"{environment.env_id}.{tool.name}",
            reason=f"No tool was seen to give the {entity} that {parameter.name} names.",
        )
        for tool in graph.tools.values()
        for parameter in tool.parameters
        if parameter.required and (entity := meant_entity(graph.spec, parameter)) is not None and not is_caller(graph.spec, parameter)
        if not any(edge.kind == "produces_key" for edge in graph.into(tool.name, parameter.name))
    ]


def _shortfall(environment: PromotedEnvironment, count: int, made: int, repeats: int, scenarios: int) -> list[Rejection]:
    found = []
    if repeats:
        reason = f"{repeats} drafts repeated a structure that was sampled {REPEATS} times already."
        found.append(Rejection(domain=environment.domain, stage="chains", subject=environment.env_id, reason=reason))
    if made < count:
        why = "the graph offers no more" if scenarios else "there is no scenario to bind them in"
        reason = f"{made} of {count} chains were made: {why}."
        found.append(Rejection(domain=environment.domain, stage="chains", subject=environment.env_id, reason=reason))
    return found
