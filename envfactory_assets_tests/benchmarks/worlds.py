"""Environments that benchmarks of the graph work on: those that ship or those of a home; and sampling along them.

Environments that ship are taken as if they were promoted: nothing is verified here.
"""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from envfactory_assets.dialogue import askable_chains, askable_joined, unsaid_of
from envfactory_assets.environments import describe, runtime_version
from envfactory_assets.environments.foreign import ForeignEnvironment, load_any
from envfactory_assets.graph import build_graph, build_joints, joined_groups, joined_pairs, said, shares, ways
from envfactory_assets.graph.pictures import graph_image, graph_page
from envfactory_assets.records import EnvironmentSpec, Produced, PromotedEnvironment, Scenario, ToolEdge, ToolNode, derived_seed
from envfactory_assets.records.schema import to_rows
from envfactory_assets.synthesis.seeding import write_scenarios
from envfactory_assets.warehouse import Home, query_published
from envfactory_assets_tests.benchmarks.measuring import hand, resources, rules

SCENARIOS, RL_SHARE = 8, 0.37


@dataclass
class World:
    """An environment with its scenarios, and its graph once it is built."""

    environment: PromotedEnvironment
    scenarios: list[Scenario]
    nodes: list[ToolNode] = field(default_factory=list)
    edges: list[ToolEdge] = field(default_factory=list)
    seconds: float = 0.0

    @staticmethod
    def of(worlds, crossing):
        """Environments, nodes, edges and scenarios of several, with the edges between them."""
        ids = {world.environment.env_id for world in worlds}
        between = [edge for edge in crossing if {edge.from_tool.rpartition(".")[0], edge.to_tool.rpartition(".")[0]} <= ids]
        parts = [[row for world in worlds for row in getattr(world, name)] for name in ("nodes", "edges", "scenarios")]
        return [world.environment for world in worlds], parts[0], [*parts[1], *between], parts[2]

    def build(self):
        """Execute its edges."""
        started = time.process_time()
        graph = build_graph(self.environment, self.scenarios)
        self.seconds = time.process_time() - started
        self.nodes, self.edges = graph.of(ToolNode), graph.of(ToolEdge)


def promoted(folder: Path) -> list[World]:
    """The current environments of a home."""
    home = Home(folder)
    rows = to_rows(PromotedEnvironment, _read(home, PromotedEnvironment))
    scenarios = defaultdict(list)
    for scenario in to_rows(Scenario, _read(home, Scenario)):
        scenarios[scenario.env_id, scenario.code_sha256].append(scenario)
    current = sorted((row for row in rows if row.current), key=lambda row: row.env_id)
    return [World(_described_today(row), scenarios[row.env_id, row.code_sha256]) for row in current]


def _described_today(row: PromotedEnvironment) -> PromotedEnvironment:
    """An environment as the runtime that is measured describes it, which may be newer than the one it was promoted with."""
    loaded = load_any(row.source_code, row.env_id, row.author)
    if row.runtime_version == runtime_version() or isinstance(loaded, ForeignEnvironment):
        return row
    return row.model_copy(update={"spec": describe(loaded, row.env_id).model_dump(mode="json")})


def _read(home: Home, record) -> pl.DataFrame:
    return query_published(home, f"SELECT * FROM {record.table}").pl()


def shipped() -> list[World]:
    """All that the rules make of what ships and those written by hand."""
    made = [each for each in (*map(rules, resources()), *hand()) if each.candidate]
    return [World(_as_promoted(each.candidate, each.spec), []) for each in sorted(made, key=lambda each: each.env_id)]


def _as_promoted(candidate, spec) -> PromotedEnvironment:
    return PromotedEnvironment(
        domain=candidate.domain,
        env_id=candidate.env_id,
        code_sha256=candidate.code_sha256,
        runtime_version=runtime_version(),
        verifier_version="",
        resource_id=candidate.resource_id,
        content_sha256=None,
        author=candidate.author,
        source_code=candidate.source_code,
        spec=candidate.spec,
        policy=spec.policy,
        grade=1.0,
        tool_count=len(spec.tools),
        cluster=candidate.env_id,
        split="train",
        current=True,
    )


def seeded(world: World, seed: int) -> World:
    """With scenarios as a run makes them."""
    made = write_scenarios(world.environment, seed=seed, count=SCENARIOS, rl_share=RL_SHARE)
    return World(world.environment, made.of(Scenario))


def crossings(worlds: list[World]) -> tuple[list[ToolEdge], int, float]:
    """What leads from one environment of a domain into another, out of how many that were tried, and the processor seconds it took."""
    by_id = {world.environment.env_id: world for world in worlds}
    started, found, tried = time.process_time(), [], 0
    for domain in sorted({world.environment.domain for world in worlds}):
        own = [world.environment for world in worlds if world.environment.domain == domain]
        specs = [EnvironmentSpec.model_validate(row.spec) for row in own]
        for (left, right), joints in joined_pairs(specs, {row.env_id: row.split for row in own}).items():
            source, target = by_id[left], by_id[right]
            states = [*source.scenarios, *target.scenarios]
            found += build_joints(source.environment, target.environment, states, joints).of(ToolEdge)
            tried += len(joints)
    return found, tried, time.process_time() - started


def changed(worlds: list[World], place: int) -> float:
    """Processor seconds that the graph of a domain takes when one of its environments has changed and the others have not.

    The environment is executed anew, what may lead out of it and into it is proposed and executed, and the domain is drawn.
    """
    world, started = worlds[place], time.process_time()
    graph = build_graph(world.environment, world.scenarios)
    specs = [EnvironmentSpec.model_validate(row.environment.spec) for row in worlds]
    by_id = {row.environment.env_id: row for row in worlds}
    crossing = []
    for pair, joints in joined_pairs(specs, {row.environment.env_id: row.environment.split for row in worlds}).items():
        if world.environment.env_id in pair:
            source, target = (by_id[env_id] for env_id in pair)
            made = build_joints(source.environment, target.environment, [*source.scenarios, *target.scenarios], joints)
            crossing += made.of(ToolEdge)
    others = [row for row in worlds if row is not world]
    nodes = [*graph.of(ToolNode), *(node for row in others for node in row.nodes)]
    edges = [*graph.of(ToolEdge), *crossing, *(edge for row in others for edge in row.edges)]
    graph_page("", nodes, edges)
    graph_image(nodes, edges, columns=2)
    for row in worlds:
        graph_image([node for node in nodes if node.env_id == row.environment.env_id], edges)
    return time.process_time() - started


def joined_chains(worlds: list[World], crossing: list[ToolEdge], count: int, seed: int) -> list[tuple[list, Produced]]:
    """Chains over several environments: of each group that edges lead through, what they were sampled from and what came of it."""
    by_id = {world.environment.env_id: world for world in worlds}
    made = []
    environments, _, _, scenarios = World.of(worlds, crossing)
    spoken = said(crossing, unsaid_of(environments, crossing, scenarios))
    for group, own in joined_groups(spoken, count).items():
        members = World.of([by_id[env_id] for env_id in group], crossing)
        made.append((members, askable_joined(*members, count=own, seed=seed)))
    return made


def sampled_chains(world: World, sampler: str, count: int, seed: int) -> Produced:
    """What one sampler makes of one environment's graph."""
    parts = (world.environment, world.nodes, world.edges, world.scenarios)
    return askable_chains(*parts, count=count, seed=derived_seed(seed, world.environment.env_id), sampler=sampler)


def counts_of(worlds: list[World], count: int, sampler: str) -> list[int]:
    """How many of so many chains each environment gets."""
    return shares(count, [ways(world.environment, world.nodes, world.edges) for world in worlds], sampler)
