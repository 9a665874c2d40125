"""Paths as they would be written out: without the form of answers, and with the collections that only an operation's name tells."""

from envfactory_assets.corpus.document import ApiDocument, Operation
from envfactory_assets.synthesis.names import words
from envfactory_assets.synthesis.steps import PARAMETER, VERSION, without_form, without_format

_FEWEST_NAMES = 3  # a service, a collection and what is done


def with_plain_paths(document: ApiDocument) -> ApiDocument:
    """A document with its paths written out; the same where they are so already."""
    plain = [_plain(operation) for operation in document.operations]
    if all(path == operation.path for path, operation in zip(plain, document.operations, strict=True)):
        return document
    named = zip(document.operations, plain, strict=True)
    return document.model_copy(update={"operations": tuple(each.model_copy(update={"path": path}) for each, path in named)})


def _plain(operation: Operation) -> str:
    head, slash, last = without_form(operation.path).rpartition("/")
    return _with_collections(f"{head}{slash}{without_format(last)}", operation.operation_id)


def _with_collections(path: str, name: str) -> str:
    """A path that begins with the whole name of a record, after the collections that the operation's name goes through.

    ``/v1/{name}:archive`` of ``shop.stores.orders.archive`` is ``/v1/stores/orders/{name}:archive``, and ``/v1/{parent}/orders`` of
    ``shop.stores.orders.list`` is ``/v1/stores/{parent}/orders``.
    """
    collections = name.split(".")[1:-1]
    segments = [segment for segment in path.split("/") if segment]
    start = 1 if segments and VERSION.match(segments[0]) else 0
    first, rest = segments[start : start + 1], segments[start + 1 :]
    if len(name.split(".")) < _FEWEST_NAMES or not first or not PARAMETER.match(first[0].partition(":")[0]):
        return path
    below = [words(segment.partition(":")[0]) for segment in rest if "{" not in segment]
    told = [words(collection) for collection in collections]
    shared = len(below) if below and told[-len(below) :] == below else 0
    before = collections[: len(collections) - shared]
    return "/" + "/".join([*segments[:start], *before, *first, *rest]) if before else path
