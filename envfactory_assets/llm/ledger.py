"""Every model call that was ever made: with fetched documents the only thing that cannot be rebuilt."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb
from filelock import FileLock, Timeout

from envfactory_assets.llm.errors import LedgerError

_LOCK_SECONDS = 60.0
_TABLE = """
create table if not exists model_calls (
    call_key varchar not null, model varchar not null, prompt_name varchar not null, request json not null, response varchar,
    usage json, status varchar not null, error varchar, started timestamp not null, latency_seconds double not null
)
"""

CallStatus = Literal["answered", "truncated", "failed"]


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request to a model and what came of it."""

    call_key: str  # hash of model, messages, schema and parameters
    model: str
    prompt_name: str
    request: str  # canonical JSON
    response: str | None  # the text of the answer, usable or not
    usage: str | None  # canonical JSON, as the endpoint counts
    status: CallStatus
    error: str | None
    started: datetime  # UTC
    latency_seconds: float


class CallLedger:
    """The table ``model_calls`` in a DuckDB file of its own, opened under a file lock for a moment at a time, never during a call."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Make the table when it is missing.

        Raises:
            LedgerError: the file cannot be used.
        """
        with self._opened():
            pass

    def find(self, call_key: str) -> ModelCall | None:
        """The latest call of this key that the model answered."""
        if not self.path.exists():
            return None
        names = ", ".join(field.name for field in fields(ModelCall))
        with self._opened() as connection:
            row = connection.execute(
                f"select {names} from model_calls where call_key = ? and status <> 'failed' order by started desc limit 1",  # noqa: S608 - names are this class's own fields
                [call_key],
            ).fetchone()
        return ModelCall(*row) if row else None

    def record(self, call: ModelCall) -> None:
        """Keep one call, answered or not."""
        marks = ", ".join("?" for _ in fields(ModelCall))
        with self._opened() as connection:
            connection.execute(f"insert into model_calls values ({marks})", list(astuple(call)))  # noqa: S608 - only question marks

    def calls(self) -> list[ModelCall]:
        """All calls, oldest first."""
        if not self.path.exists():
            return []
        names = ", ".join(field.name for field in fields(ModelCall))
        with self._opened() as connection:
            rows = connection.execute(f"select {names} from model_calls order by started").fetchall()  # noqa: S608 - as above
        return [ModelCall(*row) for row in rows]

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        lock = FileLock(f"{self.path}.lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=_LOCK_SECONDS)
        except Timeout as error:
            raise LedgerError(f"The ledger {self.path} has been in use for {_LOCK_SECONDS:.0f} s. Wait for the other run.") from error
        except OSError as error:
            raise LedgerError(f"The ledger {self.path} cannot be written: {error.strerror or error}.") from error
        try:
            with duckdb.connect(str(self.path)) as connection:
                connection.execute(_TABLE)
                yield connection
        except duckdb.Error as error:
            raise LedgerError(f"The ledger {self.path} cannot be used: {str(error).splitlines()[0]}") from error
        finally:
            lock.release()
