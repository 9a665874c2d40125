"""Opening DuckDB late and closing it early, one process at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from envfactory_assets.warehouse.errors import WarehouseError
from envfactory_assets.warehouse.home import Home

LOCK_SECONDS = 120.0
_FOREIGN_LOCK_SECONDS = 5.0
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "1GB", "threads": 2}


@contextmanager
def file_lock(path: Path, *, seconds: float, busy: str) -> Iterator[None]:
    """Hold a lock file; raises WarehouseError with the line ``busy`` when it stays taken for so long."""
    lock = FileLock(path, is_singleton=True)  # a run that holds a lock may take it again
    try:
        lock.acquire(timeout=seconds)
    except Timeout as error:
        raise WarehouseError(busy) from error
    except OSError as error:
        raise WarehouseError(f"Cannot write to {path.parent}: {error.strerror}. Point ENVFACTORY_HOME elsewhere.") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def exclusive(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working database, opened for this process alone. Keep it short: no computing or waiting inside.

    Raises:
        WarehouseError: the folder is not writable, the file is held by another program, or it is not a database.
    """
    with warehouse_lock(home):
        connection = _open(home.database)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def warehouse_lock(home: Home) -> Iterator[None]:
    """Hold the working database against other processes; what holds it may take it again."""
    home.prepare()
    busy = f"The warehouse {home.database} has been in use by another run for {LOCK_SECONDS:.0f} s. Wait for it to finish and run again."
    with file_lock(home.root / "locks" / "warehouse.lock", seconds=LOCK_SECONDS, busy=busy):
        yield


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit all of a block or nothing of it."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def domain_lock(home: Home, domain: str, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold a domain for a run; Dagster's own limits do not govern in-process runs."""
    home.prepare()
    busy = f"Another run is working on the domain {domain!r}. Wait for it to finish and run again."
    with file_lock(home.root / "locks" / f"domain-{domain}.lock", seconds=seconds, busy=busy):
        yield


@contextmanager
def instance_lock(home: Home) -> Iterator[None]:
    """Hold the making of Dagster's own tables, which does not bear two processes at once."""
    busy = f"Another run has been preparing {home.dagster} for {LOCK_SECONDS:.0f} s. Wait for it to finish and run again."
    with file_lock(home.root / "locks" / "dagster.lock", seconds=LOCK_SECONDS, busy=busy):
        yield


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + _FOREIGN_LOCK_SECONDS
    while True:
        try:
            return duckdb.connect(path, config=_CONFIG)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise _unreadable(path, error) from error
            if time.monotonic() > deadline:
                raise WarehouseError(f"The warehouse {path} is open in another program. Close it and run again.") from error
            time.sleep(0.1)
        except duckdb.Error as error:
            raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> WarehouseError:
    first = str(error).strip().splitlines()[0]
    return WarehouseError(f"{path} cannot be opened as a DuckDB database ({first}). Move the file away and run again: it is rebuilt.")


def query_published(home: Home, sql: str, parameters: list[Any] | None = None) -> Any:
    """Ask the published copy.

    Returns:
        A DuckDB relation, which keeps its read-only connection open while it lives.

    Raises:
        WarehouseError: nothing was published yet, or the copy cannot be read.
        duckdb.Error: the query is wrong.
    """
    if not home.published.is_file():
        raise WarehouseError(f"There is no published warehouse at {home.published} yet. Run 'envfactory run' first.")
    try:
        connection = duckdb.connect(home.published, read_only=True)
    except duckdb.Error as error:
        raise _unreadable(home.published, error) from error
    return connection.sql(sql, params=parameters or None)
