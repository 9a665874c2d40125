"""Writes that do not happen, happen twice, or hit the wrong row or field."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise

from envfactory_assets.verification.mutations.nodes import (
    Change,
    expression,
    method_of,
    statements,
    table_call,
    table_of,
    with_value,
    without,
)
from envfactory_assets.verification.mutations.outline import Site

_ON_A_ROW = ("replace", "revise", "transition")
_TYPED = ("add_member", "remove_member", "assign", "unassign", "draw", "give_back")


def no_op_write(site: Site) -> Iterator[Change]:
    """The row as it was, instead of the row as written."""
    call = table_call(site.node, *_ON_A_ROW)
    if call is not None and call.args:
        yield deepcopy(call.args[0])


def no_op_effect(site: Site) -> Iterator[Change]:
    """A typed effect that leaves the row as it was."""
    call = table_call(site.node, *_TYPED)
    if call is not None and call.args:
        yield deepcopy(call.args[0])


def row_not_kept(site: Site) -> Iterator[Change]:
    """A row that is answered but not stored."""
    call = table_call(site.node, "add", "join")
    if call is not None:
        yield expression(f"[(self.{table_of(call)}.remove(added), added)[1] for added in [{ast.unparse(call)}]][0]")


def written_twice(site: Site) -> Iterator[Change]:
    """Two rows where one was asked for."""
    call = table_call(site.node, "add")
    key = site.outline.key(site.outline.tables.get(table_of(call), "")) if call is not None else None
    if call is not None and not any(keyword.arg == key for keyword in call.keywords):
        yield expression(f"[{ast.unparse(call)} for _ in range(2)][0]")


def field_left_out(site: Site) -> Iterator[Change]:
    """One of the fields is not written."""
    call = table_call(site.node, *_ON_A_ROW)
    if call is not None and len(call.keywords) + (method_of(call) == "transition") > 1:
        yield from (without(call, keyword) for keyword in call.keywords if keyword.arg is not None)


def fields_swapped(site: Site) -> Iterator[Change]:
    """Two fields get each other's values."""
    call = table_call(site.node, "add", *_ON_A_ROW)
    if call is not None:
        fields = site.outline.fields(site.outline.tables.get(table_of(call), ""))
        named = [keyword for keyword in call.keywords if keyword.arg and not isinstance(keyword.value, ast.Constant)]
        for first, second in pairwise(named):
            if _bare(fields.get(str(first.arg))) == _bare(fields.get(str(second.arg))):
                swapped = with_value(call, first, deepcopy(second.value))
                yield with_value(swapped, swapped.keywords[call.keywords.index(second)], deepcopy(first.value))


def other_row(site: Site) -> Iterator[Change]:
    """The first row of the table is written, not the one that was asked for."""
    call = table_call(site.node, "replace", "revise")
    if call is not None and call.args:
        copy = deepcopy(call)
        copy.args[0] = expression(f"next(iter(self.{table_of(call)}))")
        yield copy


def stale_total(site: Site) -> Iterator[Change]:
    """A field that is worked out from its old value keeps the old value."""
    call = table_call(site.node, "replace", "transition")
    for keyword in call.keywords if call is not None else ():
        old = [node for node in ast.walk(keyword.value) if isinstance(node, ast.Attribute) and node.attr == keyword.arg]
        if isinstance(keyword.value, ast.BinOp) and old:
            yield with_value(call, keyword, deepcopy(old[0]))  # type: ignore[arg-type]


def one_side_only(site: Site) -> Iterator[Change]:
    """A write that stands by itself beside others is left out: one side of what should happen on both."""
    if isinstance(site.node, ast.Expr) and table_call(site.node.value, "add", *_ON_A_ROW, *_TYPED) is not None:
        yield ast.Pass()


def unchecked_write(site: Site) -> Iterator[Change]:
    """The value is written without the checks of the effect."""
    call = table_call(site.node, "revise")
    if call is not None:
        copy = deepcopy(call)
        copy.func.attr = "replace"  # type: ignore[attr-defined]
        yield copy
    call = table_call(site.node, "transition")
    if call is not None and len(call.args) == 2:
        field = _status_field(site, table_of(call))
        if field:
            changes = "".join(f", {ast.unparse(keyword)}" for keyword in call.keywords)
            yield expression(f"self.{table_of(call)}.replace({ast.unparse(call.args[0])}, {field}={ast.unparse(call.args[1])}{changes})")


def read_that_writes(site: Site) -> Iterator[Change]:
    """A tool that declares reading changes a row on the way."""
    if isinstance(site.node, ast.FunctionDef) and site.reads:
        for table, entity in site.outline.tables.items():
            for field, said in site.outline.fields(entity).items():
                value = {"Text": "'seen'", "Count": f"row.{field} + 1", "int": f"row.{field} + 1", "bool": f"not row.{field}"}.get(said)
                if value:
                    write = f"for row in list(self.{table})[:1]:\n    self.{table}.replace(row, {field}={value})"
                    body = [part for part in site.node.body if not _is_docstring(part)]
                    copy = deepcopy(site.node)
                    copy.body = [*statements(write), *deepcopy(body)]
                    yield copy
                    return


def _status_field(site: Site, table: str) -> str | None:
    fields = site.outline.fields(site.outline.tables.get(table, ""))
    return next((name for name in ("status", "state") if name in fields), None)


def _bare(annotation: str | None) -> str:
    return (annotation or "").removesuffix(" | None")


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


KINDS = {
    "no-op write": no_op_write,
    "no-op effect": no_op_effect,
    "row not kept": row_not_kept,
    "row written twice": written_twice,
    "field left out": field_left_out,
    "fields swapped": fields_swapped,
    "other row written": other_row,
    "stale total": stale_total,
    "one side only": one_side_only,
    "effect unchecked": unchecked_write,
    "read that writes": read_that_writes,
}
