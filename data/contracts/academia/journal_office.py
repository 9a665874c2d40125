"""What the journal office does, tool by tool."""

from datetime import timedelta

from envfactory_assets.environments.contract import at_least, at_most, changed, denied, fits, made, refused, says, shows


def search_manuscripts(was, query, topic, status, max_pages, **_):
    fitting = (m for m in was.manuscripts if fits(m, topic=topic, status=status) and at_most(m.pages, max_pages))
    yield shows(m for m in fitting if says(query, m.title) and (m.author_id == was.me or was.scholars[was.me].is_editor))


def get_manuscript(was, manuscript_id):
    paper = was.manuscripts[manuscript_id]
    asked = any(r.manuscript_id == paper.id and r.reviewer_id == was.me for r in was.reviews)
    yield denied(was.me != paper.author_id and not asked and not was.scholars[was.me].is_editor)
    yield shows([paper])


def submit_manuscript(was, title, topic, pages):
    what = {"title": title, "topic": topic, "pages": pages, "version": 1, "issue_id": None}
    yield made(was.manuscripts, **what, author_id=was.me, editor_id=None, status="Submitted", created_at=was.moment)


def submit_revision(was, manuscript_id):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.author_id != was.me)
    yield refused(paper.status != "InRevision")
    yield changed(paper, status="UnderReview", version=paper.version + 1)


def withdraw_manuscript(was, manuscript_id):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.author_id != was.me)
    yield refused(paper.status not in {"Submitted", "UnderReview", "InRevision"})
    yield changed(paper, status="Withdrawn")


def assign_editor(was, manuscript_id, editor_id):
    paper, editor = was.manuscripts[manuscript_id], was.scholars[editor_id]
    yield denied(not was.scholars[was.me].is_editor)
    yield refused(paper.status not in {"Submitted", "UnderReview"}, not editor.is_editor, editor_id == paper.editor_id)
    yield refused(any(r.manuscript_id == paper.id and r.reviewer_id == editor_id for r in was.reviews), _are_close(was, paper, editor))
    yield changed(paper, editor_id=editor_id, status="UnderReview")


def find_reviewers(was, manuscript_id, topic):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.editor_id != was.me)
    asked = {r.reviewer_id for r in was.reviews if r.manuscript_id == paper.id and r.version == paper.version}
    apart = [s for s in was.scholars if fits(s, topic=topic) and not _are_close(was, paper, s) and not _is_busy(was, s)]
    yield shows(scholar for scholar in apart if scholar.id not in asked and scholar.id != paper.editor_id)


def invite_reviewer(was, manuscript_id, reviewer_id):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.editor_id != was.me)
    reviewer = was.scholars[reviewer_id]
    asked = {r.reviewer_id for r in was.reviews if r.manuscript_id == paper.id and r.version == paper.version}
    yield refused(paper.status != "UnderReview", reviewer_id == paper.editor_id, reviewer_id in asked)
    yield refused(_are_close(was, paper, reviewer), _is_busy(was, reviewer))
    what = {"manuscript_id": paper.id, "reviewer_id": reviewer_id, "version": paper.version, "status": "Invited"}
    yield made(was.reviews, **what, due_on=was.day + timedelta(weeks=3), advice=None, report=None, created_at=was.moment)


def list_my_reviews(was, status, due_until):
    mine = (r for r in was.reviews if r.reviewer_id == was.me and fits(r, status=status) and at_most(r.due_on, due_until))
    yield shows(mine, "due_on id")


def list_reviews_of(was, manuscript_id, status):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.editor_id != was.me)
    yield shows(review for review in was.reviews if review.manuscript_id == paper.id and fits(review, status=status))


def agree_to_review(was, review_id):
    review = was.reviews[review_id]
    yield denied(review.reviewer_id != was.me)
    yield refused(review.status != "Invited")
    yield changed(review, status="Agreed")


def decline_review(was, review_id):
    review = was.reviews[review_id]
    yield denied(review.reviewer_id != was.me)
    yield refused(review.status not in {"Invited", "Agreed"})
    yield changed(review, status="Declined")


def deliver_review(was, review_id, advice, report):
    review = was.reviews[review_id]
    paper = was.manuscripts[review.manuscript_id]
    yield denied(review.reviewer_id != was.me)
    yield refused(review.status != "Agreed", paper.status != "UnderReview", paper.version != review.version)
    yield changed(review, status="Delivered", advice=advice, report=report)


def remind_reviewer(was, review_id):
    review = was.reviews[review_id]
    yield denied(was.manuscripts[review.manuscript_id].editor_id != was.me)
    yield refused(review.status not in {"Invited", "Agreed"}, review.due_on >= was.day)
    sent = [reminder.created_at for reminder in was.reminders if reminder.review_id == review_id]
    yield refused(any(was.moment - moment < timedelta(days=3) for moment in sent))
    yield made(was.reminders, review_id=review_id, created_at=was.moment)


def accept_manuscript(was, manuscript_id):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.editor_id != was.me)
    yield refused(paper.status != "UnderReview", len(_advice(was, paper)) < 2, "Reject" in _advice(was, paper))
    yield changed(paper, status="Accepted")


def request_revision(was, manuscript_id):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.editor_id != was.me)
    yield refused(paper.status != "UnderReview", len(_advice(was, paper)) < 2)
    yield changed(paper, status="InRevision")


def reject_manuscript(was, manuscript_id):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.editor_id != was.me)
    yield refused(paper.status not in {"UnderReview", "InRevision"})
    yield changed(paper, status="Rejected")


def list_issues(was, status, closes_after):
    yield shows((issue for issue in was.issues if fits(issue, status=status) and at_least(issue.closes_on, closes_after)), "closes_on id")


def schedule_manuscript(was, manuscript_id, issue_id):
    paper = was.manuscripts[manuscript_id]
    yield denied(paper.editor_id != was.me)
    issue = was.issues[issue_id]
    yield refused(paper.status != "Accepted", issue.status == "Published", issue.closes_on < was.day)
    yield refused(issue.pages_used + paper.pages > issue.pages)
    yield changed(paper, status="Scheduled", issue_id=issue_id)
    yield changed(issue, pages_used=issue.pages_used + paper.pages)


def _are_close(was, paper, scholar):
    return was.scholars[paper.author_id].institution == scholar.institution


def _is_busy(was, scholar):
    return sum(r.reviewer_id == scholar.id and r.status in {"Invited", "Agreed"} for r in was.reviews) >= 3


def _advice(was, paper):
    mine = [r for r in was.reviews if r.manuscript_id == paper.id and r.version == paper.version]
    return [review.advice for review in mine if review.status == "Delivered"]
