"""Scenario rows of a promoted environment."""

from envfactory_assets.environments import ModuleError, load_environment
from envfactory_assets.records import Produced, PromotedEnvironment, Rejection, Row, Scenario, content_hash
from envfactory_assets.synthesis.seeding.states import SeedingError, seed_states


def write_scenarios(environment: PromotedEnvironment, *, seed: int, count: int, rl_share: float) -> Produced:
    """Seed an environment's scenarios; each serves supervised or reinforcement data, never both.

    Args:
        environment: the promoted environment.
        seed: the run's seed.
        count: how many scenarios to make; a repeated state is rejected.
        rl_share: the share for reinforcement data; with two or more scenarios each purpose has one at least.
    """
    subject = environment.env_id
    try:
        states = seed_states(load_environment(environment.source_code, subject), subject, seed=seed, count=count)
    except (ModuleError, SeedingError) as error:
        return Produced((_rejected(environment, subject, str(error)),))
    rows: list[Row] = []
    seen: set[str] = set()
    fresh = []
    for index, state in enumerate(states):
        digest = content_hash(state)
        if digest in seen:
            rows.append(_rejected(environment, f"{subject}-s{index}-{digest[:8]}", "the same state was seeded before"))
        else:
            seen.add(digest)
            fresh.append((index, digest, state))
    for_rl = _rl_places(len(fresh), rl_share)
    for place, (index, digest, state) in enumerate(fresh):
        rows.append(
            Scenario(
                domain=environment.domain,
                scenario_id=f"{subject}-s{index}-{digest[:8]}",
                env_id=subject,
                code_sha256=environment.code_sha256,
                purpose="rl" if place in for_rl else "sft",
                seed=seed,
                state=state,
                state_sha256=digest,
                row_count=sum(len(table) for table in state["tables"].values()),
            )
        )
    return Produced(tuple(rows))


def _rl_places(count: int, share: float) -> set[int]:
    """Which scenarios serve reinforcement data: spread evenly, so that both purposes see sparse and busy states."""
    wanted = round(count * share)
    if count >= 2:
        wanted = min(max(wanted, 1), count - 1)
    return {count - 1 - int(place * count / wanted) for place in range(wanted)} if wanted else set()


def _rejected(environment: PromotedEnvironment, subject: str, reason: str) -> Rejection:
    return Rejection(domain=environment.domain, stage="scenarios", subject=subject, reason=reason)
