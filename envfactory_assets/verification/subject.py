"""What probes look at: an environment, the states it is tried in, and what a random caller saw it do."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.environments import Environment, ToolResult, describe, state_diff
from envfactory_assets.environments.foreign import AnyEnvironment, AnyEpisode, open_episode
from envfactory_assets.records import EnvironmentSpec, ToolSpec, derived_seed
from envfactory_assets.verification.caller import Caller, State
from envfactory_assets.verification.contracts import Contract
from envfactory_assets.verification.finder import Search, find_success
from envfactory_assets.verification.steps import Broken, Step, Walk
from envfactory_assets.verification.trials import trials

if TYPE_CHECKING:
    from envfactory_assets.verification.long_walks import Run

WALK_CALLS = 40
WALKED_SCENARIOS = 3


@dataclass(frozen=True)
class Subject:
    """An environment under verification.

    Attributes:
        env_id: its id.
        environment: its class; of a foreign module, its process.
        spec: what it says of itself; for a mutant, what the original says.
        states: the scenarios it is tried in.
        document: the resource it was made from, if any.
        seed: where all random choices come from.
        told: its contract, empty when it has none.
        planted: whether it has a planted defect, of which nobody asks for the shortest evidence.
    """

    env_id: str
    environment: AnyEnvironment
    spec: EnvironmentSpec
    states: list[State]
    document: ApiDocument | None
    seed: int
    told: str = ""
    planted: bool = False

    def start(self, state: State) -> AnyEpisode:
        """A fresh episode from a state."""
        episode = open_episode(self.environment, self.env_id)
        episode.reset({self.env_id: state})
        return episode

    def call(self, episode: AnyEpisode, tool: ToolSpec, arguments: dict[str, Any]) -> ToolResult:
        """Call a tool by its wire name, as the audience it is for."""
        return episode.call(episode.name_of(self.env_id, tool.name), arguments, requestor=tool.audience)

    def state(self, episode: AnyEpisode) -> State:
        """The environment's state in an episode."""
        return episode.snapshot()[self.env_id]

    def caller(self, *purpose: str) -> Caller:
        """A random caller of its own seed for one purpose."""
        return Caller(self.spec, random.Random(derived_seed(self.seed, *purpose)))  # noqa: S311 - choices, no secrets

    @cached_property
    def walks(self) -> tuple[Walk, ...]:
        """Random walks from the first scenarios."""
        return tuple(self.walk(index) for index in range(min(WALKED_SCENARIOS, len(self.states))))

    @cached_property
    def contract(self) -> Contract:
        """What its tools must do; raises ValueError when it cannot be read."""
        return Contract(self.told, self.spec)

    @cached_property
    def readable_contract(self) -> Contract | None:
        """The contract, when there is one that can be read."""
        try:
            return self.contract if self.told else None
        except ValueError:
            return None

    @cached_property
    def long_walks(self) -> "Run":
        """Longer walks than those that witnesses come from, held to laws at every step."""
        from envfactory_assets.verification.long_walks import walk_long  # noqa: PLC0415 - Hypothesis is loaded where it is needed

        return walk_long(self)

    def with_defect(self, environment: AnyEnvironment) -> "Subject":
        """The same with a defect planted: held to what it says of itself without."""
        return replace(self, environment=environment, planted=True)

    def walk(self, scenario: int, calls: int = WALK_CALLS) -> Walk:
        """One seeded random walk, the same in every process."""
        return self.walk_of(self.caller("walk", str(scenario)), self.states[scenario], scenario, calls)

    def walk_of(self, caller: Caller, begin: State, scenario: int, calls: int) -> Walk:
        """What a caller does from a state."""
        episode = self.start(begin)
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
        """Every step of every walk, or those of one tool; the calls that a search found included."""
        for walk in self.walks:
            yield from (step for step in walk.steps if tool is None or step.tool.name == tool.name)
        for name, search in self.searches.items():
            if search.step is not None and (tool is None or name == tool.name):
                yield search.step

    def successes(self, tool: ToolSpec) -> list[Step]:
        """The calls of a tool that succeeded."""
        return [step for step in self.steps(tool) if step.result.ok]

    def witness(self, tool: ToolSpec) -> Step | None:
        """One call that succeeded."""
        return next(iter(self.successes(tool)), None)

    @cached_property
    def searches(self) -> dict[str, Search]:
        """For each tool that no walk saw succeed: what a search for arguments came to, or else a systematic trial."""
        seen = {step.tool.name for walk in self.walks for step in walk.steps if step.result.ok}
        found = {tool.name: find_success(self, tool) for tool in self.spec.tools if tool.name not in seen}
        for name, search in found.items():
            if search.step is None and isinstance(self.environment, type):
                search.step = next((step for step in self.trials_of(self.spec.tool(name)) if step.result.ok), None)
        return found

    @cached_property
    def trials(self) -> tuple[Step, ...]:
        """Systematic calls of every tool on rows of several states."""
        return tuple(trials(self))

    @cached_property
    def _trials_by_tool(self) -> dict[str, list[Step]]:
        found: dict[str, list[Step]] = {}
        for step in self.trials:
            found.setdefault(step.tool.name, []).append(step)
        return found

    def trials_of(self, tool: ToolSpec) -> list[Step]:
        """The systematic calls of one tool."""
        return self._trials_by_tool.get(tool.name, [])

    def evidence(self, step: Step) -> dict[str, Any]:
        """What replays a step: where it started, what was called, what came of it."""
        walked = next((walk.steps for walk in self.walks if walk.scenario == step.scenario), ())
        return self._told_of(step, walked[: step.index + 1] if step.index >= 0 else (step,))

    def evidence_of(self, broken: Broken) -> dict[str, Any]:
        """What replays a walk whose last call broke a law, from a scenario as a caller."""
        last = broken.steps[-1]
        return {**self._told_of(last, broken.steps), "caller": last.before["me"], "what": broken.what}

    def _told_of(self, step: Step, steps: tuple[Step, ...]) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "scenario": step.scenario,
            "calls": [{"tool": earlier.tool.name, "arguments": earlier.arguments} for earlier in steps],
            "state": step.before if step.index < 0 else None,
            "result": step.result.value if step.result.ok else None,
            "error": {"code": step.result.error.code, "message": step.result.error.message} if step.result.error else None,
            "diff": self.diff(step.before, step.after),
        }

    def diff(self, before: State, after: State) -> list[dict[str, Any]]:
        """What changed between two states."""
        return state_diff({self.env_id: before}, {self.env_id: after}, {self.env_id: cast("type[Environment]", self.environment)})

    def described(self) -> EnvironmentSpec:
        """What the environment is, as its module says."""
        return describe(cast("type[Environment]", self.environment), self.env_id)
