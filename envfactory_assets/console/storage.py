"""Dagster's SQLite storage with connections that stay open for a run.

Dagster's own opens a database anew for each of the six hundred events of a domain, and most of the time goes into building engines,
compiling the same statements again and writing the journal back whenever the last connection closes. Files and tables are the same: the UI
and other processes read and write them as ever.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from sqlalchemy import Connection, Engine, create_engine, event

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

_BUSY_SECONDS = 60
_OPEN_DATABASES = 8
"""Dagster keeps a database a run, one of the runs and one of all events of assets."""


def steady_storage(folder: str) -> dict[str, Any]:
    """The part of an instance's configuration that names this storage."""
    return {"storage": {"custom": {"module": __name__, "class": SteadyStorage.__name__, "config": {"base_dir": folder}}}}


@lru_cache(maxsize=_OPEN_DATABASES)
def _engine(connection_string: str) -> Engine:
    """An engine that keeps its connections; in WAL mode NORMAL loses nothing when a process is killed."""
    engine = create_engine(connection_string, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine


class _SteadyRuns(SqliteRunStorage):
    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with _engine(self._conn_string).connect() as connection, connection.begin():
            yield connection


class _SteadyEvents(SqliteEventLogStorage):
    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = _engine(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection


class SteadyStorage(DagsterSqliteStorage):
    """The storage of one instance, in the files Dagster would use."""

    def __init__(self, base_dir: str, inst_data: "ConfigurableClassData | None" = None) -> None:
        super().__init__(base_dir, inst_data)
        self._run_storage = _SteadyRuns(self._run_storage._conn_string)  # noqa: SLF001 - a subclass's own, of another name
        self._event_log_storage = _SteadyEvents(self._event_log_storage._base_dir)  # noqa: SLF001 - as above

    @classmethod
    def from_config_value(cls, inst_data: "ConfigurableClassData", config_value: Mapping[str, Any]) -> "SteadyStorage":
        """Make it from an instance's configuration."""
        return cls(inst_data=inst_data, **config_value)
