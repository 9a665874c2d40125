"""Moments as people remember them: "about two weeks ago", "the last two weeks", "the start of May", resolved by the clock.

A rough moment is a stretch of days, written ``2026-04-26/2026-04-30``; the word list ``moments`` says which words mean which stretch.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.wording import MONTHS, moment

ROUGHLY = "about"  # the operator of a predicate whose value is a stretch of days


def stretch_around(day: date, today: date) -> str | None:
    """The stretch of days that a day is said to be in; None for one that is said otherwise."""
    ago = (today - day).days
    known = next((entry["days"] for entry in lexicon.words("moments")["ago"] if entry["days"][0] <= ago <= entry["days"][1]), None)
    return _written(today - timedelta(days=known[1]), today - timedelta(days=known[0])) if known is not None else None


def is_within(held: Any, stretch: str) -> bool:
    """Whether a record's date lies in a stretch of days."""
    read = moment(str(held))
    first, last = _ends(stretch)
    return read is not None and first <= read.date() <= last


def stands_alone(stretch: str, others: Iterable[Any]) -> bool:
    """Whether nobody could take one of some other dates for what is meant: none lies in the stretch or within half its length of it."""
    first, last = _ends(stretch)
    margin = (last - first) / 2
    return not any(is_within(held, _written(first - margin, last + margin)) for held in others)


def rough_words(stretch: str, today: date) -> list[str]:
    """How people say a stretch of days."""
    first, last = _ends(stretch)
    days = [(today - last).days, (today - first).days]
    return next((list(entry["words"]) for entry in lexicon.words("moments")["ago"] if entry["days"] == days), [])


def recent_words(day: date, today: date) -> list[str]:
    """How people say the days from one up to now: ``the last two weeks``; nothing for any other number of days."""
    return list(lexicon.words("moments")["recent"].get((today - day).days, ()))


def beginning_words(day: date, today: date) -> list[str]:
    """How people say where a part of the calendar begins: ``the start of May``; nothing for another day, or one to come."""
    if day.day != 1 or day.year != today.year or day >= today:
        return []
    frames = lexicon.words("moments")["beginnings"]
    return list(frames["year"]) if day.month == 1 else [frame.replace("{month}", MONTHS[day.month - 1]) for frame in frames["month"]]


def rounded_start(day: datetime, now: datetime) -> datetime:
    """The nearest day before a past one from which people would look: the first of so many weeks, or of its month."""
    numbers = sorted(lexicon.words("moments")["recent"])
    ago = (now.date() - day.date()).days
    known = next((number for number in numbers if number >= ago), None)
    return now - timedelta(days=known) if known is not None else day.replace(day=1)


def _ends(stretch: str) -> tuple[date, date]:
    first, _, last = stretch.partition("/")
    return date.fromisoformat(first), date.fromisoformat(last)


def _written(first: date, last: date) -> str:
    return f"{first.isoformat()}/{last.isoformat()}"
