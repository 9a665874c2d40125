"""Where the files that ship with the product are: the checkout's folders, else the copy inside the wheel; and what they say."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_PACKAGE = Path(__file__).resolve().parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast, where PyYAML was built with it


@cache
def bundled(name: str) -> Path:
    """Find one shipped file or folder.

    Args:
        name: ``domains.yaml``, ``profiles.yaml``, ``resources``, ``environments``, ``contracts``, ``lexicons`` or ``dbt_like_sql``, or a
            path below one of them.

    Raises:
        FileNotFoundError: neither the checkout nor the wheel has it.
    """
    inside_wheel = _PACKAGE / "_bundled"
    checkout = _PACKAGE.parent if name.startswith("dbt_like_sql") else _PACKAGE.parent / "data"
    found = (inside_wheel if inside_wheel.is_dir() else checkout) / name
    if not found.exists():
        raise FileNotFoundError(f"The bundled file {name!r} is missing: reinstall envfactory-assets.")
    return found


def read_yaml(text: str) -> Any:
    """What a YAML text says; plain values only.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - one of the two safe loaders
