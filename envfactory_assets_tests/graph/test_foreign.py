"""A foreign module has a tool graph and chains like any other environment."""

from envfactory_assets.environments.foreign import FOREIGN_AUTHOR, ForeignEnvironment, foreign_states
from envfactory_assets.graph import build_graph, sample_chains
from envfactory_assets.records import Chain, PromotedEnvironment, Scenario, ToolEdge, ToolNode, content_hash
from envfactory_assets_tests.environments.foreign.tool_shed import SHED


def test_dependencies_are_executed_and_chains_sampled():
    with ForeignEnvironment(SHED, "shed") as environment:
        spec, states = environment.spec, foreign_states(environment, seed=1, count=3)
    code = content_hash(SHED)
    promoted = PromotedEnvironment(
        domain="lifestyle", env_id="shed", code_sha256=code, runtime_version="", verifier_version="", resource_id=None, content_sha256=None,
        author=FOREIGN_AUTHOR, source_code=SHED, spec=spec.model_dump(mode="json"), policy="", grade=1, tool_count=len(spec.tools),
        cluster="shed", split="train", current=True,
    )  # fmt: skip
    scenarios = [
        Scenario(domain="lifestyle", scenario_id=f"shed_{place}", env_id="shed", code_sha256=code, purpose="sft", seed=1, state=state,
                 state_sha256=content_hash(state), row_count=sum(map(len, state["tables"].values())))
        for place, state in enumerate(states)
    ]  # fmt: skip
    graph = build_graph(promoted, scenarios)
    edges = graph.of(ToolEdge)
    assert {(edge.from_tool, edge.output_path, edge.to_tool, edge.parameter) for edge in edges if edge.kind == "produces_key"} >= {
        ("shed.list_tools", "tools[*].tool_id", "shed.lend_tool", "tool_id"),
        ("shed.find_neighbours", "[*].neighbour_id", "shed.lend_tool", "neighbour_id"),
    }
    assert ("shed.return_tool", "shed.lend_tool") in {(edge.from_tool, edge.to_tool) for edge in edges if edge.kind == "enables"}
    chains = sample_chains(promoted, graph.of(ToolNode), edges, scenarios, count=4, seed=1).of(Chain)
    assert len(chains) == 4
    assert any(step.tool.endswith("lend_tool") for chain in chains for step in chain.steps)
