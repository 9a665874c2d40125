"""The resources of a domain: the bundled extracts and what a person dropped beside them."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus.document import ApiDocument, Provenance
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.reading import read_with_provenance
from envfactory_assets.corpus.naming import slug_of
from envfactory_assets.corpus.ranking import score
from envfactory_assets.records import Produced, Rejection, Resource

_SUFFIXES = {".json", ".yaml", ".yml"}


@dataclass(frozen=True, slots=True)
class ResourceFile:
    """One file that should become a resource.

    Attributes:
        path: where it is.
        origin: shipped with the product, or dropped in by a person.
        content_sha256: hash of what its row depends on: its bytes and, if there is one, its rival's name; empty when it cannot be read.
        rival: the file of the same slug in the same folder that comes first and is used instead.
    """

    path: Path
    origin: Literal["bundled", "drop"]
    content_sha256: str
    rival: str | None = None

    @property
    def resource_id(self) -> str:
        """The slug of the file's name."""
        return slug_of(self.path.name)


def resource_files(domain: str, home: Path) -> list[ResourceFile]:
    """The files of a domain, by slug.

    A dropped file takes the place of the bundled one with its slug. Of two dropped files with one slug the first by name counts; the
    other is listed with its rival and will be rejected.

    Args:
        domain: the domain's name.
        home: where everything written goes; the drop folder is ``resources/<domain>`` below it.
    """
    dropped = _files_in(home / "resources" / domain, "drop")
    taken = {file.resource_id for file in dropped}
    try:
        shipped = _files_in(bundled(f"resources/{domain}"), "bundled")
    except FileNotFoundError:
        shipped = []
    found = [*dropped, *(file for file in shipped if file.resource_id not in taken)]
    return sorted(found, key=lambda file: (file.resource_id, file.path.name))


def _files_in(folder: Path, origin: Literal["bundled", "drop"]) -> list[ResourceFile]:
    first: dict[str, str] = {}
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() not in _SUFFIXES or path.name.startswith(".") or not path.is_file():
            continue
        leader = first.setdefault(slug_of(path.name), path.name)
        rival = None if leader == path.name else leader
        found.append(ResourceFile(path, origin, _hash_of(path, rival or ""), rival))
    return found


def _hash_of(path: Path, rival: str) -> str:
    try:
        return sha256(path.read_bytes() + rival.encode()).hexdigest()
    except OSError:
        return ""


def read_resource(file: ResourceFile, domain: str) -> Produced:
    """Read one file into a ``Resource``, or a ``Rejection`` that says why there is none."""
    if file.rival:
        reason = f"{file.path.name}: {file.rival} has the same resource id {file.resource_id!r}; rename one of them."
        return Produced((_rejection(file, domain, file.path.name, reason),))
    try:
        raw = _bytes_of(file.path)
        document, provenance = read_with_provenance(raw, name=file.path.name)
    except DocumentError as error:
        return Produced((_rejection(file, domain, file.resource_id, str(error)),))
    return Produced((_resource(file, domain, document, provenance or _own_provenance(file, raw, document)),))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path.name}: {error.strerror or 'it cannot be opened'}; check that the file can be read.") from None


def _own_provenance(file: ResourceFile, raw: bytes, document: ApiDocument) -> Provenance:
    """What is known of a file that is no extract: its own name, licence and bytes."""
    return Provenance(
        source_uri=f"{file.origin}:{file.path.name}",
        license=f"document: {document.license or 'none stated'}",
        content_sha256=sha256(raw).hexdigest(),
        retrieved="",
    )


def _rejection(file: ResourceFile, domain: str, subject: str, reason: str) -> Rejection:
    evidence = {"file": file.path.name, "origin": file.origin, "content_sha256": file.content_sha256}
    return Rejection(domain=domain, stage="resources", subject=subject, reason=reason, evidence=evidence)


def _resource(file: ResourceFile, domain: str, document: ApiDocument, provenance: Provenance) -> Resource:
    return Resource(
        domain=domain,
        resource_id=file.resource_id,
        provider=document.provider,
        kind=document.kind,
        title=document.title,
        version=document.version,
        source_uri=provenance.source_uri,
        license=provenance.license,
        content_sha256=provenance.content_sha256,
        operation_count=len(document.operations),
        score=score(document),
        document=document.model_dump(mode="json", by_alias=True),
    )
