"""Finds state that lives outside an environment's tables: it would leak from one episode into the next."""

import ast
from collections.abc import Iterator
from typing import TypeGuard

from envfactory_assets.sandbox.policy import Policy

_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)


def hidden_state(tree: ast.Module, rules: Policy) -> Iterator[tuple[int, str]]:
    """Yield (line, what) for global and nonlocal names, mutable defaults and shared objects that functions change."""
    shared = set(_shared_names(tree.body, rules))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            shared.update(_shared_names(node.body, rules))
    for node in ast.walk(tree):
        if _goes_round_the_value(node, rules):
            yield node.lineno, f"{ast.unparse(node)} changes what it is given, a row's value too: call the method of a value you made."
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield node.lineno, f"{type(node).__name__.lower()} {', '.join(node.names)}: state belongs in tables."
        elif isinstance(node, ast.FunctionDef | ast.Lambda):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None and _is_mutable(default, rules):
                    yield default.lineno, "A default argument that can change is shared by all calls."
        if isinstance(node, ast.FunctionDef):
            own = local_names(node)
            for part in ast.walk(node):
                yield from _writes(part, shared - own, rules)
                yield from _set_attributes(part, own)


def _goes_round_the_value(node: ast.AST, rules: Policy) -> TypeGuard[ast.Attribute]:
    """``list.append`` and the like: a builtin's own method does not ask the value whether it may be changed."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in rules.mutating_methods
        and isinstance(node.value, ast.Name)
        and node.value.id in rules.mutable_makers
    )


def _shared_names(body: list[ast.stmt], rules: Policy) -> Iterator[str]:
    """Names bound, outside any function, to something that can change."""
    for statement in body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None and _is_mutable(statement.value, rules):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_mutable(node: ast.expr, rules: Policy) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in rules.mutable_makers
    return isinstance(node, _DISPLAYS)


def local_names(function: ast.FunctionDef | ast.Lambda) -> set[str]:
    """The names a function binds: its arguments and what it assigns."""
    arguments = function.args
    names = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    return names | {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _writes(node: ast.AST, shared: set[str], rules: Policy) -> Iterator[tuple[int, str]]:
    """What one node of a function's body changes that outlives the call."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del) and _base(node.value) in shared:
        yield node.lineno, f"{_base(node.value)} outlives the call and is changed: state belongs in tables."
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in shared:
        yield node.lineno, f"{node.target.id} outlives the call and is changed: state belongs in tables."
    if isinstance(node, ast.Call):
        changed = _changed_by_call(node, rules)
        if changed in shared:
            yield node.lineno, f"{changed} outlives the call and is changed: state belongs in tables."


def _set_attributes(node: ast.AST, own: set[str]) -> Iterator[tuple[int, str]]:
    """Attributes set on the environment, a class or anything else that the function did not make or get."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        base = node.value.id if isinstance(node.value, ast.Name) else "self"
        if base in {"self", "cls"} or base not in own:
            yield node.lineno, f"{ast.unparse(node)} is set: state belongs in tables, changed through add, replace and remove."


def _changed_by_call(node: ast.Call, rules: Policy) -> str:
    if isinstance(node.func, ast.Attribute) and node.func.attr in rules.mutating_methods:
        return _base(node.func.value)
    if isinstance(node.func, ast.Name) and node.func.id == "next" and node.args:
        return _base(node.args[0])
    return ""


def _base(node: ast.expr) -> str:
    """The shared object an expression starts from: NAME, self.NAME or Class.NAME; deeper subscripts belong to it."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
