"""Removing a row, and what becomes of the rows that refer to it."""

from typing import TYPE_CHECKING, Any

from envfactory_assets.environments.entities import Reference, callers
from envfactory_assets.environments.errors import Conflict
from envfactory_assets.environments.wording import shown, spoken

if TYPE_CHECKING:
    from envfactory_assets.environments.session import Session
    from envfactory_assets.environments.tables import Table

Place = tuple[str, str | int]  # entity, key


def remove(session: "Session", entity: str, key: str | int, cascade: bool) -> None:
    """Remove a row, with the rows that go when it goes; then rows that stay and refer to what went refuse, or lose the reference.

    Raises:
        Conflict: a row that stays must keep its reference, or the caller is among what would go.
    """
    gone = {(entity, key)}
    going = [(entity, key)]  # grows on the way
    held: list[tuple[Place, Reference, Place]] = []
    for place in going:
        for table, reference in _pointing_at(session, place[0]):
            for row in reference.pointing(table, place[1]):
                other = (table.entity.__name__, table.key_of(row))
                if cascade or reference.on_delete == "cascade":
                    going += [other] if other not in gone else []
                    gone.add(other)
                else:
                    held.append((other, reference, place))
    for name in callers(table.entity for table in session.tables.values()):
        if (name, session.me) in gone:
            raise Conflict(f"{spoken(name).capitalize()} {shown(session.me)} is calling and cannot be deleted.")
    for other, reference, place in held:
        if other not in gone:
            _let_go(session, other, reference, place)
    for name in dict.fromkeys(name for name, _ in going):
        session.tables[name].take(dict.fromkeys(gone_key for other, gone_key in going if other == name))


def _pointing_at(session: "Session", entity: str) -> "list[tuple[Table[Any], Reference]]":
    return [(table, ref) for table in session.tables.values() for ref in table.layout.refs if ref.target.name == entity]


def _let_go(session: "Session", other: Place, reference: Reference, gone: Place) -> None:
    table = session.tables[other[0]]
    if reference.on_delete != "set_null":
        raise Conflict(f"{spoken(gone[0]).capitalize()} {shown(gone[1])} is still used by {spoken(other[0])} {shown(other[1])}.")
    row, name = table.get(other[1]), reference.path[0]
    table.replace(row, **{name: [key for key in getattr(row, name) if key != gone[1]] if reference.many else None})
