"""Checkouts: a create that is given lines, and adds them up."""

from collections.abc import Iterator

from envfactory_assets.synthesis.actions.family import Bound, Records
from envfactory_assets.synthesis.plan import ToolPlan, TypedEffect
from envfactory_assets.synthesis.sums import sum_of


def beside(tool: ToolPlan, _: Records) -> Iterator[Bound]:
    """The lines that a create is given, with the total that they come to, where what it sums can be told of a line."""
    found = sum_of(tool.entity) if tool.family == "create" else None
    if found is None:
        return
    total, (lines, *summed) = found
    if any(a.field is not None and a.field.name == lines and not a.lacks & set(summed) for a in tool.arguments):
        yield TypedEffect("checkout", total.name, lines=lines)
