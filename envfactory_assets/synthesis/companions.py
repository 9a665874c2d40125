"""Fields that tell when, or by whom, a record came to be as a status or a flag says: ``closed_at`` beside ``state``, ``resolved_by``."""

import re
from collections import defaultdict
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
_NUMBERS = frozenset({"integer", "number"})
_PEOPLE = frozenset({"ref", "caller"})


def accompany(entities: list[EntityPlan], tools: list[ToolPlan]) -> None:
    """Let the fields that tell of a status or a flag, and that nobody sets, go with it.

    Args:
        entities: the record types kept; their fields are changed in place.
        tools: the tools kept.
    """
    for entity in entities:
        told = _told(entity, tools)
        for field in entity.fields:
            field.reached = told.get(field.name) if field.kind in _MOMENTS | _PEOPLE else None
            field.required = field.required and field.reached is None


def untold(entity: EntityPlan, tools: Iterable[ToolPlan]) -> list[FieldPlan]:
    """The fields that tell of a status or a flag which tools move, though in a way that nothing stamps: a number of milliseconds."""
    told = _told(entity, list(tools))
    return [field for field in entity.fields if field.name in told and field.kind not in _MOMENTS | _PEOPLE]


def _told(entity: EntityPlan, tools: list[ToolPlan]) -> dict[str, ReachedPlan]:
    """The fields that tell of a status or a flag, and that nobody sets, with what they tell."""
    verbs: defaultdict[int, set[str]] = defaultdict(set)
    for tool in tools:
        if tool.moves is not None:
            verbs[id(tool.moves)] |= {tool.verb or ""} if tool.target is True else set()
        for argument in tool.arguments:
            if argument.role == "value":
                verbs[id(argument.field)] |= set()
    moving = [(field, verbs[id(field)]) for field in entity.fields if id(field) in verbs and field.kind in {"enum", "boolean"}]
    free = [f for f in entity.fields if id(f) not in verbs and not is_stamp(f) and not _is_sent(f, entity, tools)]
    return {field.name: plan for field in free if (plan := _told_of(field, moving)) is not None}


def _is_sent(field: FieldPlan, entity: EntityPlan, tools: Iterable[ToolPlan]) -> bool:
    """Whether a request sends a field of the record."""
    asked = (tool.asked.shape.properties.get(field.wire) for tool in tools if tool.entity is entity and tool.asked)
    return any(schema is not None and schema.get("readOnly") is not True for schema in asked)


def _told_of(field: FieldPlan, moving: Iterable[tuple[FieldPlan, set[str]]]) -> ReachedPlan | None:
    """What a field tells of: rather a flag than a status."""
    forms = (_WHEN,) if field.kind in _MOMENTS | _NUMBERS else (_WHO,) if field.kind in _PEOPLE else ()
    found = next((match for form in forms if (match := form.match(snake(field.wire)))), None)
    stem = next((stem for stem in found.groups() if stem), "") if found else ""
    ranked = sorted(moving, key=lambda each: each[0].kind != "boolean")
    told = (_of_flag(stem, each, verbs) if each.kind == "boolean" else _of_status(stem, each) for each, verbs in ranked)
    return next((plan for plan in told if plan is not None), None) if stem else None


def _of_flag(stem: str, flag: FieldPlan, verbs: Iterable[str]) -> ReachedPlan | None:
    """The value of a flag that a participle tells of: of its own name, or of what raises it, as ``published`` of ``public``."""
    name = flag_name(flag)
    if stem in {f"{said}{end}" for said in (name, *verbs) if said for end in ("", "d", "ed")}:
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
