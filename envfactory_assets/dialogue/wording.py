"""Values as people say them: dates relative to the clock, amounts, enum values, names."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.records import FieldSpec

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_WEEKS = {14: "two", 21: "three", 28: "four"}  # days that are counted in weeks
_DAYS_AGO = {2: "the day before yesterday", 3: "three days ago", 4: "four days ago", 5: "five days ago", 6: "six days ago"}
_BARE_DAYS = re.compile(r"(today|tomorrow|yesterday|this|next|last)\b|.*\b(ago|from today|before yesterday)\b")
_BARE = re.compile(r"[\w&'\-]+( [\w&'\-]+){0,4}")


def moment(text: str) -> datetime | None:
    """An ISO date or time as an aware datetime; None when it is neither."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How one speaker says dates in one breath: ``next Friday`` or ``3 June``; ``3 June`` or ``June 3``."""

    relative: bool = True
    month_first: bool = False

    @classmethod
    def drawn(cls, rng: Random) -> "DateStyle":
        """A style at random, mostly relative."""
        return cls(rng.random() < 0.65, rng.random() < 0.5)


def day_words(day: date, today: date, style: DateStyle) -> str:
    """A day as said today, without a preposition: ``tomorrow``, ``next Friday``, ``last Monday``, ``two weeks ago``, ``3 June``."""
    ahead = (day - today).days
    if ahead in {-1, 0, 1}:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[ahead]
    monday = today - timedelta(days=today.weekday())
    week = (day - monday).days // 7
    if ahead > 0 and week in {0, 1} and style.relative:
        return f"{'this' if week == 0 else 'next'} {_DAYS[day.weekday()]}"
    if week == -1 and style.relative:
        return f"last {_DAYS[day.weekday()]}"
    if week == 0 and style.relative:
        return _DAYS_AGO[-ahead]
    if (weeks := _WEEKS.get(abs(ahead))) and style.relative:
        return f"{weeks} weeks from today" if ahead > 0 else f"{weeks} weeks ago"
    year = "" if day.year == today.year else f" {day.year}"
    month = MONTHS[day.month - 1]
    return f"{month} {day.day}{',' if year else ''}{year}" if style.month_first else f"{day.day} {month}{year}"


def time_words(at: datetime) -> str:
    """A time of day: ``9 am``, ``2:30 pm``."""
    minutes = f":{at.minute:02d}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes} {'am' if at.hour < 12 else 'pm'}"


def date_words(value: str, now: datetime, style: DateStyle) -> str:
    """An ISO date or time as people say it at a moment."""
    read = moment(value)
    if read is None:
        return value
    day = day_words(read.date(), now.date(), style)
    return f"{day} at {time_words(read)}" if "T" in value and (read.hour or read.minute) else day


def with_preposition(words: str) -> str:
    """``on 3 June``, but ``tomorrow``, ``next Friday`` and ``two weeks ago`` as they are."""
    return words if _BARE_DAYS.match(words) else f"on {words}"


def number_words(value: float) -> str:
    """``1,250``, ``99.50``."""
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}" if abs(value) >= 10_000 else str(int(value))
    return f"{value:,.2f}" if round(value, 2) == value else str(value)


_TENS = ("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPELLED = {10 * (place + 1): word for place, word in enumerate(_TENS)} | {
    100 * (place + 1): f"{word} hundred" for place, word in enumerate(_UNITS)
}


def spelled(value: float) -> str | None:
    """A round number in words, as people write amounts: ``fifty``, ``two hundred``; None for one that they write in figures."""
    return _SPELLED.get(int(value)) if float(value).is_integer() else None


def amount_figures(value: float) -> str:
    """An amount in figures: ``1,200``, ``99.50``."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.2f}"


def currency_words(code: str, value: float) -> str | None:
    """What people call so much of a currency: ``euros``; None for one that the word list does not know."""
    forms: list[str] | None = lexicon.words("vocabulary")["currencies"].get(code.upper())
    return forms[value != 1] if forms is not None else None


def text_words(value: str, *, naming: bool) -> str:
    """Free text: a short name stands bare, anything else is quoted."""
    if "@" in value or value.startswith(("http", "+")):
        return value
    single = re.fullmatch(r"[\w.\-/+#]+", value)
    titled = _BARE.fullmatch(value) and all(word[:1].isupper() or word[:1].isdigit() or len(word) < 4 for word in value.split())
    if (naming and titled) or (single and not naming):
        return value
    return f'"{value}"'


def value_words(value: Any, kind: str, now: datetime, style: DateStyle, *, naming: bool = False) -> str:
    """Any value as said in a request. ``kind`` is a parameter's or field's type."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_words(value)
    if isinstance(value, list):
        spoken = [value_words(item, kind if kind == "enum" else "text", now, style) for item in value]
        return " and ".join([", ".join(spoken[:-1]), spoken[-1]]) if len(spoken) > 1 else "".join(spoken)
    text = str(value)
    if kind in {"date", "datetime"}:
        return date_words(text, now, style)
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
