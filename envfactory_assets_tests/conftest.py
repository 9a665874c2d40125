"""A warehouse of two domains, built once for all tests that ask about the whole line."""

import os
from pathlib import Path

import dagster as dg
import pytest
from filelock import FileLock

from envfactory_assets.warehouse import Home, Warehouse, publish

DOMAINS = ("travel", "office")
CONFIG = {"environments": 2, "trajectories": 16, "scenarios": 4}


def pytest_collection_modifyitems(items):
    """Begin with the slow tests, half of them in each of the halves that two parallel workers are given, so that they end together."""
    slow = [item for item in items if item.get_closest_marker("slow")]
    rest = [item for item in items if not item.get_closest_marker("slow")]
    middle = len(rest) // 2
    items[:] = [*slow[::2], *rest[:middle], *slow[1::2], *rest[middle:]]


def refresh(domain, instance=None, **config):
    """Bring a domain up to date, as the command line does."""
    from envfactory_assets.definitions import defs

    run_config = {
        "resources": {"factory": {"config": {**CONFIG, **config}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    job = defs.resolve_job_def("refresh_domain")
    return job.execute_in_process(
        run_config=run_config, instance=instance or dg.DagsterInstance.ephemeral(), partition_key=domain, raise_on_error=False
    )


def shared_folder(tmp_path_factory):
    """A folder of this test run, the same for all its parallel workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A home in which two domains were built and published; made by the first parallel worker that asks."""
    shared = shared_folder(tmp_path_factory)
    home = Home(shared / "built")
    with FileLock(shared / "built.lock"):
        if not home.published.exists():
            build(home)
    return home


def build(home):
    """Build two domains in a home and publish them."""
    before = os.environ.get("ENVFACTORY_HOME")
    os.environ["ENVFACTORY_HOME"] = str(home.root)
    try:
        for domain in DOMAINS:
            assert refresh(domain).success, domain
        publish(home)
    finally:
        if before is None:
            del os.environ["ENVFACTORY_HOME"]
        else:
            os.environ["ENVFACTORY_HOME"] = before


@pytest.fixture
def built_warehouse(built):
    """The warehouse of that home; only to be read."""
    return Warehouse(built)


@pytest.fixture
def copied_home(built, tmp_path, monkeypatch):
    """A copy of that home to change, set as the one in use."""
    import shutil

    root = Path(shutil.copytree(built.root, tmp_path / "home"))
    monkeypatch.setenv("ENVFACTORY_HOME", str(root))
    return Home(root)


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    """A home with nothing in it, set as the one in use."""
    root = tmp_path / "empty"
    monkeypatch.setenv("ENVFACTORY_HOME", str(root))
    return Home(root)
