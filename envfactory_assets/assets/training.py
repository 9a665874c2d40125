"""Training-ready conversations and tasks, behind gates that audit before they write; and the built-in agents' attempts at the tasks."""

from collections.abc import Callable, Iterator, Sequence

from envfactory_assets.assets.dialogue import Worlds, not_promoted
from envfactory_assets.assets.stages import Inputs, Stage, with_frame
from envfactory_assets.bundled import bundled
from envfactory_assets.records import (
    CalibratedTrajectory,
    Produced,
    PromotedEnvironment,
    RlTask,
    Rollout,
    Scenario,
    SftConversation,
    TrajectoryStep,
)
from envfactory_assets.records.base import Row, content_hash
from envfactory_assets.training import roll_out_stored, without_near_duplicates, write_conversation, write_tasks
from envfactory_assets.warehouse import StageResult, Unit

_READS: Sequence[type[Row]] = [CalibratedTrajectory, TrajectoryStep, PromotedEnvironment, Scenario]
_PACKAGES = ["envfactory_assets.environments", "envfactory_assets.dialogue.proof", "envfactory_assets.training.deduplication"]


def _units(inputs: Inputs, purpose: str, stage: str, function: Callable[..., Produced]) -> Iterator[Unit]:
    worlds, steps = Worlds(inputs), inputs.grouped(TrajectoryStep, "trajectory_id")
    for trajectory in inputs.rows(CalibratedTrajectory):
        if trajectory.purpose != purpose:
            continue
        if missing := worlds.missing(trajectory.env_ids, trajectory.env_code_sha256s):
            yield not_promoted(inputs.domain, stage, trajectory.trajectory_id, missing)
            continue
        own = steps[trajectory.trajectory_id]
        environments, scenarios, hashes = worlds.of(trajectory.env_ids)
        used = [scenario for scenario in scenarios if scenario.scenario_id in trajectory.scenario_ids]
        yield Unit(
            trajectory.trajectory_id,
            function,
            (trajectory, own, environments, used),
            (trajectory.row_sha256(), *(step.row_sha256() for step in own), *hashes),
        )


def _distinct_conversations(_inputs: Inputs, result: StageResult) -> StageResult:
    return with_frame(result, SftConversation, *without_near_duplicates(SftConversation, result.frames[SftConversation]))


def _distinct_tasks(_inputs: Inputs, result: StageResult) -> StageResult:
    return with_frame(result, RlTask, *without_near_duplicates(RlTask, result.frames[RlTask]))


_SFT = Stage(
    writes=[SftConversation],
    reads=_READS,
    packages=[*_PACKAGES, "envfactory_assets.training.conversations"],
    group="training",
    files=[bundled("lexicons/dialogue")],
    gated=True,
    finish=_distinct_conversations,
)


@_SFT.assets
def training_ready_sft(inputs: Inputs) -> Iterator[Unit]:
    """One unit a proven conversation. Replayed, gated, near-duplicates removed, audited before it is written."""
    yield from _units(inputs, "sft", "training_ready_sft", write_conversation)


_RL = Stage(
    writes=[RlTask],
    reads=_READS,
    packages=[*_PACKAGES, "envfactory_assets.training.tasks"],
    group="training",
    files=[bundled("lexicons/dialogue")],
    gated=True,
    finish=_distinct_tasks,
)


@_RL.assets
def training_ready_rl(inputs: Inputs) -> Iterator[Unit]:
    """One unit a proven conversation: a task a turn and one for the episode. Gated by execution, audited before it is written."""
    yield from _units(inputs, "rl", "training_ready_rl", write_tasks)


_ROLLOUTS = Stage(
    writes=[Rollout],
    reads=[RlTask, PromotedEnvironment],
    packages=["envfactory_assets.training.rollouts", "envfactory_assets.environments"],
    group="training",
    uses=["seed"],
)


@_ROLLOUTS.assets
def rollouts(inputs: Inputs) -> Iterator[Unit]:
    """One unit a task: the gold, null and random agents attempt it."""
    environments = {e.code_sha256: e for e in inputs.rows(PromotedEnvironment)}
    seed = inputs.settings.seed
    for stored in inputs.frames[RlTask].drop("input_key").iter_rows(named=True):
        used = [environments[code] for code in stored["env_code_sha256s"]]
        yield Unit(
            stored["task_id"], roll_out_stored, (stored, used), (content_hash(stored), *stored["env_code_sha256s"], seed), {"seed": seed}
        )
