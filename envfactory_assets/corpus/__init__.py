"""Reading resources: one adapter a format, the sources they come from, and the packing of the bundled extracts."""

from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation, Paging, Parameter, Provenance
from envfactory_assets.corpus.domain import Domain, DomainsError, domains
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.files import ResourceFile, read_resource, resource_files
from envfactory_assets.corpus.formats.reading import read_document

__all__ = [
    "ApiDocument",
    "DocumentError",
    "Domain",
    "DomainsError",
    "JsonSchema",
    "Operation",
    "Paging",
    "Parameter",
    "Provenance",
    "ResourceFile",
    "domains",
    "read_document",
    "read_resource",
    "resource_files",
]
