"""What the sources give, as the assets take it, without a warehouse."""

from functools import cache
from pathlib import Path

from envfactory_assets.corpus import Found, configuration, find_documents, read_resource
from envfactory_assets.corpus.ranking import WEIGHTS
from envfactory_assets.records import Rejection, Resource, SourceDocument, UnassignedResource
from envfactory_assets.synthesis import catalogue

NOWHERE = Path("/no/such/home")

CATALOGUED = {"source": "bundled", "assignment": "declared", "score": 0.5, "read_rich": False} | dict.fromkeys(WEIGHTS, 0.5)
"""What the catalogue adds to a resource."""


def catalogued(home: Path, told=None) -> tuple[dict[str, Found], list[SourceDocument], list[UnassignedResource], list[Rejection]]:
    """The documents found, and what the catalogue says of them."""
    told = told or configuration()
    found = {each.location: each for each in find_documents(told.sources, told.domains, home)}
    produced = [catalogue.survey(each, told) for each in found.values()]
    settled, unassigned = catalogue.settle([row for each in produced for row in each.of(SourceDocument)], told)
    rejections = [row for each in produced for row in each.of(Rejection)] + catalogue.unreadable(settled)
    return found, settled, unassigned, rejections


def taken(home: Path, told=None) -> list[Resource | Rejection]:
    """The resources of all domains, and the rejections that say why others are none."""
    found, settled, _, _ = catalogued(home, told)
    entries = [entry for entry in settled if entry.assigned_domain]
    return [row for e in entries for row in read_resource(found[e.location], e, e.assigned_domain).rows]


@cache
def bundled_resources() -> tuple[Resource, ...]:
    """Everything that ships."""
    return tuple(row for row in taken(NOWHERE) if isinstance(row, Resource))


def some_bundled_resources(every: int) -> tuple[Resource, ...]:
    """One in so many of what ships, over all domains: for what is dear to look at."""
    return bundled_resources()[::every]
