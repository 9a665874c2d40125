"""What one property of a schema becomes: a typed field, or a reason why not."""

from dataclasses import replace

from envfactory_assets.corpus.choices import choices_in
from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.corpus.prose import named_in
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.linking import REFERENCE_ENDS, Linker, References, singular_wire
from envfactory_assets.synthesis.moments import admits_days, kind_shown, kind_told
from envfactory_assets.synthesis.names import article, identifier, in_style, noun, pascal, plural, singular, snake, words
from envfactory_assets.synthesis.plan import FieldKind, FieldPlan, PartPlan, Unused
from envfactory_assets.synthesis.schemas import Schemas
from envfactory_assets.synthesis.weighing import weigh

_UNSPECIFIED = "_UNSPECIFIED"
_LARGEST_ENUM = 40
_SCALARS = ("string", "integer", "number", "boolean")
_HOLDING = {"properties", "items", "anyOf", "allOf", "oneOf", "additionalProperties"}
_KEY_FORMATS = {"uuid", "guid"}  # of texts that can be nothing but keys
_LARGEST_IDENTIFIER = 3
_VERSION_STAMP = {"version", "timestamp"}
_WHOLE = 100  # percent
_TOO_DEEP = "an object nested too deep"
_DEEP_KINDS: dict[str, FieldKind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}


class FieldReader:
    """Reads the properties of one document."""

    def __init__(self, schemas: Schemas, references: References) -> None:
        self._schemas = schemas
        self._references = references
        self._links = Linker(references)
        self.left: list[Unused] = []  # inside value objects
        self.deep: list[FieldPlan] = []  # objects of records that hold objects alone
        self.untold: list[FieldPlan] = []  # links to records that nothing names: as fields they are what they hold

    def read(self, wire: str, schema: JsonSchema, *, owner: str, pointer: str, depth: int = 0) -> FieldPlan | str:
        """Classify one property.

        Args:
            wire: its name in the document.
            schema: its schema.
            owner: class name of the entity or value object it belongs to.
            pointer: where the property is.
            depth: 0 in an entity, 1 in a value object.

        Returns:
            The field, or the reason it is left out.
        """
        spelt = snake(wire)
        if wire in lexicon().ignored_fields or spelt in lexicon().ignored_fields or not spelt or not spelt[0].isalpha():
            return "bookkeeping of the interface"
        if set(words(wire)) & lexicon().secret_words and not self._shows_image(wire, schema):
            return "a secret, or another form of a field"
        if set(words(wire)) >= _VERSION_STAMP:
            return "tells which version of the record is meant"
        resolved, shared = self._schemas.resolve(schema)
        if _is_scalar(resolved):
            return self._scalar(
                FieldPlan(
                    wire=wire,
                    name=identifier(wire),
                    kind="text",
                    schema=resolved,
                    pointer=pointer,
                    named=named_in(schema, key=_is_key(wire)),
                ),
                owner,
            )
        related = self._related(wire, resolved)
        if related is not None:
            return related if isinstance(related, str) else self._linked(replace(related, pointer=pointer), related.kind)
        made = FieldPlan(
            wire=wire, name=identifier(wire), kind="text", schema=resolved, pointer=pointer, named=named_in(schema, key=_is_key(wire))
        )
        items = self._schemas.items_at(schema, pointer)
        if items is not None:
            return self._list(made, *items, owner, depth)
        if resolved.get("properties") or resolved.get("type") == "object" or self._schemas.shape(resolved).properties:
            return self._object(made, schema, shared, owner, depth)
        return self._scalar(made, owner)

    def _related(self, wire: str, schema: JsonSchema) -> FieldPlan | str | None:
        """A JSON:API relationship: an object whose ``data`` holds the key and type of other records."""
        data = self._schemas.shape(schema).properties.get("data")
        if data is None or "id" in self._schemas.shape(schema).properties:
            return None
        items = self._schemas.items(data)
        inner = self._schemas.shape(data if items is None else items).properties
        if not {"id", "type"} <= set(inner) or len(inner) > _LARGEST_IDENTIFIER:
            return None
        said = [self._references.by_thing(noun(value)) for value in enum_of(self._schemas.resolve(inner["type"])[0])]
        target = next((found for found in said if found), None) or self._links.by_last_words(wire)
        if target is None:
            return "points to a record type that the document shows nowhere"
        return FieldPlan(wire, identifier(wire), "ref" if items is None else "refs", {}, target=target, grounding="inferred")

    def is_called(self, wire: str, owner: str) -> bool:
        """Whether a property is called as records of another type are, one or several."""
        return self._references.by_thing(noun(wire)) not in {None, owner}

    def things_of(self, schema: JsonSchema) -> list[str]:
        """The entities that an enum's values name."""
        values = enum_of(self._schemas.resolve(schema)[0])
        return [found for value in values if (found := self._references.by_thing(noun(value)))]

    def choices_of(self, schema: JsonSchema) -> list[str]:
        """The entities that a choice of several records names; none when it is no such choice."""
        listed = self._schemas.items(schema)
        told = self._schemas.resolve(schema if listed is None else listed)[0]
        members = told.get("anyOf") or told.get("oneOf") or ()
        names = [self._schemas.resolve(member)[1] for member in members if isinstance(member, dict)]
        found = [target for name in names if name and (target := self._references.by_schema(name))]
        return list(dict.fromkeys(found)) if len(set(found)) > 1 else []

    def numbered(self, wire: str, schema: JsonSchema, pointer: str) -> list[FieldPlan]:
        """The link that a list of the numbers of other records is: an environment keeps no such list."""
        items = self._schemas.items(schema)
        if items is None or type_of(self._schemas.resolve(items)[0]) != "integer":
            return []
        target = self._links.by_name(singular_wire(wire))
        return [FieldPlan(wire, identifier(wire), "refs", schema, target=target, grounding="inferred", pointer=pointer)] if target else []

    def paged_in(self, schema: JsonSchema, owner: str) -> str | None:
        """The entity that an object holds one page of: ``tracks`` with its ``items`` and how many there are."""
        shape = self._schemas.shape(schema)
        lists = {wire: items for wire, inner in shape.properties.items() if (items := self._schemas.items(inner)) is not None}
        held = next((wire for wire in lists if snake(wire) in lexicon().list_wrappers), None)
        if held is None or len(lists) > 1:
            return None
        shared = self._schemas.resolve(lists[held])[1]
        return self._links.by_schema(shared, self.inner(lists[held]), owner)

    def mapped_in(self, schema: JsonSchema, owner: str) -> str | None:
        """The entity whose records an object holds by their keys, whatever those are: ``additionalProperties`` of a shared schema."""
        inner = self._schemas.resolve(schema)[0]
        held = inner.get("additionalProperties")
        if not isinstance(held, dict) or inner.get("properties"):
            return None
        return self._links.by_schema(self._schemas.resolve(held)[1], self.inner(held), owner)

    def keys_within(self, schema: JsonSchema) -> list[str]:
        """The entities whose keys an object holds, one or another of them; none when it holds anything else."""
        inner = [wire for wire in self.inner(schema) if snake(wire) != "type"]
        found = [self._links.by_name(wire) for wire in inner if words(wire)[-1:] == ("id",)]
        return [target for target in dict.fromkeys(found) if target] if len(inner) > 1 and len(found) == len(inner) else []

    def inner(self, schema: JsonSchema) -> list[str]:
        """The properties of an object."""
        return list(self._schemas.shape(schema).properties)

    def _scalar(self, made: FieldPlan, owner: str) -> FieldPlan | str:
        schema = made.schema
        kind = type_of(schema)
        values = enum_of(schema) or _listed_in_prose(made)
        if values and kind in {None, "string"}:
            if len(values) == 1 or len(values) > _LARGEST_ENUM:
                return "one value only" if len(values) == 1 else _typed(made, "text")
            made.enum = values
            return _typed(made, "enum")
        numbered = "integer" if kind == "number" and set(words(made.wire)[-1:]) <= set(REFERENCE_ENDS) else kind
        if numbered in {None, "string", "integer"} and (target := self._told(made, self._target(made, numbered, owner), owner)):
            made.target, made.grounding = target, "inferred"
            return _typed(made, "ref")
        if kind in {None, "string"}:
            return _typed(made, _text_kind(made.wire, schema))
        if kind in {"number", "integer"}:
            if values and kind == "integer":
                return "a code of numbers"
            if snake(made.wire) in lexicon().created_fields | lexicon().updated_fields:
                return "a moment as a number"
            return _typed(made, "integer" if kind == "integer" else "money" if is_money(made.wire) and not _is_share(schema) else "number")
        if kind == "boolean":
            return _typed(made, "boolean")
        return f"a value of type {kind}"

    def _told(self, made: FieldPlan, target: str | None, owner: str) -> str | None:
        """A target whose records are told by a key; a link to any other is noted, where the property is a record's own."""
        if target is None or self._references.keys[target]:
            return target
        if owner in self._references.keys:
            self.untold.append(replace(made, kind="ref", target=target, grounding="inferred"))
        return None

    def _target(self, made: FieldPlan, kind: str | None, owner: str) -> str | None:
        """The entity whose key a scalar holds."""
        wire, links = made.wire, self._links
        told = links.by_description(wire, made.named, owner)
        named = links.by_name(wire, owner)
        if kind == "integer" and not {*words(wire)[:1], *words(wire)[-1:]} & {*REFERENCE_ENDS, "key"} and not links.is_numbered(named):
            named = None
        if kind == "string" and links.is_numbered(named) and not links.is_plainly(wire, str(named)):
            named = None  # created_by beside users that are numbered is a name
        found = told or named or links.number_of(wire, kind)
        if not told and not _is_key(wire) and _tells_no_key(wire, made.schema):
            return None
        plain = kind == "string" and not made.schema.get("format") and not made.schema.get("enum")
        sure = made.schema.get("format") in _KEY_FORMATS
        return found or (links.named_alike(wire, owner, sure=sure) if plain or sure else None)

    def _shows_image(self, wire: str, schema: JsonSchema) -> bool:
        """Whether a property that is called like a picture is the key of one, or a record of one."""
        pointed = self._links.by_name(wire) is not None and words(wire)[-1:] == ("id",)
        return pointed or self._links.embedded(wire, self.inner(schema), "") is not None

    def _list(self, made: FieldPlan, items: JsonSchema, where: str, owner: str, depth: int) -> FieldPlan | str:
        resolved, shared = self._schemas.resolve(items)
        shape = self._schemas.shape(resolved)
        if shape.properties or resolved.get("type") == "object":
            if target := self._links.by_schema(shared, self.inner(items), owner):
                made.target = target
                return self._linked(made, "refs")
            if not depth and (target := self._links.embedded(singular_wire(made.wire), self.inner(items), owner, one=False)):
                made.target, made.grounding = target, "inferred"
                return self._linked(made, "refs")
            if depth:
                return "a list nested too deep"
            return self._with_part(made, items, where, shared, owner, "parts")
        if type_of(resolved) in {"string", None} and self._schemas.items(resolved) is None:
            if (target := self._listed(made, resolved, owner)) is not None:
                made.target, made.grounding = target, "inferred"
                return _typed(made, "refs")
            made.enum = enum_of(resolved) if 1 < len(enum_of(resolved)) <= _LARGEST_ENUM else ()
            made.schema = made.schema | {"items": resolved}
            return _typed(made, "texts")
        if type_of(resolved) == "integer" and (target := self._numbers(made.wire)) is not None:
            made.target, made.grounding = target, "inferred"
            return _typed(made, "refs")
        return "a list of numbers or lists"

    def _numbers(self, wire: str) -> str | None:
        """The entity whose records are numbered, and whose numbers a list is called: ``droplet_ids``."""
        target = self._links.by_name(singular_wire(wire)) if words(wire)[-1:] == ("ids",) else None
        return target if self._links.is_numbered(target) else None

    def _listed(self, made: FieldPlan, items: JsonSchema, owner: str) -> str | None:
        """The entity whose keys a list of texts holds."""
        found = self._links.by_name(singular_wire(made.wire)) or self._links.by_description(singular_wire(made.wire), made.named, owner)
        plain = not items.get("format") and not items.get("enum") and type_of(items) == "string"
        return found or ((self._links.named_alike(made.wire, owner) or self._links.listed(made.wire, owner)) if plain else None)

    def _object(self, made: FieldPlan, schema: JsonSchema, shared: str | None, owner: str, depth: int) -> FieldPlan | str:
        target = self._links.by_schema(shared, self.inner(schema), owner)
        named = self._references.by_thing(noun(made.wire))
        if target is not None and named is not None and named not in {target, owner}:
            held = {snake(key) for key in self.inner(schema)}
            target = named if snake(self._references.keys[named]) in held else target  # shaped like another thing, called after its own
        if _admits_text(schema):  # a key that may be expanded into the record
            made.target = target or self._links.by_name(made.wire, owner) or self._links.named_alike(made.wire, owner)
            return _typed(made, "ref" if made.target else "text")
        if target is None and not self.choices_of(schema):
            target = self._links.embedded(made.wire, self.inner(schema), owner)
            made.grounding = "inferred" if target else "declared"
        if (target := self._told(made, target, owner)) is not None:
            made.target = target
            return self._linked(made, "ref")
        if not self._schemas.shape(schema).properties:
            return "an object of free form"
        return _TOO_DEEP if depth else self._with_part(made, schema, made.pointer, shared, owner, "part")

    def _deep(self, wire: str, schema: JsonSchema, pointer: str) -> list[FieldPlan]:
        """An object inside an object of a record, for what parameters choose by: with its plain values alone."""
        shape = self._schemas.shape(schema, pointer)
        found: list[FieldPlan] = []
        for key, inner in shape.properties.items():
            resolved = self._schemas.resolve(inner)[0]
            kind = _DEEP_KINDS.get(type_of(resolved) or "")
            if kind is not None and self._schemas.items(resolved) is None:
                kind = _text_kind(key, resolved) if kind == "text" else kind
                found.append(FieldPlan(key, identifier(key), kind, resolved, pointer=shape.place(key)))
        return [FieldPlan(wire, identifier(wire), "part", {}, part=PartPlan("", found), pointer=pointer)] if found else []

    def _linked(self, made: FieldPlan, kind: FieldKind) -> FieldPlan:
        """A field that holds keys where the document embeds whole records is named after the keys."""
        key = (words(self._references.keys.get(made.target or "", "")) or ("id",))[-1]
        key = key if key in REFERENCE_ENDS else "id"
        stem = "_".join(words(singular_wire(made.wire) if kind == "refs" else made.wire))
        named = f"{stem}_{plural(key) if kind == 'refs' else key}"
        made.source, made.wire, made.name = made.wire, in_style(named, self._references.naming), identifier(named)
        return _typed(made, kind)

    def _with_part(
        self, made: FieldPlan, schema: JsonSchema, where: str, shared: str | None, owner: str, kind: FieldKind
    ) -> FieldPlan | str:
        shape = self._schemas.shape(*self._schemas.one_of(schema, where))
        fields: list[FieldPlan] = []
        deep: list[FieldPlan] = []
        stem = pascal(noun(made.wire) if kind == "parts" else made.wire)
        name = stem if stem.startswith(owner) and stem != owner else f"{owner}{stem}"
        for wire, inner in shape.properties.items():
            field = self.read(wire, inner, owner=name, pointer=shape.place(wire), depth=1)
            if isinstance(field, FieldPlan) and shape.closed and field.wire not in shape.properties:
                field = "a whole record, the key of which has no place in the answer"
            if isinstance(field, FieldPlan) and any(field.name == other.name for other in fields):
                self.left.append(Unused(field.pointer, "field", "another field has the same name"))
            elif isinstance(field, FieldPlan):
                field.required = wire in shape.required and not is_nullable(inner)
                fields.append(field)
            else:
                self.left.append(Unused(shape.place(wire), "field", field))
                deep += self._deep(wire, inner, shape.place(wire)) if field == _TOO_DEEP else []
        if (not fields and not deep) or shared == owner:
            return "an object without usable fields"
        told = f"{'One of the' if kind == 'parts' else 'The'} {' '.join(words(made.wire))} of {article(' '.join(words(owner)))}."
        made.part = PartPlan(name, fields, told, shared or "", deep)
        if not fields:
            self.deep.append(made)
            return "an object without usable fields"
        made = _typed(made, kind)
        said = set(words(made.wire))
        tells = {f.kind for f in fields} & {"date", "datetime", "money", "ref"}
        made.weight += (2 if tells else 0) + (
            3 if snake(made.wire) in lexicon().telling_parts else 1 if said & lexicon().telling_parts else 0
        )
        return made


def _listed_in_prose(made: FieldPlan) -> tuple[str, ...]:
    """The values that a description lists of a text that is called a status, a type or the like."""
    schema, said = made.schema, words(made.wire)[-1:]
    told = bool(set(said) & lexicon().choice_words) and not schema.get("format") and type_of(schema) in {None, "string"}
    return choices_in(schema.get("description")) if told else ()


def _is_scalar(schema: JsonSchema) -> bool:
    """Whether a schema is a single value as it stands."""
    return schema.get("type") in _SCALARS and not schema.keys() & _HOLDING


def _is_key(wire: str) -> bool:
    """Whether a property is called a key."""
    parts = words(wire)
    return bool(parts) and bool({parts[0], singular(parts[-1])} & {*REFERENCE_ENDS, "key"})


def _typed(made: FieldPlan, kind: FieldKind) -> FieldPlan:
    made.kind = kind
    made.weight = weigh(made)
    return made


def type_of(schema: JsonSchema) -> str | None:
    """The schema's type besides null."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return next((k for k in kind if k != "null"), None)
    return kind if isinstance(kind, str) else None


def enum_of(schema: JsonSchema) -> tuple[str, ...]:
    """The texts an enum admits, in order."""
    listed = [value for value in schema.get("enum") or () if isinstance(value, str) and value.strip()]
    said = [value for value in listed if not value.endswith(_UNSPECIFIED)]  # which is no value of a record
    return tuple(dict.fromkeys(said if len(said) > 1 else listed))


def is_nullable(schema: JsonSchema) -> bool:
    """Whether null is admitted where the property is."""
    kind = schema.get("type")
    return (isinstance(kind, list) and "null" in kind) or any(
        isinstance(m, dict) and m.get("type") == "null" for key in ("anyOf", "oneOf") for m in schema.get(key) or ()
    )


def _admits_text(schema: JsonSchema) -> bool:
    return any(isinstance(m, dict) and type_of(m) == "string" for key in ("anyOf", "oneOf") for m in schema.get(key) or ())


def is_money(wire: str) -> bool:
    """Whether a number of this name is an amount of money."""
    parts = words(wire)
    return bool(set(parts) & lexicon().money_words) and not set(parts) & lexicon().not_money_words


def _is_share(schema: JsonSchema) -> bool:
    """Whether a number is bounded as a percentage or a part is, which no amount of money is."""
    most = schema.get("maximum")
    return isinstance(most, int | float) and most <= _WHOLE


def _text_kind(wire: str, schema: JsonSchema) -> FieldKind:
    said = str(schema.get("format", "")).lower().replace("-", "")
    if said in {"date", "datetime"}:
        return "date" if said == "date" else "datetime"
    if not said and (told := kind_told(schema)):
        return told
    if not said and not schema.get("pattern"):
        spelt, last = snake(wire), words(wire)[-1:]
        named = lexicon().created_fields | lexicon().updated_fields | lexicon().moment_names
        if spelt in named or set(last) & lexicon().moment_words:
            return "datetime"
        if set(last) & lexicon().day_words:
            return "date" if admits_days(schema) else "datetime"
        return kind_shown(schema) or "text"
    return "text"


def _tells_no_key(wire: str, schema: JsonSchema) -> bool:
    """Whether a value called like a thing is a count of several of them, or a phrase about one, as its examples show."""
    counted = any(singular(word) != word for word in words(wire)[-1:])
    return counted or any(isinstance(example, str) and " " in example.strip() for example in schema.get("examples", ()))
