"""From a document that is taken to a row of ``resources``."""

from envfactory_assets.corpus.document import ApiDocument, Provenance
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.reading import read_with_provenance
from envfactory_assets.corpus.sources.found import Found
from envfactory_assets.records import Produced, Rejection, Resource, SourceDocument

STAGE = "resources"
_WRITING = ("create", "update", "delete", "transition", "mark")


def read_resource(found: Found, entry: SourceDocument, domain: str) -> Produced:
    """Read one document into a ``Resource``, or a ``Rejection`` that says why there is none.

    Args:
        found: where its bytes are.
        entry: what the catalogue says of it.
        domain: the domain it is read for.
    """
    if not entry.taken:
        return Produced((_rejection(entry, domain, entry.reason),))
    try:
        raw = found.read()
        document, provenance = read_with_provenance(raw, name=found.name)
    except DocumentError as error:
        return Produced((_rejection(entry, domain, str(error)),))
    return Produced((_resource(entry, domain, document, provenance or _own_provenance(found, document)),))


def _own_provenance(found: Found, document: ApiDocument) -> Provenance:
    """What is known of a document that is no extract: its place, its licence and its bytes."""
    collection = f"; collection: {found.license}" if found.license else ""
    return Provenance(
        source_uri=found.location,
        license=f"document: {document.license or 'none stated'}{collection}",
        content_sha256=found.content_sha256,
        retrieved="",
    )


def _rejection(entry: SourceDocument, domain: str, reason: str) -> Rejection:
    evidence = {"location": entry.location, "content_sha256": entry.content_sha256, "same_as": entry.same_as}
    return Rejection(domain=domain, stage=STAGE, subject=entry.location, reason=reason, evidence=evidence)


def _resource(entry: SourceDocument, domain: str, document: ApiDocument, provenance: Provenance) -> Resource:
    return Resource(
        domain=domain,
        resource_id=entry.resource_id,
        provider=document.provider,
        kind=document.kind,
        title=document.title,
        version=document.version,
        source_uri=provenance.source_uri,
        license=provenance.license,
        content_sha256=provenance.content_sha256,
        source=entry.source,
        assignment=entry.assignment,
        operation_count=len(document.operations),
        uniqueness=entry.uniqueness,
        practicality=entry.practicality,
        documentation=entry.documentation,
        simplicity=entry.simplicity,
        score=entry.score,
        read_rich=not any(effect.split(":")[0] in _WRITING for effect in entry.effects),
        document=document.model_dump(mode="json", by_alias=True),
    )
