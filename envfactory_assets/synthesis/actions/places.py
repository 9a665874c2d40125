"""Moves that a document leaves to other operations: those of a property that nothing sets, and of the place around the place."""

from envfactory_assets.synthesis.actions.family import Bound, Records, Unbound
from envfactory_assets.synthesis.actions.moves import lies_in
from envfactory_assets.synthesis.plan import ToolPlan


def unless_moved_otherwise(bound: Bound, tool: ToolPlan, records: Records) -> Bound:
    """A move that an update makes, unless other operations show that this one does not, or a nearer place says where the record lies."""
    argument = next((a for a in tool.arguments if a.role == "value" and a.field is not None and a.field.name == bound_field(bound)), None)
    if isinstance(bound, Unbound) or bound.family != "move" or tool.family != "update" or argument is None or argument.field is None:
        return bound
    if tool.operation.setters and argument.wire not in tool.operation.setters:
        return Unbound("move", argument.pointer, "other properties have operations that set them, and this one has none")
    nearer = (
        f for f in tool.entity.fields if f is not argument.field and f.kind == "ref" and f.target in records and lies_in(f, tool.entity)
    )
    around = {(f.name, f.target) for place in nearer for f in records[str(place.target)].fields if f.kind == "ref"}
    if (argument.field.name, argument.field.target) in around:
        return Unbound("move", argument.pointer, "a nearer place says where the record lies")
    return bound


def bound_field(bound: Bound) -> str | None:
    """The field that an effect writes."""
    return None if isinstance(bound, Unbound) else bound.field
