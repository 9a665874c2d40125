"""Removing a row, and what becomes of the rows that refer to it."""

from typing import TYPE_CHECKING, Any

from envfactory_assets.environments.entities import Reference
from envfactory_assets.environments.errors import Conflict
from envfactory_assets.environments.wording import spoken

if TYPE_CHECKING:
    from envfactory_assets.environments.tables import Session, Table

Place = tuple[str, str | int]  # entity, key


def remove(session: "Session", entity: str, key: str | int, cascade: bool) -> None:
    """Remove a row, with the rows that go when it goes; then rows that stay and refer to what went refuse, or lose the reference.

    Raises:
        Conflict: a row that stays must keep its reference.
    """
    gone: dict[Place, None] = {(entity, key): None}
    held: list[tuple[Place, Reference, Place]] = []
    for place in _growing(gone):
        for table, reference in _pointing_at(session, place[0]):
            for row in table:
                if place[1] not in reference.keys_in(row):
                    continue
                other = (table.entity.__name__, table.key_of(row))
                if cascade or reference.on_delete == "cascade":
                    gone.setdefault(other)
                else:
                    held.append((other, reference, place))
    for other, reference, place in held:
        if other not in gone:
            _let_go(session, other, reference, place)
    for name, gone_key in gone:
        session.tables[name].take(gone_key)


def _growing(places: dict[Place, None]) -> Any:
    """Every place, also those added on the way."""
    done = 0
    while done < len(places):
        yield list(places)[done]
        done += 1


def _pointing_at(session: "Session", entity: str) -> "list[tuple[Table[Any], Reference]]":
    return [(table, ref) for table in session.tables.values() for ref in table.layout.refs if ref.target.name == entity]


def _let_go(session: "Session", other: Place, reference: Reference, gone: Place) -> None:
    table = session.tables[other[0]]
    if reference.on_delete != "set_null":
        raise Conflict(f"{spoken(gone[0]).capitalize()} {gone[1]!r} is still used by {spoken(other[0])} {other[1]!r}.")
    row, name = table.get(other[1]), reference.path[0]
    table.replace(row, **{name: [key for key in getattr(row, name) if key != gone[1]] if reference.many else None})
