"""Environment modules in the paper's shape (arXiv 2605.18703): imported through an adapter, and ours written down in that shape.

Such a module has Pydantic models listed in ``Scenario_Schema``, a class with ``load_scenario`` and ``save_scenario``, and tools registered
on a module-level ``FastMCP`` server.

Modules:
    stand_in, module, signatures, plain, host: the worker's side, where foreign code runs.
    environment, episode, refusals, layout, specs, words, seeding: this side, which gets plain JSON only and believes none of it.
    exporting: one of our environments as such a module.
"""

from envfactory_assets.environments.environment import Environment
from envfactory_assets.environments.episode import Episode
from envfactory_assets.environments.foreign.environment import FOREIGN_AUTHOR, ForeignEnvironment, is_foreign
from envfactory_assets.environments.foreign.episode import ForeignEpisode
from envfactory_assets.environments.foreign.exporting import SCENARIOS_SUFFIX, write_foreign
from envfactory_assets.environments.foreign.seeding import foreign_states, given_states
from envfactory_assets.environments.loading import load_environment

AnyEnvironment = type[Environment] | ForeignEnvironment
AnyEpisode = Episode | ForeignEpisode

__all__ = [
    "FOREIGN_AUTHOR",
    "SCENARIOS_SUFFIX",
    "AnyEnvironment",
    "AnyEpisode",
    "ForeignEnvironment",
    "ForeignEpisode",
    "foreign_states",
    "given_states",
    "is_foreign",
    "load_any",
    "open_episode",
    "write_foreign",
]


def load_any(source_code: str, env_id: str, author: str) -> AnyEnvironment:
    """The environment of a module, ours or foreign; the process of a foreign one ends with the object.

    Raises:
        ModuleError: the module does not load.
    """
    return ForeignEnvironment(source_code, env_id) if author == FOREIGN_AUTHOR else load_environment(source_code, env_id)


def open_episode(environment: AnyEnvironment, env_id: str) -> AnyEpisode:
    """An episode of one environment, ours or foreign."""
    if isinstance(environment, ForeignEnvironment):
        return ForeignEpisode({env_id: environment})
    return Episode({env_id: environment})
