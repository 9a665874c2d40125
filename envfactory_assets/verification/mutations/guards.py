"""Refusals that are missing, turned round, narrowed, or swallowed."""

import ast
from collections.abc import Iterator
from copy import deepcopy

from envfactory_assets.verification.mutations.nodes import Change, altered, expression, guard, raised, statements, table_call, table_of
from envfactory_assets.verification.mutations.outline import Site

_OWNERSHIP = "PermissionDenied"
_ARGUMENT = "InvalidArgument"


def missing_precondition(site: Site) -> Iterator[Change]:
    """What the state forbids is done."""
    found = guard(site.node)
    if found is not None and raised(found) not in {_OWNERSHIP, _ARGUMENT}:
        yield ast.Pass()


def missing_ownership(site: Site) -> Iterator[Change]:
    """Rows of others are shown and changed."""
    found = guard(site.node)
    if found is not None and raised(found) == _OWNERSHIP:
        yield ast.Pass()


def missing_argument_check(site: Site) -> Iterator[Change]:
    """An argument that makes no sense is taken."""
    found = guard(site.node)
    if found is not None and raised(found) == _ARGUMENT:
        yield ast.Pass()


def inverted_guard(site: Site) -> Iterator[Change]:
    """What is allowed is refused, and the other way round."""
    found = guard(site.node)
    if found is not None:
        yield altered(found, test=ast.UnaryOp(ast.Not(), deepcopy(found.test)))


def narrowed_guard(site: Site) -> Iterator[Change]:
    """One of the reasons to refuse is forgotten."""
    found = guard(site.node)
    if found is not None and isinstance(found.test, ast.BoolOp):
        for place in range(len(found.test.values)):
            rest = [deepcopy(value) for index, value in enumerate(found.test.values) if index != place]
            if isinstance(found.test.op, ast.Or):
                yield altered(found, test=rest[0] if len(rest) == 1 else ast.BoolOp(ast.Or(), rest))


def swallowed_error(site: Site) -> Iterator[Change]:
    """A refusal comes back as success, and what was written before it stays."""
    node = site.node
    if isinstance(node, ast.FunctionDef) and site.is_tool and not site.reads and site.returns:
        answer = _something(site, site.returns)
        if answer is not None:
            copy = deepcopy(node)
            attempt = statements(f"try:\n    pass\nexcept Exception:\n    return {answer}")[0]
            copy.body = [altered(attempt, body=copy.body)]
            yield copy


def unknown_key_taken(site: Site) -> Iterator[Change]:
    """An id that nothing has leads to some other row."""
    call = table_call(site.node, "get")
    if call is not None and len(call.args) == 1:
        table = f"self.{table_of(call)}"
        yield expression(f"({table}.find({ast.unparse(call.args[0])}) or next(iter({table})))")


def look_up_left_out(site: Site) -> Iterator[Change]:
    """Whether a referred record exists is not looked up where nothing else needs it."""
    if isinstance(site.node, ast.Expr) and table_call(site.node.value, "get") is not None:
        yield ast.Pass()


def _something(site: Site, returns: str) -> str | None:
    """An answer of the declared type that costs nothing."""
    if returns == "None":
        return "None"
    table = next((table for table, entity in site.outline.tables.items() if entity == returns), None)
    return f"next(iter(self.{table}))" if table else "[]" if returns.startswith("list[") else None


KINDS = {
    "missing precondition": missing_precondition,
    "missing ownership guard": missing_ownership,
    "missing argument check": missing_argument_check,
    "inverted guard": inverted_guard,
    "narrowed guard": narrowed_guard,
    "swallowed error": swallowed_error,
    "unknown key taken": unknown_key_taken,
    "look-up left out": look_up_left_out,
}
