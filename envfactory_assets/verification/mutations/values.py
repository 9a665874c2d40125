"""Wrong values: constants, comparisons, arithmetic, units, references, choices."""

import ast
from collections.abc import Iterator
from copy import deepcopy

from envfactory_assets.verification.mutations.nodes import Change, altered, expression, fields_written, with_value
from envfactory_assets.verification.mutations.outline import Site

_INVERSE = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_OPPOSITE = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_UNITS = {"days": "hours", "hours": "minutes", "minutes": "seconds", "weeks": "days"}


def inverted_comparison(site: Site) -> Iterator[Change]:
    """A comparison says the opposite."""
    yield from _compared(site, _INVERSE)


def comparison_boundary(site: Site) -> Iterator[Change]:
    """A comparison takes in what lies on its boundary, or leaves it out."""
    yield from _compared(site, _BOUNDARY)


def wrong_arithmetic(site: Site) -> Iterator[Change]:
    """Plus for minus, times for divided by."""
    node = site.node
    if isinstance(node, ast.BinOp) and type(node.op) in _OPPOSITE and site.function is not None and not _texts(node):
        yield altered(node, op=_OPPOSITE[type(node.op)]())


def wrong_constant(site: Site) -> Iterator[Change]:
    """A number of the rules is another one."""
    node = site.node
    if _is_number(node) and not site.is_declared:
        yield ast.Constant(node.value + 1)  # type: ignore[attr-defined]
    if isinstance(node, ast.Assign) and site.function is None and _is_number(node.value):
        yield altered(node, value=ast.Constant(node.value.value + 1))  # type: ignore[attr-defined]
    if isinstance(node, ast.Assign) and site.function is None and isinstance(node.value, ast.Dict) and node.value.values:
        copy = deepcopy(node)
        numbers = [value for value in copy.value.values if _is_number(value)]  # type: ignore[attr-defined]
        if numbers:
            numbers[0].value += 1
            yield copy


def unit_mix_up(site: Site) -> Iterator[Change]:
    """Hours for days, or cents for whole units."""
    node = site.node
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "timedelta":
        for keyword in node.keywords:
            if keyword.arg in _UNITS:
                copy = deepcopy(node)
                copy.keywords[node.keywords.index(keyword)].arg = _UNITS[keyword.arg]
                yield copy
    for call, keyword, said in fields_written(site, "add", "replace"):
        if said.startswith("Money") and not isinstance(keyword.value, ast.Constant):
            value = ast.unparse(keyword.value)
            yield with_value(call, keyword, expression(f"({value} if ({value}) is None else ({value}) * 100)"))


def wrong_choice(site: Site) -> Iterator[Change]:
    """A field of choices gets, or starts with, another of them."""
    if isinstance(site.node, ast.AnnAssign) and (begun := _beginning(site.node)) is not None:
        said = ast.unparse(begun.args[0])
        others = [value for value in site.outline.values_of(ast.unparse(site.node.annotation)) if repr(value) != said]
        for value in others[:1]:
            yield altered(site.node, value=altered(begun, args=[ast.Constant(value)]))
    for call, keyword, said in fields_written(site, "add", "replace", "transition"):
        others = [value for value in site.outline.values_of(said) if value != getattr(keyword.value, "value", None)]
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str) and others:
            yield with_value(call, keyword, ast.Constant(others[0]))


def _beginning(node: ast.AnnAssign) -> ast.Call | None:
    """What declares the choice that a row has in a field when it is made."""
    call = node.value
    return call if isinstance(call, ast.Call) and ast.unparse(call.func) == "starts_as" and call.args else None


def wrong_reference(site: Site) -> Iterator[Change]:
    """A reference leads to the first row of its table, whichever was meant."""
    for call, keyword, said in fields_written(site, "add", "replace"):
        for table, entity in site.outline.tables.items():
            named = f"Ref[{entity}]" in said or f"Ref['{entity}']" in said
            if named and not said.startswith("list") and not isinstance(keyword.value, ast.Constant):
                key = site.outline.key(entity)
                yield with_value(call, keyword, expression(f"next(iter(self.{table})).{key}"))


def wrong_default(site: Site) -> Iterator[Change]:
    """An argument that is left out counts as something else."""
    node = site.node
    if isinstance(node, ast.FunctionDef) and site.is_tool:
        for place, default in enumerate(node.args.defaults):
            if isinstance(default, ast.Constant) and type(default.value) in {bool, int}:
                copy = deepcopy(node)
                copy.args.defaults[place] = ast.Constant(not default.value if type(default.value) is bool else default.value + 1)  # type: ignore[operator]
                yield copy


def _compared(site: Site, table: dict[type[ast.cmpop], type[ast.cmpop]]) -> Iterator[Change]:
    node = site.node
    if isinstance(node, ast.Compare) and site.function is not None:
        for place, operator in enumerate(node.ops):
            if type(operator) in table:
                copy = deepcopy(node)
                copy.ops[place] = table[type(operator)]()
                yield copy


def _texts(node: ast.AST) -> bool:
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return any(isinstance(value, str) for value in constants)


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}


KINDS = {
    "inverted comparison": inverted_comparison,
    "comparison boundary": comparison_boundary,
    "wrong arithmetic": wrong_arithmetic,
    "wrong constant": wrong_constant,
    "unit mix-up": unit_mix_up,
    "wrong choice": wrong_choice,
    "wrong foreign key": wrong_reference,
    "wrong default": wrong_default,
}
