"""The copy that readers open: swapped as a whole, so that a reader never blocks a writer nor sees half a change."""

import os
import shutil

from envfactory_assets.records import TABLES
from envfactory_assets.warehouse import bookkeeping
from envfactory_assets.warehouse.database import exclusive
from envfactory_assets.warehouse.home import Home
from envfactory_assets.warehouse.store import ensure_table


def publish(home: Home) -> bool:
    """Copy the working database over the published one. Tables that no run has reached yet are there, without rows.

    Returns:
        Whether the copy was replaced; it is not when the working database has not changed since.

    Raises:
        WarehouseError: the working database cannot be opened.
        OSError: the copy cannot be written; the former copy stays.
    """
    with exclusive(home) as connection:
        bookkeeping.ensure(connection)
        for record in TABLES.values():
            ensure_table(connection, record)
        connection.execute("CHECKPOINT")
        connection.close()
        source = home.database.stat()
        if home.published.exists() and home.published.stat().st_mtime_ns == source.st_mtime_ns:
            return False
        fresh = home.published.with_suffix(".next")
        fresh.unlink(missing_ok=True)
        try:
            shutil.copyfile(home.database, fresh)
            os.utime(fresh, ns=(source.st_atime_ns, source.st_mtime_ns))
            fresh.chmod(0o444)
            home.published.with_suffix(".duckdb.wal").unlink(missing_ok=True)
            fresh.replace(home.published)
        finally:
            fresh.unlink(missing_ok=True)
    return True
