"""Conversations: executed chains with explicit requests, then requests as a person would make them, with proofs."""

from collections.abc import Iterator, Sequence

from envfactory_assets.assets.stages import Inputs, Stage, model_client
from envfactory_assets.bundled import bundled
from envfactory_assets.dialogue import ModelWriter, calibrate, calibrate_with_model, execute_chain
from envfactory_assets.records import CalibratedTrajectory, Chain, PromotedEnvironment, RawTrajectory, Scenario, TrajectoryStep, rejected
from envfactory_assets.training import reward_version
from envfactory_assets.warehouse import Unit

_PACKAGES = ["envfactory_assets.dialogue", "envfactory_assets.environments"]


_TRAJECTORIES = Stage(
    writes=[RawTrajectory, TrajectoryStep],
    reads=[Chain, PromotedEnvironment, Scenario],
    packages=_PACKAGES,
    group="dialogue",
    files=[bundled("lexicons/dialogue"), bundled("lexicons/seeding"), bundled("profiles.yaml")],
    uses=["seed", "rl_share", "kinds", "profile"],
)


@_TRAJECTORIES.assets
def raw_trajectories(inputs: Inputs) -> Iterator[Unit]:
    """One unit a chain, executed in a scenario of its environments."""
    worlds = Worlds(inputs)
    settings = inputs.settings
    chosen = {
        "seed": settings.seed,
        "rl_share": settings.rl_share,
        "reward_version": reward_version(),
        "kinds": settings.kinds.model_dump(),
        "profile": settings.profile,
    }
    for chain in inputs.rows(Chain):
        if missing := worlds.missing(chain.env_ids, chain.code_sha256s):
            yield not_promoted(inputs.domain, "raw_trajectories", chain.chain_id, missing)
            continue
        environments, scenarios, hashes = worlds.of(chain.env_ids)
        yield Unit(chain.chain_id, execute_chain, (chain, environments, scenarios), (chain.row_sha256(), *hashes, chosen), chosen)


_CALIBRATED = Stage(
    writes=[CalibratedTrajectory],
    reads=[RawTrajectory, TrajectoryStep, PromotedEnvironment, Scenario],
    packages=[*_PACKAGES, "envfactory_assets.llm"],
    group="dialogue",
    files=[bundled("lexicons/dialogue"), bundled("lexicons/seeding")],
    uses=["author", "model", "refine_rl"],
)


@_CALIBRATED.assets
def calibrated_trajectories(inputs: Inputs) -> Iterator[Unit]:
    """One unit a raw trajectory: refined, and proven solvable by an independent checker."""
    worlds, steps = Worlds(inputs), inputs.grouped(TrajectoryStep, "trajectory_id")
    writer = model_writer(inputs)
    author = (inputs.settings.author, inputs.settings.model.name if writer else "")
    for trajectory in inputs.rows(RawTrajectory):
        if missing := worlds.missing(trajectory.env_ids, trajectory.env_code_sha256s):
            yield not_promoted(inputs.domain, "calibrated_trajectories", trajectory.trajectory_id, missing)
            continue
        own = steps[trajectory.trajectory_id]
        environments, scenarios, hashes = worlds.of(trajectory.env_ids)
        used = [scenario for scenario in scenarios if scenario.scenario_id in trajectory.scenario_ids]
        refine = inputs.settings.refine_rl or trajectory.purpose == "sft"
        hashes = (trajectory.row_sha256(), *(step.row_sha256() for step in own), *hashes)
        function, chosen = (calibrate_with_model, {"refine": refine, "writer": writer}) if writer else (calibrate, {"refine": refine})
        yield Unit(trajectory.trajectory_id, function, (trajectory, own, environments, used), (*hashes, refine, *author), chosen)


def model_writer(inputs: Inputs) -> ModelWriter | None:
    """The writer that asks a model, when one is configured. All domains of a process share its budget."""
    client = model_client(inputs)
    return ModelWriter(client) if client is not None else None


def not_promoted(domain: str, stage: str, subject: str, missing: Sequence[str]) -> Unit:
    """The work on something whose environment is no longer promoted: a rejection."""
    reason = f"{', '.join(missing)} is not promoted with the code this was made in"
    return Unit(subject, rejected, (domain, stage, subject, reason), (stage, subject, reason))


class Worlds:
    """The current environments of a domain with their scenarios, by id."""

    def __init__(self, inputs: Inputs) -> None:
        self._environments = {e.env_id: e for e in inputs.rows(PromotedEnvironment) if e.current}
        self._scenarios = inputs.grouped(Scenario, "env_id")

    def missing(self, env_ids: Sequence[str], code_sha256s: Sequence[str]) -> list[str]:
        """Those of some environments that are no longer promoted with this very code."""
        pairs = zip(env_ids, code_sha256s, strict=True)
        return [env_id for env_id, code in pairs if env_id not in self._environments or self._environments[env_id].code_sha256 != code]

    def of(self, env_ids: list[str]) -> tuple[list[PromotedEnvironment], list[Scenario], tuple[str, ...]]:
        """Environments, their scenarios and the hashes of both."""
        environments = [self._environments[env_id] for env_id in env_ids]
        scenarios = [scenario for env_id in env_ids for scenario in self._scenarios.get(env_id, [])]
        return environments, scenarios, (*(e.code_sha256 for e in environments), *(s.state_sha256 for s in scenarios))
