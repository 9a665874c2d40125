"""Values of single fields, by their type and the rule that fits their name."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from envfactory_assets.corpus.patterns import fits, text_fitting
from envfactory_assets.synthesis.names import noun
from envfactory_assets.synthesis.seeding.context import RowContext
from envfactory_assets.synthesis.seeding.lexicon import snake, spellings
from envfactory_assets.synthesis.seeding.makers import MAKERS
from envfactory_assets.synthesis.seeding.plan import FieldPlan

_SPANS = {
    "past": (-45, 0),
    "recent": (-14, 0),
    "around": (-9, 26),
    "soon": (-6, 30),
    "future": (3, 300),
    "history": (-1500, -40),
    "birth": (-24000, -7300),
}
_FIRST_EPOCH = 86_400_000  # seconds; a smaller number is no moment
_MOST_IN_A_LIST = 4
_STATES = frozenset({"state", "status"})  # what parts are called that say how their row is doing
_TOLD = 0.92  # how often a nested value has a field that may be left out
_IDENTITY = re.compile(r"(^|_)(id|gid|uid|uuid|key|code|name|title|label|value|amount)$")
_OTHERS = re.compile(r"parent|previous|next|related|other|linked|duplicate|source|target|origin|replace|merged|child|sub")
_AT = re.compile(r"(_at|time|timestamp|created|updated|modified)$")
_DATE_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d")
_TIME_WORDS = re.compile(r"((_|^)(at|on|date|time|datetime|timestamp))+$")


def iso(moment: datetime) -> str:
    """A moment as states write it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def fill_field(row: RowContext, field: FieldPlan) -> Any:
    """A value for one field that no reference decides."""
    if field.shape.kind == "list":
        return _several(row, field)
    if field.parts:
        return fill_part(row, field)
    if field.shape.ref is not None:
        return row.draw.choice(_others(row, field))
    return _scalar(row, field)


def fill_part(row: RowContext, field: FieldPlan) -> dict[str, Any]:
    """A nested value; it shares its row's people and places."""
    model = (field.shape.item or field.shape).model
    name = model.__name__ if model is not None else field.name
    names = tuple(snake(part.name) for part in field.parts)
    inner = RowContext(row.draw, row.known, name, field.kind, names, noun(field.name), parent=row)
    before = row.values.get(field.after) if field.after else None
    inner.earlier = before if isinstance(before, dict) else {}
    referred: dict[str, Any] = {}
    for part in field.parts:
        left_out = part.shape.optional and not _identifies(part) and not row.draw.chance(_TOLD)
        inner.values[part.name] = None if left_out else _repeated(referred, part) or _own_key(row, field, part) or fill_field(inner, part)
        if part.shape.kind == "ref":
            key = inner.values[part.name]
            referred = {name: told for name, told in row.known.rows.get((str(part.target), key), {}).items() if told != key}
    _tell_time(row, field, inner.values)
    return inner.values


def _tell_time(row: RowContext, field: FieldPlan, values: dict[str, Any]) -> None:
    """A date or a time of day that is told in numbers is one: in place."""
    if {"year", "month", "day"} <= values.keys():
        moment = _moment(row, replace(field, how={"when": field.how.get("when", "soon")}), "date")
        values |= {"year": moment.year, "month": moment.month, "day": moment.day}
    if {"hours", "minutes"} <= values.keys():
        told = {"hours": row.draw.integer(8, 18), "minutes": row.draw.choice((0, 15, 30, 45)), "seconds": 0, "nanos": 0}
        values |= {name: told[name] for name in told if name in values}


def _identifies(part: FieldPlan) -> bool:
    """Whether a nested value would be nothing without this field."""
    return part.how.get("make") in {"label", "full_name"} or _IDENTITY.search(snake(part.name)) is not None


def _own_key(row: RowContext, field: FieldPlan, part: FieldPlan) -> Any:
    """What a part says of the row that it is in is that row's key: the card of a customer names that customer, its parent another."""
    others = _OTHERS.search(snake(part.name)) or _OTHERS.search(snake(field.name))
    alike = noun(field.name).rpartition("_")[2] == snake(row.root.entity).rpartition("_")[2]
    own = part.shape.kind == "ref" and part.target == row.root.entity and not others and not alike
    return row.root.key if own else None


def _repeated(referred: dict[str, Any], part: FieldPlan) -> Any:
    """What a part repeats of the row it refers to: a line's product name."""
    return referred.get(part.name) if part.shape.kind == "text" and isinstance(referred.get(part.name), str) else None


def _several(row: RowContext, field: FieldPlan) -> list[Any]:
    count = min(row.draw.integer(1, 3 if field.parts else _MOST_IN_A_LIST), field.most or _MOST_IN_A_LIST)
    inner = field.shape.item
    if inner is None or (inner.kind in {"object", "list"} and not field.parts):
        return []
    if inner.kind == "ref":
        keys = row.draw.sample(_others(row, field), count)
        alone = next((row.values[name] for name in _alone(field.name) if row.values.get(name) is not None), None)
        return keys if alone is None or alone in keys else [alone, *keys[1:]]
    if inner.kind == "enum":
        options = row.draw.lexicon.used(inner.enum)
        found_here = chosen_here(row, field, options)
        return [found_here] if found_here else row.draw.sample(options, min(count, 2))
    found: list[Any] = []
    for _ in range(count):
        value = fill_part(row, field) if field.parts else _scalar(row, field, kind=inner.kind)
        if value not in found:
            found.append(value)
    return found


def _others(row: RowContext, field: FieldPlan) -> list[Any]:
    """The keys that a field may name: nothing is its own parent, unless there is nothing else."""
    keys = row.known.named(str(field.target))
    own = row.root.key if field.target == row.root.entity else None
    return [key for key in keys if key != own] or keys


def _alone(name: str) -> tuple[str, ...]:
    """What a field that names the chief of several records would be called: ``project_id`` beside ``project_ids``."""
    stem = name.removesuffix("s")
    return (stem, re.sub(r"_(gid|uid|uuid|key)$", "_id", stem))


def _scalar(row: RowContext, field: FieldPlan, kind: str | None = None) -> Any:
    kind = kind or field.shape.kind
    if kind == "text":
        return _text(row, field)
    if kind == "enum":
        options = row.draw.lexicon.used(field.shape.enum)
        return chosen_here(row, field, options) or row.draw.choice(options)
    if kind == "boolean":
        return _said(row, snake(field.name), field)
    if kind in {"integer", "number", "money"}:
        return _number(row, field, kind)
    if kind in {"date", "datetime"}:
        return _time(row, field, kind)
    return {}


def chosen_here(row: RowContext, field: FieldPlan, options: list[str]) -> str | None:
    """The option that belongs to where a row is, of a field that says such: its currency, else one that is usual anywhere.

    Returns:
        None where the field says nothing of places, or the place's own is none of the options.
    """
    make = field.how.get("make", "guess")
    if make == "guess":
        return None
    spelt = {option.lower(): option for option in options}
    made = [make, "country_code", "country_alpha3"] if make == "country" else [make]
    told = [*(str(MAKERS[each](row, field)) for each in made), *row.draw.lexicon.usual[make]]
    return next((spelt[each.lower()] for each in told if each.lower() in spelt), None)


def _said(row: RowContext, name: str, field: FieldPlan) -> bool:
    """Whether a flag is up: as the status says where both tell the same, such as ``event_cancelled`` of an event."""
    own = {*snake(row.thing).split("_"), "is", "has", "been", "was", "status", "flag"}
    told = "_".join(word for word in name.split("_") if word not in own) or name
    states = row.states | (row.root.states if row.thing in _STATES else {})
    said = next((states[word] for word in spellings(told) if word in states), None)
    if said is None and row.finished is False and told in row.draw.lexicon.statuses["finished"]:
        said = False
    if said is None:
        said = row.flags[told] if told in row.flags else row.draw.chance(field.how.get("chance", 0.5))
    row.flags[told] = said
    return said


def _text(row: RowContext, field: FieldPlan) -> str:
    how = field.how
    if how.get("make") == "date_text":
        return _date_text(row, field)
    if "words" in how:
        made = row.draw.words(how["words"])
    elif "range" in how:
        made = f"{row.draw.money(*how['range']):.2f}"
    elif "templates" in how:
        made = row.draw.fill(how["templates"])
    elif "make" in how:
        made = str(MAKERS[how["make"]](row, field))
    else:
        made = str(MAKERS["guess"](row, field))
    made = made if field.longest is None else made[: field.longest].strip()
    if len(made) < field.shortest:
        made = text_fitting(f"^[A-Z0-9]{{{field.shortest}}}$", row.draw.random) or made
    return made if field.pattern is None else _fitting(row, made, field)


def _date_text(row: RowContext, field: FieldPlan) -> str:
    """A date or a moment as text, spelt as its pattern has it if that is a usual way."""
    kind = "datetime" if _AT.search(snake(field.name)) else "date"
    moment = _moment(row, field, kind)
    made = _spelt(moment, kind)
    if field.pattern is None or fits(field.pattern, made):
        return made
    usual = (moment.strftime(form) for form in _DATE_FORMS)
    return next((text for text in usual if fits(field.pattern, text)), None) or _fitting(row, made, field)


def _fitting(row: RowContext, made: str, field: FieldPlan) -> str:
    """A text as its pattern has it: spelt otherwise where that is enough, else any that fits."""
    pattern, words = str(field.pattern), re.findall(r"[A-Za-z0-9]+", made)
    spelt = [made, made.lower(), made.upper(), *(mark.join(words).lower() for mark in ("-", "_", ""))]
    fitting = (text for text in spelt if field.shortest <= len(text) <= (field.longest or len(text)) and fits(pattern, text))
    return next(fitting, None) or text_fitting(pattern, row.draw.random, field.longest, field.shortest) or made


def _number(row: RowContext, field: FieldPlan, kind: str) -> float | int:
    draw, how = row.draw, field.how
    if how.get("make") == "epoch":
        return int(_moment(row, field, "datetime").timestamp())
    if "words" in how and (said := draw.words(how["words"])).isdigit() and _allowed(field, int(said)):
        return int(said) if kind == "integer" else float(said)
    if "make" in how and how["make"] not in {"money", "guess"}:
        made = MAKERS[how["make"]](row, field)
        if _allowed(field, made):
            return float(made) if kind != "integer" else int(made)
    low, high = how.get("range", (5, 400) if how.get("make") == "money" else (1, 40))
    low, high = _within(field, low, high)
    earlier = row.values.get(field.after) if field.after else None
    if isinstance(earlier, int | float):
        low, high = earlier, max(earlier * 2, high)
    if kind == "integer":
        return draw.integer(int(low), int(high), int(how.get("step", 1)))
    if kind == "money" and not how.get("step"):
        return draw.money(low, high, group=f"{row.entity}.{field.name}")
    if how.get("step") or (kind == "number" and how.get("make") == "guess"):
        return float(draw.integer(int(low), int(high), int(how.get("step", 1))))
    return round(draw.random.uniform(low, high), 2 if how.get("make") == "money" or high <= 1 else 1)


def _allowed(field: FieldPlan, value: float) -> bool:
    return (field.low is None or value >= field.low) and (field.high is None or value <= field.high)


def _within(field: FieldPlan, low: float, high: float) -> tuple[float, float]:
    """The usual range, moved inside what the type allows."""
    if field.low is not None and low < field.low:
        low, high = field.low, max(high, field.low)
    if field.high is not None and high > field.high:
        low, high = min(low, field.high), field.high
    return low, high


def _time(row: RowContext, field: FieldPlan, kind: str) -> str:
    return _spelt(_moment(row, field, kind), kind)


def _spelt(moment: datetime, kind: str) -> str:
    return moment.date().isoformat() if kind == "date" else iso(moment)


def _moment(row: RowContext, field: FieldPlan, kind: str) -> datetime:
    draw, when = row.draw, field.how.get("when", "past")
    earlier = as_moment(row.values.get(field.after) if field.after else row.earlier.get(field.name))
    if earlier is not None:
        over = when in {"past", "recent"} and earlier <= draw.now
        return _between(row, [earlier]) if over else earlier + _gap(row, field, kind)
    said = _TIME_WORDS.sub("", snake(field.name))
    stem = draw.lexicon.done.get(said, said)
    if stem in row.moments:
        return row.moments[stem]
    low, high = _SPANS[when]
    if when in {"soon", "around"} and row.finished is not None:
        low, high = (-21, -1) if row.finished else (-4 if when == "around" else 1, high)
    if when == "recent":
        return _between(row, [as_moment(value) for value in _made(row)])
    found = row.moments[stem] = draw.moment(low, high, office_hours=when != "past")
    return found


def _gap(row: RowContext, field: FieldPlan, kind: str) -> timedelta:
    draw, name = row.draw, snake(field.name)
    if any(word in name for word in ("due", "expir", "until", "valid")):
        return timedelta(days=draw.choice((7, 14, 14, 30, 30)))
    if kind == "date" or any(word in name for word in ("check", "leaves", "return", "period", "date")):
        return timedelta(days=draw.integer(1, 6))
    return timedelta(minutes=draw.choice((30, 45, 60, 60, 90, 120)))


def _made(row: RowContext) -> list[Any]:
    return [value for name, value in row.values.items() if name in row.past]


def _between(row: RowContext, starts: list[datetime | None]) -> datetime:
    """A moment between the row's making and now."""
    known = [start for start in starts if start is not None]
    begin = max(known) if known else row.draw.now - timedelta(days=14)
    minutes = max(int((row.draw.now - begin).total_seconds() // 60), 0)
    return begin + timedelta(minutes=row.draw.integer(0, minutes))


def as_moment(value: Any) -> datetime | None:
    """A state's date or moment as a moment, if it is one; whole numbers are seconds."""
    if isinstance(value, int) and value > _FIRST_EPOCH:
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        if len(value) == 10:
            return datetime.combine(date.fromisoformat(value), time(), UTC)
        return datetime.fromisoformat(value)
    except ValueError:
        return None
