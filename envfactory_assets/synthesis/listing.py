"""Writing the bodies of lists and searches: which rows, in which order, and how many of them."""

from collections.abc import Iterator

from envfactory_assets.synthesis.layout import call, quoted
from envfactory_assets.synthesis.ordering import DOWN
from envfactory_assets.synthesis.paging import PAGE, first_of, is_offset
from envfactory_assets.synthesis.plan import ArgumentPlan, ToolPlan

_MARGIN = " " * 8


def list_body(tool: ToolPlan) -> list[str]:
    """The statements of a list or a search."""
    table, found = f"self.{tool.entity.table}", _Found(tool)
    lines = [*_outer_rows(tool), *found.lines]
    order = _order(tool, table)
    pages = _pages(tool, table)
    if not order and not pages:
        return [*lines, found.statement("return ")]
    if not order or not found.all_rows:
        lines.append(found.statement("found = "))
    if order:
        lines += [*order[:-1], f"{_MARGIN}{'found =' if pages else 'return'} {order[-1].format(table if found.all_rows else 'found')}"]
    return [*lines, f"{_MARGIN}return {pages}"] if pages else lines


def page_of(tool: ToolPlan, kind: str) -> ArgumentPlan | None:
    """The argument that says where a list starts: by a number, or by a cursor in a text."""
    return next((a for a in tool.arguments if a.role == "page" and a.field and a.field.kind == kind), None)


class _Found:
    """The expression that finds the rows, and the statements it needs before it."""

    def __init__(self, tool: ToolPlan) -> None:
        table, key = f"self.{tool.entity.table}", tool.entity.key.name
        conditions = [f"{_condition(a)}={a.name}" for a in tool.arguments if a.role == "filter"]
        search = next((a.name for a in tool.arguments if a.role == "search"), None)
        self.lines: list[str] = []
        self.head, self.arguments, self.tail = "list(", [table], ")"
        if search:
            self.head, self.arguments = f"{table}.search(", [search, *conditions]
        elif conditions:
            self.head, self.arguments = f"{table}.where(", conditions
        if tool.through:
            outer, members = tool.through
            named = next(a.name for a in tool.arguments if a.role == "outer")
            inside = f"self.{outer.table}.get({named}).{members.name}" + ("" if members.required else " or []")
            listed = inside if members.part is None else f"[each.{members.part.fields[0].name} for each in {inside}]"
            self.lines.append(f"{_MARGIN}listed = {listed}")
            rows = table
            if not self.all_rows:
                rows = "rows"
                self.lines.append(self.statement("rows = "))
            self.head, self.arguments, self.tail = "[", [f"row for row in {rows} if row.{key} in listed"], "]"

    @property
    def all_rows(self) -> bool:
        """Whether nothing narrows the list."""
        return self.head == "list("

    def statement(self, before: str) -> str:
        """The expression as a statement."""
        return call(f"{before}{self.head}", self.arguments, self.tail, 8)


def _outer_rows(tool: ToolPlan) -> Iterator[str]:
    """A record that a required argument names must be there."""
    for argument in tool.arguments:
        if argument.role == "filter" and argument.required and argument.field and argument.field.kind in {"ref", "refs"}:
            table = tool.tables.get(argument.field.target or "")
            if table:
                yield f"{_MARGIN}self.{table}.get({argument.name})"


def _order(tool: ToolPlan, table: str) -> list[str]:
    """The statements that put rows in order, the last an expression with a place for the rows; none for a list without an order."""
    sort = next((a for a in tool.arguments if a.role == "sort"), None)
    if sort is None:
        return []
    direction = next((a for a in tool.arguments if a.role == "direction" and a.field), None)
    lines, by = [], sort.name
    if any(value != field for value, field in sort.orders):
        by = "by"
        lines = [call("by = {", [f"{quoted(value)}: {quoted(field)}" for value, field in sort.orders], f"}}.get({sort.name})", 8)]
    down = ""
    if direction and direction.field:
        word = next((value for value in direction.field.enum if value.lower() in DOWN), None)
        down = f", descending={direction.name} == {quoted(word)}" if word else ""
    return [*lines, f"{table}.in_order({{}}, {by}{down})"]


def _pages(tool: ToolPlan, table: str) -> str:
    """The expression that cuts a page out of what was found; empty when all of it is given back."""
    sized = next((a for a in tool.arguments if a.role == "size"), None)
    cursor, number = page_of(tool, "text"), page_of(tool, "integer")
    if cursor and tool.cursor:
        return f"{table}.page(found, {f'limit={sized.name}, ' if sized else ''}cursor={cursor.name})"
    size = sized.name if sized else str(PAGE)
    if number is None:
        return f"found[:{size}]" if sized else ""
    first = first_of(number)
    if is_offset(number):
        start = f"{number.name} - 1" if first else number.name
        return f"found[{start} : {start} + {size}]"
    before, upto = (f"({number.name} - 1)", number.name) if first else (number.name, f"({number.name} + 1)")
    return f"found[{before} * {size} : {upto} * {size}]"


def _condition(argument: ArgumentPlan) -> str:
    name = argument.field.name if argument.field else ""
    return name if argument.operator == "eq" else f"{name}__{argument.operator}"
