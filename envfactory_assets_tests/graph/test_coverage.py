"""The coverage-guided sampler: what it promises beyond the topology-aware one."""

import pytest

from envfactory_assets.graph import check_chain, sample_chains, shares
from envfactory_assets.graph.drafts import Draft, Given, repeats
from envfactory_assets.records import Chain

VALUES = {"produces_key", "produces_value"}


def sampled(graph, sampler, count=24):
    return sample_chains(graph.environment, graph.nodes, graph.edges, graph.scenarios, count=count, seed=7, sampler=sampler).of(Chain)


def edges_of(chains):
    found = set()
    for chain in chains:
        ids = [f"{step.env_id}.{step.tool}" for step in chain.steps]
        found |= {(ids[p.from_step], p.output_path, ids[p.step], p.parameter) for p in chain.providers if p.from_step is not None}
    return found


@pytest.fixture(scope="module")
def guided(board):
    return sampled(board, "coverage")


def test_it_goes_along_more_edges_than_the_topology_aware_sampler(guided, board):
    plain = sampled(board, "topology")
    assert len(guided) == len(plain)
    assert len(edges_of(guided)) > 1.2 * len(edges_of(plain))


def test_it_calls_every_tool_and_goes_along_most_edges(guided, board):
    executed = {(e.from_tool, e.output_path, e.to_tool, e.parameter) for e in board.edges if e.kind in VALUES}
    assert {step.tool for chain in guided for step in chain.steps} == {node.name for node in board.nodes if node.audience == "agent"}
    assert edges_of(guided) <= executed
    assert len(edges_of(guided)) >= 0.8 * len(executed)


def test_its_chains_pass_the_checker(guided, board):
    assert all(check_chain(chain, board.nodes, board.edges, {"board": board.spec}) == [] for chain in guided)


def test_a_record_shown_again_is_the_same_record(board):
    """A project seen in a list of tasks and then in one of them: asking for it twice would be a causeless repetition."""
    tools = [board.spec.tool(name) for name in ("listTasks", "getTask", "getProject", "getProject")]
    shown = [(1, "taskId", 0, "items[*].id"), (2, "projectId", 0, "items[*].projectId"), (3, "projectId", 1, "projectId")]
    providers = [Given(step, name, "tool", "", source, path) for step, name, source, path in shown]
    assert not repeats(Draft("board", tools, providers), 3)
    assert repeats(Draft("board", tools, providers, aliases={(1, "projectId"): (0, "items[*].projectId")}), 3)


def test_the_same_seed_gives_the_same_chains(guided, board):
    assert sampled(board, "coverage") == guided


def test_for_coverage_environments_with_more_edges_get_more_chains():
    assert shares(10, [5, 500, 50], "topology") == [4, 3, 3]
    few, many, some = shares(100, [5, 500, 50], "coverage")
    assert few + many + some == 100
    assert 8 <= few < some < many
    assert shares(7, [0, 0], "coverage") == [4, 3]
    assert shares(7, [0, 30, 40], "topology") == [0, 4, 3]
