"""Links by which one record stands for another in talk: the customer for an order; never the file of a drive or the parent of a task."""

import re
from functools import cache

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.paths import split_leaf
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets.records import ParameterSpec, ToolSpec

_NUMBERED = re.compile(r"_?\d+$")
_IDS = {"id", "ids", "uuid", "gid", "key", "ref", "number", "code"}


@cache
def link_words(leaf: str, entity: str) -> tuple[str, str] | None:
    """What people call the thing that a field refers to, and the word before whose it is; None for a link that nobody speaks of.

    Args:
        leaf: the field's wire name.
        entity: the kind of record that it refers to.
    """
    parts = list(lexicon.split_name(leaf))
    while len(parts) > 1 and parts[-1] in _IDS:
        parts.pop()
    name = "_".join(parts)
    known: dict[str, str] = lexicon.words("relations")["words"]
    own = lexicon.noun(entity)
    if name == "_".join(lexicon.split_name(entity)) or name == own.replace(" ", "_"):
        name = own.replace(" ", "_")
    return (name.replace("_", " "), known[name]) if name in known else None


def can_stand_for(services: Services, env_id: str, entity: str, leaf: str, wish: ToolSpec) -> bool:
    """Whether a wish may mean a thing through a record that refers to it: people look such things up, they change what they name."""
    field = services.field(env_id, entity, leaf)
    if field is None or field.ref is None or field.type == "list" or not is_read(wish):
        return False
    words = link_words(leaf, field.ref)
    if words is None or field.ref == entity or (wish.returns.many and wish.returns.entity == entity):
        return False  # nor "the bookings for the booking's flight"
    return not lexicon.is_person(entity) or words[0] in lexicon.words("relations")["of_people"]


def can_be_taken(entity: str, leaf: str, tool: ToolSpec, parameter: ParameterSpec | None) -> bool:
    """Whether people take over a plain value of one record for another: the same price, somebody's own phone number."""
    lists = lexicon.words("relations")
    keys, wanted = _keys(leaf), _keys(parameter.name) if parameter is not None else set()
    if not keys.isdisjoint(lists["contact_data"]):
        made = next((effect.entity for effect in tool.effects if effect.entity), "") or ""
        return all(map(lexicon.is_reachable, (entity, made))) and any(
            e.family != "create" for e in tool.effects
        )  # everybody has an own one
    return any(not keys.isdisjoint(alike) and not wanted.isdisjoint(alike) for alike in lists["taken_over"])


def _keys(name: str) -> set[str]:
    plain = _NUMBERED.sub("", name)  # "email" of the second one
    return {*fields.keys_of(plain), "_".join(lexicon.split_name(plain))}


def can_be_meant(services: Services, env_id: str, entity: str | None, leaf: str, tool: ToolSpec, parameter: ParameterSpec | None) -> bool:
    """Whether words can give a call what stands in a field of a record: its key always, what it refers to or holds seldom.

    Args:
        services: the environments of the conversation.
        env_id: where the record is.
        entity: what it is.
        leaf: the wire name of the field.
        tool: what is called.
        parameter: what takes the value.
    """
    found = services.entity(env_id, entity)
    field = services.field(env_id, entity, leaf)
    if found is None or field is None or field.name == found.key or entity is None:
        return True
    if field.ref is not None:
        return can_stand_for(services, env_id, entity, leaf, tool)
    return _is_reference(parameter) or can_be_taken(entity, leaf, tool, parameter)


def can_be_given(
    services: Services, source: tuple[str, ToolSpec], path: str, call: tuple[str, ToolSpec], parameter: ParameterSpec | None
) -> bool:
    """Whether words can give a call what another shows at a path, whichever record of those there is meant.

    Args:
        services: the environments of the conversation.
        source: the environment and the tool that shows it.
        path: where.
        call: the environment and the tool that takes it.
        parameter: what takes it.
    """
    leaf, listed = split_leaf(path)[1], services.entity(source[0], source[1].returns.entity)
    past = fields.happened(leaf) not in {None, "due"}  # nobody goes on in another service for when a record was made
    own = past or not _keys(leaf).isdisjoint(lexicon.words("relations")["contact_data"]) or fields.is_money(leaf)
    apart = source[0] == call[0] or own or _ends(parameter)
    return not apart or can_be_meant(services, source[0], listed.name if listed else None, leaf, call[1], parameter)


def _ends(parameter: ParameterSpec | None) -> bool:
    """Whether a value says when something ends: nobody lets it end because another thing does; it may begin, or be due, when that is."""
    if parameter is None or fields.happened(parameter.name) == "due":
        return False
    return not set(lexicon.words("vocabulary")["endings"]).isdisjoint(lexicon.split_name(parameter.name))


def _is_reference(parameter: ParameterSpec | None) -> bool:
    return parameter is not None and parameter.role in {"key", "reference"}
