"""Records that a document shows inside others.

A row keeps the keys of what the document embeds. Where no tool asks by them or acts on them, it shows them as the document does: in an
object, or objects, under the document's own name.
"""

from envfactory_assets.synthesis.actions import fields_in_slots
from envfactory_assets.synthesis.names import article, identifier, noun, pascal, spoken, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, PartPlan, ToolPlan


def show_embedded(entities: list[EntityPlan], tools: list[ToolPlan]) -> None:
    """Turn keys that stand for embedded records into objects with those keys.

    Args:
        entities: the record types kept; their fields are changed in place.
        tools: the tools kept.
    """
    records = {entity.name: entity for entity in entities}
    used = {id(argument.field) for tool in tools for argument in tool.arguments} | {id(tool.moves) for tool in tools}
    acted_on = {place for tool in tools for place in fields_in_slots(tool, records)}
    for entity in entities:
        for field in entity.fields:
            target = records.get(field.target or "")
            embedded = field.kind in {"ref", "refs"} and field.source and not field.nested
            if target is None or not embedded:
                continue
            if id(field) not in used and (entity.name, field.name) not in acted_on and entity.field(identifier(field.source)) is None:
                _show(field, entity, target)


def _show(field: FieldPlan, owner: EntityPlan, target: EntityPlan) -> None:
    key = FieldPlan(target.key.wire, target.key.name, "ref", {}, required=True, target=target.name)
    key.grounding, key.pointer = field.grounding, field.pointer
    many = field.kind == "refs"
    stem = pascal(noun(field.source) if many else field.source)
    told = f"{'One of the' if many else 'The'} {' '.join(words(field.source))} of {article(spoken(owner.thing))}, by its key."
    name = stem if stem.startswith(owner.name) and stem != owner.name else f"{owner.name}{stem}"
    field.part = PartPlan(name, [key], told)
    field.kind, field.target = ("parts" if many else "part"), None
    field.wire, field.name = field.source, identifier(field.source)
