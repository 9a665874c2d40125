"""Episodes of foreign modules: what an ``Episode`` of ours does, done by a worker."""

from datetime import timedelta
from typing import Any

import orjson

from envfactory_assets.environments.episode import ToolResult
from envfactory_assets.environments.errors import ScenarioError
from envfactory_assets.environments.foreign.environment import ForeignEnvironment
from envfactory_assets.environments.foreign.layout import State
from envfactory_assets.environments.foreign.refusals import refused, result_of
from envfactory_assets.environments.naming import agent_tool_name, agent_tool_names
from envfactory_assets.records.base import Audience
from envfactory_assets.records.environments import ToolSpec
from envfactory_assets.sandbox.workers import WorkerFailure


class ForeignEpisode:
    """One isolated run of one or more foreign modules: each has a fresh copy of its module, which nobody else uses.

    Args:
        environments: the modules by id, at least one.
        beside: an episode of the same modules whose copies are shared, with other objects of their classes. Only whoever examines
            modules wants that: it shows what a module keeps outside its objects.

    Attributes:
        runs: each module's part, once reset.
    """

    def __init__(self, environments: dict[str, ForeignEnvironment], *, beside: "ForeignEpisode | None" = None) -> None:
        if not environments:
            raise ValueError("An episode has at least one environment.")
        self.environments = dict(environments)
        self._names = agent_tool_names({env_id: [tool.name for tool in env.spec.tools] for env_id, env in environments.items()})
        self._beside = beside
        self.runs: dict[str, Run] = {}

    def reset(self, scenarios: dict[str, dict[str, Any]]) -> None:
        """Start from one state, or one scenario of the module's own shape, an environment; ``reset(snapshot())`` resumes.

        Raises:
            ScenarioError: a module refuses its state; what was running before goes on.
        """
        if not isinstance(scenarios, dict) or set(scenarios) != set(self.environments):
            raise ScenarioError(f"An episode of {', '.join(sorted(self.environments))} needs exactly one state for each.")
        shared = self._beside.runs if self._beside else {}
        started = {env_id: Run(env, scenarios[env_id], shared.get(env_id)) for env_id, env in self.environments.items()}
        self.runs, old = started, self.runs
        for run in old.values():
            run.close()

    def call(self, tool: str, arguments: dict[str, Any], requestor: Audience = "agent") -> ToolResult:
        """Call a tool; as ``Episode.call``, but that a refused call leaves the state as the module leaves it."""
        env_id, name = self._names.get(tool, ("", "")) if isinstance(tool, str) else ("", "")
        if not env_id or requestor != "agent":
            return refused("not_found", f"There is no tool named {tool!r}.")
        if not self.runs:
            raise RuntimeError("Reset the episode before calling a tool.")
        return self.runs[env_id].call(name, arguments)

    def snapshot(self) -> dict[str, State]:
        """The states, as JSON; nothing is shared with the live ones."""
        return {env_id: run.environment.layout.state(run.scenario) for env_id, run in self.runs.items()}

    def advance(self, duration: timedelta) -> None:
        """Move the clock of each module that keeps one in its scenario.

        Raises:
            ScenarioError: a module refuses the later moment.
        """
        if duration < timedelta(0):
            raise ValueError("Time only moves forward.")
        later = {env_id: self.environments[env_id].layout.later(state, duration) for env_id, state in self.snapshot().items()}
        self.reset(later)

    def close(self) -> None:
        """Let the copies go."""
        for run in self.runs.values():
            run.close()
        self.runs = {}

    def __del__(self) -> None:
        for run in getattr(self, "runs", {}).values():
            run.close()

    def name_of(self, env_id: str, tool: str) -> str:
        """The name an agent calls this tool by."""
        return agent_tool_name(env_id, tool, len(self.environments) > 1)

    def tools(self, audience: Audience = "agent") -> list[ToolSpec]:
        """The tools an audience may call, under the names it calls them by."""
        return [
            spec.model_copy(update={"name": self.name_of(env_id, spec.name)})
            for env_id, environment in self.environments.items()
            for spec in environment.spec.tools
            if spec.audience == audience
        ]

    def openai_tools(self, audience: Audience = "agent") -> list[dict[str, Any]]:
        """The tools in OpenAI's shape."""
        return [
            {"type": "function", "function": {"name": spec.name, "description": spec.description, "parameters": spec.input_schema}}
            for spec in self.tools(audience)
        ]


class Run:
    """One module's part in an episode: a session in the worker, and the scenario as last saved, from which a lost one is begun again."""

    def __init__(self, environment: ForeignEnvironment, state: Any, beside: "Run | None") -> None:
        self.environment = environment
        self.session = environment.new_session()
        self._live = False
        self._beside = beside
        self.scenario = self._begun(environment.layout.scenario(state))

    def close(self) -> None:
        """Let the session go."""
        self._live = False
        self.environment.forget(self.session)

    def call(self, tool: str, arguments: Any) -> ToolResult:
        """Call a tool; whatever goes wrong over there is a refusal here."""
        try:
            orjson.dumps(arguments)
        except (TypeError, orjson.JSONEncodeError):
            return refused("invalid_argument", "Arguments must be plain JSON.")
        try:
            reply = self._asked(tool, arguments)
        except WorkerFailure as failure:
            self._live = False
            said = f"In the sandbox the module {failure.message}."
            return refused("unavailable", said, defect=f"{tool}: {said}")
        except ScenarioError as error:
            return refused("unavailable", str(error), defect=f"The state saved last does not load again: {error}")
        if "state" not in reply:
            self._live = False
            said = f"The state cannot be saved: {reply.get('unsaved')}"
            return refused("unavailable", said, defect=f"{tool}: {said}")
        self.scenario = reply["state"]
        return result_of(reply)

    def _asked(self, tool: str, arguments: Any) -> dict[str, Any]:
        if self._live:
            reply = self.environment.request("call", self.session, tool=tool, arguments=arguments)
            if "gone" not in reply:
                return reply
        self.scenario = self._begun(self.scenario)
        return self.environment.request("call", self.session, tool=tool, arguments=arguments)

    def _begun(self, scenario: dict[str, Any]) -> dict[str, Any]:
        """Load a scenario into a fresh copy; returns what that saves."""
        env_id = self.environment.env_id
        try:
            orjson.dumps(scenario)
            reply = self.environment.request("open", self.session, scenario=scenario, beside=self._beside.session if self._beside else None)
        except WorkerFailure as failure:
            raise ScenarioError(f"{env_id}: in the sandbox load_scenario {' '.join(failure.message.split())}.") from None
        except (TypeError, orjson.JSONEncodeError):
            raise ScenarioError(f"{env_id}: a scenario must be plain JSON.") from None
        if "raised" in reply:
            raised = reply["raised"]
            raise ScenarioError(f"{env_id}: load_scenario refuses it: {raised['class']}: {' '.join(str(raised['text']).split())}")
        if not isinstance(reply.get("state"), dict):
            raise ScenarioError(f"{env_id}: what was loaded cannot be saved: {reply.get('unsaved')}")
        self._live = True
        state: dict[str, Any] = reply["state"]
        return state
