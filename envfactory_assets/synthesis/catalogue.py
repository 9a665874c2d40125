"""The catalogue of all documents that the sources hold: each surveyed by itself, then all settled against one another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from envfactory_assets.corpus.assignment import assign
from envfactory_assets.corpus.configuration import Configuration
from envfactory_assets.corpus.duplicates import Print, find_duplicates, signature_of
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.reading import read_document
from envfactory_assets.corpus.ranking import score, score_parts
from envfactory_assets.corpus.sources.found import Found
from envfactory_assets.garbage import uncollected
from envfactory_assets.records import Produced, Rejection, SourceDocument, UnassignedResource
from envfactory_assets.records.base import EVERYWHERE
from envfactory_assets.synthesis.coverage import Offer, order_by_gaps
from envfactory_assets.synthesis.meaning import infer_meaning, summary_of

STAGE = "source_documents"


def survey(found: Found, configuration: Configuration) -> Produced:
    """Read one document and say what it is, how good, and which domain it belongs to: a ``SourceDocument``.

    Whether it is taken is left to ``settle``; a document that cannot be read has the reason already.
    """
    with uncollected():
        return _surveyed(found, configuration)


def _surveyed(found: Found, configuration: Configuration) -> Produced:
    known = SourceDocument(
        location=found.location,
        source=found.source,
        place=found.place,
        resource_id=found.resource_id,
        content_sha256=found.content_sha256,
        assigned_domain=found.domain,
        assignment="declared" if found.domain else "unassigned",
    )
    warnings = (_rejection(found.location, found.warning),) if found.warning else ()
    try:
        document = read_document(found.read(), name=found.name)
    except DocumentError as error:
        return Produced((known.model_copy(update={"reason": str(error)}), *warnings))
    assignment = assign(document, configuration.domains, found.domain)
    parts = score_parts(document)
    summary = summary_of(infer_meaning(document))
    facts = {
        "assigned_domain": assignment.domain,
        "assignment": assignment.how,
        "assigned_by": list(assignment.words),
        "evidence": assignment.evidence,
        "kind": document.kind,
        "provider": document.provider,
        "title": document.title,
        "version": document.version,
        "operation_count": len(document.operations),
        **{part: round(value, 4) for part, value in parts.items()},
        "score": score(parts),
        "things": list(summary.things),
        "effects": list(summary.effects),
        "links": list(summary.links),
        "actions": list(summary.actions),
        "filters": summary.filters,
        "signature": list(signature_of(document)),
    }
    return Produced((known.model_copy(update=facts), *warnings))


def domain_of(found: Found, configuration: Configuration) -> str | None:
    """The domain a document belongs to; None when it cannot be read or belongs to none for certain."""
    if found.domain is not None:
        return found.domain
    try:
        return assign(read_document(found.read(), name=found.name), configuration.domains).domain
    except DocumentError:
        return None


def settle(surveyed: Sequence[SourceDocument], configuration: Configuration) -> tuple[list[SourceDocument], list[UnassignedResource]]:
    """Decide which documents are taken, and in which order; name those that belong to no domain.

    A document is left out when it cannot be read, when a later source or an earlier file has its id, when it repeats a better one,
    or when its source may give its domain no more.
    """
    fresh = [row.model_copy(update={"position": None, "taken": False, "same_as": None, "reason": _own(row)}) for row in surveyed]
    decided: dict[str, SourceDocument] = {row.location: row for row in fresh}
    precedence = {name: place for place, name in enumerate(configuration.sources)}
    by_domain: dict[str, list[SourceDocument]] = defaultdict(list)
    for row in fresh:
        if row.assigned_domain and not row.reason:
            by_domain[row.assigned_domain].append(row)
    for domain, rows in sorted(by_domain.items()):
        unique = _leave_same_ids(rows, precedence, decided)
        distinct = _leave_duplicates(unique, precedence, decided)
        _take(distinct, domain, configuration, decided)
    settled = [decided[row.location] for row in surveyed]
    return settled, [_unassigned(row) for row in settled if row.assigned_domain is None and not row.reason]


def offer_of(row: SourceDocument) -> Offer:
    """What a document would bring to its domain."""
    return Offer(row.location, row.score, tuple(row.things), tuple(row.effects), tuple(row.links), tuple(row.actions), row.filters)


def unreadable(rows: Iterable[SourceDocument]) -> list[Rejection]:
    """The documents of no domain that cannot be read; those of a domain are rejected there."""
    return [_rejection(row.location, row.reason) for row in rows if row.assigned_domain is None and row.reason]


def _own(row: SourceDocument) -> str:
    """The reason a document has by itself: it could not be read."""
    return row.reason if not row.kind else ""


def _leave(row: SourceDocument, reason: str, decided: dict[str, SourceDocument], same_as: str | None = None) -> None:
    decided[row.location] = row.model_copy(update={"reason": reason, "same_as": same_as})


def _leave_same_ids(
    rows: Sequence[SourceDocument], precedence: Mapping[str, int], decided: dict[str, SourceDocument]
) -> list[SourceDocument]:
    """Of documents with one id that of the latest source, and there the first by name."""
    first: dict[str, SourceDocument] = {}
    for row in sorted(rows, key=lambda r: (-precedence.get(r.source, -1), r.place)):
        leader = first.setdefault(row.resource_id, row)
        if leader is not row:
            advice = "; rename one of them." if leader.source == row.source else ", a later source."
            _leave(row, f"{row.place}: {leader.location} has the same resource id {row.resource_id!r}{advice}", decided, leader.location)
    return list(first.values())


def _leave_duplicates(
    rows: Sequence[SourceDocument], precedence: Mapping[str, int], decided: dict[str, SourceDocument]
) -> list[SourceDocument]:
    known = {row.location: row for row in rows}
    prints = [
        Print(r.location, r.provider, frozenset(r.signature), precedence.get(r.source, -1), r.version, r.score) for r in known.values()
    ]
    for duplicate in find_duplicates(prints):
        kept = known[duplicate.kept]
        reason = f"{duplicate.shared:.0%} of its operations are those of {kept.location} ({kept.title} {kept.version}), which is kept"
        _leave(known.pop(duplicate.location), reason, decided, kept.location)
    return list(known.values())


def _take(rows: Sequence[SourceDocument], domain: str, configuration: Configuration, decided: dict[str, SourceDocument]) -> None:
    """Take documents in the order that fills gaps best, no more of a source than it may give."""
    known = {row.location: row for row in rows}
    given: dict[str, int] = defaultdict(int)
    position = 0
    for location in order_by_gaps([offer_of(row) for row in rows], configuration.domains[domain]):
        row = known[location]
        source = configuration.sources.get(row.source)
        if source is not None and source.most is not None and given[row.source] >= source.most:
            reason = f"beyond the {source.most} documents that {domain} takes of {row.source}: the others fill more of what it lacks"
            _leave(row, reason, decided)
            continue
        given[row.source] += 1
        position += 1
        decided[location] = row.model_copy(update={"position": position, "taken": True})


def _unassigned(row: SourceDocument) -> UnassignedResource:
    return UnassignedResource(
        domain=EVERYWHERE,
        location=row.location,
        resource_id=row.resource_id,
        kind=row.kind,
        provider=row.provider,
        title=row.title,
        version=row.version,
        operation_count=row.operation_count,
        score=row.score,
        nearest=list(row.evidence or {})[:3],
        evidence=row.evidence,
    )


def _rejection(location: str, reason: str) -> Rejection:
    return Rejection(domain=EVERYWHERE, stage=STAGE, subject=location, reason=reason)
