"""The version of the runtime."""

from envfactory_assets.versions import package_version


def runtime_version() -> str:
    """Hash of the source that runs environments; part of what makes a stored conversation replayable. How they are served is not."""
    return package_version("envfactory_assets.environments", without=("envfactory_assets.environments.serving",))
