"""Assignments: who a record is given to, set by an update or by an operation of its own."""

from collections.abc import Iterator

from envfactory_assets.synthesis.actions.family import Action, Bound, Family, Records
from envfactory_assets.synthesis.actions.giving import acting_tool, giving, key_argument, told_giving, written
from envfactory_assets.synthesis.actions.standing import over_when, shut_when
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, ToolPlan, TypedEffect

_KEY_WORDS = frozenset({"id", "key", "gid", "uuid", "to"})


def beside(tool: ToolPlan, records: Records) -> Iterator[Bound]:
    """The assignee, owner or driver that an update sets."""
    if tool.family != "update":
        return
    for argument in tool.arguments:
        field = argument.field
        if argument.role != "value" or field is None or not _is_holder(field) or _is_of_an_address(field, tool.entity):
            continue
        if field.target is None or field.target in records:
            yield _assigning("assign", tool.entity, field, records.get(field.target or ""))


def _is_holder(field: FieldPlan) -> bool:
    """Whether a field names who a record is given to: by a key, or in words that only a person is called by."""
    *rest, last = [word for word in words(field.wire) if word not in _KEY_WORDS] or [""]
    if field.kind == "text":
        return last in lexicon().personal_words and not field.schema.get("enum")
    named = set(rest) & set(words(str(field.target)))  # a customer owner is the customer
    return field.kind == "ref" and not field.nested and last in lexicon().assign_words and not named


def _is_of_an_address(field: FieldPlan, entity: EntityPlan) -> bool:
    """Whether who is named is a part of where something lies elsewhere: the owner beside a repository and its branch."""
    beside = {words(other.wire)[-1] for other in entity.fields if other.kind == "text" and words(other.wire)}
    return field.target is None and words(field.wire) == ("owner",) and len(beside & lexicon().address_words) > 1


def _assigning(family: str, entity: EntityPlan, field: FieldPlan, holder: EntityPlan | None) -> TypedEffect:
    shut = shut_when(holder) if family == "assign" and holder is not None else ()
    barred = tuple((name, values) for name, values in shut if not _says_little(name))
    return TypedEffect(family, field.name, unless=over_when(entity), barred=barred, taker=holder.name if holder else None)


def _says_little(flag: str) -> bool:
    """Whether a flag does not say what it keeps somebody from: who is not active may be one who is not there just now."""
    return flag.removeprefix("is_") in lexicon().vague_flags


def _acting(action: Action) -> ToolPlan | str:
    fields = [f for f in action.entity.fields if _is_holder(f) and not _is_of_an_address(f, action.entity)]
    given = giving(action, fields)
    if isinstance(given, str):
        return given
    return given.tool(action, _assigning("assign", action.entity, given.field, _holder(action, given.field)))


def _taking(action: Action) -> ToolPlan | str:
    fields = [f for f in action.entity.fields if _is_holder(f) and not f.required]
    if action.reading.route.key is None:
        return "nothing names the record it acts on"
    if len(fields) != 1:
        return "not one field of its record names who it is given to"
    return acting_tool(action, _assigning("unassign", action.entity, fields[0], _holder(action, fields[0])), [key_argument(action)])


def _holder(action: Action, field: FieldPlan) -> EntityPlan | None:
    return next((entity for entity in action.things.values() if entity.name == field.target), None)


ASSIGN = Family(
    "assign", beside=beside, acting=_acting, body=lambda tool: written(tool, "assign"), told=lambda tool: told_giving(tool, "Assign")
)
UNASSIGN = Family("unassign", acting=_taking, body=lambda tool: written(tool, "unassign"), told=lambda tool: told_giving(tool, "Unassign"))
