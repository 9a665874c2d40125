"""Finding the words' content for a record: the smallest natural set of attributes that only it has.

Follows the incremental algorithm of Dale and Reiter (Cognitive Science 19, 1995): attributes are tried in a fixed order of preference and
kept when they rule out some other record; afterwards those that turned out not to be needed are dropped.
"""

import re
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.facts import both_names
from envfactory_assets.dialogue.occurring import BY_CLOCK, comes_first, in_order, overdue, overdue_mark
from envfactory_assets.dialogue.roughly import ROUGHLY, is_within, stands_alone, stretch_around
from envfactory_assets.dialogue.wording import moment
from envfactory_assets.records import EntitySpec, FieldSpec

MOST_ATTRIBUTES = 3
EXTREMES = frozenset({"min", "max", "next", "last"})
SAID_ROUGHLY = 0.75  # how often a past day is said as "about two weeks ago" where nothing else could be meant
STRANGE = 100  # how far behind the others the fields come that people do not speak of

_TOTALS = {("total",), ("total", "amount"), ("amount", "total"), ("grand", "total")}
_ORDERED = {"date", "datetime", "money", "integer", "number"}
_COUNTED = {"money", "integer", "number"}

_DAY = re.compile(r"\d{4}-\d\d-\d\d(T|$)")
_CODED = re.compile(r"[A-Z]{2,4}\d{3,}|#[0-9A-Fa-f]{3,8}|[A-Z]{2,3}|[a-z]{2}")
_WRITTEN_BY_MACHINES = re.compile(r"^(https?:|#[0-9A-Fa-f]{3,8}$)|\w_\w")
_HYPHENED = re.compile(r"[a-z]+(-[a-z]+)+")  # a name at most: ``mailer-eu``
_TECHNICAL = {"id", "ids", "uuid", "gid", "etag", "hash", "token", "url", "uri", "href", "html", "link", "permalink"}

Row = dict[str, Any]
Attribute = tuple[str, str, Any]  # wire name of the field, operator, value


def describe_row(row: Row, others: list[Row], entity: EntitySpec, rng: Random, now: datetime | None = None) -> list[Attribute] | None:
    """Attributes that hold for a row and for no other.

    Args:
        row: the record meant, as the caller sees it.
        others: every other record it could be mistaken for.
        entity: what is known of its fields.
        rng: decides between ways that are equally good.
        now: the clock; without it nothing is the next one or overdue.

    Returns:
        Attributes (field, op, value) with op eq, on (a date), about (a stretch of days), overdue, min, max, next or last; empty when there
        is no other record; None when no small set tells the row from the others.
    """
    named = [a for a in _candidates(row, entity) if lexicon.is_label(a[0], entity.name) and not lexicon.is_prose(a[0])][:1]
    if not others and not named:
        return []
    extremes = _extremes(row, [row, *others], entity, now)
    plain = named + [_remembered(a, others, rng, now) for a in _candidates(row, entity) if a not in named]
    if now is not None and (late := overdue_mark(row, entity, now)) is not None:
        plain.insert(len(named), late)
    ways = [plain]
    if extremes and rng.random() < (0.15 if named else 0.5):
        ways.insert(0, [rng.choice(extremes)])
    elif extremes:
        ways.append(extremes[:1])
    for way in ways:
        chosen = _smallest(row, others, way)
        if chosen is not None:
            return chosen
    return _mixed(row, others, plain, entity, now)


def _smallest(row: Row, others: list[Row], way: list[Attribute]) -> list[Attribute] | None:
    chosen: list[Attribute] = []
    left = others
    for attribute in way:
        if _is_of_state(attribute) and any(_is_of_state(other) for other in chosen):
            continue  # "the settled refund that is processing"
        kept = [other for other in left if holds(other, attribute, [row, *others])]
        if len(kept) < len(left) or (not chosen and not others):
            chosen.append(attribute)
            left = kept
        if not left and chosen:
            break
    if left or not chosen:
        return None
    for attribute in list(chosen):
        rest = [a for a in chosen if a != attribute]
        if rest and not any(all(holds(other, a, [row, *others]) for a in rest) for other in others):
            chosen = rest
    return chosen if len(chosen) <= MOST_ATTRIBUTES else None


def _is_of_state(attribute: Attribute) -> bool:
    """Whether an attribute says in what state something is, or how far it has come."""
    name, op, value = attribute
    stated = lexicon.last_word(name) in lexicon.words("vocabulary")["adjective_states"] if name else False
    return op == "overdue" or (op == "eq" and (stated or (value is True and str(fields.quality(name)).endswith("ed"))))


def _mixed(row: Row, others: list[Row], plain: list[Attribute], entity: EntitySpec, now: datetime | None) -> list[Attribute] | None:
    """One plain attribute, and an extreme among the rows that share it: the cheapest double."""
    everyone = [row, *others]
    for extreme in _extremes(row, everyone, entity, now):
        if sum(holds(other, extreme, everyone) for other in everyone) == 1:
            return [extreme]
    for attribute in plain:
        alike = [other for other in others if holds(other, attribute, others)]
        extremes = _extremes(row, [row, *alike], entity, now)
        if extremes and len(alike) < len(others):
            return [attribute, extremes[0]]
    return None


def holds(row: Row, attribute: Attribute, among: list[Row]) -> bool:
    """Whether an attribute is true of a row (extremes: among some rows)."""
    name, op, value = attribute
    held = row.get(name)
    if op in {"min", "max"}:
        values = [_sortable(other.get(name)) for other in among if other.get(name) is not None]
        return held is not None and bool(values) and _sortable(held) == (min(values) if op == "min" else max(values))
    if op in BY_CLOCK:
        return comes_first(row, among, name, op, datetime.fromisoformat(value))
    if op == "overdue":
        return overdue(row, name, datetime.fromisoformat(value))
    if held is None:
        return False
    if op == ROUGHLY:
        return is_within(held, value)
    if op == "on":
        read = moment(str(held))
        return read is not None and read.date().isoformat() == value
    if isinstance(held, str) and isinstance(value, str):
        return held.casefold().strip() == value.casefold().strip()
    return bool(held == value)


def _candidates(row: Row, entity: EntitySpec) -> list[Attribute]:
    """The attributes of a row that people would mention, the most natural first."""
    ranked = []
    whole = any(lexicon.last_word(f.wire) == "name" and not lexicon.is_part_of_a_name(f.wire) and row.get(f.wire) for f in entity.fields)
    whole_person = lexicon.is_person(entity.name) and both_names(entity, row) is not None
    totals = [row[f.wire] for f in entity.fields if lexicon.split_name(f.wire) in _TOTALS and isinstance(row.get(f.wire), int | float)]
    for place, field in enumerate(entity.fields):
        if (whole and lexicon.is_part_of_a_name(field.wire)) or lexicon.is_title_of_a_person(field, entity):
            continue
        if whole_person and lexicon.last_word(field.wire) in lexicon.words("vocabulary")["other_names"]:
            continue  # who has a name is not called by what they sign in with
        value = row.get(field.wire)
        rank = _rank(field, value, entity.name)
        if rank is not None and not (totals and fields.is_money(field.wire) and value not in totals):  # it is known by all of it
            ranked.append((rank, place, _attribute(field, value)))
    return [attribute for _, _, attribute in sorted(ranked, key=lambda item: item[:2])]


def _remembered(attribute: Attribute, others: list[Row], rng: Random, now: datetime | None) -> Attribute:
    """The day on which something happened as people remember it, where no other record could be meant: about two weeks ago."""
    name, op, value = attribute
    if op != "on" or now is None or fields.happened(name) is None or rng.random() >= SAID_ROUGHLY:
        return attribute
    stretch = stretch_around(date.fromisoformat(value), now.date())
    alone = stretch is not None and stands_alone(stretch, [other.get(name) for other in others])
    return (name, ROUGHLY, stretch) if alone else attribute


def _attribute(field: FieldSpec, value: Any) -> Attribute:
    dated = field.type in {"date", "datetime"} or (isinstance(value, str) and _DAY.match(value))
    if dated and (read := moment(str(value))) is not None:
        return field.wire, "on", read.date().isoformat()
    return field.wire, "eq", value


def _is_spoken(field: FieldSpec, value: Any) -> bool:
    """Whether a value is of a kind that people say: no link, nothing of several parts, and a key only where it is a name."""
    if value is None or value == "" or isinstance(value, dict | list) or field.type in {"ref", "caller", "object", "list"}:
        return False
    return field.type != "key" or (lexicon.is_label(field.wire) and lexicon.can_be_said(field, value))


def _rank(field: FieldSpec, value: Any, entity: str) -> int | None:
    """How naturally a field tells things apart: 0 is best; None when people would not mention it."""
    if not _is_spoken(field, value):
        return None
    if not fields.is_sayable(field.wire) or fields.is_code(field.wire, value):
        return None
    text = str(value)
    if text.startswith("+"):
        return None  # nobody is called by a phone number
    if _TECHNICAL & set(lexicon.split_name(field.wire)) or _WRITTEN_BY_MACHINES.search(text) or _is_of_another(field.wire, entity):
        return None
    if _HYPHENED.fullmatch(text) and lexicon.label_rank(field.wire, entity) is None:
        return None
    if field.type in {"text", "key"} and not field.enum:
        label = lexicon.label_rank(field.wire, entity)
        if label is not None:
            return _rank_of_label(field.wire, text, label, entity)
        if lexicon.is_sign(field.wire):
            return None if lexicon.last_word(field.wire) in lexicon.words("vocabulary")["no_signs"] else 40
    if not _is_told_by(field, value, entity) or (fields.is_state(field.wire) and not field.enum):
        return None
    if _CODED.fullmatch(text):
        return None
    strange = 0 if fields.is_familiar(field.wire) else STRANGE
    if field.type == "text" and not field.enum:
        plain = not (lexicon.is_prose(field.wire) or text.endswith(".") or '"' in text or "\n" in text)
        return 65 if plain and not strange and len(text) <= 40 else None
    return _rank_by_type(field, value, strange, entity)


@cache
def _is_of_another(name: str, entity: str) -> bool:
    """Whether a field is the name or the code of something else: the agent's name of an asset, the service code of a shipment."""
    vocabulary = lexicon.words("vocabulary")
    whose = lexicon.whose_name(name, entity)
    if whose is not None:
        return whose not in vocabulary["buyers"]
    own = {*lexicon.split_name(entity), *vocabulary["own_codes"]}
    return lexicon.last_word(name) == "code" and not set(lexicon.split_name(name)[:-1]) <= own


def _rank_of_label(name: str, text: str, rank: int, entity: str) -> int | None:
    """How naturally a thing is called by a text; a thing that bears a person's name is not known by it."""
    if '"' in text or "\n" in text or (not lexicon.is_person(entity) and lexicon.is_name_of_a_person(text)):
        return None
    if lexicon.is_prose(name):
        written = lexicon.last_word(lexicon.noun(entity)) in lexicon.words("vocabulary")["texts"]
        return 68 if written and len(text) <= 50 and not text.endswith(".") else None
    return rank if len(text) <= 60 else None


def _rank_by_type(field: FieldSpec, value: Any, strange: int, entity: str) -> int | None:
    by_type = {"enum": 50, "boolean": 58, "date": 60, "datetime": 62, "money": 70, "integer": 75, "number": 76}
    if field.enum:
        lists = lexicon.words("vocabulary")
        if str(value).lower() in lists["no_adjectives"] and str(value).lower() != "new":
            return None  # "the payment that is other"
        words, known = lexicon.enum_words(str(value)), lists["traits_of_people" if lexicon.is_person(entity) else "tell_apart"]
        return 50 + strange if lexicon.last_word(field.wire) in known and " " not in lexicon.as_a_choice(words).strip('"') else None
    if field.type == "boolean":
        return 58 if value is True and fields.quality(field.wire) else None
    if not {"updated", "modified", "changed"}.isdisjoint(lexicon.split_name(field.wire)):
        return None  # nobody knows when a thing was last touched
    if "created" in lexicon.split_name(field.wire):
        return 80
    if field.type in _COUNTED and fields.happened(field.wire) is not None:
        return None  # how much of it was paid or received
    if field.type in _COUNTED and strange:
        return None
    rank = by_type.get(field.type)
    return rank + (strange if fields.happened(field.wire) is None else 15) if rank is not None else None


def _is_told_by(field: FieldSpec, value: Any, entity: str) -> bool:
    """Whether people would tell things of a kind apart by a value.

    By nothing that counts edits or places, no zero and no count of bytes; by an amount to the cent only what is known by its amount, such
    as a payment; people by no date but when they joined, and by no text but where they are.
    """
    vocabulary = lexicon.words("vocabulary")
    if {lexicon.last_word(field.wire), *lexicon.split_name(field.wire)[:1]} & set(vocabulary["tells_nothing_apart"]):
        return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not value:
            return False
        if fields.is_money(field.wire) or field.type == "money" or not float(value).is_integer():
            return lexicon.last_word(lexicon.noun(entity)) in vocabulary["known_by_amount"]
        return abs(value) < fields.MOST_COUNTED
    if lexicon.is_person(entity) and (field.enum or field.type == "text") and not _DAY.match(str(value)):
        return lexicon.last_word(field.wire) in vocabulary["traits_of_people" if field.enum else "places_of_people"]
    dated = field.type in {"date", "datetime"} or (isinstance(value, str) and _DAY.match(value) is not None)
    if dated and lexicon.is_person(entity):
        return not set(vocabulary["dates_of_people"]).isdisjoint(lexicon.split_name(field.wire))
    return not dated or fields.is_dated(field.wire)


def _extremes(row: Row, among: list[Row], entity: EntitySpec, now: datetime | None) -> list[Attribute]:
    """The fields in which a row alone is the first or the last, or the nearest to now."""
    if len(among) < 2:
        return []
    found = in_order(row, among, entity, now) if now is not None else []
    for field in entity.fields:
        if not lexicon.has_extremes(field.wire) or field.type not in _ORDERED or _rank(field, row.get(field.wire), entity.name) is None:
            continue
        values = sorted(_sortable(other[field.wire]) for other in among if other.get(field.wire) is not None)
        own = _sortable(row[field.wire])
        if len(values) == len(among) and values.count(own) == 1:
            ends = (("min", values[0]), ("max", values[-1]))
            found += [(field.wire, op, None) for op, best in ends if own == best and lexicon.superlative(field.wire, op)]
    return found


def _sortable(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    read = moment(str(value)) or datetime.min.replace(tzinfo=UTC)
    return read.timestamp() if read.year > 1 else 0.0
