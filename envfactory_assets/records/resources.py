"""Rows of the resource stage."""

from typing import ClassVar, Literal

from pydantic import Field

from envfactory_assets.records.base import EVERYWHERE, Grounding, Json, Produced, Row, content_hash

InferenceKind = Literal["entity", "key", "link", "envelope", "filter", "paging", "effect"]
Assigned = Literal["declared", "categories", "keywords", "unassigned"]
CoverageKind = Literal["thing", "effect", "link"]


class SourceDocument(Row):
    """A document that a source holds: what it is, which domain it belongs to and how that is known, and whether it is taken."""

    table: ClassVar[str] = "source_documents"
    key: ClassVar[tuple[str, ...]] = ("location",)
    partitioned: ClassVar[bool] = False

    domain: str = EVERYWHERE
    location: str  # source:place
    source: str
    place: str
    resource_id: str
    content_sha256: str
    assigned_domain: str | None = None
    assignment: Assigned = "unassigned"
    assigned_by: list[str] = Field(default_factory=list)  # the categories or keywords that decided
    evidence: Json = None  # domain -> weight of the words that speak for it
    kind: str = ""
    provider: str = ""
    title: str = ""
    version: str = ""
    operation_count: int = 0
    uniqueness: float = 0.0
    practicality: float = 0.0
    documentation: float = 0.0
    simplicity: float = 0.0
    score: float = 0.0
    things: list[str] = Field(default_factory=list)  # nouns of its records
    effects: list[str] = Field(default_factory=list)  # families of effects, and verbs of typed ones
    links: list[str] = Field(default_factory=list)  # from->to
    actions: list[str] = Field(default_factory=list)  # families of typed effects
    filters: int = 0  # arguments of its lists and searches that choose records
    signature: list[int] = Field(default_factory=list)  # a hash for every operation
    position: int | None = None  # in which its domain takes documents, from 1
    taken: bool = False
    reason: str = ""  # why it is not taken
    same_as: str | None = None  # location of the document kept instead


class UnassignedResource(Row):
    """A readable document of no certain domain. A person decides: put it into a domain's folder, or declare the domain of its source."""

    table: ClassVar[str] = "unassigned_resources"
    key: ClassVar[tuple[str, ...]] = ("location",)
    partitioned: ClassVar[bool] = False
    references: ClassVar[dict[str, str]] = {"location": "source_documents.location"}

    domain: str = EVERYWHERE
    location: str
    resource_id: str
    kind: str
    provider: str
    title: str
    version: str
    operation_count: int
    score: float
    nearest: list[str]  # the domains that most speaks for, strongest first
    evidence: Json  # domain -> weight


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
    source: str
    assignment: Assigned
    operation_count: int
    uniqueness: float  # the four parts of the score, each from 0 to 1
    practicality: float
    documentation: float
    simplicity: float
    score: float
    position: int = 0  # in which its domain takes documents, from 1: what fills most of what is lacking comes first
    read_rich: bool  # nothing in it can be changed; it is there for what can be looked up
    document: Json  # an ApiDocument

    def facts_sha256(self) -> str:
        """Hash of all that an environment may be made from: its position, which depends on other documents, does not count."""
        return content_hash(self.model_dump(mode="json", exclude={"input_key", "position"}))


class DomainCoverage(Row):
    """A record type, an effect or a link that a domain has, or should have and lacks."""

    table: ClassVar[str] = "domain_coverage"
    key: ClassVar[tuple[str, ...]] = ("domain", "kind", "name")

    kind: CoverageKind
    name: str
    expected: bool  # the domain says it should be there
    resources: int  # how many bring it; 0 is a gap
    examples: list[str]  # resource ids


class ResourceLedgerEntry(Row):
    """An operation, parameter or field of a resource that no environment uses, or an effect that one nearly has, and why."""

    table: ClassVar[str] = "resource_ledger"
    key: ClassVar[tuple[str, ...]] = ("resource_id", "pointer")
    references: ClassVar[dict[str, str]] = {"resource_id": "resources.resource_id"}

    resource_id: str
    pointer: str
    subject: Literal["operation", "parameter", "field", "effect"]
    reason: str


class ResourceInference(Row):
    """One thing that is understood of a resource: what, how it is known, and where the document says it."""

    table: ClassVar[str] = "resource_inferences"
    key: ClassVar[tuple[str, ...]] = ("resource_id", "kind", "pointer", "subject", "value")
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
