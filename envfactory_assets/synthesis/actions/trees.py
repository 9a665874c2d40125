"""Places in a tree: an update that sets the record above one of the same kind."""

from collections.abc import Iterator

from envfactory_assets.synthesis.actions.family import Bound, Records
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import words
from envfactory_assets.synthesis.plan import ToolPlan, TypedEffect


def beside(tool: ToolPlan, _: Records) -> Iterator[Bound]:
    """The parent that an update sets."""
    if tool.family != "update":
        return
    for argument in tool.arguments:
        field = argument.field
        if argument.role != "value" or field is None or field.kind != "ref" or field.target != tool.entity.name:
            continue
        if set(words(field.wire)) & lexicon().parent_words:
            yield TypedEffect("move", field.name)
