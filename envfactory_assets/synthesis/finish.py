"""Settling a chosen plan: what every record must hold, who owns it, and names that do not clash."""

from envfactory_assets.synthesis.arguments import is_stamp
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.methods import server_value
from envfactory_assets.synthesis.names import article, noun, snake, spoken
from envfactory_assets.synthesis.plan import STATUS, EntityPlan, FieldPlan, PartPlan, ToolPlan


def settle(entities: list[EntityPlan], tools: list[ToolPlan]) -> None:
    """Decide which fields are required and how records start, once it is known which tools there are."""
    for entity in entities:
        mine = [tool for tool in tools if tool.entity is entity]
        for field in entity.fields:
            _settle_caller(field, mine)
            field.required = _is_required(field, [tool for tool in mine if tool.family == "create"])
    _tell_parts_apart(entities)
    tables = {entity.name: entity.table for entity in entities}
    for tool in tools:
        tool.tables = tables


def _settle_caller(field: FieldPlan, tools: list[ToolPlan]) -> None:
    """A text that names the owner and that nobody may set holds the caller."""
    settable = any(a.field is field for tool in tools for a in tool.arguments if a.role == "value")
    if field.kind == "text" and snake(field.wire) in lexicon().caller_fields and not settable and type_of(field.schema) == "string":
        field.kind, field.grounding = "caller", "inferred"


def _is_required(field: FieldPlan, creates: list[ToolPlan]) -> bool:
    if is_stamp(field) or field.kind == "caller":
        return True
    if not creates:
        return field.required or snake(field.wire) in lexicon().label_fields[:6] or field.name in STATUS
    given = [next((a for a in tool.arguments if a.field is field), None) for tool in creates]
    if all(argument is not None and argument.required for argument in given):
        return True
    wished = field.required or field.kind == "boolean" or (field.kind == "enum" and field.name in STATUS)
    field.required = True  # what the service would give it, if the field had to be there
    return wished and server_value(field) is not None


def _tell_parts_apart(entities: list[EntityPlan]) -> None:
    """Give equal value objects one class, and every class its own name."""
    taken = {entity.name for entity in entities}
    known: dict[str, PartPlan] = {}
    for entity in entities:
        for field in entity.fields:
            if field.part is None:
                continue
            alike = repr([(f.wire, f.kind, f.required, f.enum, f.target) for f in field.part.fields])
            if alike in known:
                field.part = known[alike]
                field.part.told = f"{article(spoken(noun(field.wire)).split()[-1]).capitalize()}."
                continue
            while field.part.name in taken:
                field.part.name += "Value"
            taken.add(field.part.name)
            known[alike] = field.part
