"""Which record types a document speaks of, from its paths and schemas."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.synthesis.fields import FieldReader, References, is_nullable, type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import Naming, identifier, in_style, naming_of, noun, nouns, pascal, snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, Unused
from envfactory_assets.synthesis.routes import Route
from envfactory_assets.synthesis.schemas import Payload, Schemas, Shape

_LISTS = ("list", "search")
_MOST_FIELDS = 13
_MOST_PARTS = 3
_ENOUGH_OF_A_KIND = 3
_SPARSE = 5
_RUNTIME_NAMES = {
    "Annotated",
    "Any",
    "Caller",
    "Count",
    "Created",
    "Entity",
    "Environment",
    "Field",
    "Key",
    "Literal",
    "Money",
    "Page",
    "Part",
    "Ref",
    "Table",
    "Text",
    "Updated",
}
_PEOPLE = ("user", "member", "person", "employee", "account", "customer", "contact")


@dataclass
class Reading:
    """A route with the records its schemas carry."""

    route: Route
    response: Payload | None
    request: Payload | None

    @property
    def pointer(self) -> str:
        """Where the operation is."""
        return self.route.operation.pointer


@dataclass
class Seed:
    """A record type before its fields are read."""

    thing: str
    readings: list[Reading]
    shape: Shape
    key: str  # wire name
    key_schema: JsonSchema
    key_pointer: str
    key_declared: bool
    names: set[str] = field(default_factory=set)

    @property
    def class_name(self) -> str:
        """The class the entity becomes."""
        name = pascal(self.thing)
        return f"{name}Record" if name in _RUNTIME_NAMES else name


def read_payloads(routes: list[Route], schemas: Schemas) -> list[Reading]:
    """Find the record in each route's response and request."""
    found = []
    for route in routes:
        operation = route.operation
        listing = route.deed in {"list", "search"}
        response = schemas.payload(operation.response, route.thing, listing=listing, pointer=f"{operation.pointer}/response")
        request = None
        if route.deed in {"create", "update", "act"}:
            request = schemas.payload(
                operation.request or _body_of(route), route.thing, listing=False, pointer=f"{operation.pointer}/request"
            )
        found.append(Reading(route, response, request))
    return found


def _body_of(route: Route) -> JsonSchema | None:
    """The body of a tool-list call: its arguments are parameters."""
    body = [p for p in route.operation.parameters if p.place == "body" and p.name != route.key]
    if not body:
        return None
    return {"type": "object", "properties": {p.name: p.schema_ for p in body}, "required": [p.name for p in body if p.required]}


def find_seeds(readings: list[Reading]) -> tuple[list[Seed], dict[str, str]]:
    """Group readings by the thing they speak of and keep those with a record and an identity.

    Returns:
        The seeds, and for each operation pointer that belongs to none the reason.
    """
    groups = _groups(readings)
    seeds: list[Seed] = []
    reasons: dict[str, str] = {}
    for thing, group in sorted(groups.items()):
        made = _seed(thing, group)
        if isinstance(made, Seed):
            seeds.append(made)
        else:
            reasons |= {reading.pointer: made for reading in group}
    return _without_views(seeds, reasons), reasons


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
    """One group a thing; one noun below several parents is one thing unless the records differ."""
    by_last: dict[str, dict[tuple[str, ...], list[Reading]]] = defaultdict(lambda: defaultdict(list))
    for reading in readings:
        by_last[reading.route.thing][reading.route.chain].append(reading)
    groups: dict[str, list[Reading]] = {}
    for thing, chains in sorted(by_last.items()):
        kinds: list[tuple[Shape | None, list[Reading], tuple[str, ...]]] = []
        for chain in sorted(chains, key=lambda c: (_items(chains[c]) == 0, len(c), c)):
            shape = _primary(chains[chain])
            same = next((group for other, group, _ in kinds if _alike(shape, other)), None)
            if same is not None:
                same.extend(chains[chain])
            else:
                kinds.append((shape, list(chains[chain]), chain))
        for number, (_, group, chain) in enumerate(kinds):
            name = thing if number == 0 else "_".join(dict.fromkeys(chain[-2:]))
            groups.setdefault(name, []).extend(group)
    return _without_lists_of(groups)


def _without_lists_of(groups: dict[str, list[Reading]]) -> dict[str, list[Reading]]:
    """``calendarList`` beside ``calendars`` holds the same things when their records are alike."""
    for thing in sorted(groups):
        base = thing.removesuffix("_list")
        if base == thing or base not in groups:
            continue
        mine, theirs = _primary(groups[thing]), _primary(groups[base])
        if mine is not None and theirs is not None and _alike(mine, theirs):
            groups[base].extend(groups.pop(thing))
    return groups


def _items(readings: list[Reading]) -> int:
    return sum(reading.route.key is not None for reading in readings)


def _alike(one: Shape | None, other: Shape | None) -> bool:
    if one is None or other is None:
        return True
    if one.name and one.name == other.name:
        return True
    mine, theirs = set(one.properties), set(other.properties)
    return len(mine & theirs) >= 0.5 * min(len(mine), len(theirs))


def _primary(readings: list[Reading]) -> Shape | None:
    """The fullest record: of a get, else of a list, a create, an update, else what a create or update takes."""
    order = ("get", "list", "search", "create", "update", "act")
    answers = [
        (order.index(r.route.deed), r.response.shape)
        for r in readings
        if r.response and r.route.deed in order and len(r.response.shape.properties) > 1 and (r.response.many or r.route.deed not in _LISTS)
    ]
    if answers:
        return min(answers, key=lambda a: (a[0], -len(a[1].properties)))[1]
    requests = [r.request.shape for r in readings if r.request and r.route.deed in {"create", "update"}]
    return max(requests, key=lambda shape: len(shape.properties), default=None)


def _seed(thing: str, group: list[Reading]) -> Seed | str:
    shape = _primary(group)
    if shape is None:
        return "neither response nor request shows a record"
    params = [r.route.key for r in group if r.route.key]
    key = find_key(shape, thing, params)
    names = {p.shape.name for r in group for p in (r.response, r.request) if p and p.shape.name and _alike(p.shape, shape)}
    if key is not None:
        return Seed(thing, group, shape, key, shape.properties[key], f"{shape.pointer}/properties/{key}", True, names)
    owner = next((r for r in group if r.route.key), None)
    if owner is None:
        return "the record has no identifier"
    parameter = next((p for p in owner.route.operation.parameters if p.name == owner.route.key), None)
    schema = parameter.schema_ if parameter else {"type": "string"}
    return Seed(thing, group, shape, owner.route.key or "id", schema, parameter.pointer if parameter else owner.pointer, False, names)


def find_key(shape: Shape, thing: str, params: list[str]) -> str | None:
    """The property that identifies a record.

    Args:
        shape: the record's properties.
        thing: its noun.
        params: the parameters that end its item paths.
    """
    scalars = {snake(k): k for k, v in shape.properties.items() if type_of(v) in {None, "string", "integer"} and "properties" not in v}
    last = thing.rsplit("_", maxsplit=1)[-1]
    for param in params:
        if snake(param) in scalars and (snake(param) != "name" or "id" not in scalars):
            return scalars[snake(param)]
    wanted = [
        *lexicon().key_fields[:6],
        "entity_id",
        f"{thing}_id",
        f"{last}_id",
        f"{thing}id",
        f"{last}id",
        f"{thing}_gid",
        f"{thing}_uuid",
        f"{last}_uuid",
        f"id_{last}",
    ]
    named = [word for param in params for word in lexicon().named_keys if words(param)[-1:] == (word,)]
    return next((scalars[w] for w in (*wanted, *named, *(["key"] if params else [])) if w in scalars), None)


def build_entities(seeds: list[Seed], schemas: Schemas) -> tuple[list[EntityPlan], list[Unused]]:
    """Read the fields of every seed, knowing all the others."""
    stems = {stem: seed.class_name for seed in seeds for name in sorted(seed.names) if (stem := stem_of(name))}
    things = {seed.thing: seed.class_name for seed in seeds}
    keyed = {name: seed.class_name for seed in seeds for name in seed.names}
    people = next((things[word] for word in _PEOPLE[:4] if word in things), None)
    references = References(
        by_schema=lambda name: keyed.get(name) or stems.get(stem_of(name)) or things.get(stem_of(name)),
        by_thing=things.get,
        people=people,
        keys={seed.class_name: seed.key for seed in seeds},
        numbered=frozenset(seed.class_name for seed in seeds if type_of(seed.key_schema) == "integer"),
        naming=naming_of([wire for seed in seeds for wire in seed.shape.properties]),
    )
    reader = FieldReader(schemas, references)
    entities: list[EntityPlan] = []
    unused: list[Unused] = []
    for seed in seeds:
        entity, left = _entity(seed, reader)
        entities.append(entity)
        unused += left
    _add_parents(entities, seeds, references.naming)
    return entities, unused


def stem_of(name: str) -> str:
    """A shared schema's own noun: ``TaskResponseDto`` is task."""
    kept = [word for word in words(name.rsplit(".", maxsplit=1)[-1]) if word not in lexicon().schema_affixes]
    return noun("_".join(dict.fromkeys(kept))) if kept else ""


def _entity(seed: Seed, reader: FieldReader) -> tuple[EntityPlan, list[Unused]]:
    integer = type_of(seed.key_schema) == "integer"
    key = FieldPlan(
        seed.key,
        identifier(seed.key),
        "key",
        seed.key_schema,
        required=True,
        pointer=seed.key_pointer,
        grounding="declared" if seed.key_declared else "inferred",
    )
    fields: list[FieldPlan] = []
    unused: list[Unused] = []
    for wire, (schema, pointer) in _properties(seed).items():
        if snake(wire) == snake(seed.key):
            continue
        made = reader.read(wire, schema, owner=seed.class_name, pointer=pointer)
        if isinstance(made, str):
            unused.append(Unused(pointer, "field", made))
        elif all(made.name != other.name for other in (key, *fields)):
            made.required = wire in seed.shape.required and not is_nullable(schema)
            fields.append(made)
    entity = EntityPlan(
        seed.class_name,
        seed.thing,
        identifier(nouns(seed.thing)),
        key,
        fields,
        seed.shape.pointer,
        schema_names=frozenset(seed.names),
        integer_key=integer,
    )
    entity.grounding = "declared" if seed.key_declared else "inferred"
    entity.minted = not _names_itself(seed)
    return entity, [*unused, *_cap(entity, _asked(seed))]


def _properties(seed: Seed) -> dict[str, tuple[JsonSchema, str]]:
    """The response's properties, then what only a request says and must be kept, with their pointers."""
    found: dict[str, tuple[JsonSchema, str]] = {}
    spelt: set[str] = set()
    shapes = [seed.shape, *(r.request.shape for r in seed.readings if r.request and r.route.deed in {"create", "update"})]
    sparse = len(seed.shape.properties) < _SPARSE
    for shape in shapes:
        for wire, schema in shape.properties.items():
            wanted = shape is seed.shape or wire in shape.required or sparse
            if snake(wire) not in spelt and wanted:
                spelt.add(snake(wire))
                found[wire] = (schema, f"{shape.pointer}/properties/{wire}")
    return found


def _asked(seed: Seed) -> set[str]:
    """What a create request requires."""
    return {snake(key) for r in seed.readings if r.request and r.route.deed == "create" for key in r.request.shape.required}


def _names_itself(seed: Seed) -> bool:
    """Whether the creator chooses the key, as with a slug or a username; ids and numbers are the service's."""
    if snake(seed.key) in lexicon().key_fields or type_of(seed.key_schema) == "integer":
        return False
    return any(
        snake(seed.key) in {snake(key) for key in r.request.shape.required} for r in seed.readings if r.request and r.route.deed == "create"
    )


def _cap(entity: EntityPlan, asked: set[str]) -> list[Unused]:
    """Keep the fields that help most, in document order; each further field of one kind helps less."""
    kept: set[int] = set()
    seen: Counter[str] = Counter()
    left = list(entity.fields)

    def worth(field: FieldPlan) -> float:
        kind = "part" if field.part else field.kind
        enough = _MOST_PARTS if field.part else _ENOUGH_OF_A_KIND
        if kind not in {"text", "ref"} and seen[kind] >= enough:
            return field.weight - (9 if field.part else 1.5 * (seen[kind] - enough + 1))
        return field.weight + (2 if field.required else 0)

    while left and len(kept) < _MOST_FIELDS:
        best = max(left, key=lambda f: (snake(f.wire) in asked, worth(f)))
        left.remove(best)
        if best.part and seen["part"] >= _MOST_PARTS and snake(best.wire) not in asked:
            continue
        kept.add(id(best))
        seen["part" if best.part else best.kind] += 1
    dropped = [f for f in entity.fields if id(f) not in kept]
    entity.fields = [f for f in entity.fields if id(f) in kept]
    return [Unused(f.pointer, "field", "beyond the fields an environment keeps of one record") for f in dropped]


def _lives_inside(reading: Reading, seed: Seed, things: Collection[str]) -> bool:
    """Whether a nested path says where the record lives, not only which records of another kind relate to it."""
    free = [r for r in seed.readings if not any(p.thing in things for p in r.route.parents)]
    if not any(r.route.deed in {"list", "search", "create", "get"} for r in free):
        return True
    if reading.route.deed != "create" or any(r.route.deed == "create" for r in free):
        return False
    return bool(reading.request and set(reading.request.shape.properties) & set(seed.shape.properties))


def _add_parents(entities: list[EntityPlan], seeds: list[Seed], naming: Naming) -> None:
    """A nested path links a record to the one around it."""
    by_thing = {entity.thing: entity for entity in entities}
    for entity, seed in zip(entities, seeds, strict=True):
        for reading in seed.readings:
            for parent in reading.route.parents[-1:]:
                outer = by_thing.get(parent.thing)
                if outer is None or outer is entity or any(f.target == outer.name for f in entity.fields):
                    continue
                if not _lives_inside(reading, seed, by_thing):
                    continue
                wire = (
                    parent.parameter
                    if words(parent.parameter)[-1:] in {("id",), ("gid",), ("sid",)} and len(words(parent.parameter)) > 1
                    else in_style(f"{outer.thing}_id", naming)
                )
                if entity.field(identifier(wire)) is None:
                    pointer = next((p.pointer for p in reading.route.operation.parameters if p.name == parent.parameter), reading.pointer)
                    entity.fields.insert(
                        0,
                        FieldPlan(wire, identifier(wire), "ref", {}, target=outer.name, grounding="inferred", pointer=pointer, nested=True),
                    )
