"""What is served, and one client's run of it. Nothing here knows the protocol."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envfactory_assets.environments.describe import describe
from envfactory_assets.environments.episode import ToolResult
from envfactory_assets.environments.errors import ErrorCode, ScenarioError, ToolError
from envfactory_assets.environments.foreign import AnyEnvironment, ForeignEnvironment, open_episode
from envfactory_assets.records.base import Audience
from envfactory_assets.records.environments import EffectSpec, EnvironmentSpec, ToolSpec

LOAD, SAVE = "load_scenario", "save_scenario"


@dataclass(frozen=True)
class Service:
    """An environment as it is served.

    Args:
        env_id: its id.
        environment: its class, or a foreign module.
        state: what every session starts from.
        version: what clients are told the version is.
        control: whether clients see the tools that set and read the whole state, and the environment's own control tools.

    Raises:
        ScenarioError: sessions cannot start from the state.
        ValueError: with ``control``, a tool of the environment has the name of a control tool.
    """

    env_id: str
    environment: AnyEnvironment
    state: dict[str, Any]
    version: str = ""
    control: bool = False

    def __post_init__(self) -> None:
        if len({tool.name for tool in self.tools}) < len(self.tools):
            raise ValueError(f"{self.env_id} has a tool named {LOAD} or {SAVE} itself: it cannot be served with control tools.")
        Session(self)

    @cached_property
    def spec(self) -> EnvironmentSpec:
        """What is known of the environment."""
        return self.environment.spec if isinstance(self.environment, ForeignEnvironment) else describe(self.environment, self.env_id)

    @property
    def has_rows(self) -> bool:
        """Whether sessions start with any row."""
        return any(self.state.get("tables", self.state).values())

    @cached_property
    def tools(self) -> tuple[ToolSpec, ...]:
        """The tools a client sees, under the names it calls them by."""
        episode = open_episode(self.environment, self.env_id)
        shown = episode.tools("agent")
        return (*shown, *episode.tools("control"), *_control_tools(self.environment)) if self.control else tuple(shown)

    @cached_property
    def audiences(self) -> dict[str, Audience]:
        """Who a call of each tool is made as."""
        return {tool.name: tool.audience for tool in self.tools}


class Session:
    """One client's run of a service: an episode of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._episode = open_episode(service.environment, service.env_id)
        self._episode.reset({service.env_id: service.state})

    def call(self, tool: str, arguments: dict[str, Any]) -> ToolResult:
        """Call a tool: a value, or an error and the state as it was."""
        if self._service.control and tool in {LOAD, SAVE}:
            return self._load(arguments) if tool == LOAD else self._save(arguments)
        return self._episode.call(tool, arguments, self._service.audiences.get(tool, "agent"))

    def _load(self, arguments: dict[str, Any]) -> ToolResult:
        if set(arguments) != {"scenario"}:
            return _refused("invalid_argument", "The argument is 'scenario': a state, as save_scenario gives it.")
        try:
            self._episode.reset({self._service.env_id: arguments["scenario"]})
        except ScenarioError as error:
            return _refused("invalid_argument", str(error))
        return ToolResult("The scenario is loaded.")

    def _save(self, arguments: dict[str, Any]) -> ToolResult:
        if arguments:
            return _refused("invalid_argument", "There are no arguments.")
        return ToolResult(self._episode.snapshot()[self._service.env_id])


def _refused(code: ErrorCode, message: str) -> ToolResult:
    return ToolResult(error=ToolError(code, message))


def _control_tools(environment: AnyEnvironment) -> tuple[ToolSpec, ...]:
    state = _state_schema(environment)
    return (
        ToolSpec(
            name=LOAD,
            method=LOAD,
            description="Replace the whole state of this session.",
            effects=(EffectSpec(family="update"),),
            audience="control",
            input_schema={"type": "object", "properties": {"scenario": state}, "required": ["scenario"], "additionalProperties": False},
            output_schema={"type": "string"},
        ),
        ToolSpec(
            name=SAVE,
            method=SAVE,
            description="The whole state of this session; load_scenario resumes from it exactly.",
            effects=(EffectSpec(family="get"),),
            audience="control",
            input_schema={"type": "object", "properties": {}, "required": [], "additionalProperties": False},
            output_schema=state,
        ),
    )


def _state_schema(environment: AnyEnvironment) -> dict[str, Any]:
    rows = {"type": "array", "items": {"type": "object"}}
    properties = {
        "now": {"type": "string", "format": "date-time"},
        "me": {"type": ["string", "integer", "null"]},
        "counters": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
        "tables": {"type": "object", "properties": dict.fromkeys(environment.plan.tables, rows), "additionalProperties": False},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
