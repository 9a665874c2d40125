"""A foreign module as an environment: its own worker, what it is, and requests to it that never raise what it did wrong."""

import ast
from collections import Counter
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import Any, Self

import orjson
from pydantic import BaseModel, ConfigDict

from envfactory_assets.environments.errors import ModuleError
from envfactory_assets.environments.foreign.host import HANDLER
from envfactory_assets.environments.foreign.layout import Layout, State
from envfactory_assets.environments.foreign.specs import entity_name, infer_spec
from envfactory_assets.environments.naming import agent_tool_names
from envfactory_assets.sandbox.limits import Limits
from envfactory_assets.sandbox.workers import Worker, WorkerFailure

FOREIGN_AUTHOR = "imported"
LIMITS = Limits(seconds=5.0)
MOST_LOST = 2
"""How often one tool may cost its worker before it is not called any more; of a whole module three times as often."""

_SERVERS = frozenset({"mcp.server.fastmcp", "mcp.server", "fastmcp"})


def is_foreign(source: str) -> bool:
    """Whether a source is a module of the paper's shape: it makes a ``FastMCP`` server. Text that is no Python is none."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(
        isinstance(node, ast.ImportFrom) and node.module in _SERVERS and any(alias.name == "FastMCP" for alias in node.names)
        for node in ast.walk(tree)
    )


class _ToolTold(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    description: str
    lists: list[str]
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]


class _Told(BaseModel):
    """What a worker may tell of a module: it is not believed before it has this shape."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    about: str
    has_class: bool
    scenario: dict[str, Any] | None
    tools: list[_ToolTold]


class _Entity:
    """An entity as comparisons of states need it."""

    def __init__(self, name: str, key: str) -> None:
        self.__name__ = name
        self.entity_layout = SimpleNamespace(key=key, volatile=frozenset())


@dataclass
class _Lost:
    """What calls have cost workers."""

    by_tool: Counter[str]
    last: dict[str, WorkerFailure]


class ForeignEnvironment:
    """A foreign module in a sandboxed process of its own; close it after use, or use it in a ``with`` statement.

    Args:
        source: the module's code.
        env_id: its id.
        hash_seed: of the process.
        limits: what one request may use.

    Attributes:
        spec: what it is, inferred from its names and types.
        layout: how its scenarios become states.
        plan: its tables and tools as consumers of our own environments look for them.

    Raises:
        ModuleError: the module cannot be run or is not of the shape; one line says why.
    """

    def __init__(self, source: str, env_id: str, *, hash_seed: int = 0, limits: Limits | None = None) -> None:
        self.source = source
        self.env_id = env_id
        self._worker = Worker((HANDLER,), hash_seed=hash_seed, limits=limits or LIMITS)
        self._lost = _Lost(Counter(), {})
        self._sessions = count(1)
        self._over: list[str] = []
        try:
            told = self._described()
        except ModuleError:
            self.close()
            raise
        self.has_class = bool(told["has_class"])
        self.isolation = self._worker.isolation
        entities = {table.name: _Entity(entity_name(self.layout, table), table.key) for table in self.layout.tables.values()}
        self.plan = SimpleNamespace(
            tables=entities,
            entities={entity.__name__: entity for entity in entities.values()},
            tools={tool.name: SimpleNamespace(declared=SimpleNamespace(audience=tool.audience)) for tool in self.spec.tools},
            descriptions={env_id: self.spec},
            about=self.spec.description,
            invariants=(),
        )

    def _described(self) -> dict[str, Any]:
        answer = self._asked_what_it_is()
        try:
            told = _Told.model_validate(answer).model_dump()
            self.layout = Layout(told["scenario"])
            self.spec = infer_spec(told, self.layout, self.env_id)
            agent_tool_names({self.env_id: [tool["name"] for tool in told["tools"]]})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModuleError(f"{self.env_id}: the module does not describe itself as tools with schemas: {_line(error)}.") from None
        return told

    def _asked_what_it_is(self) -> Any:
        try:
            answer = self._worker.request(HANDLER, {"do": "describe", "source": self.source})
        except WorkerFailure as failure:
            raise ModuleError(f"{self.env_id}: in the sandbox the module {_line(failure.message)}.") from None
        if isinstance(answer, dict) and "unfit" in answer:
            raise ModuleError(f"{self.env_id}: {_line(answer['unfit'])}.")
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._worker.close()

    def new_session(self) -> str:
        """A name for a session that no other has."""
        return f"s{next(self._sessions)}"

    def request(self, do: str, session: str, **details: Any) -> dict[str, Any]:
        """Ask the worker something about a session.

        Raises:
            WorkerFailure: the request brought no answer; whatever it was about is lost.
        """
        about = str(details.get("tool", do))
        if self._lost.by_tool[about] >= MOST_LOST or self._lost.by_tool.total() >= 3 * MOST_LOST:
            raise self._lost.last.get(about) or next(iter(self._lost.last.values()))
        if do == "open":
            details["source"] = self.source
        over, self._over = self._over, []
        try:
            reply = self._worker.request(HANDLER, {"do": do, "session": session, "over": over, **details})
            orjson.dumps(reply)
        except (TypeError, orjson.JSONEncodeError):
            raise WorkerFailure("raised", "answered with what is no plain JSON") from None
        except WorkerFailure as failure:
            if failure.kind != "raised":
                self._lost.by_tool[about] += 1
                self._lost.last[about] = failure
            raise
        if not isinstance(reply, dict):
            raise WorkerFailure("raised", "answered with something else than an object")
        return reply

    def forget(self, session: str) -> None:
        """Let a session go: the next request tells the worker."""
        self._over.append(session)

    def empty_state(self) -> State:
        """The least scenario its model allows, as a state."""
        from envfactory_assets.environments.foreign.seeding import least_scenario  # noqa: PLC0415 - seeding reads environments

        return self.layout.state(least_scenario(self.layout))


def _line(text: object) -> str:
    """A text on one line, not too long."""
    return " ".join(str(text).split())[:300].rstrip(".")
