"""Records that live inside others: what is closed, archived or not active takes nothing more in."""

from collections.abc import Iterator

from envfactory_assets.synthesis.actions import amounts, memberships
from envfactory_assets.synthesis.actions.family import Bound, Records
from envfactory_assets.synthesis.actions.standing import sealed_when
from envfactory_assets.synthesis.plan import ToolPlan, TypedEffect


def beside(tool: ToolPlan, records: Records) -> Iterator[Bound]:
    """A create whose path names the record it puts another into, where that says when it is closed."""
    if tool.family != "create" or any(isinstance(b, TypedEffect) for f in (memberships, amounts) for b in f.beside(tool, records)):
        return
    told = [(a, a.field) for a in tool.arguments if a.required and a.field is not None and a.field.kind == "ref"]
    around = [f for a, f in told if f"{{{a.wire}}}" in tool.operation.path and f.target in records and f.target != tool.entity.name]
    if len(around) == 1 and (sealed := sealed_when(records[str(around[0].target)])):
        yield TypedEffect("add_member", within=around[0].name, barred=sealed, taker=around[0].target)
