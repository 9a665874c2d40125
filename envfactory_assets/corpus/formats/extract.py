"""The bundled format: a document's structural facts with where they came from, one line an operation and a schema."""

from typing import Any

import orjson
from pydantic import ValidationError

from envfactory_assets.corpus.document import ApiDocument, Provenance
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.schemas import SchemaReader

FORMAT = "envfactory-extract/1"


def is_extract(value: Any) -> bool:
    """Whether a parsed document is a packed extract."""
    return isinstance(value, dict) and "format" in value and str(value["format"]).startswith("envfactory-extract/")


def read_extract(value: dict[str, Any], name: str) -> tuple[ApiDocument, Provenance]:
    """Read a parsed extract: the document and its provenance."""
    if value["format"] != FORMAT:
        raise DocumentError(f"{name}: format {str(value['format'])[:40]!r} is unknown; pack it again as {FORMAT!r}.")
    try:
        document, provenance = ApiDocument.model_validate(value.get("document")), Provenance.model_validate(value.get("provenance"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "/".join(str(part) for part in first["loc"])
        raise DocumentError(f"{name}: /{place}: {first['msg']}; pack the extract again.") from None
    if not document.operations:
        raise DocumentError(f"{name}: /document/operations is empty; pack the extract again.")
    return _read_again(document, name), provenance


def _read_again(document: ApiDocument, name: str) -> ApiDocument:
    """The document with every schema read as any adapter reads one: an extract may have been edited."""
    reader = SchemaReader({"schemas": document.schemas}, name)
    operations = tuple(
        operation.model_copy(
            update={
                "parameters": tuple(p.model_copy(update={"schema_": reader.read(p.schema_)}) for p in operation.parameters),
                "request": None if operation.request is None else reader.read(operation.request),
                "response": None if operation.response is None else reader.read(operation.response),
            }
        )
        for operation in document.operations
    )
    return document.model_copy(update={"operations": operations, "schemas": reader.shared()})


def write_extract(document: ApiDocument, provenance: Provenance) -> bytes:
    """The bytes of an extract: the same for the same document in any process."""
    plain = document.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    operations, schemas = plain.pop("operations"), plain.pop("schemas", {})
    lines = ["{", f'"format": {_json(FORMAT)},', f'"provenance": {_json(provenance.model_dump())},', '"document": {']
    lines += [f"{_json(key)}: {_json(value)}," for key, value in plain.items()]
    lines += ['"operations": [', ",\n".join(_json(operation) for operation in operations), "],"]
    lines += ['"schemas": {', ",\n".join(f"{_json(name)}: {_json(schemas[name])}" for name in sorted(schemas)), "}", "}", "}"]
    return ("\n".join(lines) + "\n").encode()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
