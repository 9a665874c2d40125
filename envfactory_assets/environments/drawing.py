"""Amounts that records take from another: refunds of a payment, payments of a bill, places in a class.

An effect that makes such a record says in ``field`` what it takes (one when empty), in ``within`` from which record, and in ``limit`` the
field of that record that bounds the sum of all; records in a state that its ``unless`` names take nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from envfactory_assets.environments.effects import Effect
from envfactory_assets.environments.errors import Conflict, InvalidArgument, PreconditionFailed
from envfactory_assets.environments.guards import check_record, check_taker, target_table
from envfactory_assets.environments.wording import spoken, words

if TYPE_CHECKING:
    from envfactory_assets.environments.tables import Table


def may_draw(table: "Table[Any]", effect: Effect, fields: Mapping[str, Any]) -> None:
    """Refuse to make a record that takes more than is left.

    Raises:
        InvalidArgument: it takes nothing.
        PreconditionFailed: less is left, or what it takes from gives nothing any more.
    """
    within, limit = str(effect.within), str(effect.limit)
    giving = target_table(table, within)
    giver = giving.find(fields.get(within)) if giving is not None else None
    wanted = fields.get(effect.field) if effect.field else 1
    if not effect.within or giving is None or giver is None or wanted is None:
        return
    check_taker(table, effect, fields[within])
    if wanted <= 0:
        raise InvalidArgument(f"The {words(effect.field)} must be more than zero.")
    most = getattr(giver, limit)
    taking = [row for row in table.where(**{within: fields[within]}) if not is_off(row, effect)]
    left = _exact(most) - sum((_exact(getattr(row, effect.field)) if effect.field else 1 for row in taking), Decimal(0))
    if most is not None and _exact(wanted) > left:
        raise PreconditionFailed(
            f"Only {max(left, Decimal(0))} of the {spoken(giving.entity)}'s {words(limit)} is left; {wanted} is too much."
        )


def pass_on(table: "Table[Any]", effect: Effect, row: Any, to: str | int, amount: Any, alike: Mapping[str, Any]) -> Any:
    """Take an amount from one row and give it to another.

    Raises:
        Conflict: both are the same.
        InvalidArgument: the amount is not more than zero.
        PreconditionFailed: the row has less, or they belong apart.
    """
    field = str(effect.field)
    giver, taker = table.get(table.key_of(row)), table.get(to)
    if table.key_of(giver) == to:
        raise Conflict(f"Both are the {spoken(table.entity)} {to!r}: nothing would move.")
    if amount <= 0:
        raise InvalidArgument("The amount must be more than zero.")
    _must_match(table, effect, giver, taker, alike)
    left = getattr(giver, field) or 0
    if amount > left:
        raise PreconditionFailed(f"The {spoken(table.entity)}'s {words(field)} is {left}; {amount} is too much.")
    table.replace(taker, **{field: (getattr(taker, field) or 0) + amount})
    return table.replace(giver, **{field: left - amount})


def _must_match(table: "Table[Any]", effect: Effect, giver: Any, taker: Any, alike: Mapping[str, Any]) -> None:
    """Refuse sides that are put away or belong apart, and what either side is not in."""
    for row in (giver, taker):
        check_record(table, row, effect, {})
    if effect.within and getattr(giver, effect.within) != getattr(taker, effect.within):
        outer = words(effect.within).removesuffix(" id")
        raise PreconditionFailed(f"The {spoken(table.entity)} {table.key_of(taker)!r} is of another {outer}.")
    for name, value in alike.items():
        held = next((getattr(row, name) for row in (giver, taker) if getattr(row, name) not in {None, value}), None)
        if held is not None:
            raise PreconditionFailed(f"The {words(name)} of a {spoken(table.entity)} is {held}, not {value}.")


def is_off(row: Any, effect: Effect) -> bool:
    """Whether a record is in a state in which, as the effect says, it takes nothing or belongs nowhere."""
    return any(getattr(row, name) in values for name, values in effect.unless)


def _exact(value: Any) -> Decimal:
    return Decimal(str(value or 0))
