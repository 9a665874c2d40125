"""Initial states of an environment: generated, checked by the runtime, repaired or refused."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from envfactory_assets.environments import Environment, Episode, ScenarioError
from envfactory_assets.records import derived_seed
from envfactory_assets.synthesis.seeding.called import call_by_names
from envfactory_assets.synthesis.seeding.draw import Draw
from envfactory_assets.synthesis.seeding.limits import keep_together, keep_within, tell_apart
from envfactory_assets.synthesis.seeding.plan import plan_of
from envfactory_assets.synthesis.seeding.rows import Tables
from envfactory_assets.synthesis.seeding.sums import settle
from envfactory_assets.synthesis.seeding.values import iso

START = "2026-05-12T09:00:00Z"
_SIZES = (4, 7, 11, 15, 20, 25)
_ATTEMPTS = 3


class SeedingError(ValueError):
    """An environment has no state that its own rules allow; one line says which rule."""


def seed_states(environment: type[Environment], env_id: str, *, seed: int, count: int, now: str = START) -> list[dict[str, Any]]:
    """Initial states that the environment accepts, from sparse to busy.

    State ``i`` depends on the seed, the environment and ``i`` alone. An environment class may make its own rows:

        @classmethod
        def scenario(cls, draw) -> dict[str, list[dict]]

    returns rows by table, in Python field names; ``draw`` is a :class:`Draw`, keys come from ``draw.key(EntityClass)`` and the caller is
    ``draw.me``, which the method may set.

    Args:
        environment: the class.
        env_id: its id.
        seed: the run's seed.
        count: how many states.
        now: the clock of all of them.

    Raises:
        SeedingError: no valid state was found.
    """
    return [_state(environment, env_id, seed, index, now) for index in range(count)]


def _state(environment: type[Environment], env_id: str, seed: int, index: int, now: str) -> dict[str, Any]:
    episode = Episode({env_id: environment})
    size = _SIZES[min(index, len(_SIZES) - 1)]
    problem = ""
    state: dict[str, Any] = {}
    for attempt in range(_ATTEMPTS):
        draw = Draw(derived_seed(seed, env_id, str(index), str(attempt)), now=datetime.fromisoformat(now), me=None, size=size)
        state = _made(environment, draw, now)
        problem = _problem(episode, env_id, state)
        if not problem:
            return episode.snapshot()[env_id]
    return _thinned(episode, environment, env_id, state, problem)


def _made(environment: type[Environment], draw: Draw, now: str) -> dict[str, Any]:
    own = getattr(environment, "scenario", None)
    tables = _generated(environment, draw) if own is None else _written(own, draw)
    state = environment.empty_state(now, draw.me)
    state["tables"] |= tables
    state["counters"] |= {name: draw.counters.get(name, 0) for name in state["counters"]}
    return state


def _generated(environment: type[Environment], draw: Draw) -> dict[str, Any]:
    plan = plan_of(environment)
    made = Tables(plan, draw, draw.size)
    tables = made.fill()
    settle(plan, tables)
    keep_within(environment, tables)
    keep_together(environment, tables)
    tell_apart(environment, tables)
    return call_by_names(plan, draw, tables, made.names) if made.names else tables


def _written(scenario: Callable[[Draw], Any], draw: Draw) -> dict[str, Any]:
    """The rows that an environment makes itself.

    Raises:
        SeedingError: its method fails.
    """
    draw.me = f"U{draw.integer(1, 12)}"
    try:
        tables: dict[str, Any] = _plain(scenario(draw))
    except Exception as error:
        raise SeedingError(f"The environment's own scenario fails: {type(error).__name__}: {error}.") from error
    return tables


def _plain(value: Any) -> Any:
    """Rows of a hand-written scenario as plain JSON."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _problem(episode: Episode, env_id: str, state: dict[str, Any]) -> str:
    """What the runtime says against a state; empty when it accepts it."""
    try:
        episode.reset({env_id: state})
    except ScenarioError as error:
        return str(error)
    return ""


def _thinned(episode: Episode, environment: type[Environment], env_id: str, state: dict[str, Any], problem: str) -> dict[str, Any]:
    """The state without the rows that break a rule: rows are put back one by one, and each must leave the state valid.

    Raises:
        SeedingError: a table would stay empty.
    """
    order = [entity.table for entity in plan_of(environment).entities]
    kept = {**state, "tables": {table: [] for table in state["tables"]}}
    for table in order:
        for row in state["tables"].get(table, []):
            kept["tables"][table].append(row)
            if _problem(episode, env_id, kept):
                kept["tables"][table].pop()
        if state["tables"].get(table) and not kept["tables"][table]:
            raise SeedingError(f"{env_id}: no {table} could be seeded: {problem.removeprefix(f'{env_id}: ')}")
    _problem(episode, env_id, kept)
    return episode.snapshot()[env_id]
