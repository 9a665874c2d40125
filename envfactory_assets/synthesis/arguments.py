"""What the arguments of an operation set or filter."""

import re

from envfactory_assets.corpus.document import Parameter
from envfactory_assets.corpus.prose import said_of
from envfactory_assets.synthesis.fields import is_nullable, type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import identifier, snake, words
from envfactory_assets.synthesis.ordering import bind_order, without_lonely_directions
from envfactory_assets.synthesis.paging import bind_page, bind_size
from envfactory_assets.synthesis.parameters import ORDERED, Selecting, read_parameters
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, Unused
from envfactory_assets.synthesis.schemas import Payload

_FILTERABLE = {"text", "enum", "ref", "boolean", "date", "datetime", "integer"}
_LISTS = {"texts", "refs"}
_WHO_WROTE = re.compile(r"^(last_)?(created|updated|modified|changed|edited)_by(_|$)")
_SHOWING_MORE = frozenset({"include", "show", "with"})  # ``include_archived``: those in that state too
_LEAVING_OUT = frozenset({"exclude", "hide", "skip", "without", "omit"})  # ``exclude_archived``: none of those
_OF_SEVERAL = {"text", "enum", "ref", "integer", "key"}


def bind_filters(parameters: list[Parameter], entity: EntityPlan, *, searches: bool) -> tuple[list[ArgumentPlan], list[Unused]]:
    """Bind the query parameters of a list to fields, to text search or to paging, as far as an environment's lists can."""
    bound: list[ArgumentPlan] = []
    unused: list[Unused] = []
    read = {selecting.parameter.pointer: selecting for selecting in read_parameters(parameters, entity)}
    for parameter in parameters:
        selecting = read.get(parameter.pointer)
        argument = _bind(selecting, entity, searches=searches) if selecting else bind_order(parameter, entity) or "chooses no records"
        if isinstance(argument, str):
            unused.append(Unused(parameter.pointer, "parameter", argument))
        elif any(_same(argument, other) for other in bound):
            unused.append(Unused(parameter.pointer, "parameter", "another parameter does the same"))
        else:
            bound.append(argument)
    kept = without_lonely_directions(bound)
    unused += [Unused(a.pointer, "parameter", "orders by nothing the records hold") for a in bound if a not in kept]
    return kept, unused


def _same(one: ArgumentPlan, other: ArgumentPlan) -> bool:
    """Whether two arguments of a list do the same."""
    if one.name == other.name:
        return True
    return one.role == other.role and (one.role != "filter" or (one.field is other.field and one.operator == other.operator))


def _bind(selecting: Selecting, entity: EntityPlan, *, searches: bool) -> ArgumentPlan | str:
    """The argument that selects so, or why an environment's list has none."""
    parameter = selecting.parameter
    match selecting.role:
        case "size":
            return bind_size(parameter)
        case "page":
            return bind_page(parameter)
        case "search":
            required = parameter.required and searches
            return ArgumentPlan(parameter.name, "query", None, "search", required, pointer=parameter.pointer)
        case "filter":
            return _bind_filter(selecting, entity)


def _bind_filter(selecting: Selecting, entity: EntityPlan) -> ArgumentPlan | str:
    parameter, many = selecting.parameter, type_of(selecting.parameter.schema_) == "array"
    if (reason := _why_unbound(selecting, entity)) is not None:
        return reason
    [field] = selecting.path
    made = ArgumentPlan(parameter.name, identifier(parameter.name), field, "filter", parameter.required, pointer=parameter.pointer)
    made.several = many
    if field.kind in _LISTS and selecting.operator in {"eq", "any_of", "contains"}:
        made.operator = "contains"
    elif selecting.operator == "any_of" or many:
        if field.kind not in _OF_SEVERAL:
            return "selects by a list of values"
        made.operator = "among" if many else "eq"  # a text that may list several values lists one
    elif selecting.operator in {"ge", "le"}:
        if field.kind not in ORDERED:
            return f"a bound of a field of {field.kind}"
        made.operator = selecting.operator
    elif selecting.operator == "contains":
        made.operator = "contains"
    if made.operator in {"eq", "contains"} and field.kind not in _FILTERABLE | _LISTS:
        return f"selects by a field of {field.kind}"
    return made


def _why_unbound(selecting: Selecting, entity: EntityPlan) -> str | None:
    """Why an environment's list cannot choose by what a parameter selects by; None when it may."""
    kind = type_of(selecting.parameter.schema_)
    if not selecting.path:
        return "selects by nothing the records hold"
    if any(selecting.path[0] is left for left in (*entity.left, *entity.doubles)):
        return "selects by a property the environment does not keep"
    if len(selecting.path) > 1:
        return "selects by what is inside an object of the record"
    if kind == "object":
        return "selects by an object of criteria"
    last, field = words(selecting.parameter.name)[-1], selecting.path[0]
    if last in lexicon().span_ends and last not in words(field.wire):
        return "selects by a span of values"
    if (lexicon().having_words & set(words(selecting.parameter.name))) - set(words(field.wire)):
        return "selects by whether there is a value"
    if kind != "boolean":
        return None
    first = words(selecting.parameter.name)[0]
    if first in _SHOWING_MORE | _LEAVING_OUT and not selecting.path[-1].wire.startswith(first):
        return "shows records of one state beside the others, or leaves them out"
    return "selects by whether there is a value" if selecting.path[-1].kind != "boolean" else None


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
        elif partial and any(said_of(told).fixed for told in (schema, field.schema)):
            unused.append(Unused(pointer, "parameter", "the document tells that updates do not change it"))
        elif is_stamp(field) or (_WHO_WROTE.search(snake(wire)) and wire not in request.shape.required):
            unused.append(Unused(pointer, "parameter", "the service sets this itself"))
        elif all(other.field is not field for other in bound):
            required = wire in request.shape.required and not partial
            shown = field.wire if field.target and type_of(schema) in {"object", "array"} else wire
            nullable = partial and is_nullable(field.schema if "$ref" in schema else schema)
            bound.append(ArgumentPlan(shown, field.name, field, "value", required=required, pointer=pointer, nullable=nullable))
    return sorted(bound, key=lambda a: (not a.required, -(a.field.weight if a.field else 0))), unused


def _set_by(wire: str, fields: dict[str, FieldPlan]) -> FieldPlan | None:
    spelt = snake(wire)
    return next((fields[name] for name in (spelt, f"{spelt}_id", f"{spelt}_gid", spelt.removesuffix("_id")) if name in fields), None)


def is_stamp(field: FieldPlan) -> bool:
    """Whether the runtime sets the field to the time of a write."""
    return field.kind == "datetime" and (field.name in lexicon().created_fields or field.name in lexicon().updated_fields)
