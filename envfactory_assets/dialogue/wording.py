"""Values as people say them: dates relative to the clock, amounts, enum values, names."""

import re
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.records import FieldSpec

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_BARE = re.compile(r"[\w&'\-]+( [\w&'\-]+){0,4}")


def moment(text: str) -> datetime | None:
    """An ISO date or time as an aware datetime; None when it is neither."""
    try:
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def day_words(day: date, today: date, rng: Random) -> str:
    """A day as said today, without a preposition: ``tomorrow``, ``next Friday``, ``3 June``."""
    ahead = (day - today).days
    if ahead in {-1, 0, 1}:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[ahead]
    monday = today - timedelta(days=today.weekday())
    week = (day - monday).days // 7
    if ahead > 0 and week in {0, 1} and rng.random() < 0.7:
        return f"{'this' if week == 0 else 'next'} {_DAYS[day.weekday()]}"
    year = "" if day.year == today.year else f" {day.year}"
    return rng.choice([f"{day.day} {_MONTHS[day.month - 1]}{year}", f"{_MONTHS[day.month - 1]} {day.day}{',' if year else ''}{year}"])


def time_words(at: datetime) -> str:
    """A time of day: ``9 am``, ``2:30 pm``."""
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'am' if at.hour < 12 else 'pm'}"


def date_words(value: str, now: datetime, rng: Random, *, timed: bool = True) -> str:
    """An ISO date or time as people say it at a moment."""
    read = moment(value)
    if read is None:
        return value
    day = day_words(read.date(), now.date(), rng)
    return f"{day} at {time_words(read)}" if timed and "T" in value else day


def with_preposition(words: str) -> str:
    """``on 3 June``, but ``tomorrow`` and ``next Friday`` as they are."""
    first = words.split(" ", 1)[0]
    return words if first in {"today", "tomorrow", "yesterday", "this", "next"} else f"on {words}"


def number_words(value: float) -> str:
    """``1,250``, ``99.50``."""
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.2f}" if round(value, 2) == value else str(value)


def text_words(value: str, *, naming: bool) -> str:
    """Free text: a short name stands bare, anything else is quoted."""
    if "@" in value or value.startswith(("http", "+")):
        return value
    single = re.fullmatch(r"[\w.\-/+#]+", value)
    titled = _BARE.fullmatch(value) and all(word[:1].isupper() or word[:1].isdigit() or len(word) < 4 for word in value.split())
    if (naming and titled) or (single and not naming):
        return value
    return f'"{value}"'


def value_words(value: Any, kind: str, now: datetime, rng: Random, *, naming: bool = False) -> str:
    """Any value as said in a request. ``kind`` is a parameter's or field's type."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_words(value)
    if isinstance(value, list):
        spoken = [value_words(item, kind if kind == "enum" else "text", now, rng) for item in value]
        return " and ".join([", ".join(spoken[:-1]), spoken[-1]]) if len(spoken) > 1 else "".join(spoken)
    text = str(value)
    if kind in {"date", "datetime"} or (kind != "enum" and re.fullmatch(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?", text)):
        return date_words(text, now, rng)
    if kind == "enum":
        return lexicon.enum_words(text)
    return text_words(text, naming=naming)


def kind_of(field: FieldSpec | None, value: Any) -> str:
    """The type by which a value is worded: the field's, or the value's own."""
    if field is not None and field.enum and field.type != "list":
        return "enum"
    if field is not None:
        return field.type
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "text"
