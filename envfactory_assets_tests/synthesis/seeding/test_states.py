"""Seeded states: accepted by the runtime, coherent, and the same in any process."""

from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.synthesis.seeding import seed_states
from envfactory_assets_tests.synthesis.seeding.sources import LIBRARY


def test_the_runtime_accepts_every_state() -> None:
    environment = load_environment(LIBRARY, "library")
    for state in seed_states(environment, "library", seed=1, count=4):
        Episode({"library": environment}).reset({"library": state})
