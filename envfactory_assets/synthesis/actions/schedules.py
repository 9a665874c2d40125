"""Schedules: writes that set when something begins, ends or is to happen.

What is set to happen lies ahead, and what has begun of what is booked stays when it was. Of anything else that has a start and an end only
their order is known: a project may be entered after it is over, and a calendar tells of the past as well.
"""

from collections.abc import Iterator

from envfactory_assets.corpus.conditions import NEEDS
from envfactory_assets.corpus.prose import said_of
from envfactory_assets.synthesis.actions.family import Bound, Records, Unbound
from envfactory_assets.synthesis.actions.standing import over_when
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, ToolPlan, TypedEffect

_MOMENTS = {"date", "datetime"}


def beside(tool: ToolPlan, _: Records) -> Iterator[Bound]:
    """The time that a create sets, and the one that an update changes: of each only the first."""
    if tool.family not in {"create", "update"}:
        return
    told = [a for a in tool.arguments if a.role == "value" and a.field is not None and a.field.kind in _MOMENTS]
    ends = [_end_of(argument.field, tool.entity) for argument in told if argument.field is not None]
    found = [bound for argument in told if argument.field not in ends and (bound := _of(argument, tool)) is not None]
    families: set[str] = set()
    for bound in found:
        if isinstance(bound, Unbound):
            yield bound
        elif bound.family not in families:
            families.add(bound.family)
            yield bound


def _of(argument: ArgumentPlan, tool: ToolPlan) -> Bound | None:
    field, entity = argument.field, tool.entity
    assert field is not None  # noqa: S101 - chosen by it
    if (reason := _tied(argument, tool)) is not None:
        return Unbound("schedule", argument.pointer, reason)
    said, thing = set(words(field.wire)), set(entity.thing.split("_"))
    family = "schedule" if tool.family == "create" else "reschedule"
    until = _end_of(field, entity)
    if said & lexicon().expiry_words and until is None:
        late = bool(thing & lexicon().expired_things)
        return Unbound("schedule", argument.pointer, "it may have expired before") if late else TypedEffect("schedule", field.name)
    unless = over_when(entity) if tool.family == "update" else ()
    if said & lexicon().ahead_words:
        return TypedEffect(family, field.name, until=until.name if until else None, unless=unless, anew=tool.family == "update")
    if said & lexicon().start_words and thing & lexicon().booked_things:
        return TypedEffect(family, field.name, until=until.name if until else None, unless=unless)
    if until is not None and any(other.field is until for other in tool.arguments):
        return TypedEffect(family, field.name, until=until.name, past=True)
    told = said & (lexicon().start_words | lexicon().due_words)
    return Unbound("schedule", argument.pointer, f"a {entity.thing.replace('_', ' ')} may tell of the past") if told else None


def _tied(argument: ArgumentPlan, tool: ToolPlan) -> str | None:
    """Why nothing is said of a time: it depends on what the description alone tells."""
    conditions, shown = tool.operation.conditions, tool.asked.shape.properties.get(argument.wire, {}) if tool.asked else {}
    if conditions is not None and conditions.dated:
        return "the record tells until when it is changed, whatever is changed"
    if argument.field is not None and any(said_of(told).limited for told in (shown, argument.field.schema)):
        return "conditions of its own say when it may be set"
    other = shown.get(NEEDS)
    return f"it says nothing without {other}" if other else None


def _end_of(start: FieldPlan, entity: EntityPlan) -> FieldPlan | None:
    """The field that says when what starts is over."""
    ends = {snake(field.wire): field for field in entity.fields if field.kind == start.kind}
    swaps = [pair for pair in lexicon().ordered_words if pair[0] in lexicon().start_words]
    name = f"_{snake(start.wire)}_"
    named = [name.replace(f"_{first}_", f"_{second}_", 1).strip("_") for first, second in swaps if f"_{first}_" in name]
    return next((ends[end] for end in named if end in ends), None)
