"""The on-call service, played."""

from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def pager() -> Play:
    return Play("utilities/on_call")


def _mine(pager: Play, status: str) -> dict[str, Any]:
    return pager.row("incidents", assignee_id=pager.me, status=status)


def test_health_follows_the_worst_open_incident(pager: Play) -> None:
    incident = _mine(pager, "triggered")
    pager.do("acknowledgeIncident", incidentId=incident["id"])
    service = incident["service_id"]
    taken = {row["severity"] for row in pager.rows("incidents", service_id=service) if row["status"] in {"triggered", "acknowledged"}}
    assert "sev1" not in taken
    pager.do("changeSeverity", incidentId=incident["id"], severity="sev1")
    assert pager.row("services", id=service)["health"] == "majorOutage"
    pager.do("resolveIncident", incidentId=incident["id"], text="Well again.")
    left = {row["severity"] for row in pager.rows("incidents", service_id=service) if row["status"] in {"triggered", "acknowledged"}}
    expected = {"sev1": "majorOutage", "sev2": "partialOutage", "sev3": "degraded"}[min(left)] if left else "operational"
    assert pager.row("services", id=service)["health"] == expected


def test_an_incident_is_escalated_once_nobody_answered_in_time(pager: Play) -> None:
    incident = _mine(pager, "triggered")
    assert "has until" in pager.refused("escalateIncident", incidentId=incident["id"])
    pager.wait(minutes=30)
    team = pager.row("teams", id=pager.row("services", id=incident["service_id"])["team_id"])
    assert pager.do("escalateIncident", incidentId=incident["id"])["assigneeId"] == team["responder_ids"][1]
    assert pager.refused("acknowledgeIncident", incidentId=incident["id"]).startswith("permission_denied")


def test_who_is_on_call_is_woken_but_not_in_maintenance(pager: Play) -> None:
    team = pager.row("teams", id=pager.row("services", id=_mine(pager, "triggered")["service_id"])["team_id"])
    service = next(row for row in pager.rows("services", team_id=team["id"]) if row["health"] == "operational")
    pager.wait(hours=24 * 7)
    assert "nobody is on call" in pager.refused("triggerIncident", serviceId=service["id"], title="Down")
    pager.do("scheduleMaintenance", serviceId=service["id"], startsAt="2026-05-19T11:00:00Z", minutes=60, reason="New disks")
    pager.wait(hours=2)
    assert "is in maintenance until 2026-05-19 12:00" in pager.refused("triggerIncident", serviceId=service["id"], title="Down")


def test_the_status_page_never_goes_back(pager: Play) -> None:
    incident = _mine(pager, "triggered")
    assert "acknowledge" in pager.refused("postUpdate", incidentId=incident["id"], stage="investigating", text="We look.")
    pager.do("acknowledgeIncident", incidentId=incident["id"])
    pager.do("postUpdate", incidentId=incident["id"], stage="monitoring", text="It runs again.")
    assert "does not go back" in pager.refused("postUpdate", incidentId=incident["id"], stage="identified", text="Hm.")
    assert [post["stage"] for post in pager.do("listUpdates", incidentId=incident["id"])["data"]] == ["monitoring"]


def test_shifts_are_handed_over_before_they_begin(pager: Play) -> None:
    coming = next(row for row in pager.rows("shifts", responder_id=pager.me) if row["starts_at"] > pager.state["now"])
    running = next(row for row in pager.rows("shifts", responder_id=pager.me) if row["starts_at"] <= pager.state["now"] < row["ends_at"])
    other = next(key for key in pager.row("teams", id=coming["team_id"])["responder_ids"] if key != pager.me)
    assert "has begun" in pager.refused("handOverShift", shiftId=running["id"], responderId=other)
    pager.do("handOverShift", shiftId=coming["id"], responderId=other)
    assert pager.do("whoIsOnCall", teamId=coming["team_id"], at=coming["starts_at"])["responderId"] == other
