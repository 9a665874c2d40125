"""A document that a source holds, before it is read."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.naming import slug_of


@dataclass(frozen=True, slots=True)
class Found:
    """One document of a source.

    Attributes:
        source: the source's name.
        place: where in the source: a path with ``/``, or the source's own name when it is one document.
        path: the file that holds its bytes.
        content_sha256: hash of those bytes; empty when they cannot be had.
        domain: the domain that the source or the folder declares.
        license: what the source says of its documents.
        problem: why its bytes cannot be had, in one line.
        warning: why they may be old: the last good answer of a source that gives none now.
    """

    source: str
    place: str
    path: Path
    content_sha256: str
    domain: str | None = None
    license: str = ""
    problem: str | None = None
    warning: str | None = None

    @property
    def location(self) -> str:
        """Names the document among all sources."""
        return f"{self.source}:{self.place}"

    @property
    def name(self) -> str:
        """How messages call it."""
        return PurePosixPath(self.place).name

    @property
    def resource_id(self) -> str:
        """The slug of its place below the folder that names its domain."""
        parts = PurePosixPath(self.place).parts
        inside = parts[1:] if len(parts) > 1 and parts[0] == self.domain else parts
        return slug_of(re.sub(r"[/\\]", "_", "_".join(inside)))

    def read(self) -> bytes:
        """Its bytes.

        Raises:
            DocumentError: they cannot be had.
        """
        if self.problem:
            raise DocumentError(self.problem)
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise DocumentError(f"{self.name}: {error.strerror or 'it cannot be opened'}; check that the file can be read.") from None
