"""How records stand: which values of which fields say that one is over, or that it takes nothing more in."""

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan

_ARCHIVED = "archived"
Held = tuple[tuple[str, tuple[str | bool, ...]], ...]
"""By field, values."""


def over_when(entity: EntityPlan, besides: frozenset[str] = frozenset()) -> Held:
    """In which values a record is over and stays as it is: what is archived may only be out of sight.

    Args:
        entity: the record type.
        besides: names of fields that do not count, since the same tool moves them.
    """
    fields = [f for f in entity.fields if f.name not in besides]
    sight = _out_of_sight(entity)
    return _held(entity.status, fields, lexicon().over_values - sight, lexicon().over_flags - sight, frozenset())


def shut_when(entity: EntityPlan) -> Held:
    """In which values a record takes nothing more in."""
    values = lexicon().over_values | lexicon().shut_values
    flags = lexicon().over_flags | lexicon().shut_flags
    return _held(entity.status, entity.fields, values, flags, lexicon().open_flags)


def sealed_when(entity: EntityPlan) -> Held:
    """In which values nothing is put into a record, whatever it is."""
    return _put_away(entity, lexicon().sealed_values)


def ended_when(entity: EntityPlan) -> Held:
    """In which values nobody joins a record."""
    return _put_away(entity, lexicon().sealed_values | lexicon().over_values)


def left_when(entity: EntityPlan) -> Held:
    """In which states a membership is none any more, so that whom it was about may join again."""
    return _held(entity.status, entity.fields, lexicon().left_values, frozenset(), frozenset())


def gone_when(entity: EntityPlan) -> Held:
    """In which values a record is put away, so that nothing is said of it nor moved into it."""
    return _put_away(entity, lexicon().gone_values)


def _put_away(entity: EntityPlan, values: frozenset[str]) -> Held:
    """Those of some values that keep things out; an entry may go where its thing stays."""
    values -= _out_of_sight(entity)
    own = [f for f in entity.fields if f.grounding == "declared" and not _is_of_entry(f)]
    return _held(entity.status, own, values, values, frozenset())


def _out_of_sight(entity: EntityPlan) -> frozenset[str]:
    """The values in which a record may only be out of sight."""
    return frozenset() if entity.thing.rpartition("_")[2] in lexicon().frozen_holders else frozenset({_ARCHIVED})


def _is_of_entry(field: FieldPlan) -> bool:
    """Whether a field is one of a schema that says where something stands: of the entry that a list of calendars has of one."""
    _, found, path = field.pointer.partition("schemas/")
    return bool(found) and (words(path.partition("/")[0]) or [""])[-1] in lexicon().entry_words


def called_off(entity: EntityPlan) -> Held:
    """In which states a record never came to be: nothing is paid of it, and it takes nothing."""
    return _held(entity.status, entity.fields, lexicon().called_off_values, frozenset(), frozenset())


def _held(
    status: FieldPlan | None, fields: list[FieldPlan], values: frozenset[str], flags: frozenset[str], unflags: frozenset[str]
) -> Held:
    found: list[tuple[str, tuple[str | bool, ...]]] = []
    if status is not None and status in fields:
        shut = tuple(value for value in status.enum if snake(value) in values)
        if 0 < len(shut) < len(status.enum):
            found.append((status.name, shut))
    for field in fields:
        said = snake(field.wire).removeprefix("is_")
        if field.kind == "boolean" and said in flags | unflags:
            found.append((field.name, (said in flags,)))
    return tuple(found)
