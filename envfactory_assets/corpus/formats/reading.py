"""One entry for every format: bytes to an ``ApiDocument``."""

from typing import Any

from pydantic import ValidationError

from envfactory_assets.corpus.document import ApiDocument, Provenance
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.extract import is_extract, read_extract
from envfactory_assets.corpus.formats.google_discovery import is_google_discovery, read_google_discovery
from envfactory_assets.corpus.formats.json_api import with_plain_records
from envfactory_assets.corpus.formats.openapi import is_openapi, read_openapi
from envfactory_assets.corpus.formats.parsing import decoded, parse
from envfactory_assets.corpus.formats.python_sketches import read_python_sketch
from envfactory_assets.corpus.formats.tool_lists import is_tool_list, read_tool_list
from envfactory_assets.garbage import uncollected


def read_document(raw: bytes, *, name: str) -> ApiDocument:
    """Read a document of any known format.

    Args:
        raw: the document's bytes.
        name: how messages call it, usually its file name.

    Raises:
        DocumentError: it cannot be used; one line says what, where and what to do.
    """
    return read_with_provenance(raw, name=name)[0]


def read_with_provenance(raw: bytes, *, name: str) -> tuple[ApiDocument, Provenance | None]:
    """Read a document and, if it is an extract, where it came from."""
    try:
        with uncollected():
            return _read(raw, name)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "/".join(str(part) for part in first["loc"])
        raise DocumentError(f"{name}: {place}: {first['msg']}; correct it there.") from None
    except RecursionError:
        raise DocumentError(f"{name}: its parts are nested too deeply in one another; name the inner schemas.") from None


def _read(raw: bytes, name: str) -> tuple[ApiDocument, Provenance | None]:
    if name.lower().endswith(".py"):
        return read_python_sketch(decoded(raw, name), name), None
    value = parse(raw, name)
    document, provenance = read_extract(value, name) if is_extract(value) else (_read_foreign(value, name), None)
    return (with_plain_records(document) if b"attributes" in raw else document), provenance


def _read_foreign(value: Any, name: str) -> ApiDocument:
    if is_openapi(value):
        return read_openapi(value, name)
    if is_google_discovery(value):
        return read_google_discovery(value, name)
    if is_tool_list(value):
        return read_tool_list(value, name)
    raise DocumentError(
        f"{name}: the format is unknown; give OpenAPI 3, Swagger 2, a Google discovery document, a list of tools or a Python sketch (.py)."
    )
