"""The static gate: what a module may not say is refused before any of it runs.

The gate keeps honest code inside the environment contract (no clock, no randomness, no state outside the tables) and closes the known
ways from an expression to the interpreter. It is the first wall only: code by authors that are not trusted still runs in a worker.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from envfactory_assets.sandbox._module_state import hidden_state, local_names
from envfactory_assets.sandbox.policy import Policy, policy

_DUNDER = re.compile(r"__\w+__")
_WRITTEN_OUT = (ast.List, ast.Tuple, ast.Dict, ast.Constant, ast.JoinedStr, ast.ListComp)
_AT_MODULE_LEVEL = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.ClassDef, ast.FunctionDef, ast.Expr, ast.If)


class Violation(NamedTuple):
    """One thing a module may not do."""

    line: int
    what: str


def check_source(source: str) -> list[Violation]:
    """List what a module says that an environment module may not, by line; empty when the gate is open.

    Never raises for what the source holds: text that is no Python is one violation.
    """
    return _violations(source, policy())


def check_contract(source: str) -> list[Violation]:
    """The same for a contract, which may use the words of contracts and nothing of the runtime."""
    return _violations(source, policy().model_copy(update={"runtime": policy().contract}))


def _violations(source: str, rules: Policy) -> list[Violation]:
    if len(source) > rules.max_characters:
        return [Violation(1, f"The module has more than {rules.max_characters:,} characters.")]
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return [Violation(error.lineno or 1, f"Not valid Python: {error.msg}.")]
    except (ValueError, RecursionError, MemoryError) as error:
        return [Violation(1, f"Not readable as Python: {error or type(error).__name__}.")]
    try:
        found = {Violation(line, what) for line, what in (*_Gate(tree, rules).violations(), *hidden_state(tree, rules))}
    except RecursionError:
        return [Violation(1, "The module nests too deeply to be checked.")]
    return sorted(found)[: rules.max_findings]


class _Gate(ast.NodeVisitor):
    def __init__(self, tree: ast.Module, rules: Policy) -> None:
        self._tree = tree
        self._rules = rules
        self._found: list[tuple[int, str]] = []
        self._docstrings = set(_docstring_nodes(tree))
        self._methods = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self._modules: dict[str, str] = {}  # local name -> imported module
        self._scopes: list[set[str]] = []  # names that enclosing functions bind
        self._values = set(_constants(tree))
        self._dates: set[str] = set()  # local names of the classes that read the clock

    def violations(self) -> list[tuple[int, str]]:
        for statement in self._tree.body:
            if not isinstance(statement, _AT_MODULE_LEVEL):
                self._add(statement, f"Only imports, constants, classes and functions belong at module level, not {_kind(statement)}.")
        for node in ast.walk(self._tree):  # imports first: the names they bind decide later rules
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._check_import(node)
        self.visit(self._tree)
        return self._found

    def _add(self, node: ast.AST, what: str) -> None:
        self._found.append((getattr(node, "lineno", 1), what))

    def _check_import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in self._rules.modules:
                    self._modules[alias.asname or alias.name.split(".")[0]] = alias.name
                else:
                    self._add(node, f"Import of {alias.name!r} is not allowed.")
            return
        module = node.module or ""
        if node.level:
            self._add(node, "Relative imports are not allowed.")
        elif module not in self._rules.modules and module not in self._rules.runtime:
            self._add(node, f"Import from {module!r} is not allowed.")
        else:
            for alias in node.names:
                self._check_name(node, module, alias.name)
                if module == "datetime" and alias.name in {"datetime", "date"}:
                    self._dates.add(alias.asname or alias.name)

    def _check_name(self, node: ast.AST, module: str, name: str) -> None:
        """One name taken from an allowed module, by import or by attribute."""
        allowed = self._rules.runtime.get(module)
        if allowed is not None and "*" not in allowed:
            if name not in allowed:
                self._add(node, f"{module} offers no {name!r}; what may be used is {', '.join(sorted(allowed))}.")
        elif name == "*" or name.startswith("_") or name in self._rules.names.get(module, ()) or _is_module(module, name):
            self._add(node, f"{module}.{name} is not allowed.")

    def visit_Name(self, node: ast.Name) -> None:
        is_own = any(node.id in names for names in self._scopes)
        if node.id in self._rules.builtins and isinstance(node.ctx, ast.Load) and not is_own:
            self._add(node, f"{node.id} is not allowed.")
        if _DUNDER.fullmatch(node.id):
            self._add(node, f"The special name {node.id} is not allowed.")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if _DUNDER.fullmatch(node.attr) or node.attr in self._rules.attributes:
            self._add(node, f"The attribute {node.attr} is not allowed.")
        elif node.attr.startswith("_") and not self._is_own(node):
            self._add(node, f"The private attribute {node.attr} is not this module's to use.")
        if isinstance(node.value, ast.Name) and node.value.id in self._modules:
            self._check_name(node, self._modules[node.value.id], node.attr)
        if node.attr in self._rules.clock and self._is_date_class(node.value):
            self._add(node, f"{ast.unparse(node)} reads the clock; use self.now or self.today.")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        for part in (node.func, *node.args, *(keyword.value for keyword in node.keywords)):  # called, or handed over to be called
            own = isinstance(part, ast.Name) and any(part.id in names for names in self._scopes)
            if isinstance(part, ast.Name) and part.id in self._rules.unstable_calls and not own:
                self._add(node, f"{part.id}() differs from process to process.")
        if isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) != 1:
            self._add(node, "Classes are written out, not made with type().")
        if isinstance(node.func, ast.Attribute) and node.func.attr in self._rules.clock and not self._is_date_class(node.func.value):
            self._add(node, f"{ast.unparse(node)} reads the clock; use self.now or self.today.")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node not in self._docstrings and _DUNDER.search(node.value):
            self._add(node, "Text that names a special attribute is not allowed.")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not self._is_of_values(node.value):
            self._check_annotation(node)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._check_annotation(node.annotation)
        self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> None:
        self._check_annotation(node.annotation)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._check_annotation(node.returns)
        if _DUNDER.fullmatch(node.name) and node.name not in self._rules.special_methods:
            self._add(node, f"The special method {node.name} is not allowed.")
        self._visit_scope(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_scope(node)

    def _visit_scope(self, node: ast.FunctionDef | ast.Lambda) -> None:
        self._scopes.append(local_names(node))
        self.generic_visit(node)
        self._scopes.pop()

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._add(node, "Tools are plain functions, not coroutines.")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if node.keywords:
            self._add(node, "Class arguments such as metaclass are not allowed.")
        self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            if name.startswith("_") or name in self._rules.attributes:
                self._add(node, f"The attribute {name} is not allowed.")
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is None:
            self._add(node, "A bare except hides defects; name the error.")
        self.generic_visit(node)

    def _check_annotation(self, node: ast.expr | None) -> None:
        """Text inside an annotation is code: it is evaluated when schemas are built."""
        if node is None:
            return
        for text in _texts(node):
            try:
                inner = ast.parse(text, mode="eval")
            except (SyntaxError, ValueError):
                continue
            self.visit(ast.increment_lineno(inner.body, node.lineno - 1))

    def _is_of_values(self, node: ast.expr) -> bool:
        """Whether a subscript of this is surely an item of a value, not a type: of what is written out, or of what a function bound."""
        if isinstance(node, ast.Name):
            return any(node.id in names for names in (self._values, *self._scopes))
        return isinstance(node, _WRITTEN_OUT)

    def _is_own(self, node: ast.Attribute) -> bool:
        return isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"} and node.attr in self._methods

    def _is_date_class(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._dates
        return isinstance(node, ast.Attribute) and node.attr in {"datetime", "date"} and not _is_self(node.value)


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts inside an annotation, but for the values of a ``Literal``."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] == "Literal":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _constants(tree: ast.Module) -> Iterator[str]:
    """The names bound, once and at module level, to values that are written out."""
    bound = [name.id for name in ast.walk(tree) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)]
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, _WRITTEN_OUT):
            yield from (name.id for name in statement.targets if isinstance(name, ast.Name) and bound.count(name.id) == 1)


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_module(module: str, name: str) -> bool:
    """Whether an allowed module's name leads to another module, or to nothing."""
    loaded = importlib.import_module(module)
    return isinstance(getattr(loaded, name, importlib), type(importlib))


def _docstring_nodes(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def _kind(statement: ast.stmt) -> str:
    return f"a {type(statement).__name__.lower()} statement"
