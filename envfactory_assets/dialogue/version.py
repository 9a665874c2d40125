"""The generator's version: the source of this stage, what it imports, and the files it reads."""

from functools import cache

from envfactory_assets.bundled import bundled
from envfactory_assets.versions import package_version


@cache
def generator_version() -> str:
    """16 hex digits that change when conversations might come out differently."""
    files = tuple(bundled(name) for name in ("lexicons/dialogue", "lexicons/seeding", "profiles.yaml"))
    return package_version("envfactory_assets.dialogue", "envfactory_assets.graph", files=files)
