"""Sprint board: projects, the issues they are made of, and the sprints that issues are done in.

Author: hand. Domain: office. No resource: the service is made up.
"""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Part, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, assign, move, release, remove_member, reserve, transition
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Text

Kind = Literal["story", "bug", "chore"]
IssueStatus = Literal["todo", "inProgress", "inReview", "done"]
SprintState = Literal["future", "active", "closed"]
Points = Annotated[int, Field(ge=0, le=13)]
AT_ONCE = 2  # issues that one member may have in progress


class Member(Entity):
    """Somebody who works on projects."""

    id: Annotated[int, KeyStyle(offset=500)]
    name: Text
    email: Text
    job_title: Text


class Project(Entity):
    """What its members work on; its lead plans the sprints."""

    id: Annotated[str, KeyStyle("{hex:8}")]
    name: Text
    lead_id: Ref[Member]
    member_ids: list[Ref[Member]]


class Sprint(Entity):
    """Two weeks or so, with room for so many points."""

    id: Annotated[int, KeyStyle()]
    project_id: Ref[Project]
    name: Text
    goal: Text
    state: SprintState
    capacity: Count
    starts_on: date | None = None
    ends_on: date | None = None


class Issue(Entity):
    """A piece of work; without a sprint it is in the backlog."""

    id: Annotated[str, KeyStyle("TASK-{n}")]
    project_id: Ref[Project]
    title: Text
    kind: Kind
    points: Points
    reporter_id: Ref[Member]
    assignee_id: Ref[Member] | None = None
    sprint_id: Ref[Sprint] | None = None
    blocker_ids: list[Ref["Issue"]] = Field(default_factory=list)
    status: IssueStatus = "todo"
    created_at: Created
    done_on: date | None = None


class SprintReport(Part):
    """How far a sprint is."""

    planned_points: Count
    done_points: Count
    free_points: Count
    open_issues: Count
    days_left: int


class SprintBoard(Environment):
    """Members plan issues into sprints, start them in turn, and have them reviewed."""

    naming = "camel"

    members: Table[Member]
    projects: Table[Project]
    sprints: Table[Sprint]
    issues: Table[Issue]

    @tool(effect="list", envelope="values")
    def project_list(self) -> list[Project]:
        """Projects that the caller is a member of."""
        return sorted(self.projects.where(member_ids__contains=self.me), key=lambda project: (project.name, project.id))

    @tool(effect="list", envelope="values")
    def member_list(self, project_id: Ref[Project]) -> list[Member]:
        """Members of a project, by name."""
        inside = self.members.where(id__among=self.projects.get(project_id).member_ids)
        return sorted(inside, key=lambda member: (member.name, member.id))

    @tool(effect="list", envelope="values")
    def sprint_list(self, project_id: Ref[Project], state: SprintState | None = None) -> list[Sprint]:
        """Sprints of a project, in the order they were made."""
        return self.sprints.where(project_id=self.projects.get(project_id).id, state=state)

    @tool(effect="get")
    def sprint_report(self, sprint_id: Ref[Sprint]) -> SprintReport:
        """Points, open issues and days left of a sprint."""
        sprint = self.sprints.get(sprint_id)
        issues = self.issues.where(sprint_id=sprint.id)
        planned = sum(issue.points for issue in issues)
        return SprintReport(
            planned_points=planned,
            done_points=sum(issue.points for issue in issues if issue.status == "done"),
            free_points=max(0, sprint.capacity - planned),
            open_issues=sum(issue.status != "done" for issue in issues),
            days_left=(sprint.ends_on - self.today).days if sprint.ends_on else 0,
        )

    @tool(effect="search", envelope="values", filters={"min_points": "points__ge", "max_points": "points__le"})
    def issue_search(
        self,
        text: Text | None = None,
        project_id: Ref[Project] | None = None,
        sprint_id: Ref[Sprint] | None = None,
        assignee_id: Ref[Member] | None = None,
        status: IssueStatus | None = None,
        kind: Kind | None = None,
        min_points: Points | None = None,
        max_points: Points | None = None,
        offset: Count = 0,
        max_results: Annotated[int, Field(ge=1, le=200)] = 50,
    ) -> list[Issue]:
        """Issues whose title holds every word of the text, in the order they were made."""
        found = self.issues.search(text, "title", kind=kind, status=status, points__ge=min_points, points__le=max_points)
        placed = self.issues.where(project_id=project_id, sprint_id=sprint_id, assignee_id=assignee_id)
        keys = {issue.id for issue in found}
        return [issue for issue in placed if issue.id in keys][offset : offset + max_results]

    @tool(effect="get")
    def issue_get(self, issue_id: Ref[Issue]) -> Issue:
        """One issue."""
        return self.issues.get(issue_id)

    @tool(effect="create")
    def issue_create(self, title: Text, project_id: Ref[Project], kind: Kind = "story", points: Points = 0) -> Issue:
        """Put a new issue into a project's backlog."""
        if not title.strip():
            raise InvalidArgument("title must not be blank")
        self._require_member(project_id)
        return self.issues.add(title=title, project_id=project_id, kind=kind, points=points, reporter_id=self.me)

    @tool(effect="update")
    def issue_estimate(self, issue_id: Ref[Issue], points: Points) -> Issue:
        """Set an issue's points. Its sprint must have room for them."""
        issue = self._visible(issue_id)
        if issue.status == "done":
            raise PreconditionFailed(f"{issue.id} is done; its points stay as they are")
        if issue.sprint_id:
            self._require_room(self.sprints.get(issue.sprint_id), points - issue.points)
        return self.issues.replace(issue, points=points)

    @tool(effect=assign(field="assignee_id"))
    def issue_assign(self, issue_id: Ref[Issue], member_id: Ref[Member]) -> Issue:
        """Give an issue that nobody has started to a member of its project."""
        issue, member = self._unstarted(issue_id), self.members.get(member_id)
        if member.id not in self.projects.get(issue.project_id).member_ids:
            raise PreconditionFailed(f"{member.name} is not a member of the project")
        return self.issues.assign(issue, member.id)

    @tool(effect=reserve)
    def issue_plan(self, issue_id: Ref[Issue], sprint_id: Ref[Sprint]) -> Issue:
        """Plan an issue into a sprint of its project, which must have room for its points."""
        issue, sprint = self._unstarted(issue_id), self.sprints.get(sprint_id)
        if issue.sprint_id == sprint.id:
            raise PreconditionFailed(f"{issue.id} is already planned for {sprint.name}")
        if sprint.project_id != issue.project_id:
            raise PreconditionFailed(f"{sprint.name} belongs to another project")
        if sprint.state == "closed":
            raise PreconditionFailed(f"{sprint.name} is closed")
        self._require_room(sprint, issue.points)
        return self.issues.replace(issue, sprint_id=sprint.id)

    @tool(effect=release)
    def issue_unplan(self, issue_id: Ref[Issue]) -> Issue:
        """Put an issue that nobody has started back into the backlog; its points are free again."""
        issue = self._unstarted(issue_id)
        if issue.sprint_id is None:
            raise PreconditionFailed(f"{issue.id} is in the backlog")
        return self.issues.replace(issue, sprint_id=None)

    @tool(effect=add_member(field="blocker_ids"))
    def issue_block(self, issue_id: Ref[Issue], blocker_id: Ref[Issue]) -> Issue:
        """Say that an issue cannot start before another one of the project is done."""
        issue, other = self._unstarted(issue_id), self.issues.get(blocker_id)
        if other.project_id != issue.project_id:
            raise PreconditionFailed(f"{other.id} belongs to another project")
        if issue.id in {other.id, *self._behind(other)}:
            raise PreconditionFailed(f"{other.id} itself waits for {issue.id}")
        return self.issues.add_member(issue, other.id)

    @tool(effect=remove_member(field="blocker_ids"))
    def issue_unblock(self, issue_id: Ref[Issue], blocker_id: Ref[Issue]) -> Issue:
        """Take back that an issue waits for another one."""
        return self.issues.remove_member(self._unstarted(issue_id), self.issues.get(blocker_id).id)

    @tool(effect=transition(field="status", sources=["todo"], target="inProgress"))
    def issue_start(self, issue_id: Ref[Issue]) -> Issue:
        """Start one of the caller's issues: it is in the active sprint, nothing blocks it, and at most one other is in progress."""
        issue = self._own(issue_id)
        if issue.sprint_id is None or self.sprints.get(issue.sprint_id).state != "active":
            raise PreconditionFailed(f"{issue.id} is not in an active sprint")
        waiting = [key for key in issue.blocker_ids if self.issues.get(key).status != "done"]
        if waiting:
            raise PreconditionFailed(f"{issue.id} waits for {', '.join(waiting)}")
        self._require_hands(self.me)
        return self.issues.transition(issue)

    @tool(effect=transition(field="status", sources=["inProgress"], target="inReview"))
    def issue_submit(self, issue_id: Ref[Issue]) -> Issue:
        """Hand one of the caller's issues in for review."""
        return self.issues.transition(self._own(issue_id))

    @tool(
        effect=[
            transition(field="status", sources=["inReview"], target="done"),
            transition(field="status", sources=["inReview"], target="inProgress"),
        ]
    )
    def issue_review(self, issue_id: Ref[Issue], approve: bool) -> Issue:
        """Approve a colleague's issue, which is then done, or send it back, which its assignee must have a hand free for."""
        issue = self._visible(issue_id)
        if issue.assignee_id == self.me:
            raise PermissionDenied("nobody reviews their own issue")
        if approve:
            return self.issues.transition(issue, "done", done_on=self.today)
        if issue.status == "inReview" and issue.assignee_id:
            self._require_hands(issue.assignee_id)
        return self.issues.transition(issue, "inProgress")

    @tool(effect=transition(field="state", sources=["future"], target="active"))
    def sprint_start(self, sprint_id: Ref[Sprint], days: Annotated[int, Field(ge=5, le=28)] = 14) -> Sprint:
        """Start a sprint that has issues, today. A project has one active sprint at a time."""
        sprint = self._led(sprint_id)
        running = self.sprints.where(project_id=sprint.project_id, state="active")
        if running:
            raise PreconditionFailed(f"{running[0].name} is still active")
        if not self.issues.where(sprint_id=sprint.id):
            raise PreconditionFailed(f"{sprint.name} has no issues")
        return self.sprints.transition(sprint, starts_on=self.today, ends_on=self.today + timedelta(days=days))

    @tool(effect=[transition(entity="Sprint", field="state", sources=["active"], target="closed"), move])
    def sprint_complete(self, sprint_id: Ref[Sprint], next_sprint_id: Ref[Sprint] | None = None) -> Sprint:
        """Close the active sprint. What is not done goes to a future sprint with room for all of it, or to the backlog."""
        sprint = self.sprints.transition(self._led(sprint_id))
        left = [issue for issue in self.issues.where(sprint_id=sprint.id) if issue.status != "done"]
        if next_sprint_id is not None:
            following = self.sprints.get(next_sprint_id)
            if following.project_id != sprint.project_id or following.state != "future":
                raise PreconditionFailed("the next sprint must be a future one of the same project")
            self._require_room(following, sum(issue.points for issue in left))
        for issue in left:
            self.issues.replace(issue, sprint_id=next_sprint_id, status="todo")
        return sprint

    @invariant
    def sprints_keep_to_their_capacity(self) -> bool:
        """No sprint has more points than capacity."""
        return all(self._planned(sprint) <= sprint.capacity for sprint in self.sprints)

    @invariant
    def one_sprint_at_a_time(self) -> bool:
        """A project has one active sprint at most, and a sprint has dates once it has started."""
        active = [sprint.project_id for sprint in self.sprints if sprint.state == "active"]
        dated = all((s.state == "future") == (s.starts_on is None) == (s.ends_on is None) for s in self.sprints)
        return dated and len(active) == len(set(active))

    @invariant
    def work_is_in_hand(self) -> bool:
        """An issue in work is with somebody, in an active sprint, and behind no open one; nobody has too many in progress."""
        busy = [issue for issue in self.issues if issue.status in {"inProgress", "inReview"}]
        hands = [issue.assignee_id for issue in busy if issue.status == "inProgress"]
        placed = all(i.sprint_id and self.sprints.get(i.sprint_id).state == "active" and i.assignee_id for i in busy)
        clear = all(self.issues.get(key).status == "done" for issue in busy for key in issue.blocker_ids)
        return placed and clear and all(hands.count(member) <= AT_ONCE for member in hands)

    @invariant
    def issues_stay_in_their_project(self) -> bool:
        """An issue's sprint, assignee and blockers are of its project; none waits for itself; a closed sprint has no open issue."""
        for issue in self.issues:
            sprint, inside = self.sprints.find(issue.sprint_id), self.projects.get(issue.project_id).member_ids
            if sprint and (sprint.project_id != issue.project_id or (sprint.state == "closed" and issue.status != "done")):
                return False
            if issue.assignee_id not in {None, *inside} or (issue.status == "done") != (issue.done_on is not None):
                return False
            if issue.id in self._behind(issue) or any(self.issues.get(key).project_id != issue.project_id for key in issue.blocker_ids):
                return False
        return True

    def _require_member(self, project_id: str) -> None:
        project = self.projects.get(project_id)
        if self.me not in project.member_ids:
            raise PermissionDenied(f"you are not a member of {project.name}")

    def _led(self, sprint_id: int) -> Sprint:
        sprint = self.sprints.get(sprint_id)
        if self.projects.get(sprint.project_id).lead_id != self.me:
            raise PermissionDenied("only the project's lead starts and completes sprints")
        return sprint

    def _visible(self, issue_id: str) -> Issue:
        issue = self.issues.get(issue_id)
        self._require_member(issue.project_id)
        return issue

    def _unstarted(self, issue_id: str) -> Issue:
        issue = self._visible(issue_id)
        if issue.status != "todo":
            raise PreconditionFailed(f"{issue.id} has been started")
        return issue

    def _own(self, issue_id: str) -> Issue:
        issue = self._visible(issue_id)
        if issue.assignee_id != self.me:
            raise PermissionDenied(f"{issue.id} is not assigned to you")
        return issue

    def _planned(self, sprint: Sprint) -> int:
        return sum(issue.points for issue in self.issues.where(sprint_id=sprint.id))

    def _require_room(self, sprint: Sprint, points: int) -> None:
        free = sprint.capacity - self._planned(sprint)
        if points > free:
            raise PreconditionFailed(f"{sprint.name} has {free} points left, {points} are needed")

    def _require_hands(self, member_id: int) -> None:
        if len(self.issues.where(assignee_id=member_id, status="inProgress")) >= AT_ONCE:
            raise PreconditionFailed(f"{self.members.get(member_id).name} already has {AT_ONCE} issues in progress")

    def _behind(self, issue: Issue) -> set[str]:
        """Everything an issue waits for, directly or not."""
        found, left = set(), list(issue.blocker_ids)
        while left:
            key = left.pop()
            if key not in found:
                found.add(key)
                left += self.issues.get(key).blocker_ids
        return found

    @classmethod
    def scenario(cls, draw):
        """Two or more projects, each with a sprint behind it and one ahead; all but the second have one under way."""
        people = [draw.person() for _ in range(max(4, min(9, draw.size // 2)))]
        members = [{"id": draw.key(Member), "name": p.name, "email": p.email, "job_title": draw.words("job_title")} for p in people]
        keys = [member["id"] for member in members]
        draw.sign_in(keys[0])
        projects, sprints, issues = [], [], []
        for place in range(2 + draw.size // 10):
            inside = draw.sample(keys[1:], 3) if place > 1 else [keys[0], *draw.sample(keys[1:], 3)]
            name = draw.distinct("project", lambda: draw.fill(["{project_name}"]))
            projects.append({"id": draw.key(Project), "name": name, "lead_id": inside[0], "member_ids": inside})
            states = ["closed", "future"] if place == 1 else ["closed", "active", "future"]
            own = [cls._seeded_sprint(draw, projects[-1], number, state) for number, state in enumerate(states)]
            added = [cls._seeded_issue(draw, number, projects[-1], own) for number in range(draw.size // 2 + 5)]
            for sprint in own:
                sprint["capacity"] += sum(issue["points"] for issue in added if issue["sprint_id"] == sprint["id"])
            sprints, issues = sprints + own, issues + added
        return {"members": members, "projects": projects, "sprints": sprints, "issues": issues}

    @staticmethod
    def _seeded_sprint(draw, project, number, state):
        """With room for some points beyond those planned."""
        about = {"id": draw.key(Sprint), "project_id": project["id"], "name": f"Sprint {number + 7}", "state": state}
        goal = draw.fill(["Finish {topic}", "Get {topic} ready for {month}", "Clear the open questions on {topic}"])
        starts = None if state == "future" else draw.today - timedelta(days=6 if state == "active" else 24)
        dates = {"starts_on": starts, "ends_on": starts and starts + timedelta(days=14)}
        return about | dates | {"goal": goal, "capacity": draw.integer(3, 12)}

    @staticmethod
    def _seeded_issue(draw, number, project, sprints):
        """The first few are in work by the lead, in review by another, ready, blocked, planned ahead, in the backlog, and done."""
        active = sprints[1] if len(sprints) == 3 else None
        places, inside = [active, active, active, active, sprints[-1], None, sprints[0]], project["member_ids"]
        sprint = places[number] if number < 7 else draw.choice(places)
        status = "done" if sprint and (sprint["state"] == "closed" or (sprint is active and number > 6 and draw.chance(0.5))) else "todo"
        if sprint and number < 2:
            status = ["inProgress", "inReview"][number]
        kind = draw.choice(["story", "story", "bug", "chore"])
        somebody = inside[0] if number in {0, 2} else draw.choice(inside[1:])
        return {
            "id": draw.key(Issue),
            "project_id": project["id"],
            "title": draw.distinct("title", lambda: draw.fill(["{issue_title}"] if kind == "bug" else ["{task_verb} {task_object}"])),
            "kind": kind,
            "points": draw.choice([1, 2, 3, 3, 5, 8]),
            "reporter_id": draw.choice(inside),
            "assignee_id": somebody if status != "todo" or number == 2 or draw.chance(0.4) else None,
            "sprint_id": sprint and sprint["id"],
            "blocker_ids": [Issue.entity_layout.mint(draw.counters["Issue"] - 2)] if number == 3 else [],
            "status": status,
            "created_at": draw.moment(-40, -26),
            "done_on": sprint["starts_on"] + timedelta(days=draw.integer(3, 5)) if status == "done" else None,
        }
