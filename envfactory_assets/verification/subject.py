"""What probes look at: an environment, the states it is tried in, and what a random caller saw it do."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.environments import Environment, Episode, ToolResult, state_diff
from envfactory_assets.records import EnvironmentSpec, ParameterSpec, ToolSpec, derived_seed
from envfactory_assets.verification.caller import Caller, State

WALK_CALLS = 40
WALKED_SCENARIOS = 3
_FINDER_TRIES = 25
_FINDER_SCENARIOS = 4
READS = frozenset({"get", "list", "search"})


@dataclass(frozen=True)
class Step:
    """One executed call, with the state on both sides."""

    scenario: int
    index: int
    tool: ToolSpec
    arguments: dict[str, Any]
    result: ToolResult
    before: State
    after: State

    @property
    def refused(self) -> bool:
        """Whether the state, not the arguments, forbade it."""
        return self.result.error is not None and self.result.error.code in {"precondition_failed", "conflict"}


@dataclass(frozen=True)
class Walk:
    """One random walk from one scenario."""

    scenario: int
    start: State
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Subject:
    """An environment under verification.

    Attributes:
        env_id: its id.
        environment: its class.
        spec: what it says of itself; for a mutant, what the original says.
        states: the scenarios it is tried in.
        document: the resource it was made from, if any.
        seed: where all random choices come from.
    """

    env_id: str
    environment: type[Environment]
    spec: EnvironmentSpec
    states: list[State]
    document: ApiDocument | None
    seed: int

    def start(self, state: State) -> Episode:
        """A fresh episode from a state."""
        episode = Episode({self.env_id: self.environment})
        episode.reset({self.env_id: state})
        return episode

    def call(self, episode: Episode, tool: ToolSpec, arguments: dict[str, Any]) -> ToolResult:
        """Call a tool by its wire name, as the audience it is for."""
        return episode.call(episode.name_of(self.env_id, tool.name), arguments, requestor=tool.audience)

    def state(self, episode: Episode) -> State:
        """The environment's state in an episode."""
        return episode.snapshot()[self.env_id]

    def caller(self, *purpose: str) -> Caller:
        """A random caller of its own seed for one purpose."""
        return Caller(self.spec, random.Random(derived_seed(self.seed, *purpose)))  # noqa: S311 - choices, no secrets

    @cached_property
    def walks(self) -> tuple[Walk, ...]:
        """Random walks from the first scenarios."""
        return tuple(self.walk(index) for index in range(min(WALKED_SCENARIOS, len(self.states))))

    def walk(self, scenario: int, calls: int = WALK_CALLS) -> Walk:
        """One seeded random walk, the same in every process."""
        caller = self.caller("walk", str(scenario))
        episode = self.start(self.states[scenario])
        start = state = self.state(episode)
        steps: list[Step] = []
        for index in range(calls):
            tool = caller.choose_tool(list(self.spec.tools))
            arguments = caller.arguments(tool, state)
            result = self.call(episode, tool, arguments)
            after = self.state(episode)
            steps.append(Step(scenario, index, tool, arguments, result, state, after))
            state = after
        return Walk(scenario, start, tuple(steps))

    def steps(self, tool: ToolSpec | None = None) -> Iterator[Step]:
        """Every step of every walk, or those of one tool, the one the finder made included."""
        for walk in self.walks:
            yield from (step for step in walk.steps if tool is None or step.tool.name == tool.name)
        if tool is None:
            yield from (step for step in self.found.values() if step is not None)
        else:
            step = self.found.get(tool.name)
            if step is not None:
                yield step

    def successes(self, tool: ToolSpec) -> list[Step]:
        """The calls of a tool that succeeded."""
        return [step for step in self.steps(tool) if step.result.ok]

    def witness(self, tool: ToolSpec) -> Step | None:
        """One call that succeeded."""
        return next(iter(self.successes(tool)), None)

    @cached_property
    def found(self) -> dict[str, Step | None]:
        """For each tool that no walk saw succeed: a successful call that a search for arguments found, or None."""
        seen = {step.tool.name for walk in self.walks for step in walk.steps if step.result.ok}
        return {tool.name: self._find_success(tool) for tool in self.spec.tools if tool.name not in seen}

    def _find_success(self, tool: ToolSpec) -> Step | None:
        caller = self.caller("find", tool.name)
        walked = [walk.steps[len(walk.steps) // 2].after for walk in self.walks if walk.steps]
        for index, state in enumerate([*self.states[:_FINDER_SCENARIOS], *walked]):
            episode = self.start(state)
            before = self.state(episode)
            for attempt in range(_FINDER_TRIES):
                arguments = caller.arguments(tool, before, optional=(0.0, 0.3, 0.7)[attempt % 3])
                result = self.call(episode, tool, arguments)
                if result.ok:
                    return Step(index, -1, tool, arguments, result, before, self.state(episode))
        return None

    def evidence(self, step: Step) -> dict[str, Any]:
        """What replays a step: where it started, what was called, what came of it."""
        walked = next((walk.steps for walk in self.walks if walk.scenario == step.scenario), ())
        steps = walked[: step.index + 1] if step.index >= 0 else (step,)
        return {
            "seed": self.seed,
            "scenario": step.scenario,
            "calls": [{"tool": earlier.tool.name, "arguments": earlier.arguments} for earlier in steps],
            "state": step.before if step.index < 0 else None,
            "result": step.result.value if step.result.ok else None,
            "error": {"code": step.result.error.code, "message": step.result.error.message} if step.result.error else None,
            "diff": state_diff({self.env_id: step.before}, {self.env_id: step.after}, {self.env_id: self.environment}),
        }


def is_read(tool: ToolSpec) -> bool:
    """Whether all a tool declares is reading."""
    return all(effect.family in READS for effect in tool.effects)


def key_parameter(tool: ToolSpec, entity: str | None) -> ParameterSpec | None:
    """The argument that names the row a tool acts on."""
    named = [p for p in tool.parameters if p.entity == entity and p.type != "array" and p.role in {"key", "reference"}]
    return next((p for p in named if p.role == "key"), named[0] if named else None)


def required_only(tool: ToolSpec, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments without those that may be left out."""
    return {p.name: arguments[p.name] for p in tool.parameters if p.required and p.name in arguments}


def returned_rows(tool: ToolSpec, value: Any) -> list[dict[str, Any]]:
    """The entity rows inside a tool's result."""
    inner = value.get(tool.returns.envelope) if tool.returns.envelope and isinstance(value, dict) else value
    rows = inner if isinstance(inner, list) else [inner]
    return [row for row in rows if isinstance(row, dict)] if tool.returns.entity else []


def stored_row(spec: EnvironmentSpec, state: State, entity: str, key: Any) -> dict[str, Any] | None:
    """The stored row of this key, under Python names."""
    shape = spec.entity(entity)
    return next((row for row in state["tables"].get(shape.table, []) if row[shape.key] == key), None)


def differing_fields(spec: EnvironmentSpec, entity: str, shown: dict[str, Any], stored: dict[str, Any]) -> list[str]:
    """Wire names of the fields that a result shows otherwise than the state has them; nested objects are not compared."""
    return [
        field.wire
        for field in spec.entity(entity).fields
        if field.wire in shown and field.type not in {"object", "list"} and shown[field.wire] != stored.get(field.name)
    ]
