"""Which operations belong together: paths grouped by the collection they work on, and the collections by their links."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation
from envfactory_assets.corpus.formats.schemas import references_in

FAMILIES = ("list", "get", "create", "update", "delete")
_ENVELOPES = {"data", "items", "results", "result"}
_ASIDE = {"errors", "error", "warnings", "meta", "links", "_links", "paging", "pagination"}  # what answers carry beside the thing
_AGREEMENT = 0.6  # share of the smaller set of field names that two schemas of one thing have in common
_WORTH_TAKING = 1.8  # before links: more than one lone operation
_LEAST_EACH = 4  # fewer operations of a fuller collection are not worth having


@dataclass(frozen=True, slots=True)
class Collection:
    """The operations on one kind of thing, most essential first.

    Attributes:
        name: the last path segment that names it.
        operations: what can be done.
        families: the families of operations there are.
        agreeing: the families whose answers show the same fields, and deletion.
        schemas: the shared schemas its bodies refer to.
    """

    name: str
    operations: tuple[Operation, ...]
    families: frozenset[str]
    agreeing: frozenset[str]
    schemas: frozenset[str]


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


def collections_of(document: ApiDocument) -> list[Collection]:
    """Group a document's operations by the collection their paths name, in document order.

    Equal names under different parents are one collection when their answers show the same fields, else several.
    """
    by_name: dict[str, dict[str, list[Operation]]] = defaultdict(lambda: defaultdict(list))
    for operation, stem in zip(document.operations, _stems(document.operations), strict=True):
        by_name[stem.rsplit("/", 1)[-1]][stem].append(operation)
    found: list[Collection] = []
    for name, stems in by_name.items():
        found.extend(_collection(document, name, operations) for operations in _things(document, stems))
    return found


def choose_operations(document: ApiDocument, *, most: int, most_each: int = 8) -> list[Operation]:
    """Choose operations that belong together: the fullest collection first, then those linked to what is chosen.

    All of a document that is small enough.

    Args:
        document: the whole document.
        most: how many operations to choose at most.
        most_each: how many of one collection at most.
    """
    if len(document.operations) <= most:
        return list(document.operations)
    waiting = [collection for collection in collections_of(document) if _worth(collection) >= _WORTH_TAKING]
    chosen: list[Collection] = []
    found: list[Operation] = []
    while waiting and len(found) < most:
        best = max(waiting, key=lambda c: (_worth(c) + _connected(c, chosen), -waiting.index(c)))
        waiting.remove(best)
        if most - len(found) >= min(_LEAST_EACH, len(best.operations)):
            chosen.append(best)
            found.extend(best.operations[: min(most_each, most - len(found))])
    order = {operation.operation_id: index for index, operation in enumerate(document.operations)}
    return sorted(found, key=lambda o: order[o.operation_id])


def subject_of(document: ApiDocument, schema: JsonSchema | None, depth: int = 0) -> frozenset[str]:
    """The field names of the thing that an answer is about, seen through lists and envelopes; empty when none shows."""
    if schema is None or depth > 4:
        return frozenset()
    whole = _resolved(document, schema)
    if isinstance(whole.get("items"), dict):
        return subject_of(document, whole["items"], depth + 1)
    properties = whole.get("properties", {})
    if not properties.keys() & {"id", "gid", "uuid", "key", "name"}:
        for envelope in sorted(_ENVELOPES & properties.keys()):
            return subject_of(document, properties[envelope], depth + 1)
        for inside in ("items", "properties"):  # a list under any name, else an object
            wrapped = [value for key, value in properties.items() if key not in _ASIDE and inside in _resolved(document, value)]
            if len(wrapped) == 1 and len(properties) <= 4:
                return subject_of(document, wrapped[0], depth + 1)
    return frozenset(properties) if len(properties) > 1 else frozenset()


def _resolved(document: ApiDocument, schema: JsonSchema) -> JsonSchema:
    seen: set[str] = set()
    while isinstance(schema.get("$ref"), str) and schema["$ref"] not in seen:
        seen.add(schema["$ref"])
        schema = document.schemas.get(schema["$ref"].removeprefix("#/schemas/"), {})
    return schema


def _things(document: ApiDocument, stems: dict[str, list[Operation]]) -> list[list[Operation]]:
    """The operations of one collection name, parted by what their answers show; the shallowest path leads."""
    found: list[tuple[frozenset[str], list[Operation]]] = []
    for stem in sorted(stems, key=lambda s: (s.count("/"), -len(stems[s]))):
        subjects = [subject_of(document, o.response) for o in stems[stem]]
        subject = max(subjects, key=len, default=frozenset())
        home = next((ops for shown, ops in found if not subject or not shown or _agree(shown, subject)), None)
        if home is None:
            found.append((subject, list(stems[stem])))
        else:
            home.extend(stems[stem])
    return [operations for _, operations in found]


def _agree(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a and b) and len(a & b) >= _AGREEMENT * min(len(a), len(b))


def _collection(document: ApiDocument, name: str, operations: list[Operation]) -> Collection:
    shown = {o.operation_id: subject_of(document, o.response) for o in operations}
    reads = [o for o in operations if family_of(o) in {"get", "list"} and shown[o.operation_id]]
    base = shown[min(reads, key=lambda o: (family_of(o) != "get", o.path.count("/"))).operation_id] if reads else frozenset()
    agreeing = {family_of(o) for o in operations if family_of(o) == "delete" or _agree(base, shown[o.operation_id])}
    return Collection(
        name=name,
        operations=tuple(_essential_first(operations, name)),
        families=frozenset(family_of(o) for o in operations),
        agreeing=frozenset(agreeing) if base else frozenset(),
        schemas=frozenset(references_in([[o.request, o.response] for o in operations])),
    )


def _essential_first(operations: list[Operation], name: str) -> list[Operation]:
    """The shallowest operation of each family, then actions on one item, then the rest by depth."""
    seen: set[str] = set()
    ranked: list[tuple[int, int, Operation]] = []
    for operation in sorted(operations, key=lambda o: (_is_action(o, name), o.path.count("/"))):
        action = _is_action(operation, name)
        first = not action and family_of(operation) not in seen
        seen.add(family_of(operation))
        ranked.append((0 if first else 1 if action else 2, len(ranked), operation))
    return [operation for _, _, operation in sorted(ranked, key=lambda entry: entry[:2])]


def _is_action(operation: Operation, name: str) -> bool:
    last = operation.path.rstrip("/").rsplit("/", 1)[-1]
    return operation.method != "GET" and "{" not in last and last != name


def _worth(candidate: Collection) -> float:
    return len(candidate.agreeing & set(FAMILIES)) + 0.3 * len(candidate.families) + min(len(candidate.operations), 8) / 8


def _connected(candidate: Collection, chosen: Sequence[Collection]) -> int:
    return min(sum(_links(candidate, other) for other in chosen), 3)


def _links(a: Collection, b: Collection) -> int:
    """How many ways two collections are connected: shared schemas, one's paths through the other, parameters naming it."""
    paths = any(_passes(o.path, b.name) for o in a.operations) or any(_passes(o.path, a.name) for o in b.operations)
    return bool(a.schemas & b.schemas) + paths + _named_in(a, b) + _named_in(b, a)


def _passes(path: str, name: str) -> bool:
    return f"/{name}/" in path


def _named_in(a: Collection, b: Collection) -> bool:
    stem = re.sub(r"[-_]", "", _singular(b.name)).lower()
    return any(re.sub(r"[-_]", "", p.name).lower() == f"{stem}id" for o in a.operations for p in o.parameters)


def _stems(operations: Iterable[Operation]) -> list[str]:
    """For each operation the path that names its collection.

    A trailing word after an item, which nothing reads and nothing nests under, is an action on that item.
    """
    listed = list(operations)
    holders = Counter(_shape(o.path).rsplit("/", 1)[0] for o in listed if _shape(o.path).endswith("{}"))
    things = {_shape(o.path) for o in listed if o.method == "GET"} | holders.keys()
    stems = []
    for operation in listed:
        shape = _shape(operation.path)
        segments = [segment for segment in shape.split("/") if segment]
        if len(segments) > 2 and segments[-1] != "{}" and segments[-2] == "{}" and shape not in things:
            segments = segments[:-2]
        while len(segments) > 1 and segments[-1] == "{}":
            segments = segments[:-1]
        stems.append("/" + "/".join(segments))
    return stems


def _shape(path: str) -> str:
    plain = re.sub(r"{[^{}]+}", "{}", path.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0])
    return re.sub(r"\.json$", "", plain).rstrip("/").split(":")[0]


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
