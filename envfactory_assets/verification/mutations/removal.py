"""Rows that stay, or go with the wrong others."""

import ast
from collections.abc import Iterator
from copy import deepcopy

from envfactory_assets.verification.mutations.nodes import Change, altered, expression, table_call, table_of, without
from envfactory_assets.verification.mutations.outline import Site

_RULES = ("cascade", "set_null", "restrict")


def removal_left_out(site: Site) -> Iterator[Change]:
    """A deleted row stays."""
    if table_call(site.node, "remove") is not None:
        yield ast.Constant(None)


def other_row_removed(site: Site) -> Iterator[Change]:
    """The last row of the table goes, not the one that was asked for."""
    call = table_call(site.node, "remove")
    if call is not None and call.args:
        copy = deepcopy(call)
        copy.args[0] = expression(f"list(self.{table_of(call)})[-1]")
        yield copy


def children_left(site: Site) -> Iterator[Change]:
    """What belongs to a deleted row is not deleted with it."""
    call = table_call(site.node, "remove")
    for keyword in call.keywords if call is not None else ():
        if keyword.arg == "cascade":
            yield without(call, keyword)  # type: ignore[arg-type]
    if isinstance(site.node, ast.For) and any(table_call(part, "remove") is not None for part in ast.walk(site.node)):
        yield ast.Pass()
    if isinstance(site.node, ast.Call) and ast.unparse(site.node.func) == "OnDelete" and isinstance(site.node.args[0], ast.Constant):
        said = site.node.args[0].value
        yield from (altered(site.node, args=[ast.Constant(rule)]) for rule in _RULES if rule != said and said == "cascade")


def children_lost(site: Site) -> Iterator[Change]:
    """What refers to a deleted row goes with it, although it should hold it or stay."""
    call = table_call(site.node, "remove")
    if call is not None and not call.keywords:
        yield altered(call, keywords=[ast.keyword("cascade", ast.Constant(value=True))])


KINDS = {
    "removal left out": removal_left_out,
    "other row removed": other_row_removed,
    "children left": children_left,
    "children lost": children_lost,
}
