"""The tool graph of a domain's environments, and the chains sampled along it."""

from collections.abc import Iterator

from envfactory_assets.assets.stages import Inputs, Stage
from envfactory_assets.graph import build_graph, sample_chains, shares
from envfactory_assets.records import Chain, PromotedEnvironment, Scenario, ToolEdge, ToolNode
from envfactory_assets.records.base import derived_seed
from envfactory_assets.warehouse import Unit

_GRAPH = Stage(
    writes=[ToolNode, ToolEdge],
    reads=[PromotedEnvironment, Scenario],
    packages=["envfactory_assets.graph", "envfactory_assets.environments"],
    group="graph",
    kinds={"python", "networkx"},
)


@_GRAPH.assets
def tool_graph(inputs: Inputs) -> Iterator[Unit]:
    """One unit an environment with its scenarios: every edge is executed in one of them."""
    scenarios = inputs.grouped(Scenario, "env_id")
    for environment in inputs.rows(PromotedEnvironment):
        if environment.current:
            own = scenarios.get(environment.env_id, [])
            yield Unit(environment.env_id, build_graph, (environment, own), (environment.row_sha256(), *(s.state_sha256 for s in own)))


_CHAINS = Stage(
    writes=[Chain],
    reads=[PromotedEnvironment, Scenario, ToolNode, ToolEdge],
    packages=["envfactory_assets.graph"],
    group="graph",
    uses=["seed", "trajectories", "sampler"],
    kinds={"python", "networkx"},
)


@_CHAINS.assets
def chains(inputs: Inputs) -> Iterator[Unit]:
    """One unit an environment; the domain's number of chains is shared out among them."""
    nodes, scenarios = inputs.grouped(ToolNode, "env_id"), inputs.grouped(Scenario, "env_id")
    edges: dict[str, list[ToolEdge]] = {}
    for edge in inputs.rows(ToolEdge):
        edges.setdefault(edge.from_tool.split(".")[0], []).append(edge)
    current = [environment for environment in inputs.rows(PromotedEnvironment) if environment.current]
    settings = inputs.settings
    counts = shares(settings.trajectories, [len(edges.get(each.env_id, [])) for each in current], settings.sampler) if current else []
    for environment, count in zip(current, counts, strict=True):
        env_id = environment.env_id
        parts = (nodes.get(env_id, []), edges.get(env_id, []), scenarios.get(env_id, []))
        hashes = [row.row_sha256() for part in parts for row in part]
        chosen = {"count": count, "seed": derived_seed(settings.seed, env_id), "sampler": settings.sampler}
        yield Unit(environment.env_id, sample_chains, (environment, *parts), (environment.row_sha256(), *hashes, chosen), chosen)
