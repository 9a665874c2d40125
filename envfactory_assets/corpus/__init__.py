"""Reading resources: one adapter a format, the sources they come from, and the packing of the bundled extracts."""

from envfactory_assets.corpus.configuration import Configuration, ConfigurationError, Domain, configuration, domains, sources
from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation, Paging, Parameter, Provenance
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.reading import read_document
from envfactory_assets.corpus.resources import read_resource
from envfactory_assets.corpus.sources import Found, find_documents

__all__ = [
    "ApiDocument",
    "Configuration",
    "ConfigurationError",
    "DocumentError",
    "Domain",
    "Found",
    "JsonSchema",
    "Operation",
    "Paging",
    "Parameter",
    "Provenance",
    "configuration",
    "domains",
    "find_documents",
    "read_document",
    "read_resource",
    "sources",
]
