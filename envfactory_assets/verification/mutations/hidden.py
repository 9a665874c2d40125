"""What an environment must not depend on: state beside its tables, the clock, the order of hashes, what a process happens to do."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from typing import Any

from envfactory_assets.verification.mutations.nodes import Change, altered, expression, statements
from envfactory_assets.verification.mutations.outline import Function, Site


def module_state(site: Site) -> Iterator[Change]:
    """A list of the module, shared by all episodes, changes what a list shows."""
    for place in _listing_methods(site):
        yield partial(_remembering, site.node, place, "_SEEN = []", "_SEEN.append(1)\nreturn list({rows})[len(_SEEN) % 2:]")


def state_in_default(site: Site) -> Iterator[Change]:
    """What a helper remembers in its own default argument outlives the call."""
    helper = "def _seen(rows, before=[]):\n    before.append(len(rows))\n    return rows[1:] if len(before) > 6 else rows"
    for place in _listing_methods(site):
        yield partial(_remembering, site.node, place, helper, "return _seen(list({rows}))")


def clock_read(site: Site) -> Iterator[Change]:
    """The time is the machine's, not the episode's."""
    node = site.node
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self" and isinstance(node.ctx, ast.Load):
        if node.attr == "now":
            yield expression("__import__('datetime').datetime.now(__import__('datetime').UTC)")
        elif node.attr == "today":
            yield expression("__import__('datetime').date.today()")


def hash_order(site: Site) -> Iterator[Change]:
    """Rows come in the order of a set of their keys."""
    node = site.node
    if isinstance(node, ast.Return) and node.value is not None and _lists(site):
        entity = site.returns[len("list[") : -1]
        key = site.outline.key(entity)
        if key is not None and "int" not in site.outline.fields(entity)[key]:
            rows = ast.unparse(node.value)
            text = f"[by_key[key] for by_key in [{{row.{key}: row for row in {rows}}}] for key in set(by_key)]"
            yield altered(node, value=expression(text))


def identity_order(site: Site) -> Iterator[Change]:
    """Rows come in the order in which the process keeps them in memory."""
    node = site.node
    if isinstance(node, ast.Return) and node.value is not None and _lists(site):
        yield altered(node, value=expression(f"sorted({ast.unparse(node.value)}, key=id)"))


def _listing_methods(site: Site) -> Iterator[int]:
    """Of the whole module: where its reading tools are that return a list."""
    if isinstance(site.node, ast.Module):
        for place, node in enumerate(ast.walk(site.node)):
            ends = isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Return)
            if ends and _lists(Site(node, Function(node), site.outline)):  # type: ignore[arg-type]
                yield place


def _remembering(module: Any, place: int, shared: str, ending: str) -> Any:
    """The module with something more at its top, and a method that ends otherwise."""
    copy = deepcopy(module)
    method: Any = list(ast.walk(copy))[place]
    returned = method.body.pop()
    method.body += statements(ending.format(rows=ast.unparse(returned.value)))
    last = max(index for index, node in enumerate(copy.body) if isinstance(node, ast.Import | ast.ImportFrom))
    copy.body[last + 1 : last + 1] = statements(shared)
    return copy


def _lists(site: Site) -> bool:
    return site.reads and site.returns.startswith("list[")


KINDS = {
    "module-level state": module_state,
    "state in a default": state_in_default,
    "clock read": clock_read,
    "hash-order dependence": hash_order,
    "identity dependence": identity_order,
}
