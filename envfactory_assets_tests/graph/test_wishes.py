"""Wishes: which steps of a chain somebody would ask for, and that every chain holds two of them."""

import pytest

from envfactory_assets.graph import Unsaid, check_chain, sample_chains
from envfactory_assets.graph.drafts import Draft, Given
from envfactory_assets.graph.wishes import Deed, repeating, resetting, undoing, wishes
from envfactory_assets.records import Chain, Rejection

LISTED = ("board.listTasks", "items[*].id", "board.updateTask", "taskId")


def tools_of(board):
    return {tool.name: tool for tool in board.spec.tools}


def listed_and_changed(board, *more):
    """Tasks are listed and one is changed; more steps follow that take nothing."""
    known = tools_of(board)
    tools = [known["listTasks"], known["updateTask"], *(known[name] for name in more)]
    draft = Draft("board", tools, [Given(1, "taskId", "tool", "", 0, "items[*].id")])
    draft.answers |= set(range(2, len(tools)))
    return draft


def test_what_is_looked_up_on_the_way_is_no_wish(board):
    assert wishes(listed_and_changed(board), Unsaid()) == 1
    assert wishes(listed_and_changed(board, "listProjects"), Unsaid()) == 2


@pytest.mark.parametrize("unsaid", [Unsaid(tools=frozenset({"board.listTasks"})), Unsaid(edges=frozenset({LISTED}))])
def test_what_builds_on_what_nobody_says_is_no_wish(board, unsaid):
    assert wishes(listed_and_changed(board, "listProjects"), unsaid) == 1


def test_ending_what_was_just_made_or_changed_is_undoing_unless_something_needs_it(board):
    known = tools_of(board)
    changed = Deed(1, known["updateTask"], ((0, "items[*].id"),), ends=False)
    ended = Deed(2, known["deleteTask"], ((0, "items[*].id"),), ends=True)
    other = Deed(2, known["deleteTask"], ((0, "items[*].projectId"),), ends=True)
    needing = Deed(3, known["getTask"], ((2, "id"),), ends=False)
    assert undoing([changed, ended]) == [2]
    assert undoing([changed, ended, needing]) == []
    assert undoing([changed, other]) == []


def test_the_same_thing_is_changed_once(board):
    update = tools_of(board)["updateTask"]
    same, other = ((0, "items[*].id"),), ((1, "items[*].id"),)
    assert repeating([Deed(1, update, same, ends=False), Deed(2, update, same, ends=False)]) == [2]
    assert repeating([Deed(1, update, same, ends=False), Deed(2, update, other, ends=False)]) == []


def test_what_was_just_stated_of_a_thing_is_not_stated_again(board):
    known, title = tools_of(board), frozenset({"title"})
    made = Deed(0, known["createTask"], (), ends=False, stated=title)
    changed = Deed(1, known["updateTask"], ((0, "id"),), ends=False, stated=title)
    assert resetting([made, changed]) == [1]
    assert resetting([changed._replace(origins=((0, "items[*].id"),))]) == []  # what was only looked up
    assert resetting([made, changed._replace(stated=title | {"due"})]) == []  # something is left to state
    assert resetting([made._replace(stated=frozenset()), changed]) == []


def test_an_update_of_what_was_just_made_is_a_wish_only_when_something_is_left_to_state(board):
    known = tools_of(board)
    draft = Draft("board", [known["createTask"], known["updateTask"]], [Given(1, "taskId", "tool", "", 0, "id")])
    create, update = "board.createTask", "board.updateTask"
    assert wishes(draft, Unsaid(stated={create: frozenset({"title"}), update: frozenset({"title", "due"})})) == 2
    assert wishes(draft, Unsaid(stated={create: frozenset({"title"}), update: frozenset({"title"})})) == 1


@pytest.mark.parametrize("sampler", ["topology", "coverage"])
def test_every_chain_holds_two_wishes_whatever_nobody_says(board, sampler):
    unsaid = Unsaid(tools=frozenset({"board.createTask", "board.getTask"}), edges=frozenset({LISTED}))
    parts = (board.environment, board.nodes, board.edges, board.scenarios)
    produced = sample_chains(*parts, count=30, seed=7, sampler=sampler, unsaid=unsaid)
    chains = produced.of(Chain)
    assert len(chains) == 30
    assert all(check_chain(chain, board.nodes, board.edges, {"board": board.spec}) == [] for chain in chains)
    assert all(_asked(chain) >= 2 for chain in chains)
    assert {step.tool for chain in chains for step in chain.steps} & {"createTask", "getTask"}


def _asked(chain):
    """How many steps are there that take nothing from steps that nobody asks for."""
    gone = set()
    for step in chain.steps:
        own = [item for item in chain.providers if item.step == step.index]
        taken = {(f"board.{chain.steps[p.from_step].tool}", p.output_path, p.parameter) for p in own if p.from_step is not None}
        hidden = step.tool == "updateTask" and (*LISTED[:2], LISTED[3]) in taken
        if step.tool in {"createTask", "getTask"} or hidden or any(item.from_step in gone for item in own):
            gone.add(step.index)
    return len(chain.steps) - len(gone)


def test_where_nobody_asks_for_anything_there_are_no_chains_and_that_is_said(board):
    unsaid = Unsaid(tools=frozenset(f"board.{tool.name}" for tool in board.spec.tools))
    produced = sample_chains(board.environment, board.nodes, board.edges, board.scenarios, count=5, seed=7, unsaid=unsaid)
    assert produced.of(Chain) == []
    assert "it holds no two things that somebody would ask for" in {row.reason for row in produced.of(Rejection)}
