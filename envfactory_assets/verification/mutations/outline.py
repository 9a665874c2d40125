"""What a module declares, read from its source: what is needed to plant a defect that still loads."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

READS = frozenset({"get", "list", "search"})


@dataclass(frozen=True)
class Outline:
    """A module by its syntax tree."""

    tree: ast.Module

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The module's classes."""
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    @cached_property
    def tables(self) -> dict[str, str]:
        """The environment's tables, each with its entity."""
        found = {}
        for cls in self.classes.values():
            for node in cls.body:
                if isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Subscript) and _base(node.annotation) == "Table":
                    found[ast.unparse(node.target)] = ast.unparse(node.annotation.slice)
        return found

    def fields(self, entity: str) -> dict[str, str]:
        """An entity's fields with their annotations, as written."""
        return self._fields.get(entity, {})

    @cached_property
    def _fields(self) -> dict[str, dict[str, str]]:
        return {
            name: {ast.unparse(node.target): ast.unparse(node.annotation) for node in cls.body if isinstance(node, ast.AnnAssign)}
            for name, cls in self.classes.items()
        }

    @cached_property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """Names of enumerations with their values."""
        found = {}
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and _base(node.value) == "Literal":
                values = _texts(node.value.slice)
                found[ast.unparse(node.targets[0])] = values
        return found

    def values_of(self, annotation: str) -> tuple[str, ...]:
        """The values of an enumeration that an annotation names or writes out."""
        named = annotation.removesuffix(" | None")
        if named in self.choices:
            return self.choices[named]
        if named.startswith("Literal["):
            return _texts(ast.parse(named, mode="eval"))
        return ()

    def key(self, entity: str) -> str | None:
        """The name of an entity's key."""
        return next((name for name, said in self.fields(entity).items() if said == "Key" or "KeyStyle" in said), None)


class Function:
    """A function of a module, read once."""

    def __init__(self, node: ast.FunctionDef) -> None:
        self.node = node
        call = _tool_call(node)
        said = next((keyword.value for keyword in call.keywords if keyword.arg == "effect"), None) if call else None
        self.is_tool = call is not None
        self.families = frozenset(_families(said)) if said is not None else frozenset()
        self.returns = ast.unparse(node.returns) if node.returns is not None else ""
        self.parameters = _parameters(node.args)
        declared = [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
        self.declared = {id(part) for each in declared for part in ast.walk(each)}

    @property
    def reads(self) -> bool:
        """Whether it is a tool that declares reading only."""
        return bool(self.families) and self.families <= READS


@dataclass(frozen=True)
class Site:
    """One node of a module, and the function it stands in."""

    node: ast.AST
    function: Function | None
    outline: Outline

    @property
    def is_tool(self) -> bool:
        """Whether the function is a tool."""
        return self.function is not None and self.function.is_tool

    @property
    def reads(self) -> bool:
        """Whether the function is a tool that declares reading only."""
        return self.function is not None and self.function.reads

    @property
    def returns(self) -> str:
        """What the function says it returns."""
        return self.function.returns if self.function is not None else ""

    @property
    def parameters(self) -> dict[str, ast.expr | None]:
        """The function's own arguments with their defaults."""
        return self.function.parameters if self.function is not None else {}

    @property
    def is_declared(self) -> bool:
        """Whether the node belongs to the function's signature or decorators, or to no function."""
        return self.function is None or id(self.node) in self.function.declared


def sites(tree: ast.Module) -> Iterator[tuple[int, Site]]:
    """Every node that runs when tools are called or that declares something, with its place in the order of ``ast.walk``.

    What seeds states and what checks invariants is left out: a defect there is no defect of what a caller meets.
    """
    outline = Outline(tree)
    places = {id(node): place for place, node in enumerate(ast.walk(tree))}
    for node, function in _inside(tree, None):
        yield places[id(node)], Site(node, function, outline)


def _inside(node: ast.AST, function: Function | None) -> Iterator[tuple[ast.AST, Function | None]]:
    if isinstance(node, ast.FunctionDef):
        if _seeds(node) or any(ast.unparse(mark) == "invariant" for mark in node.decorator_list):
            return
        function = Function(node)
    yield node, function
    for child in ast.iter_child_nodes(node):
        yield from _inside(child, function)


def _parameters(arguments: ast.arguments) -> dict[str, ast.expr | None]:
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    named = zip((*plain, *arguments.kwonlyargs), (*defaults, *arguments.defaults, *arguments.kw_defaults), strict=True)
    return {argument.arg: default for argument, default in named if argument.arg not in {"self", "cls"}}


def _seeds(function: ast.FunctionDef) -> bool:
    return function.name == "scenario" or any(argument.arg == "draw" for argument in function.args.args)


def _tool_call(function: ast.FunctionDef) -> ast.Call | None:
    marks = (mark for mark in function.decorator_list if isinstance(mark, ast.Call))
    return next((mark for mark in marks if ast.unparse(mark.func) == "tool"), None)


def _families(said: ast.expr) -> Iterator[str]:
    if isinstance(said, ast.List | ast.Tuple):
        for item in said.elts:
            yield from _families(item)
    elif isinstance(said, ast.Constant):
        yield str(said.value)
    else:
        yield ast.unparse(said.func if isinstance(said, ast.Call) else said).rpartition(".")[2]


def _texts(node: ast.AST) -> tuple[str, ...]:
    return tuple(part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


def _base(node: ast.Subscript) -> str:
    return ast.unparse(node.value).rpartition(".")[2]
