"""Settling a chosen plan: what every record must hold, who owns it, and names that do not clash."""

import re
from collections import defaultdict

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.synthesis.actions.states import declared_default, initial_value, is_final
from envfactory_assets.synthesis.arguments import is_stamp
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.methods import server_value
from envfactory_assets.synthesis.names import article, noun, pascal, snake, spoken, words
from envfactory_assets.synthesis.plan import STATUS, EntityPlan, FieldPlan, PartPlan, ToolPlan
from envfactory_assets.synthesis.seed import RUNTIME_NAMES
from envfactory_assets.synthesis.stems import stem_of

_FROM_THE_START = {"boolean", "refs", "texts", "parts"}  # kinds of which a service shows what is empty
_COUNT = re.compile(r"(^|_)(count|num|number_of)(_|$)")
_LONGEST_NOUN = 3
_SPELLING = frozenset({"pattern", "minLength"})


def settle(entities: list[EntityPlan], tools: list[ToolPlan], title: str) -> None:
    """Decide which fields are required and how records start, once it is known which tools there are.

    Args:
        entities: the record types kept.
        tools: the tools kept.
        title: the document's title: what it calls itself names no value object.
    """
    for entity in entities:
        mine = [tool for tool in tools if tool.entity is entity]
        for field in entity.fields:
            _settle_caller(field, mine)
            _settle_start(field, mine)
    _spell_keys(entities)
    _type_keys(entities, tools)
    _tell_parts_apart(entities, frozenset(words(title)))
    tables = {entity.name: entity.table for entity in entities}
    for tool in tools:
        tool.tables = tables


def _spell_keys(entities: list[EntityPlan]) -> None:
    """Where only what refers to a record says how its key is spelt, the key is spelt so."""
    told = {f.target: f.schema for e in entities for f in e.fields if f.kind == "ref" and f.schema.keys() & _SPELLING}
    for entity in entities:
        if not entity.integer_key and not entity.key.schema.keys() & (_SPELLING | {"format"}):
            entity.key.schema = entity.key.schema | {word: value for word, value in told.get(entity.name, {}).items() if word in _SPELLING}


def _type_keys(entities: list[EntityPlan], tools: list[ToolPlan]) -> None:
    """Where a document has the keys of a record as numbers here and as texts there, they are what more of its answers have."""
    told: dict[str, list[JsonSchema]] = defaultdict(list)
    for tool in tools:
        for name, schemas in _keys_shown(tool).items():
            if len({type_of(schema) == "string" for schema in schemas}) == 1:  # an answer that has it both ways says nothing
                told[name] += schemas
    for entity in entities:
        texts = [schema for schema in told[entity.name] if type_of(schema) == "string"]
        numbers = [schema for schema in told[entity.name] if type_of(schema) != "string"]
        others, own = (texts, numbers) if entity.integer_key else (numbers, texts)
        if len(others) > len(own):
            entity.integer_key, entity.key.schema = not entity.integer_key, others[0]


def _keys_shown(tool: ToolPlan) -> dict[str, list[JsonSchema]]:
    """The schemas of the keys in an answer, by the entity whose keys they are; the record's own twice, it says more than a reference."""
    found: dict[str, list[JsonSchema]] = defaultdict(list)
    answered = tool.answered.shape.properties if tool.answered and tool.returns_record else {}
    shown = [(tool.entity.name, answered.get(tool.entity.key.wire))] * 2
    for field in tool.entity.fields:
        shown += [(field.target or "", answered.get(field.wire))] if field.kind == "ref" else []
    for name, schema in shown:
        if name and schema is not None and type_of(schema) in {"string", "integer", "number"}:
            found[name].append(schema)
    return found


def _settle_caller(field: FieldPlan, tools: list[ToolPlan]) -> None:
    """A text that names the owner and that nobody may set holds the caller."""
    settable = any(a.field is field for tool in tools for a in tool.arguments if a.role == "value")
    if field.kind == "text" and snake(field.wire) in lexicon().caller_fields and not settable and type_of(field.schema) == "string":
        field.kind, field.grounding = "caller", "inferred"


def _settle_start(field: FieldPlan, tools: list[ToolPlan]) -> None:
    """Decide whether every record has a field, and what a fresh one has in it."""
    creates = [tool for tool in tools if tool.family == "create"]
    if field.kind == "enum" and any(tool.moves is field for tool in tools):
        field.required = True  # or no fresh record could take its first step
    if field.kind != "enum" or not creates:
        field.required = _is_required(field, creates)
        return
    left_empty = not field.required and all(map(is_final, field.enum))  # it says how a record ended
    declared = declared_default(field, tools)
    field.required = (_is_required(field, creates) and not left_empty) or declared is not None
    always = all(any(a.field is field and a.required for a in tool.arguments) for tool in creates)
    field.initial = initial_value(field, tools) if field.required and not always else None


def _counts(field: FieldPlan) -> bool:
    """Whether a field says how many of something there are: of a fresh record, none."""
    return field.kind == "integer" and _COUNT.search(field.name) is not None


def _is_required(field: FieldPlan, creates: list[ToolPlan]) -> bool:
    if is_stamp(field) or field.kind == "caller":
        return True
    if not creates:
        return field.required or snake(field.wire) in lexicon().label_fields[:6] or field.name in STATUS
    given = [next((a for a in tool.arguments if a.field is field), None) for tool in creates]
    if all(argument is not None and argument.required for argument in given):
        return True
    wished = field.required or field.kind in _FROM_THE_START or (field.kind == "enum" and field.name in STATUS) or _counts(field)
    field.required = True  # what the service would give it, if the field had to be there
    return wished and server_value(field) is not None


def _tell_parts_apart(entities: list[EntityPlan], own_name: frozenset[str]) -> None:
    """Give equal value objects one class, and every class its own name: of one that several fields hold, what they have in common."""
    taken = {entity.name for entity in entities} | RUNTIME_NAMES
    alike: dict[str, list[FieldPlan]] = defaultdict(list)
    for entity in entities:
        for field in entity.fields:
            if field.part is not None:
                alike[repr(sorted((f.wire, f.kind, f.enum, f.target or "", _values(f.schema)) for f in field.part.fields))].append(field)
    for holders in alike.values():
        parts = [field.part for field in holders if field.part is not None]
        one = _merged(parts)
        if len(holders) > 1 and (common := _common_noun(holders, parts, own_name)):
            if pascal(common) not in taken:
                one.name = pascal(common)
            one.told = f"{article(spoken(common)).capitalize()}."
        while one.name in taken:
            one.name += "Value"
        taken.add(one.name)
        for field in holders:
            field.part = one


def _values(schema: JsonSchema) -> str:
    """What numbers a schema lists or bounds."""
    return repr([schema.get(word) for word in ("enum", "minimum", "maximum")])


def _merged(parts: list[PartPlan]) -> PartPlan:
    """The first of equal value objects; it requires only what all of them do."""
    first = parts[0]
    for field in first.fields:
        field.required = all(any(f.wire == field.wire and f.required for f in part.fields) for part in parts)
    return first


def _common_noun(holders: list[FieldPlan], parts: list[PartPlan], own_name: frozenset[str]) -> str | None:
    """What several fields hold: the last words that their names share, or that the document's own names of it share."""
    fields = [tuple(noun(field.wire).split("_")) for field in holders]
    stems = [tuple(stem_of(part.shared).split("_")) for part in parts if part.shared]
    for names in (fields, stems):
        common = _last_words(names)[-_LONGEST_NOUN:]
        if common and common[-1] not in lexicon().loose_words | own_name and not any(word.isdigit() for word in common):
            return "_".join(common)
    return None


def _last_words(names: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The words in which all of some names end."""
    common: list[str] = []
    for words_at in zip(*(reversed(name) for name in names), strict=False):
        if len(set(words_at)) > 1:
            break
        common.insert(0, words_at[0])
    return tuple(common)
