"""What is worth telling of a record: its name, and its facts in a few words, the most interesting first."""

import re
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.phrases import fill
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.wording import kind_of, moment, time_words, with_preposition
from envfactory_assets.records import EntitySpec, FieldSpec

MOST_FACTS = 3
MOST_LETTERS = 90
MOST_IN_A_SIGN = 16  # characters
MOST_OF_A_CHOICE = 2  # words of a choice among fixed values that people would say
_TOLD = {"text", "money", "integer", "number", "boolean", "date", "datetime", "enum"}
_CODED = re.compile(
    r"#[0-9A-Fa-f]{3,8}|https?:.*|[A-Z]{2,4}\d{3,}|(?-i:[A-Z]{2,3}|[a-z]{2})|.*unspecified.*|[\w.-]+\.(com|org|net|example)",
    re.IGNORECASE,
)
_OF_MACHINES = re.compile(r"^[^\s@]*[/_\\=][^\s@]*$")
_PROGRAM = re.compile(r"^[\[{<].*[\]}>]$|\w\(.*\)|;$|=>|==", re.DOTALL)  # what only programs read
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?")
_DATED = re.compile(r"(from )?\d{1,2} [A-Z][a-z]+ \d{4}")

Row = dict[str, Any]


def row_name(row: Row, env_id: str, entity: str | None, services: Services) -> str | None:
    """The record's own name, if it has one; a person's title is not one."""
    found = services.entity(env_id, entity)
    whole, person = both_names(found, row), lexicon.is_person(entity or "")
    if whole is not None and person:
        return whole
    known = found.fields if found else ()
    labels = [f for f in known if not (_is_post(f, found, person=person) or lexicon.is_prose(f.wire))]
    labels = [f for f in labels if whole is None or not lexicon.is_part_of_a_name(f.wire)]
    named = [
        (rank, place, str(row[field.wire]))
        for place, field in enumerate(labels)
        if (rank := lexicon.label_rank(field.wire, entity)) is not None and isinstance(row.get(field.wire), str) and row[field.wire].strip()
    ]
    for part in lexicon.words("fields")["wrappers"]:
        inner = row.get(part)
        if isinstance(inner, dict):
            texts = [(place, k, v) for place, (k, v) in enumerate(inner.items()) if isinstance(v, str) and v.strip()]
            own = [(lexicon.label_rank(k, entity), place, v) for place, k, v in texts if not lexicon.is_prose(k)]
            named += [(rank, place, v) for rank, place, v in own if rank is not None]
    named = [each for each in named if len(each[2]) <= 60 and not each[2].endswith(".") and not _is_key(found, row, each[2])]
    return min(named)[2] if named else whole  # a company is called by its own name, not by who is written to there


def _is_post(field: FieldSpec, entity: EntitySpec | None, *, person: bool) -> bool:
    """Whether a field says what somebody does, where a name is wanted."""
    return (entity is not None and lexicon.is_title_of_a_person(field, entity)) or (person and lexicon.is_title(field.wire))


def row_sign(row: Row, env_id: str, entity: str | None, services: Services) -> str | None:
    """The number by which people call a record that has no name: ``BIL-3342`` of a bill; None for one without."""
    found = services.entity(env_id, entity)
    own = {"", *lexicon.split_name(entity or "")}
    for field in found.fields if found else ():
        *before, last = lexicon.split_name(field.wire) or ("",)
        value = row.get(field.wire)
        coded = isinstance(value, str) and 1 < len(value) <= MOST_IN_A_SIGN and any(sign.isdigit() for sign in value)
        named = set(before) <= own or _is_short_for(str(value), entity or "")
        if coded and named and last in lexicon.words("fields")["signs"] and not str(value).startswith("+"):
            return str(value)
    return None


def _is_short_for(sign: str, entity: str) -> bool:
    """Whether a number begins with the first letters of what a record is: ``TRA-3342`` of a transaction."""
    letters = re.match(r"[A-Z]{2,}", sign)
    return letters is not None and lexicon.noun(entity).upper().startswith(letters.group())


def both_names(entity: EntitySpec | None, row: Row) -> str | None:
    """The first and the last name of somebody whose record has them apart."""
    wires = {"_".join(lexicon.split_name(field.wire)): field.wire for field in entity.fields} if entity else {}
    for pair in lexicon.words("vocabulary")["halves_of_names"]:
        held = [row.get(wires[half]) for half in pair if half in wires]
        if len(held) == len(pair) and all(isinstance(half, str) and half.strip() for half in held):
            return " ".join(map(str, held))
    return None


def _is_key(entity: EntitySpec | None, row: Row, value: str) -> bool:
    """Whether a text is the record's key under another name, and no name that the record is known by."""
    key = next((field for field in entity.fields if field.name == entity.key), None) if entity is not None else None
    return key is not None and row.get(key.wire) == value and not lexicon.can_be_said(key, value)


def row_facts(
    row: Row,
    env_id: str,
    entity: str | None,
    services: Services,
    *,
    most: int = MOST_FACTS,
    only: frozenset[str] | None = None,
    known: tuple[Any, ...] = (),
    prose: bool = True,
    undated: bool = False,
    states: bool = True,
) -> list[str]:
    """What is worth telling of a record besides its name.

    Args:
        row: the record, as a tool shows it.
        env_id: its environment.
        entity: its kind.
        services: the environments of the conversation.
        most: how many facts at most.
        only: wire names of the fields to choose from; None for all.
        known: values that need not be told.
        prose: whether running text is told.
        undated: whether it is left out when something happened.
        states: whether it is told in what state the record is.

    Returns:
        Facts in words; of what people do not speak nothing is told.
    """
    found = services.entity(env_id, entity)
    name = row_name(row, env_id, entity, services)
    reachable, person = lexicon.is_reachable(entity or ""), lexicon.is_person(entity or "")
    ranked = sorted(
        (_interest(field, row[field.wire]), place, fact(field, row[field.wire], row, entity), field.wire)
        for place, field in enumerate(found.fields if found else ())
        if _is_worth_telling(field, row.get(field.wire), reachable=reachable)
        and not _is_of_the_service(field, entity or "")
        and row[field.wire] not in (name, *known)
        and str(row[field.wire]).lower() != lexicon.noun(entity or "")  # the role of an agent
        and not (person and _is_anothers(str(row[field.wire]), name))
        and (only is None or field.wire in only)
        and (prose or not lexicon.is_prose(field.wire))
        and (states or not fields.is_state(field.wire))
    )
    told = [item for item in ranked if item[0] < _HAPPENED] + [item for item in ranked if item[0] == _HAPPENED and not undated][:1]
    sums = [row[wire] if fields.is_money(wire) or isinstance(row[wire], float) else wire for *_, wire in told]
    told = [(rank, place, _come_about(text, entity or ""), wire) for rank, place, text, wire in told]
    fresh = [(text, wire) for place, (_, _, text, wire) in enumerate(told) if sums[place] not in sums[:place]]  # no sum twice
    amounts = [wire for _, wire in fresh if fields.is_money(wire) and wire not in (only or ())]
    fresh = [(text, wire) for text, wire in fresh if wire not in amounts[1:]]  # of a record that holds several, the one that counts
    dated = [wire for text, wire in fresh if _DATED.match(text)]
    fresh = [(text, wire) for text, wire in fresh if wire not in dated[1:]]  # of two days that are not said to be anything one is enough
    return list(dict.fromkeys(_apart(fresh)))[:most]


def _is_anothers(value: str, name: str | None) -> bool:
    """Whether a value is an address that is made of another name than somebody's own."""
    own, sign, _ = value.casefold().partition("@")
    words, parts = re.split(r"[\W_\d]+", own), (name or "").casefold().split()
    return bool(sign and parts) and not any(word in parts or word.endswith(parts[-1]) for word in words if len(word) > 1)


def _come_about(text: str, entity: str) -> str:
    """Nobody is created, and no hotel: somebody is added."""
    return f"{lexicon.creating(entity)} {text.removeprefix('created ')}" if text.startswith("created ") else text


def _apart(facts: list[tuple[str, str]]) -> list[str]:
    """Facts, of which only one is a state: "active", and not "active, suspended" of a state and of a reason."""
    bare = lexicon.words("fields")["told"]
    states = [place for place, (_, wire) in enumerate(facts) if fields.is_state(wire) and fields.entry_for(bare, wire) == "{v}"]
    own = min(states, key=lambda at: (lexicon.is_qualified(facts[at][1]), not fields.is_called_so(facts[at][1])), default=None)
    return [text for place, (text, _) in enumerate(facts) if place == own or place not in states]


_COUNTED = 100
_HAPPENED = 900
_MOST_TOLD = 99_999  # larger numbers are counts of bytes and the like
_NEVER = 2000


def _holds_moments(field: FieldSpec, value: Any) -> bool:
    """Whether a field's value is a day or a moment, also where the document calls it a text."""
    return field.type in {"date", "datetime"} or (isinstance(value, str) and _DAY.fullmatch(value) is not None)


def _interest(field: FieldSpec, value: Any) -> int:
    """The place of a field among the things told; the last one when people do not speak of it."""
    order = lexicon.words("fields")["telling_order"]
    place = next((order.index(key) for key in fields.keys_of(field.wire) if key in order), None)
    if _holds_moments(field, value) and (done := fields.happened(field.wire)) is not None:
        return _NEVER if done in {"updated", "modified", "changed"} else _HAPPENED
    if fields.is_familiar(field.wire):
        return place if place is not None else len(order)
    if fields.counted_noun(field.wire):
        return _COUNTED if field.type == "integer" else _NEVER
    return _NEVER


def _is_worth_telling(field: FieldSpec, value: Any, *, reachable: bool) -> bool:
    """Whether a value is told at all; ``reachable``: of somebody who has a phone number."""
    if field.type not in _TOLD or value in (None, "", []) or isinstance(value, dict | list):
        return False
    if isinstance(value, bool):
        return value and fields.quality(field.wire) is not None
    if fields.is_code(field.wire, value) or str(value).lower() in _no_answers():
        return False
    if _is_bare_number(field, value, reachable=reachable) or (
        field.enum and len(lexicon.enum_words(str(value)).split()) > MOST_OF_A_CHOICE
    ):
        return False
    if not (fields.is_noun(field.wire) or fields.happened(field.wire) or fields.keys_of(field.wire)[0] in lexicon.words("fields")["told"]):
        return False  # "kept until" of what it is kept for
    of_another = lexicon.last_word(field.wire) == "reason" and len(lexicon.split_name(field.wire)) > 1  # why something is confidential
    untold = of_another or not set(lexicon.split_name(field.wire)).isdisjoint(lexicon.words("fields")["untold"])
    if untold or _CODED.fullmatch(str(value)) or (field.type == "text" and _is_of_machines(str(value))):
        return False
    if isinstance(value, str) and field.type == "text" and not _DAY.fullmatch(value) and _is_moment(field.wire):
        return False
    if isinstance(value, str) and field.type == "text" and fields.is_money(field.wire):
        return False
    if (lexicon.is_label(field.wire) or lexicon.is_part_of_a_name(field.wire)) and not lexicon.is_prose(field.wire):
        return False
    if isinstance(value, int | float) and value > _MOST_TOLD:
        return False
    if isinstance(value, int | float) and value == 0 and fields.counted_noun(field.wire) is None:
        return False
    return len(str(value)) <= MOST_LETTERS and "\n" not in str(value)


def _is_bare_number(field: FieldSpec, value: Any, *, reachable: bool) -> bool:
    """Whether a number is the service's own, how somebody else is reached, or counts what is not said: "15 completed"."""
    if not isinstance(value, int | float):
        return lexicon.last_word(field.wire) == "number" and str(value).startswith("+") and not reachable
    done = fields.happened(field.wire) is not None and not fields.is_money(field.wire) and field.type != "money"
    return done or lexicon.last_word(field.wire) == "number"


def _no_answers() -> set[str]:
    """Choices that tell nothing: "other"."""
    return set(lexicon.words("vocabulary")["no_adjectives"]) - {"new"}


def _is_of_the_service(field: FieldSpec, entity: str) -> bool:
    """Whether a field is of no interest for things of a kind: what sending a message costs, how many messages it is, 9 of days off."""
    if lexicon.last_word(field.wire) in lexicon.words("vocabulary")["of_people_only"] and not lexicon.stands_for_somebody(entity):
        return True
    bare = lexicon.split_name(field.wire) == ("amount",)
    cost = fields.is_money(field.wire) and (bare or lexicon.is_qualified(field.wire, entity)) and not lexicon.has_amounts(entity)
    return cost or fields.counted_noun(field.wire) == lexicon.plural(lexicon.noun(entity))


def _is_of_machines(text: str) -> bool:
    """Whether a text is one that programs read: a path, code, an object written out."""
    return _OF_MACHINES.search(text) is not None or _PROGRAM.search(text) is not None


def _is_moment(name: str) -> bool:
    """Whether a field says when something is or was."""
    return fields.happened(name) is not None or bool(set(lexicon.words("fields")["moments"]) & set(fields.keys_of(name)))


def fact(field: FieldSpec, value: Any, row: Row, entity: str | None = None) -> str:
    """One field of a record of a kind in a few words: ``due 3 June 2026``, ``high priority``, ``2 comments``."""
    if isinstance(value, bool):
        return fields.quality(field.wire) or lexicon.field_words(field.wire)
    counted = fields.counted(field.wire, value) if isinstance(value, int) else None
    words = value_of(field, value, row)
    if counted is not None:
        return f"{words} {counted}"
    if isinstance(value, int | float) and (done := fields.happened(field.wire)):
        return f"{words} {done}"  # how much of it was paid or received
    lists = lexicon.words("fields")
    unit = lists["pieces"].get(field.wire, lexicon.last_word(field.wire))
    if unit in {*lists["units"], *lists["pieces"].values()} and isinstance(value, int | float):
        return f"{words} {unit.removesuffix('s') if value == 1 else unit}"
    frame = fields.entry_for(lists["told"], field.wire)
    own = lexicon.split_name(field.wire)[:-1] == lexicon.split_name(entity or "")[-1:]  # the payment amount of a payment
    if isinstance(value, int | float) and len(fields.keys_of(field.wire)[0].split("_")) > 1 and field.wire not in lists["told"] and not own:
        frame = None  # one amount among others
    if frame is None and _holds_moments(field, value) and fields.happened(field.wire):
        frame = f"{fields.happened(field.wire)} {{v}}"
    return fill(str(frame or "{field}: {v}"), v=words, field=lexicon.without_owner(fields.noun_of(field.wire), entity)).text


def value_of(field: FieldSpec, value: Any, row: Row) -> str:
    """A field's value in words; an amount with its currency, a choice without the field's own name."""
    words = spoken(value, field)
    currency = next((row[key] for key in row if lexicon.split_name(key)[-1:] == ("currency",) and isinstance(row[key], str)), None)
    if isinstance(value, int | float) and currency and fields.is_money(field.wire):
        return f"{words} {currency.upper()}"
    if lexicon.is_prose(field.wire) or field.wire == "description":
        return words.rstrip(".")
    return words.removeprefix(f"{lexicon.last_word(field.wire)} ") if field.enum else words


def asked_value(field: FieldSpec, value: Any, row: Row) -> tuple[str, str]:
    """A value that was asked for, bare and with the preposition that days take."""
    words = value_of(field, value, row)
    if field.enum:
        words = lexicon.as_a_choice(words)
    return words, with_preposition(words) if _holds_moments(field, value) else words


def spoken(value: Any, field: FieldSpec | None) -> str:
    """A value in plain, absolute words."""
    kind = kind_of(field, value)
    if kind == "text" and _DAY.fullmatch(str(value)):
        kind = "date"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind in {"date", "datetime"} and (read := moment(str(value))) is not None:
        day = f"{read.day} {read:%B %Y}"
        return f"{day}, {time_words(read)}" if "T" in str(value) else day
    if kind == "enum":
        return lexicon.enum_words(str(value))
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.2f}"
    return str(value)
