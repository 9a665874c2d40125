"""How single values and attributes are said: phrases for filters, details and distinguishing marks."""

from datetime import datetime
from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.phrases import Phrase, fill, plain, said
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.wording import kind_of, value_words, with_preposition
from envfactory_assets.records import FieldSpec

Predicate = dict[str, Any]
_NUMBERS = {"money", "integer", "number"}


class Speaker:
    """Words for predicates, at one moment."""

    def __init__(self, services: Services, env_id: str, now: datetime, rng: Random) -> None:
        self._services = services
        self._env_id = env_id
        self._now = now
        self._rng = rng
        self._lists = lexicon.words("arguments")

    def field_of(self, predicate: Predicate) -> FieldSpec | None:
        """The entity's field a predicate is about."""
        name = predicate["path"].split(".")[-1] if predicate["path"] and not predicate["path"].endswith("]") else predicate["field"]
        return self._services.field(self._env_id, predicate["entity"], name)

    def name_of(self, predicate: Predicate) -> str:
        """The field's name as written."""
        path = "".join(c for c in predicate["path"].split(".")[-1] if not c.isdigit() and c not in "[]")
        return path or predicate["field"] or predicate["parameter"]

    def kind(self, predicate: Predicate) -> str:
        """The type by which the value is worded."""
        parameter = self._parameter_kind(predicate)
        field = self.field_of(predicate)
        kind = kind_of(field, predicate["value"])
        return parameter if field is None and parameter and not predicate["path"] else kind

    @staticmethod
    def _parameter_kind(predicate: Predicate) -> str:
        value = predicate["value"]
        if isinstance(value, str) and len(value) >= 10 and value[4:5] == "-" and value[7:8] == "-" and value[:4].isdigit():
            return "datetime" if "T" in value else "date"
        return "enum" if predicate.get("enum") else ""

    def value(self, predicate: Predicate) -> str:
        """The value in words."""
        naming = lexicon.is_label(self.name_of(predicate)) and not lexicon.is_prose(self.name_of(predicate))
        return value_words(predicate["value"], self.kind(predicate), self._now, self._rng, naming=naming)

    def detail(self, predicate: Predicate) -> Phrase:
        """A value after the thing it belongs to: ``due on 3 June``, ``with a budget of 500``."""
        kind, name = self.kind(predicate), self.name_of(predicate)
        if isinstance(predicate["value"], bool):
            frames = self._lists["by_type"]["boolean"]["true" if predicate["value"] else "false"]
            return said(fill(self._rng.choice(frames), field=lexicon.field_words(name)).text, predicate["id"])
        if predicate["role"] == "filter" and predicate["op"] in self._lists["bounds"]:
            return self._bound(predicate, kind, name)
        return self._filled(
            predicate, self._frames("by_field", name) or self._lists["by_type"].get(self._type(kind), self._lists["by_type"]["text"])
        )

    def _bound(self, predicate: Predicate, kind: str, name: str) -> Phrase:
        bounds = self._lists["bounds"]
        if predicate["op"] == "le" and {"price", "rate", "cost", "budget", "fare"} & set(lexicon.split_name(name)):
            return self._filled(predicate, bounds["rate_le"])
        by_kind = bounds[predicate["op"]]
        frames = by_kind.get("date" if kind in {"date", "datetime"} else "number" if kind in _NUMBERS else "text") or next(
            iter(by_kind.values())
        )
        return self._filled(predicate, frames)

    def attribute(self, predicate: Predicate) -> Phrase:
        """What tells a record from others, after its noun."""
        kind, name = self.kind(predicate), self.name_of(predicate)
        if predicate["op"] == "on" or kind in {"date", "datetime"}:
            frames = [f for f in self._frames("by_field", name) if "{d}" in f] or self._lists["attributes"]["date"]
        elif isinstance(predicate["value"], bool):
            frames = self._lists["attributes"]["boolean"]["true" if predicate["value"] else "false"]
            return said(fill(self._rng.choice(frames), field=lexicon.field_words(name)).text, predicate["id"])
        elif kind == "enum":
            frames = self._lists["attributes"]["enum"]
        else:
            frames = self._frames("by_field", name) or self._lists["attributes"]["number" if kind in _NUMBERS else "text"]
        return self._filled(predicate, [frame for frame in frames if not frame.startswith("and ")] or frames)

    def adjective(self, predicate: Predicate) -> str | None:
        """The attribute before the noun, where that is natural: ``booked``, ``high-priority``."""
        name, vocabulary = lexicon.last_word(self.name_of(predicate)), lexicon.words("vocabulary")
        if predicate["value"] is True:
            bare = lexicon.field_words(self.name_of(predicate)).removeprefix("is ").removeprefix("has ")
            return bare if " " not in bare and (bare.endswith("ed") or bare in vocabulary["adjective_booleans"]) else None
        if self.kind(predicate) != "enum" or predicate["op"] != "eq" or isinstance(predicate["value"], list):
            return None
        word = lexicon.enum_words(str(predicate["value"]))
        if len(word.split()) > 2:
            return None
        if name in vocabulary["compound_fields"]:
            return f"{word}-{name}"
        return word if name in vocabulary["adjective_fields"] else None

    def extreme(self, predicate: Predicate) -> str:
        """``cheapest``, ``earliest``, ``most recent``."""
        lists, op, name = self._lists["superlatives"], predicate["op"], self.name_of(predicate)
        field = self.field_of(predicate)
        for key in self._keys(name):
            if key in lists["by_field"]:
                return str(lists["by_field"][key][op])
        kind = field.type if field else "number"
        group = "date" if kind in {"date", "datetime"} else "number"
        word = str(lists[op][group])
        plain_date = group == "date" and lexicon.field_words(name) in {"date", "day", "time", "start", "starts", "arrives", "when"}
        return (
            word
            if plain_date
            else f"{word}-{lexicon.field_words(name).replace(' ', '-')}"
            if group == "number"
            else f"{word} {lexicon.field_words(name)}"
        )

    def change(self, predicate: Predicate, obj: Phrase) -> Phrase:
        """Setting one field of a thing: ``rename it to Spring``, ``move its due date to Friday``."""
        lists, kind, name = self._lists["changes"], self.kind(predicate), self.name_of(predicate)
        words = lexicon.field_words(name)
        slots: dict[str, Phrase | str] = {"obj": obj, "field": words, "the_field": f"the {words}"}
        if isinstance(predicate["value"], bool):
            frame = str(self._rng.choice(lists["boolean"]["true" if predicate["value"] else "false"]))
            before, after = frame.split("{obj}")
            return said(fill(before, field=words).text.strip(), predicate["id"]) + " " + obj + fill(after, field=words)
        if lexicon.is_prose(name):
            frames = lists["prose"]
        elif lexicon.label_rank(name) is not None:
            frames = lists["label"]
        elif isinstance(predicate["value"], list):
            frames = lists["list"]
        else:
            frames = lists[
                "date" if kind in {"date", "datetime"} else "number" if kind in _NUMBERS else "enum" if kind == "enum" else "text"
            ]
        return fill(self._rng.choice(frames), v=said(self.value(predicate), predicate["id"]), **slots)

    def further(self, predicate: Predicate) -> Phrase:
        """One more field changed in the same breath."""
        words = lexicon.field_words(self.name_of(predicate))
        if isinstance(predicate["value"], bool):
            return plain("and ") + said(f"turn {words} {'on' if predicate['value'] else 'off'}", predicate["id"])
        frame = self._rng.choice(self._lists["further_changes"])
        return fill(frame, the_field=f"the {words}", v=said(self.value(predicate), predicate["id"]))

    def stretch(self, first: Predicate, last: Predicate) -> Phrase | None:
        """Two dates as one stretch, when their fields go together."""
        names = [["_".join(lexicon.split_name(self.name_of(p)))] + list(self._keys(self.name_of(p))) for p in (first, last)]
        for start, end in self._lists["ranges"]["pairs"]:
            if start in names[0] and end in names[1]:
                v1, v2 = (said(self.value(p), p["id"]) for p in (first, last))
                return fill(self._rng.choice(self._lists["ranges"]["say"]), v1=v1, v2=v2)
        return None

    def role(self, parameter: str, np: Phrase, noun: str, entity: str) -> Phrase:
        """Another thing that a wish involves: ``for Mara``, ``in the Website project``."""
        for key in self._keys(parameter):
            if key in self._lists["roles"]:
                return fill(self._rng.choice(self._lists["roles"][key]), np=np)
        link = lexicon.words("vocabulary")["links"].get(noun.rsplit(" ", maxsplit=1)[-1])
        return plain(f"{link or ('in' if lexicon.is_container(entity) else 'for')} ") + np

    def same(self, field: str, np: Phrase) -> Phrase:
        """A value taken over from another record."""
        return fill(self._rng.choice(self._lists["same"]), field=lexicon.field_words(field), np=np)

    def _filled(self, predicate: Predicate, frames: list[str]) -> Phrase:
        words = lexicon.field_words(self.name_of(predicate))
        value = said(self.value(predicate), predicate["id"])
        dated = with_preposition(value.text)
        prefix = dated[: len(dated) - len(value.text)]
        return fill(
            self._rng.choice(frames), v=value, d=plain(prefix) + value, field=words, a_field=lexicon.a(words), the_field=f"the {words}"
        )

    def _frames(self, table: str, name: str) -> list[str]:
        for key in self._keys(name):
            if key in self._lists[table]:
                return list(self._lists[table][key])
        return []

    @staticmethod
    def _keys(name: str) -> list[str]:
        """A name as the lists may have it: whole, without "at" and the like, its last word."""
        parts = list(lexicon.split_name(name))
        keys = ["_".join(parts)]
        while len(parts) > 1 and parts[-1] in {*lexicon.words("vocabulary")["drop_suffixes"], "id", "ids", "gid"}:
            parts.pop()
        return [*keys, "_".join(parts), parts[-1]]

    @staticmethod
    def _type(kind: str) -> str:
        return "integer" if kind == "integer" else kind
