"""Small things operators are made of: what a node is, and copies of it with a part changed."""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TypeVar

from envfactory_assets.verification.mutations.outline import Site

N = TypeVar("N", bound=ast.AST)
Change = ast.AST | list[ast.stmt] | Callable[[], ast.Module]
"""What takes the place of a node; of a whole module, what makes it."""


def altered(node: N, **parts: object) -> N:
    """A copy of a node with some parts replaced."""
    copy = deepcopy(node)
    for name, part in parts.items():
        setattr(copy, name, part)
    return copy


def expression(text: str) -> ast.expr:
    """An expression from its text."""
    return ast.parse(text, mode="eval").body


def statements(text: str) -> list[ast.stmt]:
    """Statements from their text."""
    return ast.parse(text).body


def table_call(node: ast.AST, *methods: str) -> ast.Call | None:
    """The node, if it is ``self.TABLE.METHOD(...)`` with one of these methods."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in methods
        and isinstance(node.func.value, ast.Attribute)
        and isinstance(node.func.value.value, ast.Name)
        and node.func.value.value.id == "self"
    ):
        return node
    return None


def table_of(call: ast.Call) -> str:
    """The table of a call that ``table_call`` found."""
    return ast.unparse(call.func).split(".")[1]


def fields_written(site: Site, *methods: str) -> Iterator[tuple[ast.Call, ast.keyword, str]]:
    """What a call of one of these methods gives to fields: the call, the named argument, and how its field is declared, if it is one."""
    call = table_call(site.node, *methods)
    if call is not None:
        fields = site.outline.fields(site.outline.tables.get(table_of(call), ""))
        yield from ((call, keyword, fields.get(str(keyword.arg), "")) for keyword in call.keywords)


def method_of(call: ast.Call) -> str:
    """The method of a call that ``table_call`` found."""
    return ast.unparse(call.func).split(".")[2]


def without(call: ast.Call, keyword: ast.keyword) -> ast.Call:
    """A copy of a call without one of its named arguments."""
    place = call.keywords.index(keyword)
    return altered(call, keywords=[deepcopy(other) for index, other in enumerate(call.keywords) if index != place])


def with_value(call: ast.Call, keyword: ast.keyword, value: ast.expr) -> ast.Call:
    """A copy of a call in which one named argument has another value."""
    place = call.keywords.index(keyword)
    copy = deepcopy(call)
    copy.keywords[place].value = value
    return copy


def guard(node: ast.AST) -> ast.If | None:
    """The node, if it is ``if ...: raise ...``."""
    if isinstance(node, ast.If) and not node.orelse and len(node.body) == 1 and isinstance(node.body[0], ast.Raise):
        return node
    return None


def raised(statement: ast.If) -> str:
    """The name of the error that a guard raises."""
    error = statement.body[0].exc if isinstance(statement.body[0], ast.Raise) else None
    return ast.unparse(error.func if isinstance(error, ast.Call) else error).rpartition(".")[2] if error is not None else ""


def names_in(node: ast.AST) -> Iterator[str]:
    """The names that a node reads."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            yield part.id
