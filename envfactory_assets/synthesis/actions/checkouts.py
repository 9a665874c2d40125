"""Checkouts: a create that is given lines, and adds them up."""

from collections.abc import Iterator

from envfactory_assets.synthesis.actions.family import Bound, Records
from envfactory_assets.synthesis.plan import ToolPlan, TypedEffect
from envfactory_assets.synthesis.sums import sum_of


def beside(tool: ToolPlan, _: Records) -> Iterator[Bound]:
    """The lines that a create is given, with the total that they come to."""
    found = sum_of(tool.entity) if tool.family == "create" else None
    if found is not None and any(a.field is not None and a.field.name == found[1][0] for a in tool.arguments):
        yield TypedEffect("checkout", found[0].name, lines=found[1][0])
