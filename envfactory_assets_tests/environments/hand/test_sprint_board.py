"""The sprint board, played."""

from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def board() -> Play:
    return Play("office/sprint_board")


@pytest.fixture
def active(board: Play) -> dict[str, Any]:
    return board.row("sprints", state="active", project_id=board.row("projects", lead_id=board.me)["id"])


def test_a_sprint_takes_no_more_points_than_it_has_room_for(board: Play, active: dict[str, Any]) -> None:
    free = board.do("sprintReport", sprintId=active["id"])["freePoints"]
    issue = board.do("issueCreate", title="Paint the shed", projectId=active["project_id"], points=min(free, 13))
    board.do("issuePlan", issueId=issue["id"], sprintId=active["id"])
    left = board.do("sprintReport", sprintId=active["id"])["freePoints"]
    assert left == free - issue["points"]
    other = board.do("issueCreate", title="Paint the fence", projectId=active["project_id"], points=left + 1)
    said = board.refused("issuePlan", issueId=other["id"], sprintId=active["id"])
    assert said.endswith(f"has {left} points left, {left + 1} are needed")
    board.do("issueUnplan", issueId=issue["id"])
    assert board.do("sprintReport", sprintId=active["id"])["freePoints"] == free


def test_an_issue_starts_after_its_blockers(board: Play, active: dict[str, Any]) -> None:
    issue = next(row for row in board.rows("issues", sprint_id=active["id"], status="todo") if row["blocker_ids"])
    board.do("issueAssign", issueId=issue["id"], memberId=board.me)
    assert "waits for" in board.refused("issueStart", issueId=issue["id"])
    for key in issue["blocker_ids"]:
        assert "itself waits for" in board.refused("issueBlock", issueId=issue["id"], blockerId=issue["id"])
        board.do("issueUnblock", issueId=issue["id"], blockerId=key)
    assert board.do("issueStart", issueId=issue["id"])["status"] == "inProgress"


def test_nobody_reviews_their_own_work(board: Play, active: dict[str, Any]) -> None:
    mine = board.row("issues", assignee_id=board.me, status="inProgress", sprint_id=active["id"])
    board.do("issueSubmit", issueId=mine["id"])
    assert board.refused("issueReview", issueId=mine["id"], approve=True).startswith("permission_denied")
    other = next(row for row in board.rows("issues", status="inReview", sprint_id=active["id"]) if row["assignee_id"] != board.me)
    assert board.do("issueReview", issueId=other["id"], approve=True)["doneOn"] == "2026-05-12"


def test_what_a_sprint_leaves_undone_goes_to_the_backlog_or_on(board: Play, active: dict[str, Any]) -> None:
    left = [row["id"] for row in board.rows("issues", sprint_id=active["id"]) if row["status"] != "done"]
    future = board.row("sprints", state="future", project_id=active["project_id"])
    assert "points left" in board.refused("sprintComplete", sprintId=active["id"], nextSprintId=future["id"])
    board.do("sprintComplete", sprintId=active["id"])
    assert {(row["sprint_id"], row["status"]) for row in board.rows("issues") if row["id"] in left} == {(None, "todo")}
    assert board.do("sprintStart", sprintId=future["id"], days=7)["endsOn"] == "2026-05-19"


def test_a_project_is_for_its_members(board: Play) -> None:
    foreign = next(row for row in board.rows("projects") if board.me not in row["member_ids"])
    assert foreign["id"] not in {row["id"] for row in board.do("projectList")["values"]}
    assert board.refused("issueCreate", title="Look in", projectId=foreign["id"]).startswith("permission_denied")
