"""What a user would put into an argument: sensible for the field, the thing and the moment."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.roughly import rounded_start
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.titles import title_like
from envfactory_assets.dialogue.wording import moment
from envfactory_assets.graph.workplaces import workplace
from envfactory_assets.records import FieldSpec, ParameterSpec, ToolSpec

_SLOT = re.compile(r"\{(\w+)\}")
_ROUND_FROM = 20  # a bound above is rounded to tens
_TRIES = 6  # draws of a name that nothing has yet
_OF_A_PERSON = re.compile(r"(\{(first|last)_name\}|[ .@a-z])+", re.IGNORECASE)
_OPAQUE = re.compile(r"(?=[0-9a-f-]*\d)[0-9a-f]{8}[0-9a-f-]{8,}")
_CODED = re.compile(r"[A-Z]{2,4}\d{3,}")
_PROGRAM = re.compile(r"\s*[\[{<].*[\]}>]", re.DOTALL)  # an object, a list or a page, written out
_ANY_TITLE = frozenset({"name", "title", "display_name", "label", "headline"})  # what a thing of any kind may be called by


class ValueMaker:
    """Draws values for the parameters of one environment, in its present state."""

    def __init__(self, services: Services, env_id: str, state: dict[str, Any], rng: Random) -> None:
        self._services = services
        self._env_id = env_id
        self._state = state
        self._rng = rng
        self.now = str(state["now"])
        self.caller = state.get("me")
        self._now = datetime.fromisoformat(self.now)
        self._days = 0
        self._changing = False
        self._place: dict[str, str] = {}  # the one place whose city and country they give
        self._person: dict[str, str] = {}  # the one person whose name, address and login the arguments of a call give

    def value(self, tool: ToolSpec, parameter: ParameterSpec) -> Any:
        """A value for one parameter; None when there is nothing sensible."""
        schema = self._resolved(tool.input_schema, tool.input_schema.get("properties", {}).get(parameter.name, {}))
        field = self._services.set_field(self._env_id, parameter)
        if parameter.role in {"filter", "search", "sort"} or (parameter.role == "other" and field is None):
            found = self._from_rows(tool, parameter, field)
            if found is not None or parameter.role == "search":
                return found
        families = {effect.family for effect in tool.effects}
        self._changing = "update" in families
        if families & {"create", "update"}:
            left = self._without(schema, "never_set", *(["not_at_first"] if "create" in families else []))
            if left is None and not parameter.required:
                return None
            schema = left or schema
        known_money = [code for code in schema.get("enum") or () if str(code).upper() in lexicon.words("vocabulary")["currencies"]]
        if known_money and lexicon.last_word(parameter.name) == "currency":
            schema = schema | {"enum": known_money}
        if "create" in families and schema.get("enum") and fields.is_state(parameter.name) and not parameter.required:
            known = set(lexicon.words("values")["at_first"])
            schema = schema | {"enum": [choice for choice in schema["enum"] if set(lexicon.split_name(str(choice))) <= known]}
            if not schema["enum"]:
                return None  # things get their state by themselves
        return self._made(tool.input_schema, schema, parameter.name, self._thing(tool, parameter), field)

    @staticmethod
    def _without(schema: dict[str, Any], *lists: str) -> dict[str, Any] | None:
        """A choice without what nobody sets, or what nothing starts as (deleted, refunded); None where nothing else can be chosen."""
        ends = {word for name in lists for word in lexicon.words("values")[name]}
        choices = [choice for choice in schema.get("enum", ()) if ends.isdisjoint(lexicon.split_name(str(choice)))]
        if not schema.get("enum"):
            return schema
        return schema | {"enum": choices} if choices else None

    def _thing(self, tool: ToolSpec, parameter: ParameterSpec) -> str:
        return parameter.entity or tool.returns.entity or (tool.effects[0].entity if tool.effects else None) or ""

    def rows(self, entity: str | None) -> list[dict[str, Any]]:
        """The rows of an entity, as in the state."""
        found = self._services.entity(self._env_id, entity)
        rows: list[dict[str, Any]] = self._state["tables"].get(found.table, []) if found else []
        return rows

    def workplace(self, entity: str) -> Any:
        """The key of the record that the session states to be worked in."""
        return workplace(self._services.specs[self._env_id], self._state, entity)

    def known_keys(self, entity: str) -> list[Any]:
        """Keys that people know by heart: codes, order numbers; never internal ids."""
        key = self._services.key_field(self._env_id, entity)
        held = [row.get(key.name) for row in self.rows(entity)] if key is not None else []
        return [value for value in held if key is not None and value is not None and lexicon.can_be_said(key, value)]

    def _from_rows(self, tool: ToolSpec, parameter: ParameterSpec, field: FieldSpec | None) -> Any:
        """A value that rows hold: what a filter or a search would find."""
        if parameter.enum and field is None:
            return self._rng.choice(parameter.enum)
        entity = self._thing(tool, parameter)
        rows = self.rows(entity)
        if parameter.role == "search" or parameter.operator == "contains":
            texts = self._label_words(entity, rows)
            return self._rng.choice(texts) if texts else None
        if field is None:
            return None
        held = [row.get(field.name) for row in rows]
        held = [item for value in held for item in (value if isinstance(value, list) else [value])]
        held = [value for value in held if isinstance(value, str | int | float | bool) and value != ""]
        if parameter.enum:
            held = [value for value in held if value in _distinct(list(parameter.enum))] or _distinct(list(parameter.enum))
        held = [
            value for value in held if not lexicon.says_what_it_is(value, entity) and not (isinstance(value, int | float) and value < 0)
        ]
        if parameter.enum and fields.is_state(parameter.name):
            held = [value for value in held if lexicon.is_adjective(lexicon.enum_words(str(value)))] or held
        if not held:
            return None
        if parameter.operator in {"le", "ge"}:
            return self._bound(sorted(held, key=lambda value: (str(type(value)), value)), parameter)
        return self._rng.choice(held)

    def _bound(self, held: list[Any], parameter: ParameterSpec) -> Any:
        """A bound that keeps some rows: rounded for numbers, a whole day for dates; nobody looks for amounts below nothing."""
        held = [value for value in held if not isinstance(value, int | float) or value > 0]
        if not held:
            return None
        place = len(held) * (2 if parameter.operator == "le" else 1) // 3
        chosen = held[min(place, len(held) - 1)]
        if isinstance(chosen, int | float) and not isinstance(chosen, bool) and (chosen > _ROUND_FROM or (chosen > 1 and chosen % 1)):
            step = 1 if chosen <= _ROUND_FROM else 10 if chosen < 1000 else 100
            up = parameter.operator == "le"
            rounded = (int(chosen) // step + (1 if up else 0)) * step
            return float(rounded) if parameter.type == "number" else rounded
        if parameter.operator == "ge" and isinstance(chosen, str) and (day := moment(chosen)) is not None and day < self._now:
            chosen = rounded_start(day, self._now).isoformat()
        if isinstance(chosen, str) and "T" in chosen and parameter.type != "date":
            return f"{chosen[:10]}T00:00:00Z"
        return chosen[:10] if parameter.type == "date" and isinstance(chosen, str) else chosen

    def _label_words(self, entity: str, rows: list[dict[str, Any]]) -> list[str]:
        found = self._services.entity(self._env_id, entity)
        written = [field for field in found.fields if field.type == "text"] if found else []
        written.sort(key=lambda field: (lexicon.label_rank(field.wire) is None, lexicon.label_rank(field.wire) or 0))
        if not written:
            return []
        texts = [row[written[0].name] for row in rows if isinstance(row.get(written[0].name), str)]
        unsearched = {"", *lexicon.words("values")["unsearched"], *_spellings(lexicon.last_word(lexicon.noun(entity)))}
        known = {word.strip(".,:;!?\"'()") for text in texts for word in text.split() if len(word) > 3 and "'" not in word} - unsearched
        whole = [(str(row.get(written[0].name)).casefold(), str(row).casefold()) for row in rows]
        plain = {word for word in known if all(word.casefold() in name for name, text in whole if word.casefold() in text)}
        return sorted(plain or known)  # what is looked for stands in the names of what is found

    def _resolved(self, root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            node: Any = root
            for part in schema["$ref"].removeprefix("#/").split("/"):
                node = node[part]
            schema = node
        for choice in schema.get("anyOf") or schema.get("oneOf") or ():
            if choice.get("type") != "null":
                return self._resolved(root, choice)
        return schema

    def _made(self, root: dict[str, Any], schema: dict[str, Any], name: str, thing: str, field: FieldSpec | None) -> Any:
        if "const" in schema or schema.get("enum"):
            return schema.get("const", self._rng.choice(_distinct(schema.get("enum") or [None])))
        match schema.get("type", "string"):
            case "object":
                return self._object(root, schema, thing)
            case "array":
                inner = self._resolved(root, schema.get("items", {}))
                made = self._made(root, inner, name, thing, None) if inner.get("type", "string") in {"string", "object"} else None
                return None if made is None else [made]
            case "boolean":
                return not self._changing or self._rng.random() < 0.7  # nobody says of a new thing what it is not
            case "integer":
                return int(self._number(schema, name, thing, field))
            case "number":
                return float(self._number(schema, name, thing, field))
            case _:
                return self._text(schema, name, thing, field)

    def _object(self, root: dict[str, Any], schema: dict[str, Any], thing: str) -> dict[str, Any] | None:
        properties = schema.get("properties", {})
        names = [name for name in properties if name in schema.get("required", ())]
        names = names or [name for name in properties if _is_told(name)][:2] or list(properties)[:2]
        made = {name: self._made(root, self._resolved(root, properties[name]), name, thing, None) for name in names}
        return None if not made or any(value is None for value in made.values()) else made

    def _number(self, schema: dict[str, Any], name: str, thing: str, field: FieldSpec | None) -> float:
        """A number like those other rows hold, rounded as people round."""
        low, high = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1), schema.get("maximum")
        if lexicon.last_word(name) in lexicon.words("values")["percentages"]:
            high = min(100, high) if high is not None else 100
        held = [row.get(field.name) for row in self.rows(thing)] if field else []
        numbers = [value for value in held if isinstance(value, int | float) and not isinstance(value, bool) and value > 0]
        if numbers:
            chosen = float(self._rng.choice(numbers)) * self._rng.choice([0.5, 0.8, 1.2, 1.5])
        else:
            small = lexicon.last_word(name) in lexicon.words("values")["small_numbers"]
            chosen = self._rng.choice([1, 2, 3, 4]) if small else self._rng.choice([15, 20, 25, 30, 40, 45, 60, 90, 120])
        if lexicon.last_word(name).endswith("s") or lexicon.last_word(name) in lexicon.words("values")["more_than_one"]:
            low = max(float(low), 2)  # things that are counted
        step = 1 if chosen < 20 else 5 if chosen < 100 else 10 if chosen < 1000 else 100
        chosen = max(step, round(chosen / step) * step)
        return max(float(low), min(float(chosen), float(high) if high is not None else float(chosen)))

    def _text(self, schema: dict[str, Any], name: str, thing: str, field: FieldSpec | None) -> str | None:
        kind = schema.get("format") or (field.type if field else None)
        born = not set(lexicon.split_name(name)).isdisjoint(lexicon.words("values")["births"])
        if born and kind in {"date", "date-time", "datetime"}:
            day = self._now - timedelta(days=self._rng.randint(20 * 365, 65 * 365))
            return day.date().isoformat() if kind == "date" else day.strftime("%Y-%m-%dT00:00:00Z")
        if kind == "date":
            return self._day().date().isoformat()
        if kind in {"date-time", "datetime"}:
            return self._day().strftime("%Y-%m-%dT%H:%M:%SZ")
        if kind == "time":
            return f"{self._rng.randint(8, 17):02d}:00:00"
        text = self._title(name, thing, field)
        if text == "":
            return None
        if text is None:
            text = self._listed(name, thing, [row.get(field.name) for row in self.rows(thing)] if field else ())
        if text is None and field is not None:
            held = sorted({str(row[field.name]) for row in self.rows(thing) if row.get(field.name)})
            text = self._rng.choice(held) if held and len(held[0]) < 60 else None
        if text is None and lexicon.last_word(name) in {"id", "ids", "key", "token", "uuid", "gid"}:
            return None
        if text is None:
            text = self._template("{Topic}")
        fits = re.search(schema["pattern"], text) is not None if "pattern" in schema else True
        return text if fits and schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)) else None

    def _day(self) -> datetime:
        """A coming day; each one asked for is later than the one before, so that ends follow starts."""
        self._days += self._rng.randint(1, 6)
        hour = self._rng.choice([9, 10, 11, 13, 14, 15, 16])
        return (self._now + timedelta(days=self._days)).replace(hour=hour, minute=self._rng.choice([0, 0, 30]), second=0, microsecond=0)

    def _title(self, name: str, thing: str, field: FieldSpec | None) -> str | None:
        """What a new thing is called like those that are there: surely so where the word lists have names for its kind."""
        found = self._services.entity(self._env_id, thing)
        named = lexicon.is_label(name, thing) and not lexicon.is_prose(name)
        if field is None or found is None or not named or lexicon.is_person(thing):
            return None
        held = [row[field.name] for row in self.rows(thing) if isinstance(row.get(field.name), str)]
        beside = [entity.name for entity in self._services.specs[self._env_id].entities]
        known = tuple(other.name for other in found.fields)
        home, surely = self._services.rows[self._env_id].domain, _is_listed(name, thing)
        return title_like(held, found.name, known, self._rng, beside=beside, home=home, surely=surely)

    def _listed(self, name: str, thing: str, held: Collection[Any] = ()) -> str | None:
        """What the word lists have for a field, other than what is there already where they have another."""
        made = None
        for _ in range(_TRIES):
            made = self._from_list(name, thing)
            if made not in held:
                break
        return made

    def _from_list(self, name: str, thing: str) -> str | None:
        found = _templates(name, thing)
        if self._changing and any("{first_name}" in template for template in found):  # the new one of somebody, whoever it is
            changed = "changed_email" if any("@" in template for template in found) else "changed_username"
            found = [str(template) for template in lexicon.words("values")["fields"][changed]]
        return self._template(self._rng.choice(found)) if found else None

    def _template(self, template: str) -> str:
        own = _OF_A_PERSON.fullmatch(template) is not None
        return _SLOT.sub(lambda match: self._slot(match.group(1), own=own), template)

    def _slot(self, slot: str, *, own: bool) -> str:
        if slot in {"n2", "n3"}:
            return str(self._rng.randint(*{"n2": (11, 98), "n3": (101, 998)}[slot]))
        pools = lexicon.words("values")["pools"]
        if slot == "slug":
            return str(self._rng.choice(pools["topic"])).replace(" ", "-")
        if slot in lexicon.words("values")["of_a_place"]:
            self._place = self._place or self._rng.choice(lexicon.words("values")["places"])
            return str(self._place[slot])
        chosen = str(self._rng.choice(pools[slot.lower()]))
        if own:
            chosen = self._person.setdefault(slot.lower(), chosen)
        if slot.isupper():
            return chosen.upper()
        if slot.islower():
            return chosen.lower()
        return chosen if chosen[:1].isupper() else " ".join(word.capitalize() for word in chosen.split())


def _spellings(noun: str) -> set[str]:
    """What a thing is, as names spell it: nobody looks for groups that mention ``group``."""
    return {spelt for word in (noun, f"{noun}s") for spelt in (word, word.capitalize())}


def near(old: Any, value: Any, name: str, rng: Random) -> Any:
    """What an amount or a count is changed to: not far from what it was; the value itself where there is no telling how far."""
    counted = fields.is_money(name) or lexicon.last_word(name) in lexicon.words("values")["changed_a_little"]
    if isinstance(old, bool) or not isinstance(old, int | float) or not isinstance(value, int | float) or old <= 0 or not counted:
        return value
    step = 1 if old < 20 else 5 if old < 100 else 10 if old < 1000 else 50 if old < 10_000 else 500
    changed = max(step, round(old * rng.choice([0.8, 0.9, 1.1, 1.2, 1.5]) / step) * step)
    changed = changed if changed != old else changed + step
    return int(changed) if isinstance(value, int) else float(changed)


def _is_told(name: str) -> bool:
    """Whether people would tell this of a part of a thing: what it is, or how many."""
    return lexicon.is_label(name) or lexicon.last_word(name) in lexicon.words("values")["small_numbers"]


def can_be_brought(parameter: ParameterSpec, value: Any) -> bool:
    """Whether people would have a value: not an identifier of the service's own."""
    coded = lexicon.last_word(parameter.name) in {"id", "ids", "gid", "uuid"} and _CODED.fullmatch(str(value)) is not None
    written = isinstance(value, str) and _PROGRAM.match(value) is not None
    below = isinstance(value, int | float) and (
        value < 0 or (value == 0 and parameter.operator in {"le", "ge"})
    )  # nobody counts from there
    return value is not None and not below and not coded and not written and _OPAQUE.fullmatch(str(value)) is None


def _distinct(choices: list[Any]) -> list[Any]:
    """The choices that sound different: of ``ACTIVE`` and ``active`` only the first."""
    choices = [choice for choice in choices if "unspecified" not in str(choice).lower()] or choices
    sounds = {"".join(c for c in str(choice).casefold() if c.isalnum()): choice for choice in reversed(choices)}
    return [choice for choice in choices if choice in sounds.values()]


def has_words(name: str, thing: str) -> bool:
    """Whether the word lists know what people write into a field."""
    return bool(_templates(name, thing))


def _templates(name: str, thing: str) -> list[str]:
    lists = lexicon.words("values")
    for key in _keys(name):
        for table in [*_tables(thing), lists["fields"]]:
            if key in table:
                return [str(template) for template in table[key]]
    return []


def _is_listed(name: str, thing: str) -> bool:
    """Whether the word lists know what people call things of this very kind, or that a name is not the thing's own."""
    for key in _keys(name):
        if any(key in table for table in _tables(thing)):
            return True
        if key in lexicon.words("values")["fields"]:
            return key not in _ANY_TITLE
    return False


def _tables(thing: str) -> list[dict[str, Any]]:
    """The word lists of one kind of thing."""
    named = ["_".join(lexicon.split_name(thing)[-words:]) for words in (2, 1)]
    kinds = lexicon.words("values")["things"].values()
    return [kind["fields"] for name in dict.fromkeys(named) for kind in kinds if name in kind["nouns"]]


def _keys(name: str) -> tuple[str, str]:
    """What the word lists may know a field by: its whole name, its last word."""
    joined = "_".join(lexicon.split_name(name))
    of_somebody = lexicon.last_word(name) == "name" and any(lexicon.is_person(part) for part in lexicon.split_name(name)[:-1])
    return "full_name" if of_somebody else joined, lexicon.last_word(name)
