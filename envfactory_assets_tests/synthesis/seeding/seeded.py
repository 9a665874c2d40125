"""States and rows of made-up environments, for tests of what is in them."""

from typing import Any

from envfactory_assets.environments import load_environment
from envfactory_assets.synthesis.seeding import seed_states

State = dict[str, Any]


def states(source: str, count: int = 5, seed: int = 3) -> list[State]:
    """The states of a module's environment."""
    return seed_states(load_environment(source, "made_up"), "made_up", seed=seed, count=count)


def rows_of(states: list[State], table: str) -> list[dict[str, Any]]:
    """The rows of a table in all states; there are some, so that what is asserted of all of them is asserted of something."""
    found = [row for state in states for row in state["tables"][table]]
    assert found
    return found
