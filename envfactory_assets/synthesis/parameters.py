"""What the parameters of a list say about which records come back: filters with their fields and operators, search, paging.

A name says most; a description, where the document or its extract keeps what it said, says what a name leaves open.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from envfactory_assets.corpus.document import JsonSchema, Parameter
from envfactory_assets.corpus.prose import Said, said_by
from envfactory_assets.synthesis.asked_fields import ORDERED
from envfactory_assets.synthesis.criteria import Comparison, criterion_of, joined_criterion
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.filterable import Filterable, Operator, bounds
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.places import Places, places_among
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan
from envfactory_assets.synthesis.shaping import (
    bound_of,
    chooses_fields,
    counts_answers,
    flag_apart,
    is_shaping,
    only_shapes,
    says_zone,
    speaks_of_records,
)
from envfactory_assets.synthesis.spans import paired_bounds

__all__ = ["ORDERED", "Operator", "Selecting", "read_parameters"]
_SPAN = ({"after", "before"}, {"start", "end"}, {"from", "to"}, {"since", "until"}, {"oldest", "latest"})
_RUN_TOGETHER = re.compile("^(from|to|start|end|since|until|min|max|before|after)(date|time|datetime|timestamp)$")
_PAGE_WORDS = {"page", "pg", "cursor", "offset", "token"}
_BARE_BOUNDS = {"since", "until", "after", "before", "from", "to", "start", "end", "from_date", "to_date", "start_date", "end_date"}
_YES_OR_NO = {"yes", "no", "true", "false", "only", "on", "off", "y", "n", "0", "1"}
_SEARCHING = {"query", "search", "keyword", "keywords"}
_LEAVING_OUT = {"exclude", "excludes", "hide", "skip"}
_DATE = {"year", "month", "day"}
_LENGTHS = {"duration", "period", "interval", "range", "timespan", "time_span", "lookback"}  # of the span that two bounds enclose


@dataclass(frozen=True)
class Selecting:
    """A parameter that chooses which records come back, or how many."""

    parameter: Parameter
    role: Literal["filter", "search", "page", "size"]
    operator: Operator | None = None
    path: tuple[FieldPlan, ...] = ()  # the field, from the record inward; empty when the record shows none
    located: bool = False  # says where the records are, and is told to name any of them

    @property
    def wire(self) -> str:
        """The property as the document has it, dotted inside objects; empty when the record shows none."""
        if not self.path or self.path[0].nested or self.located or self._locates():
            return ""
        kept = self.path[:-1] if len(self.path) > 1 and snake(self.path[-1].wire) == "value" else self.path  # what is a value is its object
        return ".".join([field.source or field.wire for field in kept] + self._key_inside())

    def _locates(self) -> bool:
        """Whether the parameter must name the one record around those listed, by the key that they have too."""
        return self.path[-1].kind == "key" and self.operator == "eq" and self.parameter.required

    def _key_inside(self) -> list[str]:
        """The key that an object in a record's place holds, when the parameter is called like it: ``contact.contact_id``."""
        held = self.path[-1] if self.path else None
        if held is None or held.kind != "ref" or not held.source:
            return []
        inner = held.schema.get("properties") or {}
        return [wire for wire in inner if snake(wire).endswith("_id") and noun(self.parameter.name) == snake(wire)][:1]


def read_parameters(parameters: Iterable[Parameter], entity: EntityPlan) -> Iterator[Selecting]:
    """What each parameter of a list selects; those that choose no records are left out."""
    parameters = _without_moments_in_parts(list(parameters))
    names = {snake(p.name) for p in parameters}
    places = places_among(names)
    fields = Filterable(entity)
    spanned = {word for span in _SPAN if span <= names and not _turns_pages(span, parameters) for word in span} if fields.moment else set()
    pages = bool(names & lexicon().page_parameters - spanned)
    paired = paired_bounds(map(_apart, names))
    for parameter in parameters:
        if _tells_comparison(snake(parameter.name), names) or _leaves_no_choice(parameter):
            continue
        found = _around(parameter, fields, places) or _read(parameter, fields, names, spanned=spanned, pages=pages)
        if found is None:
            continue
        bound = paired.get(_apart(snake(parameter.name)))
        yield replace(found, operator=bound) if bound is not None and _may_bound(found, names) else found


def _without_moments_in_parts(parameters: list[Parameter]) -> list[Parameter]:
    """Parameters without those that together say one moment: ``startTime.year``, ``startTime.month``, ``startTime.day``, and more."""
    told: dict[str, set[str]] = {}
    for parameter in parameters:
        outer, _, part = parameter.name.rpartition(".")
        told.setdefault(outer, set()).add(part)
    moments = tuple(f"{outer}." for outer, parts in told.items() if outer and parts >= _DATE)
    return [parameter for parameter in parameters if not parameter.name.startswith(moments)] if moments else parameters


def _tells_comparison(spelt: str, names: set[str]) -> bool:
    """Whether a parameter says how another one compares: ``createdDateCondition``."""
    if spelt in lexicon().search_places and names & lexicon().search_parameters:
        return True
    return any(spelt.removesuffix(f"_{word}") in names - {spelt} for word in lexicon().comparing_words)


def _leaves_no_choice(parameter: Parameter) -> bool:
    """Whether a parameter admits one word alone that says what is done: ``action`` is ``read``."""
    admitted, verbs = parameter.schema_.get("enum") or (), lexicon().verbs
    return len(admitted) == 1 and {str(value).lower() for value in admitted} <= {*verbs["get"], *verbs["list"], *verbs["search"]}


def _around(parameter: Parameter, fields: Filterable, places: Places) -> Selecting | None:
    """A parameter of a circle around a place: the records are compared with its middle and how far it reaches, as no operator does."""
    spelt, kind = snake(parameter.name), type_of(parameter.schema_)
    if spelt in places.points:
        return Selecting(parameter, "filter", "eq")
    if spelt in places.areas and kind in {"integer", "number", "string", None}:
        own, far = fields.called(spelt), fields.called("distance")
        if own is not None and own[-1].kind not in ORDERED:
            return None
        far = own or far
        return Selecting(parameter, "filter", "le", far if far and far[-1].kind in ORDERED else ())
    return None


def _read(parameter: Parameter, fields: Filterable, names: set[str], *, spanned: set[str], pages: bool) -> Selecting | None:
    """What a parameter selects, by what it is about and how its name says that it compares."""
    criterion = criterion_of(parameter.name)
    if criterion.comparison is None and fields.called(criterion.subject) is None and type_of(parameter.schema_) != "boolean":
        criterion = joined_criterion(criterion.subject, fields.names | fields.own_names | names) or criterion
    if chooses_fields(criterion.subject):
        return None
    if criterion.held and criterion.subject in lexicon().search_parameters and fields.called(criterion.subject) is None:
        return Selecting(parameter, "search", "search")
    spelt = flag_apart(_bound_apart(_apart(criterion.subject), fields), fields.names)
    found = _selected(parameter, spelt, fields, spanned=spanned, pages=pages, held=criterion.held)
    if found is None:
        found = Selecting(parameter, "filter", "eq") if criterion.comparison in {"other", "any_of"} or criterion.several else None
    if found is None or criterion.comparison is None or found.role != "filter":
        return found
    return _compared(found, criterion.comparison, several=criterion.several)


def _bound_apart(spelt: str, fields: Filterable) -> str:
    """A name with the bound apart that is written together with a field: ``maxlength``."""
    bound, rest = spelt[:3], spelt[3:]
    apart = bound in {"min", "max"} and rest and fields.called(spelt) is None and (fields.called(rest) or fields.measures(rest))
    return f"{bound}_{rest}" if apart else spelt


def _compared(found: Selecting, comparison: Comparison, *, several: bool) -> Selecting:
    """A filter with the comparison that its name tells, where the field can be compared so."""
    if comparison == "other":
        return replace(found, operator="any_of" if several else "eq", path=())
    held = found.path[-1] if found.path else None
    if comparison in {"ge", "le"} and held is not None and held.kind in {"boolean", "part", "parts", "refs"}:
        return replace(found, operator=comparison, path=())
    keeps = comparison == "eq" and found.operator == "any_of" and not several
    return found if keeps else replace(found, operator=comparison)


def _selected(parameter: Parameter, spelt: str, fields: Filterable, *, spanned: set[str], pages: bool, held: bool) -> Selecting | None:
    """What a parameter selects that is about something of this name."""
    said, parts = said_by(parameter), set(words(spelt))
    kind = _kind_of(parameter, said)
    own = fields.called(spelt)
    if own is None and kind in {"integer", "number"} and counts_answers(spelt, fields.thing):
        return Selecting(parameter, "size")
    ordering = own is not None and len(own) > 1 and spelt in lexicon().sort_parameters  # what an object says of how it was listed
    if ordering or (fields.leaves(own) and is_shaping(spelt, kind, several=False)):
        own = None
    known = (own is not None and len(own) == 1) or (said.role == "size" and _is_measure(spelt, kind, fields))
    if (part := _part_of_list(spelt, kind, said, own=known, spanned=spanned, pages=pages)) is not None:
        return Selecting(parameter, part)
    if says_zone(spelt) or (own is None and only_shapes(spelt, kind, said)):
        return None
    chosen = _chosen(parameter, spelt, kind, said, fields)
    if said.role in {"sort", "shape"} and own is None and not (said.role == "shape" and spelt in lexicon().search_parameters):
        told = {"ge", "le"} if kind != "boolean" else set()
        sure = chosen is not None and (chosen.operator in told or chosen.path[-1].kind in {"key", "boolean"})
        widens = chosen is None and kind == "boolean" and said.role == "shape" and speaks_of_records(spelt, said, fields.thing, stated=True)
        return chosen if sure else Selecting(parameter, "filter", "eq") if widens else None
    if chosen is not None:
        return chosen
    if spelt in _LENGTHS and (spanned or kind in {"integer", "number"}):
        return None
    searches = said.role == "search" and not parts & lexicon().criteria_words
    searches |= words(spelt)[-1] in _SEARCHING and said.role in {"filter", None}
    if (spelt in lexicon().search_parameters or searches) and kind in {"string", None}:
        return Selecting(parameter, "search", "search")
    if kind == "boolean" and not held and words(spelt)[0] in lexicon().flag_verbs:
        return None
    if kind == "boolean" and not held and words(spelt)[0] in lexicon().shaping_starts - _LEAVING_OUT:
        return Selecting(parameter, "filter", "eq") if speaks_of_records(spelt, said, fields.thing) else None
    free = said.role == "filter" or held or bool(parts & lexicon().criteria_words)
    if not free and is_shaping(spelt, kind, several=said.operator == "any_of"):
        return None
    many = kind == "array" or (said.operator == "any_of" and "filter" not in words(spelt))
    several: Operator = "any_of" if _is_plural(parameter, spelt) else "eq"
    bound = None if parameter.schema_.get("enum") else _told_bound(said)  # a choice of words has no order
    return Selecting(parameter, "filter", "any_of" if many else bound_of(spelt) or bound or several)


def _is_size_of(spelt: str, said: Said) -> bool:
    """Whether ``size`` is of what records are, and no number of answers, as its description says."""
    return said.role == "filter" and said.by == spelt


def _is_measure(spelt: str, kind: str | None, fields: Filterable) -> bool:
    """Whether a name measures what records hold, though a description reads like a number of answers: ``max_bedrooms``, ``days_old``."""
    if set(words(spelt)[:1]) & lexicon().measure_words and len(words(spelt)) > 1:
        return True
    found = fields.named(spelt, kind) if spelt not in lexicon().page_sizes else None
    return found is not None and found[1] in {"ge", "le"}


def _is_plural(parameter: Parameter, spelt: str) -> bool:
    """Whether a text is called like several things: it takes them in a row."""
    several = type_of(parameter.schema_) == "string" and not parameter.schema_.get("enum") and noun(spelt) != spelt
    return several and not lexicon().measure_words & set(words(spelt))


def _kind_of(parameter: Parameter, said: Said) -> str | None:
    """What a parameter takes: several values, a flag however it is written, or what its schema says."""
    kind = "array" if _takes_several(parameter.schema_) else type_of(parameter.schema_)
    stands_for = str(parameter.schema_.get("default", "")).lower() if kind == "string" else ""  # what is meant when nothing is sent
    flag = (said.flag or stands_for in {"true", "false"}) and kind in {"string", "integer", None} and not parameter.schema_.get("enum")
    return "boolean" if flag or _is_choice_of_yes(parameter) else kind


def _takes_several(schema: JsonSchema) -> bool:
    """Whether a value may be given as one or as a list of such: ``anyOf`` a text and a list of texts."""
    choices = [each for word in ("anyOf", "oneOf") for each in schema.get(word) or () if isinstance(each, dict)]
    return any("items" in each for each in choices) and any(type_of(each) in {"string", "integer"} for each in choices)


def _turns_pages(span: set[str], parameters: list[Parameter]) -> bool:
    """Whether ``after`` and ``before`` are of pages: texts of no form, where nothing else says which page comes back."""
    names = {snake(p.name) for p in parameters}
    if span != {"after", "before"} or names & lexicon().page_parameters - span or not names & lexicon().page_sizes:
        return False
    told = [p.schema_ for p in parameters if snake(p.name) in span]
    return all(type_of(schema) == "string" and not schema.get("format") for schema in told)


def _is_choice_of_yes(parameter: Parameter) -> bool:
    """Whether a parameter is a flag that is written out: ``yes`` or ``no``."""
    given = {str(value).strip().lower() for value in parameter.schema_.get("enum") or ()}
    return bool(given) and given <= _YES_OR_NO and bool(given & {"yes", "no", "true", "false"})


def _may_bound(found: Selecting, names: set[str]) -> bool:
    """Whether one of a pair of parameters bounds something, and is not a value itself: who sent a message and whom it is to."""
    parameter, spelt = found.parameter, snake(found.parameter.name)
    if found.role != "filter" or found.operator in {"any_of", "search"} or type_of(parameter.schema_) in {"boolean", "array"}:
        return False
    if found.path:
        held, own = found.path[-1], snake(found.path[-1].source or found.path[-1].wire) == spelt
        return not own and held.kind in ORDERED | {"text", "enum"}
    until = spelt == "to" and "since" in names
    return until or len(words(spelt)) > 1 or spelt in lexicon().sure_bounds or str(parameter.schema_.get("format", "")).startswith("date")


def _apart(spelt: str) -> str:
    """The name of a bound whose words run together, in words: ``fromdate``."""
    return _RUN_TOGETHER.sub(r"\1_\2", spelt)


def _part_of_list(spelt: str, kind: str | None, said: Said, *, own: bool, spanned: set[str], pages: bool) -> Literal["page", "size"] | None:
    """Whether a parameter says which part of a list comes back."""
    if said.role in {"page", "size"} and not own and kind != "boolean" and spelt not in lexicon().page_parameters | lexicon().page_sizes:
        return "page" if said.role == "page" else "size"
    counts = spelt in lexicon().page_sizes and not _is_size_of(spelt, said)
    if counts and kind in {"integer", "number", "string", None} and (not own or pages):
        return "size"
    told = (said.role in {"filter", "search"} or _told_bound(said) is not None) and not set(words(spelt)) & _PAGE_WORDS
    if spelt == "since" and kind == "number" and not own and spelt not in spanned:
        return "page"  # how many came before
    if spelt in lexicon().page_parameters and not own and kind != "boolean" and spelt not in spanned and not told:
        return "page"
    return None


def _chosen(parameter: Parameter, spelt: str, kind: str | None, said: Said, fields: Filterable) -> Selecting | None:
    """A filter by a field of the record."""
    found: tuple[tuple[FieldPlan, ...], Operator] | None = None
    if kind == "object":
        own = fields.called(spelt)
        return Selecting(parameter, "filter", "eq", own) if own is not None and own[-1].kind in ORDERED | {"text", "enum"} else None
    if said.role == "filter" and (exact := fields.exactly(spelt, said)) is not None:
        found = exact, "eq"
    found = found or fields.named(spelt, kind)
    if found is not None and found[1] in {"ge", "le"} and kind == "boolean":
        found = None
    if found is not None and spelt in _BARE_BOUNDS and (event := fields.key_told(said) or fields.said(spelt, said, kind)) is not None:
        if event[-1].kind not in ORDERED | {"key", "text"}:
            return Selecting(parameter, "filter", found[1])
        found = event, found[1]  # since when of what
    if found is not None and not fields.admits(found[0], parameter.schema_):
        return None
    if found is None and spelt in lexicon().vague_parameters and (choice := fields.by_values(parameter.schema_)) is not None:
        found = choice, "eq"
    if found is None and said.role in {"filter", "search", None} and spelt not in lexicon().search_parameters:
        path = fields.said(spelt, said, kind)
        found = (path, "contains" if said.role == "search" else "eq") if path else None
    if found is None or _is_text_of_flag(spelt, kind, found[0][-1]):
        return None
    path, operator = found
    if operator == "eq":
        listed = said.operator == "any_of" or (path[-1].kind in {"texts", "refs", "parts"} and _is_plural(parameter, spelt))
        several = kind == "array" or spelt.endswith(("_one_of", "_ids")) or spelt == "ids" or listed or _is_several(spelt, path[-1])
        told, named = _told_bound(said, path[-1]) or _agreed_bound(spelt, said, path[-1]), bound_of(spelt, path[-1])
        if not several and told and told != (named or dict(bounds()).get(spelt, told)):
            return None  # the name and the description say opposite things
        operator = "any_of" if several else told or named or "eq"
    return Selecting(parameter, "filter", operator, path, located=spelt in fields.located)


def _is_text_of_flag(spelt: str, kind: str | None, field: FieldPlan) -> bool:
    """Whether a text would be met by a flag that is called more than it: ``conference`` and conference_game."""
    wire = snake(field.source or field.wire)
    return kind == "string" and field.kind == "boolean" and wire.startswith(f"{spelt}_")


def _is_several(spelt: str, field: FieldPlan) -> bool:
    """Whether a name in the plural asks for one value of several: ``states`` of a record with a state."""
    wire = snake(field.source or field.wire)
    return field.kind in {"text", "enum", "ref"} and wire != spelt and noun(spelt) != spelt and noun(spelt).endswith(noun(wire))


def _told_bound(said: Said, field: FieldPlan | None = None) -> Operator | None:
    """The bound that a description tells, of a field that has an order."""
    bound: Operator | None = "ge" if said.operator == "ge" else "le" if said.operator == "le" or said.role == "size" else None
    return bound if field is None or field.kind in ORDERED else None


def _agreed_bound(spelt: str, said: Said, field: FieldPlan) -> Operator | None:
    """The bound that a name and a description both tell, of a code or a number that is written as a text."""
    ends = {*words(spelt)[:1], *words(spelt)[-1:]} - set(words(field.source or field.wire))
    agree = field.kind == "text" and any(word in ends and operator == said.operator for word, operator in bounds())
    return _told_bound(said) if agree else None
