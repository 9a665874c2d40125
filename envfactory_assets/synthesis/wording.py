"""What generated modules say in words: our own, unless the document is the user's and has its own."""

from envfactory_assets.synthesis.actions import told_of
from envfactory_assets.synthesis.names import article, noun, plural, spoken
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, ToolPlan


def joined(items: list[str], word: str) -> str:
    """Items as in a sentence: "a, b or c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else ""


def describe_tool(tool: ToolPlan) -> str:
    """A short description of a tool."""
    if tool.operation.description:
        return tool.operation.description
    thing = spoken(tool.entity.thing)
    many = _plural(thing)
    match tool.family:
        case "list" | "search":
            return _describe_list(tool, many)
        case "get":
            return f"Look up one {thing}."
        case "create":
            needed = [_spoken_argument(a) for a in tool.arguments if a.required and a.field and not a.field.target]
            return f"Create {article(thing)}." if not needed else f"Create {article(thing)} with its {joined(needed[:4], 'and')}."
        case "update":
            changed = [_spoken_argument(a) for a in tool.arguments if a.role == "value"]
            if len(changed) > 4:
                changed = [*changed[:3], "more"]
            return f"Change the {joined(changed, 'and')} of {article(thing)}; what is not given stays as it is."
        case "delete":
            return f"Delete {article(thing)} for good."
        case "transition":
            return _describe_move(tool, thing)
        case "act":
            return told_of(tool)


def _describe_list(tool: ToolPlan, many: str) -> str:
    within = [a for a in tool.arguments if a.required and a.field and a.field.target]
    outer = tool.through[0].name if tool.through else within[0].field.target if within and within[0].field else None
    of = f" of {article(spoken(outer))}" if outer else ""
    if tool.family == "search":
        searched = any(a.role == "search" for a in tool.arguments)
        return f"Find {many}{of} by {'words in their text' if searched else 'what they hold'}."
    narrowed = list(dict.fromkeys(_spoken_argument(a) for a in tool.arguments if a.role == "filter" and a not in within))
    return f"List {many}{of}, narrowed by {joined(narrowed[:5], 'or')}." if narrowed else f"List the {many}{of or ' there are'}."


def _describe_move(tool: ToolPlan, thing: str) -> str:
    verb = spoken(tool.verb or "move").capitalize()
    if tool.moves is None or not tool.sources:
        return f"{verb} {article(thing)}."
    states = joined([spoken(source) for source in tool.sources[:5]], "or")
    more = " or the like" if len(tool.sources) > 5 else ""
    return f"{verb} {article(thing)} whose {spoken(tool.moves.name)} is {states}{more}."


def _spoken_argument(argument: ArgumentPlan) -> str:
    field = argument.field
    if field is None:
        return spoken(argument.name)
    said = spoken(field.name)
    if field.kind == "refs":
        return _plural(noun(said).replace("_", " ").removesuffix(" id").removesuffix(" gid"))
    if field.target:
        return said.removesuffix(" id").removesuffix(" gid")
    if field.kind in {"date", "datetime"} and said.endswith(("ed at", "ed on")):
        return f"time it was {said[:-3]}"
    return said.removeprefix("is ") if field.kind == "boolean" else said


def _plural(thing: str) -> str:
    head, _, last = thing.rpartition(" ")
    return f"{head} {plural(last)}".strip()


def describe_entity(entity: EntityPlan) -> str:
    """One sentence about a record type."""
    outer = [f.target for f in entity.fields if f.nested and f.target]
    if outer:
        return f"{article(spoken(entity.thing)).capitalize()} of {article(spoken(outer[0]))}."
    linked = list(
        dict.fromkeys(article(spoken(f.target)) for f in entity.fields if f.kind == "ref" and f.target and f.target != entity.name)
    )
    told = f" that may name {joined(linked[:3], 'and')}" if linked else ""
    return f"{article(spoken(entity.thing)).capitalize()}{told}."
