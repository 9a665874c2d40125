"""Where documents are looked for: one module a kind of place."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus.sources.declared import BundledSource, FolderSource, McpSource, PackageSource, Source, UrlSource
from envfactory_assets.corpus.sources.folders import bundled_documents, folder_documents, folder_of, package_documents, package_folder
from envfactory_assets.corpus.sources.found import Found
from envfactory_assets.corpus.sources.remote import kept_of, mcp_document, url_document

__all__ = ["Found", "Source", "documents_of", "find_documents", "locate"]


def find_documents(sources: Mapping[str, Source], domains: Collection[str], home: Path) -> Iterator[Found]:
    """Every document of every source, in the order the sources are declared.

    Args:
        sources: the sources by name.
        domains: the names of the domains: a folder of such a name declares the domain of what is in it.
        home: where everything written goes; relative folders are below it, and what others served is kept there.
    """
    for name, source in sources.items():
        yield from documents_of(name, source, domains, home)


def documents_of(name: str, source: Source, domains: Collection[str], home: Path) -> Iterator[Found]:
    """The documents of one source; what cannot be had is told by their problem."""
    match source:
        case BundledSource():
            yield from bundled_documents(name, source, domains)
        case FolderSource():
            yield from folder_documents(name, source, domains, home)
        case PackageSource():
            yield from package_documents(name, source)
        case UrlSource():
            yield url_document(name, source, home)
        case McpSource():
            yield mcp_document(name, source, home)


def locate(name: str, source: Source, place: str, home: Path) -> Path:
    """The file that holds the bytes of one document of a source, without asking anybody anew."""
    match source:
        case BundledSource():
            return bundled("resources") / place
        case FolderSource():
            return folder_of(source, home) / place
        case PackageSource():
            return (package_folder(source) or Path()) / place
        case UrlSource() | McpSource():
            return kept_of(name, source, home).body
