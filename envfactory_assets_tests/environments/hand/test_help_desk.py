"""The help desk, played."""

from datetime import datetime, timedelta

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def desk() -> Play:
    return Play("office/help_desk")


def test_waiting_for_an_answer_stops_the_clock(desk: Play) -> None:
    ticket = desk.row("tickets", assignee_id=desk.me, status="open")
    desk.do("reply_to_ticket", ticket_id=ticket["id"], body="Which room is it?")
    desk.wait(hours=5)
    answered = desk.do("record_answer", ticket_id=ticket["id"], body="The one by the stairs.")
    assert answered["status"] == "open"
    assert datetime.fromisoformat(answered["due_at"]) - datetime.fromisoformat(ticket["due_at"]) == timedelta(hours=5)
    assert [message["kind"] for message in desk.do("list_messages", ticket_id=ticket["id"])["results"]][-2:] == ["reply", "answer"]


def test_a_ticket_is_solved_only_after_a_reply_and_reopened_for_a_week(desk: Play) -> None:
    ticket = desk.row("tickets", assignee_id=desk.me, status="open", reply_count=0)
    assert "Reply to the requester" in desk.refused("solve_ticket", ticket_id=ticket["id"])
    desk.do("reply_to_ticket", ticket_id=ticket["id"], body="Done.")
    desk.do("solve_ticket", ticket_id=ticket["id"])
    desk.wait(days=8)
    assert "solved more than 7 days ago" in desk.refused("reopen_ticket", ticket_id=ticket["id"])


def test_an_agent_has_no_more_tickets_than_allowed(desk: Play) -> None:
    mine = desk.row("agents", id=desk.me)["queue_id"]
    requester = desk.row("requesters")["id"]
    refused = ""
    while not refused:
        ticket = desk.do("open_ticket", subject="Lamp", body="It flickers.", requester_id=requester, queue_id=mine)
        result = desk.episode.call("assign_ticket", {"ticket_id": ticket["id"], "agent_id": desk.me})
        refused = result.error.message if result.error else ""
    assert "which is the limit" in refused


def test_merging_hands_the_messages_over(desk: Play) -> None:
    keys = {"requester_id": desk.row("requesters")["id"], "queue_id": desk.row("agents", id=desk.me)["queue_id"]}
    first, second = (desk.do("open_ticket", subject=text, body=text, **keys)["id"] for text in ("Lamp", "Lamp again"))
    desk.do("merge_tickets", ticket_id=second, into_ticket_id=first)
    assert [message["body"] for message in desk.do("list_messages", ticket_id=first)["results"]] == ["Lamp", "Lamp again"]
    assert "is merged" in desk.refused("add_note", ticket_id=second, body="Where is it?")


def test_tickets_of_other_queues_are_left_to_their_agents(desk: Play) -> None:
    mine = desk.row("agents", id=desk.me)["queue_id"]
    foreign = next(row for row in desk.rows("tickets", status="new") if row["queue_id"] != mine)
    assert desk.refused("change_priority", ticket_id=foreign["id"], priority="low").startswith("permission_denied")


def test_a_priority_says_when_a_ticket_is_due(desk: Play) -> None:
    ticket = desk.row("tickets", assignee_id=desk.me, status="open")
    other = "high" if ticket["priority"] != "high" else "low"
    changed = desk.do("change_priority", ticket_id=ticket["id"], priority=other)
    hours = {"high": 12, "low": 120}[other]
    assert datetime.fromisoformat(changed["due_at"]) - datetime.fromisoformat(ticket["opened_at"]) == timedelta(hours=hours)
