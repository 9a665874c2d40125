"""Chains become executed conversations with explicit requests."""

from hashlib import sha256
from random import Random
from typing import Any

from envfactory_assets.dialogue.binding import Binder, BindingError
from envfactory_assets.dialogue.brief import user_brief
from envfactory_assets.dialogue.choosing import Binding, MadeCall
from envfactory_assets.dialogue.explicit import explicit_request
from envfactory_assets.dialogue.forms import raw_form
from envfactory_assets.dialogue.planning import PlanError, plan_turns
from envfactory_assets.dialogue.replies import asked_field, reply_to
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.version import generator_version
from envfactory_assets.records import (
    Chain,
    Produced,
    PromotedEnvironment,
    RawTrajectory,
    RawTurn,
    Rejection,
    Scenario,
    TrajectoryStep,
    content_hash,
    derived_seed,
)

MOST_ATTEMPTS = 6


def execute_chain(
    chain: Chain, environments: list[PromotedEnvironment], scenarios: list[Scenario], *, seed: int, rl_share: float, reward_version: str
) -> Produced:
    """Bind a chain to scenarios, execute it and cut it into turns with explicit requests.

    Args:
        chain: an accepted chain.
        environments: promoted environments, among them the chain's.
        scenarios: their scenarios; those of the conversation's purpose are used.
        seed: the run's seed.
        rl_share: share of conversations that become RL tasks (0 to 1).
        reward_version: copied to the rows, so that they can be replayed.

    Returns:
        A RawTrajectory with its TrajectorySteps, or one Rejection with the reason.
    """
    problem, evidence = "", None
    try:
        services = Services(environments, chain.env_ids)
        purpose = "rl" if _draw(chain, seed) < rl_share else "sft"
        for attempt in range(MOST_ATTEMPTS):
            unit = derived_seed(seed, chain.chain_id, str(attempt))
            rng = Random(unit)  # noqa: S311 - choices, not secrets
            chosen = _scenarios(services, scenarios, purpose, rng)
            plan = plan_turns(chain, services, rng)
            binder = Binder(services, services.episode({s.env_id: s.state for s in chosen}), plan, rng)
            try:
                return _rows(chain, services, chosen, binder.run(), purpose, unit, reward_version)
            except BindingError as error:
                problem = problem or str(error)
                evidence = evidence or [{"tool": made.tool, "arguments": made.arguments} for made in binder.binding.calls]
    except (PlanError, KeyError) as error:
        problem = str(error.args[0])
    return Produced((Rejection(domain=chain.domain, stage="raw_trajectories", subject=chain.chain_id, reason=problem, evidence=evidence),))


def _draw(chain: Chain, seed: int) -> float:
    return int.from_bytes(sha256(f"{chain.chain_id}/{seed}".encode()).digest()[:6], "big") / 2**48


def _scenarios(services: Services, scenarios: list[Scenario], purpose: str, rng: Random) -> list[Scenario]:
    chosen = []
    for env_id, row in services.rows.items():
        fitting = [s for s in scenarios if (s.env_id, s.code_sha256, s.purpose) == (env_id, row.code_sha256, purpose)]
        if not fitting:
            raise PlanError(f"Environment {env_id} has no scenario kept for {purpose}.")
        chosen.append(rng.choice(sorted(fitting, key=lambda s: s.scenario_id)))
    return chosen


def _rows(
    chain: Chain, services: Services, chosen: list[Scenario], binding: Binding, purpose: str, unit: int, reward_version: str
) -> Produced:
    trajectory_id = f"tr_{content_hash([chain.chain_id, [s.scenario_id for s in chosen], unit])[:12]}"
    steps = [_step(chain.domain, trajectory_id, place, made) for place, made in enumerate(binding.calls)]
    by_id = {step.call_id: step for step in steps}
    rng = Random(derived_seed(unit, "explicit"))  # noqa: S311
    turns = []
    for index, wishes in enumerate(binding.turns):
        grouped = [[by_id[call_id] for call_id in wish] for wish in wishes]
        flat = [step for wish in grouped for step in wish]
        form = raw_form(grouped, services)
        asked = [asked_field([step for step in steps if step.step <= wish[-1].step], services, rng) for wish in grouped]
        for intent, wanted in zip(form["intents"], asked, strict=True):
            intent["asked"] = wanted
        text = explicit_request(form, flat, services, rng).text
        reply = reply_to([wish[-1] for wish in grouped], asked, services, rng)
        turns.append(RawTurn(index=index, request=text, form=form, call_ids=[step.call_id for step in flat], reply=reply))
    first = next(iter(services.rows.values()))
    trajectory = RawTrajectory(
        domain=chain.domain,
        trajectory_id=trajectory_id,
        chain_id=chain.chain_id,
        purpose="rl" if purpose == "rl" else "sft",
        split=first.split,
        author="rules",
        user_brief=user_brief(turns, by_id, services),
        turns=turns,
        turn_count=len(turns),
        step_count=len(steps),
        env_ids=list(services.rows),
        env_code_sha256s=[row.code_sha256 for row in services.rows.values()],
        scenario_ids=[s.scenario_id for s in chosen],
        runtime_version=first.runtime_version,
        generator_version=generator_version(),
        reward_version=reward_version,
        seed=unit,
    )
    return Produced((trajectory, *steps))


def _step(domain: str, trajectory_id: str, place: int, made: MadeCall) -> TrajectoryStep:
    fields: dict[str, Any] = {
        "turn": made.turn,
        "step": place,
        "call_id": made.call_id,
        "parallel_group": made.group,
        "env_id": made.env_id,
        "tool": made.tool,
        "arguments": made.arguments,
        "argument_origins": made.origins,
        "result": made.result,
        "state_diff": made.diff,
        "state_sha256_before": made.before,
        "state_sha256_after": made.after,
    }
    return TrajectoryStep(domain=domain, trajectory_id=trajectory_id, requestor="agent", error=None, **fields)
