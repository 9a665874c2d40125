"""When a typed effect is refused for what its records are: one that is over, or one that takes nothing more.

An effect's ``unless`` is about its own record, its ``barred`` about the record that takes it in.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from envfactory_assets.environments.effects import Effect
from envfactory_assets.environments.errors import PreconditionFailed
from envfactory_assets.environments.wording import spoken, words

if TYPE_CHECKING:
    from envfactory_assets.environments.tables import Table

_REFUSED = {
    "update": "it stays as it is",
    "assign": "it cannot be assigned",
    "unassign": "it stays with whom it was assigned to",
    "move": "it cannot be moved",
    "add_member": "nothing can be added",
    "remove_member": "nothing can be taken out",
    "schedule": "its time stays as it is",
    "reschedule": "its time stays as it is",
    "transfer": "nothing is transferred from it or to it",
    "reserve": "nothing of it can be reserved",
}
_BARRED = {"assign": "nothing can be assigned to it", "move": "nothing can be moved there", "add_member": "it takes no more members"}


def check_record(table: "Table[Any]", row: Any, effect: Effect, changes: Mapping[str, Any]) -> None:
    """Refuse an effect on a record that is over, unless the same call leads it out of what says so.

    Raises:
        PreconditionFailed: says what the record is.
    """
    for name, values in effect.unless:
        held = getattr(row, name)
        if held in values and not (name in changes and changes[name] not in values and _may_leave(table, name, held)):
            refused = _REFUSED.get(effect.family, "this is no longer possible")
            raise PreconditionFailed(f"The {spoken(table.entity)} {stands(name, held)}: {refused}.")


def _may_leave(table: "Table[Any]", name: str, held: Any) -> bool:
    """Whether the running tool leads records out of a value: one that it moves, or could give itself. Of other kinds it makes none."""
    tool = table.session.running
    if tool is None or any(effect.field == name for effect in tool.effects):
        return True
    shape = tool.shapes.get(name)
    return shape is None or not shape.enum or held in shape.enum


def check_known(table: "Table[Any]", effect: Effect, key: str | int | None) -> None:
    """Refuse to give a record to one that is not there, before it is asked how either stands.

    Raises:
        NotFound: there is none of this key.
    """
    known = target_table(table, str(effect.field))
    if known is not None and key is not None:
        known.get(key)


def check_targets(table: "Table[Any]", changes: Mapping[str, Any]) -> None:
    """Refuse changes that refer to what is not there, before it is asked whether they are allowed.

    Raises:
        NotFound: there is none of a key.
    """
    for reference in table.layout.refs:
        told = changes.get(reference.path[0]) if len(reference.path) == 1 else None
        for key in told if isinstance(told, list) else [] if told is None else [told]:
            table.session.tables[reference.target.name].get(key)


def check_taker(table: "Table[Any]", effect: Effect, key: str | int | None) -> None:
    """Refuse to give a record to one that takes nothing more.

    Args:
        table: of the record that is given.
        effect: whose ``barred`` says when.
        key: of the record it is given to.

    Raises:
        PreconditionFailed: says what that record is.
    """
    taker = target_table(table, str(effect.within if effect.within and effect.family != "move" else effect.field))
    taking = taker.find(key) if taker is not None else None
    if taker is None or taking is None:
        return
    for name, values in effect.barred:
        if getattr(taking, name) in values:
            refused = _BARRED.get(effect.family, "it takes nothing more") if effect.field else "it takes nothing more in"
            raise PreconditionFailed(f"The {spoken(taker.entity)} {stands(name, getattr(taking, name))}: {refused}.")


def target_table(table: "Table[Any]", field: str) -> "Table[Any] | None":
    """The table that a field of a table's rows refers to."""
    reference = next((each for each in table.layout.refs if each.path == (field,)), None)
    return table.session.tables[reference.target.name] if reference is not None else None


def stands(field: str, value: Any) -> str:
    """How a record stands, in words: "is closed", "is not active"."""
    if isinstance(value, bool):
        return f"is {'' if value else 'not '}{words(field).removeprefix('is ')}"
    return f"is {words(value)}"
