"""The word lists and naming rules under ``data/lexicons/seeding``, read once."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from envfactory_assets.bundled import bundled, read_yaml

_SLOT = re.compile(r"\{(\w+)\}")
_TELLING = re.compile(r"[^\W\d_]{4,}")  # words that are heard when they stand twice
_TRIES = 4
_DEEPEST = 4  # slots in what fills a slot
_TIME_WORD = "(?:_?(?:date|time|at|on|datetime|timestamp|utc|ts|day)_?){0,2}"
_TOGETHER = re.compile(r"([a-z]{3,}?)(urls?|uris?|ids?|code|name|number|e?mail|phone|address)")  # "redirecturl"
_PLAIN = ("ur", "e", "phone")  # what no other word ends in
_QUALIFIED = re.compile(r"_(en|fr|de|es|it|pt|nl|sv|ja|zh|v_\d+|\d+|string|text|value|raw|str|formatted|local|locali[sz]ed)$")
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def snake(name: str) -> str:
    """``CalendarEvent`` as ``calendar_event``."""
    return "_".join(word.lower() for word in _WORD.findall(name))


def spellings(word: str) -> tuple[str, ...]:
    """A word in snake case, as it is given and as British and American English spell it."""
    return (word, word.replace("cancelled", "canceled"), word.replace("canceled", "cancelled"))


UNKNOWN = frozenset({"guess", "category"})  # makers of texts of which the name says little


@dataclass(frozen=True)
class Rule:
    """How to fill a field whose name fits."""

    pattern: re.Pattern[str]
    how: dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A common kind of thing, and how its rows read."""

    name: str
    theme: str  # the file it comes from
    names: frozenset[str]
    person: bool = False
    keep_case: bool = False
    label: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """Everything the files say."""

    words: dict[str, tuple[str, ...]]
    kinds: tuple[Kind, ...]
    rules: dict[str, tuple[Rule, ...]]
    statuses: dict[str, frozenset[str]]
    pairs: tuple[tuple[str, ...], ...]
    amounts: dict[str, tuple[str, ...]]
    at_most: tuple[tuple[str, ...], ...]
    either: tuple[tuple[str, ...], ...]
    called: tuple[frozenset[str], ...]  # keys that are names: always, and where there is no other name
    places: tuple[dict[str, Any], ...]
    usual: dict[str, tuple[str, ...]]  # by what belongs to a place: what is known everywhere
    ambiguous: frozenset[str]
    forms: frozenset[str]
    joining: frozenset[str]
    telling: frozenset[str]
    planned: frozenset[str]
    intended: frozenset[str]
    done: dict[str, str]
    _by_name: dict[str, tuple[Kind, ...]] = field(default_factory=dict)

    def kind_of(self, name: str, themes: tuple[str, ...] = (), fields: tuple[str, ...] = (), home: str = "") -> Kind | None:
        """The kind an entity's name ends in; of several, the one that knows most of its fields, then the first in ``themes``.

        Args:
            name: the entity's name; a name that every trade uses its own way says nothing outside the trade it is from.
            themes: the themes the environment is about, best first.
            fields: the names of the entity's fields.
            home: the environment's domain; empty when it is not known.
        """
        words = [word for word in snake(name).split("_") if word not in self.forms] or snake(name).split("_")
        for start in range(len(words)):
            said = "_".join(words[start:])
            found = [kind for kind in self._by_name.get(said, ()) if self._fits(kind, said, home, fields)]
            if found:
                return min(
                    found, key=lambda kind: (-_known(kind, fields), themes.index(kind.theme) if kind.theme in themes else 99, kind.theme)
                )
        return None

    def _fits(self, kind: Kind, name: str, home: str, fields: tuple[str, ...]) -> bool:
        return not home or name not in self.ambiguous or kind.theme in {home, "common"} or _known(kind, fields) > 1

    def head_of(self, name: str) -> str:
        """What a name in snake case is about: a ``link_to_download`` is a link, the ``date_of_request`` a date."""
        words = name.split("_")
        if words[-1] in self.telling:
            return name
        place = next((place for place, word in enumerate(words) if word in self.joining and 0 < place < len(words) - 1), len(words))
        return name if words[place - 1] == "number" else "_".join(words[:place])

    def themes(self, names: list[str], home: str = "") -> tuple[str, ...]:
        """The themes that know these names, best first, the environment's domain before others: they settle what a name means."""
        votes: dict[str, float] = {home: 1.0} if home else {}
        for name in names:
            found = self._by_name.get(snake(name), ()) or self._by_name.get(snake(name).split("_")[-1], ())
            for kind in found:
                votes[kind.theme] = votes.get(kind.theme, 0) + 1 / len(found)
        votes["common"] = 0.5
        return tuple(sorted(votes, key=lambda theme: (-votes[theme], theme)))

    def rule_for(self, section: str, name: str, kind: Kind | None) -> Rule | None:
        """The first rule that fits a field: one for its whole name, else for what it is about; the kind's own before the section's."""
        own = kind.rules if kind else ()
        rules, head = (*own, *self.rules.get(section, ())), self.head_of(name)
        if head != name and section not in {"time", "boolean"}:
            whole = next((rule for rule in rules if (met := rule.pattern.fullmatch(name)) and not met.groupdict().get("prefix")), None)
            if whole is not None or (rule := self.rule_for(section, head, kind)) is not None:
                return whole or rule
        return next((rule for rule in rules if rule.pattern.fullmatch(name)), None)

    def spelt(self, section: str, name: str, kind: Kind | None) -> str:
        """A field's name as the rules know it: ``name_en`` is a name, a ``redirecturl`` a redirect_url; as it is where none does."""
        for known in (name, self._apart(name), _QUALIFIED.sub("", name)):
            if known and self.rule_for(section, known, kind) is not None:
                return known
        return name

    def knows(self, name: str) -> bool:
        """Whether a text of this name can be made without an example."""
        said = snake(name)
        rule = self.rule_for("text", self.spelt("text", said, None), None)
        return said in self.words if rule is None else rule.how.get("make") not in UNKNOWN

    def _apart(self, name: str) -> str:
        """A name that is written as one word, as two: a ``listid`` is a list_id, what is void is not."""
        before, mark, last = name.rpartition("_")
        met = _TOGETHER.fullmatch(last)
        return f"{before}{mark}{met[1]}_{met[2]}" if met and (met[2].startswith(_PLAIN) or met[1] in self._by_name) else ""

    def used(self, options: Sequence[str]) -> list[str]:
        """The values of an enumeration that rows have: not ``STATE_UNSPECIFIED``, unless there is nothing else."""
        return [option for option in options if not option.lower().endswith(tuple(self.statuses["never"]))] or list(options)

    def fill(self, template: str, random: Random) -> str:
        """A template with its slots filled from the word lists, which bring no word a second time if there is another way."""
        made = template
        for _ in range(_TRIES):
            made = template
            for _ in range(_DEEPEST):
                made = _SLOT.sub(lambda slot: random.choice(self.words[slot[1]]), made)
            own = Counter(_TELLING.findall(template.lower()))
            if all(count <= max(1, own[word]) for word, count in Counter(_TELLING.findall(made.lower())).items()):
                break
        return made


def _known(kind: Kind, fields: tuple[str, ...]) -> int:
    return sum(any(rule.pattern.fullmatch(field) for field in fields) for rule in kind.rules)


def _pattern(text: str) -> re.Pattern[str]:
    """A rule's pattern; ``~`` tries it on the end of the name."""
    return re.compile(f"(?P<prefix>.*?_)??(?:{text[1:]})" if text.startswith("~") else text)


def _times(entries: dict[str, list[str]]) -> tuple[Rule, ...]:
    """The rules of dates and moments: words, with ``at``, ``on``, ``date`` or ``time`` around them."""
    return tuple(
        Rule(re.compile(f"(?P<prefix>.*?_)??{_TIME_WORD}(?:{'|'.join(words)}){_TIME_WORD}"), {"when": when})
        for when, words in entries.items()
    )


def _rules(entries: dict[str, Any]) -> tuple[Rule, ...]:
    return tuple(Rule(_pattern(pattern), how) for pattern, how in entries.items())


def _kind(name: str, theme: str, said: dict[str, Any]) -> Kind:
    return Kind(
        name=name,
        theme=theme,
        names=frozenset(map(str, said["names"])),
        person=bool(said.get("person")),
        keep_case=bool(said.get("keep_case")),
        label=tuple(map(str, said.get("label", ()))),
        text=tuple(map(str, said.get("text", ()))),
        rules=_rules(said.get("fields", {})),
    )


@cache
def lexicon() -> Lexicon:
    """Read the files."""
    folder = bundled("lexicons/seeding")
    said = {path.stem: read_yaml(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))}
    fields, places = said.pop("fields"), said.pop("places")
    words: dict[str, tuple[str, ...]] = {}
    kinds: list[Kind] = []
    for theme, content in said.items():
        words |= {name: tuple(map(str, entries)) for name, entries in content.get("words", {}).items()}
        kinds += [_kind(name, theme, entry) for name, entry in content.get("kinds", {}).items()]
    by_name: dict[str, tuple[Kind, ...]] = {}
    for kind in kinds:
        for name in kind.names:
            by_name[name] = (*by_name.get(name, ()), kind)
    words |= {name: tuple(dict.fromkeys(place[name] for place in places["places"])) for name in ("city", "region", "country")}
    return Lexicon(
        words=words,
        kinds=tuple(kinds),
        rules={section: _rules(fields[section]) for section in ("text", "number", "money", "boolean", "list")}
        | {"time": _times(fields["time"])},
        statuses={name: frozenset(map(str, values)) for name, values in fields["status"].items()},
        pairs=tuple(map(tuple, fields["pairs"])),
        amounts={group: tuple(names) for group, names in fields["amounts"].items()},
        at_most=tuple(map(tuple, fields["at_most"])),
        either=tuple(map(tuple, fields["either"])),
        called=tuple(map(frozenset, fields["called"])),
        done=dict(fields["done"]),
        places=tuple({**place, "alpha3": places["alpha3"][place["code"]]} for place in places["places"]),
        usual={name: tuple(map(str, values)) for name, values in places["usual"].items()},
        **{name: frozenset(map(str, fields[name])) for name in ("ambiguous", "forms", "joining", "telling", "planned", "intended")},
        _by_name=by_name,
    )
