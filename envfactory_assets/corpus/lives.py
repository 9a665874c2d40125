"""Reading what descriptions say of states: which lead where, and in which a record stays as it is.

A document may describe each value of a status beside it (``enumDescriptions``, ``x-enum-elements``), in a list within the description of
the property, or name the allowed changes (``draft -> sent``). What is read holds no prose: it is kept below ``x-life`` beside the type, or
with the operation.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from envfactory_assets.bundled import read_yaml
from envfactory_assets.corpus.prose import plainly
from envfactory_assets.corpus.telling import spelt

LIFE = "x-life"
"""The keyword of a schema that holds what is said of its values as states."""
_FILE = Path(__file__).with_name("lives.yaml")
_LONGEST = 4000
_MOST_VALUES = 40
_SPEAKS = re.compile(
    r"(?i)not yet|modif|edit|chang|updat|mutat|read[- ]?only|->|=>|→|➔|➜|but is now|already|set the stat|in(?:to)? this stat"
)
_WORD = r"[a-z][a-z0-9_]{0,39}"
_THING = r"(?:[a-z][\w'-]*(?: [a-z][\w'-]*){0,4}?)"
_LISTED = re.compile(r"(?m)^[\s>]*[-*•+]?\s*[`'\"*_(]*([A-Za-z][\w -]{0,38}?)[`'\"*_)]*\s*(?::|=|-|\u2013|\u2014)\s+(\S.*)$")
_STATE = re.compile(_WORD)
_KEYS = {"to", "of", "never", "frozen", "only", "exact"}
_DESCRIBING = ("enumDescriptions", "x-enum-descriptions", "x-enum-elements")


@dataclass(frozen=True, slots=True)
class Life:
    """What is said of states, in snake case.

    Attributes:
        to: from a state those to which alone it leads.
        of: of a state those from which alone it comes; itself of one that only the service gives.
        never: of a state those from which it does not come, whatever others lead to it.
        frozen: states in which the record is not changed otherwise.
        only: states in which alone it is changed at all.
        exact: nothing but ``to`` is possible.
    """

    to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    exact: bool = False

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return bool(self.leads or self.never)

    @property
    def leads(self) -> bool:
        """Whether it says which states lead where, and not only which do not."""
        return bool(self.to or self.of or self.frozen or self.only)

    def plain(self) -> dict[str, Any]:
        """What it holds as JSON, without what is not said."""
        told = {key: value for key, value in asdict(self).items() if value}
        return {key: _listed(value) for key, value in told.items()}

    def within(self, states: Iterable[str]) -> "Life":
        """What remains when only states that a document lists are kept."""
        known = frozenset(states)

        def kept(told: Iterable[str]) -> tuple[str, ...]:
            return tuple(state for state in told if state in known)

        to = {state: kept(ends) for state, ends in self.to.items() if state in known and (not ends or kept(ends))}
        of = {state: kept(begins) for state, begins in self.of.items() if state in known and kept(begins)}
        never = {state: kept(begins) for state, begins in self.never.items() if state in known and kept(begins)}
        return Life(to, of, never, kept(self.frozen), kept(self.only), self.exact and bool(to))

    def beside(self, other: "Life") -> "Life":
        """What both say."""
        to, of, never = {**self.to, **other.to}, {**self.of, **other.of}, {**self.never, **other.never}
        return Life(to, of, never, (*self.frozen, *other.frozen), self.only or other.only, self.exact or other.exact)

    def narrowed(self, value: str, after: Sequence[str], ends: Iterable[str]) -> tuple[str, ...]:
        """Of the values that one may move to by what they mean those that it may by what is said, and those that are said to follow it.

        Args:
            value: from which it moves.
            after: what its meaning allows.
            ends: all that can be set.
        """
        state = spelt(value)
        if self.only and state not in self.only:
            return ()
        others = [end for end in ends if end != value]
        if state in self.to or self.exact:
            after = [end for end in others if spelt(end) in self.to.get(state, ())]
        else:
            after = [end for end in others if end in after or state in self.of.get(spelt(end), ())]
        after = [end for end in after if state not in self.never.get(spelt(end), ())]
        return tuple(end for end in after if spelt(end) not in self.of or state in self.of[spelt(end)])

    def keeps(self, values: Iterable[str]) -> tuple[str, ...]:
        """The values in which the record is not changed otherwise."""
        return tuple(v for v in values if spelt(v) in self.frozen or (self.only and spelt(v) not in self.only))


NO_LIFE = Life()


def tells_a_state(name: str) -> bool:
    """Whether a property is called a state."""
    return spelt(name).rpartition("_")[2] in _patterns().names


def is_life(value: Any) -> bool:
    """Whether a value of ``x-life`` is one that packing writes."""
    if not isinstance(value, dict) or not value or not value.keys() <= _KEYS or value.get("exact", True) is not True:
        return False
    maps = [value[key] for key in ("to", "of", "never") if key in value]
    lists = [value[key] for key in ("frozen", "only") if key in value]
    if not all(isinstance(each, dict) for each in maps):
        return False
    lists += [told for each in maps for told in each.values()] + [list(each) for each in maps]
    return all(isinstance(told, list) and all(isinstance(s, str) and _STATE.fullmatch(s) for s in told) for told in lists)


def life_kept(value: Any) -> Life:
    """What a schema or an operation holds of states."""
    if not is_life(value):
        return NO_LIFE
    to, of, never = ({state: tuple(told) for state, told in value.get(key, {}).items()} for key in ("to", "of", "never"))
    return Life(to, of, never, tuple(value.get("frozen", ())), tuple(value.get("only", ())), value.get("exact", False))


def life_of_values(values: Sequence[Any], description: Any, described: Any = None) -> Life:
    """What a property's description, and those of its values, say of them as states.

    Args:
        values: of the property.
        description: of the property; it may list its values.
        described: descriptions of the values, in their order, or each with the name of its value.
    """
    states = [spelt(value) for value in values if isinstance(value, str)]
    if not 1 < len(states) <= _MOST_VALUES or len(states) != len(values) - values.count(None):
        return NO_LIFE
    text = description[:_LONGEST] if isinstance(description, str) and _SPEAKS.search(description, 0, _LONGEST) else ""
    told = _by_state(states, described) if isinstance(described, list) else {}
    told |= {state: line for name, line in _LISTED.findall(text) if (state := spelt(name)) in states}
    told = {state: line for state, line in told.items() if isinstance(line, str) and _SPEAKS.search(line)}
    if not text and not told:
        return NO_LIFE
    life, reading = _told_of_several(text, states), _reading(tuple(states))
    for begins in _states_in(reading["begins"], plainly(text)):
        life = life.beside(Life({state: () for state in states if state not in begins}))
    for state, line in told.items():
        life = life.beside(_told_of_one(state, plainly(line[:_LONGEST]), reading)).beside(_told_of_several(line, states))
    return life.within(states)


def described_in(schema: Mapping[str, Any]) -> Any:
    """What a schema holds that describes its values one by one."""
    return next((schema[key] for key in _DESCRIBING if key in schema), None)


def _by_state(states: Sequence[str], described: list[Any]) -> dict[str, Any]:
    named = {
        spelt(each["name"]): each.get("description") for each in described if isinstance(each, dict) and isinstance(each.get("name"), str)
    }
    return named or dict(zip(states, described, strict=False))


def life_of_operation(description: Any) -> Life:
    """What an operation's description says of the states of what it changes, whatever they are."""
    if not isinstance(description, str) or not _SPEAKS.search(description, 0, _LONGEST):
        return NO_LIFE
    return _told_of_several(description, None)


def _told_of_one(state: str, text: str, reading: Mapping[str, tuple[re.Pattern[str], ...]]) -> Life:
    """What the description of one value says of it."""
    leads, came = _states_in(reading["leads"], text), _states_in(reading["came"], text)
    stays = not leads and any(pattern.search(text) for pattern in reading["stays"])
    to = {state: leads[0] if leads else ()} if leads or stays else {}
    frozen = (state,) if any(pattern.search(text) for pattern in reading["frozen"]) else ()
    given = any(pattern.search(text) for pattern in reading["given"])
    never = tuple(dict.fromkeys(later for told in _states_in(reading["before"], text) for later in told if later != state))
    of = {state: came[0] if came and not given else (state,)} if came or given else {}
    return Life(to, of, {state: never} if never else {}, frozen)


def _told_of_several(text: str, states: Sequence[str] | None) -> Life:
    """What a text says of states that it names."""
    said, reading = plainly(text[:_LONGEST]), _reading(tuple(states) if states is not None else None)
    to: dict[str, tuple[str, ...]] = {}
    for pattern in reading["arrows"]:
        for found in pattern.finditer(said):
            to[found[1]] = (*to.get(found[1], ()), found[2])
    of = {found[1]: _parts(found[2]) for pattern in reading["comes"] for found in pattern.finditer(said)}
    only = next(iter(_states_in(reading["only"], said)), ())
    already = tuple(dict.fromkeys(state for told in _states_in(reading["already"], said) for state in told))
    return Life(to, of, frozen=already, only=only, exact=bool(to)).beside(Life({} if to else dict.fromkeys(already, ())))


def _states_in(patterns: Iterable[re.Pattern[str]], text: str) -> list[tuple[str, ...]]:
    return [_parts(found[1]) for pattern in patterns for found in pattern.finditer(text)]


def _parts(text: str) -> tuple[str, ...]:
    """The states of a list in words: ``active or the declined``."""
    return tuple(part.removeprefix("the ") for part in re.split(r",? (?:or|and) |, ", text) if part)


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: list(told) for key, told in value.items()}
    return list(value) if isinstance(value, tuple) else value


class _Patterns(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    names: frozenset[str]
    frozen: tuple[str, ...]
    stays: tuple[str, ...]
    leads: tuple[str, ...]
    came: tuple[str, ...]
    given: tuple[str, ...]
    before: tuple[str, ...]
    arrows: tuple[str, ...]
    comes: tuple[str, ...]
    begins: tuple[str, ...]
    only: tuple[str, ...]
    already: tuple[str, ...]


@cache
def _patterns() -> _Patterns:
    return _Patterns.model_validate(read_yaml(_FILE.read_text(encoding="utf-8")))


@cache
def _reading(states: tuple[str, ...] | None) -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """The patterns for some states, or for states of any name."""
    one = "|".join(sorted(map(re.escape, states), key=len, reverse=True)) if states is not None else _WORD
    several = rf"(?:{one})(?:(?:, |,? or |,? and )(?:the )?(?:{one})){{0,6}}"
    fill = {"{states}": f"({several})", "{state}": f"({one})", "{thing}": _THING}
    told_by = _patterns().model_dump(exclude={"names"})
    return {name: tuple(re.compile(_filled(pattern, fill)) for pattern in told) for name, told in told_by.items()}


def _filled(pattern: str, fill: Mapping[str, str]) -> str:
    for word, written in fill.items():
        pattern = pattern.replace(word, written)
    return pattern
