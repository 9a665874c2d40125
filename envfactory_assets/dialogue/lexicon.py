"""The editable word lists behind requests, loaded once, and the words they give to names from API documents."""

import re
from functools import cache
from hashlib import sha256
from typing import Any

from envfactory_assets.bundled import bundled, read_yaml
from envfactory_assets.records import EntitySpec, FieldSpec, Split
from envfactory_assets.synthesis import english

_MINTED = re.compile(r"/|^\W*[A-Za-z]{0,4}[-_]?\d+$")  # paths, and ids that are counted
_SPELT_WITH_AN = "AEFHILMNORSX"
_STEM = 4  # letters that a thing and what is done to it share
_ARE = re.compile(r"\b[Aa]re\b")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-\s.]+")


@cache
def words(name: str) -> dict[str, Any]:
    """One word list, by its file's stem below ``data/lexicons/dialogue``."""
    loaded = read_yaml((bundled("lexicons/dialogue") / f"{name}.yaml").read_text(encoding="utf-8"))
    if not isinstance(loaded, dict):
        raise TypeError(f"The lexicon dialogue/{name}.yaml must be a mapping.")
    return loaded


@cache
def split_name(name: str) -> tuple[str, ...]:
    """The words of a snake, camel or Pascal case name, in lower case."""
    return tuple(part.lower() for part in _CAMEL.split(name) if part)


@cache
def last_word(name: str) -> str:
    """The last word of a name: what kind of thing it is."""
    parts = split_name(name)
    return parts[-1] if parts else ""


@cache
def field_words(name: str) -> str:
    """What people call a field."""
    vocabulary = words("vocabulary")
    parts = list(split_name(name))
    while len(parts) > 1 and parts[-1] in vocabulary["drop_suffixes"]:
        parts.pop()
    if len(parts) > 1 and parts[-1] in {"id", "ids", "gid", "uuid"}:
        parts.pop()
    if len(parts) > 1 and parts[0] in {"is", "has"}:
        del parts[0]
    return " ".join(_spoken(part) for part in parts)


@cache
def noun(entity: str) -> str:
    """What people call one thing of an entity."""
    known = words("vocabulary")["entities"].get(entity)
    if known:
        return str(known)
    said = " ".join(_spoken(part) for part in split_name(entity))
    return f"{said} entry" if last_word(said) in words("vocabulary")["no_things"] else said  # what is recurring is something


def _spoken(part: str) -> str:
    """A part of a name as people say it: by the word list, else taken apart where words were run together."""
    return str(words("vocabulary")["words"].get(part) or english.apart(part))


@cache
def is_plain_english(phrase: str) -> bool:
    """Whether people know every word of a noun phrase, and it is one: ``hold until`` is none."""
    vocabulary = words("vocabulary")
    listed = {*vocabulary["known_words"], *(word for value in vocabulary["words"].values() for word in str(value).split())}
    listed |= {word for value in vocabulary["entities"].values() for word in re.split(r"[ -]", str(value))}
    parts = phrase.replace("-", " ").split()
    known = all(part in listed or part.lower() in vocabulary["uncountable"] or english.parts_of(part) == (part.lower(),) for part in parts)
    return bool(parts) and known and phrase.rsplit(maxsplit=1)[-1] not in vocabulary["no_noun_ends_in"]


@cache
def plural(singular: str) -> str:
    """The plural of a noun phrase: its last word changes."""
    vocabulary = words("vocabulary")
    head, _, last = singular.rpartition(" ")
    if last in vocabulary["uncountable"]:
        return singular
    if last in vocabulary["irregular_plurals"]:
        changed = vocabulary["irregular_plurals"][last]
    elif re.search(r"[^aeiou]y$", last):
        changed = f"{last[:-1]}ies"
    elif re.search(r"(s|x|z|ch|sh)$", last):
        changed = last if re.search(r"[^su]s$", last) and len(last) > 4 and not last.endswith("ss") else f"{last}es"
    else:
        changed = f"{last}s"
    return f"{head} {changed}".strip()


def a(phrase: str) -> str:
    """The phrase with its indefinite article."""
    if last_word(phrase) in words("vocabulary")["uncountable"]:
        return f"some {phrase}"
    first = phrase.split(" ", 1)[0]
    if first.isupper() and len(first) > 1:
        return f"{'an' if first[0] in _SPELT_WITH_AN else 'a'} {phrase}"
    first = first.lower()
    vowel = first[:1] in "aeiou" and not re.match(r"(uni|use|usa|eu|one)", first)
    return f"{'an' if vowel else 'a'} {phrase}"


def is_label(name: str, entity: str | None = None) -> bool:
    """Whether people name a thing by this field; of a thing of a known kind, not by what names another."""
    return label_rank(name, entity) is not None


@cache
def names_no(name: str, entity: str) -> bool:
    """Whether a field that names other things says something else of this kind: the subject of a course."""
    return last_word(noun(entity)).lower() in words("vocabulary")["no_names"].get(last_word(name), ())


@cache
def whose_name(name: str, entity: str | None) -> str | None:
    """What a field names in place of the record itself: ``user`` for the ``userName`` of a deployment, None where it is the record."""
    vocabulary = words("vocabulary")
    qualifier = split_name(name)[:-1]
    if not entity or not qualifier or last_word(name) not in {"name", "title"}:
        return None
    own = set(split_name(entity))
    known = {*vocabulary["people"], *vocabulary["named_apart"], *vocabulary["buyers"]}
    return field_words("_".join(qualifier)) if qualifier[-1] in known and not own & set(qualifier) else None


def is_part_of_a_name(name: str) -> bool:
    """Whether a field holds a part of a person's name, such as the family name."""
    return not set(split_name(name)).isdisjoint(words("vocabulary")["parts_of_names"])


@cache
def label_rank(name: str, entity: str | None = None) -> int | None:
    """How well a field names a thing, of a known kind where one is given: 0 is best; None when it does not."""
    labels = words("vocabulary")["labels"]
    if entity is not None and (whose_name(name, entity) or (is_person(entity) and is_title(name)) or names_no(name, entity)):
        return None
    joined = "_".join(split_name(name))
    if "by" in split_name(name):
        return None  # who changed it
    for candidate in (joined, last_word(name)):
        if candidate in labels:
            return int(labels.index(candidate)) + (0 if candidate == joined else 20)
    return None


@cache
def name_keys(name: str) -> tuple[str, ...]:
    """A name as word lists may have it: whole, without "at" and the like, without "date", its last word when that says enough."""
    parts = list(split_name(name))
    keys = ["_".join(parts)]
    while len(parts) > 1 and parts[-1] in words("vocabulary")["drop_suffixes"]:
        parts.pop()
    keys.append("_".join(parts))
    times = {"date", "time", "day", "datetime"}
    if len(parts) > 1 and parts[-1] in times:
        parts.pop()
        keys.append("_".join(parts))
    return (*keys, parts[-1]) if len(parts) == 1 or parts[-1] not in times else tuple(keys)


def has_extremes(name: str) -> bool:
    """Whether people speak of the first and the last by this field: the cheapest, the newest."""
    return any(key in words("arguments")["superlatives"]["by_field"] for key in name_keys(name))


def superlative(name: str, op: str) -> str:
    """What the first or the last by a field is called: ``cheapest``, ``most recent``."""
    by_field = words("arguments")["superlatives"]["by_field"]
    return next((str(by_field[key].get(op, "")) for key in name_keys(name) if key in by_field), "")


def is_prose(name: str) -> bool:
    """Whether a field holds running text."""
    return last_word(name) in words("vocabulary")["prose"]


def is_person(entity: str) -> bool:
    """Whether things of this entity are people."""
    return last_word(entity) in words("vocabulary")["people"]


@cache
def creating(entity: str) -> str:
    """What people say was done to things that a service calls created: a booking was made, an order placed, somebody added."""
    came_about = words("vocabulary")["came_about"]
    called = (noun(entity), last_word(noun(entity)))
    own = next((participle for name in called for participle, nouns in came_about.items() if name in nouns), "created")
    return "added" if is_person(entity) else own


def is_reachable(entity: str) -> bool:
    """Whether things of this entity are written to and called: people, companies."""
    return is_person(entity) or last_word(entity) in words("relations")["reachable"]


def stands_for_somebody(entity: str) -> bool:
    """Whether things of this entity are people, or somebody's: a membership, an account."""
    return is_person(entity) or last_word(noun(entity)) in words("vocabulary")["stand_for_people"]


def is_title_of_a_person(field: FieldSpec, entity: EntitySpec) -> bool:
    """Whether a field says what a person does, where others hold the name: the job title beside the family name."""
    return is_title(field.wire) and any("_".join(split_name(other.wire)) in words("vocabulary")["of_people"] for other in entity.fields)


def is_title(name: str) -> bool:
    """Whether a field of a person says what the person does."""
    return last_word(name) in words("vocabulary")["titles_of_people"]


@cache
def _names_of_people() -> tuple[frozenset[str], frozenset[str]]:
    """The first and the last names that records of people are seeded with, in lower case."""
    listed = read_yaml((bundled("lexicons/seeding") / "common.yaml").read_text(encoding="utf-8"))["words"]
    pools = words("values")["pools"]
    first, last = ({str(name).lower() for name in (*listed[key], *pools[key])} for key in ("first_name", "last_name"))
    return frozenset(first), frozenset(last)


@cache
def is_name_of_a_person(text: str) -> bool:
    """Whether a text is what a person is called, or logs in by: ``Mara Novak``, ``mnovak``."""
    first, last = _names_of_people()
    parts = [part for part in re.split(r"[ ._]", text.lower()) if part]
    if len(parts) == 1:
        return parts[0] in first or (text.islower() and parts[0][1:] in last)
    return len(parts) == 2 and parts[0] in first and parts[1] in last


def is_holder(entity: str) -> bool:
    """Whether things are owned through things of this entity, or by them: an account, a person."""
    return is_person(entity) or last_word(entity) in words("vocabulary")["holders"]


def has_amounts(entity: str) -> bool:
    """Whether things of this entity are so much money, or cost it: a payment in euros, not a location in euros."""
    vocabulary = words("vocabulary")
    return last_word(noun(entity)) in {*vocabulary["known_by_amount"], *vocabulary["priced"]}


def is_container(entity: str) -> bool:
    """Whether other things are said to be in things of this entity."""
    return last_word(entity) in words("vocabulary")["containers"]


@cache
def is_sign(name: str) -> bool:
    """Whether a field holds an identifier made for people: a plate, a code."""
    return last_word(name) in words("vocabulary")["human_identifiers"]


def can_be_said(field: FieldSpec, value: Any) -> bool:
    """Whether an identifier is one that people say: an e-mail address, an order number, a code, a name; never an internal id."""
    text = str(value)
    if "@" in text or is_sign(field.wire) or (is_label(field.wire) and not _MINTED.search(text)):
        return True
    return isinstance(value, str) and text.isalpha() and len(text) > 1


def is_internal(entity: EntitySpec, value: Any) -> bool:
    """Whether a key is an internal id, which no request may contain."""
    key = next(field for field in entity.fields if field.name == entity.key)
    return not can_be_said(key, value)


@cache
def enum_words(value: str) -> str:
    """An enum value as people say it."""
    listed = words("vocabulary")["enum_words"]
    known = listed.get(value, listed.get(value.lower()))
    if known is not None:
        return str(known)
    if re.fullmatch(r"[A-Z0-9]{2,3}", value):
        return value
    parts = [word for name in split_name(value) for word in (english.parts_of(name) or (name,))]
    capitals = words("vocabulary")["capitals"]
    return " ".join(part.capitalize() if part in capitals else part for part in parts) or value


@cache
def is_qualified(name: str, entity: str | None = None) -> bool:
    """Whether a field is another than the one its last word names: the condition price is not the price."""
    parts = split_name(name)
    if "_".join(parts) in words("arguments")["by_field"] or last_word(name) in {"date", "time", "day"}:
        return False
    vocabulary = words("vocabulary")
    return not set(parts[:-1]) <= {*vocabulary["plain_qualifiers"], *vocabulary["drop_suffixes"], *split_name(entity or "")} and not (
        set(parts[1:]) <= set(vocabulary["drop_suffixes"])
    )


def of_number(frames: list[str], entity: str | None) -> list[str]:
    """The frames that fit what is asked for in the plural: of what is not counted, such as maintenance, nobody asks what there "are"."""
    mass = entity is not None and plural(noun(entity)) == noun(entity)
    return [frame for frame in frames if not _ARE.search(frame)] or frames if mass else frames


@cache
def sought(tool: str, entity: str) -> str:
    """What is looked for, in the plural: of people what they are wanted as, ``reviewers`` where ``find_reviewers`` gives scholars."""
    spelt = split_name(tool) or ("",)
    last, role = spelt[-1], spelt[-1].removesuffix("s")
    wanted = spelt[0] == "find" and last != role and is_person(entity) and is_person(role)
    return last if wanted else plural(noun(entity))


@cache
def without_owner(field: str, entity: str | None) -> str:
    """The words of a field without the kind of thing that has it: of a project the name, not the project name."""
    kind = noun(entity).lower() if entity else ""
    return field.removeprefix(f"{kind} ") if kind else field


@cache
def says_what_it_is(value: Any, entity: str) -> bool:
    """Whether a choice says no more than what kind of thing something is: a rental that is rented, an enrolment that is enrolled."""
    last, said = last_word(noun(entity)).lower(), str(value).lower()
    alike = len(said) > _STEM and said[:_STEM] == last[:_STEM]
    return alike and (said.endswith("ed") or last.startswith(said)) and said != last


def is_adjective(state: str) -> bool:
    """Whether a state is said before its noun: ``pending``, ``shipped``, ``in-progress``."""
    vocabulary = words("vocabulary")
    return state not in vocabulary["after_the_noun"] and (state.endswith("ed") or "-" in state or state in vocabulary["adjectives"])


def as_a_choice(spoken: str) -> str:
    """A choice of several words in quotation marks, so that it does not run into its sentence; ``in progress`` needs none."""
    first = spoken.split(" ", 1)[0]
    return spoken if " " not in spoken or first in words("vocabulary")["opens_a_state"] or spoken.startswith('"') else f'"{spoken}"'


def kept_for(split: Split, phrases: list[str]) -> list[str]:
    """The phrases a split may use: a fifth of each list, chosen by hash, appears in the test split only."""
    if split == "test":
        return phrases
    return [phrase for place, phrase in enumerate(phrases) if place == 0 or not phrase or sha256(phrase.encode()).digest()[0] % 5]
