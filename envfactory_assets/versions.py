"""The version of a stage: a hash of the code and data files its results depend on.

A stage is as old as the source it runs. Its version covers the modules of its packages, every module of this library they import
(directly or not), the data files that lie beside those modules, and others they read. Comments, layout and docstrings do not count.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from envfactory_assets.module_facts import facts_of, keep_facts

_ROOT = Path(__file__).resolve().parent
_LIBRARY = _ROOT.name


@cache
def package_version(*names: str, files: tuple[Path, ...] = (), without: tuple[str, ...] = ()) -> str:
    """Hash the source behind some packages or modules.

    Args:
        names: dotted names of packages or modules of this library.
        files: data files elsewhere, or folders of them, that the code reads.
        without: packages below those named that results do not depend on.

    Returns:
        16 hex digits, the same on every machine that has the same source.
    """
    digest = sha256()
    modules = sorted(_closure(names, without))
    for module in modules:
        digest.update(module.encode())
        digest.update(facts_of(_file_of(module)).content.encode())
    beside = sorted({file for module in modules for file in _data_beside(_file_of(module).parent)})
    for file in (*beside, *_files(files)):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    keep_facts()
    return digest.hexdigest()[:16]


def _closure(names: Iterable[str], without: tuple[str, ...] = ()) -> set[str]:
    left_out = {module for name in without for module in _modules_of(name)}
    waiting = [module for name in names for module in _modules_of(name) if module not in left_out]
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(_imports(module))
    return seen


def _modules_of(name: str) -> list[str]:
    """A package's modules, or the module itself."""
    folder = _ROOT.parent.joinpath(*name.split("."))
    if not folder.is_dir():
        return [name]
    return [".".join(path.relative_to(_ROOT.parent).with_suffix("").parts) for path in sorted(folder.rglob("*.py"))]


def _file_of(module: str) -> Path:
    path = _ROOT.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _imports(module: str) -> frozenset[str]:
    """The modules of this library that a module imports; names re-exported by a package lead to where they are defined."""
    facts = facts_of(_file_of(module))
    found = {name for name in facts.modules if name.split(".")[0] == _LIBRARY}
    found.update(_origin(package, name) for package, name, _ in facts.names if package.split(".")[0] == _LIBRARY)
    return frozenset(name for name in found if _file_of(name).is_file())


def _origin(package: str, name: str) -> str:
    if _file_of(f"{package}.{name}").is_file():
        return f"{package}.{name}"
    return _exports(package).get(name, package)


@cache
def _exports(package: str) -> dict[str, str]:
    file = _file_of(package)
    if file.name != "__init__.py" or not file.is_file():
        return {}
    return {here: module for module, _, here in facts_of(file).names if module.startswith(package)}


@cache
def _data_beside(folder: Path) -> tuple[Path, ...]:
    """The data files of a folder of modules, and of its subfolders that hold no modules. The library's own folder holds none."""
    if folder == _ROOT:
        return ()
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix not in {".py", ".pyc"}:
            found.append(path)
        elif path.is_dir() and path.name != "__pycache__" and not any(path.glob("*.py")):
            found.extend(_files([path]))
    return tuple(found)


def _files(files: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for file in files:
        found.extend(path for path in sorted(file.rglob("*")) if path.is_file()) if file.is_dir() else found.append(file)
    return found
