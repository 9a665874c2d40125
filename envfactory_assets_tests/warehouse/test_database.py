import subprocess
import sys

import pytest

from envfactory_assets.warehouse import Home, Warehouse, WarehouseError, database, domain_lock, query_published
from envfactory_assets_tests.warehouse.conftest import output, resource


def test_a_corrupted_database_is_reported_and_left_as_it_is(home, warehouse):
    home.prepare()
    home.database.write_bytes(b"this is not a database" * 400)
    with pytest.raises(WarehouseError, match="cannot be opened as a DuckDB database"):
        warehouse.states("commerce")
    assert home.database.read_bytes().startswith(b"this is not")


def test_a_database_held_by_another_program_is_reported(home, warehouse, monkeypatch):
    monkeypatch.setattr(database, "_FOREIGN_LOCK_SECONDS", 0.3)
    warehouse.states("commerce")
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script, home.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(WarehouseError, match="open in another program"):
            warehouse.states("commerce")
        holder.stdin.close()


def test_a_home_that_cannot_be_written_is_reported(tmp_path):
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    with pytest.raises(WarehouseError, match="Set ENVFACTORY_HOME"):
        Warehouse(Home(occupied / "home")).states("commerce")


def test_a_domain_is_held_by_one_process_at_a_time(home):
    script = (
        "import sys, pathlib\n"
        "from envfactory_assets.warehouse import Home, WarehouseError, domain_lock\n"
        "try:\n"
        "    with domain_lock(Home(pathlib.Path(sys.argv[1])), sys.argv[2], seconds=0.2): print('held')\n"
        "except WarehouseError as error: print(error)\n"
    )

    def attempt(domain):
        return subprocess.run([sys.executable, "-c", script, home.root, domain], capture_output=True, text=True, check=True).stdout

    with domain_lock(home, "commerce"):
        assert "Another run is working on the domain 'commerce'" in attempt("commerce")
        assert attempt("travel") == "held\n"
    assert attempt("commerce") == "held\n"


def test_a_domain_lock_may_be_taken_again_by_the_run_that_holds_it(home):
    with domain_lock(home, "commerce", seconds=0.2), domain_lock(home, "commerce", seconds=0.2):
        pass


def test_asking_before_anything_was_published_says_what_to_do(home):
    with pytest.raises(WarehouseError, match="envfactory run"):
        query_published(home, "SELECT 1")


def test_the_home_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("ENVFACTORY_HOME", str(tmp_path / "elsewhere"))
    assert Home.from_environment().root == tmp_path / "elsewhere"


def _delete_and_fail(connection):
    with database.transaction(connection):
        connection.execute("DELETE FROM resources")
        raise KeyError("stop")


def test_a_transaction_that_raises_is_rolled_back(home, warehouse):
    warehouse.write(output(resource("a")))
    with database.exclusive(home) as connection:
        with pytest.raises(KeyError):
            _delete_and_fail(connection)
        assert connection.sql("SELECT count(*) FROM resources").fetchall() == [(1,)]
