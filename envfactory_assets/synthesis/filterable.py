"""Which field of a record a parameter of a list means: by its name, by what its description says."""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Literal

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.corpus.prose import Said
from envfactory_assets.synthesis.asked_fields import ORDERED, fields_asked
from envfactory_assets.synthesis.criteria import COMPARED, without_part
from envfactory_assets.synthesis.elsewhere import KEY_END, Path, cut_short, meant_otherwise
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, nouns, snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan

Operator = Literal["eq", "ge", "le", "contains", "any_of", "search"]
_TAILS = ("", "_at", "_on", "_date", "_time", "_date_time", "_datetime", "_timestamp")
_TIMELY = {"date", "time", "datetime", "at"}
_MOMENTS = {"date", "datetime"}
_PLAIN_ENDS = ("", "_date", "_time", "_timestamp", "_datetime")
_AHEAD = {"due", "deadline", "expires", "expiry", "expiration"}  # of what is still to come: not when a record is from
_TELLS_A_FLAG = {"boolean", "text", "enum", "integer", "date", "datetime"}
_SEVERAL = {"texts", "refs", "part", "parts"}
_DEEPEST_MEASURED = 2  # an object inside a record: deeper stand shares and averages too
_FEWEST_LETTERS = 3  # of a word that measures something
_UNSAID = {"all", "any", "none", ""}
_YES_OR_NO = {"true", "false", "0", "1"}
_FLAG_NUMBERS = ({0, 1}, {0}, {1})  # the numbers of a flag that is told so
_CALENDAR = {"year", "month", "day", "week"}
_ENDS = {"id", "ids", "at", "on", "date", "time", "datetime", "is", "has", "utc", "timestamp", "level"}
_VAGUE_ENDS = ("level", "type", "code", "name", "value", "number", "state", "status", "items", "list")
_MARKED = re.compile("^(filters?_by|filters?|where|by)_|_filters?$")
_UNTIMED = re.compile("_(date|time|date_time|datetime|timestamp|at|on)$")
_FLAGS = re.compile(r"^(include|exclude|with|without|only|show|hide)_")


class Filterable:
    """The fields of one record type that parameters may choose by."""

    def __init__(self, entity: EntityPlan) -> None:
        self._entity = entity
        self._fields = fields_asked(entity)
        self.located = entity.located
        self.thing = entity.thing
        self.names = frozenset(self._fields)
        self.own_names = frozenset(name.removeprefix(f"{entity.thing}_") for name in self._fields)

    def called(self, spelt: str) -> Path | None:
        """The field of exactly this name."""
        return self._fields.get(spelt)

    def measures(self, spelt: str) -> bool:
        """Whether a word ends, or begins, the name of a field that has an order: ``price`` of a list_price, ``beds`` of bedrooms."""
        return self._measured(spelt) is not None

    def _measured(self, spelt: str) -> Path | None:
        """The one field with an order whose name ends in a word, or whose one word begins with it; those of the record come first."""
        if len(spelt) < _FEWEST_LETTERS:
            return None
        named = [(snake(path[-1].wire), path) for path in self._fields.values() if path[-1].kind in ORDERED and path[0].kind != "parts"]
        ends = [path for name, path in named if name == spelt or name.endswith(f"_{spelt}")]
        begins = [path for name, path in named if "_" not in name and name.startswith(noun(spelt)) and name != spelt]
        for found in ([p for p in ends if len(p) == 1], [p for p in ends if len(p) <= _DEEPEST_MEASURED], begins):
            told = {id(path[-1]): path for path in found}
            if told:
                return next(iter(told.values())) if len(told) == 1 else None
        return None

    def leaves(self, path: Path | None) -> bool:
        """Whether a field is one that an environment does not keep."""
        return path is not None and any(path[0] is left for left in self._entity.left)

    def named(self, spelt: str, kind: str | None) -> tuple[Path, Operator] | None:
        """The field that a parameter's name means, and how it is compared."""
        bare = spelt if {spelt, nouns(spelt)} & self.names else _MARKED.sub("", spelt)
        plain = bare if bare in self._fields or bare in self.own_names else COMPARED.sub("", bare)
        thing, key = self._entity.thing, self._entity.key
        if plain in {f"{thing}_id", f"{thing}_ids"} and len(self._fields.get(f"{thing}_id", (key, key))) > 1:
            return (key,), "eq"  # before what is called so inside an object
        if plain == "ids" and "id" not in self._fields:
            return (key,), "eq"
        found = self._spelt(plain) or self._same_moment(plain, kind)
        if found is not None and (kind != "boolean" or found[-1].kind in _TELLS_A_FLAG):
            return found, "eq"
        kinds = next((d for d in self._entity.doubles if snake(d.wire).removesuffix("_id") == plain.removesuffix("_type")), None)
        if kinds is not None and plain.endswith("_type"):  # of which type is what one property holds a key of
            return (kinds,), "eq"
        if plain in {"id", "ids", f"{self._entity.thing}_ids"} or (kind == "array" and plain == nouns(self._entity.thing)):
            return (self._entity.key,), "eq"
        if (stem := without_part(bare)) != bare and (part := self._spelt(stem)) is not None:
            return part, "contains"
        if (found := self._flag(plain, kind) or self._spanned(plain)) is not None:
            return found, "eq"
        return self._bounded(bare) or self._bounded(_UNTIMED.sub("", bare))

    def said(self, spelt: str, said: Said, kind: str | None) -> Path | None:
        """The field that a description means; not the record's own key, where the parameter is called after something else."""
        found = self._said(spelt, said, kind)
        return None if found is not None and found[-1].kind == "key" and not self._speaks_of_key(spelt) else found

    def _speaks_of_key(self, spelt: str) -> bool:
        own = {*self._entity.thing.split("_"), *words(self._entity.key.wire), *lexicon().key_fields, *lexicon().named_keys}
        told = {noun(word) for word in words(spelt)} - _ENDS - {word for word, _ in bounds()}
        return told <= {noun(word) for word in own} if told else bool(set(words(spelt)) & {*own, "id", "ids"})

    def _said(self, spelt: str, said: Said, kind: str | None) -> Path | None:
        if (
            said.by
            and noun(said.by) != self._entity.thing
            and not self._speaks_of_another(spelt, said.by)
            and (found := self._spelt(said.by))
            and self._fits(found, spelt, said, kind)
        ):
            return found
        links = bool(said.names) and kind != "boolean" and said.operator not in {"ge", "le"}
        if links and (found := self._linked(noun(said.names or ""))):
            return found
        return self._mentioned(spelt, said, kind)

    def _speaks_of_another(self, spelt: str, by: str) -> bool:
        """Whether a name says of what else a property is meant: ``source_name`` where records have a source."""
        other = spelt.removesuffix(f"_{by}")
        return other not in {spelt, self._entity.thing} and (other in self._fields or f"{other}_id" in self._fields)

    def exactly(self, spelt: str, said: Said) -> Path | None:
        """The field that a description spells out where a name is short for it: ``type`` for ``channel_type``."""
        fits = said.by is not None and said.by.endswith(f"_{spelt}") and spelt in lexicon().content_words
        return self._fields.get(said.by or "") if fits else None

    def by_values(self, schema: JsonSchema) -> Path | None:
        """The choice that most values a parameter admits are of, or the flag that one of them raises: of a parameter called ``filter``."""
        items = schema.get("items")
        listed = schema.get("enum") or (items.get("enum") if isinstance(items, dict) else None)
        values = {snake(value) for value in listed or () if isinstance(value, str)} - _UNSAID
        for path in self._fields.values():
            shared = values & {snake(value) for value in path[-1].enum}
            if len(shared) > 1 and len(shared) * 3 >= len(values) * 2:
                return path
        flags = (self._fields.get(name) for value in sorted(values) for name in (value, f"is_{value}"))
        return next((path for path in flags if path and path[-1].kind == "boolean"), None)

    def key_told(self, said: Said) -> Path | None:
        """The key, where a description speaks of ids and of nothing else that records hold."""
        spoken = {said.by, *said.of} - {None, self._entity.thing, nouns(self._entity.thing)}
        return (self._entity.key,) if "id" in spoken and spoken <= {"id", "ids", snake(self._entity.key.wire)} else None

    @cached_property
    def moment(self) -> Path | None:
        """The one moment that a record is about."""
        known = {name: path for name, path in self._fields.items() if len(path) == 1 and _is_moment(path[0], name)}
        kept = {name: path for name, path in known.items() if not self.leaves(path)}
        moments = kept or known
        wanted = [name for name in lexicon().moment_fields if name in moments]
        told = {id(path[0]) for path in moments.values()}
        if not wanted and {"start", "end"} <= self._fields.keys():  # texts that nothing says more of
            return self._fields["start"]
        alone = len(told) == 1 and not any(set(name.split("_")) & _AHEAD for name in moments)
        return moments[wanted[0]] if wanted else next(iter(moments.values())) if alone else None

    def admits(self, path: Path, schema: JsonSchema) -> bool:
        """Whether a field may hold what a parameter admits: a choice of words is of no numbers."""
        given = {value for value in schema.get("enum") or () if isinstance(value, str)}
        numbers = all(value.lstrip("-").isdigit() for value in given)
        numbers |= given <= _YES_OR_NO and set(path[-1].schema.get("enum") or ()) in _FLAG_NUMBERS
        return numbers or path[-1].kind not in {"integer", "number", "money"}

    def _spelt(self, plain: str) -> Path | None:
        spellings = (name for base in (plain, _in_full(plain)) for name in _spellings(base, self._entity))
        known = [self._fields[name] for name in spellings if name in self._fields]
        if plain.endswith(("_id", "_ids")):  # texts that are no keys are none of those that it names
            known = [path for path in known if path[-1].kind != "texts" or {"id", "ids"} & set(words(path[-1].wire))]
        found = next((path for path in known if len(path) == 1), known[0] if known else None)
        if found is None and plain not in lexicon().content_words:
            base = noun(plain.removesuffix("_ids").removesuffix("_id"))
            longer = [self._fields[name] for end in _VAGUE_ENDS if (name := f"{base}_{end}") in self._fields]
            found = longer[0] if len(longer) == 1 else None
        return found or meant_otherwise(plain, self._fields, self._entity)

    def _same_moment(self, plain: str, kind: str | None) -> Path | None:
        """The moment that a name means with another word for time, or a flag by whether it was: ``created_on``, ``archived``."""
        stem = _UNTIMED.sub("", plain)
        if any(stem == word for word, _ in bounds()):
            return None
        if stem == plain and (kind != "boolean" or plain not in lexicon().state_words):
            return None
        named = (*(f"{stem}{tail}" for tail in _TAILS[1:]), f"date_{stem}")
        found = next((self._fields[name] for name in named if name in self._fields), None)
        return found if found and _is_timely(found[-1], snake(found[-1].wire)) else None

    def _whether_any(self, plain: str) -> Path | None:
        """The field of which a flag says that it must have a value, or none: ``has_assignee``, ``no_due_date``."""
        start, _, rest = plain.partition("_")
        if start not in lexicon().having_words or not rest:
            return None
        found = next((self._fields[name] for name in _spellings(rest, self._entity) if name in self._fields), None)
        return found if found is not None and found[-1].kind not in {"boolean", "integer", "number", "money"} else None

    def _spanned(self, plain: str) -> Path | None:
        """The field with an order of which a name asks for a span: ``price_range``."""
        found = next((self._fields.get(plain.removesuffix(f"_{end}")) for end in lexicon().span_ends if plain.endswith(f"_{end}")), None)
        return found if found is not None and found[-1].kind in ORDERED else None

    def _flag(self, plain: str, kind: str | None) -> Path | None:
        flag = _FLAGS.sub("", plain).removesuffix("_only" if kind == "boolean" else "")
        if flag == plain:
            return self._whether_any(plain) if kind == "boolean" else None
        flags = [flag, *(lexicon().opposite_flags.get(flag, ()) if kind == "boolean" else ())]
        for name in (
            *flags,
            *(f"is_{each}" for each in flags),
            f"{self._entity.thing}_{flag}",
            *(() if kind == "boolean" else _spellings(flag, self._entity)),
        ):
            if name in self._fields and (kind != "boolean" or self._fields[name][-1].kind == "boolean"):
                return self._fields[name]
        return None

    def _bounded(self, bare: str) -> tuple[Path, Operator] | None:
        """A bound of a field: ``min_total``, ``created_after``; bare ``since`` is about the record's own moment."""
        for word, operator in bounds():
            if word not in bare:
                continue
            if bare in {f"{front}{word}{end}" for front in ("", "date_", "time_", "datetime_") for end in _PLAIN_ENDS}:
                own = self._fields.get(bare.removeprefix(f"{word}_"))
                named = next((self._fields[name] for tail in _TAILS if (name := f"{word}{tail}") in self._fields), None)
                event = named if named and named[-1].kind in _MOMENTS else None
                moment = own if own and own[-1].kind in _MOMENTS else self._fields.get(bare) or event or self.moment
                return (moment, operator) if moment else None
            for stem in sorted({bare.removeprefix(f"{word}_"), bare.removesuffix(f"_{word}")} - {bare}):
                if (found := self._bound(stem, word)) is not None:
                    return found, operator if self._is_bound(found, word, stem) else "eq"
        return None

    def _bound(self, stem: str, word: str) -> Path | None:
        thing = self._entity.thing
        if stem in {"id", f"{thing}_id"} and "id" not in self._fields:
            return (self._entity.key,)
        stems = dict.fromkeys(base for base in (stem, re.sub("_(date|time|at|on)$", "", stem)))
        for name in (
            *(f"{base}{tail}" for base in stems for tail in _TAILS),
            *(f"date_{base}" for base in stems),
            f"{thing}_{stem}",
            f"{thing}_{stem}_date",
        ):
            path = self._fields.get(name)
            if path and path[-1].kind == "text" and word in lexicon().sure_bounds and (measured := self._measured(name)) is not None:
                return measured  # the area that is a number, not the area that is a name
            if path and path[0].kind != "parts" and (self._is_bound(path, word, name) or word in {"from", "to"}):
                return path
        if word in {"min", "max", "minimum", "maximum"} and (measured := self._measured(stem)) is not None:
            return measured
        inner = [path for name, path in self._fields.items() if _inside(path) and name.endswith(f"_{stem}") and path[-1].kind in ORDERED]
        if inner:
            return inner[0]
        if (short := cut_short(stem, self._fields)) is not None and self._is_bound(short, word, stem):
            return short
        return next((path for name, path in self._fields.items() if _is_timely(path[-1], name) and _same_event(name, stem)), None)

    def _is_bound(self, path: Path, word: str, name: str) -> bool:
        if path[-1].kind in _SEVERAL or path[-1].kind == "boolean":
            return False
        return path[-1].kind in ORDERED or word in lexicon().sure_bounds or bool(set(words(name)) & _TIMELY)

    def _fits(self, path: Path, spelt: str, said: Said, kind: str | None) -> bool:
        """Whether a field may be compared as a description says."""
        field = path[-1]
        if kind == "boolean":
            return field.kind == "boolean"
        if said.operator in {"ge", "le"}:
            return field.kind in ORDERED or _is_timely(field, snake(field.wire))
        if field.kind in _MOMENTS:
            return bool(set(words(spelt)) & (_CALENDAR | _TIMELY))
        return field.kind != "boolean" or not (said.names or said.key or KEY_END.search(spelt))

    def _linked(self, thing: str) -> Path | None:
        """The one field that links to a thing."""
        ends = ["_".join(thing.split("_")[start:]) for start in range(thing.count("_") + 1)]
        for end in ends:
            found = [f for f in self._entity.fields if f.target and snake(f.target).removesuffix("_record") == end and not f.nested]
            if len(found) == 1:
                return (found[0],)
        return None

    def _mentioned(self, spelt: str, said: Said, kind: str | None) -> Path | None:
        """The field all of whose words a description mentions; what may be in any sentence is not enough."""
        spoken = {form for term in (*said.of, *(said.by or "").split("_")) for word in term.split("_") for form in (word, noun(word))}
        spoken -= {"", self._entity.thing, *self._entity.thing.split("_")}
        spoken |= {word for event in lexicon().same_events if spoken & set(event) for word in event}
        if said.by == spelt:  # says no more than the name
            return None
        best: tuple[int, Path] | None = None
        for parts, path in self._telling if spoken else ():
            if not parts <= spoken or not self._may_be_meant(path, parts, said, kind, spelt):
                continue
            if best is None or len(parts) > best[0]:
                best = (len(parts), path)
        return best[1] if best else None

    @cached_property
    def _telling(self) -> list[tuple[frozenset[str], Path]]:
        """The words of every field's name that say something."""
        own = frozenset(self._entity.thing.split("_"))
        found = ((_words_telling(name) - own, path) for name, path in self._fields.items())
        return [(parts, path) for parts, path in found if parts]

    def _may_be_meant(self, path: Path, parts: frozenset[str], said: Said, kind: str | None, spelt: str) -> bool:
        if not self._fits(path, spelt, said, kind) or len(path) > 1 or path[-1].kind in {"ref", "refs", "key", "part"}:
            return False
        if words(path[-1].wire)[-1:] == ("id",) and words(spelt)[-1:] != ("id",) and noun(words(spelt)[-1]) not in parts:
            return False  # of something else about what it is the key of
        if path[-1].kind == "boolean" and ({"not", "non"} & set(words(spelt)) or not parts & {noun(word) for word in words(spelt)}):
            return False
        if path[-1].kind in _MOMENTS:
            return said.operator in {"ge", "le"} or bool(set(words(spelt)) & _CALENDAR)
        return len(parts) > 1 or not parts & lexicon().content_words


@cache
def _words_telling(name: str) -> frozenset[str]:
    """The words of a name, each in the singular, that say more than that it is a key or a moment."""
    return frozenset(noun(word) for word in name.split("_")) - _ENDS


def _spellings(name: str, entity: EntityPlan) -> Iterator[str]:
    """How a field meant by a name may be spelt: as it is, as a key, in the singular, as a flag, without the record's own name."""
    for base in dict.fromkeys((name, noun(name), name.removeprefix(f"{entity.thing}_"), noun(name).removeprefix(f"{entity.thing}_"))):
        if base:
            bare = base.removeprefix("is_")
            keys = (f"{base}_id", f"{base}id", base.removesuffix("_id"), f"{base}_key", f"{base}_keys", f"{base}_ids")
            yield from (base, base.replace("_", ""), *keys, f"is_{bare}", f"has_{base}", bare, nouns(base))
            if base.endswith("_id"):
                yield from (f"{base}s", f"{nouns(base.removesuffix('_id'))}_ids", nouns(base.removesuffix("_id")))
    yield from (f"{entity.thing}_{name}", f"{entity.thing.rpartition('_')[2]}_{name}")


def _in_full(name: str) -> str:
    """A name with its shortened words in full."""
    return "_".join(lexicon().short_words.get(word, word) for word in words(name))


def _inside(path: Path) -> bool:
    """Whether a field is inside the one object of a record, not of a list of them."""
    return len(path) == 2 and path[0].kind == "part"


def _is_moment(field: FieldPlan, name: str) -> bool:
    """Whether a field is a moment, by its kind or its name: ``post_at``."""
    return field.kind in _MOMENTS or name in {"date", "timestamp", "ts"} or (field.kind == "integer" and words(name)[-1:] == ("at",))


def _is_timely(field: FieldPlan, name: str) -> bool:
    """Whether a field is a moment as far as its name can say."""
    return _is_moment(field, name) or (field.kind in {"text", "integer"} and words(name)[-1:] != () and words(name)[-1] in _TIMELY | {"on"})


def _same_event(name: str, stem: str) -> bool:
    """Whether two names of moments speak of one event: ``updated`` and ``modified_date``."""
    plain = [re.sub(r"_?(at|on|date|time|utc|datetime|timestamp)$|^(date|time)_", "", each) for each in (name, stem)]
    return any(set(plain) <= set(event) for event in lexicon().same_events)


@cache
def bounds() -> tuple[tuple[str, Operator], ...]:
    """What a bound is called in a name, and which it is."""
    lower: list[tuple[str, Operator]] = [(word, "ge") for word in lexicon().lower_bounds]
    upper: list[tuple[str, Operator]] = [(word, "le") for word in lexicon().upper_bounds]
    return (*lower, *upper)
