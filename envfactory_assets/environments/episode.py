"""Episodes: isolated runs of environments with one clock and one caller."""

import traceback
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import orjson
from pydantic import ValidationError

from envfactory_assets.environments.describe import describe
from envfactory_assets.environments.environment import Environment
from envfactory_assets.environments.errors import Conflict, ErrorCode, Refusal, ScenarioError, ToolError
from envfactory_assets.environments.naming import agent_tool_name, agent_tool_names
from envfactory_assets.environments.tools import Tool
from envfactory_assets.records.base import Audience, canonical_json
from envfactory_assets.records.environments import ToolSpec

_STATE_KEYS = frozenset({"now", "me", "counters", "tables"})


@dataclass(frozen=True)
class ToolResult:
    """What a call came to: a value, or an error."""

    value: Any = None
    error: ToolError | None = None
    defect: str | None = None  # the module's own failure, for whoever verifies it; never shown to an agent

    @property
    def ok(self) -> bool:
        """Whether the call succeeded."""
        return self.error is None

    @cached_property
    def content(self) -> str:
        """Canonical JSON for a tool message."""
        if self.error is None:
            return canonical_json(self.value)
        return canonical_json({"error": {"code": self.error.code, "message": self.error.message}})


def _refused(code: ErrorCode, message: str, defect: str | None = None) -> ToolResult:
    return ToolResult(error=ToolError(code, message), defect=defect)


class Episode:
    """One isolated run of one or more environments.

    Args:
        environments: the environment classes by id, at least one.
    """

    def __init__(self, environments: dict[str, type[Environment]]) -> None:
        if not environments:
            raise ValueError("An episode has at least one environment.")
        self.environments = dict(environments)
        self._names = agent_tool_names({env_id: list(cls.plan.tools) for env_id, cls in environments.items()})
        self._live: dict[str, Environment] = {}

    def reset(self, scenarios: dict[str, dict[str, Any]]) -> None:
        """Start from one state an environment; ``reset(snapshot())`` resumes exactly.

        Raises:
            ScenarioError: a state does not fit; what was running before goes on.
        """
        if not isinstance(scenarios, dict) or set(scenarios) != set(self.environments):
            raise ScenarioError(f"An episode of {', '.join(sorted(self.environments))} needs exactly one state for each.")
        live = {env_id: _loaded(env_id, cls, scenarios[env_id]) for env_id, cls in self.environments.items()}
        if len({environment.now for environment in live.values()}) > 1:
            raise ScenarioError("The states of one episode must have the same 'now'.")
        self._live = live

    def call(self, tool: str, arguments: dict[str, Any], requestor: Audience = "agent") -> ToolResult:
        """Call a tool: a value and its effect in the state, or an error and the state as it was.

        Args:
            tool: its name as the agent sees it.
            arguments: under their wire names.
            requestor: who calls; an agent sees no tool of another audience.
        """
        env_id, name = self._names.get(tool, ("", "")) if isinstance(tool, str) else ("", "")
        if not env_id:
            return _refused("not_found", f"There is no tool named {tool!r}.")
        compiled = self.environments[env_id].plan.tools[name]
        if compiled.declared.audience != requestor:
            return _refused("not_found", f"There is no tool named {tool!r}.")
        if not self._live:
            raise RuntimeError("Reset the episode before calling a tool.")
        return _run(self._live[env_id], compiled, arguments)

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """The states, as JSON; nothing is shared with the live ones."""
        return {env_id: _dumped(environment) for env_id, environment in self._live.items()}

    def advance(self, duration: timedelta) -> None:
        """Move the clock forward."""
        if duration < timedelta(0):
            raise ValueError("Time only moves forward.")
        for environment in self._live.values():
            environment._session.now += duration  # noqa: SLF001 - the episode owns its environments' session

    def name_of(self, env_id: str, tool: str) -> str:
        """The name an agent calls this tool by."""
        return agent_tool_name(env_id, tool, len(self.environments) > 1)

    def tools(self, audience: Audience = "agent") -> list[ToolSpec]:
        """The tools an audience may call, under the names it calls them by."""
        return [
            spec.model_copy(update={"name": self.name_of(env_id, spec.name)})
            for env_id, cls in self.environments.items()
            for spec in describe(cls, env_id).tools
            if spec.audience == audience
        ]

    def openai_tools(self, audience: Audience = "agent") -> list[dict[str, Any]]:
        """The tools in OpenAI's shape."""
        return [
            {"type": "function", "function": {"name": spec.name, "description": spec.description, "parameters": spec.input_schema}}
            for spec in self.tools(audience)
        ]


def _run(environment: Environment, tool: Tool, arguments: Any) -> ToolResult:
    session = environment._session  # noqa: SLF001
    session.undo.clear()
    session.running = tool
    done = False
    try:
        value = tool.function(environment, **tool.read(arguments))
        if session.undo:
            environment.check_invariants()
        result = ToolResult(tool.write(value))
        done = True
    except Refusal as refusal:
        return _refused(refusal.code, refusal.message)
    except Exception as error:  # noqa: BLE001 - whatever a module's code raises is its defect, not the caller's
        return _refused("unavailable", "The service could not answer this request.", _defect(error))
    else:
        return result
    finally:
        if not done:
            session.roll_back()
        session.undo.clear()
        session.running = None


def _defect(error: Exception) -> str:
    """A traceback without machine paths: the same text in any process."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "envfactory_assets" not in frame.filename]
    lines = [f"line {frame.lineno} in {frame.name}: {frame.line}" for frame in frames[:12]]
    return "\n".join([*lines, f"{type(error).__name__}: {error}"])


def _dumped(environment: Environment) -> dict[str, Any]:
    session = environment._session  # noqa: SLF001
    return {
        "now": session.now.isoformat().replace("+00:00", "Z"),
        "me": session.me,
        "counters": dict(session.counters),
        "tables": {
            name: entity.layout.rows.dump_python(list(getattr(environment, name)), mode="json", by_alias=False)
            for name, entity in environment.plan.tables.items()
        },
    }


def _loaded(env_id: str, cls: type[Environment], state: Any) -> Environment:
    """A live environment from a state.

    Raises:
        ScenarioError: one line about the first thing that is wrong.
    """
    plan = cls.plan
    if not isinstance(state, dict) or set(state) != _STATE_KEYS:
        raise ScenarioError(f"{env_id}: a state has exactly now, me, counters and tables.")
    counters, tables = state["counters"], state["tables"]
    if not isinstance(counters, dict) or not isinstance(tables, dict):
        raise ScenarioError(f"{env_id}: counters and tables are objects.")
    for what, found, known in (("counter", counters, plan.entities), ("table", tables, plan.tables)):
        unknown = sorted(map(str, set(found) - set(known)))
        if unknown:
            raise ScenarioError(f"{env_id}: there is no {what} {unknown[0]!r}; known are {', '.join(known)}.")
    if any(type(count) is not int or count < 0 for count in counters.values()):
        raise ScenarioError(f"{env_id}: a counter is an integer, 0 or more.")
    if not (state["me"] is None or type(state["me"]) in {str, int}):
        raise ScenarioError(f"{env_id}: me is an id or null.")
    environment = cls(_moment(env_id, state["now"]), state["me"], counters)
    for name, entity in plan.tables.items():
        _load_rows(env_id, environment, name, entity, tables.get(name, []))
    for name in plan.tables:
        for row in getattr(environment, name):
            for reference, key in getattr(environment, name).missing_references(row):
                raise ScenarioError(
                    f"{env_id}: {name}: {'.'.join(reference.path)} refers to {reference.target.name} {key!r}, which is missing."
                )
    try:
        environment.check_invariants()
    except Refusal as refusal:
        raise ScenarioError(f"{env_id}: {refusal.message}") from None
    return environment


def _load_rows(env_id: str, environment: Environment, name: str, entity: Any, rows: Any) -> None:
    try:
        getattr(environment, name).load(entity.layout.rows.validate_json(orjson.dumps(rows), strict=True, by_alias=False, by_name=True))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        raise ScenarioError(f"{env_id}: {name}{place}: {first['msg']}.") from None
    except Conflict as conflict:
        raise ScenarioError(f"{env_id}: {name}: {conflict.message}") from None
    except (TypeError, orjson.JSONEncodeError):
        raise ScenarioError(f"{env_id}: {name}: rows must be plain JSON.") from None


def _moment(env_id: str, text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ScenarioError(f"{env_id}: now is a moment in ISO 8601.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
