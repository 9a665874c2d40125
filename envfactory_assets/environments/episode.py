"""Episodes: isolated runs of environments with one clock and one caller."""

import traceback
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from envfactory_assets.environments.describe import describe
from envfactory_assets.environments.environment import Environment
from envfactory_assets.environments.errors import ErrorCode, Refusal, ScenarioError, ToolError
from envfactory_assets.environments.naming import agent_tool_name, agent_tool_names
from envfactory_assets.environments.scenarios import begun, dumped, seen, start_of
from envfactory_assets.environments.tools import Tool
from envfactory_assets.environments.wording import shown
from envfactory_assets.records.base import Audience, canonical_json
from envfactory_assets.records.environments import ToolSpec


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
        self._starts: dict[str, Environment] = {}
        self._live: dict[str, Environment] = {}

    def reset(self, scenarios: dict[str, dict[str, Any]]) -> None:
        """Start from one state an environment; ``reset(snapshot())`` resumes exactly.

        Raises:
            ScenarioError: a state does not fit; what was running before goes on.
        """
        if not isinstance(scenarios, dict) or set(scenarios) != set(self.environments):
            raise ScenarioError(f"An episode of {', '.join(sorted(self.environments))} needs exactly one state for each.")
        starts = {env_id: start_of(env_id, cls, scenarios[env_id]) for env_id, cls in self.environments.items()}
        if len({environment.now for environment in starts.values()}) > 1:
            raise ScenarioError("The states of one episode must have the same 'now'.")
        self._starts = starts
        self.restart()

    def restart(self) -> None:
        """Start anew from the states of the last reset."""
        self._live = {env_id: begun(start) for env_id, start in self._starts.items()}

    def call(self, tool: str, arguments: dict[str, Any], requestor: Audience = "agent") -> ToolResult:
        """Call a tool: a value and its effect in the state, or an error and the state as it was.

        Args:
            tool: its name as the agent sees it.
            arguments: under their wire names.
            requestor: who calls; an agent sees no tool of another audience.
        """
        env_id, name = self._names.get(tool, ("", "")) if isinstance(tool, str) else ("", "")
        compiled = self.environments[env_id].plan.tools[name] if env_id else None
        if compiled is None or compiled.declared.audience != requestor:
            return _refused("not_found", f"There is no tool named {shown(tool)}.")
        if not self._live:
            raise RuntimeError("Reset the episode before calling a tool.")
        return _run(self._live[env_id], compiled, arguments)

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """The states, as JSON; nothing is shared with the live ones."""
        return {env_id: dumped(environment) for env_id, environment in self._live.items()}

    def view(self) -> dict[str, dict[str, Any]]:
        """The states as ``snapshot`` gives them, to look at only; calls made later leave them as they are.

        Tables that are not written between two views are the same objects in both, and so are rows that stay as they are: to take and to
        compare views costs little.
        """
        return {env_id: seen(environment) for env_id, environment in self._live.items()}

    def advance(self, duration: timedelta) -> None:
        """Move the clock forward."""
        if duration < timedelta(0):
            raise ValueError("Time only moves forward.")
        for environment in self._live.values():
            environment.runtime_session.advance(duration)

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
    session = environment.runtime_session
    session.begin(tool)
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
        session.begin(None)


def _defect(error: Exception) -> str:
    """A traceback without machine paths: the same text in any process."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<")]
    lines = [f"line {frame.lineno} in {frame.name}: {frame.line}" for frame in frames[:12]]
    return "\n".join([*lines, f"{type(error).__name__}: {error}"])
