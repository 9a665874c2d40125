"""Reading an operation by its verb and path, before its schemas are looked at."""

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from envfactory_assets.corpus.document import ApiDocument, Operation
from envfactory_assets.synthesis.calls import Calls, named_like_a_call, read_call
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, words
from envfactory_assets.synthesis.plain_paths import with_plain_paths
from envfactory_assets.synthesis.plan import Unused
from envfactory_assets.synthesis.route import Deed, Parent, Route, called_after, of_several, said_first, stem_of_parameter, verb_words
from envfactory_assets.synthesis.steps import PARAMETER, VERSION, Step, is_plural, noun_of, steps_of, walk, without_format

_ABBREVIATED = 2
_KEYS = {"id", "uuid", "guid", "gid", "sid"}
_MANY = 3  # one of so many
_LISTS = {"list", "browse", "all"}
_SAYS_CHANGE = {"update", "post", "edit", "modify", "change", "set", "replace", "save"}
_SHOWS = {"show", "info", "view", "details", "detail", "inspect", "full"}
_FINDING = {"find", "search", "query", "lookup"}
_JOINING = {"remove", "add", "delete"}  # with a body: other records, into this one or out of it
_WAYS = {"async", "batch", "bulk"}  # last parts of paths that say how records are sent
_BRINGING_IN = {"import", "upload"}
_OWN = {"my", "me", "user", "self"}
_PLAIN_VERBS = {"create", "delete", "update", "add", "remove", "edit"}
_READING = {"get", "list", "search"}
_ASKING = {"query", "header"}  # where a parameter stands that is no part of the path


def read_routes(document: ApiDocument) -> tuple[list[Route], list[Unused]]:
    """Read every operation; of those that cannot be read, why."""
    document = with_plain_paths(document)
    known = _Paths.of(document)
    routes: list[Route] = []
    unused: list[Unused] = []
    for operation in document.operations:
        route = _read(operation, known)
        if isinstance(route, Route):
            routes.append(route)
        else:
            unused.append(Unused(operation.pointer, "operation", route))
    return _written_out(routes), unused


def _written_out(routes: list[Route]) -> list[Route]:
    """Routes whose outer records are called as the operations on them call them, where the paths abbreviate."""
    short = {noun_of(part): r.thing for r in routes if r.key for part in r.operation.path.split("/")[-2:-1] if len(part) <= _ABBREVIATED}
    if not short:
        return routes
    found = []
    for route in routes:
        parents = tuple(replace(parent, thing=short.get(parent.thing, parent.thing)) for parent in route.parents)
        found.append(replace(route, parents=parents, chain=(*(parent.thing for parent in parents), route.thing)) if parents else route)
    return found


@dataclass(frozen=True)
class _Paths:
    """What the paths of a document say about each other."""

    collections: frozenset[str]  # below which a single parameter stands
    posted: frozenset[str]  # to which something is posted
    read: frozenset[str]  # from which something is got
    changed: frozenset[str]  # to which something is put or patched
    kept: frozenset[str]  # of any of these three
    keyed: frozenset[str]  # the things below whose names a key called after them stands
    called: bool  # whether many end in calls, so that what is got may change something
    calls: Calls

    @classmethod
    def of(cls, document: ApiDocument) -> "_Paths":
        operations = document.operations
        paths = {(o.path.rstrip("/"), o.method) for o in operations}
        below = frozenset(path.rpartition("/")[0] for path, _ in paths if PARAMETER.match(path.rpartition("/")[2]))
        posted = frozenset(path for path, method in paths if method == "POST")
        changed = frozenset(path for path, method in paths if method in {"PUT", "PATCH"})
        read = frozenset(path for path, method in paths if method == "GET")
        called = sum(named_like_a_call(path.rpartition("/")[2]) for path, _ in paths) * _MANY > len(paths)
        return cls(below, posted, read, changed, read | posted | changed, _keyed(paths), called, Calls.of(document))


def _keyed(paths: set[tuple[str, str]]) -> frozenset[str]:
    """The things after whose names a key stands that is called after them: project of ``/projects/{project-id}``."""
    ends = ((path.split("/")[-2], PARAMETER.match(path.rpartition("/")[2])) for path, _ in paths if path.count("/") > 1)
    said = ((noun_of(before), stem_of_parameter(last[1])) for before, last in ends if last and before)
    return frozenset(thing for thing, stem in said if thing == stem)


def _read(operation: Operation, known: _Paths) -> Route | str:
    segments = [s for s in operation.path.strip("/").split("/") if s]
    last = without_format(segments[-1]) if segments else ""
    plain = not any("{" in segment for segment in segments) and operation.path.rstrip("/") not in known.collections
    if not segments or known.calls.remote:
        return read_call(operation, known.calls)
    if len(segments) <= 3 and plain and named_like_a_call(last):
        called = read_call(operation, known.calls)
        if operation.method != "GET" or known.called or not isinstance(called, Route) or called.deed in _READING:
            return called
    return _by_path(operation, segments, known)


def _by_path(operation: Operation, segments: list[str], known: _Paths) -> Route | str:
    steps, verb = _without_verb(operation, segments, known)
    parents, thing, key = walk(steps)
    if thing is None:
        return "the path names no thing"
    if thing in lexicon().kin_words and parents:
        thing = parents[-1].thing
    if thing == "count":
        return "counts records"
    if verb is None and _goes_on_below(steps, thing):
        return "the path goes on below the key of a record, to nothing that it names"
    if len(thing) <= _ABBREVIATED:
        thing = _named_thing(operation) or thing
    if verb is None and thing in {*lexicon().verbs["search"], *lexicon().computing_words, "normalize"}:
        return "searches or works something out over no one thing"
    if operation.method != "DELETE" and _computes(operation, verb or thing):
        return "computes and keeps nothing"
    if verb is None and key is not None and operation.method == "GET" and _is_search_term(key):
        thing = re.sub("_(search|search_result|result)$", "", thing)
        return Route(operation, "search", thing, (*(p.thing for p in parents), thing), None, tuple(parents))
    path = operation.path.rstrip("/")
    if verb is None and key is not None and (outer := stem_of_parameter(key)) not in {"", thing}:
        holds = path in known.collections and not called_after(key, thing)
        if holds or (operation.method == "POST" and outer in known.keyed and _is_made_within(path, key, thing, known)):
            parents, key = [*parents, Parent(outer, key)], None
    chain = (*(p.thing for p in parents), thing)
    if verb is not None:
        return _act(Route(operation, "act", thing, chain, key, tuple(parents)), verb)
    return _plain(Route(operation, "get", thing, chain, key, tuple(parents)), known)


def _without_verb(operation: Operation, segments: list[str], known: _Paths) -> tuple[list[Step], str | None]:
    """The steps of a path, and the verb that it ends in or that stands before its key."""
    path = operation.path.rstrip("/")
    if len(segments) > 1 and segments[-1].lower() in _WAYS and path not in known.collections:
        segments = segments[:-1]
    last, colon, custom = segments[-1].rpartition(":")
    if colon and last and custom:
        return steps_of([*segments[:-1], last]), "_".join(words(custom))
    steps, verb = steps_of(segments), None
    if len(steps) > 1:
        holds = path in known.read and path in known.collections  # what single records stand below is no verb
        steps, verb = _split_verb(operation, steps, collection=path in known.read and path in known.posted, holds=holds)
    if verb is None and len(steps) > 2:
        steps, verb = _split_mark(operation, steps)
    return steps, verb


def _plain(route: Route, known: _Paths) -> Route | str:
    """A path that ends in a thing or its key: what the method does to it."""
    operation, path = route.operation, route.operation.path.rstrip("/")
    deed = _deed(operation, item=route.key is not None)
    if route.key is not None and operation.method == "POST" and path.rpartition("/")[0] not in known.posted:
        chosen = not {"id", "uuid", "guid"} & set(words(route.key))
        there = not chosen and (path in known.changed or path in known.read)
        deed = "create" if _is_called_new(operation, there=there) else deed
    only = path in known.collections and path not in known.posted and said_first(operation) in {"put", "post"}
    if operation.method == "PUT" and route.key is None and deed == "update" and only:
        deed = "create"
    if deed == "update" and operation.method == "POST" and path in known.changed and said_first(operation) not in _SAYS_CHANGE:
        return "posts to a record that another method changes"
    if route.key is None and operation.method == "GET" and path.rpartition("/")[2].lower() in _SHOWS and route.thing not in _SHOWS:
        named = _asked_key(operation, route.thing)
        return replace(route, key=named, deed="get") if named else replace(route, deed=deed or "list")
    if route.key is None and (named := _asked_key(operation, route.thing)):
        if operation.method == "DELETE":
            return replace(route, deed="delete", key=named)
        if operation.method in {"PUT", "PATCH"} and operation.request is None:
            return replace(route, deed="update", key=named)
    several = path in known.kept and is_plural(path.rpartition("/")[2])
    if deed is None and operation.method == "DELETE" and (several or (route.parents and said_first(operation) == "remove")):
        return replace(route, deed="delete")  # all of them
    return replace(route, deed=deed) if deed else f"{operation.method} on a whole collection"


def _is_made_within(path: str, key: str, thing: str, known: _Paths) -> bool:
    """Whether what is posted to a path with another thing's key makes a record for that: ``/reviews/{project-id}``."""
    return not called_after(key, thing) and path not in known.read | known.changed and is_plural(path.split("/")[-2])


def _goes_on_below(steps: list[Step], thing: str) -> bool:
    """Whether what ends a path is no key of its thing, whose own key stands before it: ``/pods/{podId}/{action}``."""
    ends = [text for text, _ in takewhile(lambda step: step[1], reversed(steps))]
    keys = {f"{thing.replace('_', '')}{end}" for end in (*_KEYS, "name")}
    if not any("".join(words(text)) in keys for text in ends[1:]):
        return False
    return bool(stem_of_parameter(ends[0])) and not called_after(ends[0], thing) and not _KEYS & set(words(ends[0]))


def _named_thing(operation: Operation) -> str | None:
    """What the name of an operation speaks of, for a path that abbreviates it: ``getTopic`` on ``/t/{id}``."""
    said = words(operation.operation_id)
    if len(said) < 2 or said[0] not in verb_words() or not operation.operation_id.replace("_", "").isalnum():
        return None
    rest = said[1:-1] if len(said) > 2 and VERSION.match(said[-1]) else said[1:]
    ends = [index for index, word in enumerate(rest) if word in {"by", "for", "from", "of", "in", "status", "state"}]
    return noun("_".join(rest[: ends[0]] if ends and ends[0] else rest))


def _is_search_term(parameter: str) -> bool:
    """Whether what ends a path is searched for and names no record."""
    spelt = "_".join(words(parameter))
    return noun(spelt) in {"search_term", "search_text", "query", "search_query", "keyword", "search", "search_string"}


def _computes(operation: Operation, last: str) -> bool:
    """Whether an operation only works something out: ``POST /rates/estimate``, ``calculateTax``."""
    said = said_first(operation)
    return operation.method == "POST" and bool({said, last.split("_", maxsplit=1)[0]} & lexicon().computing_words)


def _split_verb(operation: Operation, steps: list[Step], *, collection: bool, holds: bool) -> tuple[list[Step], str | None]:
    """Take a verb off the end (``/orders/{id}/cancel``) or from before the key (``/orders/cancel/{id}``)."""
    text, is_parameter = steps[-1]
    spelt = "_".join(words(text))
    writes = operation.method in {"POST", "PUT", "PATCH"} and not holds and not (collection and noun(spelt) != spelt)
    lists = operation.method == "GET" and spelt in _LISTS and not steps[-2][1]
    acts = operation.method == "GET" and spelt in _PLAIN_VERBS and not steps[-2][1] and not holds
    if not is_parameter and (lists or acts or spelt in lexicon().verbs["search"] or (writes and _is_verb(spelt))):
        rest = steps[:-1]
        if rest[-1][0] in {"actions", "action"} and len(rest) > 1:
            rest = rest[:-1]
        return rest, spelt
    brings = not is_parameter and operation.method == "POST" and spelt.partition("_")[0] in _BRINGING_IN
    if brings and not holds and not steps[-2][1] and is_plural(steps[-2][0]):
        return steps[:-1], "create"
    if not is_parameter and operation.method == "GET" and spelt in _SHOWS:
        keyed = steps[-2][1] and said_first(operation) != "list"
        if keyed or _asked_key(operation, noun(steps[-2][0])):
            return steps[:-1], None
    if is_parameter and len(steps) > 2 and steps[-2][0] in {"search", "find"} and operation.method == "GET":
        return steps[:-2], "search"
    before = "_".join(words(steps[-2][0]))
    sure = before in verb_words() or ("_" not in before and _is_verb(before))
    if is_parameter and len(steps) > 2 and not steps[-2][1] and writes and sure:
        return [*steps[:-2], steps[-1]], before
    return steps, None


def _split_mark(operation: Operation, steps: list[Step]) -> tuple[list[Step], str | None]:
    """Take a mark off the end that one method sets and another takes away: ``PUT`` and ``DELETE`` on ``/comments/{id}/resolved``."""
    (text, is_parameter), (_, after_item) = steps[-1], steps[-2]
    spelt = "_".join(words(text))
    if operation.method in {"PUT", "POST", "DELETE"} and operation.request is None:
        if after_item and not is_parameter and (verb := _marking(spelt, operation)):  # /playlists/{id}/followers
            return steps[:-1], verb
        marked = steps[1:] if steps[0][0] in _OWN and not steps[1][1] else steps
        if is_parameter and len(marked) > 2 and not marked[0][1] and (verb := _marking("_".join(words(marked[0][0])), operation)):
            return marked[1:], verb  # /likes/tracks/{id}
    if is_parameter or not after_item or operation.method not in {"PUT", "POST", "DELETE"} or _sets_value(operation, spelt):
        return steps, None
    known = lexicon().transitions
    verb = spelt if spelt in known else next((v for v, moved in known.items() if spelt in moved.flags and not v.startswith("un")), None)
    if verb is not None and operation.method == "DELETE":
        verb = f"un{verb}" if f"un{verb}" in known else None
    return (steps[:-1], verb) if verb else (steps, None)


def _marking(spelt: str, operation: Operation) -> str | None:
    """What the caller does to a record by joining or leaving those who marked it: ``likes`` is like, or unlike."""
    verb = lexicon().mark_nouns.get(spelt)
    return f"un{verb}" if verb and operation.method == "DELETE" else verb


def _sets_value(operation: Operation, spelt: str) -> bool:
    """Whether a request says to what a flag is set: that is a plain change."""
    given = (operation.request or {}).get("properties")
    names = [*(given if isinstance(given, dict) else ()), *(p.name for p in operation.parameters if p.place == "query")]
    return any("_".join(words(name)) in {"value", spelt} for name in names)


def _asked_key(operation: Operation, thing: str) -> str | None:
    """The required query parameter that names the record of a path without a key: ``DELETE /tasks?id=``."""
    last = thing.rsplit("_", maxsplit=1)[-1]
    asked = {"_".join(words(p.name)): p.name for p in operation.parameters if p.place in _ASKING and p.required}
    found = next((asked[w] for w in ("id", f"{thing}_id", f"{last}_id", "gid", "uuid", "key") if w in asked), None)
    whole = thing.replace("_", "")
    given = {name: stem_of_parameter(name).replace("_", "") for name in asked.values() if "id" in words(name)}
    ids = [name for name, stem in given.items() if stem and whole.startswith(stem)]
    return found or (ids[0] if len(ids) == 1 else None)


def _is_verb(spelt: str) -> bool:
    first, _, rest = spelt.partition("_")
    return (
        bool(rest and spelt.rpartition("_")[2] in {"update", "delete"})
        or first in lexicon().act_families
        or spelt in lexicon().transitions
        or first in lexicon().transitions
        or spelt in verb_words()
        or bool(rest and first in lexicon().call_words)
    )


def _is_called_new(operation: Operation, *, there: bool) -> bool:
    """Whether an operation's name says that it makes a record, or leaves it to its verb where no record is read or changed."""
    said = said_first(operation)
    written = operation.operation_id.startswith("post_")  # after the path, by whoever wrote the document down
    return said in set(lexicon().verbs["create"]) - {"post"} or (said == "post" and not (there and written))


def _act(route: Route, verb: str) -> Route | str:
    """A path that ends in a verb: a plain deed if the verb says one, else an act on the record."""
    verbs = lexicon().verbs
    if route.key is None:
        plain: tuple[tuple[Deed, set[str]], ...] = (("search", {"GET", "POST"}), ("create", {"POST", "PUT"}), ("list", {"GET", "POST"}))
        for deed, methods in plain:
            if verb in verbs[deed] and route.operation.method in methods:
                return replace(route, deed=deed)
        if route.operation.method == "POST" and verb.split("_", maxsplit=1)[0] in _FINDING:
            return replace(route, deed="search")
        if of_several(verb) is not None:
            return replace(route, verb=verb)
        if route.operation.method == "POST" and verb not in lexicon().computing_words and _answers_what_is_sent(route.operation):
            return replace(route, deed="create")
        return f"the action '{verb.replace('_', ' ')}' names no record"
    if route.operation.method == "GET":
        return f"the action '{verb.replace('_', ' ')}' tells something of a record"
    if verb.split("_", maxsplit=1)[0] not in lexicon().transitions and not (verb in _JOINING and route.operation.request):
        for changed in ("update", "delete"):
            if verb in verbs[changed]:
                return replace(route, deed="update" if changed == "update" else "delete")
    return replace(route, verb=verb)


def _answers_what_is_sent(operation: Operation) -> bool:
    """Whether a record is sent and the same kind of record comes back: it was made."""
    sent, answered = operation.request or {}, operation.response or {}
    return "$ref" in sent and sent.get("$ref") == answered.get("$ref")


def _deed(operation: Operation, *, item: bool) -> Deed | None:
    """The deed of a REST verb; on a collection the operation's name decides between create and update."""
    method = operation.method
    if method == "GET":
        return "get" if item else "list"
    if item:
        if method == "POST" and said_first(operation) in lexicon().verbs["delete"]:
            return "delete"
        return {"PUT": "update", "PATCH": "update", "POST": "update", "DELETE": "delete"}.get(method)  # type: ignore[return-value]
    said, verbs = said_first(operation), lexicon().verbs
    if method == "POST":
        if said in lexicon().renewing_words and said in {word for part in operation.path.split("/") for word in words(part)}:
            return None  # of all records at once
        things = {
            noun(word) for part in operation.path.split("/") for word in words(part)
        }  # of things that are called lists, the word is no verb
        asks = said in {*verbs["search"], *verbs["list"], "get", "fetch", "retrieve"} - things and said not in {"index", "lookup"}
        if asks:
            return "search" if said in verbs["search"] else "list"
        return "update" if said in set(verbs["update"]) - {"put", "patch"} - things else "create"
    if method in {"PUT", "PATCH"}:
        return "create" if said in verbs["create"] else "update"
    return None
