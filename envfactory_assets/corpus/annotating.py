"""Writing what a document's descriptions say beside the types of its extract, so that the extract can do without them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation, Parameter
from envfactory_assets.corpus.formats.schemas import references_in
from envfactory_assets.corpus.lives import LIFE, life_kept, tells_a_state
from envfactory_assets.corpus.prose import NOTHING, SAID, Said, named_in, said_by, said_of
from envfactory_assets.corpus.telling import spelt

_HOPS = 8
_KEY_ENDS = ("id", "ids", "uuid", "guid", "gid", "key")
_READING = {"GET", "CALL"}


def annotated(extract: ApiDocument, whole: ApiDocument, *, parameters_only: bool = False, fixed_only: bool = False) -> ApiDocument:
    """The extract with what the descriptions of the whole document say.

    Args:
        extract: some of the document's operations and of their schemas, without descriptions.
        whole: the document as it was read.
        parameters_only: leave out what is said of properties.
        fixed_only: leave out what is said, but for which properties updates do not change, and which say the same as another.
    """
    extract = with_states_named(extract, whole)
    annotator = _Annotator(extract, whole, fixed_only=fixed_only)
    operations = tuple(annotator.operation(operation, inside=not parameters_only) for operation in extract.operations)
    schemas = extract.schemas if parameters_only else annotator.schemas()
    return extract.model_copy(update={"operations": operations, "schemas": schemas})


def with_states_named(extract: ApiDocument, whole: ApiDocument) -> ApiDocument:
    """The extract with the states and conditions that the descriptions of its operations tell, and with nothing else that they say."""
    states = frozenset(_values(extract))
    told = {operation.pointer: operation for operation in whole.operations}
    operations = tuple(_with_states(operation, told.get(operation.pointer, operation), states) for operation in extract.operations)
    return extract.model_copy(update={"operations": operations})


def _with_states(operation: Operation, told: Operation, states: frozenset[str]) -> Operation:
    named = tuple(state for state in told.states_named if state in states)
    conditions = told.conditions if operation.method != "GET" else None
    life = life_kept(told.life).within(states).plain() or None
    return operation.model_copy(update={"states_named": named, "conditions": conditions, "life": life})


class _Annotator:
    """Walks the schemas of an extract and of the whole document side by side."""

    def __init__(self, extract: ApiDocument, whole: ApiDocument, *, fixed_only: bool) -> None:
        self._extract = extract
        self._fixed_only = fixed_only
        self._whole = whole
        self._operations = {operation.pointer: operation for operation in whole.operations}
        self._known = frozenset(_names(extract)) - {""}
        self._asked = references_in([operation.request for operation in extract.operations if _asks(operation)])

    def operation(self, operation: Operation, *, inside: bool) -> Operation:
        source = self._operations.get(operation.pointer)
        if source is None:
            return operation
        told = {(p.name, p.place): p for p in source.parameters}
        reads = operation.method in _READING
        parameters = tuple(self._parameter(p, told.get((p.name, p.place)), asked=reads and p.place != "path") for p in operation.parameters)
        bodies: dict[str, Any] = {}
        if inside:
            bodies["request"] = self._body(operation.request, source.request, asked=_asks(operation))
            bodies["response"] = self._body(operation.response, source.response, asked=False)
        return operation.model_copy(update={"parameters": parameters} | bodies)

    def schemas(self) -> dict[str, JsonSchema]:
        """The shared schemas; those that requests are made of say also what their properties choose by."""
        shared = self._extract.schemas
        return {name: self._schema(schema, self._whole.schemas.get(name, {}), asked=name in self._asked) for name, schema in shared.items()}

    def _parameter(self, parameter: Parameter, source: Parameter | None, *, asked: bool) -> Parameter:
        said = self._kept(said_by(source), asked=asked) if source is not None else {}
        if parameter.schema_.get("type") == "boolean":
            said.pop("flag", None)
        return parameter.model_copy(update={"schema_": _with(parameter.schema_, said)})

    def _body(self, schema: JsonSchema | None, source: JsonSchema | None, *, asked: bool) -> JsonSchema | None:
        return None if schema is None else self._schema(schema, source or {}, asked=asked)

    def _schema(self, schema: JsonSchema, source: JsonSchema, *, asked: bool) -> JsonSchema:
        if "$ref" in schema:
            return schema
        source = self._resolved(source)
        made = {key: value for key, value in schema.items() if key != SAID}
        if isinstance(made.get("properties"), dict) and isinstance(told := source.get("properties"), dict):
            made["properties"] = {
                key: self._property(key, inner, told.get(key, {}), asked=asked) for key, inner in made["properties"].items()
            }
        for word in ("items", "additionalProperties"):
            if isinstance(made.get(word), dict) and isinstance(source.get(word), dict):
                made[word] = self._schema(made[word], source[word], asked=asked)
        if isinstance(made.get("anyOf"), list) and isinstance(source.get("anyOf"), list):
            pairs = zip(made["anyOf"], [*source["anyOf"], *[{}] * len(made["anyOf"])], strict=False)
            made["anyOf"] = [self._schema(choice, other, asked=asked) for choice, other in pairs]
        return made

    def _property(self, name: str, schema: JsonSchema, source: JsonSchema, *, asked: bool) -> JsonSchema:
        said = said_of(source)
        if said == NOTHING and "$ref" in source and "$ref" not in schema:
            said = said_of(self._resolved(source))
        if said.names and not asked:
            said = replace(said, names=named_in(source, key=spelt(name).endswith(_KEY_ENDS)))
        made = _with(self._schema(schema, source, asked=asked), self._kept(said, asked=asked))
        life = self._resolved(source).get(LIFE) if tells_a_state(name) and "enum" in schema else None
        made |= {LIFE: life} if life else {}
        return made | {"readOnly": True} if source.get("readOnly") is True else made

    def _kept(self, said: Said, *, asked: bool) -> dict[str, Any]:
        """What is kept: of what does not choose records only whose key it is."""
        if self._fixed_only:
            return Said(fixed=said.fixed, same=said.same, binds=said.binds, limited=said.limited).within(self._known).plain()
        if not asked:
            said = replace(said, role=None, operator=None, by=None, of=(), flag=False)
        elif said.role not in {None, "filter"}:
            said = replace(said, of=())
        return said.within(self._known).plain()

    def _resolved(self, schema: JsonSchema) -> JsonSchema:
        for _ in range(_HOPS):
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                break
            schema = self._whole.schemas.get(reference.removeprefix("#/schemas/"), {})
        return schema


def _asks(operation: Operation) -> bool:
    """Whether a body may say which records are asked for: it is posted and nothing in the path names one."""
    return operation.method == "POST" and not operation.path.rstrip("/").endswith("}")


def _with(schema: JsonSchema, said: dict[str, Any]) -> JsonSchema:
    plain = {key: value for key, value in schema.items() if key != SAID}
    return plain | {SAID: said} if said else plain


def _values(document: ApiDocument) -> Iterator[str]:
    """The values that a document lists for its properties, in snake case: what is packed of a description is one of them."""
    waiting: list[Any] = [*([o.request, o.response] for o in document.operations), document.schemas]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from (spelt(value) for value in part.get("enum", ()) if isinstance(value, str))
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _names(document: ApiDocument) -> Iterator[str]:
    """What a document calls properties and things, in snake case and in the singular."""
    bodies = [[o.request, o.response, [p.schema_ for p in o.parameters]] for o in document.operations]
    waiting: list[Any] = [*bodies, document.schemas]
    found = {*document.schemas, *(part for o in document.operations for part in re.split(r"[/{}.:]+", o.path))}
    found |= {o.operation_id for o in document.operations if not o.path}
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            properties = part.get("properties")
            found |= set(properties) if isinstance(properties, dict) else set()
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    for name in found:
        parts = spelt(name)
        yield parts
        yield re.sub(r"(?<=[a-z])ies$", "y", parts) if parts.endswith("ies") else re.sub(r"(?<=[^s])s$", "", parts)
