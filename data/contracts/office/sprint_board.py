"""What the sprint board does, tool by tool."""

from datetime import timedelta

from envfactory_assets.environments.contract import answers, at_least, at_most, changed, denied, fits, made, refused, says, senseless, shows


def project_list(was):
    yield shows((project for project in was.projects if was.me in project.member_ids), "name id")


def member_list(was, project_id):
    inside = was.projects[project_id].member_ids
    yield shows((member for member in was.members if member.id in inside), "name id")


def sprint_list(was, project_id, state):
    project = was.projects[project_id]
    yield shows(sprint for sprint in was.sprints if fits(sprint, project_id=project.id, state=state))


def sprint_report(was, sprint_id):
    sprint = was.sprints[sprint_id]
    planned = _planned(was, sprint)
    left = [issue for issue in _issues(was, sprint) if issue.status != "done"]
    points = {"planned_points": planned, "done_points": planned - sum(issue.points for issue in left)}
    days = (sprint.ends_on - was.day).days if sprint.ends_on else 0
    yield answers({**points, "free_points": max(sprint.capacity - planned, 0), "open_issues": len(left), "days_left": days})


def issue_search(was, text, project_id, sprint_id, assignee_id, status, kind, min_points, max_points, offset, max_results):
    told = {"project_id": project_id, "sprint_id": sprint_id, "assignee_id": assignee_id, "status": status, "kind": kind}
    fitting = (i for i in was.issues if fits(i, **told) and at_least(i.points, min_points) and at_most(i.points, max_points))
    yield shows([issue for issue in fitting if says(text, issue.title)][offset : offset + max_results])


def issue_get(was, issue_id):
    yield shows([was.issues[issue_id]])


def issue_create(was, title, project_id, kind, points):
    yield senseless(not title.strip())
    yield denied(was.me not in was.projects[project_id].member_ids)
    what = {"project_id": project_id, "title": title, "kind": kind, "points": points, "reporter_id": was.me}
    begun = {"assignee_id": None, "sprint_id": None, "blocker_ids": [], "status": "todo", "done_on": None}
    yield made(was.issues, **what, **begun, created_at=was.moment)


def issue_estimate(was, issue_id, points):
    issue = was.issues[issue_id]
    yield _is_closed_to(was, issue)
    yield refused(issue.status == "done")
    if issue.sprint_id:
        sprint = was.sprints[issue.sprint_id]
        yield refused(_planned(was, sprint) - issue.points + points > sprint.capacity)
    yield changed(issue, points=points)


def issue_assign(was, issue_id, member_id):
    issue = was.issues[issue_id]
    yield from _unstarted(was, issue)
    member = was.members[member_id]
    yield refused(member.id not in was.projects[issue.project_id].member_ids, issue.assignee_id == member.id)
    yield changed(issue, assignee_id=member.id)


def issue_plan(was, issue_id, sprint_id):
    issue = was.issues[issue_id]
    yield from _unstarted(was, issue)
    sprint = was.sprints[sprint_id]
    yield refused(issue.sprint_id == sprint_id, sprint.project_id != issue.project_id, sprint.state == "closed")
    yield refused(_planned(was, sprint) + issue.points > sprint.capacity)
    yield changed(issue, sprint_id=sprint_id)


def issue_unplan(was, issue_id):
    issue = was.issues[issue_id]
    yield from _unstarted(was, issue)
    yield refused(issue.sprint_id is None)
    yield changed(issue, sprint_id=None)


def issue_block(was, issue_id, blocker_id):
    issue = was.issues[issue_id]
    yield from _unstarted(was, issue)
    other = was.issues[blocker_id]
    yield refused(other.project_id != issue.project_id, issue.id in _behind(was, other), other.id in issue.blocker_ids)
    yield changed(issue, blocker_ids=[*issue.blocker_ids, other.id])


def issue_unblock(was, issue_id, blocker_id):
    issue = was.issues[issue_id]
    yield from _unstarted(was, issue)
    yield refused(was.issues[blocker_id].id not in issue.blocker_ids)
    yield changed(issue, blocker_ids=[key for key in issue.blocker_ids if key != blocker_id])


def issue_start(was, issue_id):
    issue = was.issues[issue_id]
    yield _is_closed_to(was, issue)
    yield denied(issue.assignee_id != was.me)
    yield refused(issue.sprint_id is None or was.sprints[issue.sprint_id].state != "active", issue.status != "todo")
    yield refused(any(was.issues[key].status != "done" for key in issue.blocker_ids), _has_no_hands(was, was.me))
    yield changed(issue, status="inProgress")


def issue_submit(was, issue_id):
    issue = was.issues[issue_id]
    yield _is_closed_to(was, issue)
    yield denied(issue.assignee_id != was.me)
    yield refused(issue.status != "inProgress")
    yield changed(issue, status="inReview")


def issue_review(was, issue_id, approve):
    issue = was.issues[issue_id]
    yield _is_closed_to(was, issue)
    yield denied(issue.assignee_id == was.me)
    yield refused(issue.status != "inReview", not approve and _has_no_hands(was, issue.assignee_id))
    yield changed(issue, status="done", done_on=was.day) if approve else changed(issue, status="inProgress")


def sprint_start(was, sprint_id, days):
    sprint = was.sprints[sprint_id]
    yield denied(was.projects[sprint.project_id].lead_id != was.me)
    running = [each for each in was.sprints if each.project_id == sprint.project_id and each.state == "active"]
    yield refused(sprint.state != "future", running, not _issues(was, sprint))
    yield changed(sprint, state="active", starts_on=was.day, ends_on=was.day + timedelta(days=days))


def sprint_complete(was, sprint_id, next_sprint_id):
    sprint = was.sprints[sprint_id]
    yield denied(was.projects[sprint.project_id].lead_id != was.me)
    yield refused(sprint.state != "active")
    left = [issue for issue in _issues(was, sprint) if issue.status != "done"]
    if next_sprint_id is not None:
        following = was.sprints[next_sprint_id]
        yield refused(following.project_id != sprint.project_id, following.state != "future")
        yield refused(_planned(was, following) + sum(issue.points for issue in left) > following.capacity)
    yield changed(sprint, state="closed")
    for issue in left:
        yield changed(issue, sprint_id=next_sprint_id, status="todo")


def _issues(was, sprint):
    return [issue for issue in was.issues if issue.sprint_id == sprint.id]


def _planned(was, sprint):
    return sum(issue.points for issue in _issues(was, sprint))


def _is_closed_to(was, issue):
    return denied(was.me not in was.projects[issue.project_id].member_ids)


def _unstarted(was, issue):
    yield _is_closed_to(was, issue)
    yield refused(issue.status != "todo")


def _has_no_hands(was, member_id):
    return sum(issue.assignee_id == member_id and issue.status == "inProgress" for issue in was.issues) >= 2


def _behind(was, issue):
    """An issue and all that it waits for."""
    found = [issue.id]
    for key in found:  # grows on the way
        found += [each for each in was.issues[key].blocker_ids if each not in found]
    return found
