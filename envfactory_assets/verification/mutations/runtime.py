"""Defects in the code that environments run on: tables, what typed effects do to rows, deletion, conditions, episodes.

A defect is planted in a live function of this process and taken out again: everything that uses the function meets it.
"""

import ast
import contextlib
import gc
import importlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from types import CodeType, FunctionType

from envfactory_assets.verification.mutations import guards, values
from envfactory_assets.verification.mutations.nodes import Change, altered, guard
from envfactory_assets.verification.mutations.outline import Function, Outline, Site
from envfactory_assets.verification.mutations.planting import Defect, diff_of, swapped

MODULES = (
    "tables",
    "pages",
    "session",
    "actions",
    "deletion",
    "conditions",
    "entities",
    "episode",
    "invariants",
    "scenarios",
    "tools",
    "fields",
)
_PACKAGE = "envfactory_assets.environments"


def statement_left_out(site: Site) -> Iterator[Change]:
    """Something is not done: not written, not noted for the way back, not checked."""
    node = site.node
    if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield ast.Pass()
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AugAssign) else None
    if isinstance(target, ast.Attribute | ast.Subscript):
        yield ast.Pass()


def condition_ignored(site: Site) -> Iterator[Change]:
    """One part of a condition does not count."""
    node = site.node
    if isinstance(node, ast.BoolOp):
        for place in range(len(node.values)):
            rest = [value for index, value in enumerate(node.values) if index != place]
            yield rest[0] if len(rest) == 1 else altered(node, values=rest)


def missing_guard(site: Site) -> Iterator[Change]:
    """What must be refused is not."""
    if guard(site.node) is not None:
        yield ast.Pass()


KINDS: dict[str, Callable[[Site], Iterator[Change]]] = {
    "runtime: statement left out": statement_left_out,
    "runtime: condition ignored": condition_ignored,
    "runtime: missing guard": missing_guard,
    "runtime: inverted guard": guards.inverted_guard,
    "runtime: inverted comparison": values.inverted_comparison,
    "runtime: comparison boundary": values.comparison_boundary,
    "runtime: wrong arithmetic": values.wrong_arithmetic,
    "runtime: wrong constant": values.wrong_constant,
}


def runtime_defects() -> Iterator[tuple[str, Defect]]:
    """Every defect that can be planted in the runtime, with its module."""
    for module in MODULES:
        for place, site in _sites(ast.parse(_source(module))):
            for kind, operator in KINDS.items():
                for variant, _ in enumerate(operator(site)):
                    yield module, Defect(kind, place, variant, getattr(site.node, "lineno", 1))


@contextlib.contextmanager
def planted(module: str, defect: Defect) -> Iterator[str]:
    """Have a defect in the runtime inside the block; gives the difference as a diff, empty where no live function has the place."""
    tree = ast.parse(_source(module))
    before = ast.unparse(tree)
    site = next(site for place, site in _sites(tree) if place == defect.place)
    change = next(islice(KINDS[defect.kind](site), defect.variant, None))
    changed = swapped(tree, site, change)
    function, code = _live(module, compile(changed, _file(module), "exec"), defect.line)
    if function is None or code is None:
        yield ""
        return
    kept = function.__code__
    function.__code__ = code
    try:
        yield diff_of(before, ast.unparse(changed))
    finally:
        function.__code__ = kept


def _live(module: str, compiled: CodeType, line: int) -> tuple[FunctionType | None, CodeType | None]:
    """The live function around a line, and what it is with the defect."""
    functions = {(function.__code__.co_qualname, function.__code__.co_firstlineno): function for function in _functions(_file(module))}
    around = [code for code in _codes(compiled) if (code.co_qualname, code.co_firstlineno) in functions and code.co_firstlineno <= line]
    if not around:
        return None, None
    code = max(around, key=lambda each: each.co_firstlineno)
    function = functions[code.co_qualname, code.co_firstlineno]
    return (function, code) if function.__code__.co_freevars == code.co_freevars else (None, None)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


@cache
def _functions(file: str) -> tuple[FunctionType, ...]:
    return tuple(each for each in gc.get_objects() if isinstance(each, FunctionType) and each.__code__.co_filename == file)


def _sites(tree: ast.Module) -> Iterator[tuple[int, Site]]:
    """The nodes inside functions."""
    outline = Outline(tree)
    places = {id(node): place for place, node in enumerate(ast.walk(tree))}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        around = Function(function)
        for statement in function.body:
            yield from ((places[id(node)], Site(node, around, outline)) for node in ast.walk(statement))


def _file(module: str) -> str:
    return str(importlib.import_module(f"{_PACKAGE}.{module}").__file__)


@cache
def _source(module: str) -> str:
    return Path(_file(module)).read_text(encoding="utf-8")
