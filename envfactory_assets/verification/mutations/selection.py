"""Lists, searches and pages that show too much, too little, or the wrong rows."""

import ast
from collections.abc import Iterator
from copy import deepcopy

from envfactory_assets.verification.mutations.nodes import Change, altered, expression, names_in, table_call, with_value, without
from envfactory_assets.verification.mutations.outline import Site

_INVERSE = {"ge": "le", "le": "ge", "gt": "lt", "lt": "gt"}
_BOUNDARY = {"ge": "gt", "le": "lt", "gt": "ge", "lt": "le"}


def ignored_filter(site: Site) -> Iterator[Change]:
    """A filter that the caller gives is not applied."""
    for call, keyword in _conditions(site):
        if site.reads and isinstance(keyword.value, ast.Name) and keyword.value.id in site.parameters:
            yield without(call, keyword)


def unbounded_filter(site: Site) -> Iterator[Change]:
    """A condition that the tool sets itself is not applied."""
    for call, keyword in _conditions(site):
        given = isinstance(keyword.value, ast.Name) and keyword.value.id in site.parameters
        if not given and "me" not in _attributes(keyword.value):
            yield without(call, keyword)


def others_rows_listed(site: Site) -> Iterator[Change]:
    """Rows of all callers are selected, not those of this one."""
    for call, keyword in _conditions(site):
        if "me" in _attributes(keyword.value):
            yield without(call, keyword)


def inverted_filter(site: Site) -> Iterator[Change]:
    """A bound points the other way."""
    yield from _other_operator(site, _INVERSE)


def filter_boundary(site: Site) -> Iterator[Change]:
    """A bound leaves out what lies on it, or takes it in."""
    yield from _other_operator(site, _BOUNDARY)


def wrong_filter_field(site: Site) -> Iterator[Change]:
    """Two conditions compare each other's values."""
    for call, keyword in _conditions(site):
        for other in call.keywords[call.keywords.index(keyword) + 1 :]:
            if other.arg and not isinstance(other.value, ast.Constant) and not isinstance(keyword.value, ast.Constant):
                swapped = with_value(call, keyword, deepcopy(other.value))
                yield with_value(swapped, swapped.keywords[call.keywords.index(other)], deepcopy(keyword.value))
                break


def ignored_parameter(site: Site) -> Iterator[Change]:
    """An argument that may be left out always is."""
    name = site.node
    if site.is_tool and isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load) and name.id in site.parameters:
        default = site.parameters[name.id]
        if default is not None:
            yield deepcopy(default)


def ignored_text(site: Site) -> Iterator[Change]:
    """A search does not look at the text."""
    call = table_call(site.node, "search")
    if call is not None and call.args:
        copy = deepcopy(call)
        copy.args[0] = ast.Constant(None)
        yield copy


def searched_field_left_out(site: Site) -> Iterator[Change]:
    """A search does not look into one of the fields it should."""
    call = table_call(site.node, "search")
    if call is not None and len(call.args) > 2:
        yield altered(call, args=deepcopy(call.args[:-1]))


def last_row_lost(site: Site) -> Iterator[Change]:
    """A list leaves out its last row."""
    if isinstance(site.node, ast.Return) and site.node.value is not None and _returns_list(site):
        yield altered(site.node, value=expression(f"list({ast.unparse(site.node.value)})[:-1]"))


def cut_short(site: Site) -> Iterator[Change]:
    """A list ends after so many rows, whatever there is."""
    if isinstance(site.node, ast.Return) and site.node.value is not None and _returns_list(site):
        yield altered(site.node, value=expression(f"list({ast.unparse(site.node.value)})[:5]"))


def page_size_off(site: Site) -> Iterator[Change]:
    """A page has one row more than was asked for."""
    call = table_call(site.node, "page")
    if call is not None and len(call.args) > 1:
        copy = deepcopy(call)
        copy.args[1] = expression(f"({ast.unparse(call.args[1])} or 50) + 1")
        yield copy


def page_row_lost(site: Site) -> Iterator[Change]:
    """The pages begin with the second row."""
    call = table_call(site.node, "page")
    if call is not None and call.args:
        copy = deepcopy(call)
        copy.args[0] = expression(f"list({ast.unparse(call.args[0])})[1:]")
        yield copy


def cursor_ignored(site: Site) -> Iterator[Change]:
    """Every page is the first."""
    call = table_call(site.node, "page")
    if call is not None and len(call.args) > 2:
        yield altered(call, args=deepcopy(call.args[:2]))


def rows_repeated(site: Site) -> Iterator[Change]:
    """A list shows its first row again at the end."""
    if isinstance(site.node, ast.Return) and site.node.value is not None and _returns_list(site):
        yield altered(site.node, value=expression(f"[row for rows in [list({ast.unparse(site.node.value)})] for row in rows + rows[:1]]"))


def _conditions(site: Site) -> Iterator[tuple[ast.Call, ast.keyword]]:
    call = table_call(site.node, "where", "search")
    for keyword in call.keywords if call is not None else ():
        if keyword.arg is not None:
            yield call, keyword  # type: ignore[misc]


def _other_operator(site: Site, table: dict[str, str]) -> Iterator[Change]:
    for call, keyword in _conditions(site):
        field, _, operator = str(keyword.arg).rpartition("__")
        if field and operator in table:
            copy = deepcopy(call)
            copy.keywords[call.keywords.index(keyword)].arg = f"{field}__{table[operator]}"
            yield copy


def _attributes(node: ast.AST) -> set[str]:
    found = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return found & {"me"} if "self" in set(names_in(node)) else set()


def _returns_list(site: Site) -> bool:
    return site.reads and site.returns.startswith("list[")


KINDS = {
    "ignored filter": ignored_filter,
    "unbounded filter": unbounded_filter,
    "others' rows listed": others_rows_listed,
    "inverted filter": inverted_filter,
    "filter boundary": filter_boundary,
    "wrong filter field": wrong_filter_field,
    "ignored parameter": ignored_parameter,
    "ignored search text": ignored_text,
    "searched field left out": searched_field_left_out,
    "last row lost": last_row_lost,
    "list cut short": cut_short,
    "rows repeated": rows_repeated,
    "page size off by one": page_size_off,
    "page loses a row": page_row_lost,
    "cursor ignored": cursor_ignored,
}
