"""In which order a list may be asked for: the values of a parameter that name fields of the record, and the way up or down."""

import re
from collections.abc import Mapping
from dataclasses import replace

from envfactory_assets.corpus.document import JsonSchema, Parameter
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import identifier, snake
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan

DOWN = frozenset({"desc", "descending", "descend", "down", "reverse"})
_UP = frozenset({"asc", "ascending", "ascend", "up"})
_ORDERED = {"text", "date", "datetime", "money", "integer", "number"}
_TAILS = ("", "_at", "_on", "_date", "_time")
_SIGN = re.compile(r"^([+-]?)(.+?)(?:[_:. ]?(asc|desc|ascending|descending))?$", re.IGNORECASE)


def bind_order(parameter: Parameter, entity: EntityPlan) -> ArgumentPlan | None:
    """The argument that says how a list is ordered, or which way; None when its values name no field of the record."""
    values = _values(parameter.schema_)
    if snake(parameter.name) not in lexicon().sort_parameters or not values:
        return None
    made = ArgumentPlan(parameter.name, identifier(parameter.name), None, "direction", pointer=parameter.pointer)
    if {value.lower() for value in values} <= DOWN | _UP:
        made.field = FieldPlan(parameter.name, made.name, "enum", parameter.schema_, enum=values)
        return made
    spelt: dict[str, FieldPlan] = {}
    for field in entity.fields:
        for name in (field.name, snake(field.wire), snake(field.source or field.wire)):
            spelt.setdefault(name, field)
    orders = tuple((value, by) for value in values if (by := _ordered_by(value, spelt)))
    if not orders:
        return None
    made.role, made.orders = "sort", orders
    made.field = FieldPlan(parameter.name, made.name, "enum", parameter.schema_, enum=tuple(value for value, _ in orders))
    return made


def without_lonely_directions(arguments: list[ArgumentPlan]) -> list[ArgumentPlan]:
    """The arguments without a way up or down that nothing is ordered by."""
    if any(argument.role == "sort" for argument in arguments):
        return arguments
    return [argument for argument in arguments if argument.role != "direction"]


def kept_orders(argument: ArgumentPlan, entity: EntityPlan) -> bool:
    """Leave out the orders by fields that an entity does not keep; whether any is left."""
    names = {field.name for field in entity.fields}
    argument.orders = tuple((value, by) for value, by in argument.orders if by.removeprefix("-") in names)
    if argument.field is not None:
        argument.field = replace(argument.field, enum=tuple(value for value, _ in argument.orders))
    return bool(argument.orders)


def _values(schema: JsonSchema) -> tuple[str, ...]:
    """What a parameter may say, when the document lists it; of one that takes several, what each may be."""
    items = schema.get("items")
    listed = schema.get("enum") or (items.get("enum") if isinstance(items, dict) and type_of(schema) == "array" else None)
    return tuple(dict.fromkeys(value for value in listed or () if isinstance(value, str)))


def _ordered_by(value: str, fields: Mapping[str, FieldPlan]) -> str:
    """Which of the fields, by their spellings, a value names, with a minus for the largest first; empty when it names none."""
    match = _SIGN.match(value)
    if match is None:
        return ""
    sign, stem, way = match.groups()
    spelt = snake(stem)
    for tail in _TAILS:
        field = fields.get(spelt + tail)
        if field is not None and field.kind in _ORDERED:
            return f"-{field.name}" if sign == "-" or (way or "").lower() in DOWN else field.name
    return ""
