"""The Dagster instance that the command line and the UI share."""

import os
import shutil
from importlib.resources import files
from pathlib import Path

from envfactory_assets.warehouse import Home


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
