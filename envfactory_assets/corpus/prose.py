"""Reading descriptions: what a sentence says of a parameter or a field, as facts.

A description may say whose key a value is, what it chooses records by and how, or that it chooses none. What is read holds no prose:
an extract carries it below ``x-said`` beside the type, for documents whose descriptions it leaves out.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache, reduce
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from envfactory_assets.bundled import read_yaml
from envfactory_assets.corpus.document import JsonSchema, Parameter

SAID = "x-said"
"""The keyword of a schema that holds what its description said."""
SAYING_MORE = ("ible", "able", "ing", "ed")
"""Ends of words after a noun that are no part of its name."""
Role = Literal["filter", "search", "sort", "page", "size", "shape"]
Comparison = Literal["eq", "ge", "le", "contains", "any_of"]
_FILE = Path(__file__).with_name("prose.yaml")
_LONGEST = 400
_LONGEST_TOLD = 1200
_MOST_WORDS = 3
_MOST_TERMS = 4
_MOST_SPOKEN = 7
"""Words that say something: a description of more speaks of more than one property."""
_MARKS = re.compile(r"<[^>]{0,80}>|\]\([^)]{0,200}\)|https?://\S+|[`*\"\[\]{}~#]")
_SPEAKS_OF_KEYS = re.compile(r"(?i)id\b|ids\b|identifier|slug|belong|owned|linked|assigned|associated|related|part of")
_SPEAKS_OF_STATES = re.compile(r"(?i)\b(?:status|state)(?:es|s)?\b|\bonly\b|\bcurrently\b")
_SPEAKS_OF_READING = re.compile(r"only|always")
_REFUSING = re.compile(r"[^.]*\b(?:cannot|can not|can't|may not|must not)\b[^.]*")
_KEYS = frozenset({"role", "operator", "by", "of", "names", "key", "flag", "sole", "follows", "fixed", "same", "binds", "limited"})
_TERM = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a description says.

    Attributes:
        role: what a parameter is for; ``shape``: how the answer looks.
        operator: how it compares, where that is said.
        by: the property it chooses by, as the description calls it, in snake case.
        of: further words that may name properties.
        names: the thing whose key the value is, in snake case.
        key: whether it is said to be a key.
        flag: whether it is said to be true or false, whatever its type.
        sole: whether one of several has it: the default, the active one.
        follows: whether the service works it out of another value of the record.
        fixed: whether it stays as the record was made with it, so that updates do not change it.
        binds: whether it says what lies in the record may be: private projects cannot contain public repositories.
        limited: whether conditions of its own say when it may be set.
        same: the property that says the same, in whose favour it is given up or with which it is kept in step; its name without marks.
    """

    role: Role | None = None
    operator: Comparison | None = None
    by: str | None = None
    of: tuple[str, ...] = ()
    names: str | None = None
    key: bool = False
    flag: bool = False
    sole: bool = False
    follows: bool = False
    fixed: bool = False
    binds: bool = False
    limited: bool = False
    same: str | None = None

    def plain(self) -> dict[str, Any]:
        """What it holds as JSON, without what is not said."""
        return {key: list(value) if key == "of" else value for key, value in asdict(self).items() if value}

    def within(self, known: frozenset[str]) -> "Said":
        """What remains when only names that a document knows are kept.

        Args:
            known: the document's names of properties and things, in snake case.
        """
        by = self.by if self.by and (self.by in known or not _unknown(self.by, known)) else None
        spoken = {*self.of, *(self.by or "").split("_")}
        fitting = [name for name in known if name.count("_") < _MOST_WORDS and _told(name, spoken)]
        of = sorted(fitting, key=lambda name: (-name.count("_"), name))[:_MOST_TERMS]
        same = self.same if self.same in {squeezed(name) for name in known} else None
        return replace(self, by=by, of=tuple(of), names=_known_start(self.names, known) if self.names else None, same=same)


def squeezed(name: str) -> str:
    """A name without its marks and capitals, as descriptions are read."""
    return name.replace("_", "").lower()


def _told(name: str, spoken: set[str]) -> bool:
    """Whether words tell all that says something in a name."""
    told = set(name.split("_")) - _reading().ends or {name}
    return told <= spoken


def _unknown(name: str, known: frozenset[str]) -> bool:
    """Whether no end of a name is known."""
    parts = name.split("_")
    return not any("_".join(parts[start:]) in known for start in range(len(parts)))


def _known_start(name: str, known: frozenset[str]) -> str | None:
    """A name without the words after it that say more of it: ``account_responsible``."""
    while _unknown(name, known) and name.endswith(SAYING_MORE) and "_" in name:
        name = name.rpartition("_")[0]
    return None if _unknown(name, known) else name


NOTHING = Said()


def is_read_only(text: Any) -> bool:
    """Whether a description says that a value is only ever read: ``Output only.``, where the schema itself does not."""
    if not isinstance(text, str) or not _SPEAKS_OF_READING.search(plain := " ".join(text.lower().split())):
        return False
    return any(pattern.search(plain) for pattern in _reading().patterns["read_only"])


def states_named(text: Any) -> tuple[str, ...]:
    """The states that a description of an operation speaks of, in snake case: ``only memos with the Draft status can be cancelled``."""
    if not isinstance(text, str) or not _SPEAKS_OF_STATES.search(text):
        return ()
    plain = _REFUSING.sub(" ", plainly(text[:_LONGEST_TOLD]))
    found = [word for pattern in _reading().patterns["states"] for match in pattern.finditer(plain) for word in match.groups() if word]
    return tuple(sorted({part for each in found for part in re.split(r",? (?:or|and|nor) |, ", each)} - _reading().empty))[:_MOST_TERMS]


def said_by(parameter: Parameter) -> Said:
    """What the description of a parameter says."""
    known = parameter.schema_.get(SAID)
    if isinstance(known, dict):
        return _kept(known)
    return read_prose(parameter.description or parameter.schema_.get("description"))


def said_of(schema: JsonSchema) -> Said:
    """What the description in a schema says."""
    known = schema.get(SAID)
    return _kept(known) if isinstance(known, dict) else read_prose(schema.get("description"))


def named_in(schema: JsonSchema, *, key: bool) -> str | None:
    """The thing whose key the description in a schema says the value is, and nothing else of what it says.

    Args:
        schema: a schema with a description, or with what one said.
        key: whether the value is called a key: then what it is said to belong to is meant too.
    """
    known = schema.get(SAID)
    if isinstance(known, dict):
        return known.get("names")
    text = schema.get("description")
    return _named_in(text[:_LONGEST], key) if isinstance(text, str) and _SPEAKS_OF_KEYS.search(text, 0, _LONGEST) else None


def is_said(value: Any) -> bool:
    """Whether a value of ``x-said`` is one that packing writes."""
    if not isinstance(value, dict) or not value or not value.keys() <= _KEYS:
        return False
    terms = [
        value.get("by", "x"),
        value.get("names", "x"),
        value.get("same", "x"),
        *(value["of"] if isinstance(value.get("of"), list) else ()),
    ]
    return (
        value.get("role", "filter") in get_args(Role)
        and value.get("operator", "eq") in get_args(Comparison)
        and value.get("key", True) is True
        and value.get("flag", True) is True
        and value.get("sole", True) is True
        and value.get("follows", True) is True
        and value.get("fixed", True) is True
        and value.get("binds", True) is True
        and value.get("limited", True) is True
        and isinstance(value.get("of", []), list)
        and all(isinstance(term, str) and _TERM.fullmatch(term) for term in terms)
    )


def _kept(value: dict[str, Any]) -> Said:
    return Said(**(value | {"of": tuple(value.get("of", ()))}))


def read_prose(text: Any) -> Said:
    """What a description says; nothing when there is none."""
    return _read(text[:_LONGEST]) if isinstance(text, str) and text else NOTHING


@lru_cache(maxsize=20_000)
def _named_in(text: str, key: bool) -> str | None:
    patterns = _reading().patterns
    return _named((*patterns["keys"], *(patterns["holders"] if key else ())), _first_sentence(plainly(text)))


@lru_cache(maxsize=20_000)
def _read(text: str) -> Said:
    plain = plainly(text)
    first = _first_sentence(plain)
    if not first:
        return NOTHING
    reading = _reading()
    names = _named((*reading.patterns["keys"], *reading.patterns["holders"]), first) if _SPEAKS_OF_KEYS.search(first) else None
    role = _role(first)
    operator: Comparison | None = None
    if role in {None, "filter"}:
        operator = _operator(first, plain)
    empty = reading.empty
    words = list(dict.fromkeys(word for word in re.findall(r"[a-z][a-z0-9]*", first.replace("_", " ")) if word not in empty))
    return Said(
        role=role,
        operator=operator,
        by=_named(reading.patterns["by"], first) if role in {None, "filter", "search"} else None,
        of=tuple(words) if role in {None, "filter"} and len(words) <= _MOST_SPOKEN else (),
        names=names,
        key=any(pattern.search(first) for pattern in reading.patterns["itself"]) and (names is None or "unique" in first),
        flag=any(pattern.search(first) for pattern in reading.patterns["flag"]),
        sole=any(pattern.search(first) for pattern in reading.patterns["sole"]),
        follows=role is None and any(pattern.search(plain) for pattern in reading.patterns["follows"]),
        fixed=any(pattern.search(plain) for pattern in reading.patterns["fixed"]),
        binds=any(pattern.search(plain) for pattern in reading.patterns["binds"]),
        limited=any(pattern.search(plain) for pattern in reading.patterns["limited"]),
        same=next((squeezed(found[1]) for pattern in reading.patterns["same"] if (found := pattern.search(plain))), None),
    )


def plainly(text: str) -> str:
    """A description in lower case without marks; names in it as words joined by underscores."""
    unmarked = _MARKS.sub(" ", text.replace("&nbsp;", " "))
    joined = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", unmarked)
    return " ".join(joined.lower().split())


def _first_sentence(plain: str) -> str:
    """The first sentence that says anything, without what it is marked with: ``Optional.``."""
    reading = _reading()
    for sentence in re.split(r"(?<=[a-z0-9)])[.!;:](?:\s|$)", plain):
        said = reading.asides.sub("", sentence.strip(" .,-:;!")).strip(" .,-:;!")
        for pattern in reading.patterns["leads"]:
            said = pattern.sub("", said)
        if said:
            return re.sub(r"\s*\([^)]*\)", "", said)[:200] or said[:200]
    return ""


def _role(first: str) -> Role | None:
    reading = _reading()
    roles = reading.roles
    page, size = (min((f.start() for p in roles[role] if (f := p.search(first))), default=None) for role in ("page", "size"))
    if page is not None or size is not None:
        return "size" if page is None or (size is not None and size < page) else "page"
    chooses = any(pattern.search(first) for pattern in reading.patterns["choosing"])
    if chooses:
        return "filter"
    for role in ("sort", "shape", "search"):
        if any(pattern.search(first) for pattern in roles[role]):
            return role
    return "filter" if any(pattern.search(first) for pattern in reading.patterns["showing"]) else None


def _operator(first: str, plain: str) -> Comparison | None:
    reading = _reading()
    lower = min((found.start() for pattern in reading.patterns["lower"] if (found := pattern.search(first))), default=None)
    upper = min((found.start() for pattern in reading.patterns["upper"] if (found := pattern.search(first))), default=None)
    if lower is not None or upper is not None:
        return "ge" if upper is None or (lower is not None and lower <= upper) else "le"
    if any(pattern.search(plain) for pattern in reading.patterns["several"]):
        return "any_of"
    return "contains" if any(pattern.search(first) for pattern in reading.patterns["part"]) else None


def _named(patterns: Iterable[re.Pattern[str]], first: str) -> str | None:
    """The name that the first fitting pattern reads, in snake case, without what says nothing before it."""
    stops, empty = _reading().stops, _reading().empty
    for pattern in patterns:
        for found in pattern.finditer(first):
            parts = re.findall(r"[a-z0-9_]+", found.group(found.lastgroup or 0).replace("'s", ""))
            ends = [index for index, part in enumerate(parts) if part in stops]
            if ends:
                parts = parts[: ends[0]] if found.lastgroup == "name" else parts[ends[-1] + 1 :]
            while parts and (parts[0] in empty or not _TERM.fullmatch(parts[0])):
                parts = parts[1:]
            while parts and parts[-1] in empty:
                parts = parts[:-1]
            if parts:
                return "_".join(parts)
    return None


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    the: tuple[str, ...]
    many: tuple[str, ...]
    stops: frozenset[str]
    empty: frozenset[str]
    ends: frozenset[str]
    asides: tuple[str, ...]
    types: tuple[str, ...]
    roles: dict[str, tuple[str, ...]]
    patterns: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Reading:
    """The words and compiled patterns of the file."""

    stops: frozenset[str]
    empty: frozenset[str]
    ends: frozenset[str]
    asides: re.Pattern[str]
    roles: dict[str, tuple[re.Pattern[str], ...]]
    patterns: dict[str, tuple[re.Pattern[str], ...]]


@cache
def _reading() -> _Reading:
    said = _Words.model_validate(read_yaml(_FILE.read_text(encoding="utf-8")))
    words = rf"[a-z][\w'-]*(?: [a-z][\w'-]*){{0,{_MOST_WORDS - 1}}}"
    fill = {
        "{the}": rf"(?:(?:{'|'.join(said.the)}) )*",
        "{many}": "|".join(said.many),
        "{name}": rf"(?P<name>{words})",
        "{last}": rf"(?P<last>{words})",
    }

    def compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(reduce(lambda text, each: text.replace(*each), fill.items(), pattern)) for pattern in patterns)

    return _Reading(
        stops=said.stops,
        empty=said.empty,
        ends=said.ends,
        asides=re.compile(
            rf"^(?:\(?(?:(?:{'|'.join(said.asides)})\)?(?:[\s:.,;-]+|$)|(?:{'|'.join(said.types)})\)?(?:\s*[:.,;)-]+\s*|$)))+"
        ),
        roles={role: compiled(patterns) for role, patterns in said.roles.items()},
        patterns={name: compiled(patterns) for name, patterns in said.patterns.items()},
    )
