"""The generator's version: the source of this stage, what it imports, and its word lists."""

from functools import cache

from envfactory_assets.bundled import bundled
from envfactory_assets.versions import package_version


@cache
def generator_version() -> str:
    """16 hex digits that change when conversations might come out differently."""
    return package_version("envfactory_assets.dialogue", "envfactory_assets.graph", files=(bundled("lexicons/dialogue"),))
