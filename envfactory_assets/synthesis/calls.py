"""Reading calls by their names: ``create_order``, ``orders.list``, ``chat.postMessage``."""

from dataclasses import replace

from envfactory_assets.corpus.document import Operation, Parameter
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, words
from envfactory_assets.synthesis.route import Deed, Parent, Route, verb_words

_FILLERS = {"by", "id", "ids", "all", "my", "the", "a", "an", "for", "of"}
_HISTORIES = {"history", "list", "log"}
_DETAILS = {"info", "detail", "details", "data"}
_TELLING_KEYS = {"symbol", "ticker", "code", "slug", "isbn", "sku", "username", "email", "key", "uuid"}
_SHORTENED = 4  # letters of a word cut short: repo for repository
_RECORD_DEEDS = {"get", "update", "delete", "act"}


def named_like_a_call(segment: str) -> bool:
    """Whether a part of a path is a call and not a thing."""
    if "." in segment.strip("."):
        return True
    parts = words(segment)
    return len(parts) > 1 and (parts[0] in verb_words() - {"open", "post", "read", "record", "book", "place", "order", "check"})


def read_call(operation: Operation, prefix: tuple[str, ...] = (), joined: str = "") -> Route | str:
    """Read a call by its name.

    Args:
        operation: the call.
        prefix: the words that all names begin with, which say nothing.
        joined: the name, when it is more than the last part of the path.
    """
    source = joined or operation.path.strip("/").split("/")[-1] or operation.operation_id
    source = source.removesuffix(".json").removesuffix(".xml")
    pieces = [piece for piece in source.split(".") if piece]
    if len(pieces) > 1:
        return _dotted(operation, pieces)
    said = words(source)
    said = said[len(prefix) :] if prefix and said[: len(prefix)] == prefix else said
    verb, rest = _verb_of(said)
    rest = tuple(word for word in rest if word not in _FILLERS) or rest
    history = len(rest) > 1 and rest[-1] in _HISTORIES
    rest = rest[:-1] if len(rest) > 1 and rest[-1] in _HISTORIES | _DETAILS else rest
    if rest[:1] == ("or",):
        return "does one of two things, and which the name does not tell"
    if verb is None or not rest or rest in {("search",), ("query",)}:
        return "the name holds no verb and thing"
    if len(rest) > 1 and rest[-1] in {"search", "query"} and verb in {"post", "get", "run"}:
        return _route(operation, "search", noun("_".join(rest[:-1])), (), None)
    deed = _deed(verb, many=history or _says_many(rest, said), alone=False)
    thing = noun("_".join(_before_by(rest, said)))
    return _route(operation, deed, thing, (), verb)


def _dotted(operation: Operation, pieces: list[str]) -> Route | str:
    """``namespace.thing.verb``; the namespace is the thing when nothing else is, and holds it when something is."""
    outer = [noun(piece) for piece in pieces[:-1]]
    said = words(pieces[-1])
    verb, rest = _verb_of(said)
    if said[-1] == "count":
        return "counts records"
    if verb is None:
        reads = operation.method == "GET"
        deed: Deed = "list" if reads else "act"
        thing = noun(pieces[-1]) if reads else outer[-1]
        return _route(operation, deed, thing, tuple(outer) if reads else (), None if reads else "_".join(said))
    if rest and verb not in lexicon().verbs["update"] and not rest[-1].endswith("ed"):
        deed = _deed(verb, many=_says_many(rest, said), alone=False)
        made = _route(operation, deed, noun("_".join(rest)), (), verb)
        return replace(made, space=outer[-1]) if isinstance(made, Route) else made
    deed = _deed(verb, many=False, alone=True)
    return _route(operation, deed, outer[-1], tuple(outer[:-1]), "_".join(said))


def _route(operation: Operation, deed: Deed, thing: str, outer: tuple[str, ...], verb: str | None) -> Route | str:
    if not thing:
        return "the name holds no verb and thing"
    key = key_argument(operation, (thing,)) if deed in _RECORD_DEEDS else None
    chain = (*outer[-1:], thing)
    parents = tuple(Parent(each, named) for each in outer[-1:] if (named := key_argument(operation, (each,))))
    return Route(operation, deed, thing, chain, key, parents, verb if deed == "act" else None, named=True)


def _verb_of(said: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The verb at the start or the end of a name, and the other words."""
    if said and (said[0] in verb_words() or said[0] in lexicon().call_verbs):
        return said[0], said[1:]
    if len(said) > 1 and said[-1] in verb_words():
        return said[-1], said[:-1]
    return None, said


def _before_by(rest: tuple[str, ...], said: tuple[str, ...]) -> tuple[str, ...]:
    """What is asked for, without what it is asked by: ``get orders by customer``."""
    for word in ("by", "for", "from", "to", "with", "in", "into"):
        if word in said[1:]:
            left = tuple(w for w in said[: said.index(word)] if w in rest)
            if left:
                return left
    return rest


def _says_many(rest: tuple[str, ...], said: tuple[str, ...]) -> bool:
    subject = _before_by(rest, said)
    return noun("_".join(subject)) != "_".join(subject) or "all" in said


def _deed(verb: str, *, many: bool, alone: bool) -> Deed:
    verbs = lexicon().verbs
    if verb in lexicon().call_verbs:
        return "create"
    if verb in verbs["search"] and (many or verb == "search"):
        return "list" if verb == "find" else "search"
    if verb in lexicon().act_families or (verb in lexicon().transitions and (alone or verb not in verbs["create"] + verbs["get"])):
        return "act"
    if verb in verbs["list"] or (verb in verbs["get"] and many):
        return "list"
    plain: tuple[Deed, ...] = ("get", "create", "update", "delete")
    return next((deed for deed in plain if verb in verbs[deed]), "act")


def key_argument(operation: Operation, names: tuple[str, ...]) -> str | None:
    """The argument of a call that names the record: ``id``, ``order_id``, or the thing itself.

    Args:
        operation: the call.
        names: what the record is called.
    """
    given = {"_".join(words(p.name)): p.name for p in (*operation.parameters, *body_arguments(operation))}
    wanted = ["id", "ids"] if len(given) < 3 else ["id"]
    for name in names:
        last = name.rsplit("_", maxsplit=1)[-1]
        for stem in dict.fromkeys((name, last)):
            wanted += [f"{stem}_id", f"{stem}_uuid", f"{stem}_key", f"{stem}_ids", f"{stem}_name", f"{stem}_names", f"{stem}_number", stem]
        head = name.split("_", maxsplit=1)[0]
        wanted += [f"{head}_id", f"{head}_number"] if head != name else []
    found = next((given[w] for w in wanted if w in given), None)
    found = found or next((given[w] for w in given if len(w) >= _SHORTENED and any(name.startswith(w) for name in names)), None)
    only = next(iter(given)) if len(given) == 1 and not operation.path else ""
    return found or (given[only] if only in _TELLING_KEYS else None)


def body_arguments(operation: Operation) -> list[Parameter]:
    """The properties of a call's body as arguments."""
    properties = (operation.request or {}).get("properties")
    if not isinstance(properties, dict):
        return []
    pointer = operation.pointer
    return [
        Parameter(name=name, place="body", schema_=schema, pointer=f"{pointer}/request/properties/{name}")
        for name, schema in properties.items()
        if isinstance(schema, dict)
    ]
