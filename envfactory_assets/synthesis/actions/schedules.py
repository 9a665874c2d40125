"""Schedules: an update that sets when something begins that also ends."""

from collections.abc import Iterator

from envfactory_assets.corpus.telling import mates
from envfactory_assets.synthesis.actions.family import Bound, Unbound
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, ToolPlan, TypedEffect

_MOMENTS = {"date", "datetime"}


def beside(tool: ToolPlan) -> Iterator[Bound]:
    """The start that an update sets of something that also has an end."""
    if tool.family != "update":
        return
    for argument in tool.arguments:
        field = argument.field
        if argument.role != "value" or field is None or field.kind not in _MOMENTS or not set(words(field.wire)) & lexicon().start_words:
            continue
        until = _end_of(field, tool.entity)
        if until is not None:
            yield TypedEffect("reschedule", field.name, until=until.name)
        else:
            yield Unbound("reschedule", argument.pointer, "nothing says when it ends")


def _end_of(start: FieldPlan, entity: EntityPlan) -> FieldPlan | None:
    ends = {snake(field.wire): field for field in entity.fields if field.kind == start.kind}
    return next((ends[name] for name in mates(start.wire) if name in ends), None)
