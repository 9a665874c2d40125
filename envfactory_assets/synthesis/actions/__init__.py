"""Typed effects: what operations do beyond making, changing and deleting records, one module a family.

A plain overwrite of a field is an update and nothing more. An effect is bound only when its slots resolve; what nearly binds says why not.
"""

from collections.abc import Container, Iterable, Iterator

from envfactory_assets.synthesis.actions import (
    amounts,
    assignments,
    checkouts,
    copies,
    inside,
    memberships,
    moves,
    schedules,
    states,
    transfers,
)
from envfactory_assets.synthesis.actions.family import Action, Bound, Family, Records, Unbound
from envfactory_assets.synthesis.actions.frozen import frozen_when, with_frozen
from envfactory_assets.synthesis.actions.places import unless_moved_otherwise
from envfactory_assets.synthesis.plan import EntityPlan, ToolPlan, Unused

_PLAIN = frozenset({"create", "update", "delete"})
FAMILIES = {
    family.name: family
    for family in (
        Family("transition", beside=states.beside),
        Family("reschedule", beside=schedules.beside),
        moves.FAMILY,
        assignments.ASSIGN,
        assignments.UNASSIGN,
        memberships.ADD,
        memberships.REMOVE,
        Family("inside", beside=inside.beside),
        *(Family(name, beside=drawing) for name, drawing in amounts.BESIDE.items()),
        transfers.FAMILY,
        Family("checkout", beside=checkouts.beside),
        Family("copy", acting=copies.acting, body=copies.body, told=copies.told),
    )
}


def bind_typed(tools: list[ToolPlan], entities: list[EntityPlan]) -> None:
    """Give each create, update and delete the typed effects that its fields imply."""
    records = {entity.name: entity for entity in entities}
    for tool in tools:
        if tool.family not in _PLAIN:
            continue
        states.leave_to_verbs(tool, tools)
        found = list(effects_beside(tool, records))
        tool.frozen = frozen_when(tool)
        tool.typed = tuple(bound for bound in found if not isinstance(bound, Unbound))
        tool.unused += [Unused(u.pointer, "effect", f"{u.family.replace('_', ' ')}: {u.reason}") for u in found if isinstance(u, Unbound)]


def effects_beside(tool: ToolPlan, records: Records) -> Iterator[Bound]:
    """The typed effects of a create, an update or a delete, and those it nearly has."""
    if tool.family in _PLAIN:
        found = (bound for family in FAMILIES.values() if family.beside for bound in family.beside(tool, records))
        for bound in found:
            yield with_frozen(unless_moved_otherwise(_unless_deprecated(bound, tool), tool, records), tool)


def _unless_deprecated(bound: Bound, tool: ToolPlan) -> Bound:
    """An effect, unless it is about a field that the document tells to use no more."""
    field = None if isinstance(bound, Unbound) or bound.entity else tool.entity.field(bound.field or "")
    old = field is not None and field.schema.get("deprecated") is True
    return Unbound(bound.family, field.pointer, "the document tells to use this field no more") if field is not None and old else bound


def fields_in_slots(tool: ToolPlan, records: Records) -> frozenset[tuple[str, str]]:
    """The fields that a tool's typed effects name, each with the class whose it is."""
    beside = (bound for bound in effects_beside(tool, records) if not isinstance(bound, Unbound))
    until = [tool.until.name] if tool.until else []
    moved = {(tool.entity.name, name) for name in (tool.moves.name, *until, *(name for name, _ in tool.unless))} if tool.moves else set()
    bound = [*tool.typed, *beside]
    moved |= {(tool.entity.name, name) for name, _ in frozen_when(tool)}
    own = {(effect.entity or tool.entity.name, name) for effect in bound for name in effect.fields}
    return frozenset(moved | own).union(*(effect.places for effect in bound))


def referred_to(entities: Iterable[EntityPlan]) -> frozenset[str]:
    """The entities that records refer to without going with them."""
    return frozenset(
        field.target for entity in entities for field in entity.fields if field.kind == "ref" and field.target and not field.nested
    )


def families_of(tool: ToolPlan, records: Records, referred: Container[str]) -> frozenset[str]:
    """The families of typed effects that a tool has: a delete counts where records that stay may refer to what it deletes."""
    found = {bound.family for bound in effects_beside(tool, records) if not isinstance(bound, Unbound)}
    found |= {effect.family for effect in tool.typed if effect.family != "copy" or effect.field}
    if tool.family == "transition":
        found.add(states.family_of_move(tool))
    if tool.family == "delete" and tool.entity.name in referred:
        found.add("delete")
    return frozenset(found)


def bind_action(action: Action) -> ToolPlan | str:
    """The tool of an operation that is an action itself.

    Returns:
        The tool, or the reason the operation binds no effect.
    """
    family = FAMILIES.get(action.family)
    if family is None or family.acting is None:
        return f"no effect of the library does this yet: {action.family.replace('_', ' ')}"
    return family.acting(action)


def body_of(tool: ToolPlan) -> list[str]:
    """The lines of an act's method."""
    body = FAMILIES[tool.typed[0].family].body
    return body(tool) if body else []


def told_of(tool: ToolPlan) -> str:
    """What an act does, in a sentence."""
    told = FAMILIES[tool.typed[0].family].told
    return told(tool) if told else ""
