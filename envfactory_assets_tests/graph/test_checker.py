"""The checker: a good chain passes, every planted flaw is named."""

import ast
from pathlib import Path

import pytest

from envfactory_assets.graph import check_chain, checker
from envfactory_assets.records import Chain, ChainStep, Provider


def provider(step, parameter, kind="user", from_step=None, output_path=None):
    """A provider, shortly."""
    return Provider(step=step, parameter=parameter, kind=kind, from_step=from_step, output_path=output_path, reason="Because.")


def chain_of(tools, providers):
    """A chain on the board."""
    steps = [ChainStep(index=index, env_id="board", tool=tool) for index, tool in enumerate(tools)]
    return Chain(
        domain="travel",
        chain_id="ch_0",
        env_ids=["board"],
        code_sha256s=["x"],
        steps=steps,
        providers=providers,
        sampler="hand",
        seed=0,
        difficulty=0.5,
    )


@pytest.fixture
def good():
    return chain_of(
        ["listTasks", "completeTask", "archiveTask", "deleteTask", "listTasks"],
        [
            provider(1, "taskId", "tool", 0, "items[*].id"),
            provider(2, "taskId", "tool", 0, "items[*].id"),
            provider(3, "taskId", "tool", 0, "items[*].id"),
        ],
    )


@pytest.fixture
def judge(board):
    def check(chain, edges=None, **more):
        return check_chain(chain, board.nodes, board.edges if edges is None else edges, {"board": board.spec}, **more)

    return check


def steps_changed(chain, index, tool, env_id="board"):
    """The chain with another tool at one step."""
    steps = [ChainStep(index=step.index, env_id=env_id, tool=tool) if step.index == index else step for step in chain.steps]
    return chain.model_copy(update={"steps": steps})


def test_a_good_chain_has_no_flaw(good, judge):
    assert judge(good) == []


def test_an_unknown_tool_is_named(good, judge):
    assert "no tool board.explodeTask" in judge(steps_changed(good, 1, "explodeTask"))[0]


def test_a_tool_of_another_environment_is_named(good, judge):
    assert any("no tool elsewhere.listTasks" in flaw for flaw in judge(steps_changed(good, 0, "listTasks", "elsewhere")))


def test_a_tool_hidden_from_agents_is_named(good, judge):
    assert "no tool board.audit" in judge(steps_changed(good, 4, "audit"))[0]


def test_a_missing_provider_is_named(good, judge):
    assert "nothing provides taskId" in judge(good.model_copy(update={"providers": good.providers[1:]}))[0]


def test_two_providers_for_one_parameter_are_named(good, judge):
    assert "2 providers for taskId" in judge(good.model_copy(update={"providers": [*good.providers, good.providers[0]]}))[0]


def test_a_parameter_the_tool_does_not_have_is_named(good, judge):
    assert "has no parameter colour" in judge(good.model_copy(update={"providers": [*good.providers, provider(1, "colour")]}))[0]


def test_a_provider_for_a_step_that_does_not_exist_is_named(good, judge):
    assert "step 9, which does not exist" in judge(good.model_copy(update={"providers": [*good.providers, provider(9, "title")]}))[0]


@pytest.mark.parametrize("kind", ["user", "state", "constant", "clock"])
def test_a_key_out_of_thin_air_is_named(good, judge, kind):
    flaws = judge(good.model_copy(update={"providers": [provider(1, "taskId", kind), *good.providers[1:]]}))
    assert "taskId of completeTask comes from no tool" in flaws[0]


@pytest.mark.parametrize("source", [1, 2, 7, -1])
def test_a_provider_that_does_not_come_before_is_named(good, judge, source):
    flaws = judge(good.model_copy(update={"providers": [provider(1, "taskId", "tool", source, "items[*].id"), *good.providers[1:]]}))
    assert f"providing step {source} does not come before" in flaws[0]


def test_a_provider_without_a_path_is_named(good, judge):
    flaws = judge(good.model_copy(update={"providers": [provider(1, "taskId", "tool", 0, None), *good.providers[1:]]}))
    assert "path is missing" in flaws[0]


def test_a_value_both_said_and_observed_is_named(judge):
    chain = chain_of(["listTasks", "listTasks"], [provider(1, "status", "user", 0, "items[*].status")])
    assert "provided by user and by a step at once" in judge(chain)[0]


def test_a_path_no_edge_was_executed_for_is_named(good, judge):
    flaws = judge(good.model_copy(update={"providers": [provider(1, "taskId", "tool", 0, "items[*].title"), *good.providers[1:]]}))
    assert "no executed edge from board.listTasks at items[*].title" in flaws[0]


def test_an_edge_that_was_not_executed_does_not_count(good, judge, board):
    edges = [edge.model_copy(update={"executed": False}) for edge in board.edges]
    assert "no executed edge" in judge(good, edges)[0]


def test_an_order_of_writes_provides_no_value(judge):
    chain = chain_of(
        ["listTasks", "completeTask", "archiveTask"],
        [provider(1, "taskId", "tool", 0, "items[*].id"), provider(2, "taskId", "tool", 1, "id")],
    )
    assert "no executed edge from board.completeTask at id" in judge(chain)[0]


def test_a_write_made_twice_is_named(good, judge):
    assert "repeats step 1 (completeTask) without cause" in judge(steps_changed(good, 2, "completeTask"))[0]


def test_a_read_made_twice_needs_a_write_in_between(judge):
    twice = chain_of(["listProjects", "listTasks", "listProjects"], [])
    assert "repeats step 0 (listProjects) without cause" in judge(twice)[0]


def test_a_record_used_after_its_deletion_is_named(judge):
    chain = chain_of(
        ["listTasks", "deleteTask", "updateTask"],
        [provider(1, "taskId", "tool", 0, "items[*].id"), provider(2, "taskId", "tool", 0, "items[*].id"), provider(2, "title")],
    )
    assert "a record that step 1 deleted" in judge(chain)[0]


def test_what_a_deleted_record_belonged_to_may_still_be_used(judge):
    chain = chain_of(
        ["listTasks", "deleteTask", "getProject"],
        [provider(1, "taskId", "tool", 0, "items[*].id"), provider(2, "projectId", "tool", 0, "items[*].projectId")],
    )
    assert judge(chain) == []


def test_an_update_of_nothing_is_named(judge):
    chain = chain_of(["listTasks", "updateTask", "listTasks"], [provider(1, "taskId", "tool", 0, "items[*].id")])
    assert "updateTask is given nothing to change" in judge(chain)[0]
    assert judge(chain.model_copy(update={"providers": [*chain.providers, provider(1, "title")]})) == []


def test_a_chain_with_a_single_intent_is_named(judge):
    chain = chain_of(["listTasks", "completeTask"], [provider(1, "taskId", "tool", 0, "items[*].id")])
    assert "needs two intents" in judge(chain)[0]


@pytest.mark.parametrize("count", [0, 1, 11])
def test_too_few_or_too_many_steps_are_named(judge, count):
    assert any("2 to 10 steps" in flaw for flaw in judge(chain_of(["listTasks"] * count, [])))


def test_steps_out_of_order_are_named(good, judge):
    assert "not numbered in order" in judge(good.model_copy(update={"steps": good.steps[::-1]}))[0]


def test_environments_that_are_not_those_of_the_steps_are_named(good, judge):
    assert "not those of the steps" in judge(good.model_copy(update={"env_ids": ["board", "other"], "code_sha256s": ["x", "y"]}))[0]


def test_environments_of_different_splits_are_named(good, judge, board):
    steps = [*good.steps[:4], ChainStep(index=4, env_id="other", tool="listTasks")]
    chain = good.model_copy(update={"steps": steps, "env_ids": ["board", "other"], "code_sha256s": ["x", "y"]})
    nodes = [*board.nodes, *(node.model_copy(update={"env_id": "other"}) for node in board.nodes)]
    specs = {"board": board.spec, "other": board.spec}
    assert check_chain(chain, nodes, board.edges, specs, splits={"board": "train", "other": "train"}) == []
    flaws = check_chain(chain, nodes, board.edges, specs, splits={"board": "train", "other": "test"})
    assert "different splits" in flaws[0]


def test_too_many_environments_are_named(good, judge):
    names = ["a", "b", "c", "d"]
    steps = [ChainStep(index=index, env_id=name, tool="listTasks") for index, name in enumerate(names)]
    assert any("at most 3" in flaw for flaw in judge(good.model_copy(update={"steps": steps, "env_ids": names, "code_sha256s": names})))


def test_the_checker_shares_no_code_with_the_samplers():
    tree = ast.parse(Path(checker.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in imported if name.startswith("envfactory_assets")} == {"envfactory_assets.records"}
