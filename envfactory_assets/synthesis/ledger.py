"""What an environment does not use of its document: every operation, parameter and field, each once and with its reason.

An entry covers what lies below it: that of an operation its parameters and bodies, that of a record type or of an object its fields.
"""

from collections.abc import Iterator, Mapping

from envfactory_assets.corpus.document import ApiDocument, JsonSchema
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.plan import EntityPlan, EnvironmentPlan, FieldPlan, ToolPlan, Unused
from envfactory_assets.synthesis.schemas import Payload, below

_PREFIX = "#/schemas/"
_DEEPEST = 60
_Fields = Mapping[str, FieldPlan]
_NOTHING: _Fields = {}


def unused_of(document: ApiDocument, plan: EnvironmentPlan) -> list[Unused]:
    """The entries of the ledger, by pointer.

    Args:
        document: the document.
        plan: the environment made of it, with what its authors already said they left out.
    """
    walk = _Walk(document, plan)
    for tool in plan.tools:
        walk.visit(tool)
    entries: dict[str, Unused] = {}
    for entry in (*plan.unused, *walk.found, *walk.unvisited()):
        if entry.subject == "effect" or entry.pointer not in walk.used:
            entries.setdefault(entry.pointer, entry)
    left = {pointer for pointer, entry in entries.items() if entry.subject != "effect"}
    return [entry for pointer, entry in sorted(entries.items()) if not any(outer in left for outer in _outer(pointer))]


def _outer(pointer: str) -> Iterator[str]:
    """The pointers around one, the nearest first."""
    while pointer.count("/") > 1:
        pointer = pointer.rpartition("/")[0]
        yield pointer


class _Walk:
    """Goes through all that the used operations take and give."""

    def __init__(self, document: ApiDocument, plan: EnvironmentPlan) -> None:
        self._schemas = document.schemas
        self._entities = {entity.name: entity for entity in plan.entities}
        self._said = {entry.pointer for entry in plan.unused}
        self._seen: set[tuple[str, int]] = set()
        self._contexts: dict[int, _Fields] = {}  # of an entity or value object, kept so that their identities stay theirs
        self.used = {pointer for entity in plan.entities for pointer in _pointers(entity)}
        self.used -= {operation.pointer for operation in document.operations}  # where a field is known by a verb only
        self.used |= {tool.operation.pointer for tool in plan.tools}
        self.used |= {argument.pointer for tool in plan.tools for argument in tool.arguments}
        self.found: list[Unused] = []

    def unvisited(self) -> Iterator[Unused]:
        """The shared schemas that nothing in use leads to."""
        seen = {pointer for pointer, _ in self._seen}
        for name in self._schemas:
            if below("/schemas", name) not in seen:
                yield Unused(below("/schemas", name), "field", "nothing the environment uses speaks of it")

    def visit(self, tool: ToolPlan) -> None:
        operation = tool.operation
        told = {argument.pointer for argument in tool.arguments} | self.used
        for parameter in operation.parameters:
            if not any(pointer == parameter.pointer or pointer.startswith(f"{parameter.pointer}/") for pointer in told):
                self.found.append(Unused(parameter.pointer, "parameter", "changes nothing the records hold"))
        record = self._fields_of(tool.entity)
        sides: tuple[tuple[JsonSchema | None, str, Payload | None, frozenset[str]], ...] = (
            (operation.request, "request", tool.asked, frozenset()),
            (operation.response, "response", tool.answered if tool.returns_record else None, frozenset({tool.cursor or ""})),
        )
        for schema, side, payload, known in sides:
            wrappers = frozenset(payload.wrappers) if payload else frozenset()
            self.used |= wrappers
            start = payload.shape.pointer if payload else ""
            self._schema(schema, below(operation.pointer, side), _Place(start, record, known), _NOTHING, 0)

    def _schema(self, schema: JsonSchema | None, pointer: str, place: "_Place", fields: _Fields, depth: int) -> None:
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return
        target = schema.get("$ref")
        if isinstance(target, str) and target.startswith(_PREFIX):
            name = target.removeprefix(_PREFIX)
            pointer, schema = below("/schemas", name), self._schemas.get(name, {})
            fields = place.record if pointer == place.start else fields
            if (pointer, id(fields)) in self._seen:
                return
            self._seen.add((pointer, id(fields)))
            self._schema(schema, pointer, place, fields, depth + 1)
            return
        if pointer == place.start:
            fields = place.record
        for key, inner in (schema.get("properties") or {}).items():
            self._property(key, inner, below(pointer, "properties", key), place, fields, depth)
        for word in ("items", "additionalProperties"):
            self._schema(schema.get(word), f"{pointer}/{word}", place, fields, depth + 1)
        for word in ("allOf", "anyOf", "oneOf"):
            for index, member in enumerate(schema.get(word) or ()):
                self._schema(member, f"{pointer}/{word}/{index}", place, fields, depth + 1)

    def _property(self, key: str, schema: JsonSchema, pointer: str, place: "_Place", fields: _Fields, depth: int) -> None:
        field = fields.get(snake(key))
        if pointer in self._said and pointer not in self.used:
            return
        if field is None and key == "attributes" and fields:  # a record's own fields, one level down
            self.used.add(pointer)
            self._schema(schema, pointer, place, fields, depth + 1)
        elif field is not None or pointer in self.used or (not fields and key in place.known):
            self.used.add(pointer)
            self._schema(schema, pointer, place, self._inside(field), depth + 1)
        else:
            self.found.append(Unused(pointer, "field", _reason(key, fields)))

    def _inside(self, field: FieldPlan | None) -> _Fields:
        """The fields of the object that a property holds."""
        if field is not None and field.part is not None:
            key = id(field.part)
            return self._contexts.setdefault(key, {snake(inner.source or inner.wire): inner for inner in field.part.fields})
        entity = self._entities.get(field.target or "") if field is not None else None
        return self._fields_of(entity) if entity else _NOTHING

    def _fields_of(self, entity: EntityPlan) -> _Fields:
        return self._contexts.setdefault(id(entity), entity.spelt())


class _Place:
    """Where in a body the record is, what its fields are, and which properties beside it are used."""

    def __init__(self, start: str, record: _Fields, known: frozenset[str]) -> None:
        self.start, self.record, self.known = start, record, known


def _pointers(entity: EntityPlan) -> Iterator[str]:
    yield entity.key.pointer
    for field in entity.fields:
        yield field.pointer
        if field.part is not None:
            yield from (inner.pointer for inner in field.part.fields)


def _reason(key: str, fields: _Fields) -> str:
    if fields:
        return "not among the fields the environment keeps of it"
    return "what an answer says of itself" if snake(key) in lexicon().notices else "beside the record, or in a form of it that is not kept"
