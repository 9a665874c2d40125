"""Answers in prose: whether a reply tells a value, however it writes it."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATED = re.compile(
    rf"\d{{4}}-\d\d-\d\d|\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?:,? \d{{4}})?|\b{_MONTH} \d{{1,2}}(?:,? \d{{4}})?", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W_]+")
_DECLINING = re.compile(
    r"\b(can't|cannot|can not|couldn't|could not|unable|not able|wasn't able|not possible|impossible|no way to|no tool|refuses|refused)\b",
    re.IGNORECASE,
)
_GAPS = re.compile(r"\s+")
_NEAR = 18  # characters between a day and its hour


def tells(text: str, answer: str) -> bool:
    """Whether a text says an answer: as a date or an amount people would write, or the same words.

    A moment is told by its day and, right after or before it, its hour. A number inside a date is no amount.
    """
    if _ISO.fullmatch(answer):
        return _tells_date(_plain(text), answer)
    if _NUMBER.fullmatch(answer):
        amounts = _DATED.sub(" ", _plain(text))
        return any(_places(form, amounts) for form in (answer, *_number_forms(float(answer))))
    words, said = _WORDS.findall(answer.casefold()), _WORDS.findall(text.casefold())
    return f" {' '.join(words)} " in f" {' '.join(said)} " if words else answer in text


def _tells_date(text: str, answer: str) -> bool:
    try:
        moment = datetime.fromisoformat(answer)
    except ValueError:
        return bool(_places(answer, text))
    timed = len(answer) > len("2026-05-12")
    if timed and any(_places(form, text) for form in (answer, f"{moment:%Y-%m-%dT%H:%M}", f"{moment:%Y-%m-%dT%H:%M}Z")):
        return True
    for day in _day_forms(moment.date()):
        for start in _places(day, text):
            near = text[max(0, start - _NEAR) : start + len(day) + _NEAR]
            if not timed or any(_places(hour, near) for hour in _hour_forms(moment)):
                return True
    return False


def declines(text: str) -> bool:
    """Whether a reply says that something cannot be done."""
    return _DECLINING.search(text.replace("\u2019", "'")) is not None


def answers_in(value: Any) -> Iterator[str]:
    """Every value inside a result that a reply could tell, in order: texts, numbers and dates, no flags or blanks."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from answers_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from answers_in(inner)
    elif isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{value:g}" if abs(value) < 1e6 else str(value)


def share_told(text: str, answers: Iterable[str]) -> float:
    """The share of answers that a text tells; 0 without answers."""
    wanted = list(answers)
    return sum(tells(text, answer) for answer in wanted) / len(wanted) if wanted else 0.0


def _day_forms(day: date) -> Iterator[str]:
    for month in (f"{day:%B}", f"{day:%b}"):
        yield from (f"{day.day} {month}", f"{month} {day.day}", f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}")
    yield day.isoformat()


def _hour_forms(moment: datetime) -> Iterator[str]:
    half = "am" if moment.hour < 12 else "pm"
    yield f"{moment:%H:%M}"
    yield f"{moment.hour % 12 or 12}:{moment:%M} {half}"
    if not moment.minute:
        yield f"{moment.hour % 12 or 12} {half}"


def _number_forms(number: float) -> Iterator[str]:
    whole = number == int(number)
    yield from (f"{number:.2f}", f"{number:,.2f}")
    if whole:
        yield from (f"{int(number)}", f"{int(number):,}")
    else:
        yield f"{number:g}"


def _plain(text: str) -> str:
    return _GAPS.sub(" ", text).casefold()


def _places(form: str, text: str) -> list[int]:
    """Where a text holds a form as a whole: no part of a longer word or number."""
    form = form.casefold()
    found, start = [], text.find(form)
    while start >= 0:
        if _ends(text[max(0, start - 1) : start]) and not _goes_on(text[start + len(form) : start + len(form) + 2]):
            found.append(start)
        start = text.find(form, start + 1)
    return found


def _ends(before: str) -> bool:
    return not (before.isalnum() or before in {"_", ".", ",", "-"})


def _goes_on(after: str) -> bool:
    return after[:1].isalnum() or after[:1] == "_" or (after[:1] in {".", ",", ":", "-"} and after[1:].isdigit())
