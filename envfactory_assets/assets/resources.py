"""Real API documents: what the sources hold, which of it each domain takes, and what is understood of it."""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg

from envfactory_assets.assets.sources import SOURCE_KEYS
from envfactory_assets.assets.stages import Inputs, Stage, with_rows
from envfactory_assets.corpus import Found, configuration, find_documents, read_resource
from envfactory_assets.corpus.sources import locate
from envfactory_assets.records import DomainCoverage, Resource, ResourceInference, SourceDocument, UnassignedResource
from envfactory_assets.records.base import EVERYWHERE, content_hash
from envfactory_assets.records.schema import to_rows
from envfactory_assets.synthesis import catalogue
from envfactory_assets.synthesis.coverage import covered, offered
from envfactory_assets.synthesis.meaning import inferences
from envfactory_assets.warehouse import StageResult, Unit


def _settle(_: Inputs, result: StageResult) -> StageResult:
    settled, unassigned = catalogue.settle(to_rows(SourceDocument, result.frames[SourceDocument]), configuration())
    result = with_rows(result, SourceDocument, settled, catalogue.unreadable(settled))
    return with_rows(result, UnassignedResource, unassigned)


_CATALOGUE = Stage(
    writes=[SourceDocument, UnassignedResource],
    outside=SOURCE_KEYS,
    packages=["envfactory_assets.synthesis.catalogue", "envfactory_assets.corpus"],
    group="catalogue",
    looks=True,
    finish=_settle,
    kinds={"openapi", "mcp", "duckdb"},
)


@_CATALOGUE.assets
def source_documents(inputs: Inputs) -> Iterator[Unit]:
    """One unit a document that a source holds; then all are settled against one another: domains, duplicates, order."""
    told = configuration()
    said = content_hash(told)
    for found in find_documents(told.sources, told.domains, inputs.factory.home.root):
        seen = (found.location, found.content_sha256, found.domain, found.problem, found.warning, said)
        yield Unit(found.location, catalogue.survey, (found, told), seen)


def _entries(inputs: Inputs) -> list[SourceDocument]:
    """What the catalogue says of the domain's documents."""
    warehouse = inputs.factory.warehouse
    if SourceDocument.table not in warehouse.states(EVERYWHERE):
        raise dg.Failure(f"resources of {inputs.domain} needs {SourceDocument.table}, which was not made yet. Materialise it first.")
    return [row for row in to_rows(SourceDocument, warehouse.read(SourceDocument, EVERYWHERE)) if row.assigned_domain == inputs.domain]


def _put_in_order(inputs: Inputs, result: StageResult) -> StageResult:
    positions = {entry.resource_id: entry.position or 0 for entry in _entries(inputs) if entry.taken}
    rows = to_rows(Resource, result.frames[Resource])
    return with_rows(result, Resource, [row.model_copy(update={"position": positions[row.resource_id]}) for row in rows])


_RESOURCES = Stage(
    writes=[Resource],
    follows=[SourceDocument],
    packages=["envfactory_assets.corpus"],
    group="resources",
    finish=_put_in_order,
    kinds={"openapi", "duckdb"},
)


@_RESOURCES.assets
def resources(inputs: Inputs) -> Iterator[Unit]:
    """One unit a document that the catalogue assigns to the domain."""
    told = configuration()
    for entry in _entries(inputs):
        source = told.sources[entry.source]
        path = locate(entry.source, source, entry.place, inputs.factory.home.root)
        found = Found(entry.source, entry.place, path, entry.content_sha256, entry.assigned_domain, source.license)
        alone = entry.model_copy(update={"position": None, "input_key": ""})
        yield Unit(entry.location, read_resource, (found, alone, inputs.domain), (alone.row_sha256(), entry.position is None))


_INFERENCES = Stage(
    writes=[ResourceInference],
    reads=[Resource],
    packages=["envfactory_assets.synthesis.meaning"],
    group="resources",
)


@_INFERENCES.assets
def resource_inferences(inputs: Inputs) -> Iterator[Unit]:
    """One unit a resource."""
    for resource in inputs.rows(Resource):
        yield Unit(resource.resource_id, inferences, (resource,), (resource.facts_sha256(),))


_COVERAGE = Stage(
    writes=[DomainCoverage],
    reads=[Resource, ResourceInference],
    packages=["envfactory_assets.synthesis.coverage"],
    group="resources",
)


@_COVERAGE.assets
def domain_coverage(inputs: Inputs) -> Iterator[Unit]:
    """One unit: what the resources of a domain bring together, beside what it should have."""
    understood = inputs.grouped(ResourceInference, "resource_id")
    offers = [offered(resource, understood.get(resource.resource_id, [])) for resource in inputs.rows(Resource)]
    domain = configuration().domains[inputs.domain]
    yield Unit(inputs.domain, covered, (inputs.domain, domain, offers), (content_hash([domain, [asdict(offer) for offer in offers]]),))
