"""Declarations that promise less than they should: choices, references and bounds not enforced, effects from or to the wrong state."""

import ast
from collections.abc import Iterator
from copy import deepcopy

from envfactory_assets.verification.mutations.nodes import Change, altered, expression
from envfactory_assets.verification.mutations.outline import Site


def enum_not_enforced(site: Site) -> Iterator[Change]:
    """A field or an argument of choices takes any text."""
    for annotation in _annotations(site):
        named = ast.unparse(annotation)
        if site.outline.values_of(named):
            yield _annotated(site, expression("str | None" if named.endswith("| None") else "str"))


def reference_not_checked(site: Site) -> Iterator[Change]:
    """A reference of a row takes any key."""
    node = site.node
    if isinstance(node, ast.AnnAssign) and site.function is None:
        said = ast.unparse(node.annotation)
        bare = said.removesuffix(" | None")
        entity = next((name for name in site.outline.tables.values() if bare in {f"Ref[{name}]", f"Ref['{name}']"}), None)
        if entity is not None:
            key = site.outline.key(entity) or ""
            plain = "int" if "int" in site.outline.fields(entity).get(key, "") else "str"
            yield _annotated(site, expression(f"{plain} | None" if said.endswith("| None") else plain))


def bound_not_enforced(site: Site) -> Iterator[Change]:
    """A number takes values beyond its bounds."""
    for annotation in _annotations(site):
        said = ast.unparse(annotation)
        if said.removesuffix(" | None") == "Count" or (said.startswith("Annotated[int, Field(") and ("ge=" in said or "gt=" in said)):
            yield _annotated(site, expression("int | None" if said.endswith("| None") else "int"))


def named_bound_not_enforced(site: Site) -> Iterator[Change]:
    """A named kind of number has no bounds."""
    node = site.node
    if isinstance(node, ast.Assign) and site.function is None and ast.unparse(node.value).startswith("Annotated[int, Field("):
        yield altered(node, value=expression("int"))


def from_set_widened(site: Site) -> Iterator[Change]:
    """A transition may start from its target too."""
    call = site.node
    if isinstance(call, ast.Call) and {"sources", "target"} <= {keyword.arg for keyword in call.keywords}:
        copy = deepcopy(call)
        by_name = {keyword.arg: keyword.value for keyword in copy.keywords}
        sources = by_name["sources"]
        if isinstance(sources, ast.List | ast.Tuple):
            sources.elts.append(deepcopy(by_name["target"]))
            yield copy


def from_set_narrowed(site: Site) -> Iterator[Change]:
    """A transition may not start from one of its states."""
    call = site.node
    if isinstance(call, ast.Call):
        for place, keyword in enumerate(call.keywords):
            if keyword.arg == "sources" and isinstance(keyword.value, ast.List | ast.Tuple) and len(keyword.value.elts) > 1:
                copy = deepcopy(call)
                copy.keywords[place].value.elts.pop()  # type: ignore[attr-defined]
                yield copy


def moves_widened(site: Site) -> Iterator[Change]:
    """A status may go everywhere from one of its values."""
    call = site.node
    if isinstance(call, ast.Call):
        for place, keyword in enumerate(call.keywords):
            if keyword.arg == "moves" and isinstance(keyword.value, ast.Dict) and len(keyword.value.keys) > 1:
                copy = deepcopy(call)
                moves = copy.keywords[place].value
                if not isinstance(moves, ast.Dict):
                    continue
                shortest = min(moves.values, key=lambda value: len(getattr(value, "elts", ())))
                if isinstance(shortest, ast.List | ast.Tuple):
                    known = {ast.unparse(element) for element in shortest.elts}
                    shortest.elts += [deepcopy(key) for key in moves.keys if key is not None and ast.unparse(key) not in known]
                    yield copy


def _annotations(site: Site) -> Iterator[ast.expr]:
    node = site.node
    if isinstance(node, ast.AnnAssign) and site.function is None:
        yield node.annotation
    if isinstance(node, ast.arg) and site.is_tool and node.annotation is not None:
        yield node.annotation


def _annotated(site: Site, annotation: ast.expr) -> ast.AST:
    return altered(site.node, annotation=annotation)


KINDS = {
    "enum not enforced": enum_not_enforced,
    "foreign key unchecked": reference_not_checked,
    "bound not enforced": bound_not_enforced,
    "named bound not enforced": named_bound_not_enforced,
    "from-set widened": from_set_widened,
    "from-set narrowed": from_set_narrowed,
    "moves widened": moves_widened,
}
