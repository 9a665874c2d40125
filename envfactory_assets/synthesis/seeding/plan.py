"""How each field of an environment's entities will be filled: worked out once a class, from its types and names."""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from envfactory_assets.environments import Entity, Environment
from envfactory_assets.environments.fields import Stamp
from envfactory_assets.environments.shapes import Shape, shape_of
from envfactory_assets.synthesis.names import noun
from envfactory_assets.synthesis.seeding.earlier import earlier
from envfactory_assets.synthesis.seeding.lexicon import UNKNOWN, Kind, Lexicon, lexicon, snake

_SECTIONS = {
    "text": "text",
    "money": "money",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "date": "time",
    "datetime": "time",
}
_PLACE_WORDS = frozenset({"sub", "iso", "city", "address", "country", "postal", "state", "location"})
_CALLERS = ("user", "me", "member", "customer", "guest", "student", "employee", "rider", "passenger", "patient", "profile", "person")
_BARE_DATE = re.compile(r"(utc_|local_)?(date|time|timestamp|time_stamp|datetime|when|day|at)+(_?(date|time|utc|day))*")
_FIRST_NAMES = frozenset({"name", "title", "subject", "display_name", "full_name"})
_MEASURES = frozenset({"currency", "currency_code", "amount", "unit"})  # beside which a value is a number
_SECOND_NAMES = frozenset({"summary", "headline", "topic"})  # what a record is called that has no other name
_PARTICIPLE = re.compile(r"(?:^|_)([a-z]{2,}ed)(?:_(?:at|on|date|time|utc|timestamp|datetime))*$")
_DOMAIN = re.compile(r"\bDomain: (\w+)")  # as the docstring of a module says
_TELL_A_PERSON = ({"first_name", "last_name"}, {"email", "name"}, {"email", "full_name"}, {"given_name", "family_name"})
_BARE = frozenset({"address", "value", "number", "display"})  # what the value of a part is called
_REACHED = re.compile(r"(^|_)(e_?mail|phone|fax|ip|mac)(_?(address|number))?$")  # and the parts that hold one of these
_OF_REACHED = {"type": {"words": "reached_at"}, "extension": {"make": "small_number_text"}}  # what else such parts say
_OF_PLACES = frozenset({"country", "country_code", "currency", "timezone", "language", "locale", "airport"})
_A_FEW = 2  # examples that no choices are
_SHARED = frozenset({"currency", "currency_code", "default_currency"})
_STAMPS = {"created": {"when": "past"}, "updated": {"when": "recent"}}


@dataclass(frozen=True)
class FieldPlan:
    """How one field is filled."""

    name: str
    shape: Shape
    how: dict[str, Any]
    prefix: str = ""  # what the name says before the words a rule knows: "billing" of billing_city
    after: str | None = None  # the field of the row that must come before it
    copies: tuple[str, str] | None = None  # reference field, field of its target
    follows: tuple[str, str] | None = None  # reference field, reference field of its target: both lead to the same row
    parts: tuple["FieldPlan", ...] = ()
    kind: Kind | None = None  # of the nested value
    integer: bool = False
    low: float | None = None
    high: float | None = None
    longest: int | None = None
    shortest: int = 0  # characters of a text
    pattern: str | None = None  # that a text fits
    most: int | None = None  # items of a list
    examples: tuple[str, ...] = ()  # that the document gives

    @property
    def target(self) -> str | None:
        """The entity a reference points to."""
        return self.shape.ref.name if self.shape.ref else None


@dataclass(frozen=True)
class EntityPlan:
    """How the rows of one table are made."""

    name: str
    table: str
    entity: type[Entity]
    kind: Kind | None
    fields: tuple[FieldPlan, ...]
    called: FieldPlan | None = None  # how its key is made, where that is a name and no id

    @property
    def key(self) -> str:
        """The name of the key field."""
        return self.entity.entity_layout.key

    @property
    def label(self) -> FieldPlan | None:
        """The field a person knows a row by."""
        return next((field for field in self.fields if field.shape.kind != "key" and field.how.get("make") in {"label", "full_name"}), None)


@dataclass(frozen=True)
class SeedPlan:
    """How states of an environment are made."""

    entities: tuple[EntityPlan, ...]  # those that are referred to come first, as far as references allow
    person: EntityPlan | None  # the table the caller is a row of

    def of(self, name: str) -> EntityPlan:
        """The plan of an entity."""
        return next(entity for entity in self.entities if entity.name == name)


def plan_of(environment: type[Environment]) -> SeedPlan:
    """How to fill an environment; worked out once."""
    return _plan_of(cast("Hashable", environment))


@lru_cache(maxsize=256)
def _plan_of(environment: type[Environment]) -> SeedPlan:
    words = lexicon()
    tables = environment.plan.tables
    said = _DOMAIN.search(environment.plan.about)
    home = said[1] if said else ""
    themes = words.themes([entity.__name__ for entity in tables.values()], home)
    kinds = {entity.__name__: _kind(entity.__name__, entity, themes, home, words) for entity in tables.values()}
    plans = [
        _entity_plan(table, entity, kinds[entity.__name__], _Fields(entity, kinds, themes, home, words)) for table, entity in tables.items()
    ]
    return SeedPlan(tuple(_ordered(plans)), _person(plans))


def _entity_plan(table: str, entity: type[Entity], kind: Kind | None, fields: "_Fields") -> EntityPlan:
    planned = fields.plan()
    return EntityPlan(entity.__name__, table, entity, kind, planned, fields.called(planned))


def _kind(name: str, model: type[BaseModel], themes: tuple[str, ...], home: str, words: Lexicon) -> Kind | None:
    """The kind a name says, else a person where the fields are a person's."""
    fields = tuple(snake(field) for field in model.model_fields)
    found = words.kind_of(name, themes, fields, home)
    return words.kind_of("person") if found is None and any(told <= set(fields) for told in _TELL_A_PERSON) else found


class _Fields:
    """Plans the fields of one entity."""

    def __init__(self, entity: type[Entity], kinds: dict[str, Kind | None], themes: tuple[str, ...], home: str, words: Lexicon) -> None:
        self.entity, self.kinds, self.themes, self.home, self.words = entity, kinds, themes, home, words
        self.refs = {name: shape.ref.name for name, shape in entity.entity_layout.shapes.items() if shape.ref and shape.kind == "ref"}
        self.targets = {reference.target.name: reference.target.entity for reference in entity.entity_layout.refs}

    def plan(self) -> tuple[FieldPlan, ...]:
        found = list(self._fields(self.entity, self.kinds[self.entity.__name__], ()))
        made = any(field.how.get("when") == "past" and "creat" in snake(field.name) for field in found)
        found = [_after_making(field) if made else field for field in found]
        begun = {field.after for field in found if field.how.get("when") == "recent" and not field.shape.optional}
        found = [self._counted(field) for field in found]
        return tuple(sorted((_begun(field) if field.name in begun else field for field in found), key=_phase))

    def called(self, planned: tuple[FieldPlan, ...]) -> FieldPlan | None:
        """How the key is made as a text, where it is what people call a thing: an address, or a name where the row has no other."""
        key = next(field for field in planned if field.shape.kind == "key")
        name, (always, alone) = snake(key.name), self.words.called
        others = {snake(field.name) for field in planned if field is not key}
        if key.integer or not (name in always or (name in alone and not others & {*alone, *_FIRST_NAMES, "label"})):
            return None
        text = replace(key.shape, kind="text")
        how, prefix = self._how("text", name, self.kinds[self.entity.__name__], text, self.entity)
        return replace(key, shape=text, how=how, prefix=prefix)

    def _counted(self, field: FieldPlan) -> FieldPlan:
        """A list of lines that a total adds up: each tells what is added."""
        counted = {
            name for rule in self.entity.entity_layout.sums.values() if rule.lines == field.name for name in (rule.amount, rule.times)
        }
        parts = (replace(p, shape=replace(p.shape, optional=False)) if p.name in counted else p for p in field.parts)
        return replace(field, parts=tuple(parts)) if counted else field

    def _fields(self, model: type[BaseModel], kind: Kind | None, seen: tuple[type, ...], within: str = "") -> Iterator[FieldPlan]:
        names = list(model.model_fields)
        for name, info in model.model_fields.items():
            shape = shape_of(info.rebuild_annotation())
            shape = replace(shape, marks=(*shape.marks, FieldInfo(examples=info.examples))) if info.examples else shape
            yield self._field(name, shape, kind, integer=info.annotation is int, names=names, seen=(*seen, model), within=within)

    def _field(
        self, name: str, shape: Shape, kind: Kind | None, *, integer: bool, names: list[str], seen: tuple[type, ...], within: str = ""
    ) -> FieldPlan:
        inner = shape.item or shape
        section = (
            "list"
            if shape.kind == "list" and any(r.pattern.fullmatch(name) for r in self.words.rules["list"])
            else _SECTIONS.get(inner.kind, "")
        )
        singular = noun(name) if shape.kind == "list" else name
        if section == "text" and singular in _BARE and _REACHED.search(snake(within)):
            singular = within  # the address of one of the email_addresses
        how, prefix = self._how(section, singular, kind, shape, seen[-1])
        if inner.kind == "enum":
            how, prefix = self._placed(singular, kind, shape, seen[-1])
        if section == "text" and _REACHED.search(snake(within)) and snake(name) in _OF_REACHED:
            how = _OF_REACHED[snake(name)]
        if (own := f"{self.home}_{how.get('words')}") in self.words.words:
            how = {**how, "words": own}  # a team of a club is no team of an office
        if how.get("make") == "label" and name in _SECOND_NAMES and _FIRST_NAMES & {snake(other) for other in names}:
            how = {"make": "description"}
        if name == "value" and how.get("make") == "number_text" and not _MEASURES & {snake(other) for other in names}:
            how = {"make": "label"} if "key" in names and len(seen) > 1 else {"words": "plain_value"}  # of an entry in a list of choices
        parts: tuple[FieldPlan, ...] = ()
        part_kind: Kind | None = None
        if inner.model is not None and seen.count(inner.model) < 1:
            part_kind = self._kind_of_part(singular, inner.model)
            parts = tuple(sorted(self._fields(inner.model, part_kind, seen, singular), key=_phase))
        bounds = _bounds(shape.marks)
        if shape.item is not None:
            bounds = {"most": bounds.get("longest")} | _bounds(shape.item.marks)
        if _is_shown(how, bounds.get("examples", ())):
            how = {"make": "example"}
        return FieldPlan(
            name=name,
            shape=shape,
            how=how,
            prefix=prefix,
            after=earlier(name, names, self.words)
            if inner.kind in {"date", "datetime", "integer", "number", "money", "object"} or how.get("make") == "date_text"
            else None,
            copies=self._copied(name) if shape.kind == "text" and len(seen) == 1 else None,
            follows=self._followed(name) if len(seen) == 1 and name in self.refs else None,
            parts=parts,
            kind=part_kind,
            integer=integer,
            **bounds,
        )

    def _placed(self, name: str, kind: Kind | None, shape: Shape, model: type) -> tuple[dict[str, Any], str]:
        """How a choice is made of what belongs to a place: the one of a hundred currencies that is paid with where the row is."""
        how, prefix = self._how("text", name, kind, shape, model)
        return (how, prefix) if how.get("make") in _OF_PLACES else ({"make": "guess"}, "")

    def _kind_of_part(self, name: str, model: type[BaseModel]) -> Kind | None:
        """The kind of a nested value: as its field is called, when that is a kind's own name, else as its class is."""
        named = self.words.kind_of(name, self.themes, tuple(model.model_fields), self.home)
        return named if named and snake(name) in named.names else _kind(model.__name__, model, self.themes, self.home, self.words)

    def _how(self, section: str, name: str, kind: Kind | None, shape: Shape, model: type) -> tuple[dict[str, Any], str]:
        stamp = shape.mark(Stamp)
        if stamp is not None:
            return _STAMPS[stamp.when], ""
        name = self.words.spelt(section, snake(name), kind)
        rule = self.words.rule_for(section, name, kind) if section else None
        if rule is None:
            return (self._guessed(name) if section == "text" else {"make": "guess"}), ""
        match = rule.pattern.fullmatch(name) or rule.pattern.fullmatch(self.words.head_of(name))
        prefix = ((match.groupdict().get("prefix") or "") if match else "").strip("_")
        prefix = "" if prefix in _PLACE_WORDS else prefix
        if rule.how.get("make") == "label" and prefix:
            return self._label_of(prefix, model), prefix
        prefix = "" if prefix in self.words.forms else prefix  # the preferred_username is the username
        if rule.how.get("make") in {"date_text", "epoch"}:
            timed = self.words.rule_for("time", name, None)
            return {**rule.how, **(self._timed(name, timed.how, kind) if timed else {})}, prefix
        return (self._timed(name, rule.how, kind) if section == "time" else rule.how), prefix

    def _timed(self, name: str, how: dict[str, Any], kind: Kind | None) -> dict[str, Any]:
        """When something is; a date that is called nothing but so is still to come for what is planned, past for what is on record."""
        if how["when"] != "soon":
            return how
        planned = kind is not None and (kind.theme == "travel" or kind.name in self.words.planned)
        bare = _BARE_DATE.fullmatch(snake(name)) is not None
        done = _PARTICIPLE.search(snake(name))
        past = (bare and not planned) or (done is not None and done[1] not in self.words.intended)
        return {"when": "past"} if past else how

    def _label_of(self, thing: str, model: type) -> dict[str, Any]:
        """How the name of another thing is made, such as a ``team_name``; what only says which name, such as ``display_name``, is none."""
        own = set(snake(model.__name__).split("_"))
        if model is not self.entity:
            own -= set(snake(self.entity.__name__).split("_"))
        if set(thing.split("_")) <= own | self.words.forms:
            return {"make": "label", "again": True}
        if thing in self.words.words:
            return {"words": thing}
        named = self.words.kind_of(thing, self.themes, (), self.home)
        if named is not None and named.label:
            return {"make": "full_name"} if named.person else {"templates": named.label}
        return {"make": "label", "thing": thing}

    def _guessed(self, name: str) -> dict[str, Any]:
        """A text nobody has a rule for: the word list or the kind that its name ends in, as far as this trade uses it."""
        parts = name.split("_")
        for start in range(len(parts)):
            ending = "_".join(parts[start:])
            if ending in self.words.words and (start == 0 or ending not in self.words.ambiguous):
                return {"words": ending}
        kind = self.words.kind_of(name, self.themes, (), self.home)
        foreign = parts[-1] in self.words.ambiguous and kind is not None and kind.theme != self.home
        if kind is None or not kind.label or foreign:
            return {"make": "guess"}
        return {"make": "full_name"} if kind.person else {"templates": kind.label}

    def _copied(self, name: str) -> tuple[str, str] | None:
        """``customer_name`` beside a reference ``customer_id`` repeats the customer's name; a currency is its target's."""
        for ref, target in self.refs.items():
            shapes = self.targets[target].entity_layout.shapes if target in self.targets else {}
            texts = {field for field, shape in shapes.items() if shape.kind in {"text", "enum"}}
            if name in _SHARED and name in texts:
                return ref, name
            stem = ref.removesuffix("_id").removesuffix("_key")
            rest = name.removeprefix(f"{stem}_")
            if rest != name and (rest in texts or name in texts):
                return ref, rest if rest in texts else name
        return None

    def _followed(self, name: str) -> tuple[str, str] | None:
        """A task's project is its section's project: of two ways to the same entity, one leads through the other."""
        target = self.refs[name]
        kind = self.kinds.get(target)
        if target == self.entity.__name__ or (kind is not None and kind.person):
            return None
        for other, through in self.refs.items():
            if other == name or through in {target, self.entity.__name__} or through not in self.targets:
                continue
            shapes = self.targets[through].entity_layout.shapes
            ways = [field for field, shape in shapes.items() if shape.kind == "ref" and shape.ref.name == target]
            if len(ways) == 1 and not shapes[ways[0]].optional:
                return other, ways[0]
        return None


def _after_making(field: FieldPlan) -> FieldPlan:
    """What was made here was published here: after it was made."""
    published = field.how.get("when") == "history" and snake(field.name).startswith("publish")
    return replace(field, how={**field.how, "when": "recent"}) if published else field


def _begun(field: FieldPlan) -> FieldPlan:
    """The beginning of what is always over: in the past."""
    return replace(field, how={**field.how, "when": "past"}) if field.how.get("when") == "soon" else field


def _phase(field: FieldPlan) -> int:
    """Fields that others depend on are filled first."""
    if field.shape.kind == "key":
        return 0
    if field.shape.kind == "ref":
        return 2 if field.follows else 1
    if field.shape.kind in {"caller", "enum"} or (field.how.get("make") in {"label", "full_name"} and not field.parts):
        return 3
    if field.how.get("when") in {"past", "history"} and field.after is None:
        return 4
    return 6 if field.after else 5


def _is_shown(how: dict[str, Any], examples: tuple[str, ...]) -> bool:
    """Whether a text is best one of the document's examples: where it lists choices, and where no rule knows better."""
    return how.get("make") in UNKNOWN or (len(examples) > _A_FEW and how.get("make") not in _OF_PLACES) if examples else False


def _bounds(marks: tuple[Any, ...]) -> dict[str, Any]:
    """The limits that a type declares."""
    found: dict[str, Any] = {}
    if examples := [text for each in marks if isinstance(each, FieldInfo) for text in each.examples or ()]:
        found["examples"] = tuple(map(str, examples))
    for mark in (inner for each in marks for inner in (each.metadata if isinstance(each, FieldInfo) else (each,))):
        if isinstance(mark, annotated_types.Ge):
            found["low"] = mark.ge
        elif isinstance(mark, annotated_types.Gt):
            found["low"] = float(str(mark.gt)) + 0.01 if not isinstance(mark.gt, int) else mark.gt + 1
        elif isinstance(mark, annotated_types.Le):
            found["high"] = mark.le
        elif isinstance(mark, annotated_types.Lt):
            found["high"] = float(str(mark.lt)) - 0.01 if not isinstance(mark.lt, int) else mark.lt - 1
        elif isinstance(mark, annotated_types.MaxLen):
            found["longest"] = mark.max_length
        elif isinstance(mark, annotated_types.MinLen):
            found["shortest"] = mark.min_length
        elif isinstance(pattern := getattr(mark, "pattern", None), str):
            found["pattern"] = pattern
    return found


def _ordered(plans: list[EntityPlan]) -> Iterator[EntityPlan]:
    """Entities after those they refer to; a cycle is cut where an entity is declared first."""
    waiting = list(plans)
    done: set[str] = set()
    while waiting:
        names = {plan.name for plan in waiting}
        ready = [
            plan
            for plan in waiting
            if not ({r.target.name for r in plan.entity.entity_layout.refs if not r.optional} - {plan.name}) & names
        ]
        nearly = [plan for plan in ready if not ({r.target.name for r in plan.entity.entity_layout.refs} - {plan.name}) & names]
        chosen = (nearly or ready or waiting)[0]
        waiting.remove(chosen)
        done.add(chosen.name)
        yield chosen


def _person(plans: list[EntityPlan]) -> EntityPlan | None:
    """The table of people that the caller belongs to: users before members before anybody else."""
    people = [plan for plan in plans if plan.kind is not None and plan.kind.person]
    rank = {name: place for place, name in enumerate(_CALLERS)}
    people.sort(key=lambda plan: rank.get(snake(plan.name).split("_")[-1], len(rank)))
    integer = {plan.entity.model_fields[f.name].annotation is int for plan in plans for f in plan.fields if f.shape.kind == "caller"}
    fitting = [plan for plan in people if not integer or plan.entity.entity_layout.integer_key in integer]
    return fitting[0] if fitting else None
