"""Documents that lie in folders: what ships, what a person dropped, an unpacked collection, an installed package."""

import os
from collections.abc import Collection, Iterator
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus.formats.parsing import MAX_BYTES
from envfactory_assets.corpus.sources.declared import BundledSource, FolderSource, PackageSource
from envfactory_assets.corpus.sources.found import Found

DATA_SUFFIXES = frozenset({".json", ".jsonl", ".yaml", ".yml"})
SKETCH_SUFFIX = ".py"
_BESIDE = ("readme", "license", "licence", "copying", "notice")  # files that people keep beside documents


def bundled_documents(name: str, source: BundledSource, domains: Collection[str]) -> Iterator[Found]:
    """The extracts that ship, by domain and name."""
    root = bundled("resources")
    for domain in sorted(domains):
        for path in _files(root / domain):
            if path.suffix == ".json":
                yield _found(name, root, path, domain, source.license)


def folder_documents(name: str, source: FolderSource, domains: Collection[str], home: Path) -> Iterator[Found]:
    """All documents below a folder; files that are none are told."""
    root = folder_of(source, home)
    for path in _files(root):
        inside = path.relative_to(root).parts
        declared = source.domain or (inside[0] if len(inside) > 1 and inside[0] in domains else None)
        suffix = path.suffix.lower()
        if suffix in DATA_SUFFIXES or suffix == SKETCH_SUFFIX:
            yield _found(name, root, path, declared, source.license)
        elif not path.name.lower().startswith(_BESIDE):
            problem = f"{path.name}: no document ends in {suffix or 'nothing'!r}; give JSON, YAML or a Python sketch (.py)."
            yield Found(name, path.relative_to(root).as_posix(), path, "", declared, source.license, problem)


def package_documents(name: str, source: PackageSource) -> Iterator[Found]:
    """The data documents inside an installed package."""
    root = package_folder(source)
    if root is None:
        problem = f"{name}: the package {source.package} is not installed; install it or take the source out of domains.yaml."
        yield Found(name, source.package, Path(), "", source.domain, source.license, problem)
        return
    for path in _files(root):
        if path.suffix.lower() in DATA_SUFFIXES:
            yield _found(name, root, path, source.domain, source.license)


def folder_of(source: FolderSource, home: Path) -> Path:
    """Where a folder source is."""
    return home / Path(source.path).expanduser()


def package_folder(source: PackageSource) -> Path | None:
    """Where a package source is; None when the package is not installed."""
    try:
        spec = find_spec(source.package)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / source.path


def _files(root: Path) -> list[Path]:
    """The visible files below a folder, in one order on any machine; links to folders are not followed."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        found += [Path(folder) / name for name in names if not name.startswith(".")]
    return sorted((path for path in found if path.is_file()), key=Path.as_posix)


def _found(source: str, root: Path, path: Path, domain: str | None, license_: str) -> Found:
    place = path.relative_to(root).as_posix()
    try:
        if path.stat().st_size > MAX_BYTES:
            problem = (
                f"{path.name}: {path.stat().st_size:,} bytes are over the limit of {MAX_BYTES:,}; keep only the operations that matter."
            )
            return Found(source, place, path, "", domain, license_, problem)
        with path.open("rb") as opened:
            digest = file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        problem = f"{path.name}: {error.strerror or 'it cannot be opened'}; check that the file can be read."
        return Found(source, place, path, "", domain, license_, problem)
    return Found(source, place, path, digest, domain, license_)
