"""Running a stored conversation again, in fresh episodes built from the code and scenarios it cites."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from envfactory_assets.environments import (
    Environment,
    Episode,
    ModuleError,
    ScenarioError,
    ToolResult,
    describe,
    load_environment,
    state_diff,
)
from envfactory_assets.environments.state import State
from envfactory_assets.records import EnvironmentSpec, PromotedEnvironment, Scenario, TrajectoryStep, canonical_json, content_hash
from envfactory_assets.records.dialogue import ReplayRow


class UnreplayableError(ValueError):
    """What a row cites is missing or does not run; one line says what."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The environments of a conversation and the state it starts from."""

    classes: dict[str, type[Environment]]
    start: State

    def episode(self, state: State | None = None) -> Episode:
        """A fresh episode, from the start or from another state."""
        episode = Episode(self.classes)
        episode.reset(self.start if state is None else state)
        return episode

    def specs(self) -> dict[str, EnvironmentSpec]:
        """What is known of each environment."""
        return {env_id: describe(cls, env_id) for env_id, cls in self.classes.items()}


@dataclass(frozen=True, slots=True)
class Replayed:
    """One step, as it came out when run again."""

    step: TrajectoryStep
    name: str  # of the tool, as the agent sees it
    result: ToolResult
    before: State
    after: State
    changes: list[dict[str, Any]]  # what ``state_diff`` reports

    @property
    def writes(self) -> bool:
        """Whether it changed anything."""
        return bool(self.changes)


def load_classes(row: ReplayRow, environments: Iterable[PromotedEnvironment]) -> dict[str, type[Environment]]:
    """The environment classes a row cites.

    Raises:
        UnreplayableError: one is missing or does not load.
    """
    cited = dict(zip(row.env_ids, row.env_code_sha256s, strict=True))
    sources = {(found.env_id, found.code_sha256): found.source_code for found in environments}
    try:
        return {env_id: load_environment(sources[env_id, code], env_id) for env_id, code in cited.items()}
    except KeyError as error:
        raise UnreplayableError(f"the environment {error.args[0][0]} is not promoted with the code it was made with") from error
    except ModuleError as error:
        raise UnreplayableError(str(error)) from error


def stage_of(row: ReplayRow, environments: Iterable[PromotedEnvironment], scenarios: Iterable[Scenario]) -> Stage:
    """What a row runs in.

    Raises:
        UnreplayableError: an environment or a scenario is missing or does not load.
    """
    classes = load_classes(row, environments)
    known = {scenario.scenario_id: scenario for scenario in scenarios}
    missing = [scenario_id for scenario_id in row.scenario_ids if scenario_id not in known]
    if missing:
        raise UnreplayableError(f"the scenario {missing[0]} is not stored")
    start = {known[scenario_id].env_id: known[scenario_id].state for scenario_id in row.scenario_ids}
    stage = Stage(classes, start)
    try:
        return Stage(classes, stage.episode().view())  # with the fields that a scenario may leave out
    except ScenarioError as error:
        raise UnreplayableError(str(error)) from error


def replay(stage: Stage, steps: Sequence[TrajectoryStep]) -> list[Replayed]:
    """Run all steps in order from the start."""
    episode = stage.episode()
    found = []
    before = episode.view()
    specs = stage.specs()
    for step in sorted(steps, key=lambda step: step.step):
        name = episode.name_of(step.env_id, step.tool)
        result = episode.call(name, step.arguments, specs[step.env_id].tool(step.tool).audience)
        after = episode.view()
        found.append(Replayed(step, name, result, before, after, state_diff(before, after, stage.classes)))
        before = after
    return found


def difference(replayed: Sequence[Replayed]) -> str | None:
    """The first thing that came out otherwise than stored; None when all is the same."""
    last: Replayed | None = None
    known = ""
    for item in replayed:
        step, error = item.step, item.result.error
        where = f"call {step.call_id} ({item.name})"
        if (error is None) != (step.error is None) or (error is not None and error.code not in str(step.error)):
            return f"{where} came to {error.code if error else 'a value'}, not to {step.error or 'a value'}"
        if error is None and canonical_json(item.result.value) != canonical_json(step.result):
            return f"{where} gives another result"
        if last is None or item.before is not last.after:
            known = content_hash(item.before)
        if known != step.state_sha256_before:
            return f"{where} starts from another state"
        known = known if item.after == item.before else content_hash(item.after)
        if known != step.state_sha256_after:
            return f"{where} leaves another state"
        last = item
    return None


def replay_columns(row: ReplayRow, reward_version: str) -> dict[str, Any]:
    """The columns by which a row made from another can be replayed."""
    kept = row.model_dump(include=set(ReplayRow.model_fields) - {"input_key"})
    return kept | {"reward_version": reward_version}
