"""Journal office: manuscripts on their way through review, decisions on them, and issues with so many pages.

Author: hand. Domain: academia. No resource: the service is made up.
"""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Page, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import assign, create, new_version, release, reserve, send, transition
from envfactory_assets.environments.errors import PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, IsCaller, KeyStyle, Text

Topic = Literal["Ecology", "Economics", "Education", "Materials", "Urbanism"]
ManuscriptStatus = Literal["Submitted", "UnderReview", "InRevision", "Accepted", "Scheduled", "Rejected", "Withdrawn"]
ReviewStatus = Literal["Invited", "Agreed", "Declined", "Delivered"]
Advice = Literal["Accept", "Revise", "Reject"]
IssueStatus = Literal["Planned", "Published"]
REVIEWS_NEEDED = 2
REVIEWS_AT_ONCE = 3
DAYS_TO_REVIEW, DAYS_TO_REMIND = 21, 3


class Scholar(Entity):
    """Somebody who writes, reviews or edits."""

    id: Annotated[str, KeyStyle("SCH{n:04d}")]
    name: Text
    institution: Text
    topic: Topic
    is_editor: bool


class Issue(Entity):
    """An issue of the journal, with room for so many pages."""

    id: Annotated[str, KeyStyle("ISS{n:03d}")]
    title: Text
    pages: Count
    pages_used: Count
    closes_on: date
    status: IssueStatus


class Manuscript(Entity):
    """A paper that was handed in. An editor who did not write it takes it through review."""

    id: Annotated[str, KeyStyle("MS-{n:04d}")]
    author_id: Annotated[Ref[Scholar], IsCaller()]
    editor_id: Annotated[Ref[Scholar], IsCaller()] | None
    title: Text
    topic: Topic
    pages: Count
    version: Count
    status: ManuscriptStatus
    issue_id: Ref[Issue] | None
    created_at: Created


class Review(Entity):
    """A reviewer's part: asked, promised until a day, delivered. It is about one version of a manuscript."""

    id: Annotated[str, KeyStyle("REV{n:05d}")]
    manuscript_id: Ref[Manuscript]
    reviewer_id: Annotated[Ref[Scholar], IsCaller()]
    version: Count
    status: ReviewStatus
    due_on: date
    advice: Advice | None
    report: Text | None
    created_at: Created


class Reminder(Entity):
    """A note to a reviewer that a review is awaited."""

    id: Annotated[str, KeyStyle("REM{n:05d}")]
    review_id: Ref[Review]
    created_at: Created


class JournalOffice(Environment):
    """Authors submit and revise, reviewers report, editors invite, decide and fill the issues."""

    naming = "pascal"
    scholars: Table[Scholar]
    issues: Table[Issue]
    manuscripts: Table[Manuscript]
    reviews: Table[Review]
    reminders: Table[Reminder]

    @tool(effect="search", envelope="Value", cursor="NextCursor")
    def search_manuscripts(
        self,
        query: Text | None = None,
        topic: Topic | None = None,
        status: ManuscriptStatus | None = None,
        max_pages: Count | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        cursor: Text | None = None,
    ) -> Page[Manuscript]:
        """Find manuscripts by words of the title, oldest first. Authors see their own; editors see all."""
        fits = self.manuscripts.search(query, "title", topic=topic, status=status, pages__le=max_pages)
        shown = [m for m in self.manuscripts if m in fits and (m.author_id == self.me or self._is_editor())]
        return self.manuscripts.page(shown, limit, cursor)

    @tool(effect="get")
    def get_manuscript(self, manuscript_id: Ref[Manuscript]) -> Manuscript:
        """A manuscript, for its author, its reviewers and editors."""
        manuscript = self.manuscripts.get(manuscript_id)
        if (
            self.me != manuscript.author_id
            and not self._is_editor()
            and not self.reviews.where(manuscript_id=manuscript.id, reviewer_id=self.me)
        ):
            raise PermissionDenied("This manuscript is shown to its author, its reviewers and editors only.")
        return manuscript

    @tool(effect="create")
    def submit_manuscript(self, title: Text, topic: Topic, pages: Annotated[int, Field(ge=1, le=60)]) -> Manuscript:
        """Hand in a paper of 60 pages at most."""
        what = {"title": title, "topic": topic, "pages": pages, "version": 1}
        return self.manuscripts.add(author_id=self.me, editor_id=None, **what, status="Submitted", issue_id=None)

    @tool(effect=[new_version, transition(field="status", sources=["InRevision"], target="UnderReview")])
    def submit_revision(self, manuscript_id: Ref[Manuscript]) -> Manuscript:
        """Hand in the next version of one's paper after a revision was asked for. It is reviewed again."""
        manuscript = self._own(manuscript_id)
        return self.manuscripts.transition(manuscript, "UnderReview", version=manuscript.version + 1)

    @tool(effect=transition(field="status", sources=["Submitted", "UnderReview", "InRevision"], target="Withdrawn"))
    def withdraw_manuscript(self, manuscript_id: Ref[Manuscript]) -> Manuscript:
        """Take back one's paper before it is decided on."""
        return self.manuscripts.transition(self._own(manuscript_id), "Withdrawn")

    @tool(effect=assign(field="editor_id"))
    def assign_editor(self, manuscript_id: Ref[Manuscript], editor_id: Ref[Scholar]) -> Manuscript:
        """As an editor, give a paper to oneself or to another editor, who takes it through review from then on."""
        manuscript, editor = self.manuscripts.get(manuscript_id), self.scholars.get(editor_id)
        if not self._is_editor():
            raise PermissionDenied("Only editors give manuscripts to editors.")
        if manuscript.status not in {"Submitted", "UnderReview"}:
            raise PreconditionFailed(f"The manuscript is {manuscript.status}; its editor stays.")
        if not editor.is_editor or editor.id == manuscript.editor_id:
            raise PreconditionFailed(f"{editor.name} is no editor, or is the manuscript's editor already.")
        if self.reviews.where(manuscript_id=manuscript.id, reviewer_id=editor.id):
            raise PreconditionFailed(f"{editor.name} was asked to review this manuscript.")
        self._require_distance(manuscript, editor)
        return self.manuscripts.replace(manuscript, editor_id=editor.id, status="UnderReview")

    @tool(effect="search", envelope="Value")
    def find_reviewers(self, manuscript_id: Ref[Manuscript], topic: Topic | None = None) -> list[Scholar]:
        """Scholars who could review a paper: not its editor, not of the author's institution, not asked yet, and not overloaded."""
        manuscript = self._edited(manuscript_id)
        asked = {review.reviewer_id for review in self.reviews.where(manuscript_id=manuscript.id, version=manuscript.version)}
        home = self.scholars.get(manuscript.author_id).institution
        away = [scholar for scholar in self.scholars.where(topic=topic) if scholar.institution != home]
        return [scholar for scholar in away if scholar.id not in {*asked, manuscript.editor_id} and not self._is_busy(scholar.id)]

    @tool(effect=create(entity="Review"))
    def invite_reviewer(self, manuscript_id: Ref[Manuscript], reviewer_id: Ref[Scholar]) -> Review:
        """Ask a scholar to review the present version of a paper that the caller edits, within three weeks."""
        manuscript, reviewer = self._edited(manuscript_id), self.scholars.get(reviewer_id)
        if manuscript.status != "UnderReview":
            raise PreconditionFailed(f"The manuscript is {manuscript.status}, not under review.")
        if reviewer.id == manuscript.editor_id:
            raise PreconditionFailed("The editor of a manuscript does not review it.")
        self._require_distance(manuscript, reviewer)
        if self.reviews.where(manuscript_id=manuscript.id, version=manuscript.version, reviewer_id=reviewer.id):
            raise PreconditionFailed(f"{reviewer.name} was asked about this version already.")
        if self._is_busy(reviewer.id):
            raise PreconditionFailed(f"{reviewer.name} has {REVIEWS_AT_ONCE} reviews to write; ask somebody else.")
        about = {"manuscript_id": manuscript.id, "reviewer_id": reviewer.id, "version": manuscript.version}
        due_on = self.today + timedelta(days=DAYS_TO_REVIEW)
        return self.reviews.add(**about, status="Invited", due_on=due_on, advice=None, report=None)

    @tool(effect="list", envelope="Value", filters={"due_until": "due_on__le"})
    def list_my_reviews(self, status: ReviewStatus | None = None, due_until: date | None = None) -> list[Review]:
        """Reviews the caller was asked for, first due first."""
        found = self.reviews.where(reviewer_id=self.me, status=status, due_on__le=due_until)
        return sorted(found, key=lambda review: (review.due_on, review.id))

    @tool(effect="list", envelope="Value")
    def list_reviews_of(self, manuscript_id: Ref[Manuscript], status: ReviewStatus | None = None) -> list[Review]:
        """All reviews of a paper, for its editor only."""
        return self.reviews.where(manuscript_id=self._edited(manuscript_id).id, status=status)

    @tool(effect=transition(field="status", sources=["Invited"], target="Agreed"))
    def agree_to_review(self, review_id: Ref[Review]) -> Review:
        """Promise a review."""
        return self.reviews.transition(self._asked(review_id), "Agreed")

    @tool(effect=[release, transition(field="status", sources=["Invited", "Agreed"], target="Declined")])
    def decline_review(self, review_id: Ref[Review]) -> Review:
        """Decline to review, or give a promised review back."""
        return self.reviews.transition(self._asked(review_id), "Declined")

    @tool(effect=transition(field="status", sources=["Agreed"], target="Delivered"))
    def deliver_review(self, review_id: Ref[Review], advice: Advice, report: Annotated[Text, Field(min_length=1)]) -> Review:
        """Deliver a promised review while the paper is under review."""
        review = self._asked(review_id)
        manuscript = self.manuscripts.get(review.manuscript_id)
        if review.status == "Agreed" and (manuscript.status, manuscript.version) != ("UnderReview", review.version):
            raise PreconditionFailed("The manuscript is no longer under review in this version; the review can be declined.")
        return self.reviews.transition(review, "Delivered", advice=advice, report=report)

    @tool(effect=send(entity="Reminder"))
    def remind_reviewer(self, review_id: Ref[Review]) -> Reminder:
        """Remind a reviewer of a paper the caller edits when the review is overdue; three days apart."""
        review = self.reviews.get(review_id)
        self._edited(review.manuscript_id)
        if review.status not in {"Invited", "Agreed"} or review.due_on >= self.today:
            raise PreconditionFailed("This review is not overdue.")
        if any((self.now - sent.created_at).days < DAYS_TO_REMIND for sent in self.reminders.where(review_id=review.id)):
            raise PreconditionFailed(f"The reviewer was reminded less than {DAYS_TO_REMIND} days ago.")
        return self.reminders.add(review_id=review.id)

    @tool(effect=transition(field="status", sources=["UnderReview"], target="Accepted"))
    def accept_manuscript(self, manuscript_id: Ref[Manuscript]) -> Manuscript:
        """Accept a paper that the caller edits, when two reviews of this version are in and none of them says to reject it."""
        manuscript = self._edited(manuscript_id)
        if "Reject" in self._advice(manuscript):
            raise PreconditionFailed("A review advises to reject this version; ask for a revision instead.")
        return self.manuscripts.transition(manuscript, "Accepted")

    @tool(effect=transition(field="status", sources=["UnderReview"], target="InRevision"))
    def request_revision(self, manuscript_id: Ref[Manuscript]) -> Manuscript:
        """Ask the author for a new version, when two reviews of the present one are in."""
        manuscript = self._edited(manuscript_id)
        self._advice(manuscript)
        return self.manuscripts.transition(manuscript, "InRevision")

    @tool(effect=transition(field="status", sources=["UnderReview", "InRevision"], target="Rejected"))
    def reject_manuscript(self, manuscript_id: Ref[Manuscript]) -> Manuscript:
        """Reject a paper that the caller edits."""
        return self.manuscripts.transition(self._edited(manuscript_id), "Rejected")

    @tool(effect="list", envelope="Value")
    def list_issues(self, status: IssueStatus | None = None, closes_after: date | None = None) -> list[Issue]:
        """Issues and how full they are, first closing first."""
        return sorted(self.issues.where(status=status, closes_on__ge=closes_after), key=lambda issue: (issue.closes_on, issue.id))

    @tool(effect=[reserve, transition(field="status", sources=["Accepted"], target="Scheduled")])
    def schedule_manuscript(self, manuscript_id: Ref[Manuscript], issue_id: Ref[Issue]) -> Manuscript:
        """Give an accepted paper that the caller edits its pages in an issue that is still open."""
        manuscript, issue = self._edited(manuscript_id), self.issues.get(issue_id)
        if issue.status == "Published" or issue.closes_on < self.today:
            raise PreconditionFailed(f"{issue.title} is closed.")
        if issue.pages_used + manuscript.pages > issue.pages:
            raise PreconditionFailed(f"{issue.title} has {issue.pages - issue.pages_used} pages left; {manuscript.pages} are needed.")
        scheduled = self.manuscripts.transition(manuscript, "Scheduled", issue_id=issue.id)
        self.issues.replace(issue, pages_used=issue.pages_used + manuscript.pages)
        return scheduled

    @invariant
    def issues_are_not_overfull(self) -> bool:
        """An issue's used pages are those of its manuscripts, and no more than it has; only scheduled manuscripts have an issue."""
        used = dict.fromkeys((issue.id for issue in self.issues), 0)
        for manuscript in self.manuscripts:
            if manuscript.issue_id:
                used[manuscript.issue_id] += manuscript.pages
        placed = all((manuscript.issue_id is not None) == (manuscript.status == "Scheduled") for manuscript in self.manuscripts)
        return placed and all(used[issue.id] == issue.pages_used <= issue.pages for issue in self.issues)

    @invariant
    def nobody_judges_their_own_work(self) -> bool:
        """An author neither edits nor reviews the own paper, and its editor does not review it; papers under review have an editor."""
        papers = {manuscript.id: manuscript for manuscript in self.manuscripts}
        apart = all(m.author_id != m.editor_id and (m.editor_id or m.status in {"Submitted", "Withdrawn"}) for m in papers.values())
        return apart and all(r.reviewer_id not in {(m := papers[r.manuscript_id]).author_id, m.editor_id} for r in self.reviews)

    @invariant
    def reviews_are_complete(self) -> bool:
        """A review has advice and a report once it is delivered, is about a version that exists, and is asked once a version."""
        versions = {manuscript.id: manuscript.version for manuscript in self.manuscripts}
        whole = all((r.advice is None) == (r.report is None) == (r.status != "Delivered") for r in self.reviews)
        once = len({(r.manuscript_id, r.version, r.reviewer_id) for r in self.reviews}) == len(self.reviews)
        return whole and once and all(1 <= r.version <= versions[r.manuscript_id] for r in self.reviews)

    def _is_editor(self) -> bool:
        return self.scholars.get(self.me).is_editor

    def _require_distance(self, manuscript: Manuscript, scholar: Scholar) -> None:
        author = self.scholars.get(manuscript.author_id)
        if author.institution == scholar.institution:
            raise PreconditionFailed(f"{scholar.name} is of the author's institution, {author.institution}: a conflict of interest.")

    def _own(self, manuscript_id: str) -> Manuscript:
        manuscript = self.manuscripts.get(manuscript_id)
        if manuscript.author_id != self.me:
            raise PermissionDenied("Only its author may do this to a manuscript.")
        return manuscript

    def _edited(self, manuscript_id: str) -> Manuscript:
        manuscript = self.manuscripts.get(manuscript_id)
        if manuscript.editor_id != self.me:
            raise PermissionDenied("Only its editor may do this to a manuscript.")
        return manuscript

    def _asked(self, review_id: str) -> Review:
        review = self.reviews.get(review_id)
        if review.reviewer_id != self.me:
            raise PermissionDenied("Another reviewer was asked for this review.")
        return review

    def _is_busy(self, scholar_id: str) -> bool:
        open_ones = [review for review in self.reviews.where(reviewer_id=scholar_id) if review.status in {"Invited", "Agreed"}]
        return len(open_ones) >= REVIEWS_AT_ONCE

    def _advice(self, manuscript: Manuscript) -> list[Advice | None]:
        """What the reviews of the present version say; two are needed."""
        delivered = self.reviews.where(manuscript_id=manuscript.id, version=manuscript.version, status="Delivered")
        if manuscript.status == "UnderReview" and len(delivered) < REVIEWS_NEEDED:
            raise PreconditionFailed(f"{len(delivered)} of {REVIEWS_NEEDED} reviews of version {manuscript.version} are in.")
        return [review.advice for review in delivered]

    @classmethod
    def scenario(cls, draw):
        """Scholars of a few institutions, papers at every step, reviews promised, late and delivered, and three issues."""
        homes = [f"University of {town['city']}" for town in draw.sample(draw.lexicon.places, 5)]
        topics = ["Ecology", "Economics", "Education", "Materials", "Urbanism"]
        scholars = [
            {
                "id": draw.key(Scholar),
                "name": draw.person().name,
                "institution": homes[place % 5],
                "topic": draw.choice(topics),
                "is_editor": place < 3,
            }
            for place in range(max(9, draw.size))
        ]
        draw.sign_in(scholars[0]["id"])
        issues = []
        for title, close, pages in [("Spring issue", -30, 160), ("Summer issue", 20, 120), ("Autumn issue", 110, 160)]:
            issue = {"id": draw.key(Issue), "title": title, "pages": pages, "pages_used": 0, "closes_on": draw.day(close, close)}
            issues.append(issue | {"status": "Published" if close < 0 else "Planned"})
        tables = {"scholars": scholars, "issues": issues, "manuscripts": [], "reviews": [], "reminders": []}
        steps = ["Submitted", "Ready", "UnderReview", "Accepted", "InRevision", "Mine", "Asked", "Scheduled", "Rejected", "Withdrawn"]
        plans = [*steps, "Mine", "Asked", "Asked", "Accepted", *(draw.choice(steps) for _ in range(draw.size // 2))]
        days = sorted(-draw.integer(8, 160) for _ in plans)
        for day, step in zip(days, draw.sample(plans, len(plans)), strict=True):
            cls._seed_manuscript(draw, tables, step, day)
        return tables

    @classmethod
    def _seed_manuscript(cls, draw, tables, step, day):
        """A paper at a step; the caller edits most, wrote some, and is asked to review others."""
        scholars, me = tables["scholars"], tables["scholars"][0]
        author = me if step == "Mine" else draw.choice([scholar for scholar in scholars[1:] if scholar["institution"] != me["institution"]])
        editors = [scholar for scholar in scholars[:3] if scholar["institution"] != author["institution"]]
        editor = me if step not in {"Mine", "Asked"} else next(scholar for scholar in editors if scholar is not me)
        status = {"Ready": "UnderReview", "Mine": draw.choice(["InRevision", "InRevision", "Submitted"]), "Asked": "UnderReview"}.get(
            step, step
        )
        pages = draw.integer(8, 28)
        issue = next((i for i in tables["issues"] if step == "Scheduled" and i["pages_used"] + pages <= i["pages"]), None)
        status = "Accepted" if step == "Scheduled" and issue is None else status
        if issue:
            issue["pages_used"] += pages
        paper = {
            "id": draw.key(Manuscript),
            "author_id": author["id"],
            "editor_id": None if status in {"Submitted", "Withdrawn"} else editor["id"],
        }
        title = draw.distinct("title", lambda: draw.fill(["{method_word} {finding}", "{method_word} {finding} in {city}"]))
        paper |= {"title": title, "topic": author["topic"], "pages": pages, "version": 2 if draw.chance(0.2) else 1, "status": status}
        tables["manuscripts"].append(paper | {"issue_id": issue["id"] if issue else None, "created_at": draw.moment(day, day)})
        if paper["editor_id"]:
            asked = [s for s in draw.sample(scholars[1:], 99) if s["institution"] != author["institution"] and s is not editor]
            cls._seed_reviews(draw, tables, paper, [me] if step == "Asked" else asked[: 3 if status == "UnderReview" else 2], step)

    @classmethod
    def _seed_reviews(cls, draw, tables, paper, reviewers, step):
        """Two delivered reviews where a decision was or can be made; else promised ones, some of them late."""
        for place, reviewer in enumerate(reviewers):
            done = step not in {"Asked", "UnderReview"} and place < 2
            open_ones = sum(r["reviewer_id"] == reviewer["id"] and r["status"] in {"Invited", "Agreed"} for r in tables["reviews"])
            waiting = draw.choice(["Invited", "Agreed", "Agreed", "Declined"]) if reviewer is not tables["scholars"][0] else "Invited"
            waiting = "Declined" if open_ones >= REVIEWS_AT_ONCE else "Agreed" if (waiting, open_ones) == ("Invited", 1) else waiting
            status = "Delivered" if done else waiting if paper["status"] == "UnderReview" else "Declined"
            asked = draw.integer(24, 34) if place % 2 == 0 and not done else draw.integer(2, 34)
            review = {"id": draw.key(Review), "manuscript_id": paper["id"], "reviewer_id": reviewer["id"], "version": paper["version"]}
            due = DAYS_TO_REVIEW - asked
            review |= {
                "status": status,
                "due_on": draw.day(due, due),
                "advice": draw.choice(["Accept", "Accept", "Revise"]) if done else None,
            }
            report = draw.fill(
                ["Clear argument about {finding}; the method needs more detail.", "Sound data on {finding}, thin on earlier work."]
            )
            tables["reviews"].append(review | {"report": report if done else None, "created_at": draw.moment(-asked, -asked)})
            if due < -4 and status in {"Invited", "Agreed"} and draw.chance(0.3):
                tables["reminders"].append(
                    {"id": draw.key(Reminder), "review_id": review["id"], "created_at": draw.moment(due + 1, due + 3)}
                )
