"""Schedules: writes that set when something that lies ahead begins, ends or is due."""

from collections.abc import Iterator

from envfactory_assets.corpus.telling import mates
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
    found = [bound for argument in told if (bound := _of(argument, tool)) is not None]
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
    said, thing = set(words(field.wire)), set(entity.thing.split("_"))
    unless = over_when(entity) if tool.family == "update" else ()
    if said & lexicon().due_words:
        if thing & lexicon().due_things:
            return TypedEffect("schedule", field.name, unless=unless)
        return Unbound("schedule", argument.pointer, f"a {entity.thing.replace('_', ' ')} may be due in the past")
    if said & lexicon().expected_words:
        return TypedEffect("schedule", field.name, unless=unless)
    if said & lexicon().expiry_words:
        late = bool(thing & lexicon().expired_things)
        return Unbound("schedule", argument.pointer, "it may have expired before") if late else TypedEffect("schedule", field.name)
    until = _end_of(field, entity)
    if not said & (lexicon().ahead_words | lexicon().start_words):
        return None
    if not said & lexicon().ahead_words and not thing & lexicon().planned_things:
        return Unbound("schedule", argument.pointer, f"a {entity.thing.replace('_', ' ')} may tell of the past")
    family = "schedule" if tool.family == "create" else "reschedule"
    return TypedEffect(family, field.name, until=until.name if until else None, unless=unless)


def _end_of(start: FieldPlan, entity: EntityPlan) -> FieldPlan | None:
    ends = {snake(field.wire): field for field in entity.fields if field.kind == start.kind}
    return next((ends[name] for name in mates(start.wire) if name in ends), None)
