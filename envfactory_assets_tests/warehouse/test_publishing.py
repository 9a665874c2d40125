import stat

import duckdb
import pytest

from envfactory_assets.warehouse import publish, query_published
from envfactory_assets_tests.warehouse.conftest import output, resource


def test_the_published_copy_has_the_rows_and_is_read_only(home, warehouse):
    warehouse.write(output(resource("a")))
    assert publish(home)
    assert query_published(home, "SELECT resource_id FROM resources").fetchall() == [("a",)]
    assert stat.S_IMODE(home.published.stat().st_mode) == 0o444
    with pytest.raises(duckdb.Error):
        query_published(home, "DELETE FROM resources").fetchall()


def test_publishing_again_without_changes_does_nothing(home, warehouse):
    warehouse.write(output(resource("a")))
    publish(home)
    assert not publish(home)


def test_a_reader_keeps_the_copy_it_opened_while_it_is_swapped(home, warehouse):
    warehouse.write(output(resource("a")))
    publish(home)
    reader = duckdb.connect(home.published, read_only=True)
    warehouse.write(output(resource("a"), resource("b")))
    assert publish(home)
    assert reader.sql("SELECT count(*) FROM resources").fetchall() == [(1,)]
    reader.close()
    assert query_published(home, "SELECT count(*) FROM resources").fetchall() == [(2,)]


def test_a_stale_write_ahead_log_of_the_copy_is_removed(home, warehouse):
    warehouse.write(output(resource("a")))
    stale = home.published.with_suffix(".duckdb.wal")
    stale.write_bytes(b"old")
    publish(home)
    assert not stale.exists()


def test_a_copy_that_fails_leaves_the_former_one(home, warehouse, monkeypatch):
    warehouse.write(output(resource("a")))
    publish(home)
    warehouse.write(output(resource("b")))

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("envfactory_assets.warehouse.publishing.shutil.copyfile", full)
    with pytest.raises(OSError, match="No space"):
        publish(home)
    assert query_published(home, "SELECT resource_id FROM resources").fetchall() == [("a",)]
    assert not home.published.with_suffix(".next").exists()
