"""Writing one tool as a method."""

from dataclasses import replace

from envfactory_assets.synthesis.actions import body_of
from envfactory_assets.synthesis.actions.standing import Held
from envfactory_assets.synthesis.actions.states import family_of_move, flag_name, initial_value
from envfactory_assets.synthesis.annotations import Annotations, bounds_of
from envfactory_assets.synthesis.layout import Call, call, docstring, quoted
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.listing import list_body, page_of
from envfactory_assets.synthesis.names import identifier, plain
from envfactory_assets.synthesis.paging import first_of, largest
from envfactory_assets.synthesis.plan import ArgumentPlan, FieldPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.wording import describe_tool


def write_method(tool: ToolPlan, annotations: Annotations) -> str:
    """The decorator, signature, docstring and body of a tool."""
    body = {
        "list": list_body,
        "search": list_body,
        "get": _get_body,
        "create": _create_body,
        "update": _update_body,
        "delete": _delete_body,
        "transition": _move_body,
        "act": body_of,
    }[tool.family](tool)
    if not tool.returns_record:
        body = [line.replace("        return ", "        ", 1) if line.startswith("        return ") else line for line in body]
    annotations.imports |= {word for word in ("PreconditionFailed",) if any(word in line for line in body)}
    return "\n".join(
        [_decorator(tool, annotations), _signature(tool, annotations), docstring(describe_tool(tool, annotations.voice), 8), *body]
    )


def _decorator(tool: ToolPlan, annotations: Annotations) -> str:
    options: list[str | Call] = [_effect(tool, annotations)]
    if tool.grounding != "declared":
        options.append(f'grounding="{tool.grounding}"')
    if annotations.alias(tool.method, tool.wire):
        options.append(f"name={quoted(tool.wire)}")
    if tool.envelope:
        options.append(f"envelope={quoted(tool.envelope)}")
    if tool.in_list:
        options.append("in_list=True")
    if tool.omits:
        options.append(Call("omits=[", [quoted(name) for name in tool.omits], "]"))
    if tool.cursor and page_of(tool, "text"):
        options.append(f"cursor={quoted(tool.cursor)}")
    roles = [
        f"{quoted(a.name)}: {quoted(_role(a))}" for a in tool.arguments if a.role == "filter" and a.field and _role(a) != f"{a.name}__eq"
    ]
    if roles:
        options.append(Call("filters={", list(roles), "}"))
    options.append(f"pointer={quoted(tool.operation.pointer)}")
    return call("@tool(", options, ")", 4)


def _role(argument: ArgumentPlan) -> str:
    return f"{argument.field.name if argument.field else ''}__{argument.operator}"


def _effect(tool: ToolPlan, annotations: Annotations) -> str | Call:
    annotations.imports |= {effect.family for effect in tool.typed}
    if tool.family == "act" and len(tool.typed) == 1:
        return _typed(tool.typed[0], "effect=")
    annotations.imports |= {tool.family} if tool.frozen else set()
    if tool.frozen and not tool.typed:
        return _typed(TypedEffect(tool.family, unless=tool.frozen), "effect=")
    if tool.typed:
        plain = (
            [] if tool.family == "act" else [_typed(TypedEffect(tool.family, unless=tool.frozen)) if tool.frozen else quoted(tool.family)]
        )
        return Call("effect=[", [*plain, *map(_typed, tool.typed)], "]")
    if tool.family != "transition" or tool.moves is None:
        return f'effect="{tool.family}"'
    family = family_of_move(tool)
    annotations.imports.add(family)
    if isinstance(tool.target, bool):
        return Call(f"effect={family}(", [f"field={quoted(tool.moves.name)}", f"target={tool.target}", *_held("unless", tool.unless)], ")")
    sources = Call("sources=[", [quoted(source) for source in tool.sources], "]")
    until = [f"until={quoted(tool.until.name)}"] if tool.until else []
    return Call(f"effect={family}(", [f"field={quoted(tool.moves.name)}", sources, f"target={quoted(str(tool.target))}", *until], ")")


def _typed(effect: TypedEffect, before: str = "") -> str | Call:
    slots: list[str | Call] = [f"entity={effect.entity}"] if effect.entity else []
    slots += [f"field={quoted(effect.field)}"] if effect.field else []
    if effect.moves:
        steps = [Call(f"{quoted(start)}: [", [quoted(end) for end in ends], "]") for start, ends in effect.moves]
        slots.append(Call("moves={", list(steps), "}"))
    slots += [f"until={quoted(effect.until)}"] if effect.until else []
    slots += ["past=True"] if effect.past else []
    slots += ["anew=True"] if effect.anew else []
    named = (("within", effect.within), ("limit", effect.limit), ("lines", effect.lines))
    slots += [f"{name}={quoted(value)}" for name, value in named if value]
    slots += [*_held("unless", effect.unless), *_held("barred", effect.barred)]
    return Call(f"{before}{effect.family}(", slots, ")") if slots else f"{before}{effect.family}"


def _held(slot: str, held: Held) -> list[Call]:
    """A slot with values by field, where there are any."""
    by_field = [Call(f"{quoted(field)}: [", [_literal(value) for value in values], "]") for field, values in held]
    return [Call(f"{slot}={{", list(by_field), "}")] if held else []


def _literal(value: str | bool) -> str:
    return str(value) if isinstance(value, bool) else quoted(value)


def _signature(tool: ToolPlan, annotations: Annotations) -> str:
    ordered = sorted(tool.arguments, key=lambda a: not a.required)
    shown = ["self", *(_argument(a, tool, annotations) for a in ordered)]
    return call(f"def {tool.method}(", shown, f") -> {_returns(tool, annotations)}:", 4)


def _returns(tool: ToolPlan, annotations: Annotations) -> str:
    if not tool.returns_record:
        return "None"
    if tool.family not in {"list", "search"}:
        return tool.entity.name
    if tool.cursor and page_of(tool, "text"):
        annotations.imports.add("Page")
        return f"Page[{tool.entity.name}]"
    return f"list[{tool.entity.name}]"


def _argument(argument: ArgumentPlan, tool: ToolPlan, annotations: Annotations) -> str:
    default = "KEPT" if _clears(argument, tool) else argument.default
    bare = (argument.required and not argument.nullable) or (default not in {"None", "KEPT"} and not argument.required)
    shown = _argument_type(argument, tool, annotations) + ("" if bare else " | None")
    if default == "KEPT":
        annotations.imports.add("KEPT")
    alias = annotations.alias(argument.name, plain(argument.wire))
    if alias:
        annotations.imports |= {"Annotated", "Field"}
        shown = f"Annotated[{shown}, Field(alias={quoted(alias)})]"
    return f"{argument.name}: {shown}" if argument.required else f"{argument.name}: {shown} = {default}"


def _clears(argument: ArgumentPlan, tool: ToolPlan) -> bool:
    """Whether an update may empty what an effect of it is about: null says so, and what is left out is kept."""
    field = argument.field
    said = tool.operation.conditions
    if said is not None and said.sparse:
        return False
    if tool.family != "update" or not argument.nullable or field is None or field.required or field.kind in {"boolean", "enum"}:
        return False
    return field.name in {name for effect in tool.typed for name in (effect.field, effect.until)}


def _argument_type(argument: ArgumentPlan, tool: ToolPlan, annotations: Annotations) -> str:
    if argument.role == "key":
        annotations.imports.add("Ref")
        return f"Ref[{tool.entity.name}]"
    if argument.role == "outer" and tool.through:
        annotations.imports.add("Ref")
        return f"Ref[{tool.through[0].name}]"
    if argument.role in {"page", "size"} and argument.field and argument.field.kind == "integer":
        return _count(argument, annotations)
    listed = argument.field is not None and (argument.operator == "among" or argument.field.kind != "text")
    if argument.role == "filter" and argument.field and argument.operator in {"among", "contains"} and listed:
        return _item_type(argument, argument.field, tool, annotations)
    if argument.field is None or argument.field.kind == "key" or argument.role == "page":
        annotations.imports.add("Text")
        return "Text"
    if argument.role == "filter" and argument.operator == "contains" and argument.field.kind == "text":
        return annotations.use("Text")  # a part of a code is no code
    return annotations.argument(_as_set(argument, argument.field, tool) if argument.role == "value" else argument.field, tool.entity.name)


def _as_set(argument: ArgumentPlan, field: FieldPlan, tool: ToolPlan) -> FieldPlan:
    """A field as a tool sets it: of a status only the values that something leads to, of others those that the request lists."""
    reached = {end for effect in tool.typed if effect.field == field.name for _, ends in effect.moves for end in ends}
    settable = reached if tool.family == "update" and reached else _listed(argument, tool)
    if field.kind != "enum" or not 0 < len(settable & set(field.enum)) < len(field.enum):
        return field
    return replace(field, name=f"new_{field.name}", enum=tuple(value for value in field.enum if value in settable))


def _listed(argument: ArgumentPlan, tool: ToolPlan) -> set[str]:
    """The values that a request lists for what it sets."""
    asked = tool.asked.shape.properties.get(argument.wire, {}) if tool.asked else {}
    return {value for value in asked.get("enum") or () if isinstance(value, str)}


def _count(argument: ArgumentPlan, annotations: Annotations) -> str:
    """How many records, or from which page or record on."""
    if argument.role == "page":
        return annotations.use("PageNumber" if first_of(argument) else "Count")
    most = largest(argument.field.schema) if argument.field else None
    if most is None:
        return annotations.use("PageSize")
    annotations.imports |= {"Annotated", "Field"}
    return f"Annotated[int, Field(ge=1, le={most})]"


def _item_type(argument: ArgumentPlan, field: FieldPlan, tool: ToolPlan, annotations: Annotations) -> str:
    """A value that a list field may hold, or the values that a field may have: one, or several where the document takes several."""
    item = f"{annotations.use('Ref')}[{tool.entity.name}]" if field.kind == "key" else annotations.item(field, tool.entity.name)
    return f"list[{item}]" if argument.several else item


def _get_body(tool: ToolPlan) -> list[str]:
    return [f"        return self.{tool.entity.table}.get({tool.arguments[0].name})"]


def _delete_body(tool: ToolPlan) -> list[str]:
    table, key = f"self.{tool.entity.table}", tool.arguments[0].name
    if not tool.returns_record:
        return [f"        {table}.remove({table}.get({key}))"]
    record = _record_name(tool)
    return [f"        {record} = {table}.get({key})", f"        {table}.remove({record})", f"        return {record}"]


def _create_body(tool: ToolPlan) -> list[str]:
    given = {id(a.field): a for a in tool.arguments if a.field}
    values: list[str] = []
    for field in (tool.entity.key, *tool.entity.fields):
        argument = given.get(id(field))
        if argument is not None:
            values.append(f"{field.name}={_value(argument, field)}")
        elif field.initial is None and (constant := server_value(field)) is not None:
            values.append(f"{field.name}={constant}")
    deed = "make" if tool.typed else "add"
    return [call(f"return self.{tool.entity.table}.{deed}(", values, ")", 8)]


def _value(argument: ArgumentPlan, field: FieldPlan) -> str:
    """The argument, with what the service fills in when it is left out."""
    if argument.required or field.initial is not None or not field.required:
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
            return quoted(field.initial or initial_value(field))
        case "caller":
            return "self.me"
        case "boolean" if field.required:
            return str(bool(field.schema.get("default", flag_name(field) in lexicon().open_flags)))  # what is made is in use
        case "texts" | "refs" | "parts" if field.required and not field.schema.get("minItems"):
            return "[]"
        case "money" | "integer" | "number" if field.required:
            least, most = bounds_of(field.schema)
            given = max(0, least) if isinstance(least, int) else 0
            return str(min(given, most) if isinstance(most, int) else given)
        case "datetime" if field.required and field.name not in lexicon().created_fields | lexicon().updated_fields:
            return "self.now"
        case _:
            return None


def _update_body(tool: ToolPlan) -> list[str]:
    table, key = f"self.{tool.entity.table}", tool.arguments[0].name
    values = [a for a in tool.arguments if a.role == "value" and a.field]
    changes = [f"{a.field.name}={a.name}" for a in values if a.field and not _clears(a, tool)]
    cleared = [f"{a.field.name}={a.name}" for a in values if a.field and _clears(a, tool)]
    record = _record_name(tool)
    deed = "revise" if tool.typed or tool.frozen else "replace"
    if cleared:
        told = [f"        changes{' |' if changes else ' '}= {call('_told(', cleared, ')', 8).strip()}"]
        given = [call("changes = _given(", changes, ")", 8)] if changes else []
        return [f"        {record} = {table}.get({key})", *given, *told, f"        return {table}.{deed}({record}, **changes)"]
    if len(changes) == 1:
        return [f"        {record} = {table}.get({key})", call(f"return {table}.{deed}({record}, **_given(", changes, "))", 8)]
    return [
        f"        {record} = {table}.get({key})",
        call("changes = _given(", changes, ")", 8),
        f"        return {table}.{deed}({record}, **changes)",
    ]


def _record_name(tool: ToolPlan) -> str:
    """The variable that holds the record."""
    name = identifier(tool.entity.thing)
    return "record" if name in {a.name for a in tool.arguments} else name


def _move_body(tool: ToolPlan) -> list[str]:
    table, key = f"self.{tool.entity.table}", tool.arguments[0].name
    target = "" if isinstance(tool.target, bool) else f", {quoted(str(tool.target))}"
    told = "".join(f", {a.field.name}={a.name}" for a in tool.arguments if a.role == "value" and a.field is not None)
    return [f"        return {table}.transition({table}.get({key}){target}{told})"]
