"""Reading calls by their names: ``create_order``, ``orders.list``, ``chat.postMessage``, ``/orders/list.json``."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from envfactory_assets.corpus.document import ApiDocument, Operation, Parameter
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.route import Deed, Parent, Route, verb_words
from envfactory_assets.synthesis.schemas import Schemas
from envfactory_assets.synthesis.steps import without_format

_FILLERS = {"by", "id", "ids", "all", "my", "the", "a", "an", "for", "of"}
_TELLING_KEYS = {"symbol", "ticker", "code", "slug", "isbn", "sku", "username", "email", "key", "uuid"}
_SENDING = {"send", "reply"}
_POSTING = {"post", "submit", "write"}
_SHORTENED = 4  # letters of a word cut short: repo for repository
_RECORD_DEEDS = {"get", "update", "delete", "act"}
_VERSION = re.compile(r"^v?\d+(\.\d+)*$")
_FEWEST_CALLS = 4
_ABOUT = {"by", "for", "from", "to", "with", "in", "into", "based"}


@dataclass(frozen=True)
class Calls:
    """What the calls of a document say about each other."""

    schemas: Schemas
    prefix: tuple[str, ...]  # the words that their names begin with
    everywhere: frozenset[str]  # the arguments that all of them take: they name the caller
    remote: bool  # whether paths are names of calls: none takes a parameter, and most end in a verb or are posted to

    @classmethod
    def of(cls, document: ApiDocument) -> "Calls":
        """Compare the calls of a document."""
        schemas, operations = Schemas(document), document.operations
        given = [{p.name for p in (*o.parameters, *body_arguments(o, schemas))} for o in operations]
        everywhere = frozenset(set.intersection(*given)) if len(given) >= _FEWEST_CALLS else frozenset[str]()
        paths = [_pieces(o.path) for o in operations if o.path]
        told = sum(len(pieces) > 1 and _verb_of(words(pieces[-1]))[0] is not None for pieces in paths)
        posted = sum(o.method == "POST" for o in operations)
        plain = len(paths) >= _FEWEST_CALLS and not any("{" in o.path for o in operations)
        remote = plain and (told * 3 >= len(paths) * 2 or posted * 10 > len(paths) * 9)
        prefix = _common_prefix([words(o.operation_id) for o in operations if not o.path])
        return cls(schemas, prefix, everywhere, remote)

    def arguments(self, operation: Operation) -> tuple[Parameter, ...]:
        """The arguments of a call, wherever they are sent, without those that say who calls."""
        given = self._of_each((*operation.parameters, *body_arguments(operation, self.schemas)), operation)
        return tuple(p for p in given if p.name not in self.everywhere and not set(words(p.name)) & lexicon().secret_words)

    def takes_several(self, operation: Operation) -> bool:
        """Whether a call takes many records at once: ``update_tasks(items)``."""
        given = (*operation.parameters, *body_arguments(operation, self.schemas))
        return self._of_each(given, operation) is not given

    def _of_each(self, given: tuple[Parameter, ...], operation: Operation) -> tuple[Parameter, ...]:
        """The arguments of a call with those of each record in the place of the one list of records that it takes."""
        lists = [p for p in given if self.schemas.shape(self.schemas.items(p.schema_)).properties]
        if operation.path or len(lists) != 1:
            return given
        said = {noun(word) for word in words(operation.operation_id)}
        if noun(lists[0].name).rpartition("_")[2] not in (said | {"item"} if len(given) == 1 else said):
            return given
        shape = self.schemas.shape(self.schemas.items(lists[0].schema_), f"{lists[0].pointer}/schema/items")
        inner = [
            Parameter(name=name, place="body", required=name in shape.required, schema_=schema, pointer=shape.place(name))
            for name, schema in shape.properties.items()
        ]
        others = (p for p in given if p is not lists[0] and p.name not in shape.properties)
        return (*others, *inner)


def _common_prefix(names: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The first word of most names, when it is no verb."""
    firsts = Counter(name[0] for name in names if len(name) > 1)
    word, count = firsts.most_common(1)[0] if firsts else ("", 0)
    return (word,) if count > 2 and count * 4 >= len(names) * 3 and word not in verb_words() else ()


def _pieces(path: str) -> list[str]:
    steps = [without_format(part) for part in path.strip("/").split("/")]
    return [step for step in steps if step and not _VERSION.match(step) and step not in lexicon().path_noise]


def named_like_a_call(segment: str) -> bool:
    """Whether a part of a path is a call and not a thing."""
    if "." in segment.strip("."):
        return True
    parts = words(segment)
    return len(parts) > 1 and (parts[0] in verb_words() - {"open", "post", "read", "record", "book", "place", "order", "check"})


def read_call(operation: Operation, calls: Calls) -> Route | str:
    """Read a call by its name.

    Args:
        operation: the call.
        calls: what the calls of its document say about each other.
    """
    arguments = calls.arguments(operation)
    steps = _pieces(operation.path)
    source = steps[-1] if steps else operation.operation_id
    pieces = steps if calls.remote and len(steps) > 1 else [piece for piece in source.split(".") if piece]
    if len(pieces) > 1:
        return _dotted(operation, pieces, arguments)
    said = words(source)
    said = said[len(calls.prefix) :] if calls.prefix and said[: len(calls.prefix)] == calls.prefix else said
    verb, rest = _verb_of(said)
    rest = tuple(word for word in rest if word not in _FILLERS) or rest
    if (reason := _aside(verb, said, rest, operation)) is not None:
        return reason
    if (sent := _sent(said, rest, arguments)) is not None:
        return _route(operation, "act", sent, (), "send", arguments)
    if verb is None or not rest or rest in {("search",), ("query",)}:
        return "the name holds no verb and thing"
    if len(rest) > 1 and rest[-1] in {"search", "query"} and verb in {"post", "get", "run"}:
        return _route(operation, "search", noun("_".join(rest[:-1])), (), None, arguments)
    if (joined := _joining(operation, verb, said, arguments)) is not None:
        return joined
    subject, form = _subject(_before_by(rest, said))
    many = noun("_".join(subject)) != "_".join(subject) or "all" in said
    deed = _deed(verb, many=many, alone=False)
    subject, outer = _inside(subject, arguments) if deed in {"list", "search"} and form is None else (subject, ())
    if form == "list" and said[-1] != "children" and operation.response is None and key_argument(arguments, (noun("_".join(subject)),)):
        return "lists what happened to one record"
    if form is not None and deed in {"get", "list"}:
        deed = form
    elif deed == "list" and calls.takes_several(operation):
        deed = "get"  # those that it names
    return _route(operation, deed, noun("_".join(subject)), outer, verb, arguments)


def _aside(verb: str | None, said: tuple[str, ...], rest: tuple[str, ...], operation: Operation) -> str | None:
    """Why a call does nothing to a record, as far as its name alone says it."""
    if rest[:1] == ("or",):
        return "does one of two things, and which the name does not tell"
    if said[:1] and said[0] in lexicon().computing_words:
        return "computes and keeps nothing"
    if verb in lexicon().verbs["get"] and said[-1] in {"id", "ids"} and len(said) == 3 and operation.response is not None:
        return "looks up a key and no record"
    if verb in {"set", "switch", "select"} and rest and rest[0] in {"active", "current", "default"}:
        return "says what the caller works with from now on"
    return None


def _sent(said: tuple[str, ...], rest: tuple[str, ...], arguments: tuple[Parameter, ...]) -> str | None:
    """What a call sends that only says so, or to whom: ``send(message)``, ``reply_to_forum(message)``."""
    sends = bool(said) and lexicon().act_families.get(said[0], said[0]) in _SENDING and (not rest or "to" in said[1:])
    return next((noun(p.name) for p in arguments if noun(p.name) in lexicon().sent_words), None) if sends else None


def _inside(subject: tuple[str, ...], arguments: tuple[Parameter, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is listed inside a record whose key the call takes, and that record: ``list_issue_comments(issue_id)`` lists comments."""
    given = {snake(p.name) for p in arguments}
    for cut in range(len(subject) - 1, 0, -1):
        outer = noun("_".join(subject[:cut]))
        if given & {f"{outer}_{end}" for end in ("id", "number", "key", "uuid")}:
            return subject[cut:], (outer,)
    return subject, ()


def _joining(operation: Operation, verb: str, said: tuple[str, ...], arguments: tuple[Parameter, ...]) -> Route | None:
    """A call that puts one record to another or takes it away, both by their keys: ``remove_member_from_card``, ``add_to_watchlist``."""
    middle = next((word for word in ("to", "from", "onto") if word in said[1:-1]), None)
    family = {"add": "add_member", "remove": "remove_member"}.get(verb, lexicon().act_families.get(verb, ""))
    if middle is None or family not in {"add_member", "remove_member", "assign", "unassign"}:
        return None
    at = said.index(middle)
    held, holder = noun("_".join(said[1:at])), noun("_".join(said[at + 1 :]))
    if holder in lexicon().personal_lists:
        named = key_argument(arguments, (held,)) or (arguments[0].name if len(arguments) == 1 else None)
        held = held or noun(named or "")
        return Route(operation, "act", held, (held,), named, (), "mark", arguments=arguments, named=True) if named else None
    key, other = key_argument(arguments, (holder,)), key_argument(arguments, (held,)) if held else None
    if key is None or other is None or key == other or not snake(other).endswith(("_id", "_ids", "_name", "_number", "_key")):
        return None
    return Route(operation, "act", holder, (holder,), key, (), family, arguments=arguments, named=True)


def _subject(rest: tuple[str, ...]) -> tuple[tuple[str, ...], Deed | None]:
    """The thing that words name, without how much of it they ask for: ``available stocks``, ``order history``, ``order details``."""
    form: Deed | None = None
    if len(rest) > 1 and rest[-1] in lexicon().history_words:
        rest, form = rest[:-1], "list"
    elif len(rest) > 1 and rest[-1] in lexicon().detail_words:
        rest, form = rest[:-1], "get"
    while len(rest) > 1 and rest[0] in lexicon().describing_words:
        rest = rest[1:]
    if len(rest) > 1 and rest[-1] in lexicon().subset_words and noun("_".join(rest[:-1])) != "_".join(rest[:-1]):
        rest = rest[:-1]  # messages sent
    return rest, form


@cache
def _states() -> frozenset[str]:
    """What says in which state records are, and does not name them."""
    return lexicon().describing_words | {value for moved in lexicon().transitions.values() for value in moved.values}


def _dotted(operation: Operation, pieces: list[str], arguments: tuple[Parameter, ...]) -> Route | str:
    """``namespace.thing.verb``; the namespace is the thing when nothing else is, and holds it when something is."""
    outer = [noun(piece) for piece in pieces[:-1]]
    said = words(pieces[-1])
    verb, rest = _verb_of(said)
    if said[-1] == "count":
        return "counts records"
    if said[0] in lexicon().computing_words:
        return "computes and keeps nothing"
    if verb is None:
        if operation.method == "GET":
            return _route(operation, "list", noun(pieces[-1]), tuple(outer), None, arguments)
        if operation.path and len(arguments) == 1 and key_argument(arguments, (outer[-1],)):
            return _route(operation, "get", outer[-1], (), None, arguments)
        return _route(operation, "act", outer[-1], (), "_".join(said), arguments)
    rest = () if set(rest) <= _states() or rest[-1].endswith("ed") else rest
    sends = lexicon().act_families.get(verb) == "send"
    if rest and not sends and verb not in lexicon().verbs["update"]:
        subject, form = _subject(rest)
        many = noun("_".join(subject)) != "_".join(subject) or "all" in said
        made = _route(operation, form or _deed(verb, many=many, alone=False), noun("_".join(subject)), (), verb, arguments)
        return replace(made, space=outer[-1]) if isinstance(made, Route) else made
    deed = _deed(verb, many=False, alone=True)
    return _route(operation, deed, outer[-1], tuple(outer[:-1]), verb if sends else "_".join(said), arguments)


def _route(
    operation: Operation, deed: Deed, thing: str, outer: tuple[str, ...], verb: str | None, arguments: tuple[Parameter, ...]
) -> Route | str:
    if not thing:
        return "the name holds no verb and thing"
    if deed == "create" and verb in _POSTING and noun(thing.rpartition("_")[2]) in lexicon().sent_words:
        deed, verb = "act", "send"
    key = key_argument(arguments, (thing, *(f"{each}_{thing}" for each in outer[-1:]))) if deed in _RECORD_DEEDS else None
    if deed == "act" and key is not None and lexicon().act_families.get(verb or "") == "send" and key == thing:
        key = None  # what is sent, not a record that is there
    if deed == "get" and key is None and len({p.name for p in arguments if _pages(p.name)}) > 1:
        deed = "list"
    chain = (*outer[-1:], thing)
    parents = tuple(Parent(each, named) for each in outer[-1:] if (named := key_argument(arguments, (each,))))
    return Route(operation, deed, thing, chain, key, parents, verb if deed == "act" else None, named=True, arguments=arguments)


def _pages(name: str) -> bool:
    spelt = "_".join(words(name))
    return spelt in lexicon().page_parameters or spelt in lexicon().page_sizes


def _verb_of(said: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The verb at the start or the end of a name, and the other words."""
    if said and (said[0] in verb_words() or said[0] in lexicon().call_verbs):
        return said[0], said[1:]
    if len(said) > 1 and said[-1] in verb_words():
        return said[-1], said[:-1]
    if len(said) > 1 and said[0] in lexicon().mark_verbs:
        return said[0], said[1:]
    return None, said


def _before_by(rest: tuple[str, ...], said: tuple[str, ...]) -> tuple[str, ...]:
    """What is asked for, without what it is asked by: ``get orders by customer``."""
    ends = [said.index(word) for word in _ABOUT if word in said[1:]]
    left = tuple(w for w in said[: min(ends)] if w in rest) if ends else ()
    return left or rest


def _deed(verb: str, *, many: bool, alone: bool) -> Deed:
    verbs = lexicon().verbs
    if verb in lexicon().call_verbs:
        return "create"
    if verb in verbs["search"] and (many or verb == "search"):
        return "list" if verb == "find" else "search"
    if (
        verb in lexicon().act_families
        or verb in lexicon().mark_verbs - {"read"}
        or (verb in lexicon().transitions and (alone or verb not in verbs["create"] + verbs["get"]))
    ):
        return "act"
    if verb in verbs["list"] or (verb in verbs["get"] and many):
        return "list"
    plain: tuple[Deed, ...] = ("get", "create", "update", "delete")
    return next((deed for deed in plain if verb in verbs[deed]), "act")


def key_argument(arguments: Sequence[Parameter], names: tuple[str, ...]) -> str | None:
    """The argument of a call that names the record: ``id``, ``order_id``, or the thing itself.

    Args:
        arguments: those of the call.
        names: what the record is called.
    """
    given = {"_".join(words(p.name)): p.name for p in arguments}
    wanted = ["id", "ids"] if len(given) < 3 else ["id"]
    for name in names:
        last = name.rsplit("_", maxsplit=1)[-1]
        for stem in dict.fromkeys((name, last)):
            wanted += [f"{stem}_id", f"{stem}_uuid", f"{stem}_key", f"{stem}_ids", f"{stem}_name", f"{stem}_names", f"{stem}_number", stem]
        head = name.split("_", maxsplit=1)[0]
        wanted += [f"{head}_id", f"{head}_number"] if head != name else []
    together = {spelt.replace("_", ""): name for spelt, name in given.items()}
    found = next((given[w] for w in wanted if w in given), None)
    found = found or next((together[w.replace("_", "")] for w in wanted if w.replace("_", "") in together), None)
    found = found or next((given[w] for w in given if len(w) >= _SHORTENED and any(name.startswith(w) for name in names)), None)
    found = found or next((given[w] for w in given if w.endswith("_id") and any(w.startswith(f"{name}_") for name in names)), None)
    only = next(iter(given)) if len(given) == 1 else ""
    return found or (given[only] if only in _TELLING_KEYS else None)


def body_arguments(operation: Operation, schemas: Schemas) -> list[Parameter]:
    """The properties of a call's body as arguments."""
    shape = schemas.shape(operation.request, f"{operation.pointer}/request")
    return [
        Parameter(name=name, place="body", required=name in shape.required, schema_=schema, pointer=shape.place(name))
        for name, schema in shape.properties.items()
    ]
