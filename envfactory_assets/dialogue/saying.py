"""Single values and what their fields are called, at one moment: what phrases for filters, details and marks are made of."""

import re
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.phrases import Phrase, fill, plain, said
from envfactory_assets.dialogue.roughly import ROUGHLY, beginning_words, recent_words, rough_words
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.wording import (
    DateStyle,
    amount_figures,
    currency_words,
    kind_of,
    moment,
    spelled,
    value_words,
    with_preposition,
)
from envfactory_assets.records import FieldSpec, Split

Predicate = dict[str, Any]
SPELLED_OUT = 0.5  # how often a round amount is written in words
_INDEX = re.compile(r"\[\d+\]")
_CHOICE = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)+|[A-Z]{4,}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_COUNTED = re.compile(r" weeks | days | before yesterday")


def is_reason(name: str) -> bool:
    """Whether a field says why."""
    return lexicon.last_word(name) == "reason"


def _is_a_name(name: str) -> bool:
    """Whether a field holds what something or somebody is called: a title, the customer of an order."""
    somebody = lexicon.last_word(name) in {*lexicon.words("vocabulary")["named_apart"], *lexicon.words("vocabulary")["people"]}
    return (lexicon.is_label(name) or somebody) and not lexicon.is_prose(name)


class Sayer:
    """Words for the values of predicates, at one moment."""

    def __init__(self, services: Services, env_id: str, now: datetime, style: DateStyle, split: Split, rng: Random) -> None:
        self._services = services
        self._env_id = env_id
        self._now = now
        self._style = style
        self._split = split
        self._rng = rng
        self.moves = False  # whether the wish puts a thing to another time
        self.into = False  # whether the wish puts a thing, or another like it, somewhere
        self.paid_in: tuple[str, str] | None = None  # the currency of what the wish is about, and the predicate that says it
        self.notes = False  # whether running text goes with an act on a thing that is there
        self._named = False  # whether the thing to be made has its name already
        self._lists = lexicon.words("arguments")

    def _choose(self, frames: list[str]) -> str:
        return self._rng.choice(lexicon.kept_for(self._split, frames))

    def field_of(self, predicate: Predicate) -> FieldSpec | None:
        """The entity's field a predicate is about."""
        name = predicate["path"].split(".")[-1] if predicate["path"] and not predicate["path"].endswith("]") else predicate["field"]
        return self._services.field(self._env_id, predicate["entity"], name)

    @staticmethod
    def name_of(predicate: Predicate) -> str:
        """The field's name as written."""
        path = _INDEX.sub("", predicate["path"].split(".")[-1])
        return path or predicate["field"] or predicate["parameter"]

    def words_of(self, predicate: Predicate) -> str:
        """What people call the field; a part of a larger value is named with the whole."""
        own = lexicon.field_words(self.name_of(predicate))
        if not predicate["path"] or predicate["path"].endswith("]"):
            return own
        outer = [part.split("[")[0] for part in predicate["path"].split(".")[:-1]] or [predicate["parameter"]]
        whole = lexicon.field_words(outer[-1] or predicate["parameter"])
        if own in lexicon.words("vocabulary")["bare_parts"]:
            return whole
        return own if set(whole.split()) & set(own.split()) or whole.endswith("s") else f"{whole} {own}"

    def kind(self, predicate: Predicate) -> str:
        """The type by which the value is worded."""
        field = self.field_of(predicate)
        value = predicate["value"]
        if field is None and predicate["enum"]:
            return "enum"
        if predicate["op"] in {"on", ROUGHLY}:
            return "date"
        if isinstance(value, str) and predicate["type"] in {"date", "datetime"}:
            return "datetime" if "T" in value else "date"
        if (predicate["path"] or field is None) and isinstance(value, str) and _DAY.match(value) and moment(value) is not None:
            return "datetime" if "T" in value else "date"
        return kind_of(field, value)

    def value(self, predicate: Predicate) -> str:
        """The value in words."""
        name, kind = self.name_of(predicate), self.kind(predicate)
        if predicate["op"] == ROUGHLY:
            return self._choose(rough_words(predicate["value"], self._now.date()))
        if is_reason(name):
            return lexicon.enum_words(str(predicate["value"])) if kind == "enum" else str(predicate["value"])
        if isinstance(predicate["value"], list) and all(_CHOICE.fullmatch(str(item)) for item in predicate["value"]):
            kind = "enum"
        bound = predicate["op"] in {"ge", "le"}
        if predicate["op"] == "ge" and (begins := self._begins(predicate, kind)):
            return self._choose(begins)
        style = replace(self._style, relative=False) if bound and self._is_counted_back(predicate, kind) else self._style
        text = value_words(predicate["value"], kind, self._now, style, naming=_is_a_name(name))
        prefix = f"{lexicon.last_word(name)} "
        short = text.removeprefix(prefix)
        field = self.field_of(predicate)
        alike = [choice for choice in (field.enum if field else ()) if lexicon.enum_words(choice).endswith(short)]
        if kind != "enum" or isinstance(predicate["value"], list):
            return text.strip('"') if lexicon.last_word(name) in lexicon.words("arguments")["never_quoted"] else text
        bare = predicate["role"] != "referent" and ((field is not None and self._all_begin(field, prefix)) or len(alike) == 1)
        return lexicon.as_a_choice(short if bare else text)

    def spoken(self, predicate: Predicate) -> Phrase:
        """The value with the words it takes: an amount with its currency where that is known, ``fifty euros``."""
        amount = predicate["value"]
        code, own = (predicate["currency"], None) if predicate.get("currency") else self.paid_in or ("", None)
        words = currency_words(code, amount) if code and self.is_sum(predicate) else None
        if words is None:
            return said(self.value(predicate), predicate["id"])
        figures = (spelled(amount) if self._rng.random() < SPELLED_OUT else None) or amount_figures(amount)
        return said(figures, predicate["id"]) + " " + (said(words, own) if own is not None else plain(words))

    def is_sum(self, predicate: Predicate) -> bool:
        """Whether a value is so much money."""
        number = isinstance(predicate["value"], int | float) and not isinstance(predicate["value"], bool)
        name = self.name_of(predicate)
        return number and not predicate["path"] and (self.kind(predicate) == "money" or fields.is_money(name)) and fields.is_familiar(name)

    def _begins(self, predicate: Predicate, kind: str) -> list[str]:
        """How a bound is called that is where a part of the calendar begins."""
        read = moment(str(predicate["value"])) if kind in {"date", "datetime"} and self._style.relative else None
        return beginning_words(read.date(), self._now.date()) if read is not None and not (read.hour or read.minute) else []

    def recent(self, predicate: Predicate) -> list[str]:
        """How a lower bound is said as the days up to now: ``the last two weeks``; nothing for any other day."""
        kind = self.kind(predicate)
        read = moment(str(predicate["value"])) if kind in {"date", "datetime"} and self._style.relative else None
        exact = read is not None and not (read.hour or read.minute) and predicate["op"] == "ge"
        return recent_words(read.date(), self._now.date()) if read is not None and exact else []

    def _is_counted_back(self, predicate: Predicate, kind: str) -> bool:
        """Whether a day would be counted in weeks or days, which goes with no "since"."""
        dated = kind in {"date", "datetime"} and isinstance(predicate["value"], str)
        return dated and _COUNTED.search(value_words(predicate["value"], kind, self._now, self._style)) is not None

    @staticmethod
    def _all_begin(field: FieldSpec, prefix: str) -> bool:
        """Whether every choice of a field begins with the field's own name, which nobody repeats."""
        known = [str(choice) for choice in field.enum if "unspecified" not in str(choice).lower()]
        return len(known) > 1 and all(lexicon.enum_words(choice).startswith(prefix) for choice in known)

    def _filled(self, predicate: Predicate, frames: list[str]) -> Phrase:
        name = self.name_of(predicate)
        words = self.words_of(predicate) if predicate["path"] else fields.noun_of(name)
        words = lexicon.whose_name(name, predicate["entity"]) or lexicon.without_owner(words, predicate["entity"])
        if predicate["value"] == 1 and (counted := fields.counted(name, 1)):
            words = counted
        value = self.spoken(predicate)
        dated = with_preposition(value.text)
        prefix = dated[: len(dated) - len(value.text)]
        frame = self._choose(frames)
        if frame.startswith("created "):
            frame = f"{lexicon.creating(predicate['entity'] or '')} {frame.removeprefix('created ')}"
        if frame.split(" ", 1)[0] in self._lists["bounds"]["participles"] and not frame.startswith("due") and self._is_ahead(predicate):
            frame = f"to be {frame}"
        return fill(frame, v=value, d=plain(prefix) + value, field=words, a_field=lexicon.a(words), the_field=f"the {words}")

    def _is_ahead(self, predicate: Predicate) -> bool:
        """Whether a value is a moment that has not come yet."""
        read = moment(str(predicate["value"])) if self.kind(predicate) in {"date", "datetime"} else None
        return read is not None and read.date() > self._now.date()

    def _is_over(self, predicate: Predicate) -> bool:
        """Whether a value is a moment of a day that has passed."""
        read = moment(str(predicate["value"])) if self.kind(predicate) in {"date", "datetime"} else None
        return read is not None and read.date() < self._now.date()

    def _frames(self, table: str, name: str) -> list[str]:
        for key in lexicon.name_keys(name):
            if key in self._lists[table]:
                return list(self._lists[table][key])
        return []
