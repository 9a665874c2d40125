"""What the arguments of an operation set or filter."""

import re

from envfactory_assets.corpus.document import Parameter
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import identifier, noun, snake
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, Unused
from envfactory_assets.synthesis.schemas import Payload

_LOWER = ("min", "from", "after", "since", "gte", "ge", "gt", "start", "starting", "minimum", "begin", "greater_than", "newer_than")
_UPPER = ("max", "to", "before", "until", "lte", "le", "lt", "end", "ending", "maximum", "less_than", "older_than")
_ORDERED = {"date", "datetime", "money", "integer", "number"}
_FILTERABLE = {"text", "enum", "ref", "boolean", "date", "datetime", "integer"}


def bind_filters(parameters: list[Parameter], entity: EntityPlan, *, searches: bool) -> tuple[list[ArgumentPlan], list[Unused]]:
    """Bind the query parameters of a list to fields, to text search or to paging."""
    bound: list[ArgumentPlan] = []
    unused: list[Unused] = []
    fields = {name: f for name, f in entity.spelt().items() if f.kind in _FILTERABLE | _ORDERED}
    for parameter in parameters:
        argument = _bind(parameter, entity, fields, searches=searches)
        if argument is None:
            unused.append(Unused(parameter.pointer, "parameter", "selects by nothing the records hold"))
        elif any(other.name == argument.name or (other.role == argument.role and argument.role != "filter") for other in bound):
            unused.append(Unused(parameter.pointer, "parameter", "another parameter does the same"))
        else:
            bound.append(argument)
    return bound, unused


def _bind(parameter: Parameter, entity: EntityPlan, fields: dict[str, FieldPlan], *, searches: bool) -> ArgumentPlan | None:
    spelt = snake(parameter.name)
    made = ArgumentPlan(parameter.name, identifier(parameter.name), None, "filter", required=parameter.required, pointer=parameter.pointer)
    kind = type_of(parameter.schema_)
    if spelt in lexicon().page_sizes and kind in {"integer", "number", None}:
        made.role, made.required = "size", False
        made.name = "limit"
        return made
    if spelt in lexicon().page_parameters and entity.field(identifier(parameter.name)) is None:
        made.role, made.required = "page", False
        counts = kind in {"integer", "number"}
        made.name = ("offset" if re.search(r"offset|start|skip|from", spelt) else "page") if counts else "cursor"
        made.field = FieldPlan(parameter.name, made.name, "integer" if counts else "text", parameter.schema_)
        return made
    found = _field(spelt, fields)
    if found is not None and kind != "array":
        made.field, made.operator = found  # type: ignore[assignment]
        return made
    if spelt in lexicon().search_parameters and kind in {"string", None}:
        made.role, made.required = "search", parameter.required and searches
        made.name = "query"
        return made
    return None


def _field(spelt: str, fields: dict[str, FieldPlan]) -> tuple[FieldPlan, str] | None:
    bare = re.sub(r"^(filters?|where|by)_", "", spelt)
    for name in (bare, f"{bare}_id", bare.removesuffix("_id"), bare.removesuffix("_eq"), f"is_{bare}", noun(bare)):
        if name in fields and fields[name].kind in _FILTERABLE:
            return fields[name], "eq"
    for word, operator in (*((w, "ge") for w in _LOWER), *((w, "le") for w in _UPPER)):
        stems = {bare.removeprefix(f"{word}_"), bare.removesuffix(f"_{word}")} - {bare}
        for stem in sorted(stems):
            for name in (stem, f"{stem}_at", f"{stem}_on", f"{stem}_date", f"{stem}_time", f"date_{stem}"):
                if name in fields and fields[name].kind in _ORDERED:
                    return fields[name], operator
    return None


def bind_values(request: Payload | None, entity: EntityPlan, *, partial: bool) -> tuple[list[ArgumentPlan], list[Unused]]:
    """Bind the properties of a request to the fields they set."""
    bound: list[ArgumentPlan] = []
    unused: list[Unused] = []
    if request is None:
        return [], []
    fields = entity.spelt()
    for wire, schema in request.shape.properties.items():
        pointer = request.shape.place(wire)
        field = _set_by(wire, fields)
        if field is None or schema.get("readOnly") is True:
            if snake(wire) != snake(entity.key.wire):
                unused.append(Unused(pointer, "parameter", "sets nothing the records hold"))
        elif field.kind == "key" and (partial or entity.minted):
            continue
        elif is_stamp(field):
            unused.append(Unused(pointer, "parameter", "the service sets this itself"))
        elif all(other.field is not field for other in bound):
            required = wire in request.shape.required and not partial
            shown = field.wire if field.target and type_of(schema) in {"object", "array"} else wire
            bound.append(ArgumentPlan(shown, field.name, field, "value", required=required, pointer=pointer))
    return sorted(bound, key=lambda a: (not a.required, -(a.field.weight if a.field else 0))), unused


def _set_by(wire: str, fields: dict[str, FieldPlan]) -> FieldPlan | None:
    spelt = snake(wire)
    return next((fields[name] for name in (spelt, f"{spelt}_id", f"{spelt}_gid", spelt.removesuffix("_id")) if name in fields), None)


def is_stamp(field: FieldPlan) -> bool:
    """Whether the runtime sets the field to the time of a write."""
    return field.kind == "datetime" and (field.name in lexicon().created_fields or field.name in lexicon().updated_fields)
