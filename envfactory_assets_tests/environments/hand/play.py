"""Playing an environment that ships: one episode of it from a seeded state."""

from datetime import timedelta
from typing import Any

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.synthesis.seeding import seed_states


class Play:
    """One episode of one environment, from a fairly busy state."""

    def __init__(self, place: str, seed: int = 4) -> None:
        self.env_id = place.partition("/")[2]
        environment = load_environment(bundled(f"environments/{place}.py").read_text(encoding="utf-8"), self.env_id)
        self.episode = Episode({self.env_id: environment})
        self.episode.reset({self.env_id: seed_states(environment, self.env_id, seed=seed, count=5)[4]})
        self.me = self.state["me"]

    @property
    def state(self) -> dict[str, Any]:
        return self.episode.snapshot()[self.env_id]

    def rows(self, table: str, **wanted: Any) -> list[dict[str, Any]]:
        return [row for row in self.state["tables"][table] if all(row[name] == value for name, value in wanted.items())]

    def row(self, table: str, **wanted: Any) -> dict[str, Any]:
        return self.rows(table, **wanted)[0]

    def wait(self, **duration: float) -> None:
        self.episode.advance(timedelta(**duration))

    def sign_in(self, key: Any) -> None:
        self.episode.reset({self.env_id: self.state | {"me": key}})
        self.me = key

    def do(self, tool: str, **arguments: Any) -> Any:
        result = self.episode.call(tool, arguments)
        assert result.ok, result.error
        return result.value

    def refused(self, tool: str, **arguments: Any) -> str:
        result = self.episode.call(tool, arguments)
        assert result.error is not None
        assert result.defect is None
        return f"{result.error.code}: {result.error.message}"
