"""What keeps a worker apart from the machine, and which of it counts as enough.

Enough is bubblewrap, else Landlock and seccomp both: then the kernel refuses what Python's own refusals might miss. In bubblewrap there
is nothing to read but what was bound into it, nothing to write, no network and no process of anybody else; a worker inside gives up by
Landlock and seccomp, too, whatever its kernel lets it. Where that is not seccomp, bubblewrap is enough for an ordinary user only: no
limit on processes binds root. Landlock without seccomp, or seccomp without Landlock, is not enough. A worker that has too little may run
code that was put together from this library's own parts; other code only where the user says so.
"""

import os
import shutil
import sys
from functools import cache
from pathlib import Path

from envfactory_assets.bundled import bundled

BUBBLEWRAP, NO_PROCESSES = "bubblewrap", "no processes"
ENOUGH = (frozenset({BUBBLEWRAP, NO_PROCESSES}), frozenset({"landlock", "seccomp"}))
ALLOWED_BY = "ENVFACTORY_WEAK_ISOLATION"
REFUSAL = (
    "is not run: nothing here keeps it in. It takes bubblewrap (for root with seccomp), or a kernel with Landlock and seccomp; "
    f"{ALLOWED_BY}=1 allows it with limits and Python's own refusals only"
)
_LIBRARIES = ("/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
_SHIPPED = ("domains.yaml", "resources", "environments", "contracts", "lexicons", "dbt_like_sql")
_HERE = Path(__file__).resolve().parents[1]


def is_enough(isolation: tuple[str, ...]) -> bool:
    """Whether code that is not ours may be run under this; the user may allow less."""
    return any(needed <= set(isolation) for needed in ENOUGH) or os.environ.get(ALLOWED_BY) == "1"


@cache
def bubblewrap() -> str | None:
    """The path of the ``bwrap`` program, if installed."""
    return shutil.which("bwrap")


def wrapped(program: str) -> list[str]:
    """Nothing but what the interpreter needs of the file system, none of it to be written; no network, no rights, no others' processes."""
    binds = [part for folder in (*readable_folders(), *_LIBRARIES) for part in ("--ro-bind-try", folder, folder)]
    return [program, *binds, "--dev", "/dev", "--proc", "/proc", "--unshare-all", "--cap-drop", "ALL", "--die-with-parent", "--"]


@cache
def readable_folders() -> tuple[str, ...]:
    """The interpreter's own folders, the libraries', this package's and the files it ships with: all that a worker may read."""
    importable = [part for folder in sys.path if folder for part in _importable(Path(folder))]
    own = [*importable, sys.prefix, sys.base_prefix, str(_HERE), *_shipped()]
    return tuple(dict.fromkeys(folder for path in own for folder in (path, _resolved(path)) if Path(folder).exists()))


def _importable(folder: Path) -> list[str]:
    """A folder of the import path; of a checkout, which may hold a home with what runs wrote, its packages only."""
    if (folder / "pyproject.toml").exists():
        return [str(module.parent) for module in sorted(folder.glob("*/__init__.py"))]
    return [str(folder)]


def _shipped() -> list[str]:
    found = []
    for name in _SHIPPED:
        try:
            found.append(str(bundled(name)))
        except FileNotFoundError:
            continue
    return found


def _resolved(path: str) -> str:
    return str(Path(path).resolve())
