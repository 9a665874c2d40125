"""What people know of fields: which ones they speak of, what they call them, and how a yes or no is wished for."""

from functools import cache
from typing import Any

from envfactory_assets.dialogue import lexicon

MOST_COUNTED = 10_000  # larger numbers are counts of bytes and the like; amounts of money may be larger
_COUNTING = ("number", "num", "total", "count", "cnt")
MOST_WORDS = 2


def _lists() -> dict[str, Any]:
    return lexicon.words("fields")


@cache
def _parts(name: str) -> tuple[str, ...]:
    """The words of a field's name without what only programs need: ``is_``, ``_at``, ``_on``."""
    parts = list(lexicon.split_name(name))
    dropped = set(lexicon.words("vocabulary")["drop_suffixes"])
    while len(parts) > 1 and parts[-1] in dropped:
        parts.pop()
    while len(parts) > 1 and parts[0] in {"is", "has", "are", "was"}:
        del parts[0]
    return tuple(parts)


@cache
def keys_of(name: str) -> tuple[str, ...]:
    """The keys by which word lists know a field: its whole name, without "date" and the like, its last word."""
    parts = _parts(name)
    times = {"date", "time", "day", "datetime"}
    short = parts[:-1] if len(parts) > 1 and parts[-1] in times else parts
    return tuple(dict.fromkeys(("_".join(parts), "_".join(short), short[-1] if short else name)))


@cache
def without_time(name: str) -> str:
    """The name of a moment without what says that it is one: ``end`` of ``endDateTime`` and of ``end_at``."""
    times = {"date", "time", "day", "datetime", "at", "on"}
    return "_".join(part for part in lexicon.split_name(name) if part not in times) or name


@cache
def is_familiar(name: str) -> bool:
    """Whether people speak of a field at all."""
    parts = _parts(name)
    familiar = set(_lists()["familiar"])
    if "_".join(parts) in familiar:
        return True
    if not is_sayable(name):
        return False
    if parts[-1] in _lists()["states"] and parts[0].endswith("ed"):
        return False  # nobody speaks of an onboarded status
    strange = set(_lists()["strange_parts"]) | set(lexicon.words("vocabulary")["unasked"])
    if any(character.isdigit() for part in parts for character in part):
        return False
    return len(parts) <= MOST_WORDS and keys_of(name)[-1] in familiar and not strange & set(parts)


@cache
def is_sayable(name: str) -> bool:
    """Whether a field can be put into words at all: by a frame of its own, or by a noun that people know."""
    own = lexicon.words("arguments")["by_field"]
    return "_".join(lexicon.split_name(name)) in own or is_noun(name) or happened(name) is not None


def is_code(name: str, value: Any) -> bool:
    """Whether a value is a choice in the service's own numbers: a status of 25."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and lexicon.last_word(name) in lexicon.words("arguments")["enum_only"]
    )


@cache
def is_noun(name: str) -> bool:
    """Whether a field can be spoken of as such: ``the due date``, not ``the evaluated by`` nor ``the scheduled``."""
    noun = noun_of(name)
    return lexicon.is_plain_english(noun) and not (noun.endswith("ed") and noun == keys_of(name)[0].replace("_", " "))


@cache
def noun_of(name: str) -> str:
    """What people call a field when they speak of the field itself: ``due date``, ``start``."""
    nouns = _lists()["nouns"]
    *before, last = _parts(name) or (name,)
    if before and last == "state":  # of several states each is called by its own name
        return f"{lexicon.field_words('_'.join(before))} {nouns.get(last, last)}"
    found = next((str(nouns[key]) for key in keys_of(name)[:2] if key in nouns), None)
    return found or lexicon.field_words(name)


@cache
def is_called_so(name: str) -> bool:
    """Whether people call a field by its own name: a ``status``, but no ``state``."""
    return noun_of(name) == lexicon.field_words(name)


@cache
def counted_noun(name: str) -> str | None:
    """What a field counts, in the plural: ``comments`` for ``comment_count`` and ``number_of_comments``; None when it counts nothing."""
    found = _counted_part(name)
    spoken = lexicon.field_words(found) if found is not None else None
    return spoken if spoken is not None and lexicon.is_plain_english(spoken) else None


def _counted_part(name: str) -> str | None:
    """The part of a field's name that says what it counts."""
    parts = [part for part in _parts(name) if part != "of"]
    if any(part.endswith(("ing", "ings")) for part in parts):
        return None  # nobody has "followings"
    if len(parts) == MOST_WORDS and parts[-1] in {"count", "counts"}:
        return parts[0] if parts[0].endswith("s") else lexicon.plural(parts[0])
    if parts[-1:] and parts[-1] in _lists()["counted"] and len(parts) == 1:
        return parts[0]
    plurals = lexicon.words("vocabulary")["irregular_plurals"].values()
    many = len(parts) == MOST_WORDS and (parts[1].endswith("s") or parts[1] in plurals)
    return parts[1] if many and parts[0] in _COUNTING else None


def counted(name: str, number: float) -> str | None:
    """The counted noun for a number of them: ``comment`` for one."""
    noun = counted_noun(name)
    singular = {many: one for one, many in lexicon.words("vocabulary")["irregular_plurals"].items()}
    if noun in singular and number == 1:
        return str(singular[noun])
    if noun is None or number != 1 or not noun.endswith("s"):
        return noun
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1]


@cache
def flag(name: str) -> str | None:
    """What a thing is when a yes-no field holds: ``public``, ``a template``; None when people have no word for it."""
    for key in keys_of(name)[:1]:
        if key in _lists()["flag_nouns"]:
            return str(_lists()["flag_nouns"][key])
        if key in _lists()["flag_adjectives"]:
            return key
    return None


@cache
def quality(name: str) -> str | None:
    """The adjective for things of which a yes-no field holds: ``archived``, ``public``; None when there is none."""
    parts = _parts(name)
    if len(parts) != 1 or parts[0] in _lists()["strange_parts"]:
        return None
    known = {*_lists()["flag_adjectives"], *lexicon.words("vocabulary")["adjective_booleans"]}
    return parts[0] if parts[0] in known or (parts[0].endswith("ed") and len(parts[0]) > 4) else None


def is_state(name: str) -> bool:
    """Whether a field says in what state something is."""
    return lexicon.last_word(name) in lexicon.words("fields")["states"]


def happened(name: str) -> str | None:
    """The participle of a field that says when something happened: ``deleted`` for ``deleted_on``."""
    parts = list(_parts(name))
    bounds = lexicon.words("arguments")["bounds"]
    known, timed = set(bounds["participles"]), False
    while len(parts) > 1 and parts[-1] in {"date", "time", "datetime", "timestamp"}:
        parts.pop()
        timed = True
    last = str(bounds["done"].get(parts[-1], parts[-1])) if timed else parts[-1]
    return last if last in known or (len(last) > 4 and last.endswith("ed")) else None


@cache
def is_money(name: str) -> bool:
    """Whether a field holds an amount of money by its name."""
    return not set(lexicon.split_name(name)).isdisjoint(_lists()["amounts"])


@cache
def is_dated(name: str) -> bool:
    """Whether people tell things apart by a date of this field: whether it has words of its own."""
    frames = entry_for(lexicon.words("arguments")["by_field"], name) or []
    return any("{d}" in frame for frame in frames) or happened(name) is not None


def entry_for(table: dict[str, Any], name: str) -> Any:
    """What a table has for a field: by its whole name, else by shorter ones; None for nothing."""
    return next((table[key] for key in keys_of(name) if key in table), None)
