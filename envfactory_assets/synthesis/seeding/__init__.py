"""Initial states that read true: seeded from an environment's types and names, checked by the runtime."""

from envfactory_assets.synthesis.seeding.candidates import seed_candidate
from envfactory_assets.synthesis.seeding.draw import Draw, Person
from envfactory_assets.synthesis.seeding.scenarios import write_scenarios
from envfactory_assets.synthesis.seeding.states import SeedingError, seed_states

__all__ = ["Draw", "Person", "SeedingError", "seed_candidate", "seed_states", "write_scenarios"]
