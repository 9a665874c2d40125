from typing import Any

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import Environment, Episode, load_environment

NOW = "2026-05-12T09:00:00Z"


def hotel_state(desk: type[Environment]) -> dict[str, Any]:
    """Mara is U3; she has a stay this week, one long past and one in June; U4 has one too."""
    state = desk.empty_state(now=NOW, me="U3")
    state["counters"] = {"Room": 400, "Stay": 21}
    state["tables"] = {
        "rooms": [
            {"id": "R108", "number": "108", "kind": "single", "nightly_rate": 85.0, "connects_to_id": None},
            {"id": "R204", "number": "204", "kind": "double", "nightly_rate": 120.0, "connects_to_id": None},
            {"id": "R207", "number": "207", "kind": "double", "nightly_rate": 110.0, "connects_to_id": None},
            {"id": "R310", "number": "310", "kind": "suite", "nightly_rate": 280.0, "connects_to_id": None},
        ],
        "stays": [
            _stay("S9", "R108", "U3", ("2026-03-02", "2026-03-03"), status="checked_out", total=85.0),
            _stay("S14", "R204", "U3", ("2026-05-15", "2026-05-18"), status="booked", total=360.0),
            _stay("S20", "R207", "U4", ("2026-05-12", "2026-05-14"), status="booked", total=220.0),
            _stay("S21", "R310", "U3", ("2026-06-06", "2026-06-09"), status="booked", total=840.0),
        ],
    }
    return state


def _stay(key: str, room: str, guest: str, nights: tuple[str, str], *, status: str, total: float) -> dict[str, Any]:
    places = {"id": key, "room_id": room, "guest_id": guest, "arrives": nights[0], "leaves": nights[1]}
    return places | {"status": status, "total": total, "paid": total, "refunded": 0.0}


@pytest.fixture(scope="session")
def desk() -> type[Environment]:
    return load_environment((bundled("environments") / "travel" / "hotel_desk.py").read_text(encoding="utf-8"), "hotel_desk")


@pytest.fixture
def start(desk: type[Environment]) -> dict[str, dict[str, Any]]:
    return {"hotel_desk": hotel_state(desk)}


@pytest.fixture
def episode(desk: type[Environment], start: dict[str, dict[str, Any]]) -> Episode:
    made = Episode({"hotel_desk": desk})
    made.reset(start)
    return made


TASKS = '''"""Tasks: projects, tasks under tasks, notes and settings; made for tests."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Page, Part, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import transition
from envfactory_assets.environments.fields import Created, IsCaller, KeyStyle, Money, OnDelete, Text, Updated, Volatile


class User(Entity):
    id: Annotated[int, KeyStyle(offset=1000)]
    full_name: Text


class Project(Entity):
    gid: Annotated[str, KeyStyle("prj_{hex:8}")]
    name: Text
    owner_id: Annotated[Ref[User], IsCaller()]
    member_ids: list[Annotated[Ref[User], OnDelete("set_null")]]
    created_at: Created


class Line(Part):
    unit_price: Money
    assignee_id: Ref[User] | None = None
    photo_url: Text | None = Field(default=None, alias="photoURL")


class Task(Entity):
    """Something to do."""

    id: Annotated[int, KeyStyle()]
    title: Text
    project_gid: Annotated[Ref[Project], OnDelete("cascade")]
    parent_id: Ref["Task"] | None
    due_on: date | None
    starts_at: datetime | None
    state: Literal["open", "done", "archived"]
    tags: list[Text]
    lines: list[Line]
    updated_at: Updated
    etag: Annotated[Text, Volatile()]


class Board(Environment):
    """Projects and their tasks."""

    naming = "camel"

    users: Table[User]
    projects: Table[Project]
    tasks: Table[Task]

    @tool(effect="list", envelope="data", cursor="nextPage")
    def list_tasks(
        self,
        project_gid: Ref[Project] | None = None,
        state: Literal["open", "done", "archived"] | None = None,
        due_before: date | None = None,
        tags: Text | None = None,
        query: Text | None = None,
        limit: int | None = None,
        cursor: Text | None = None,
    ) -> Page[Task]:
        """Tasks, soonest made first."""
        found = self.tasks.where(project_gid=project_gid, state=state, due_on__le=due_before, tags__contains=tags)
        matching = {task.id for task in self.tasks.search(query)}
        return self.tasks.page([task for task in found if task.id in matching], limit, cursor)

    @tool(effect="create")
    def create_task(
        self,
        title: Text,
        project_gid: Ref[Project],
        parent_id: Ref[Task] | None = None,
        due_on: date | None = None,
        starts_at: datetime | None = None,
        tags: list[Text] | None = None,
        lines: list[Line] | None = None,
    ) -> Task:
        """Make a task."""
        return self.tasks.add(
            title=title, project_gid=project_gid, parent_id=parent_id, due_on=due_on, starts_at=starts_at,
            state="open", tags=tags or [], lines=lines or [], etag=f"v{len(self.tasks)}",
        )

    @tool(effect="create")
    def create_project(self, name: Text) -> Project:
        """Make a project."""
        return self.projects.add(name=name, owner_id=self.me, member_ids=[self.me])

    @tool(effect=transition(field="state", sources=["open"], target="done"), name="tasks_finish")
    def finish_task(self, task_id: Ref[Task]) -> Task:
        """Finish a task."""
        return self.tasks.transition(self.tasks.get(task_id), tags=["finished"])

    @tool(effect="update")
    def rename_task(self, task_id: Ref[Task], title: Text) -> Task:
        """Rename a task."""
        return self.tasks.replace(self.tasks.get(task_id), title=title, etag="renamed")

    @tool(effect="delete")
    def delete_project(self, project_gid: Ref[Project]) -> None:
        """Delete a project and its tasks."""
        self.projects.remove(self.projects.get(project_gid))

    @tool(effect="delete")
    def delete_task(self, task_id: Ref[Task]) -> None:
        """Delete a task without tasks under it."""
        self.tasks.remove(self.tasks.get(task_id))

    @tool(effect="delete")
    def delete_user(self, user_id: Ref[User]) -> None:
        """Delete a user."""
        self.users.remove(self.users.get(user_id))

    @tool(effect="update", audience="control")
    def break_down(self, how: Literal["after_write", "in_place", "wrong_result"]) -> Task:
        """Fails in several ways."""
        task = self.tasks.add(
            title="half", project_gid=next(iter(self.projects)).gid, parent_id=None, due_on=None, starts_at=None,
            state="open", tags=["x"], lines=[], etag="e",
        )
        self.projects.remove(next(iter(self.projects)))
        if how == "after_write":
            raise KeyError("a bug")
        if how == "in_place":
            task.tags.append("sneaked in")
        return "not a task"

    @invariant
    def titles_are_short(self) -> bool:
        """A title has at most 40 characters"""
        return all(len(task.title) <= 40 for task in self.tasks)
'''


def board_state(board: type[Environment]) -> dict[str, Any]:
    """Two users, two projects, three tasks; task 3 is under task 1."""
    state = board.empty_state(now=NOW, me=1001)
    state["counters"] = {"User": 2, "Project": 2, "Task": 3}
    layout = {name: entity.entity_layout for name, entity in board.plan.entities.items()}
    first, second = (layout["Project"].mint(n) for n in (1, 2))
    task = {"due_on": None, "starts_at": None, "state": "open", "tags": [], "lines": [], "updated_at": NOW, "etag": "e"}
    state["tables"] = {
        "users": [{"id": 1001, "full_name": "Mara Lindqvist"}, {"id": 1002, "full_name": "Jo Ede"}],
        "projects": [
            {"gid": first, "name": "Roof", "owner_id": 1001, "member_ids": [1001, 1002], "created_at": NOW},
            {"gid": second, "name": "Garden", "owner_id": 1001, "member_ids": [], "created_at": NOW},
        ],
        "tasks": [
            {"id": 1, "title": "Buy slates", "project_gid": first, "parent_id": None} | task | {"due_on": "2026-06-01", "tags": ["shop"]},
            {"id": 2, "title": "Sow", "project_gid": second, "parent_id": None} | task,
            {"id": 3, "title": "Call the roofer", "project_gid": first, "parent_id": 1} | task,
        ],
    }
    return state


@pytest.fixture(scope="session")
def board() -> type[Environment]:
    return load_environment(TASKS, "board")


@pytest.fixture
def board_episode(board: type[Environment]) -> Episode:
    made = Episode({"board": board})
    made.reset({"board": board_state(board)})
    return made
