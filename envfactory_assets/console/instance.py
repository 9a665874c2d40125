"""The Dagster instance that the command line and the UI share."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from envfactory_assets.warehouse import Home, instance_lock

if TYPE_CHECKING:
    import dagster as dg


def prepare_instance(home: Home) -> Path:
    """Set ``DAGSTER_HOME`` to the home's instance unless the user has set it, and put the packaged configuration there once.

    Raises:
        WarehouseError: the home cannot be written to.
    """
    home.prepare()
    os.environ.setdefault("DAGSTER_HOME", str(home.dagster))
    folder = Path(os.environ["DAGSTER_HOME"])
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "dagster.yaml").exists():
        packaged = files("envfactory_assets.assets").joinpath("dagster.yaml")
        shutil.copyfile(str(packaged), folder / "dagster.yaml")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    return folder


@contextmanager
def open_instance(home: Home) -> Iterator["dg.DagsterInstance"]:
    """Dagster's instance, its tables made by one process at a time: several runs may meet a home that has none yet."""
    import dagster as dg  # noqa: PLC0415 - not every command needs Dagster
    from dagster._core.instance.ref import InstanceRef  # noqa: PLC0415 - as above

    from envfactory_assets.console.storage import steady_storage  # noqa: PLC0415 - as above

    folder = os.environ["DAGSTER_HOME"]
    reference = InstanceRef.from_dir(folder)
    storage = reference.storage_data
    if storage is not None and storage.class_name == "DagsterSqliteStorage":
        reference = InstanceRef.from_dir(folder, overrides=steady_storage(storage.config_dict["base_dir"]))
    with instance_lock(home):
        instance = dg.DagsterInstance.from_ref(reference)
        instance.get_runs_count()
        instance.all_asset_keys()
        instance.all_instigator_state()
    with instance:
        yield instance
