"""Which record types a document speaks of: operations grouped by the thing they work on, with its record and its key."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from envfactory_assets.corpus.document import Parameter
from envfactory_assets.synthesis.apart import told_apart, word_before
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.keys import IDS, find_key, qualifies, telling_key
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import Route, called_after, makes_a_record, names_several, stem_of_parameter
from envfactory_assets.synthesis.schemas import Payload, Shape
from envfactory_assets.synthesis.seed import LARGEST_JOIN, LISTS, Seed, alike, answered, names_of, views_of
from envfactory_assets.synthesis.unkeyed import unkeyed

_SHOWING = {"get", "list", "search", "create", "delete"}
_FEWEST_TOLD = 2
_FEWEST_ALIKE = 2


def find_seeds(readings: list[Reading]) -> tuple[list[Seed], dict[str, str]]:
    """Group readings by the thing they speak of and keep those with a record and an identity.

    Returns:
        The seeds, and for each operation pointer that belongs to none the reason.
    """
    groups = _groups(readings)
    silent = not any(reading.response for reading in readings)
    asked = {snake(p.name): p for reading in readings for p in reading.route.arguments}
    given = {snake(p.name): p for reading in readings for p in reading.route.operation.parameters}
    seeds: list[Seed] = []
    reasons: dict[str, str] = {}
    left: dict[str, str] = {}
    around = {parent.thing: parent.parameter for reading in readings for parent in reading.route.parents}
    for thing, group in sorted(groups.items()):
        made = _seed(thing, group, asked if silent else {})
        if isinstance(made, str) and thing in around:
            made = _listed_by_key(thing, group, around[thing]) or made
        if isinstance(made, Seed):
            seeds.append(made)
        else:
            left[thing] = made
    for thing in left:
        told = _keyed_by_schema(groups[thing]) or _keyed_like_others(thing, groups[thing], seeds)
        if told is not None and _joined(told, seeds):
            del groups[thing]
    said = given if _says_little(readings) else None
    read = {reading.route.operation.path.rstrip("/") for reading in readings if reading.route.operation.method == "GET"}
    for thing, reason in left.items():
        told = unkeyed(thing, groups[thing], around.get(thing), said, set(groups), read) if thing in groups else None
        if thing in groups and (told is None or not _joined(told, seeds)):
            reasons |= {reading.pointer: reason for reading in groups[thing]}
    _add_part_updates(seeds, [r for r in readings if r.pointer in reasons], reasons)
    return _without_views(seeds, reasons), reasons


def _says_little(readings: list[Reading]) -> bool:
    """Whether most of what a document reads has no described answer: else what has none sends texts or files, and no records."""
    shown = [reading.response is not None for reading in readings if reading.route.deed in {*LISTS, "get"}]
    return sum(shown) * 2 <= len(shown)


def _joined(told: Seed, seeds: list[Seed]) -> bool:
    """Put a record type to those that are known, or its operations to the one of the same thing; not where that is told by another key."""
    same = next((seed for seed in seeds if seed.thing == told.thing), None)
    if same is None:
        seeds.append(told)
    elif same.key == told.key:
        same.readings.extend(told.readings)
    return same is None or same.key == told.key


def _add_part_updates(seeds: list[Seed], readings: list[Reading], reasons: dict[str, str]) -> None:
    """A path that ends in a field of the record before it changes that field: ``PUT /rides/{id}/destination``."""
    by_thing = {seed.thing: seed for seed in seeds}
    for reading in readings:
        route = reading.route
        if route.operation.method not in {"PUT", "PATCH"} or route.key is not None or not route.parents or reading.request is None:
            continue
        owner = by_thing.get(route.parents[-1].thing)
        held = next((wire for wire in owner.shape.properties if noun(wire) == route.thing), None) if owner else None
        if owner is None or held is None:
            continue
        given = reading.request.shape
        if held not in given.properties:
            given = Shape({held: owner.shape.properties[held]}, frozenset({held}), None, given.pointer, {held: reading.pointer})
        moved = replace(route, deed="update", thing=owner.thing, key=route.parents[-1].parameter, parents=route.parents[:-1])
        owner.readings.append(Reading(moved, None, Payload(given), part=route.thing))
        del reasons[reading.pointer]


def _without_views(seeds: list[Seed], reasons: dict[str, str]) -> list[Seed]:
    """A collection without records of its own shows another's: its lists belong there."""
    kept: list[Seed] = []
    for seed in sorted(seeds, key=lambda s: (_items(s.readings) == 0, -len(s.readings), s.thing)):
        owner = next((other for other in kept if seed.shape.name and seed.shape.name in other.names), None)
        if owner is None or any(r.route.key or r.route.deed == "create" for r in seed.readings):
            kept.append(seed)
            continue
        for reading in seed.readings:
            if reading.route.parents:
                owner.readings.append(reading)
            else:
                reasons[reading.pointer] = f"shows {owner.thing.replace('_', ' ')} records by a rule the document does not state"
    return sorted(kept, key=lambda s: s.thing)


def _groups(readings: list[Reading]) -> dict[str, list[Reading]]:
    """One group a thing; one noun below several parents is one thing, unless records say otherwise."""
    by_last: dict[str, dict[tuple[str, ...], list[Reading]]] = defaultdict(lambda: defaultdict(list))
    apart = told_apart(readings)
    for reading in readings:
        where = (word_before(reading.route), reading.route.thing)
        chain = where if where in apart else reading.route.chain
        by_last[reading.route.thing][chain].append(reading)
    groups: dict[str, list[Reading]] = {}
    for thing, chains in sorted(by_last.items()):
        kinds: list[tuple[list[Reading], tuple[str, ...]]] = []
        split = {chain for chain in chains if chain in apart or _has_own_record(chain, _record_of(chains[chain], thing))}
        for chain in sorted(chains, key=lambda c: (_items(chains[c]) == 0, len(c), c)):
            parted = len(split) > 1 and chain in split
            same = next((group for group, home in kinds if not (parted and home in split)), None)
            if same is not None:
                same.extend(chains[chain])
            else:
                kinds.append((list(chains[chain]), chain))
        for number, (group, chain) in enumerate(kinds):
            name = thing if number == 0 else "_".join(dict.fromkeys(chain[-2:])).strip("_")
            groups.setdefault(name, []).extend(group)
    return _without_lists_of(groups)


def _has_own_record(chain: tuple[str, ...], shape: Shape | None) -> bool:
    """Whether the record below a thing is called after both: ``BankTransferEvent`` below bank transfers."""
    return shape is not None and shape.name is not None and len(chain) > 1 and shape.stem == "_".join(chain[-2:])


def _record_of(readings: list[Reading], thing: str) -> Shape | None:
    """The record that answers show; None when they show none, or only which records are joined."""
    shape = answered(readings)
    if shape is None or len(shape.properties) > LARGEST_JOIN:
        return shape
    keys = [snake(key) for key in shape.properties if snake(key).endswith("_id")]
    last = thing.rsplit("_", maxsplit=1)[-1]
    joins = len(keys) > 1 and "id" not in map(snake, shape.properties) and any(key in {f"{thing}_id", f"{last}_id"} for key in keys)
    return None if joins else shape


def _without_lists_of(groups: dict[str, list[Reading]]) -> dict[str, list[Reading]]:
    """``calendarList`` beside ``calendars`` holds the same things when their records are alike."""
    for thing in sorted(groups):
        base = thing.removesuffix("_list")
        if base == thing or base not in groups:
            continue
        mine, theirs = _primary(groups[thing]), _primary(groups[base])
        if mine is not None and theirs is not None and alike(mine, theirs):
            groups[base].extend(groups.pop(thing))
    return groups


def _items(readings: list[Reading]) -> int:
    return sum(reading.route.key is not None for reading in readings)


def _primary(readings: list[Reading]) -> Shape | None:
    """The fullest record: of a get, else of a list, a create, an update, else what a create or update takes."""
    requests = [r.request.shape for r in readings if r.request and (r.route.deed in {"create", "update"} or makes_a_record(r.route))]
    return answered(readings) or max(requests, key=lambda shape: len(shape.properties), default=None)


def _seed(thing: str, group: list[Reading], asked_by: Mapping[str, Parameter]) -> Seed | str:
    """The record type of a thing; ``asked_by``: the arguments of all calls, where none says what it answers."""
    shape = _primary(group)
    if all(_is_only_told(r) for r in group):
        return "it is only told something, and never shown, listed or made"
    if group[0].route.named and not any(r.route.deed in _SHOWING or r.response or makes_a_record(r.route) for r in group):
        return "it is only changed, and never shown, listed or made"
    told = any((r.route.key and r.route.deed in {"get", "update"}) or (r.route.named and r.route.deed in LISTS) for r in group)
    if shape is None and not told:
        return "neither response nor request shows a record"
    shape = shape or Shape()
    used = Counter(r.route.key for r in group if r.route.key)
    params = [key for key, _ in used.most_common()]
    shown = [r for r in group if r.response is not None]
    texts = {p.name for r in shown for p in r.route.operation.parameters if p.name == r.route.key and type_of(p.schema_) == "string"}
    key = find_key(shape, thing, params, texts)
    sure = key is not None and snake(key).rpartition("_")[2] in IDS
    asked = params[0] if params and params[0] not in shape.properties and not sure else None
    if group[0].route.named and (key is None or any(asked in r.response.shape.properties for r in group if r.response and asked)):
        shape = _with_key_shown(shape, thing, params, group)
        key = find_key(shape, thing, params)
    names = names_of(group, shape)
    if key is not None:
        return Seed(thing, group, shape, key, shape.properties[key], shape.place(key), True, names, views_of(group, shape, key))
    last = thing.rpartition("_")[2]
    owner = next((r for r in group if r.route.key and _identifies(r.route, thing, group)), None)
    if owner is None and answered(group) is not None and (only := _only_id(shape, group)) is not None:
        return Seed(thing, group, shape, only, shape.properties[only], shape.place(only), False, names, views_of(group, shape, only))
    named = next((asked_by[f"{stem}_{end}"] for stem in (thing, last) for end in ("id", "key") if f"{stem}_{end}" in asked_by), None)
    if owner is None and group[0].route.named and named is not None:
        return Seed(thing, group, shape, named.name, named.schema_, named.pointer, False, names)
    if owner is None and group[0].route.named and (asked_by or _listed_as(thing, group)):
        return Seed(thing, group, shape, "", {"type": "string"}, group[0].pointer, False, names)
    if owner is None and _is_listed_so(group) and (told_by := telling_key(shape, thing)) is not None:
        return Seed(thing, group, shape, told_by, shape.properties[told_by], shape.place(told_by), True, names)
    if owner is None:
        return "the record has no identifier"
    parameter = next((p for p in owner.route.operation.parameters if p.name == owner.route.key), None)
    schema = parameter.schema_ if parameter else {"type": "string"}
    where = parameter.pointer if parameter else owner.pointer
    wire = owner.route.key or "id"
    return Seed(thing, group, shape, wire, schema, where, False, names, views_of(group, shape, wire))


def _is_only_told(reading: Reading) -> bool:
    """Whether something is posted below a word and a name, and nothing comes back: ``/talk/{name}``."""
    route = reading.route
    posted = route.deed == "update" and route.operation.method == "POST" and not route.named
    return posted and reading.response is None and words(route.key or "")[-1:] not in {(end,) for end in IDS}


def _identifies(route: Route, thing: str, group: list[Reading]) -> bool:
    """Whether the parameter that ends an item path names a record of the path's thing, and is no condition for what is worked out.

    It does so when it is called after the thing, or after nothing; when records are listed or made at the path without it; and when
    they are changed or deleted by it.
    """
    if route.key is None or qualifies(route.key):
        return False
    if route.named or called_after(route.key, thing):
        return True
    if route.deed == "get" and names_several(route) and words(route.key)[-1] in {*IDS, "key"}:
        return True
    collection = route.operation.path.rstrip("/").rpartition("/")[0]
    for reading in group:
        other, answer = reading.route, reading.response
        if (
            other.key is None
            and other.operation.path.rstrip("/") == collection
            and (answer is None or answer.many or other.deed == "create")
        ):
            return True
        if other.key is not None and other.deed in {"update", "delete"}:
            return True
    return False


def _listed_by_key(thing: str, group: list[Reading], parameter: str) -> Seed | None:
    """A thing that is only listed by its keys, as texts, and by whose key paths go on: ``/accounts`` and ``/accounts/{account}/orders``."""
    for reading in group:
        answer, route = reading.response, reading.route
        if answer is None or route.deed != "list" or route.named or len(answer.shape.properties) != 1 or not names_several(route):
            continue
        ((wire, schema),) = answer.shape.properties.items()
        items = schema.get("items")
        if noun(wire) == thing and isinstance(items, dict) and items.get("type") == "string" and called_after(parameter, thing):
            return Seed(thing, group, Shape(), parameter, items, answer.shape.place(wire), False)
    return None


def _keyed_by_schema(group: list[Reading]) -> Seed | None:
    """The records of a shared schema that is called after its own key, whatever the paths that list them: ``Player`` of ``PlayerID``."""
    shape = answered([r for r in group if r.response is not None and r.response.many and not r.route.named])
    if shape is None or not shape.stem or any(r.route.deed not in LISTS for r in group):
        return None
    own = {f"{shape.stem.replace('_', '')}{end}" for end in IDS}
    key = next((wire for wire in shape.properties if snake(wire).replace("_", "") in own), None)
    if key is None:
        return None
    names, views = names_of(group, shape), views_of(group, shape, key)
    return Seed(shape.stem, group, shape, key, shape.properties[key], shape.place(key), True, names, views)


def _keyed_like_others(thing: str, group: list[Reading], seeds: list[Seed]) -> Seed | None:
    """A thing that is only listed, whose records hold what most others are told by, as every record of a document may have a name."""
    shape = answered([r for r in group if r.response is not None and r.response.many and r.route.deed in LISTS and not r.route.named])
    usual, count = Counter(snake(seed.key) for seed in seeds).most_common(1)[0] if seeds else ("", 0)
    if shape is None or stem_of_parameter(usual) or count < _FEWEST_ALIKE or count * 3 < len(seeds) * 2 or not _is_listed_so(group):
        return None
    scalars = {snake(wire): wire for wire, schema in shape.properties.items() if type_of(schema) in {None, "string", "integer"}}
    key = scalars.get(usual)
    return None if key is None else Seed(thing, group, shape, key, shape.properties[key], shape.place(key), False, names_of(group, shape))


def _is_listed_so(group: list[Reading]) -> bool:
    """Whether a path called after several things lists records whose schema is called after one: ``/currencies`` of ``Currency``."""
    for reading in group:
        answer, route = reading.response, reading.route
        if answer is None or not answer.many or route.named or route.deed not in LISTS or len(answer.shape.properties) < _FEWEST_TOLD:
            continue
        stem = answer.shape.stem.replace("_", "")
        if names_several(route) and stem and stem.endswith(route.thing.replace("_", "")):
            return True
    return False


def _listed_as(thing: str, group: list[Reading]) -> bool:
    """Whether a call answers several records by the name of the thing, though they have no key: ``transaction_history``."""
    for reading in group:
        answer = reading.response
        if answer is None or not answer.many or len(answer.shape.properties) < _FEWEST_TOLD:
            continue
        if answer.envelope is None:
            if reading.route.deed == "list" and not any("$ref" in inner for inner in answer.shape.properties.values()):
                return True  # and not of a record that something was done with
            continue
        said = words(answer.envelope)
        said = said[:-1] if len(said) > 1 and said[-1] in lexicon().history_words else said
        if noun("_".join(said)) == thing:
            return True
    return False


def _with_key_shown(shape: Shape, thing: str, params: list[str], group: list[Reading]) -> Shape:
    """A call's record with the key that another answer shows: the list leaves out what it is a map by, the create tells it."""
    for reading in group:
        shows = reading.route.deed in {"create", "get", "list", "search"} or makes_a_record(reading.route)
        other = reading.response.shape if reading.response and shows else None
        key = find_key(other, thing, params) if other else None
        if key in shape.properties and key not in params:
            continue
        if other is not None and key is not None:
            places = {key: other.place(key)} | {wire: shape.place(wire) for wire in shape.properties}
            return replace(shape, properties={key: other.properties[key], **shape.properties}, places=places)
    return shape


def _only_id(shape: Shape, group: list[Reading]) -> str | None:
    """The one key that a record holds besides those of the records around it: a place of a user in a course."""
    if not any(r.response.many for r in group if r.response):
        return None  # it tells something of the record around it
    outer = {snake(p.parameter) for r in group for p in r.route.parents} | {f"{p.thing}_id" for r in group for p in r.route.parents}
    if not outer:
        return None
    ids = [key for key in shape.properties if snake(key).endswith("_id") and snake(key) not in outer]
    return ids[0] if len(ids) == 1 else None
