"""Two environments with scenarios written by hand: the hotel desk that ships, and a task board in camel case with envelopes."""

from types import SimpleNamespace

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import describe, load_environment, runtime_version
from envfactory_assets.graph import build_graph
from envfactory_assets.records import EnvironmentSpec, PromotedEnvironment, Rejection, Scenario, ToolEdge, ToolNode, content_hash

NOW = "2026-05-12T09:00:00Z"

BOARD = '''
"""A task board."""

from datetime import date
from typing import Literal

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.effects import transition
from envfactory_assets.environments.fields import Text

Status = Literal["open", "done", "archived"]


class Project(Entity):
    """Tasks that belong together."""

    id: Key
    name: Text


class Task(Entity):
    """Something to do."""

    id: Key
    project_id: Ref[Project]
    title: Text
    due: date
    status: Status


class Board(Environment):
    """Projects and their tasks."""

    naming = "camel"
    projects: Table[Project]
    tasks: Table[Task]

    @tool(effect="list", envelope="items")
    def list_projects(self) -> list[Project]:
        """All projects."""
        return list(self.projects)

    @tool(effect="get")
    def get_project(self, project_id: Ref[Project]) -> Project:
        """One project."""
        return self.projects.get(project_id)

    @tool(effect="list", envelope="items")
    def list_tasks(self, project_id: Ref[Project] | None = None, status: Status | None = None, due: date | None = None) -> list[Task]:
        """Tasks, of one project if one is named."""
        return self.tasks.where(project_id=project_id, status=status, due=due)

    @tool(effect="get")
    def get_task(self, task_id: Ref[Task]) -> Task:
        """One task."""
        return self.tasks.get(task_id)

    @tool(effect="create")
    def create_task(self, project_id: Ref[Project], title: Text, due: date) -> Task:
        """Add a task to a project."""
        return self.tasks.add(project_id=project_id, title=title, due=due, status="open")

    @tool(effect="update")
    def update_task(self, task_id: Ref[Task], title: Text | None = None, due: date | None = None) -> Task:
        """Change a task's title or due date."""
        task = self.tasks.get(task_id)
        return self.tasks.replace(task, title=title or task.title, due=due or task.due)

    @tool(effect=transition(field="status", sources=["open"], target="done"))
    def complete_task(self, task_id: Ref[Task]) -> Task:
        """Complete an open task."""
        return self.tasks.transition(self.tasks.get(task_id), "done")

    @tool(effect=transition(field="status", sources=["done"], target="open"))
    def reopen_task(self, task_id: Ref[Task]) -> Task:
        """Open a completed task again."""
        return self.tasks.transition(self.tasks.get(task_id), "open")

    @tool(effect=transition(field="status", sources=["done"], target="archived"))
    def archive_task(self, task_id: Ref[Task]) -> Task:
        """Archive a completed task for good."""
        return self.tasks.transition(self.tasks.get(task_id), "archived")

    @tool(effect="delete")
    def delete_task(self, task_id: Ref[Task]) -> Task:
        """Delete a task."""
        task = self.tasks.get(task_id)
        self.tasks.remove(task)
        return task

    @tool(effect="list", audience="control")
    def audit(self) -> list[Task]:
        """Everything, for operators."""
        return list(self.tasks)
'''


def _room(number: int, kind: str, rate: int) -> dict:
    return {"id": f"R{number}", "number": str(number), "kind": kind, "nightly_rate": float(rate)}


def _stay(number: int, room: int, guest: str, nights: tuple[str, str], *, status: str, total: int) -> dict:
    paid, refunded = float(total), float(total if status == "cancelled" else 0)
    row = {"id": f"S{number}", "room_id": f"R{room}", "guest_id": guest, "arrives": nights[0], "leaves": nights[1], "status": status}
    return row | {"total": paid, "paid": paid, "refunded": refunded}


def hotel_states() -> list[dict]:
    """A quiet week and a busy one."""
    rooms = [
        _room(101, "single", 85),
        _room(108, "single", 85),
        _room(204, "double", 120),
        _room(207, "double", 110),
        _room(309, "suite", 260),
    ]
    stays = [
        _stay(9, 101, "U3", ("2026-03-02", "2026-03-03"), status="checked_out", total=85),
        _stay(14, 204, "U3", ("2026-05-15", "2026-05-18"), status="booked", total=360),
        _stay(15, 207, "U4", ("2026-05-20", "2026-05-22"), status="booked", total=220),
        _stay(17, 101, "U3", ("2026-05-12", "2026-05-14"), status="booked", total=170),
        _stay(21, 309, "U3", ("2026-06-06", "2026-06-09"), status="booked", total=780),
    ]
    state = {"now": NOW, "me": "U3", "counters": {"Room": 400, "Stay": 21}}
    return [state | {"tables": {"rooms": rooms, "stays": stays[:3]}}, state | {"tables": {"rooms": rooms, "stays": stays}}]


def board_states() -> list[dict]:
    """A few tasks and many."""
    projects = [{"id": f"P{n}", "name": name} for n, name in enumerate(("Garden", "Kitchen", "Archive"), 1)]
    tasks = [
        {
            "id": f"T{n}",
            "project_id": f"P{n % 3 + 1}",
            "title": f"Job {n}",
            "due": f"2026-06-{n:02}",
            "status": ("open", "done", "archived")[n % 3],
        }
        for n in range(1, 10)
    ]
    state = {"now": NOW, "me": None, "counters": {"Project": 3, "Task": 9}}
    return [state | {"tables": {"projects": projects, "tasks": tasks[:4]}}, state | {"tables": {"projects": projects, "tasks": tasks}}]


def promoted(env_id: str, source: str) -> PromotedEnvironment:
    """An environment as the verification stage would promote it."""
    spec = describe(load_environment(source, env_id), env_id)
    return PromotedEnvironment(
        domain="travel",
        env_id=env_id,
        code_sha256=content_hash(source),
        runtime_version=runtime_version(),
        verifier_version="v",
        resource_id=None,
        content_sha256=None,
        author="hand",
        source_code=source,
        spec=spec.model_dump(mode="json"),
        policy=spec.policy,
        grade=1.0,
        tool_count=len(spec.tools),
        cluster=env_id,
        split="train",
        current=True,
    )


def scenarios(environment: PromotedEnvironment, states: list[dict]) -> list[Scenario]:
    """Scenario rows for states."""
    return [
        Scenario(
            domain=environment.domain,
            scenario_id=f"{environment.env_id}-s{index}",
            env_id=environment.env_id,
            code_sha256=environment.code_sha256,
            purpose="sft",
            seed=index,
            state=state,
            state_sha256=content_hash(state),
            row_count=sum(map(len, state["tables"].values())),
        )
        for index, state in enumerate(states)
    ]


def built(env_id: str, source: str, states: list[dict]) -> SimpleNamespace:
    """An environment, its scenarios and its graph."""
    environment = promoted(env_id, source)
    rows = scenarios(environment, states)
    graph = build_graph(environment, rows)
    return SimpleNamespace(
        environment=environment,
        spec=EnvironmentSpec.model_validate(environment.spec),
        scenarios=rows,
        nodes=graph.of(ToolNode),
        edges=graph.of(ToolEdge),
        rejections=graph.of(Rejection),
    )


@pytest.fixture(scope="session")
def hotel() -> SimpleNamespace:
    """The hotel desk and its graph."""
    return built("hotel_desk", (bundled("environments") / "travel" / "hotel_desk.py").read_text(), hotel_states())


@pytest.fixture(scope="session")
def board() -> SimpleNamespace:
    """The task board and its graph."""
    return built("board", BOARD, board_states())
