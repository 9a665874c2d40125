"""Chains sampled along a tool graph: drafted, checked, rehearsed, and kept while their structure is not worn out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from envfactory_assets.environments.foreign import load_any
from envfactory_assets.garbage import collected_young
from envfactory_assets.graph.checker import Checker
from envfactory_assets.graph.coverage import CoverageSampler
from envfactory_assets.graph.drafts import Draft, Usage, chain_of
from envfactory_assets.graph.live import Live
from envfactory_assets.graph.model import ALL_SAID, ToolGraph, Unsaid, is_told, meant_entity
from envfactory_assets.graph.rehearsal import Rehearsal, Stage, StuckError
from envfactory_assets.graph.samplers import MIN_INTENTS, RandomWalkSampler, Sampler, TopologySampler
from envfactory_assets.graph.shapes import Mix, shared_out
from envfactory_assets.graph.trials import own_scenarios
from envfactory_assets.graph.wishes import wishes
from envfactory_assets.records import (
    Chain,
    EnvironmentSpec,
    Produced,
    PromotedEnvironment,
    Rejection,
    Scenario,
    ToolEdge,
    ToolNode,
    derived_seed,
)
from envfactory_assets.records.profiles import DEFAULT, ChainShape, named

REPEATS = 3
"""How often one structure (tools and where their arguments come from) may be sampled: another seed binds other records."""
BY_EDGES = 0.75
"""How much of the chains is shared out by numbers of edges, for the sake of coverage."""
FRUITLESS = 60
"""Attempts in a row that made no chain after which no more are made: the graph offers next to nothing new."""
ATTEMPTS = 8
"""Drafts made for one wanted chain before the count is given up."""

SAMPLERS: dict[str, type[Sampler]] = {"coverage": CoverageSampler, "topology": TopologySampler, "random_walk": RandomWalkSampler}


def shares(total: int, edges: Sequence[int], sampler: str) -> list[int]:
    """How many of a number of chains each environment gets: the same for all; for the sake of coverage most of them by numbers of edges.

    Args:
        total: the chains wanted.
        edges: how many edges each environment has that chains can go along; one without any gets none when others have some.
        sampler: how drafts are made.
    """
    open_ones = [place for place, count in enumerate(edges) if count] or list(range(len(edges)))
    rank = {place: number for number, place in enumerate(open_ones)}
    even = [total // len(rank) + (rank[place] < total % len(rank)) if place in rank else 0 for place in range(len(edges))]
    if sampler != CoverageSampler.name or not sum(edges):
        return even
    return shared_out([(1 - BY_EDGES) * number + BY_EDGES * total * count / sum(edges) for number, count in zip(even, edges, strict=True)])


def ways(environment: PromotedEnvironment, nodes: list[ToolNode], edges: list[ToolEdge]) -> int:
    """How many edges of an environment chains can go along: those between tools that a chain can come to.

    Args:
        environment: the environment.
        nodes: its tools.
        edges: the executed dependencies between them.
    """
    graph = _graph_of(EnvironmentSpec.model_validate(environment.spec), nodes, edges)
    return sum({graph.source(edge), graph.target(edge)} <= graph.reachable.keys() for edge in graph.edges)


@dataclass
class Sampling:
    """What has become of the drafts so far."""

    environments: list[PromotedEnvironment]
    graphs: dict[str, ToolGraph]  # by environment
    edges: list[ToolEdge]
    rehearsal: Rehearsal
    checker: Checker
    mix: Mix
    unsaid: Unsaid = ALL_SAID
    usage: Usage = field(default_factory=Usage)
    chains: list[Chain] = field(default_factory=list)
    refused: dict[tuple[str, str], Rejection] = field(default_factory=dict)
    shapes: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    unwanted: int = 0

    def judge(self, draft: Draft, sampler: str, seed: int) -> None:
        """Keep a draft as a chain, or record why not."""
        chain = chain_of(
            draft,
            domain=self.environments[0].domain,
            codes={environment.env_id: environment.code_sha256 for environment in self.environments},
            sampler=sampler,
            seed=seed,
        )
        shape = draft.signature()
        if flaws := self.checker.flaws_by_rule(chain):
            self._refuse(chain, next(iter(flaws)), {"flaws": [flaw for broken in flaws.values() for flaw in broken]})
        elif wishes(draft, self.unsaid) < MIN_INTENTS:
            self._refuse(chain, "it holds no two things that somebody would ask for", {})
        elif self.shapes[shape] >= REPEATS:
            self.repeats += 1
        elif not self.mix.has_room(chain.difficulty):
            self.unwanted += 1
        elif not draft.rehearsals and (stuck := self._stuck(draft, seed)) is not None:
            reason = f"in every scenario it was rehearsed in a step {stuck.why}"
            self._refuse(chain, reason, {"stuck_at": stuck.tool.name})
            self.usage.stuck[stuck.tool.name] += 1
        else:
            self.shapes[shape] += 1
            self.mix.take(chain.difficulty)
            self.usage.add(draft)
            self.chains.append(chain.model_copy(update={"rehearsals": draft.rehearsals}))

    def _stuck(self, draft: Draft, seed: int) -> StuckError | None:
        return self.rehearsal.problem(draft, Random(derived_seed(seed, "rehearsal")))  # noqa: S311 - choices, not secrets

    def _refuse(self, chain: Chain, reason: str, seen: dict[str, Any]) -> None:
        evidence = seen | {"tools": [step.tool for step in chain.steps]}
        row = Rejection(domain=chain.domain, stage="chains", subject=chain.chain_id, reason=reason, evidence=evidence)
        self.refused[row.subject, row.reason] = row


@collected_young()
def sample_chains(
    environment: PromotedEnvironment,
    nodes: list[ToolNode],
    edges: list[ToolEdge],
    scenarios: list[Scenario],
    *,
    count: int,
    seed: int,
    sampler: Literal["coverage", "topology", "random_walk"] = "topology",
    profile: str = DEFAULT,
    unsaid: Unsaid = ALL_SAID,
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
        profile: the shape that chains aim for, a name of ``profiles.yaml``.
        unsaid: what people do not ask for; every chain holds two wishes that do without.

    Returns:
        Chain rows, and Rejection rows (stage ``chains``) for refused drafts, repeated structures and a missed count.
    """
    shape = named(profile).chains
    sampling = sampling_of([environment], nodes, edges, scenarios, shape, count, unsaid)
    graph, own = sampling.graphs[environment.env_id], len(own_scenarios(environment, scenarios))
    live = Live(sampling.rehearsal)
    drafting = SAMPLERS[sampler](graph, sampling.usage, shape, live)
    fruitless = 0
    for attempt in range(count * ATTEMPTS if own and graph.reachable else 0):
        if len(sampling.chains) == count or fruitless == FRUITLESS:
            break
        made = len(sampling.chains)
        chain_seed = derived_seed(seed, environment.env_id, sampler, str(attempt))
        draft = drafting.sample(Random(chain_seed))  # noqa: S311 - choices, not secrets
        if draft is not None:
            sampling.judge(draft, drafting.name, chain_seed)
        fruitless = fruitless + 1 if len(sampling.chains) == made else 0
    said = (*_unreachable(environment, graph), *_taken_back(environment, live), *shortfall(sampling, count, own, environment.env_id))
    return Produced((*sampling.chains, *sampling.refused.values(), *said))


def sampling_of(
    environments: list[PromotedEnvironment],
    nodes: list[ToolNode],
    edges: list[ToolEdge],
    scenarios: list[Scenario],
    shape: ChainShape,
    count: int,
    unsaid: Unsaid = ALL_SAID,
) -> Sampling:
    """The beginning of a sampling of so many chains over one environment, or over several in one episode."""
    graphs, stages = {}, []
    for environment in environments:
        spec = EnvironmentSpec.model_validate(environment.spec)
        graphs[environment.env_id] = _graph_of(spec, nodes, edges, unsaid)
        loaded = load_any(environment.source_code, environment.env_id, environment.author)
        stages.append(Stage(loaded, spec, own_scenarios(environment, scenarios)))
    ids = {node.tool_id for graph in graphs.values() for node in graph.nodes}
    known = [edge for edge in edges if edge.from_tool in ids and edge.to_tool in ids]
    specs = {env_id: graph.spec for env_id, graph in graphs.items()}
    splits = {environment.env_id: environment.split for environment in environments}
    checker = Checker([node for graph in graphs.values() for node in graph.nodes], known, specs, splits=splits, most_steps=shape.most_steps)
    return Sampling(environments, graphs, known, Rehearsal(*stages), checker, Mix.of(shape.difficulties, count), unsaid)


def _graph_of(spec: EnvironmentSpec, nodes: list[ToolNode], edges: list[ToolEdge], unsaid: Unsaid = ALL_SAID) -> ToolGraph:
    own = tuple(node for node in nodes if node.env_id == spec.env_id)
    ids = {node.tool_id for node in own}
    return ToolGraph(
        spec, own, tuple(edge for edge in edges if {edge.from_tool, edge.to_tool} <= ids and edge.kind != "alternative"), unsaid
    )


def _unreachable(environment: PromotedEnvironment, graph: ToolGraph) -> list[Rejection]:
    """Tools no chain can hold: a key they need is given by no tool, or only by tools that no chain can come to either."""
    found = []
    for tool in (each for name, each in graph.tools.items() if name not in graph.reachable):
        for parameter in tool.parameters:
            entity = meant_entity(graph.spec, parameter)
            if not parameter.required or entity is None or is_told(graph.spec, tool, parameter):
                continue
            givers = sorted({graph.source(edge) for edge in graph.into(tool.name, parameter.name) if edge.kind == "produces_key"})
            if any(name in graph.reachable for name in givers):
                continue
            reason = "the key that a required parameter takes is only given by tools that need keys nothing gives first"
            found.append(
                Rejection(
                    domain=environment.domain,
                    stage="chains",
                    subject=f"{environment.env_id}.{tool.name}:{parameter.name}",
                    reason=reason if givers else "no tool was seen to give the key that a required parameter takes",
                    evidence={"entity": entity, "given_by": givers},
                )
            )
    return found


def _taken_back(environment: PromotedEnvironment, live: Live) -> list[Rejection]:
    """What chains tried in the making and did not become part of them."""
    return [
        Rejection(
            domain=environment.domain,
            stage="chains",
            subject=environment.env_id,
            reason=f"while chains were drafted a step {why} and was taken back",
            evidence={"times": times},
        )
        for why, times in sorted(live.refused.items())
    ]


def shortfall(sampling: Sampling, count: int, scenarios: int, subject: str) -> list[Rejection]:
    """What a sampling did not reach, with why."""
    found: dict[str, dict[str, int]] = {}
    if sampling.repeats:
        found["drafts repeated a structure that was sampled often enough"] = {"drafts": sampling.repeats, "often_enough": REPEATS}
    if sampling.unwanted:
        found["drafts were of a difficulty of which there are enough"] = {"drafts": sampling.unwanted}
    if len(sampling.chains) < count:
        why = "the graph offers no more" if scenarios else "there is no scenario to bind them in"
        found[f"fewer chains were made than wanted: {why}"] = {"made": len(sampling.chains), "wanted": count}
    domain = sampling.environments[0].domain
    return [
        Rejection(domain=domain, stage="chains", subject=subject, reason=reason, evidence=evidence) for reason, evidence in found.items()
    ]
