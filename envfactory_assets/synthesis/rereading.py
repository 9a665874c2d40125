"""Reading operations again in the light of each other: the record an answer carries says whose operation it is.

A path may speak of ``/recipes/raves`` and answer recipes, of ``/requests/{id}/review`` and answer the request, of ``/flags/{projectKey}``
and list the flags of a project; a call may name its record by a word that only another answer explains.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable
from dataclasses import replace

from envfactory_assets.synthesis.calls import key_argument
from envfactory_assets.synthesis.compounds import compounds
from envfactory_assets.synthesis.keys import qualifies
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import Parent, Route, called_after, makes_a_record, said_first, stem_of_parameter
from envfactory_assets.synthesis.schemas import Payload
from envfactory_assets.synthesis.stems import is_line

_FEWEST_PROPERTIES = 3
_KEY_ENDS = {"id", "key", "code", "number", "gid", "sid"}
_EVERYTHING = 4  # things at least that one answer is about
_SURELY = 1000  # more than all readings together say
_FEWEST_EQUAL = 8
_WEIGHTS = {"get": 4, "update": 3, "create": 3, "list": 2, "search": 1, "delete": 1, "act": 0}
_RECORD_DEEDS = {"get", "update", "delete", "act"}


def reread(readings: list[Reading]) -> tuple[list[Reading], dict[str, str]]:
    """Read operations again.

    Returns:
        The readings, and for each operation pointer that cannot be read after all the reason.
    """
    readings = _recognised(readings)
    lists = _lists_of(readings)
    readings = [replace(r, route=_renamed(r.route, lists[r.route.thing])) if r.route.thing in lists else r for r in readings]
    above = {r.route.operation.path.rstrip("/").rpartition("/")[0] for r in readings if r.route.key}
    readings = [_of_collection_before(reading, above) for reading in readings]
    homes = _homes(readings)
    own = set(homes.values())
    readings = [_made(_called_by_record(reading)) for reading in readings]
    own |= {r.route.thing for r in readings if r.route.deed == "get" and _names(r.route) and not _shows_another(r, homes)}
    aliases = compounds(readings) | _aliases(readings, homes, own) | _by_parameter(readings, own)
    called = _called(readings, homes)
    found: list[Reading] = []
    reasons = {r.pointer: "sets one value of no record" for r in readings if _sets_value(r.route)}
    readings = [reading for reading in readings if reading.pointer not in reasons]
    shared = _shared_arguments(readings, aliases)
    things = {reading.route.thing for reading in readings} | lexicon().people_words
    people = next((word for word in ("user", "member", "person") if any(r.route.thing == word for r in readings)), None)
    for reading in readings:
        thing = aliases.get(reading.route.thing)
        named = replace(reading, route=_renamed(reading.route, thing)) if thing else reading
        again = _again(named, homes, own, above)
        again = _with_key(again, called, things) if again.route.named else again
        if again.route.named and again.route.key is None and again.route.deed in _RECORD_DEEDS:
            again = replace(again, route=replace(again.route, key=shared.get(again.route.thing) or _as_read(again.route, readings, things)))
        if again.route.named and again.route.deed == "get" and again.route.thing in lexicon().caller_things and people:
            found.append(replace(again, route=_renamed(again.route, people)))
        elif again.route.named and again.route.deed in _RECORD_DEEDS and again.route.key is None and not makes_a_record(again.route):
            reasons[again.pointer] = f"the call '{again.route.operation.operation_id}' names no record"
        else:
            found.append(again)
    return found, reasons


def _of_collection_before(reading: Reading, above: Collection[str]) -> Reading:
    """A path that ends in what is said of the records of the collection before it, which its answer is called after: ``/films/popular``."""
    route, answer = reading.route, reading.response
    parts = [part for part in route.operation.path.split("/") if part]
    if answer is None or _posts_for_many(reading) or route.key is not None or route.named or len(parts) < 2 or "{" in parts[-1] + parts[-2]:
        return reading
    before, said = noun(parts[-2]), {answer.shape.stem, _called_word(reading)}
    if before == noun(snake(parts[-2])) == snake(parts[-2]) or before not in said or route.thing in said or route.thing == before:
        return reading
    if any(path.startswith(route.operation.path.rstrip("/")) for path in above):
        return reading  # single records stand below it
    return reading if called_alike(answer.shape.stem, route.thing) else replace(reading, route=_renamed(route, before))


def _recognised(readings: list[Reading]) -> list[Reading]:
    """Readings whose answers show, written out, what other answers show as a shared schema: under its name."""
    shared = {frozenset(r.response.shape.properties): r.response.shape for r in readings if r.response and r.response.shape.name}
    found = []
    for reading in readings:
        answer = reading.response
        same = shared.get(frozenset(answer.shape.properties)) if answer and not answer.shape.name else None
        if answer is None or same is None or len(same.properties) < _FEWEST_EQUAL:
            found.append(reading)
        else:
            found.append(replace(reading, response=replace(answer, shape=replace(answer.shape, name=same.name, stem=same.stem))))
    return found


def signature(payload: Payload | None) -> Hashable | None:
    """What a record is told by: its shared name, else its properties."""
    if payload is None:
        return None
    if not any(_is_key(snake(key)) for key in payload.shape.properties):
        return None
    if payload.shape.name:
        return payload.shape.name
    given = frozenset(snake(key) for key in payload.shape.properties)
    return given if len(given) >= _FEWEST_PROPERTIES else None


def _is_key(spelt: str) -> bool:
    return spelt in lexicon().key_fields or spelt in lexicon().named_keys or spelt.rpartition("_")[2] in _KEY_ENDS


def _homes(readings: list[Reading]) -> dict[Hashable, str]:
    """For each kind of record the thing whose it is: that of its item paths, of its own name, of what answers call it."""
    votes: dict[Hashable, Counter[str]] = defaultdict(Counter)
    items = {r.route.thing for r in readings if r.route.key and r.route.deed in {"get", "update"}}
    keyed = {r.route.thing for r in readings if r.route.key}
    things = {r.route.thing for r in readings}
    shared = _around_everything(readings)
    for reading in readings:
        told = signature(reading.response)
        if told is None or reading.response is None or told in shared:
            continue
        route, many = reading.route, reading.response.many
        fits = many == (route.deed in {"list", "search"}) or route.named
        votes[told][route.thing] += (_WEIGHTS[route.deed] if fits else 0) + (route.thing in items)
        stem = reading.response.shape.stem
        for thing in {route.thing, *(keyed & {stem})}:
            sure = thing == stem and thing in keyed and not _of_part(reading.response.shape.name or "", things - {stem})
            votes[told][thing] += _SURELY if sure else 3 if called_alike(stem, thing) or _begins(reading.response.shape.name, thing) else 0
        if route.named and (word := _called_word(reading)):
            votes[told][word] += 3
    return {told: min(things, key=lambda t: (-things[t], len(t), t)) for told, things in votes.items() if max(things.values()) > 0}


def _around_everything(readings: list[Reading]) -> set[Hashable]:
    """What is answered whatever is asked, and is called after none of it: the outcome of a call, no record."""
    seen: dict[Hashable, set[str]] = defaultdict(set)
    alike: set[Hashable] = set()
    bare: set[Hashable] = set()  # no more than a key: the answer of whatever makes records
    for reading in readings:
        told, answer = signature(reading.response), reading.response
        if told is None or answer is None:
            continue
        if len(answer.shape.properties) == 1:
            bare.add(told)
        seen[told].add(reading.route.thing)
        called = called_alike(answer.shape.stem, reading.route.thing) or _begins(answer.shape.name, reading.route.thing)
        if answer.many or called or (not answer.shape.name and _called_word(reading)):
            alike.add(told)
    return {told for told, things in seen.items() if len(things) >= (2 if told in bare else _EVERYTHING)} - alike


def _called_word(reading: Reading) -> str | None:
    """The noun of the property that a record sits in, when it says anything."""
    told = words(reading.response.envelope) if reading.response is not None and reading.response.envelope else ()
    told = told[:-1] if len(told) > 1 and told[-1] in lexicon().history_words else told
    word = noun("_".join(told))
    return word if word and word not in lexicon().list_wrappers and word not in lexicon().record_wrappers else None


def called_alike(stem: str, thing: str) -> bool:
    """Whether two nouns speak of the same thing, one perhaps with more words before it."""
    return bool(stem) and (stem == thing or stem.endswith(f"_{thing}") or thing.endswith(f"_{stem}") or stem.replace("_", "") == thing)


def _of_part(name: str, things: set[str]) -> bool:
    """Whether a shared schema is of a part of a record, or of another thing: ``OrderItem``, ``FormDataRequest`` beside data requests."""
    spelt = noun(name)
    return is_line(name) or any(spelt[place + 1 :] in things for place, letter in enumerate(spelt) if letter == "_")


def _shows_another(reading: Reading, homes: dict[Hashable, str]) -> bool:
    """Whether an item path answers the record of another thing, which is called so: ``/followers/{id}`` a user."""
    told, answer = signature(reading.response), reading.response
    home = homes.get(told) if told is not None else None
    return (
        home is not None
        and home != reading.route.thing
        and answer is not None
        and (called_alike(answer.shape.stem, home) or _begins(answer.shape.name, home))
    )


def _begins(name: str | None, thing: str) -> bool:
    """Whether a shared schema's name begins with a thing's, however either is spelt: ``MediaEntry`` of media."""
    spelt, whole = "".join(words(name or "")), thing.replace("_", "")
    return spelt.startswith(whole) and spelt != whole


def _aliases(readings: list[Reading], homes: dict[Hashable, str], own: set[str]) -> dict[str, str]:
    """Names of calls whose records are all another thing's: ``chat.update`` answers a message."""
    seen: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        if reading.route.named and (told := signature(reading.response)) is not None and told in homes:
            seen[reading.route.thing].add(homes[told])
    spaces: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        if reading.route.space and homes.get(signature(reading.response)) == reading.route.thing:
            spaces[reading.route.space].add(reading.route.thing)
    by_space = {space: next(iter(found)) for space, found in spaces.items() if space not in own and len(found) == 1}
    return by_space | {thing: next(iter(found)) for thing, found in seen.items() if thing not in own and len(found) == 1}


def _made(reading: Reading) -> Reading:
    """A call that answers a key it was not given makes what the key is called by: ``book_flight`` a booking."""
    route = reading.route
    if not route.named or not (route.deed == "create" or makes_a_record(route)) or reading.response is None:
        return reading
    given = {snake(p.name) for p in route.arguments}
    longer = [snake(key) for key in (route.operation.response or {}).get("properties") or () if snake(key).endswith(f"_{route.thing}_id")]
    if len(longer) == 1 and longer[0] not in given:
        return replace(reading, route=_renamed(route, longer[0].removesuffix("_id")))
    if _called_word(reading) == route.thing:
        return reading
    keys = [snake(key) for key in reading.response.shape.properties if snake(key).endswith("_id") and snake(key) not in given]
    stem = keys[0].removesuffix("_id") if keys else route.thing
    return reading if not keys or called_alike(stem, route.thing) else replace(reading, route=_renamed(route, stem))


def _called_by_record(reading: Reading) -> Reading:
    """A path that is called after the caller, as ``/self``: it reads the record that it answers."""
    route, answer = reading.route, reading.response
    if answer is None or route.named:
        return reading
    word = _called_word(reading)
    stem = answer.shape.stem or (word if word in lexicon().people_words else "")
    if route.thing in lexicon().caller_things and route.key is None and not answer.many and stem and signature(answer) is not None:
        return replace(reading, route=replace(_renamed(route, stem), deed="get" if route.deed == "list" else route.deed))
    return reading


def _lists_of(readings: list[Reading]) -> dict[str, str]:
    """Names of paths that are called lists of the records they answer: ``/userlist`` of users."""
    listed = [(r.route.thing, noun(r.response.envelope)) for r in readings if r.response and r.response.many and r.response.envelope]
    return {thing: said for thing, said in listed if said and thing.replace("_", "") == f"{said.replace('_', '')}list"}


def _by_parameter(readings: list[Reading], own: set[str]) -> dict[str, str]:
    """Names of nested paths whose items are told by another thing's key: ``/products/{id}/related/{productId}``."""
    items = {r.route.thing for r in readings if r.route.key and r.route.deed in {"get", "update"} and r.response is not None}
    named = {
        r.route.thing: stem_of_parameter(r.route.key)
        for r in readings
        if r.route.key and not r.route.named and r.route.deed in {"create", "update", "delete"}
    }
    own_keys = _told_by_own_key(readings)
    others = {thing for thing, stem in named.items() if stem != thing and thing not in items and thing not in own_keys}
    return {thing: named[thing] for thing in sorted(others) if named[thing] in items and named[thing] in own}


def _told_by_own_key(readings: list[Reading]) -> set[str]:
    """Names of paths some of whose items are told by a key that is called after the path."""
    return {r.route.thing for r in readings if r.route.key and not r.route.named and stem_of_parameter(r.route.key) == r.route.thing}


def _called(readings: list[Reading], homes: dict[Hashable, str]) -> dict[str, tuple[str, ...]]:
    """What each thing is called in answers: the property its record sits in."""
    found: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        told = signature(reading.response)
        if told in homes and (word := _called_word(reading)):
            found[homes[told]].add(word)
    return {thing: tuple(sorted(words)) for thing, words in found.items()}


def _shared_arguments(readings: list[Reading], aliases: dict[str, str]) -> dict[str, str]:
    """For each thing of keyless calls the argument that all calls on one record take and that the record shows: ``ts`` of a message."""
    asked: dict[str, list[list[str]]] = defaultdict(list)
    shown: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        route = reading.route
        thing = aliases.get(route.thing, route.thing)
        if route.named and route.deed in _RECORD_DEEDS and route.key is None and not makes_a_record(route):
            asked[thing].append([p.name for p in route.arguments])
        elif route.named and reading.response is not None:
            shown[thing].update(reading.response.shape.properties)
    found = {}
    for thing, calls in asked.items():
        common = [name for name in calls[0] if name in shown[thing] and all(name in other for other in calls)]
        plain = [name for name in common if noun(name) not in lexicon().content_words]
        if len(calls) > 1 and plain:
            found[thing] = plain[0]
    return found


def _as_read(route: Route, readings: list[Reading], things: Collection[str]) -> str | None:
    """The argument of a call by which another call reads a record of the thing."""
    given = {p.name for p in route.arguments if p.required}
    reads = (r.route for r in readings if r.route.named and r.route.deed == "get" and r.route.thing == route.thing)
    keys = (read.key or _only_key(read, things) for read in reads)
    return None if makes_a_record(route) else next((key for key in keys if key in given), None)


def _names(route: Route) -> bool:
    """Whether an item path's parameter is named after its thing: ``/channels/{channelId}``."""
    return route.key is not None and not route.named and stem_of_parameter(route.key) in {route.thing, route.thing.rpartition("_")[2]}


def _sets_value(route: Route) -> bool:
    """Whether a call is told nothing but what to set: ``set_budget_limit(budget_limit)``."""
    return route.named and route.deed == "update" and len(route.arguments) == 1 and snake(route.arguments[0].name) == route.thing


def _renamed(route: Route, thing: str) -> Route:
    return replace(route, thing=thing, chain=(*route.chain[:-1], thing))


def _with_key(reading: Reading, called: dict[str, tuple[str, ...]], things: Collection[str]) -> Reading:
    """A call with the argument that names its record, by any word for it."""
    route = reading.route
    if route.key is not None or route.deed not in _RECORD_DEEDS or makes_a_record(route):
        return reading
    key = key_argument(route.arguments, (route.thing, *called.get(route.thing, ())))
    key = key or ("name" if route.operation.path and any(p.name == "name" for p in route.arguments) else None)
    key = key or (_only_key(route, things) if route.deed == "get" else None)
    return replace(reading, route=replace(route, key=key)) if key else reading


def _only_key(route: Route, things: Collection[str]) -> str | None:
    """The one argument of a tool that reads a record, when it is a key by its end and not by its name another thing's."""
    if len(route.arguments) != 1 or route.operation.path:
        return None
    name = route.arguments[0].name
    ends = {*words(name)[-1:]} & {*_KEY_ENDS, "slug", "uuid"}
    return name if ends and stem_of_parameter(name) not in {"", *things} else None


def _again(reading: Reading, homes: dict[Hashable, str], own: set[str], above: set[str]) -> Reading:
    route, answer = reading.route, reading.response
    told = signature(answer)
    home = homes.get(told) if told is not None else None
    if answer is None or home is None:
        chosen = answer is not None and answer.many and route.deed == "get" and not route.named and route.key and qualifies(route.key)
        return replace(reading, route=replace(route, deed="list", key=None)) if chosen else reading  # by a season, a year, a language
    if home not in {route.thing, *(p.thing for p in route.parents)} and route.thing not in own and _posts_for_many(reading):
        return replace(reading, route=replace(_renamed(route, home), deed="list"))
    lists = route.operation.path.rstrip("/") in above  # whatever it says to answer: below it stand the records one by one
    moved = _with_own(route, answer, own, lists=lists) if home == route.thing else _with_other(route, answer, home, own)
    return replace(reading, route=moved) if moved else reading


def _posts_for_many(reading: Reading) -> bool:
    """Whether what is sent to a collection only asks for the records that come back: it shares little with them."""
    route, answer, sent = reading.route, reading.response, reading.request
    if route.deed != "create" or route.key is not None or route.named or answer is None or not answer.many:
        return False
    given = {snake(key) for key in sent.shape.properties} if sent else set()
    return len(given & {snake(key) for key in answer.shape.properties}) * 2 < len(given)


def _with_own(route: Route, answer: Payload, own: set[str], *, lists: bool) -> Route | None:
    """An item path that answers a list, and whose parameter is another record's key, lists inside that record."""
    last = route.operation.path.rstrip("/").rpartition("/")[2]
    if route.deed == "list" and not answer.many and not route.named and not lists and snake(last) == noun(last):
        return replace(route, deed="get")  # the one record of its kind that a caller has
    if route.deed != "get" or not answer.many or route.key is None or route.named:
        return None
    if _chooses(route) or said_first(route.operation) in lexicon().verbs["list"]:
        return replace(route, deed="list", key=None)
    outer = stem_of_parameter(route.key)
    if outer in own and outer != route.thing:
        return _list_within(route, Parent(outer, route.key), route.thing)
    return None if called_after(route.key, route.thing) else replace(route, deed="list", key=None)  # by a season, a date, a place


def _chooses(route: Route) -> bool:
    """Whether what ends a path is one of a few words, and so no key: ``/scores/{collection}``."""
    return any(p.name == route.key and p.place == "path" and p.schema_.get("enum") for p in route.operation.parameters)


def _with_other(route: Route, answer: Payload, home: str, own: set[str]) -> Route | None:
    """An answer of another thing's records."""
    thing, parent = route.thing, route.parents[-1] if route.parents else None
    inside = parent is not None and parent.thing == home and route.key is None and (not answer.many or route.deed == "create")
    asked = any(p.place == "query" and p.required for p in route.operation.parameters)
    plain = route.deed == "update" and route.operation.request is None and not asked
    if route.deed == "get" and answer.many and route.key is not None and not route.named:
        return _list_within(route, Parent(thing, route.key), home)
    if inside and parent is not None and thing not in own:
        outer = replace(route, thing=home, chain=route.chain[:-1], key=parent.parameter, parents=route.parents[:-1])
        if route.deed == "list":
            return replace(outer, deed="get")
        if route.deed == "create" or plain:
            return replace(outer, deed="act", verb=thing)
        return None
    if route.deed == "create" and route.key is not None and not answer.many:
        return replace(_renamed(route, home), key=None)
    if thing in own or (_is_slight(answer) and answer.many and not thing.startswith(f"{home}_")):
        return None
    if route.deed in {"list", "search"}:
        return _renamed(route, home) if answer.many else replace(_renamed(route, home), deed="get")
    if route.deed in {"get", "create"} and not answer.many:
        return _renamed(route, home)
    return None


def _is_slight(answer: Payload) -> bool:
    """Whether a record is written out and holds so little that records of other types may look the same."""
    return answer.shape.name is None and len(answer.shape.properties) <= _FEWEST_PROPERTIES


def _list_within(route: Route, parent: Parent, thing: str) -> Route:
    parents = (*route.parents, parent)
    return replace(route, deed="list", thing=thing, chain=(*(p.thing for p in parents), thing), key=None, parents=parents)
