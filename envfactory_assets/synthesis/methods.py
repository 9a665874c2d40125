"""Writing one tool as a method."""

from envfactory_assets.synthesis.layout import call, docstring, quoted
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import identifier, spoken
from envfactory_assets.synthesis.plan import ArgumentPlan, FieldPlan, ToolPlan
from envfactory_assets.synthesis.transitions import initial_value
from envfactory_assets.synthesis.types import Annotations
from envfactory_assets.synthesis.wording import describe_tool

_DEFAULT_PAGE = 50


def write_method(tool: ToolPlan, annotations: Annotations) -> str:
    """The decorator, signature, docstring and body of a tool."""
    body = {
        "list": _list_body,
        "search": _list_body,
        "get": _get_body,
        "create": _create_body,
        "update": _update_body,
        "delete": _delete_body,
        "transition": _move_body,
    }[tool.family](tool)
    annotations.imports |= {word for word in ("PreconditionFailed",) if any(word in line for line in body)}
    return "\n".join([_decorator(tool, annotations), _signature(tool, annotations), docstring(describe_tool(tool), 8), *body])


def _decorator(tool: ToolPlan, annotations: Annotations) -> str:
    options = [f"effect={_effect(tool, annotations)}"]
    if tool.grounding != "declared":
        options.append(f'grounding="{tool.grounding}"')
    if annotations.alias(tool.method, tool.wire):
        options.append(f"name={quoted(tool.wire)}")
    if tool.family in {"list", "search"} and tool.envelope:
        options.append(f"envelope={quoted(tool.envelope)}")
    if tool.cursor and _page(tool, "text"):
        options.append(f"cursor={quoted(tool.cursor)}")
    roles = [
        f"{quoted(a.name)}: {quoted(_role(a))}" for a in tool.arguments if a.role == "filter" and a.field and _role(a) != f"{a.name}__eq"
    ]
    if roles:
        options.append(f"filters={{{', '.join(roles)}}}")
    options.append(f"pointer={quoted(tool.operation.pointer)}")
    return call("@tool(", options, ")", 4)


def _role(argument: ArgumentPlan) -> str:
    return f"{argument.field.name if argument.field else ''}__{argument.operator}"


def _effect(tool: ToolPlan, annotations: Annotations) -> str:
    if tool.family != "transition" or tool.moves is None:
        return f'"{tool.family}"'
    if isinstance(tool.target, bool):
        annotations.imports.add("mark")
        return f"mark(field={quoted(tool.moves.name)})"
    annotations.imports.add("transition")
    sources = ", ".join(quoted(source) for source in tool.sources)
    return f"transition(field={quoted(tool.moves.name)}, sources=[{sources}], target={quoted(str(tool.target))})"


def _signature(tool: ToolPlan, annotations: Annotations) -> str:
    ordered = sorted(tool.arguments, key=lambda a: not a.required)
    shown = ["self", *(_argument(a, tool, annotations) for a in ordered)]
    return call(f"def {tool.method}(", shown, f") -> {_returns(tool, annotations)}:", 4)


def _returns(tool: ToolPlan, annotations: Annotations) -> str:
    if tool.family == "delete":
        return "None"
    if tool.family not in {"list", "search"}:
        return tool.entity.name
    if tool.cursor and _page(tool, "text"):
        annotations.imports.add("Page")
        return f"Page[{tool.entity.name}]"
    return f"list[{tool.entity.name}]"


def _argument(argument: ArgumentPlan, tool: ToolPlan, annotations: Annotations) -> str:
    shown = _argument_type(argument, tool, annotations) + ("" if argument.required else " | None")
    alias = annotations.alias(argument.name, argument.wire)
    if alias:
        annotations.imports |= {"Annotated", "Field"}
        shown = f"Annotated[{shown}, Field(alias={quoted(alias)})]"
    return f"{argument.name}: {shown}" if argument.required else f"{argument.name}: {shown} = None"


def _argument_type(argument: ArgumentPlan, tool: ToolPlan, annotations: Annotations) -> str:
    if argument.role == "key":
        annotations.imports.add("Ref")
        return f"Ref[{tool.entity.name}]"
    if argument.role == "size":
        annotations.imports.add("Count")
        return "Count"
    if argument.role == "page":
        annotations.imports.add("Count" if argument.field and argument.field.kind == "integer" else "Text")
        return "Count" if argument.field and argument.field.kind == "integer" else "Text"
    if argument.field is None or argument.field.kind == "key":
        annotations.imports.add("Text")
        return "Text"
    return annotations.argument(argument.field, tool.entity.name)


def _page(tool: ToolPlan, kind: str) -> ArgumentPlan | None:
    return next((a for a in tool.arguments if a.role == "page" and a.field and a.field.kind == kind), None)


def _list_body(tool: ToolPlan) -> list[str]:
    table = f"self.{tool.entity.table}"
    filters = [a for a in tool.arguments if a.role == "filter" and a.field]
    search = next((a for a in tool.arguments if a.role == "search"), None)
    conditions = [f"{_condition(a)}={a.name}" for a in filters]
    lines: list[str] = [
        f"        self.{_table_of(a, tool)}.get({a.name})"
        for a in filters
        if a.required and a.field and a.field.kind == "ref" and _table_of(a, tool)
    ]
    if search and filters:
        lines.append(f"        found = {table}.search({search.name})")
        lines.append(call(f"matching = {table}.where(", conditions, ")", 8))
        rows = "[row for row in found if row in matching]"
    elif search:
        rows = f"{table}.search({search.name})"
    else:
        rows = call(f"{table}.where(", conditions, ")") if conditions else f"list({table})"
    return [*lines, *_paged(tool, table, rows)]


def _paged(tool: ToolPlan, table: str, rows: str) -> list[str]:
    size = next((a.name for a in tool.arguments if a.role == "size"), None)
    cursor, number = _page(tool, "text"), _page(tool, "integer")
    if cursor and tool.cursor:
        return [_assigned("return", f"{table}.page(", [rows, *([f"limit={size}"] if size else []), f"cursor={cursor.name}"])]
    if number is None and size is None:
        return [_assigned("return", *_split(rows))]
    lines = [_assigned("rows =", *_split(rows))]
    count = f"{_DEFAULT_PAGE} if {size} is None else {size}" if size else str(_DEFAULT_PAGE)
    if number is None:
        return [*lines, f"        return rows[: {size}]" if size else "        return rows"]
    lines.append(f"        size = {count}")
    if _counts_rows(number):
        return [*lines, f"        start = {number.name} or 0", "        return rows[start : start + size]"]
    return [*lines, f"        start = (max({number.name} or 1, 1) - 1) * size", "        return rows[start : start + size]"]


def _counts_rows(number: ArgumentPlan) -> bool:
    return any(word in number.name for word in ("offset", "start", "skip", "from"))


def _split(rows: str) -> tuple[str, list[str]]:
    head, bracket, rest = rows.partition(".where(")
    if not bracket:
        return rows, []
    return head + bracket, [part.strip().rstrip(",") for part in rest.removesuffix(")").split(",") if part.strip()]


def _assigned(lead: str, head: str, arguments: list[str]) -> str:
    return call(f"{lead} {head}", arguments, ")", 8) if arguments else f"        {lead} {head}"


def _condition(argument: ArgumentPlan) -> str:
    name = argument.field.name if argument.field else ""
    return name if argument.operator == "eq" else f"{name}__{argument.operator}"


def _table_of(argument: ArgumentPlan, tool: ToolPlan) -> str | None:
    return tool.tables.get(argument.field.target or "") if argument.field else None


def _get_body(tool: ToolPlan) -> list[str]:
    return [f"        return self.{tool.entity.table}.get({tool.arguments[0].name})"]


def _delete_body(tool: ToolPlan) -> list[str]:
    table, key = f"self.{tool.entity.table}", tool.arguments[0].name
    return [f"        {table}.remove({table}.get({key}))"]


def _create_body(tool: ToolPlan) -> list[str]:
    given = {id(a.field): a for a in tool.arguments if a.field}
    values: list[str] = []
    for field in (tool.entity.key, *tool.entity.fields):
        argument = given.get(id(field))
        if argument is not None:
            values.append(f"{field.name}={_value(argument, field)}")
        elif (constant := server_value(field)) is not None:
            values.append(f"{field.name}={constant}")
    return [call(f"return self.{tool.entity.table}.add(", values, ")", 8)]


def _value(argument: ArgumentPlan, field: FieldPlan) -> str:
    """The argument, with what the service fills in when it is left out."""
    if argument.required or not field.required:
        return argument.name
    constant = server_value(field)
    if constant is None:
        return argument.name
    return (
        f"{argument.name} or {constant}"
        if field.kind in {"enum", "texts", "refs", "parts"}
        else f"{constant} if {argument.name} is None else {argument.name}"
    )


def server_value(field: FieldPlan) -> str | None:
    """What the service gives a field of a fresh record that nobody set; None when it leaves it empty."""
    match field.kind:
        case "enum" if field.required:
            return quoted(initial_value(field))
        case "caller":
            return "self.me"
        case "boolean" if field.required:
            return str(bool(field.schema.get("default", False)))
        case "texts" | "refs" | "parts" if field.required:
            return "[]"
        case "money" | "integer" | "number" if field.required:
            return "0"
        case "datetime" if field.required and field.name not in lexicon().created_fields | lexicon().updated_fields:
            return "self.now"
        case _:
            return None


def _update_body(tool: ToolPlan) -> list[str]:
    table, key = f"self.{tool.entity.table}", tool.arguments[0].name
    changes = [f"{a.field.name}={a.name}" for a in tool.arguments if a.role == "value" and a.field]
    record = _record_name(tool)
    return [f"        {record} = {table}.get({key})", call(f"return {table}.replace({record}, **_given(", changes, "))", 8)]


def _record_name(tool: ToolPlan) -> str:
    """The variable that holds the record."""
    name = identifier(tool.entity.thing)
    return "record" if name in {a.name for a in tool.arguments} else name


def _move_body(tool: ToolPlan) -> list[str]:
    table, key = f"self.{tool.entity.table}", tool.arguments[0].name
    if tool.moves is None or not isinstance(tool.target, bool):
        return [f"        return {table}.transition({table}.get({key}), {quoted(str(tool.target))})"]
    thing = _record_name(tool)
    flag = tool.moves.name
    refused = f"This {spoken(tool.entity.thing)} is {'already' if tool.target else 'not'} {spoken(flag).removeprefix('is ')}."
    return [
        f"        {thing} = {table}.get({key})",
        f"        if {thing}.{flag}:" if tool.target else f"        if not {thing}.{flag}:",
        f"            raise PreconditionFailed({quoted(refused)})",
        f"        return {table}.replace({thing}, {flag}={tool.target})",
    ]
