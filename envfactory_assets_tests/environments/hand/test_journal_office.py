"""The journal office: two reviews before a decision, distance between people, and issues with so many pages."""

from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def office() -> Play:
    return Play("academia/journal_office")


def _delivered(office: Play, paper: dict[str, Any]) -> int:
    return len(office.rows("reviews", manuscript_id=paper["id"], version=paper["version"], status="Delivered"))


def test_a_decision_needs_two_reviews_of_the_present_version(office: Play) -> None:
    papers = office.rows("manuscripts", editor_id=office.me, status="UnderReview")
    waiting = next(paper for paper in papers if _delivered(office, paper) < 2)
    ready = next(paper for paper in papers if _delivered(office, paper) >= 2)
    assert "of 2 reviews" in office.refused("RequestRevision", ManuscriptId=waiting["id"])
    assert office.do("AcceptManuscript", ManuscriptId=ready["id"])["Status"] == "Accepted"


def test_a_revision_is_a_new_version_that_is_reviewed_again(office: Play) -> None:
    papers = office.rows("manuscripts", editor_id=office.me, status="UnderReview")
    ready = next(paper for paper in papers if _delivered(office, paper) >= 2)
    office.do("RequestRevision", ManuscriptId=ready["id"])
    office.sign_in(ready["author_id"])
    assert office.do("SubmitRevision", ManuscriptId=ready["id"])["Version"] == ready["version"] + 1
    office.sign_in(ready["editor_id"])
    assert "0 of 2 reviews" in office.refused("AcceptManuscript", ManuscriptId=ready["id"])


def test_whoever_is_too_close_does_not_judge(office: Play) -> None:
    paper = office.rows("manuscripts", editor_id=office.me, status="UnderReview")[0]
    home = office.row("scholars", id=paper["author_id"])["institution"]
    close = office.rows("scholars", institution=home)[-1]
    assert "conflict of interest" in office.refused("InviteReviewer", ManuscriptId=paper["id"], ReviewerId=close["id"])
    assert home not in {scholar["Institution"] for scholar in office.do("FindReviewers", ManuscriptId=paper["id"])["Value"]}


def test_an_invited_reviewer_agrees_and_delivers(office: Play) -> None:
    papers = office.rows("manuscripts", editor_id=office.me, status="UnderReview")
    paper, found = next((paper, found) for paper in papers if (found := office.do("FindReviewers", ManuscriptId=paper["id"])["Value"]))
    review = office.do("InviteReviewer", ManuscriptId=paper["id"], ReviewerId=found[0]["Id"])
    assert office.refused("AgreeToReview", ReviewId=review["Id"]).startswith("permission_denied")
    office.sign_in(found[0]["Id"])
    delivery = {"ReviewId": review["Id"], "Advice": "Revise", "Report": "The method needs more detail."}
    assert office.refused("DeliverReview", **delivery).startswith("precondition_failed")
    office.do("AgreeToReview", ReviewId=review["Id"])
    assert office.do("DeliverReview", **delivery)["Status"] == "Delivered"


def test_an_issue_holds_so_many_pages(office: Play) -> None:
    paper = office.rows("manuscripts", editor_id=office.me, status="Accepted")[0]
    closed = office.row("issues", status="Published")
    assert "is closed" in office.refused("ScheduleManuscript", ManuscriptId=paper["id"], IssueId=closed["id"])
    issue = office.rows("issues", status="Planned")[-1]
    office.do("ScheduleManuscript", ManuscriptId=paper["id"], IssueId=issue["id"])
    assert office.row("issues", id=issue["id"])["pages_used"] == issue["pages_used"] + paper["pages"]
