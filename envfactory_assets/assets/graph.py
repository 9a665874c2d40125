"""The tool graph of a domain's environments, and the chains sampled along it."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import orjson

from envfactory_assets.assets.stages import Inputs, Stage, model_client
from envfactory_assets.bundled import bundled
from envfactory_assets.dialogue import askable_chains, askable_joined, unsaid_of
from envfactory_assets.environments.foreign import FOREIGN_AUTHOR
from envfactory_assets.graph import (
    Advisor,
    build_graph,
    build_joints,
    joined_groups,
    joined_pairs,
    said,
    shares,
    ways,
)
from envfactory_assets.graph.node_link import node_link
from envfactory_assets.graph.pictures import graph_image, graph_page
from envfactory_assets.graph.shapes import shape_of
from envfactory_assets.records import Chain, EnvironmentSpec, PromotedEnvironment, Scenario, ToolEdge, ToolNode
from envfactory_assets.records.base import derived_seed
from envfactory_assets.records.schema import to_rows
from envfactory_assets.warehouse import StageResult, Unit


def pictures(inputs: Inputs, result: StageResult) -> dict[str, Any]:
    """The graph to look at: a page below the home's reports, an image of the domain and one of each environment; and as node-link JSON."""
    nodes, edges = to_rows(ToolNode, result.frames[ToolNode]), to_rows(ToolEdge, result.frames[ToolEdge])
    page = inputs.factory.home.reports / "tool_graph" / f"{inputs.domain}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(graph_page(f"Tool graph of {inputs.domain}", nodes, edges), encoding="utf-8")
    told = page.with_suffix(".json")
    told.write_bytes(orjson.dumps(node_link(nodes, edges)))
    shown: dict[str, Any] = {"graph page": dg.MetadataValue.path(page), "node-link JSON": dg.MetadataValue.path(told)}
    shown[f"graph of {inputs.domain}"] = _image(graph_image(nodes, edges, columns=2))
    for env_id in sorted({node.env_id for node in nodes}):
        own = [node for node in nodes if node.env_id == env_id]
        shown[f"graph of {env_id}"] = _image(graph_image(own, edges))
    return shown


def _image(svg: str) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md(f"![graph](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})")


_GRAPH = Stage(
    writes=[ToolNode, ToolEdge],
    reads=[PromotedEnvironment, Scenario],
    packages=["envfactory_assets.graph", "envfactory_assets.environments", "envfactory_assets.llm"],
    group="graph",
    uses=["author", "model", "embedder"],
    kinds={"python", "networkx"},
    describe=pictures,
)


@_GRAPH.assets
def tool_graph(inputs: Inputs) -> Iterator[Unit]:
    """One unit an environment with its scenarios, one a pair that a chain could lead through: every edge is executed in a scenario."""
    scenarios = inputs.grouped(Scenario, "env_id")
    current = {environment.env_id: environment for environment in inputs.rows(PromotedEnvironment) if environment.current}
    client = model_client(inputs)
    chosen = {"advisor": Advisor(client)} if client is not None else {}
    asked = (inputs.settings.model.name,) if client is not None else ()
    for environment in current.values():
        own = scenarios.get(environment.env_id, [])
        hashes = (environment.row_sha256(), *(s.state_sha256 for s in own))
        yield Unit(environment.env_id, build_graph, (environment, own), (*hashes, *asked), chosen)
    joinable = {env_id: environment for env_id, environment in current.items() if environment.author != FOREIGN_AUTHOR}
    specs = [EnvironmentSpec.model_validate(environment.spec) for environment in joinable.values()]
    splits = {env_id: each.split for env_id, each in joinable.items()}
    for (left, right), joints in joined_pairs(specs, splits, inputs.settings.embedder).items():
        states = [*scenarios.get(left, []), *scenarios.get(right, [])]
        pair = (current[left], current[right])
        hashes = (*(each.row_sha256() for each in pair), *(s.state_sha256 for s in states))
        tried = tuple((joint.label, joint.similarity, joint.reason) for joint in joints)
        yield Unit(f"{left} -> {right}", build_joints, (*pair, states, joints), (*hashes, tried))


def shapes(inputs: Inputs, result: StageResult) -> dict[str, Any]:
    """The shape of a domain's chains, how many drafts could not be used, and how many steps were tried in vain while they were drafted."""
    made = to_rows(Chain, result.frames[Chain])
    lines = [
        f"| {name} | {', '.join(f'{value}: {count}' for value, count in found.items())} |"
        for name, found in shape_of(made, inputs.rows(ToolNode)).items()
    ]
    refused = sum(subject.startswith("ch_") for subject in result.rejections["subject"])
    left_out = zip(result.rejections["reason"], result.rejections["evidence"], strict=True)
    taken_back = sum(orjson.loads(evidence)["times"] for reason, evidence in left_out if reason.endswith("was taken back"))
    return {
        "shape": dg.MetadataValue.md("\n".join(["| measure | value: how many |", "|---|---|", *lines])),
        "drafts refused": refused,
        "steps taken back while drafting": taken_back,
        "share of drafts refused": round(refused / (refused + len(made)), 3) if refused + len(made) else 0.0,
    }


_CHAINS = Stage(
    writes=[Chain],
    reads=[PromotedEnvironment, Scenario, ToolNode, ToolEdge],
    packages=["envfactory_assets.graph", "envfactory_assets.dialogue"],
    group="graph",
    files=[bundled("profiles.yaml"), bundled("lexicons/dialogue"), bundled("lexicons/seeding")],
    uses=["seed", "trajectories", "sampler", "joined_share", "profile"],
    kinds={"python", "networkx"},
    describe=shapes,
)


@_CHAINS.assets
def chains(inputs: Inputs) -> Iterator[Unit]:
    """One unit an environment and one a group that chains lead through; the domain's number of chains is shared out among them."""
    nodes, scenarios = inputs.grouped(ToolNode, "env_id"), inputs.grouped(Scenario, "env_id")
    edges: dict[tuple[str, ...], list[ToolEdge]] = {}
    for edge in inputs.rows(ToolEdge):
        ends = edge.from_tool.split(".")[0], edge.to_tool.split(".")[0]
        edges.setdefault(tuple(dict.fromkeys(ends)), []).append(edge)
    current = {environment.env_id: environment for environment in inputs.rows(PromotedEnvironment) if environment.current}
    settings = inputs.settings
    between = [
        edge for ends, found in edges.items() if len(ends) > 1 for edge in _said(found, [current[env_id] for env_id in ends], scenarios)
    ]
    groups = joined_groups(between, round(settings.trajectories * settings.joined_share))
    single = settings.trajectories - sum(groups.values())
    open_ways = [ways(each, nodes.get(env_id, []), edges.get((env_id,), [])) for env_id, each in current.items()]
    counts = shares(single, open_ways, settings.sampler) if current else []
    for environment, count in zip(current.values(), counts, strict=True):
        env_id = environment.env_id
        parts = (nodes.get(env_id, []), edges.get((env_id,), []), scenarios.get(env_id, []))
        hashes = [row.row_sha256() for part in parts for row in part]
        chosen = {"count": count, "seed": derived_seed(settings.seed, env_id), "sampler": settings.sampler, "profile": settings.profile}
        yield Unit(environment.env_id, askable_chains, (environment, *parts), (environment.row_sha256(), *hashes, chosen), chosen)
    for group, count in groups.items():
        members = [current[env_id] for env_id in group]
        known = [edge for ends, found in edges.items() if set(ends) <= set(group) for edge in found]
        joined = (
            [row for env_id in group for row in nodes.get(env_id, [])],
            known,
            [s for env_id in group for s in scenarios.get(env_id, [])],
        )
        hashes = [row.row_sha256() for part in (members, *joined) for row in part]
        wanted = {"count": count, "seed": derived_seed(settings.seed, *group), "profile": settings.profile}
        yield Unit(" -> ".join(group), askable_joined, (members, *joined), (*hashes, wanted), wanted)


def _said(edges: list[ToolEdge], pair: list[PromotedEnvironment], scenarios: Mapping[str, list[Scenario]]) -> list[ToolEdge]:
    """The edges between two environments along which somebody would go on in words."""
    own = [scenario for environment in pair for scenario in scenarios.get(environment.env_id, [])]
    return said(edges, unsaid_of(pair, edges, own))
