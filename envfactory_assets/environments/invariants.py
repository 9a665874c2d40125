"""Checking invariants after a write: what the write cannot have broken is not looked at again.

An invariant depends on the tables it reads, on the clock and on nothing else. So one that held before the call, and read none of the
tables that the call wrote, still holds. One that says something of each row of a table alone can be broken by the written rows only.
"""

import ast
import inspect
from collections.abc import Callable
from textwrap import dedent
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envfactory_assets.environments.session import Session
    from envfactory_assets.environments.tables import Table


def table_of_row_rule(method: Callable[..., Any]) -> str | None:
    """The table an invariant goes through row by row: it is ``return all(... for row in self.TABLE)``, and the dots say nothing of self."""
    definition = _definition(method)
    if definition is None:
        return None
    itself = definition.args.args[0].arg
    match definition.body[-1]:
        case ast.Return(
            value=ast.Call(
                func=ast.Name(id="all"),
                args=[
                    ast.GeneratorExp(
                        elt=said,
                        generators=[
                            ast.comprehension(
                                target=ast.Name(), iter=ast.Attribute(value=ast.Name(id=source), attr=table), ifs=conditions, is_async=0
                            )
                        ],
                    )
                ],
                keywords=[],
            )
        ) if source == itself and not any(_names(node, itself) for node in (said, *conditions)):
            return str(table)
    return None


def _definition(method: Callable[..., Any]) -> ast.FunctionDef | None:
    """What a module says of a method, if that is one statement beside the docstring and surely what runs."""
    code = getattr(method, "__code__", None)
    if code is None or not code.co_filename.startswith("<") or hasattr(method, "__wrapped__") or "all" in method.__globals__:
        return None
    try:
        definition = ast.parse(dedent(inspect.getsource(method))).body[0]
    except (OSError, TypeError, SyntaxError):
        return None
    if not isinstance(definition, ast.FunctionDef) or not definition.args.args:
        return None
    before = definition.body[:-1]
    return definition if all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in before) else None


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def still_holds(session: "Session", name: str) -> bool:
    """Whether an invariant held before the call and read nothing then that the call has written."""
    relied_on = session.relied_on.get(name)
    return relied_on is not None and relied_on.isdisjoint(session.changed)


def holds(session: "Session", name: str, method: Callable[[], bool], table: "Table[Any] | None") -> tuple[bool, set[str]]:
    """Check one invariant.

    Args:
        session: of the environment.
        name: the invariant.
        method: what checks it.
        table: the one it goes through row by row, if it is of that kind.

    Returns:
        Whether it holds, and the entities it reads.
    """
    read: set[str] = set()
    session.reading = read
    try:
        if table is not None and name in session.relied_on:
            with table.narrowed_to_written():
                return bool(method()), read
        return bool(method()), read
    finally:
        session.reading = None
