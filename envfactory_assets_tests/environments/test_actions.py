"""Typed effects: what must hold before, what changes, and what a refusal says."""

from datetime import date
from typing import Annotated, Literal

import pytest

from envfactory_assets.environments import Entity, Environment, Episode, Key, Ref, Table, describe, tool
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
from envfactory_assets.environments.errors import ModuleError
from envfactory_assets.environments.fields import Count, Money, Text
from envfactory_assets.environments.loading import load_environment

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


@pytest.fixture
def studio() -> Episode:
    state = Studio.empty_state()  # it is 12 May 2026
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
    episode = Episode({"studio": Studio})
    episode.reset({"studio": state})
    return episode


def refused(episode: Episode, name: str, **arguments) -> tuple[str, str]:
    """The code and the text of a refusal; nothing may have changed."""
    before = episode.snapshot()
    result = episode.call(name, arguments)
    assert result.error is not None, result.value
    assert result.defect is None
    assert episode.snapshot() == before
    return result.error.code, result.error.message


def done(episode: Episode, name: str, **arguments) -> dict:
    result = episode.call(name, arguments)
    assert result.ok, result.error
    return result.value


def test_a_status_goes_only_where_it_may(studio):
    assert done(studio, "change", task_id="T1", status="open")["status"] == "open"
    assert refused(studio, "change", task_id="T2", status="draft") == (
        "precondition_failed",
        "The task is open; from there it may become done, not draft.",
    )
    assert refused(studio, "change", task_id="T3", status="open")[1] == "The task is done; that is final, not open."


def test_what_stays_as_it_is_is_not_refused(studio):
    assert done(studio, "change", task_id="T3", status="done")["status"] == "done"


def test_what_lies_ahead_may_move_to_another_time_ahead(studio):
    assert done(studio, "change", task_id="T2", starts_on="2026-06-02")["starts_on"] == "2026-06-02"
    assert refused(studio, "change", task_id="T2", starts_on="2026-05-02")[0] == "precondition_failed"
    assert refused(studio, "change", task_id="T2", starts_on="2026-07-02")[0] == "invalid_argument"
    assert refused(studio, "change", task_id="T2", ends_on="2026-05-20")[0] == "invalid_argument"


def test_what_has_begun_stays_when_it_was(studio):
    code, message = refused(studio, "change", task_id="T3", starts_on="2026-08-01")
    assert (code, message) == ("precondition_failed", "The task began on 2026-05-01; its time cannot change any more.")


def test_nothing_is_moved_into_itself_or_below_itself(studio):
    assert done(studio, "change", task_id="T3", parent_id="T1")["parent_id"] == "T1"
    assert refused(studio, "change", task_id="T1", parent_id="T1")[0] == "conflict"
    assert refused(studio, "change", task_id="T1", parent_id="T2")[1] == "A task cannot be moved into itself or into what lies below it."
    assert refused(studio, "change", task_id="T1", parent_id="T9")[0] == "not_found"


def test_a_member_is_in_a_list_once(studio):
    assert done(studio, "watch", task_id="T1", person_id="P1")["watcher_ids"] == ["P1"]
    assert refused(studio, "watch", task_id="T1", person_id="P1") == ("conflict", "The task already has watcher 'P1'.")
    assert refused(studio, "watch", task_id="T1", person_id="P9")[0] == "not_found"
    assert done(studio, "unwatch", task_id="T1", person_id="P1")["watcher_ids"] == []
    assert refused(studio, "unwatch", task_id="T1", person_id="P1") == ("precondition_failed", "The task has no watcher 'P1'.")


def test_a_member_belongs_to_a_group_once(studio):
    done(studio, "enter", team_id="G1", person_id="P1")
    done(studio, "enter", team_id="G1", person_id="P2")
    assert refused(studio, "enter", team_id="G1", person_id="P1") == ("conflict", "Person 'P1' already belongs to team 'G1'.")


def test_an_assignment_is_given_and_taken_once(studio):
    assert refused(studio, "free", task_id="T1")[0] == "precondition_failed"
    assert done(studio, "give", task_id="T1", person_id="P1")["assignee_id"] == "P1"
    assert refused(studio, "give", task_id="T1", person_id="P1")[0] == "conflict"
    assert done(studio, "free", task_id="T1")["assignee_id"] is None


def test_capacity_is_never_exceeded_nor_given_back_twice(studio):
    assert done(studio, "take_seats", team_id="G1", seats=2)["seats_taken"] == 3
    assert refused(studio, "take_seats", team_id="G1", seats=1) == (
        "precondition_failed",
        "Only 0 of the team's seats is left; 1 is too much.",
    )
    assert done(studio, "free_seats", team_id="G1", seats=3)["seats_taken"] == 0
    assert refused(studio, "free_seats", team_id="G1", seats=1)[0] == "precondition_failed"
    assert refused(studio, "free_seats", team_id="G1", seats=0)[0] == "invalid_argument"


def test_no_more_is_paid_back_than_was_paid(studio):
    done(studio, "pay_back", task_id="T1", amount=30.0)
    assert refused(studio, "pay_back", task_id="T1", amount=30.0)[0] == "precondition_failed"
    assert done(studio, "pay_back", task_id="T1", amount=20.0)["refunded"] == 50.0


def test_the_specification_tells_the_slots_and_the_policy_the_rules():
    spec = describe(Studio, "studio")
    [change] = [each for each in spec.tools if each.name == "change"]
    families = {effect.family: effect for effect in change.effects}
    assert families["transition"].moves == {"draft": ("open",), "open": ("done",), "done": ()}
    assert (families["reschedule"].field, families["reschedule"].until) == ("starts_on", "ends_on")
    assert "- change: the status may go from draft to open, from open to done, from done to nothing else." in spec.policy
    assert "- watch: refused for a member that is in already." in spec.policy


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ('transition(field="status", moves={"draft": ["lost"]})', "names 'lost'"),
        ('reschedule(field="name", until="finish")', "is about the field 'finish'"),
        ('transition(field="status")', "A transition names its field, and its sources and target or its moves."),
    ],
)
def test_slots_that_fit_nothing_are_refused_when_the_module_is_loaded(declared: str, says: str):
    source = f'''
"""Tasks."""
from typing import Literal
from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.effects import reschedule, transition


class Task(Entity):
    """A task."""

    id: Key
    name: str
    status: Literal["draft", "open"]


class Desk(Environment):
    """A desk."""

    tasks: Table[Task]

    @tool(effect={declared})
    def change(self, task_id: Ref[Task], name: str) -> Task:
        """Change."""
        return self.tasks.revise(self.tasks.get(task_id), name=name)
'''
    with pytest.raises(ModuleError, match=says):
        load_environment(source, "desk")
