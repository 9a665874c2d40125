"""Rehearsal: a draft that cannot run in any scenario is stopped, with the step that stopped it."""

from random import Random

import pytest

from envfactory_assets.environments import load_environment
from envfactory_assets.graph.drafts import Draft, Given
from envfactory_assets.graph.rehearsal import Rehearsal, Stage, crowded, nameless


@pytest.fixture
def stage(board):
    return Rehearsal(Stage(load_environment(board.environment.source_code, "board"), board.spec, board.scenarios))


def draft(board, *steps):
    """Steps of (tool, {parameter: None for the user, or (step, path)})."""
    made = Draft("board", [board.spec.tool(name) for name, _ in steps])
    for step, (_, given) in enumerate(steps):
        for name, source in given.items():
            kind, origin = ("tool", source) if source else ("user", (None, None))
            made.providers.append(Given(step, name, kind, "Because.", *origin))
    return made


LISTED = (0, "items[*].id")


def test_a_chain_that_some_row_allows_runs_through(board, stage):
    story = draft(board, ("listTasks", {}), ("completeTask", {"taskId": LISTED}), ("archiveTask", {"taskId": LISTED}))
    assert stage.problem(story, Random(1)) is None


def test_one_listing_means_one_row_for_all_steps(board, stage):
    story = draft(board, ("listTasks", {}), ("archiveTask", {"taskId": LISTED}), ("completeTask", {"taskId": LISTED}))
    assert "completeTask was refused (precondition_failed)" in str(stage.problem(story, Random(1)))


def test_a_look_up_that_shows_nothing_is_named(board, stage):
    story = draft(
        board,
        ("listProjects", {}),
        ("createTask", {"projectId": LISTED, "title": None, "due": None}),
        ("deleteTask", {"taskId": (1, "id")}),
        ("getTask", {"taskId": (1, "id")}),
    )
    assert "getTask was refused (not_found)" in str(stage.problem(story, Random(1)))
    empty = draft(board, ("listProjects", {}), ("getProject", {"projectId": (0, "items[*].nothing")}))
    assert "listProjects showed nothing to go on with" in str(stage.problem(empty, Random(1)))


def test_an_answer_without_any_record_is_no_answer(board, stage):
    gone = draft(
        board,
        ("listProjects", {}),
        ("createTask", {"projectId": LISTED, "title": None, "due": None}),
        ("listTasks", {"projectId": LISTED, "status": None}),
    )
    assert stage.problem(gone, Random(1)) is None
    for scenario in (empty := [row.model_copy(deep=True) for row in board.scenarios]):
        scenario.state["tables"] |= {"tasks": []}
    bare = Rehearsal(Stage(load_environment(board.environment.source_code, "board"), board.spec, empty))
    assert "listTasks showed nothing to go on with" in str(bare.problem(draft(board, ("listTasks", {})), Random(1)))


def test_without_scenarios_nothing_is_rehearsed(board):
    rehearsal = Rehearsal(Stage(load_environment(board.environment.source_code, "board"), board.spec, []))
    assert rehearsal.problem(draft(board, ("listTasks", {})), Random(1)) is None


def test_rows_that_a_name_tells_from_the_others_are_known():
    rows = [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}, {"id": 3, "name": "Bob"}, {"id": 4, "title": {"text": "Ann"}}, "Ann"]
    assert nameless(rows) == [False, True, True, True, True]


def test_one_of_several_in_a_list_is_not_told_from_the_others():
    assert crowded([{"tags": ["a"]}, {"tags": ["b", "c"]}, {"tags": []}, {}], "[*].tags") == [False, True, True]


def test_every_row_of_a_listing_can_be_taken_after_a_shorter_one_was_taken_back(board, stage):
    play = stage.begin(draft(board), {"board": board.scenarios[0]}, Random(1))
    play.draft = draft(board, ("listTasks", {"status": None}), ("getTask", {"taskId": LISTED}))
    stage.go_on(play)
    shorter = len(play.results[0]["items"])
    play.take_back(draft(board), {})
    play.draft = draft(board, ("listTasks", {}), ("getTask", {"taskId": LISTED}))
    play.arguments.append({})
    play.results.append({"items": [{"id": f"T{number}"} for number in range(shorter + 3)]})
    taken = {play.next_arguments({}, take)["taskId"] for take in range(shorter + 3)}
    assert len(taken) == shorter + 3
