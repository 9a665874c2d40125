"""Chains: what sampling promises."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from envfactory_assets.graph import check_chain, sample_chains
from envfactory_assets.graph.sampling import REPEATS
from envfactory_assets.records import Chain, Rejection, canonical_json

READS = {"listProjects", "getProject", "listTasks", "getTask", "find_rooms", "list_my_stays"}


def sampled(graph, count=40, seed=7, **more):
    """Chains and rejections of a graph."""
    made = sample_chains(graph.environment, graph.nodes, graph.edges, graph.scenarios, count=count, seed=seed, **more)
    return made.of(Chain), made.of(Rejection)


def structure(chain):
    """Tools and providers, without seeds."""
    return canonical_json([[step.tool for step in chain.steps], [p.model_dump(exclude={"reason"}) for p in chain.providers]])


@pytest.fixture(scope="module")
def chains(board):
    return sampled(board, 60)[0]


def test_the_count_asked_for_is_made(chains):
    assert len(chains) == 60
    assert len({chain.chain_id for chain in chains}) == 60
    assert all(chain.chain_id.startswith("ch_") and len(chain.chain_id) == 15 for chain in chains)


def test_every_chain_passes_the_checker(chains, board):
    assert all(check_chain(chain, board.nodes, board.edges, {"board": board.spec}) == [] for chain in chains)


def test_lengths_spread(chains):
    lengths = Counter(len(chain.steps) for chain in chains)
    assert min(lengths) <= 4
    assert max(lengths) >= 8
    assert len(lengths) >= 5


def test_most_chains_write_and_some_only_read(chains):
    share = sum(all(step.tool in READS for step in chain.steps) for chain in chains) / len(chains)
    assert 0.1 <= share <= 0.4


def test_every_tool_an_agent_may_call_is_used_and_no_other(chains, board):
    assert {step.tool for chain in chains for step in chain.steps} == {node.name for node in board.nodes if node.audience == "agent"}


def test_keys_are_looked_up_or_made_never_said(chains):
    kinds = {provider.kind for chain in chains for provider in chain.providers if provider.parameter in {"taskId", "projectId"}}
    assert kinds == {"tool"}


def test_what_only_refers_to_a_record_gives_it_to_reads_alone(chains):
    """A project is named, or looked up through its task; nobody puts a task into "the project of that other task"."""
    through = [
        (chain.steps[item.step].tool, item.output_path)
        for chain in chains
        for item in chain.providers
        if item.parameter == "projectId" and item.from_step is not None and item.output_path.endswith("projectId")
    ]
    assert through
    assert {tool for tool, _ in through} <= {"getProject", "listTasks"}


def test_an_update_says_what_to_change(chains):
    for chain in chains:
        for step in chain.steps:
            if step.tool == "updateTask":
                assert {p.parameter for p in chain.providers if p.step == step.index} & {"title", "due"}


def test_writes_on_one_record_follow_each_other_as_was_seen(chains, board):
    allowed = {(e.from_tool.partition(".")[2], e.to_tool.partition(".")[2]) for e in board.edges if e.kind in {"precondition", "enables"}}
    for chain in chains:
        last = {}
        for step in chain.steps:
            taken = next((p for p in chain.providers if p.step == step.index and p.parameter == "taskId"), None)
            if taken is None or step.tool in READS:
                continue
            record = (taken.from_step, taken.output_path)
            assert record not in last or step.tool == "deleteTask" or (last[record], step.tool) in allowed
            last[record] = step.tool


def test_dates_that_were_searched_are_the_dates_booked(hotel):
    made, _ = sampled(hotel, 60)
    carried = 0
    for chain in made:
        by_step = {(p.step, p.parameter): p for p in chain.providers}
        for step in chain.steps:
            key = by_step.get((step.index, "room_id"))
            searched = by_step.get((key.from_step, "arrives")) if key is not None else None
            if searched is not None and searched.kind == "tool":
                booked = by_step[step.index, "arrives"]
                assert (booked.from_step, booked.output_path) == (searched.from_step, searched.output_path)
                carried += 1
    assert carried


def test_difficulty_grows_with_length(chains):
    short = [chain.difficulty for chain in chains if len(chain.steps) <= 3]
    long = [chain.difficulty for chain in chains if len(chain.steps) >= 7]
    assert max(long) <= 1.0
    assert sum(short) / len(short) < sum(long) / len(long)


def test_the_same_seed_gives_the_same_chains_and_another_gives_others(board):
    first, second, other = (sampled(board, 20, seed)[0] for seed in (7, 7, 8))
    assert first == second
    assert {chain.chain_id for chain in first}.isdisjoint(chain.chain_id for chain in other)
    assert [structure(chain) for chain in first] != [structure(chain) for chain in other]


def test_one_structure_is_repeated_a_few_times_at_most(hotel):
    made, rejections = sampled(hotel, 400)
    assert max(Counter(structure(chain) for chain in made).values()) <= REPEATS
    assert any("repeated a structure" in row.reason for row in rejections)


def test_a_missed_count_is_said(board):
    _, rejections = sampled(board, 20, sampler="random_walk")
    assert len({row.subject for row in rejections}) > 1
    assert all(row.stage == "chains" for row in rejections)
    none = sample_chains(board.environment, board.nodes, board.edges, [], count=5, seed=7)
    assert not none.of(Chain)
    last = none.of(Rejection)[-1]
    assert last.reason == "fewer chains were made than wanted: there is no scenario to bind them in"
    assert last.evidence == {"made": 0, "wanted": 5}


def test_reasons_name_no_tool_so_that_they_can_be_counted(board):
    _, rejections = sampled(board, 40, sampler="random_walk")
    names = {tool.name for tool in board.spec.tools}
    assert rejections
    assert not any(name in row.reason for row in rejections for name in names)
    assert all(row.evidence for row in rejections)


def test_a_tool_whose_key_nothing_gives_is_said(board):
    edges = [edge for edge in board.edges if edge.to_tool != "board.getTask"]
    made = sample_chains(board.environment, board.nodes, edges, board.scenarios, count=10, seed=7)
    assert any(row.subject == "board.getTask:taskId" and "no tool was seen to give" in row.reason for row in made.of(Rejection))
    assert all(step.tool != "getTask" for chain in made.of(Chain) for step in chain.steps)


def test_a_walk_wastes_more_drafts_than_topology(board):
    walked, refused = sampled(board, 20, sampler="random_walk")
    _, kept = sampled(board, 20)
    assert len(refused) > len(kept)
    assert {chain.sampler for chain in walked} <= {"random_walk"}


SCRIPT = """
import sys
from envfactory_assets.graph import build_graph, sample_chains
from envfactory_assets.records import Chain, ToolEdge, ToolNode, content_hash
from envfactory_assets_tests.graph import conftest
graph = conftest.built("board", conftest.BOARD, conftest.board_states())
made = sample_chains(graph.environment, graph.nodes, graph.edges, graph.scenarios, count=15, seed=7)
sys.stdout.write(content_hash([row.row_sha256() for row in (*graph.nodes, *graph.edges, *made.of(Chain))]))
"""


def test_every_process_and_hash_seed_gives_the_same_rows():
    root = Path(__file__).parents[2]
    texts = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={"PYTHONHASHSEED": seed, "PATH": ""}, cwd=root, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
