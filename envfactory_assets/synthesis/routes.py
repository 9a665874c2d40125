"""What an operation's verb and path (or name) say it does, before its schemas are looked at."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from envfactory_assets.corpus.document import Operation, Parameter
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, words

Deed = Literal["create", "get", "list", "search", "update", "delete", "act"]
_PARAMETER = re.compile(r"^\{\+?([^{}]+)\}$")
_VERSION = re.compile(r"^v?\d+(\.\d+)*$")


@dataclass(frozen=True)
class Parent:
    """An outer record that a path goes through: ``/albums/{albumId}/photos``."""

    thing: str
    parameter: str


@dataclass(frozen=True)
class Route:
    """One operation, read: what it does to which thing."""

    operation: Operation
    deed: Deed
    thing: str  # noun in snake case
    chain: tuple[str, ...]  # nouns of the path, outermost first, ending with the thing
    key: str | None = None  # the argument that names the record
    parents: tuple[Parent, ...] = ()
    verb: str | None = None  # of an act


def read_route(operation: Operation) -> Route | str:
    """Read one operation; a string says why it cannot be read."""
    segments = [s for s in operation.path.strip("/").split("/") if s]
    if not segments or (len(segments) <= 2 and not any("{" in s for s in segments) and _named_like_a_call(segments[-1])):
        return _by_name(operation)
    return _by_path(operation, segments)


def _named_like_a_call(segment: str) -> bool:
    parts = words(segment)
    return len(parts) > 1 and (parts[0] in _verb_words() or ("." in segment and parts[-1] in _verb_words()))


def _by_path(operation: Operation, segments: list[str]) -> Route | str:
    verb = None
    last, colon, custom = segments[-1].rpartition(":")
    if colon and last and custom:
        verb, segments = "_".join(words(custom)), [*segments[:-1], last]
    steps = _steps(segments)
    if verb is None and len(steps) > 1:
        steps, verb = _split_verb(operation, steps)
    if verb is None and len(steps) > 2:
        steps, verb = _split_mark(operation, steps)
    if not steps or all(is_parameter for _, is_parameter in steps):
        return "the path names no thing"
    parents, thing, key = _walk(steps)
    if thing is None:
        return "the path names no thing"
    chain = (*(p.thing for p in parents), thing)
    if verb is not None:
        return _act(Route(operation, "act", thing, chain, key, tuple(parents)), verb)
    deed = _deed(operation, item=key is not None)
    if deed is None and operation.method == "DELETE" and (named := _asked_key(operation, thing)):
        return Route(operation, "delete", thing, chain, named, tuple(parents))
    return Route(operation, deed, thing, chain, key, tuple(parents)) if deed else f"{operation.method} on a whole collection"


def _steps(segments: list[str]) -> list[tuple[str, bool]]:
    steps: list[tuple[str, bool]] = []
    for segment in segments:
        match = _PARAMETER.match(segment.removesuffix(".json").removesuffix(".xml"))
        if match:
            steps.append((match.group(1), True))
        elif "{" not in segment and not _is_noise(segment, first=not steps):
            steps.append((segment.removesuffix(".json").removesuffix(".xml"), False))
    return steps


def _is_noise(segment: str, *, first: bool) -> bool:
    return bool(_VERSION.match(segment)) or (first and segment.lower() in lexicon().path_noise)


def _split_verb(operation: Operation, steps: list[tuple[str, bool]]) -> tuple[list[tuple[str, bool]], str | None]:
    """Take a verb off the end (``/orders/{id}/cancel``) or from before the key (``/orders/cancel/{id}``)."""
    text, is_parameter = steps[-1]
    spelt = "_".join(words(text))
    writes = operation.method in {"POST", "PUT", "PATCH"}
    if not is_parameter and (spelt in lexicon().verbs["search"] or (writes and _is_verb(spelt))):
        rest = steps[:-1]
        if rest[-1][0] in {"actions", "action"} and len(rest) > 1:
            rest = rest[:-1]
        return rest, spelt
    if is_parameter and len(steps) > 2 and not steps[-2][1] and writes and _is_verb("_".join(words(steps[-2][0]))):
        return [*steps[:-2], steps[-1]], "_".join(words(steps[-2][0]))
    return steps, None


def _split_mark(operation: Operation, steps: list[tuple[str, bool]]) -> tuple[list[tuple[str, bool]], str | None]:
    """Take a mark off the end that one method sets and another takes away: ``PUT`` and ``DELETE`` on ``/comments/{id}/resolved``."""
    (text, is_parameter), (_, after_item) = steps[-1], steps[-2]
    spelt = "_".join(words(text))
    if is_parameter or not after_item or operation.method not in {"PUT", "POST", "DELETE"}:
        return steps, None
    known = lexicon().transitions
    verb = spelt if spelt in known else next((v for v, moved in known.items() if spelt in moved.flags and not v.startswith("un")), None)
    if verb is not None and operation.method == "DELETE":
        verb = f"un{verb}" if f"un{verb}" in known else None
    return (steps[:-1], verb) if verb else (steps, None)


def _asked_key(operation: Operation, thing: str) -> str | None:
    """The required query parameter that names the record of a path without a key: ``DELETE /tasks?id=``."""
    last = thing.rsplit("_", maxsplit=1)[-1]
    asked = {"_".join(words(p.name)): p.name for p in operation.parameters if p.place == "query" and p.required}
    return next((asked[w] for w in ("id", f"{thing}_id", f"{last}_id", "gid", "uuid", "key") if w in asked), None)


def _is_verb(spelt: str) -> bool:
    first, _, rest = spelt.partition("_")
    return (
        spelt in lexicon().transitions
        or first in lexicon().transitions
        or spelt in _verb_words()
        or bool(rest and first in lexicon().call_words)
    )


def _verb_words() -> frozenset[str]:
    return frozenset(word for group in lexicon().verbs.values() for word in group)


def _walk(steps: list[tuple[str, bool]]) -> tuple[list[Parent], str | None, str | None]:
    """Pairs of a noun and its parameter; the last noun is the thing, its parameter (if any) the key."""
    parents: list[Parent] = []
    thing: str | None = None
    key: str | None = None
    for text, is_parameter in steps:
        if not is_parameter:
            if thing is not None and key is not None:
                parents.append(Parent(thing, key))
            thing, key = noun(text), None
        elif thing is None:
            parents.append(Parent(noun(re.sub(r"_?(id|gid|sid|uuid|slug|key)$", "", "_".join(words(text)))) or "scope", text))
        else:
            if key is not None:
                parents.append(Parent(thing, key))
            key = text
    return parents, thing, key


def _act(route: Route, verb: str) -> Route | str:
    """A path that ends in a verb: a plain deed if the verb says one, else an act on the record."""
    verbs = lexicon().verbs
    if route.key is None:
        plain: tuple[tuple[Deed, set[str]], ...] = (("search", {"GET", "POST"}), ("create", {"POST", "PUT"}), ("list", {"GET", "POST"}))
        for deed, methods in plain:
            if verb in verbs[deed] and route.operation.method in methods:
                return replace(route, deed=deed)
        return f"the action '{verb.replace('_', ' ')}' names no record"
    if verb.split("_", maxsplit=1)[0] not in lexicon().transitions:
        for changed in ("update", "delete"):
            if verb in verbs[changed]:
                return replace(route, deed="update" if changed == "update" else "delete")
    return replace(route, verb=verb)


def _deed(operation: Operation, *, item: bool) -> Deed | None:
    """The deed of a REST verb; on a collection the operation's name decides between create and update."""
    method = operation.method
    if method == "GET":
        return "get" if item else "list"
    if item:
        return {"PUT": "update", "PATCH": "update", "POST": "update", "DELETE": "delete"}.get(method)  # type: ignore[return-value]
    said = words(operation.operation_id)
    if method == "POST":
        return "update" if said and said[0] in lexicon().verbs["update"] else "create"
    if method in {"PUT", "PATCH"}:
        return "create" if said and said[0] in lexicon().verbs["create"] else "update"
    return None


def _by_name(operation: Operation) -> Route | str:
    """Read a call such as ``create_order`` or ``orders.list`` by its words."""
    source = operation.path.strip("/").split("/")[-1] or operation.operation_id
    said = words(source)
    verb, rest = _verb_of(said)
    if verb is None or not rest:
        return "the name holds no verb and thing"
    thing = noun("_".join(word for word in rest if word not in {"by", "id", "all", "my", "the", "a"}) or "_".join(rest))
    deed = _named_deed(verb, rest)
    key = _key_argument(operation, thing)
    if deed is None or deed == "act" or (deed in {"get", "update", "delete"} and key is None):
        if key is None:
            return f"the call '{source}' names no record"
        deed = deed or "act"
    if deed == "get" and key is None:
        return f"the call '{source}' names no record"
    return Route(
        operation, deed, thing, (thing,), key if deed not in {"create", "list", "search"} else None, (), verb if deed == "act" else None
    )


def _verb_of(said: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    known = _verb_words() | lexicon().transitions.keys()
    if said and said[0] in known:
        return said[0], said[1:]
    if len(said) > 1 and said[-1] in known:
        return said[-1], said[:-1]
    return None, said


def _named_deed(verb: str, rest: tuple[str, ...]) -> Deed | None:
    verbs = lexicon().verbs
    many = noun("_".join(rest)) != "_".join(rest) or "all" in rest
    if verb in verbs["search"] and many:
        return "search" if verb != "find" else "list"
    if verb in lexicon().transitions and verb not in {"post", "read", "open", "schedule", "send", "submit"}:
        return "act"
    if verb in verbs["list"] or (verb in verbs["get"] and many):
        return "list"
    for deed in ("get", "create", "update", "delete"):
        if verb in verbs[deed]:
            return deed
    return None


def _key_argument(operation: Operation, thing: str) -> str | None:
    """The argument of a call that names the record: ``id``, ``order_id``, or the thing itself."""
    wanted = ("id", f"{thing}_id", f"{thing.rsplit('_', maxsplit=1)[-1]}_id", f"{thing}_uuid", f"{thing}_key", thing)
    names = {"_".join(words(p.name)): p.name for p in (*operation.parameters, *_body_names(operation))}
    return next((names[w] for w in wanted if w in names), None)


def _body_names(operation: Operation) -> list[Parameter]:
    properties = (operation.request or {}).get("properties")
    if not isinstance(properties, dict):
        return []
    return [Parameter(name=name, place="body", pointer=f"{operation.pointer}/request/{name}") for name in properties]
