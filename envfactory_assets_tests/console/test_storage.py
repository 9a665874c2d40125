"""Dagster's storage with open connections: the same files, read by Dagster's own storage in the same moment."""

from concurrent.futures import ThreadPoolExecutor

import dagster as dg
import pytest

from envfactory_assets.console.instance import open_instance, prepare_instance
from envfactory_assets.console.storage import SteadyStorage
from envfactory_assets.warehouse import Home


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home" / "dagster"))
    home = Home(tmp_path / "home")
    prepare_instance(home)
    return home


@dg.asset
def apples():
    return dg.MaterializeResult(metadata={"count": 3})


def made(instance):
    event = instance.get_latest_materialization_event(dg.AssetKey("apples"))
    return event.asset_materialization.metadata["count"].value


def test_what_a_run_stores_is_read_by_dagsters_own_storage_while_it_is_still_open(home):
    with open_instance(home) as instance:
        assert instance.event_log_storage.__class__.__module__ == SteadyStorage.__module__
        result = dg.materialize([apples], instance=instance)
        with dg.DagsterInstance.get() as other:
            assert other.event_log_storage.__class__.__module__ != SteadyStorage.__module__
            assert made(other) == 3
            assert len(other.all_logs(result.run_id)) == len(instance.all_logs(result.run_id)) > 5


def test_runs_in_several_threads_are_all_stored(home):
    with open_instance(home) as instance:
        dg.materialize([apples], instance=instance)

        def report(number):
            instance.report_runless_asset_event(dg.AssetMaterialization(f"pears_{number}"))

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(report, range(12)))
        assert instance.get_runs_count() == 1
    with dg.DagsterInstance.get() as other:
        assert other.get_runs_count() == 1
        assert len([key for key in other.all_asset_keys() if key.path[0].startswith("pears")]) == 12


def test_an_instance_with_a_storage_of_the_users_own_keeps_it(home):
    (home.dagster / "dagster.yaml").write_text(
        "storage:\n  custom:\n    module: dagster._core.storage.sqlite_storage\n    class: DagsterSqliteStorage\n"
        f"    config:\n      base_dir: {home.root / 'elsewhere'}\n"
    )
    with open_instance(home) as instance:
        dg.materialize([apples], instance=instance)
    assert (home.root / "elsewhere" / "history" / "runs").is_dir()
