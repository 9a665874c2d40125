"""The folder that everything written goes to."""

import os
from dataclasses import dataclass
from pathlib import Path

from envfactory_assets.warehouse.errors import WarehouseError

_CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below ``ENVFACTORY_HOME``."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """``ENVFACTORY_HOME``; without it the checkout's ``data/warehouse``, else ``./envfactory-home``."""
        named = os.environ.get("ENVFACTORY_HOME")
        if named:
            return cls(Path(named).expanduser().resolve())
        in_checkout = (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "data").is_dir()
        return cls(_CHECKOUT / "data" / "warehouse" if in_checkout else Path.cwd() / "envfactory-home")

    @property
    def database(self) -> Path:
        """The working database: one writer at a time."""
        return self.root / "envfactory.duckdb"

    @property
    def published(self) -> Path:
        """The copy that readers open."""
        return self.root / "published.duckdb"

    @property
    def ledger(self) -> Path:
        """The ledger of model calls: the one file that cannot be rebuilt."""
        return self.root / "ledger.duckdb"

    @property
    def resources(self) -> Path:
        """The drop folder: one folder a domain."""
        return self.root / "resources"

    @property
    def reports(self) -> Path:
        """Readable reports."""
        return self.root / "reports"

    @property
    def exports(self) -> Path:
        """Training files."""
        return self.root / "exports"

    @property
    def dagster(self) -> Path:
        """Dagster's instance."""
        return self.root / "dagster"

    def prepare(self) -> None:
        """Make the folders that are missing.

        Raises:
            WarehouseError: the folder cannot be made or written to.
        """
        try:
            for folder in (self.root, self.root / "locks", self.resources, self.dagster):
                folder.mkdir(parents=True, exist_ok=True)
            probe = self.root / "locks" / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise WarehouseError(f"Cannot write to {self.root}: {reason}. Set ENVFACTORY_HOME to a folder you can write to.") from error
