"""A studio: tasks of people in teams, one tool for each typed effect."""

from datetime import date
from typing import Annotated, Any, Literal

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.effects import (
    add_member,
    assign,
    move,
    refund,
    release,
    remove_member,
    reschedule,
    reserve,
    transition,
    unassign,
    update,
)
from envfactory_assets.environments.fields import Count, Money, Text

Status = Literal["draft", "open", "done"]


class Person(Entity):
    """Somebody."""

    id: Key
    name: Text


class Team(Entity):
    """A team."""

    id: Key
    seats: Count
    seats_taken: Count


class Membership(Entity):
    """Somebody in a team."""

    id: Key
    team_id: Ref[Team]
    person_id: Ref[Person]


class Task(Entity):
    """A task."""

    id: Key
    status: Status
    starts_on: date | None = None
    ends_on: date | None = None
    parent_id: Ref["Task"] | None = None
    assignee_id: Ref[Person] | None = None
    watcher_ids: list[Ref[Person]]
    price: Money = 0.0
    refunded: Money = 0.0


MOVES = {"draft": ["open"], "open": ["done"], "done": []}


class Studio(Environment):
    """Tasks of people in teams."""

    people: Table[Person]
    teams: Table[Team]
    memberships: Table[Membership]
    tasks: Table[Task]

    @tool(effect=[update, transition(field="status", moves=MOVES), reschedule(field="starts_on", until="ends_on"), move(field="parent_id")])
    def change(
        self,
        task_id: Ref[Task],
        status: Status | None = None,
        starts_on: date | None = None,
        ends_on: date | None = None,
        parent_id: Ref[Task] | None = None,
    ) -> Task:
        """Change a task."""
        given = {"status": status, "starts_on": starts_on, "ends_on": ends_on, "parent_id": parent_id}
        return self.tasks.revise(self.tasks.get(task_id), **{name: value for name, value in given.items() if value is not None})

    @tool(effect=add_member(field="watcher_ids"))
    def watch(self, task_id: Ref[Task], person_id: Ref[Person]) -> Task:
        """Watch."""
        return self.tasks.add_member(self.tasks.get(task_id), person_id)

    @tool(effect=remove_member(field="watcher_ids"))
    def unwatch(self, task_id: Ref[Task], person_id: Ref[Person]) -> Task:
        """Stop watching."""
        return self.tasks.remove_member(self.tasks.get(task_id), person_id)

    @tool(effect=add_member(entity=Membership, field="person_id", within="team_id"))
    def enter(self, team_id: Ref[Team], person_id: Ref[Person]) -> Membership:
        """Enter a team."""
        return self.memberships.join(team_id=team_id, person_id=person_id)

    @tool(effect=assign(field="assignee_id"))
    def give(self, task_id: Ref[Task], person_id: Ref[Person]) -> Task:
        """Give."""
        return self.tasks.assign(self.tasks.get(task_id), person_id)

    @tool(effect=unassign(field="assignee_id"))
    def free(self, task_id: Ref[Task]) -> Task:
        """Free."""
        return self.tasks.unassign(self.tasks.get(task_id))

    @tool(effect=reserve(entity=Team, field="seats_taken", limit="seats"))
    def take_seats(self, team_id: Ref[Team], seats: Annotated[int, "how many"]) -> Team:
        """Take seats."""
        return self.teams.draw(self.teams.get(team_id), seats)

    @tool(effect=release(entity=Team, field="seats_taken"))
    def free_seats(self, team_id: Ref[Team], seats: Annotated[int, "how many"]) -> Team:
        """Free seats."""
        return self.teams.give_back(self.teams.get(team_id), seats)

    @tool(effect=refund(field="refunded", limit="price"))
    def pay_back(self, task_id: Ref[Task], amount: Money) -> Task:
        """Pay back."""
        return self.tasks.draw(self.tasks.get(task_id), amount)


def studio_state() -> dict[str, Any]:
    """A state in which every effect is possible somewhere and refused somewhere; it is 12 May 2026."""
    state = Studio.empty_state()
    blank = {"starts_on": None, "ends_on": None, "parent_id": None, "assignee_id": None, "watcher_ids": [], "price": 50.0, "refunded": 0.0}
    tasks = [
        {"id": "T1", "status": "draft", **blank},
        {"id": "T2", "status": "open", **blank, "parent_id": "T1", "starts_on": "2026-06-01", "ends_on": "2026-06-05"},
        {"id": "T3", "status": "done", **blank, "parent_id": "T2", "starts_on": "2026-05-01"},
    ]
    state["tables"] |= {
        "people": [{"id": "P1", "name": "Ada"}, {"id": "P2", "name": "Bo"}],
        "teams": [{"id": "G1", "seats": 3, "seats_taken": 1}],
        "tasks": tasks,
    }
    state["counters"] |= {"Person": 2, "Team": 1, "Task": 3}
    return state
