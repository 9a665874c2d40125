"""Which operations belong together: paths grouped by the collection they work on, and the collections by their links."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from envfactory_assets.corpus.document import ApiDocument, Operation

_PARAMETER = re.compile(r"{[^{}]+}")


@dataclass(frozen=True, slots=True)
class Collection:
    """The operations on one kind of thing, most essential first."""

    name: str
    operations: tuple[Operation, ...]
    families: frozenset[str]
    schemas: frozenset[str]


def collections_of(document: ApiDocument) -> list[Collection]:
    """Group a document's operations by the last static path segment that names a collection, in document order."""
    names = _collection_names(document.operations)
    grouped: dict[str, list[Operation]] = defaultdict(list)
    for operation in document.operations:
        grouped[names[operation.operation_id]].append(operation)
    return [
        Collection(
            name=name,
            operations=tuple(sorted(operations, key=lambda o: (family_of(o) == "action", o.path.count("/")))),
            families=frozenset(family_of(operation) for operation in operations),
            schemas=frozenset(ref for o in operations for ref in references_in([o.request, o.response])),
        )
        for name, operations in grouped.items()
    ]


def family_of(operation: Operation) -> str:
    """What an operation does as far as verb and path tell: list, get, create, update, delete or action."""
    on_item = bool(re.search(r"{[^{}]+}(\.json)?/?$", operation.path))
    if operation.method == "GET":
        return "get" if on_item else "list"
    if operation.method in {"PUT", "PATCH"}:
        return "update"
    if operation.method == "DELETE":
        return "delete"
    if operation.method == "POST":
        return "update" if on_item else "create"
    return "action"


def choose_operations(document: ApiDocument, *, most: int, most_each: int = 9) -> list[Operation]:
    """Choose operations that belong together: the fullest collection first, then those linked to what is chosen.

    Args:
        document: the whole document.
        most: how many operations to choose at most.
        most_each: how many of one collection at most.
    """
    waiting = collections_of(document)
    chosen: list[Collection] = []
    found: list[Operation] = []
    while waiting and len(found) < most:
        best = max(waiting, key=lambda c: (_worth(c, chosen), -waiting.index(c)))
        waiting.remove(best)
        if chosen and _worth(best, chosen) < 2:
            break
        chosen.append(best)
        found.extend(best.operations[: min(most_each, most - len(found))])
    order = {operation.operation_id: index for index, operation in enumerate(document.operations)}
    return sorted(found, key=lambda o: order[o.operation_id])


def _worth(candidate: Collection, chosen: Sequence[Collection]) -> float:
    worth = len(candidate.families) + min(len(candidate.operations), 8) / 8
    return worth + min(sum(_links(candidate, other) for other in chosen), 4)


def _links(a: Collection, b: Collection) -> int:
    """How many ways two collections are connected: shared schemas, one's paths through the other, parameters naming it."""
    paths = sum(_passes(o.path, b.name) for o in a.operations) + sum(_passes(o.path, a.name) for o in b.operations)
    return (len(a.schemas & b.schemas) > 0) + (paths > 0) + _named_in(a, b) + _named_in(b, a)


def _passes(path: str, name: str) -> bool:
    return f"/{name}/" in path


def _named_in(a: Collection, b: Collection) -> bool:
    stem = singular(b.name).replace("-", "_").lower()
    return any(p.name.lower().replace("_", "") == stem.replace("_", "") + "id" for o in a.operations for p in o.parameters)


def _collection_names(operations: Iterable[Operation]) -> dict[str, str]:
    """The collection of each operation. A trailing word after an item that nothing lists or nests under is an action on that item."""
    listed = list(operations)
    prefixes = Counter(_shape(o.path).rsplit("/", 1)[0] for o in listed if _shape(o.path).endswith("{}"))
    read = {_shape(o.path) for o in listed if o.method == "GET"}
    names = {}
    for operation in listed:
        segments = [s for s in _shape(operation.path).split("/") if s]
        is_action = (
            len(segments) > 2 and segments[-1] != "{}" and segments[-2] == "{}" and _shape(operation.path) not in read | prefixes.keys()
        )
        static = [s for s in (segments[:-2] if is_action else segments) if s != "{}"]
        names[operation.operation_id] = (static or segments or ["root"])[-1]
    return names


def _shape(path: str) -> str:
    return re.sub(r"\.json$", "", _PARAMETER.sub("{}", path)).rstrip("/").split(":")[0]


def references_in(value: Any) -> set[str]:
    """The names of the shared schemas that a value refers to directly."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            reference = part.get("$ref")
            if isinstance(reference, str):
                found.add(reference.removeprefix("#/schemas/"))
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return found


def singular(word: str) -> str:
    """The singular of an English plural, well enough to compare names."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
