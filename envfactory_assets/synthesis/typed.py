"""What ordinary creates and updates mean, read from the fields they set: a status that moves, a schedule, a place in a tree, a membership.

A plain overwrite of a field is an update and nothing more; a typed effect is bound only when its slots resolve.
"""

from envfactory_assets.corpus.telling import mates
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.transitions import initial_value

_MOST_STATES = 9
_MOST_BESIDE = 3  # fields of a record that is called otherwise and still only says who belongs where
_MOMENTS = {"date", "datetime"}


def bind_typed(tools: list[ToolPlan]) -> None:
    """Give each create and update the typed effects that its fields imply."""
    for tool in tools:
        if tool.family == "update":
            tool.typed = tuple(effect for a in tool.arguments if a.role == "value" and (effect := _of_update(a, tool.entity)))
        elif tool.family == "create" and (joined := _membership(tool)):
            tool.typed = (joined,)


def _of_update(argument: ArgumentPlan, entity: EntityPlan) -> TypedEffect | None:
    field = argument.field
    if field is None:
        return None
    if field is entity.status and len(field.enum) <= _MOST_STATES and (moves := life_of(field)):
        return TypedEffect("transition", field.name, moves=moves)
    if field.kind == "ref" and field.target == entity.name and set(words(field.wire)) & lexicon().parent_words:
        return TypedEffect("move", field.name)
    if field.kind in _MOMENTS and set(words(field.wire)) & lexicon().start_words:
        return _schedule(field, entity)
    return None


def life_of(status: FieldPlan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """From each state those it may move to: what cannot be taken back stays, and nothing returns to where records start.

    Nothing when no state is known to be irrevocable: what is closed may be opened again.
    """
    over = {value for value in status.enum if snake(value) in lexicon().irrevocable_values}
    start = initial_value(status)
    going = [value for value in status.enum if value not in over]
    if not over or start in over or len(going) < 2:
        return ()
    return tuple((value, () if value in over else tuple(v for v in status.enum if v not in {value, start})) for value in status.enum)


def _schedule(start: FieldPlan, entity: EntityPlan) -> TypedEffect | None:
    """The start of something that also has an end."""
    ends = {snake(field.wire): field for field in entity.fields if field.kind == start.kind}
    until = next((ends[name] for name in mates(start.wire) if name in ends), None)
    return TypedEffect("reschedule", start.name, until=until.name) if until else None


def _membership(tool: ToolPlan) -> TypedEffect | None:
    """A record that says that one thing belongs to another: its path names the group, its body the member."""
    told = [a for a in tool.arguments if a.required and a.field is not None and a.field.kind == "ref"]
    groups = [a.field for a in told if f"{{{a.wire}}}" in tool.operation.path]
    members = [a.field for a in told if a.field not in groups]
    belongs = tool.entity.thing.rpartition("_")[2] in lexicon().membership_words or len(tool.entity.fields) - 2 <= _MOST_BESIDE
    if not belongs or len(groups) != 1 or len(members) != 1:
        return None
    [group], [member] = groups, members
    return TypedEffect("add_member", member.name, within=group.name) if group and member else None
