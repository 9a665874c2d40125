"""Fields that tell when, or by whom, a record came to be as a status or a flag says: ``closed_at`` beside ``state``, ``resolved_by``."""

import re
from collections.abc import Iterable

from envfactory_assets.synthesis.actions.lives import plain_states
from envfactory_assets.synthesis.actions.states import flag_name
from envfactory_assets.synthesis.arguments import is_stamp
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.plan import STATUS, EntityPlan, FieldPlan, ReachedPlan, ToolPlan

_WHEN = re.compile(r"^(?:date_)?(?P<stem>[a-z_]+?ed)(?:_(?:at|on|date|time|timestamp|datetime|utc))+$|^date_(?P<dated>[a-z_]+ed)$")
_WHO = re.compile(r"^(?P<stem>[a-z_]+ed)_by(?:_(?:id|user|user_id))?$")
_MOMENTS = frozenset({"date", "datetime"})
_PEOPLE = frozenset({"ref", "caller"})


def accompany(entities: list[EntityPlan], tools: list[ToolPlan]) -> None:
    """Let the fields that tell of a status or a flag, and that nobody sets, go with it.

    Args:
        entities: the record types kept; their fields are changed in place.
        tools: the tools kept.
    """
    moved = {id(tool.moves) for tool in tools if tool.moves is not None}
    moved |= {id(argument.field) for tool in tools for argument in tool.arguments if argument.role == "value"}
    for entity in entities:
        moving = [field for field in entity.fields if id(field) in moved and field.kind in {"enum", "boolean"}]
        for field in entity.fields:
            if id(field) not in moved and not is_stamp(field) and not _is_sent(field, entity, tools):
                field.reached = _told_of(field, moving)
                field.required = field.required and field.reached is None


def _is_sent(field: FieldPlan, entity: EntityPlan, tools: Iterable[ToolPlan]) -> bool:
    """Whether a request sends a field of the record."""
    asked = (tool.asked.shape.properties.get(field.wire) for tool in tools if tool.entity is entity and tool.asked)
    return any(schema is not None and schema.get("readOnly") is not True for schema in asked)


def _told_of(field: FieldPlan, moving: Iterable[FieldPlan]) -> ReachedPlan | None:
    """What a field tells of: rather a flag than a status."""
    found = (_WHEN if field.kind in _MOMENTS else _WHO).match(snake(field.wire)) if field.kind in _MOMENTS | _PEOPLE else None
    stem = next((stem for stem in found.groups() if stem), "") if found else ""
    ranked = sorted(moving, key=lambda f: f.kind != "boolean")
    told = (_of_flag(stem, each) if each.kind == "boolean" else _of_status(stem, each) for each in ranked)
    return next((plan for plan in told if plan is not None), None) if stem else None


def _of_flag(stem: str, flag: FieldPlan) -> ReachedPlan | None:
    name = flag_name(flag)
    if stem in {name, f"{name}d", f"{name}ed"}:
        return ReachedPlan(flag.name, (True,))
    return ReachedPlan(flag.name, (False,)) if name in lexicon().opposite_flags.get(stem, ()) else None


def _of_status(stem: str, status: FieldPlan) -> ReachedPlan | None:
    """The values of a status that a participle tells of: its own, or those that answer a question where it tells of an answer."""
    if status.name not in STATUS and snake(status.wire).rpartition("_")[2] not in lexicon().status_words:
        return None
    plain = plain_states(status.enum)
    wanted = lexicon().answer_states if stem in lexicon().answered_words else {stem, stem.removesuffix("d"), stem.removesuffix("ed")}
    if stem.startswith("cancel"):
        wanted = {"cancelled", "canceled"}
    values = tuple(value for value, said in plain.items() if said in wanted)
    stays = not {plain[value] for value in values} <= lexicon().over_values | lexicon().answer_states
    return ReachedPlan(status.name, values, stays) if values else None
