"""Rows of the resource stage."""

from typing import ClassVar, Literal

from envfactory_assets.records.base import Grounding, Json, Produced, Row

InferenceKind = Literal["entity", "key", "link", "envelope", "filter", "paging", "effect"]


class Resource(Row):
    """A document that describes a service, as structural facts."""

    table: ClassVar[str] = "resources"
    key: ClassVar[tuple[str, ...]] = ("resource_id",)

    resource_id: str
    provider: str
    kind: str
    title: str
    version: str
    source_uri: str
    license: str
    content_sha256: str
    operation_count: int
    score: float
    document: Json  # an ApiDocument


class ResourceLedgerEntry(Row):
    """An operation, parameter or field of a resource that no environment uses, and why."""

    table: ClassVar[str] = "resource_ledger"
    key: ClassVar[tuple[str, ...]] = ("resource_id", "pointer")
    references: ClassVar[dict[str, str]] = {"resource_id": "resources.resource_id"}

    resource_id: str
    pointer: str
    subject: Literal["operation", "parameter", "field"]
    reason: str


class ResourceInference(Row):
    """One thing that is understood of a resource: what, how it is known, and where the document says it."""

    table: ClassVar[str] = "resource_inferences"
    key: ClassVar[tuple[str, ...]] = ("resource_id", "kind", "pointer", "subject")
    references: ClassVar[dict[str, str]] = {"resource_id": "resources.resource_id"}

    resource_id: str
    kind: InferenceKind
    subject: str  # a record type, a property of one, an operation, or a parameter of one
    value: str
    pointer: str
    grounding: Grounding


class Rejection(Row):
    """Anything that was left out of a table, and why."""

    table: ClassVar[str] = "rejections"
    key: ClassVar[tuple[str, ...]] = ("stage", "subject", "reason")

    stage: str  # the asset that left it out
    subject: str  # the id of what was left out
    reason: str
    evidence: Json = None


def rejected(domain: str, stage: str, subject: str, reason: str) -> Produced:
    """What a unit of work comes to when nothing can be made of it."""
    return Produced((Rejection(domain=domain, stage=stage, subject=subject, reason=reason),))
