"""Amounts that records take from another: refunds of a payment, payments of a bill, places in a class.

An effect that makes such a record says in ``field`` what it takes (one when empty), in ``within`` from which record, and in ``limit`` the
field of that record that bounds the sum of all; records in a state that its ``unless`` names take nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from envfactory_assets.environments.effects import Effect
from envfactory_assets.environments.errors import InvalidArgument, PreconditionFailed
from envfactory_assets.environments.guards import check_taker, target_table
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
    taking = [row for row in table.where(**{within: fields[within]}) if not _is_off(row, effect)]
    left = _exact(most) - sum((_exact(getattr(row, effect.field)) if effect.field else 1 for row in taking), Decimal(0))
    if most is not None and _exact(wanted) > left:
        raise PreconditionFailed(
            f"Only {max(left, Decimal(0))} of the {spoken(giving.entity)}'s {words(limit)} is left; {wanted} is too much."
        )


def _is_off(row: Any, effect: Effect) -> bool:
    return any(getattr(row, name) in values for name, values in effect.unless)


def _exact(value: Any) -> Decimal:
    return Decimal(str(value or 0))
