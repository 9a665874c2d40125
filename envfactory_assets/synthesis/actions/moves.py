"""Places: an update that sets what a record lies in, and operations that move one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from envfactory_assets.corpus.conditions import EITHER, EMPTY
from envfactory_assets.synthesis.actions.conditions import refused_kinds
from envfactory_assets.synthesis.actions.family import Action, Bound, Family, Records, Unbound
from envfactory_assets.synthesis.actions.giving import Given, arguments_of, giving, told_giving, written
from envfactory_assets.synthesis.actions.marks import counted
from envfactory_assets.synthesis.actions.standing import gone_when, over_when
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.route import stem_of_parameter

_BOUNDING = frozenset({"max", "maximum", "min", "minimum", "limit", "allowed"})
_PARAMETER = re.compile(r"\{([^{}]+)\}")


def beside(tool: ToolPlan, records: Records) -> Iterator[Bound]:
    """The folder, list or parent that an update sets."""
    if tool.family != "update":
        return
    for argument in tool.arguments:
        field = argument.field
        if argument.role != "value" or field is None or field.target not in records or field.nested or not lies_in(field, tool.entity):
            continue
        holder, asked = records[str(field.target)], tool.asked.shape.properties if tool.asked else {}
        told = field.schema | asked.get(argument.wire, {})
        if _is_around(holder, tool):
            yield Unbound("move", argument.pointer, "the path says where the record lies")
        elif snake(field.wire) in tool.entity.made_in and argument.pointer == field.pointer:
            yield Unbound("move", argument.pointer, "it is told beside the record where that is made, and in the record only shown")
        elif _is_of_others(holder, tool.entity, records):
            yield Unbound("move", argument.pointer, "what it names holds records of another kind")
        elif EMPTY in told:
            yield Unbound("move", argument.pointer, "an empty text, which names no record, takes it out of what it lies in")
        elif EITHER in told:
            yield Unbound("move", argument.pointer, "where it lies may be told in another way, which would say another place")
        else:
            bound = moving(tool.entity, field, holder)
            yield replace(bound, within=None) if holder is tool.entity and _sets(tool, bound.within) else bound


def counts_of_moved(holder: EntityPlan, tools: Iterable[ToolPlan], records: Records) -> list[FieldPlan]:
    """The fields that count the records which tools move into this one and out of it: nothing moves them along with these."""
    moved = {tool.entity.thing for tool in tools for name in _moved_by(tool, records) if _target(tool.entity, name) == holder.name}
    numbers = [field for field in holder.fields if field.kind == "integer" and not set(words(field.wire)) & _BOUNDING]
    return [field for field in numbers if any(f"_{counted(field)}".endswith(f"_{thing}") for thing in moved)]


def ways_to_moved(entity: EntityPlan, tools: Iterable[ToolPlan], records: Records) -> list[FieldPlan]:
    """The texts that say by which way a record is reached, where tools move it: nothing changes them along with its place."""
    moved = any(_moved_by(tool, records) for tool in tools if tool.entity is entity)
    ways = [field for field in entity.fields if field.kind in {"text", "texts"} and snake(field.wire) in lexicon().way_words]
    return ways if moved else []


def _moved_by(tool: ToolPlan, records: Records) -> set[str]:
    """The fields that say where the record lies and that a tool sets."""
    beside_it = [bound for bound in beside(tool, records) if isinstance(bound, TypedEffect)]
    return {bound.field for bound in (*tool.typed, *beside_it) if bound.family == "move" and bound.field}


def _target(entity: EntityPlan, name: str) -> str | None:
    field = entity.field(name)
    return field.target if field is not None and field.target != entity.name else None


def _is_of_others(holder: EntityPlan, entity: EntityPlan, records: Records) -> bool:
    """Whether a holder is named after another record that it holds: no template lies in a folder of campaigns."""
    held = holder.thing.rpartition("_")[0]
    return held != entity.thing and any(each.thing == held for each in records.values())


def _sets(tool: ToolPlan, name: str | None) -> bool:
    """Whether a tool is told a field, so that what it changes may go elsewhere in the same call."""
    return any(a.role == "value" and a.field is not None and a.field.name == name for a in tool.arguments)


def _is_around(holder: EntityPlan, tool: ToolPlan) -> bool:
    """Whether an operation's path goes through what a field of its request names."""
    named = [stem_of_parameter(name) for name in _PARAMETER.findall(tool.operation.path)]
    return holder is not tool.entity and holder.thing in named


def lies_in(field: FieldPlan, entity: EntityPlan) -> bool:
    """Whether a field names what a record lies in, and not something of that: ``list_id``, not ``cover_list_id``."""
    said = stem_of_parameter(field.wire).split("_")
    if field.kind != "ref" or entity.thing.rpartition("_")[2] in lexicon().said_words:
        return False
    holders = lexicon().parent_words if field.target == entity.name else lexicon().holder_words
    owners = {*words(str(field.target)), *words(entity.name)}
    return bool(set(said) & holders) and all(word in owners | lexicon().holder_words for word in said)


def moving(entity: EntityPlan, field: FieldPlan, holder: EntityPlan) -> TypedEffect:
    """The effect of setting a record's place: within what both lie in, out of nothing that is over, into nothing that is put away."""
    return TypedEffect(
        "move",
        field.name,
        within=_around(entity, field, holder),
        unless=over_when(entity),
        barred=gone_when(holder),
        taker=holder.name,
    )


def _around(entity: EntityPlan, field: FieldPlan, holder: EntityPlan) -> str | None:
    """The field by which a record and what it lies in both name the one record around them."""
    shared = {(f.name, f.target) for f in entity.fields if f.kind == "ref" and f is not field and f.target != entity.name}
    around = [f for f in holder.fields if f.nested or set(words(f.wire)) & lexicon().holder_words]
    return next((f.name for f in around if f.kind == "ref" and (f.name, f.target) in shared), None)


def acting(action: Action) -> ToolPlan | str:
    """An operation that moves a record."""
    fields = [f for f in action.entity.fields if f.nested or lies_in(f, action.entity)]
    given = giving(action, fields)
    if isinstance(given, str) and len(fields) == 1:
        ends = [told for told in arguments_of(action) if words(told.wire)[0] in lexicon().destination_words]
        given = Given(fields[0], ends[0]) if len(ends) == 1 and action.reading.route.key else given
    if isinstance(given, str):
        return given
    holder = next(entity for entity in action.things.values() if entity.name == given.field.target)
    effect = moving(action.entity, given.field, holder)
    kinds = refused_kinds(action.reading.route.operation, action.entity)
    tool = given.tool(action, replace(effect, unless=(*effect.unless, *kinds)))
    tool.arguments[-1] = replace(tool.arguments[-1], nullable=given.may_be_none)
    return tool


FAMILY = Family("move", beside=beside, acting=acting, body=lambda tool: written(tool, "move"), told=lambda tool: told_giving(tool, "Move"))
