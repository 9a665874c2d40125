"""Initial states for candidates: code put together from our own parts is seeded in this process, all other code in the sandbox."""

import os
from functools import cache
from typing import Any

from envfactory_assets.environments import load_environment
from envfactory_assets.records import EnvironmentCandidate
from envfactory_assets.sandbox.static_gate import check_source
from envfactory_assets.sandbox.workers import WorkerFailure, WorkerPool
from envfactory_assets.synthesis.seeding.states import SeedingError, seed_states

_HANDLER = f"{__name__}:seed_source"
_TRUSTED_AUTHOR = "rules"


def seed_candidate(candidate: EnvironmentCandidate, *, seed: int, count: int) -> list[dict[str, Any]]:
    """Seed states for a candidate that is not yet verified.

    Args:
        candidate: whose module is seeded.
        seed: of everything random in the states.
        count: how many states, from sparse to busy.

    Raises:
        SeedingError: the module does not load, hangs, or admits no state that its own rules accept.
    """
    if check_source(candidate.source_code):
        raise SeedingError("The module is refused by the static gate, so it was not run.")
    request = {"source_code": candidate.source_code, "env_id": candidate.env_id, "seed": seed, "count": count}
    if candidate.author == _TRUSTED_AUTHOR:
        return seed_source(request)
    try:
        states: list[dict[str, Any]] = _pool(os.getpid()).worker(0).request(_HANDLER, request)
    except WorkerFailure as failure:
        raise SeedingError(f"In the sandbox the module {failure.message}.") from failure
    return states


def seed_source(request: dict[str, Any]) -> list[dict[str, Any]]:
    """What a worker is asked for: the states of a module given as text."""
    environment = load_environment(request["source_code"], request["env_id"])
    return seed_states(environment, request["env_id"], seed=request["seed"], count=request["count"])


@cache
def _pool(pid: int) -> WorkerPool:  # noqa: ARG001 - a forked process must not talk to its parent's workers
    return WorkerPool((_HANDLER,))
