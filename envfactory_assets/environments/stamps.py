"""What a write stamps beside what it was told: when a row was made or changed, and when or by whom it came to be as it is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envfactory_assets.environments.tables import Table


def stamped(table: "Table[Any]", name: str) -> Any:
    """What a field that tells when or by whom is stamped with: the time, the day, or the caller, where he is known."""
    shape, session = table.layout.shapes[name], table.session
    if shape.kind == "datetime":
        return session.now
    if shape.kind == "date":
        return session.now.date()
    if shape.kind == "ref" and shape.ref is not None:
        return session.me if session.me in session.tables[shape.ref.name] else None
    return session.me if session.me is None or shape.kind == "caller" else str(session.me)


def along_with(table: "Table[Any]", before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a change of status or flag brings with it in the fields that tell of it.

    Args:
        table: of the row.
        before: its fields as they are; none of a row that is made.
        changes: what is written.
    """
    found: dict[str, Any] = {}
    for name, mark in table.layout.reached.items():
        if mark.field not in changes or changes.get(name) is not None:
            continue
        was, becomes = bool(before) and mark.reached(before[mark.field]), mark.reached(changes[mark.field])
        if becomes and not was:
            found[name] = stamped(table, name)
        elif was and not becomes and not mark.stays:
            found[name] = None
    return found
