"""Kinds that no probe was written with in mind: how well those notice what they do not know."""

import ast
from collections.abc import Iterator
from copy import deepcopy

from envfactory_assets.verification.mutations.nodes import Change, altered, expression, fields_written, table_call, with_value
from envfactory_assets.verification.mutations.outline import Site

_OPPOSITE = {"min": "max", "max": "min"}


def order_turned_round(site: Site) -> Iterator[Change]:
    """A sorted list begins with its end."""
    call = site.node
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "sorted" and site.is_tool:
        turned = [keyword for keyword in call.keywords if keyword.arg == "reverse"]
        kept = [deepcopy(keyword) for keyword in call.keywords if keyword.arg != "reverse"]
        yield altered(call, keywords=kept if turned else [*kept, ast.keyword("reverse", ast.Constant(True))])


def old_row_answered(site: Site) -> Iterator[Change]:
    """What is answered is the row as it was before the write."""
    node = site.node
    call = table_call(node.value, "replace", "revise", "transition") if isinstance(node, ast.Return) and node.value is not None else None
    if call is not None and call.args and site.is_tool:
        written = altered(call, args=[ast.Name("row", ast.Load()), *call.args[1:]])
        yield altered(node, value=expression(f"[(row, {ast.unparse(written)})[0] for row in [{ast.unparse(call.args[0])}]][0]"))


def largest_for_smallest(site: Site) -> Iterator[Change]:
    """The larger of two is taken for the smaller, or the other way round."""
    call = site.node
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _OPPOSITE and site.function is not None:
        yield altered(call, func=ast.Name(_OPPOSITE[call.func.id], ast.Load()))


def text_cut_short(site: Site) -> Iterator[Change]:
    """Of a text only the beginning is kept."""
    for call, keyword, said in fields_written(site, "add", "make", "replace"):
        if said.startswith("Text") and not isinstance(keyword.value, ast.Constant):
            value = ast.unparse(keyword.value)
            yield with_value(call, keyword, expression(f"({value})[:4] if ({value}) else ({value})"))


def nothing_for_not_given(site: Site) -> Iterator[Change]:
    """What is nothing, none or empty counts as not given."""
    node = site.node
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.comparators[0], ast.Constant) and site.function is not None:
        if node.comparators[0].value is None and isinstance(node.ops[0], ast.Is):
            yield ast.UnaryOp(ast.Not(), deepcopy(node.left))
        if node.comparators[0].value is None and isinstance(node.ops[0], ast.IsNot):
            yield ast.Call(ast.Name("bool", ast.Load()), [deepcopy(node.left)], [])


KINDS = {
    "order turned round": order_turned_round,
    "old row answered": old_row_answered,
    "largest for smallest": largest_for_smallest,
    "text cut short": text_cut_short,
    "nothing for not given": nothing_for_not_given,
}
