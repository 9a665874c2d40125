"""Memberships: records that say that one thing belongs to another."""

from collections.abc import Iterator

from envfactory_assets.synthesis.actions.family import Bound, Records
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.plan import ToolPlan, TypedEffect

_MOST_BESIDE = 3  # fields of a record that is called otherwise and still only says who belongs where


def beside(tool: ToolPlan, _: Records) -> Iterator[Bound]:
    """A create whose path names the group and whose body the member."""
    if tool.family != "create":
        return
    told = [a for a in tool.arguments if a.required and a.field is not None and a.field.kind == "ref"]
    groups = [a.field for a in told if f"{{{a.wire}}}" in tool.operation.path]
    members = [a.field for a in told if a.field not in groups]
    belongs = tool.entity.thing.rpartition("_")[2] in lexicon().membership_words or len(tool.entity.fields) - 2 <= _MOST_BESIDE
    if belongs and len(groups) == 1 and len(members) == 1 and groups[0] and members[0]:
        yield TypedEffect("add_member", members[0].name, within=groups[0].name)
