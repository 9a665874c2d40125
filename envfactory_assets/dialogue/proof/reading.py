"""From words to values: dates relative to a clock, amounts, enum words, quoted text."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from envfactory_assets.bundled import bundled, read_yaml

_WEEKDAYS = {name: place for place, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])}
_MONTHS = {
    name: place + 1
    for place, name in enumerate(
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
    )
}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?")
_CLOCK = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*(am|pm)\b")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_UNITS += ["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBER_WORDS = {word: place + 1 for place, word in enumerate(_UNITS)} | {word: 20 + 10 * place for place, word in enumerate(_TENS)}
_IN_WEEKS = re.compile(r"\b(two|three|four) weeks (ago|from today)\b")
_DAYS_AGO = re.compile(r"\b(three|four|five|six) days ago\b")
_SPELLED = re.compile(rf"\b(?:({'|'.join(_UNITS)}) hundred|({'|'.join([*_UNITS, *_TENS])}))\b")
_COMPOUND = re.compile(r"-\w+$")  # of "high-priority": its field
_OFF = re.compile(r"\b(off|no|not|without|never|false)\b|n't\b")


@cache
def word_list(name: str) -> dict[str, Any]:
    """A word list that people may edit."""
    loaded: dict[str, Any] = read_yaml((bundled("lexicons/dialogue") / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def schema_of(root: dict[str, Any], parameter: str, path: str) -> dict[str, Any]:
    """The schema of an argument, or of a part of it (``lines[0].title``), references resolved."""
    schema = _resolved(root, root.get("properties", {}).get(parameter, {}))
    for part in re.findall(r"[^.\[\]]+|\[\d+\]", path):
        inner = schema.get("items", {}) if part.startswith("[") else schema.get("properties", {}).get(part, {})
        schema = _resolved(root, inner)
    return schema | {"items": _resolved(root, schema["items"])} if isinstance(schema.get("items"), dict) else schema


def _resolved(root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        node: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        schema = node
    options = [option for option in schema.get("anyOf", schema.get("oneOf", [])) if option.get("type") != "null"]
    return _resolved(root, options[0]) if options else schema


def read_value(text: str, schema: dict[str, Any], now: datetime) -> Any:
    """What some words say, as a value of a schema's type; None when they say no such value."""
    kind = schema.get("type", "string")
    kind = next((name for name in kind if name != "null"), "string") if isinstance(kind, list) else kind
    if schema.get("enum"):
        text = _COMPOUND.sub("", text) if text.endswith(tuple(f"-{name}" for name in word_list("vocabulary")["compound_fields"])) else text
        exact = [choice for choice in schema["enum"] if folded(str(choice)) == folded(text) or _said_as(str(choice), text)]
        close = [choice for choice in schema["enum"] if folded(text) and folded(str(choice)).endswith(folded(text))]
        coded = [choice for choice in schema["enum"] if str(choice).upper() == currency_code(text)]
        exact = exact or coded
        bare = _bare([str(choice) for choice in schema["enum"]]).get(folded(text))
        return exact[0] if exact else bare or (close[0] if len(close) == 1 else None)
    if kind == "array":
        return [read_value(part, schema.get("items", {}), now) for part in _parts(text)]
    if kind == "boolean":
        return not _OFF.search(text.lower())
    if kind in {"integer", "number"}:
        return read_number(text, whole=kind == "integer")
    if schema.get("format") == "date":
        day = read_day(text, now.date())
        return day.isoformat() if day else None
    if schema.get("format") == "date-time":
        return read_moment(text, now)
    return currency_code(text) or unquoted(text)


def currency_code(text: str) -> str | None:
    """The code of the money that some words name: ``euros``; None for other words."""
    listed = word_list("vocabulary")["currencies"]
    return next((str(code) for code, words in listed.items() if text.strip() in words), None)


def folded(text: str) -> str:
    """Letters and digits only, in lower case: how enum values are compared."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _said_as(choice: str, text: str) -> bool:
    """Whether the word list gives an enum value in these words."""
    return folded(choice_words(choice)) == folded(text)


def choice_words(choice: str) -> str:
    """What the word list calls an enum value; itself when it is not listed."""
    listed = word_list("vocabulary")["enum_words"]
    return str(listed.get(choice, listed.get(choice.lower(), choice)))


def _bare(choices: list[str]) -> dict[str, str]:
    """The choices without a first word that all of them share: of ``ROLE_OWNER`` and ``ROLE_GUEST`` the owner and the guest."""
    choices = [choice for choice in choices if "unspecified" not in choice.lower()]
    parts = {choice: [part for part in re.split(r"[_\-\s]+", choice) if part] for choice in choices}
    shared = (
        len(choices) > 1 and all(len(found) > 1 for found in parts.values()) and len({found[0].lower() for found in parts.values()}) == 1
    )
    return {folded("".join(found[1:])): choice for choice, found in parts.items()} if shared else {}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r",\s*|\s+and\s+", text) if part.strip()]


def unquoted(text: str) -> str:
    """Text without the quotation marks around it."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def numbers(text: str) -> list[float]:
    """The numbers that some words hold."""
    figures = [float(found.replace(",", "")) for found in _NUMBER.findall(text)]
    return figures or [_in_words(match) for match in _SPELLED.finditer(text.lower())]


def _in_words(match: re.Match[str]) -> float:
    hundreds, number = match.groups()
    return float(100 * _NUMBER_WORDS[hundreds]) if hundreds else float(_NUMBER_WORDS[number])


def read_number(text: str, *, whole: bool) -> float | int | None:
    """The one number that some words hold."""
    found = numbers(text)
    if len(found) != 1:
        return None
    return int(found[0]) if whole else found[0]


def read_day(text: str, today: date) -> date | None:
    """The day that some words mean on a given day: last, this and next weekday are of the calendar weeks before, now and after."""
    lower = text.lower()
    iso = _ISO.search(text)
    if iso:
        return date.fromisoformat(iso.group()[:10])
    counted = _IN_WEEKS.search(lower)
    if counted:
        weeks = _NUMBER_WORDS[counted.group(1)]
        return today + timedelta(weeks=-weeks if counted.group(2) == "ago" else weeks)
    counted = _DAYS_AGO.search(lower)
    if counted:
        return today - timedelta(days=_NUMBER_WORDS[counted.group(1)])
    if (since := _since(lower, today)) is not None:
        return since
    for word, ahead in (("day before yesterday", -2), ("yesterday", -1), ("tomorrow", 1), ("today", 0)):
        if re.search(rf"\b{word}\b", lower):
            return today + timedelta(days=ahead)
    week = re.search(rf"\b(last|this|next)\s+({'|'.join(_WEEKDAYS)})\b", lower)
    if week:
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=_WEEKDAYS[week.group(2)], weeks={"last": -1, "this": 0, "next": 1}[week.group(1)])
    month = "|".join(_MONTHS)
    named = re.search(rf"\b(\d{{1,2}})\s+({month})\b(?:,?\s+(\d{{4}}))?", lower)
    if named:
        return _date(named.group(3), named.group(2), named.group(1), today)
    named = re.search(rf"\b({month})\s+(\d{{1,2}})\b(?:,?\s+(\d{{4}}))?", lower)
    return _date(named.group(3), named.group(1), named.group(2), today) if named else None


def _since(text: str, today: date) -> date | None:
    """Where "the last two weeks" or "the start of May" begins; None for other words."""
    listed = word_list("moments")
    for days, words in listed["recent"].items():
        if any(phrase in text for phrase in words):
            return today - timedelta(days=int(days))
    if any(phrase in text for phrase in listed["beginnings"]["year"]):
        return today.replace(month=1, day=1)
    for name, number in _MONTHS.items():
        if any(phrase.replace("{month}", name) in text for phrase in listed["beginnings"]["month"]):
            return today.replace(month=number, day=1)
    return None


def read_stretch(text: str, today: date) -> str | None:
    """The days that "about two weeks ago" may mean, as ``first/last``; None for other words."""
    for entry in word_list("moments")["ago"]:
        if any(phrase in text.lower() for phrase in entry["words"]):
            most, least = max(entry["days"]), min(entry["days"])
            return f"{(today - timedelta(days=most)).isoformat()}/{(today - timedelta(days=least)).isoformat()}"
    return None


def lies_in(day: date, stretch: str) -> bool:
    """Whether a day lies in a stretch of days."""
    first, _, last = stretch.partition("/")
    return first <= day.isoformat() <= last


def _date(year: str | None, month: str, day: str, today: date) -> date | None:
    try:
        return date(int(year) if year else today.year, _MONTHS[month], int(day))
    except ValueError:
        return None


def read_moment(text: str, now: datetime) -> str | None:
    """The moment that some words mean, as ISO text in UTC; midnight when they name no time of day."""
    iso = _ISO.search(text)
    if iso and "T" in iso.group():
        return iso.group()
    day = read_day(text, now.date())
    if day is None:
        return None
    clock = _CLOCK.search(text.lower())
    hour = minute = 0
    if clock:
        hour = int(clock.group(1)) % 12 + (12 if clock.group(3) == "pm" else 0)
        minute = int(clock.group(2) or 0)
    return f"{day.isoformat()}T{hour:02d}:{minute:02d}:00Z"


def same(left: Any, right: Any) -> bool:
    """Whether two argument values mean the same: numbers within 1e-6, moments as instants, the rest exactly."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return abs(left - right) <= 1e-6
    if isinstance(left, str) and isinstance(right, str):
        return left == right or _instant(left) == _instant(right) is not None
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return bool(left == right)


def _instant(text: str) -> datetime | None:
    if not _ISO.fullmatch(text) or "T" not in text:
        return None
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
