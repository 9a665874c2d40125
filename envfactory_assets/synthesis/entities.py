"""Reading the fields of every record type, and the links between them."""

from collections.abc import Callable, Collection, Iterator

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.corpus.prose import said_of, squeezed
from envfactory_assets.synthesis.fields import FieldReader, is_nullable, type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.linking import REFERENCE_ENDS, References
from envfactory_assets.synthesis.names import Naming, identifier, in_style, is_longer, naming_of, noun, nouns, singular, snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldKind, FieldPlan, Unused
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import makes_a_record, stem_of_parameter
from envfactory_assets.synthesis.schemas import Schemas
from envfactory_assets.synthesis.seed import Seed
from envfactory_assets.synthesis.stems import is_line

_SPARSE = 5
_LEFT_KINDS: dict[str | None, FieldKind] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "texts",
}
_PEOPLE = ("user", "member", "person", "employee", "account", "customer", "contact")


def build_entities(seeds: list[Seed], schemas: Schemas) -> tuple[list[EntityPlan], list[Unused]]:
    """Read the fields of every seed, knowing all the others."""
    stems = {stem: seed.class_name for seed in seeds for name in sorted(seed.names) if (stem := schemas.stems.of(name))}
    things = _called_otherwise(seeds, schemas) | {seed.thing: seed.class_name for seed in seeds}
    keyed = {name: seed.class_name for seed in seeds for name in seed.names}
    together = {seed.thing.replace("_", ""): seed.class_name for seed in seeds}
    people = next((things[word] for word in _PEOPLE[:4] if word in things), None)
    references = References(
        by_schema=lambda name: (
            keyed.get(name) or (None if is_line(name) else stems.get(schemas.stems.of(name)) or things.get(schemas.stems.of(name)))
        ),
        schemas=keyed,
        by_thing=lambda said: things.get(said) or things.get(lexicon().short_words.get(said, "")) or together.get(said.replace("_", "")),
        by_ending=_by_ending(seeds).get,
        by_key=_by_spelt_key(seeds),
        by_exact_key=_by_exact_key(seeds),
        people=people,
        keys={seed.class_name: seed.key for seed in seeds},
        numbered=frozenset(seed.class_name for seed in seeds if type_of(seed.key_schema) == "integer"),
        shown={seed.class_name: frozenset(map(snake, seed.shape.properties)) for seed in seeds},
        spoken=frozenset(_spoken(seeds)),
        naming=naming_of([wire for seed in seeds for wire in seed.shape.properties]),
    )
    reader = FieldReader(schemas, references)
    entities: list[EntityPlan] = []
    unused: list[Unused] = []
    silent = not any(seed.shape.properties for seed in seeds)
    for seed in seeds:
        entity, left = _entity(seed, reader, silent=silent)
        entities.append(entity)
        unused += left
    _add_parents(entities, seeds, references.naming)
    return entities, [*unused, *reader.left]


def _called_otherwise(seeds: list[Seed], schemas: Schemas) -> dict[str, str]:
    """What the records of one type alone are called where paths call them by another noun: by schemas, by answers, by keys."""
    found: dict[str, set[str]] = {}
    for seed in seeds:
        read = {r.response.shape.name for r in seed.readings if r.response and r.route.deed in {"get", "list", "search"}}
        shown = {schemas.stems.of(name) for name in seed.names & read if not is_line(name)}
        keys = {seed.key, *(r.route.key or "" for r in seed.readings if r.route.thing == seed.thing)}
        keyed = {stem_of_parameter(key) for key in keys if words(key) and words(key)[-1] in REFERENCE_ENDS}
        keyed = {stem for stem in keyed if seed.thing.endswith(f"_{stem}") or is_longer(seed.thing, stem)}
        for name in {*shown, *_wrapped(seed), *keyed} - {""}:
            found.setdefault(name, set()).add(seed.class_name)
    return {name: next(iter(classes)) for name, classes in found.items() if len(classes) == 1}


def _wrapped(seed: Seed) -> set[str]:
    """What answers that show one record call the property it sits in."""
    single = [r.response for r in seed.readings if r.response and not r.response.many and r.route.deed != "act"]
    said = {noun(answer.envelope) for answer in single if answer.envelope}
    return said - {*map(noun, lexicon().list_wrappers), *lexicon().record_wrappers, *lexicon().notices}


def _spoken(seeds: list[Seed]) -> Iterator[str]:
    """The nouns whose keys, or records, any property holds: ``user`` of ``user_id`` and ``user``."""
    for seed in seeds:
        for wire, schema in seed.shape.properties.items():
            said = snake(wire)
            if said.endswith(("_id", "_guid", "_uuid")) or "properties" in schema or "$ref" in schema:
                yield said.removesuffix("_id").removesuffix("_guid").removesuffix("_uuid")


def _by_ending(seeds: list[Seed]) -> dict[str, str]:
    """The last words of record types' names -> the only one whose name ends so."""
    found: dict[str, list[str]] = {}
    for seed in seeds:
        parts = seed.thing.split("_")
        for start in range(1, len(parts)):
            found.setdefault("_".join(parts[start:]), []).append(seed.class_name)
    return {ending: names[0] for ending, names in found.items() if len(names) == 1}


def _by_spelt_key(seeds: list[Seed]) -> Callable[[tuple[str, ...]], str | None]:
    """Finds the entity whose key a name spells out: ``carrier_code`` for carriers known by a code."""
    spelt: dict[tuple[str, ...], str] = {}
    for seed in sorted(seeds, key=lambda seed: (-len(seed.thing), seed.thing)):
        thing, key = tuple(seed.thing.split("_")), words(seed.key)
        spelt.setdefault(key if key[: len(thing)] == thing else (*thing, *key), seed.class_name)

    def find(parts: tuple[str, ...]) -> str | None:
        for start in range(len(parts) - 1):  # two words at least, the longest first
            found = spelt.get(parts[start:])
            if found is not None and not set(parts[:start]) & lexicon().foreign_words:
                return found
        return None

    return find


def _by_exact_key(seeds: list[Seed]) -> dict[str, str]:
    """The keys that calls take by a name of more than what keys are called by, so that nothing else is likely called so: ``guildId``."""
    found: dict[str, list[str]] = {}
    for seed in seeds:
        parts = words(seed.key)
        if (
            len(parts) > 1
            and parts[-1] in REFERENCE_ENDS
            and parts[0] not in lexicon().people_words | lexicon().calling_words
            and seed.readings[0].route.named
        ):
            found.setdefault("_".join(parts), []).append(seed.class_name)
    return {key: names[0] for key, names in found.items() if len(names) == 1}


def _entity(seed: Seed, reader: FieldReader, *, silent: bool) -> tuple[EntityPlan, list[Unused]]:
    integer = type_of(seed.key_schema) in {"integer", "number"}
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
    doubles: list[FieldPlan] = []
    left: list[FieldPlan] = []
    unused: list[Unused] = []
    properties = _properties(seed)
    sent = {snake(wire) for r in seed.readings if r.request and r.route.deed in {"create", "update"} for wire in r.request.shape.properties}
    twins = {twin for name in sent for twin in (f"{name}_utc", name.removesuffix("_utc"))} - sent
    for wire, (schema, pointer) in properties.items():
        if snake(wire) == snake(seed.key):
            continue
        if snake(wire) in twins:
            unused.append(Unused(pointer, "field", "the same moment once more, in another time zone"))
            continue
        if noun(wire) == seed.thing and (_is_again(reader.inner(schema), properties) or wire not in seed.shape.properties):
            unused.append(Unused(pointer, "field", "the record itself once more"))
            continue
        if said_of(schema).same in {squeezed(other) for other in properties} - {squeezed(wire)}:
            unused.append(Unused(pointer, "field", "the document tells that another property says the same"))
            continue
        made = reader.read(wire, schema, owner=seed.class_name, pointer=pointer)
        if isinstance(made, str):
            unused.append(Unused(pointer, "field", made))
            doubles += reader.numbered(wire, schema, pointer)
            left += reader.deep
            reader.deep = []
            left += [_left(wire, schema, pointer)] if wire in seed.shape.properties and type_of(schema) in _LEFT_KINDS else []
        elif any(made.name == other.name for other in (key, *fields)):
            unused.append(Unused(pointer, "field", "another field has the same name"))
            doubles += [made] if made.target else []
        else:
            made.required = wire in seed.shape.required and not is_nullable(schema)
            fields.append(made)
    entity = EntityPlan(
        seed.class_name,
        seed.thing,
        identifier(nouns(seed.thing)),
        key,
        fields,
        seed.shape.pointer or seed.key_pointer,
        schema_names=frozenset(seed.names),
        integer_key=integer,
    )
    entity.grounding = "declared" if seed.key_declared else "inferred"
    entity.minted = not _names_itself(seed)
    _read_as_text(fields)
    _read_as_lengths(fields)
    doubles += reader.untold
    reader.untold = []
    entity.doubles = [*doubles, *_of_many_types(seed, properties, fields, reader), *_asked_links(seed, entity, reader)]
    entity.asked = frozenset(_asked(seed))
    asked = _asked_alone(seed, reader) if seed.readings[0].route.named or silent else []
    entity.doubles += [field for field in asked if field.target]
    entity.left = [*left, *(asked if seed.readings[0].route.named else [])]
    entity.located = _located(seed)
    entity.made_in = _made_in(seed)
    return entity, unused


def _is_again(inner: Collection[str], properties: Collection[str]) -> bool:
    """Whether an object inside a record shows the record: its key, or mostly what the record shows."""
    shared = {snake(key) for key in inner} & {snake(key) for key in properties}
    return bool(shared & set(lexicon().key_fields)) or len(shared) * 2 >= len(inner) > 0


def _left(wire: str, schema: JsonSchema, pointer: str) -> FieldPlan:
    """A property that an environment does not keep, for what parameters choose by."""
    timely = snake(wire) in lexicon().created_fields | lexicon().updated_fields
    kind: FieldKind = "datetime" if timely else _LEFT_KINDS[type_of(schema) or "string"]
    return FieldPlan(wire, identifier(wire), kind, schema, pointer=pointer)


def _read_as_lengths(fields: list[FieldPlan]) -> None:
    """Amounts beside units of time are no money: ``amount`` beside ``units`` of days or hours."""
    units = [f for f in fields if f.kind == "enum" and singular(snake(f.wire)) == "unit"]
    if any({singular(snake(value)) for value in f.enum} & lexicon().time_units for f in units):
        for field in fields:
            field.kind = "number" if field.kind == "money" and snake(field.wire) in lexicon().amount_names else field.kind


def _read_as_text(fields: list[FieldPlan]) -> None:
    """A text beside the key of the same record is what that is called: ``customer`` beside ``customer_id``."""
    keyed = {snake(f.source or f.wire): f.target for f in fields if f.kind == "ref"}
    for field in fields:
        if field.kind == "ref" and not field.source and keyed.get(f"{snake(field.wire)}_id") == field.target:
            field.kind, field.target, field.grounding = "text", None, "declared"


def _of_many_types(
    seed: Seed, properties: dict[str, tuple[JsonSchema, str]], fields: list[FieldPlan], reader: FieldReader
) -> list[FieldPlan]:
    """Links to one of several record types: ``subject_id`` beside ``subject_type``, ``subject`` where lists ask for its type, a choice.

    An object that holds nothing but keys of several kinds, as ``parent`` with ``page_id`` and ``database_id``, is one of them.
    """
    linked = {snake(f.source or f.wire) for f in fields if f.target}
    asked = {snake(p.name): p.schema_ for r in seed.readings for p in r.route.operation.parameters}
    found: list[FieldPlan] = []
    for wire, (schema, pointer) in properties.items():
        stem = snake(wire).removesuffix("_id")
        if snake(wire) in {*linked, snake(seed.key)}:
            continue
        kind = properties.get(f"{wire[:-2]}type") or properties.get(f"{wire[:-2]}Type") if snake(wire).endswith("_id") else None
        told = kind[0] if kind else asked.get(f"{stem}_type") if set(map(snake, reader.inner(schema))) <= {"id", "type"} else None
        targets = reader.things_of(told) if told is not None else reader.choices_of(schema)
        targets = targets or reader.keys_within(schema)
        several = None if targets else reader.paged_in(schema, seed.class_name) or reader.mapped_in(schema, seed.class_name)
        if several is not None:
            found.append(FieldPlan(wire, identifier(wire), "refs", schema, target=several, grounding="declared", pointer=pointer))
        found += [FieldPlan(wire, identifier(wire), "ref", schema, target=t, grounding="inferred", pointer=pointer) for t in targets]
    return found


def _asked_links(seed: Seed, entity: EntityPlan, reader: FieldReader) -> list[FieldPlan]:
    """Links that only requests name, by keys: ``assignee_id`` of an issue that answers show with its assignee."""
    known = {snake(f.wire) for f in (entity.key, *entity.fields) if not f.source} | {snake(entity.key.wire)}
    found: dict[str, FieldPlan] = {}
    for reading in seed.readings:
        if reading.request is None or not (reading.route.deed in {"create", "update"} or makes_a_record(reading.route)):
            continue
        for wire, schema in reading.request.shape.properties.items():
            spelt = snake(wire)
            called = reader.is_called(wire, seed.class_name)
            if spelt in known or spelt in found or not (spelt.endswith(("_id", "_ids")) or called):
                continue
            made = reader.read(wire, schema, owner=seed.class_name, pointer=reading.request.shape.place(wire), depth=0 if called else 1)
            if isinstance(made, FieldPlan) and made.target and not (called and f"{noun(wire)}_id" in known):
                found[spelt] = made
    return list(found.values())


def _asked_alone(seed: Seed, reader: FieldReader) -> list[FieldPlan]:
    """The keys of other records that lists are asked by, of records of which nothing else is said."""
    if seed.shape.properties or any(r.request or r.response for r in seed.readings):
        return []
    found: dict[str, FieldPlan] = {}
    for route in (r.route for r in seed.readings if r.route.deed in {"list", "search"}):
        for parameter in (p for p in route.operation.parameters if p.place in {"query", "body"}):
            made = reader.read(parameter.name, parameter.schema_, owner=seed.class_name, pointer=parameter.pointer, depth=1)
            if isinstance(made, FieldPlan) and made.target:
                found.setdefault(made.name, made)
    return list(found.values())


def _properties(seed: Seed) -> dict[str, tuple[JsonSchema, str]]:
    """The response's properties, then what only a request says and must be kept, with their pointers."""
    found: dict[str, tuple[JsonSchema, str]] = {}
    spelt: set[str] = set()
    making = [r for r in seed.readings if r.request and (r.route.deed in {"create", "update"} or makes_a_record(r.route))]
    shapes = [seed.shape, *seed.views, *(r.request.shape for r in making if r.request)]
    sparse = len(seed.shape.properties) < _SPARSE or not any(r.response for r in seed.readings)
    for shape in shapes:
        for wire, schema in shape.properties.items():
            wanted = shape is seed.shape or shape in seed.views or wire in shape.required or sparse
            if snake(wire) not in spelt and wanted and not (type_of(schema) == "boolean" and _is_said_already(wire, found)):
                spelt.add(snake(wire))
                found[wire] = (schema, shape.place(wire))
    return found


def _is_said_already(flag: str, found: dict[str, tuple[JsonSchema, str]]) -> bool:
    """Whether another flag says the same: ``is_read`` beside ``read``."""
    said = snake(flag).removeprefix("is_")
    return any(snake(wire).removeprefix("is_") == said and type_of(schema) == "boolean" for wire, (schema, _) in found.items())


def _asked(seed: Seed) -> set[str]:
    """What a create request requires, and what a path of its own changes."""
    wanted = [r.request.shape.required for r in seed.readings if r.request and (r.route.deed == "create" or r.part)]
    return {snake(key) for keys in wanted for key in keys}


def _located(seed: Seed) -> frozenset[str]:
    """What calls that answer nothing must say to name one record, besides its key: ``owner`` and ``repo`` of an issue's number."""
    calls = [r.route for r in seed.readings if r.route.named and r.route.key and r.route.deed in {"get", "update", "delete", "act"}]
    if any(r.response for r in seed.readings):
        return frozenset()
    return frozenset(snake(p.name) for route in calls if route.deed == "get" for p in route.arguments if p.required and p.name != route.key)


def _made_in(seed: Seed) -> frozenset[str]:
    """What calls that make a record must say in their query, and not in the record that they send."""
    made = [r.route.operation for r in seed.readings if r.route.deed == "create"]
    return frozenset(snake(p.name) for operation in made for p in operation.parameters if p.place == "query" and p.required)


def _names_itself(seed: Seed) -> bool:
    """Whether the creator chooses the key, as with a slug or a username; ids and numbers are the service's."""
    if snake(seed.key) in lexicon().key_fields or type_of(seed.key_schema) == "integer":
        return False
    return any(
        snake(seed.key) in {snake(key) for key in r.request.shape.required} for r in seed.readings if r.request and r.route.deed == "create"
    )


def _lives_inside(reading: Reading, seed: Seed, things: Collection[str]) -> bool:
    """Whether a nested path says where the record lives, not only which records of another kind relate to it."""
    free = [r for r in seed.readings if not any(p.thing in things for p in r.route.parents)]
    if not any(r.route.deed in {"list", "search", "create"} for r in free):
        return reading.route.deed in {"list", "search", "create"} or not any(r.route.deed == "get" for r in free)
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
