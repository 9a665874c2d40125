"""What the parameters of a list say about which records come back: filters with their fields and operators, search, paging."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from envfactory_assets.corpus.document import Parameter
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, nouns, snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan

Operator = Literal["eq", "ge", "le", "contains", "any_of", "search"]
ORDERED = {"date", "datetime", "money", "integer", "number"}
_FILTERABLE = {"text", "enum", "ref", "boolean", "date", "datetime", "integer", "key", "texts", "refs", "caller"}
_TAILS = ("", "_at", "_on", "_date", "_time", "_date_time", "_datetime", "_timestamp")
_TIMELY = {"date", "time", "datetime", "at"}
_Fields = dict[str, tuple[FieldPlan, ...]]  # by name; each from the record inward
_MOMENTS = {"date", "datetime"}


@dataclass(frozen=True)
class Selecting:
    """A parameter that chooses which records come back, or how many."""

    parameter: Parameter
    role: Literal["filter", "search", "page", "size"]
    operator: Operator | None = None
    path: tuple[FieldPlan, ...] = ()  # the field, from the record inward; empty when the record shows none

    @property
    def wire(self) -> str:
        """The property as the document has it, dotted inside objects; empty when the record shows none."""
        return ".".join(field.source or field.wire for field in self.path)


def read_parameters(parameters: Iterable[Parameter], entity: EntityPlan) -> Iterator[Selecting]:
    """What each parameter of a list selects; those that choose no records are left out."""
    fields = _fields(entity)
    parameters = list(parameters)
    pages = any(snake(p.name) in lexicon().page_parameters for p in parameters)
    bounds = {snake(p.name) for p in parameters} >= {"after", "before"} and _moment(fields) is not None
    for parameter in parameters:
        if parameter.place != "header" and (found := _read(parameter, entity, fields, bounds=bounds, pages=pages)) is not None:
            yield found


def _read(parameter: Parameter, entity: EntityPlan, fields: _Fields, *, bounds: bool, pages: bool) -> Selecting | None:
    spelt, kind = snake(parameter.name), type_of(parameter.schema_)
    own = fields.get(spelt)
    if spelt in lexicon().page_sizes and kind in {"integer", "number", "string", None} and (own is None or pages):
        return Selecting(parameter, "size")
    if spelt in lexicon().page_parameters and own is None and kind != "boolean" and not (bounds and spelt == "after"):
        return Selecting(parameter, "page")
    found = _field(spelt, kind, entity, fields)
    if found is not None:
        path, operator = found
        many = operator == "eq" and (kind == "array" or (path[-1].kind == "key" and spelt.endswith("ids")))
        return Selecting(parameter, "filter", "any_of" if many else operator, path)
    if spelt in lexicon().search_parameters and kind in {"string", None}:
        return Selecting(parameter, "search", "search")
    if _is_shaping(spelt, kind):
        return None
    return Selecting(parameter, "filter", "any_of" if kind == "array" else _bound_of(spelt) or "eq")


def _fields(entity: EntityPlan) -> _Fields:
    """The fields that a filter may mean by their names, those of the record before those inside its objects."""
    found: _Fields = {}
    for field in (entity.key, *entity.fields):
        if field.kind in _FILTERABLE | ORDERED:
            found.setdefault(snake(field.wire), (field,))
            found.setdefault(snake(field.source or field.wire), (field,))
    for field in entity.fields:
        found |= {snake(field.wire): (field, inner) for inner in (field.part.fields if field.part else ()) if snake(inner.wire) == "value"}
        for inner in field.part.fields if field.part else ():
            if inner.kind in _FILTERABLE | ORDERED:
                if snake(inner.wire) not in lexicon().content_words | set(lexicon().key_fields):
                    found.setdefault(snake(inner.wire), (field, inner))
                found.setdefault(f"{snake(field.wire)}_{snake(inner.wire)}", (field, inner))
    return {name.replace("_", ""): path for name, path in found.items()} | found


def _field(spelt: str, kind: str | None, entity: EntityPlan, fields: _Fields) -> tuple[tuple[FieldPlan, ...], Operator] | None:
    bare = re.sub(r"^(filters?|where|by)_", "", spelt)
    plain = bare.removesuffix("_eq").removesuffix("_in")
    for name in _spellings(plain, entity):
        if name in fields:
            return fields[name], "eq"
    if plain in {"ids", f"{entity.thing}_ids"}:
        return (entity.key,), "eq"
    for word in ("contains", "like", "starts_with"):
        if bare != (stem := bare.removesuffix(f"_{word}")) and stem in fields:
            return fields[stem], "contains"
    flag = re.sub(r"^(include|exclude|with|without|only|show|hide)_", "", plain)
    if flag != plain:
        for name in (flag, f"is_{flag}", f"{entity.thing}_{flag}", *(() if kind == "boolean" else _spellings(flag, entity))):
            if name in fields and (kind != "boolean" or fields[name][-1].kind == "boolean"):
                return fields[name], "eq"
    return _bounded(bare, entity, fields)


def _spellings(name: str, entity: EntityPlan) -> Iterator[str]:
    """How a field meant by a name may be spelt: as it is, as a key, in the singular, as a flag, without the record's own name."""
    for base in dict.fromkeys((name, noun(name), name.removeprefix(f"{entity.thing}_"), noun(name).removeprefix(f"{entity.thing}_"))):
        if base:
            yield from (base, base.replace("_", ""), f"{base}_id", base.removesuffix("_id"), f"is_{base}", f"has_{base}", nouns(base))


def _bounded(bare: str, entity: EntityPlan, fields: _Fields) -> tuple[tuple[FieldPlan, ...], Operator] | None:
    """A bound of a field: ``min_total``, ``created_after``; bare ``since`` is about the record's own moment."""
    for word, operator in _bounds():
        if word not in bare:
            continue
        if bare in {word, f"{word}_date", f"{word}_time", f"date_{word}"}:
            moment = _moment(fields)
            return (moment, operator) if moment else None
        for stem in sorted({bare.removeprefix(f"{word}_"), bare.removesuffix(f"_{word}")} - {bare}):
            for name in (*(f"{stem}{tail}" for tail in _TAILS), f"date_{stem}", f"{entity.thing}_{stem}", f"{entity.thing}_{stem}_date"):
                if name not in fields:
                    continue
                if fields[name][-1].kind in ORDERED or word in lexicon().sure_bounds or set(words(name)) & _TIMELY:
                    return fields[name], operator
                if word in {"from", "to"}:
                    return fields[name], "eq"
    return None


def _moment(fields: _Fields) -> tuple[FieldPlan, ...] | None:
    """The one moment that a record is about."""
    moments = {name: path for name, path in fields.items() if len(path) == 1 and _is_moment(path[0], name)}
    wanted = [name for name in lexicon().moment_fields if name in moments]
    return moments[wanted[0]] if wanted else next(iter(moments.values())) if len(moments) == 1 else None


def _is_moment(field: FieldPlan, name: str) -> bool:
    """Whether a field is a moment, by its kind or its name: ``post_at``."""
    return field.kind in _MOMENTS or name in {"date", "timestamp", "ts"} or (field.kind == "integer" and words(name)[-1:] == ("at",))


@cache
def _bounds() -> tuple[tuple[str, Operator], ...]:
    lower: list[tuple[str, Operator]] = [(word, "ge") for word in lexicon().lower_bounds]
    upper: list[tuple[str, Operator]] = [(word, "le") for word in lexicon().upper_bounds]
    return (*lower, *upper)


def _bound_of(spelt: str) -> Operator | None:
    """The operator that a name says whatever it bounds."""
    parts = words(spelt)
    if parts[-1:] in {("from",), ("to",)} and len(parts) > 1:
        return "ge" if parts[-1] == "from" else "le"
    ends = {parts[0], parts[-1]} if parts else set()
    return next((operator for word, operator in _bounds() if word in ends and word in lexicon().sure_bounds), None)


def _is_shaping(spelt: str, kind: str | None) -> bool:
    """Whether a parameter says how the answer looks, in which order, or who asks: not which records."""
    parts = set(words(spelt))
    if spelt in lexicon().sort_parameters or spelt in lexicon().shaping_parameters or not parts:
        return True
    if parts & lexicon().shaping_words or parts & lexicon().secret_words:
        return True
    if kind != "array" and noun(spelt) != spelt and _bound_of(spelt) is None:  # the records of another kind to be shown along
        return True
    first = words(spelt)[0]
    if first in {"include", "exclude"} and kind not in {"boolean", None}:
        return spelt == first
    return kind == "object" or first in lexicon().shaping_starts or (kind == "boolean" and first not in {"is", "has"})
