"""One episode of an environment written by hand, to play in tests."""

from datetime import timedelta
from typing import Any

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.synthesis.seeding import seed_states


class Play:
    """An episode from a seeded state.

    Args:
        place: the module's path under the environments, without its ending.
        seed: of the state.
        busy: which of the states, from sparse to busy.
    """

    def __init__(self, place: str, seed: int = 4, busy: int = 4) -> None:
        self.env_id = place.partition("/")[2]
        environment = load_environment(bundled(f"environments/{place}.py").read_text(encoding="utf-8"), self.env_id)
        self.episode = Episode({self.env_id: environment})
        self.episode.reset({self.env_id: seed_states(environment, self.env_id, seed=seed, count=busy + 1)[busy]})

    @property
    def state(self) -> dict[str, Any]:
        """The state as it is now."""
        return self.episode.snapshot()[self.env_id]

    @property
    def me(self) -> Any:
        """The caller."""
        return self.state["me"]

    def sign_in(self, key: Any) -> None:
        """Go on as somebody else."""
        self.episode.reset({self.env_id: self.state | {"me": key}})

    def wait(self, **duration: float) -> None:
        """Let time pass."""
        self.episode.advance(timedelta(**duration))

    def rows(self, table: str, **wanted: Any) -> list[dict[str, Any]]:
        """Stored rows with these values, under Python names."""
        return [row for row in self.state["tables"][table] if all(row[name] == value for name, value in wanted.items())]

    def row(self, table: str, **wanted: Any) -> dict[str, Any]:
        """The first of them."""
        return self.rows(table, **wanted)[0]

    def do(self, tool: str, **arguments: Any) -> Any:
        """A call that succeeds."""
        result = self.episode.call(tool, arguments)
        assert result.ok, result.error
        return result.value

    def refused(self, tool: str, **arguments: Any) -> str:
        """A call that is refused: the code and the message."""
        result = self.episode.call(tool, arguments)
        assert result.error is not None
        assert result.defect is None
        return f"{result.error.code}: {result.error.message}"
