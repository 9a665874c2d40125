"""Marks that callers leave on records: whose operations leave none, and what of a record counts them."""

from collections.abc import Iterable

from envfactory_assets.synthesis.actions.states import beside, family_of_move, flag_name, without_caller
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import singular, snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import stem_of_parameter

_SURELY_COUNTING = frozenset({"count", "counts", "cnt", "nb"})
_COUNTING = _SURELY_COUNTING | {"num", "number", "total", "of"}
_AIMED = frozenset({"target", "to"})


def no_mark(verb: str, reading: Reading) -> str | None:
    """Why an operation that a mark's verb names leaves none on the record of its path; None when it does."""
    if verb not in lexicon().mark_verbs:
        return None
    asked, answer = reading.request, reading.response
    told = [*(answer.shape.properties if answer else ()), *(reading.route.operation.response or {}).get("properties", ())]
    aimed = [
        wire for wire in (asked.shape.properties if asked else ()) if _AIMED & {*words(wire)[:1], *words(stem_of_parameter(wire))[-1:]}
    ]
    if aimed and not _AIMED & set(words(reading.route.key or "")):
        return "the request tells which record is marked, and the path who marks it"
    if any(lexicon().approval_words & set(words(wire)) for wire in told):
        return "somebody may have to agree to it first"
    return None


def counts_of_marks(entity: EntityPlan, tools: Iterable[ToolPlan]) -> list[FieldPlan]:
    """The fields that count how many left a mark which tools leave or take away: nothing moves them along with it."""
    mine = [tool for tool in tools if tool.entity is entity]
    marks = {tool.moves.name for tool in mine if tool.moves is not None and family_of_move(tool) == "mark"}
    marks |= {bound.field or "" for tool in mine for bound in beside(tool, {}) if isinstance(bound, TypedEffect) and bound.family == "mark"}
    flags = [field for field in entity.fields if field.name in marks]
    said = {name for flag in flags for name in (flag_name(flag), without_caller(flag))}
    known = {noun for noun, names in lexicon().mark_counts.items() if names & said}
    return [field for field in entity.fields if field.kind == "integer" and counted(field) in known]


def counted(field: FieldPlan) -> str:
    """What a number counts, by its name: ``likes_count`` counts each like."""
    return singular(_without_counting(field))


def counts(field: FieldPlan) -> bool:
    """Whether a number says by its name that it counts: ``comment_count``, ``number_of_comments``, and not ``order_number``."""
    said, named = set(words(field.wire)), _without_counting(field)
    return bool(said & _SURELY_COUNTING or (said & _COUNTING and named != singular(named)))


def _without_counting(field: FieldPlan) -> str:
    return "_".join(word for word in words(snake(field.wire)) if word not in _COUNTING)
