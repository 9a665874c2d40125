"""Where the files that ship with the product are: the checkout's folders, else the copy inside the wheel."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def bundled(name: str) -> Path:
    """Find one shipped file or folder.

    Args:
        name: ``domains.yaml``, ``resources``, ``environments``, ``lexicons`` or ``dbt_like_sql``, or a path below one of them.

    Raises:
        FileNotFoundError: neither the checkout nor the wheel has it.
    """
    inside_wheel = _PACKAGE / "_bundled"
    checkout = _PACKAGE.parent if name.startswith("dbt_like_sql") else _PACKAGE.parent / "data"
    found = (inside_wheel if inside_wheel.is_dir() else checkout) / name
    if not found.exists():
        raise FileNotFoundError(f"The bundled file {name!r} is missing: reinstall envfactory-assets.")
    return found
