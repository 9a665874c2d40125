"""Real API documents: the bundled extracts and whatever lies in the drop folder."""

from collections.abc import Iterator
from pathlib import Path

from envfactory_assets.assets.stages import Inputs, Stage
from envfactory_assets.corpus import read_resource, resource_files
from envfactory_assets.records import Resource
from envfactory_assets.warehouse import Unit

_RESOURCES = Stage(
    writes=[Resource],
    packages=["envfactory_assets.corpus"],
    group="resources",
    watches_files=True,
    kinds={"openapi", "duckdb"},
)


@_RESOURCES.assets
def resources(inputs: Inputs) -> Iterator[Unit]:
    """One unit a file."""
    for file in resource_files(inputs.domain, inputs.factory.home.root):
        yield Unit(Path(file.path).name, read_resource, (file, inputs.domain), (file.content_sha256, Path(file.path).name, file.origin))
