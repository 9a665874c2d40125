"""What tells records apart by the clock: the next one, the last one, the overdue one.

Each is an attribute (field, op, value) whose value is the moment at which it was said, so that it can be checked by itself.
"""

from datetime import UTC, datetime
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.wording import moment
from envfactory_assets.records import EntitySpec

BY_CLOCK = {"next", "last"}

Row = dict[str, Any]
Attribute = tuple[str, str, Any]


def overdue(row: Row, name: str, now: datetime) -> bool:
    """Whether a record's due date has passed and nothing says that it is settled; a record that could not say so is not overdue."""
    due = moment(str(row.get(name)))
    if due is None or due >= now or due.date() == now.date():
        return False
    states = [str(value) for wire, value in row.items() if fields.is_state(wire) and isinstance(value, str)]
    settled = set(lexicon.words("vocabulary")["settled"])
    ends = [value for wire, value in row.items() if fields.happened(wire) in settled and not isinstance(value, int | float)]
    if not states and not ends:
        return False
    return not any(lexicon.enum_words(state) in settled for state in states) and all(value is None for value in ends)


def overdue_mark(row: Row, entity: EntitySpec, now: datetime) -> Attribute | None:
    """Being overdue as an attribute, of a record that is."""
    due = next((f.wire for f in entity.fields if f.type in {"date", "datetime"} and "due" in fields.keys_of(f.wire)), None)
    return (due, "overdue", now.isoformat()) if due is not None and overdue(row, due, now) else None


def in_order(row: Row, among: list[Row], entity: EntitySpec, now: datetime) -> list[Attribute]:
    """Being the next to come or the last that was, by a field that people order things by; not where one of them is today or called off."""
    found = []
    for field in entity.fields:
        if field.type not in {"date", "datetime"} or not lexicon.has_extremes(field.wire):
            continue
        for op in ("next", "last"):
            if not lexicon.superlative(field.wire, op):
                continue
            side = on_side(among, field.wire, op, now)
            if any(_is_today(other, field.wire, now) or _called_off(other) for other in side):
                continue
            if side and comes_first(row, among, field.wire, op, now) and len(side) > 1:
                found.append((field.wire, op, now.isoformat()))
    return found


def on_side(among: list[Row], name: str, op: str, now: datetime) -> list[Row]:
    """The records that are still to come, or have been."""
    dated = [(read, row) for row in among if row.get(name) is not None and (read := moment(str(row[name]))) is not None]
    return [row for read, row in dated if (read > now) == (op == "next")]


def comes_first(row: Row, among: list[Row], name: str, op: str, now: datetime) -> bool:
    """Whether a record is the nearest on its side of the clock, alone."""
    side = on_side(among, name, op, now)
    if row not in side:
        return False
    nearest = (min if op == "next" else max)(_at(other, name) for other in side)
    return _at(row, name) == nearest and sum(_at(other, name) == nearest for other in side) == 1


def _at(row: Row, name: str) -> datetime:
    return moment(str(row[name])) or datetime.min.replace(tzinfo=UTC)


def _is_today(row: Row, name: str, now: datetime) -> bool:
    return _at(row, name).date() == now.date()


def _called_off(row: Row) -> bool:
    called_off = set(lexicon.words("vocabulary")["called_off"])
    return any(fields.is_state(wire) and lexicon.enum_words(str(value)) in called_off for wire, value in row.items())
