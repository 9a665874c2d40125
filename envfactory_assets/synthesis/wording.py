"""What generated modules say in words: our own, unless the document is the user's and has its own."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from envfactory_assets.bundled import read_yaml
from envfactory_assets.synthesis.actions import told_of
from envfactory_assets.synthesis.names import article, noun, spoken, told_plural
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, ToolPlan

WORDINGS = Path(__file__).with_name("wording.yaml")


def joined(items: list[str], word: str) -> str:
    """Items as in a sentence: "a, b or c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else ""


@cache
def wordings() -> dict[str, tuple[str, ...]]:
    """The sentences that tools describe themselves with, by kind."""
    return {kind: tuple(told) for kind, told in read_yaml(WORDINGS.read_text(encoding="utf-8")).items()}


def voice_of(title: str) -> int:
    """How an environment speaks: the same in all its tools, and another in other environments."""
    return int.from_bytes(sha256(title.encode()).digest()[:4], "big")


def describe_tool(tool: ToolPlan, voice: int = 0) -> str:
    """A short description of a tool, in an environment's voice."""
    if tool.operation.description and " " in tool.operation.description.strip():  # one word is the operation's name again
        return tool.operation.description
    match tool.family:
        case "list" | "search":
            return _describe_list(tool, voice)
        case "create":
            needed = [_spoken_argument(a) for a in tool.arguments if a.required and a.field and not a.field.target]
            return _said("create_with" if needed else "create", voice, tool, fields=joined(needed[:4], "and"))
        case "update":
            changed = [_spoken_argument(a) for a in tool.arguments if a.role == "value"]
            if len(changed) > 4:
                changed = [*changed[:3], "more"]
            return _said("update" if len(changed) > 1 else "update_one", voice, tool, fields=joined(changed, "and"))
        case "get" | "delete":
            return _said(tool.family, voice, tool)
        case "transition":
            return _describe_move(tool, voice)
        case "act":
            return told_of(tool)


def _said(kind: str, voice: int, tool: ToolPlan, **slots: str) -> str:
    """A sentence of a kind, its slots filled."""
    options, thing = wordings()[kind], spoken(tool.entity.thing)
    many = _plural(thing)
    told = {"thing": thing, "a_thing": article(thing), "many": many, "Many": many.capitalize(), **slots}
    return options[voice % len(options)].format(**told)


def _describe_list(tool: ToolPlan, voice: int) -> str:
    within = [a for a in tool.arguments if a.required and a.field and a.field.target]
    outer = tool.through[0].name if tool.through else within[0].field.target if within and within[0].field else None
    of = f" of {article(spoken(outer))}" if outer else ""
    if tool.family == "search":
        searched = any(a.role == "search" for a in tool.arguments)
        return _said("search", voice, tool, of=of, fields="words in their text" if searched else "what they hold")
    narrowed = list(dict.fromkeys(_spoken_argument(a) for a in tool.arguments if a.role == "filter" and a not in within))
    return _said("list_narrowed" if narrowed else "list_all", voice, tool, of=of, fields=joined(narrowed[:5], "or"))


def _describe_move(tool: ToolPlan, voice: int) -> str:
    verb = spoken(tool.verb or "move").capitalize()
    if tool.moves is None or not tool.sources:
        return _said("move", voice, tool, verb=verb)
    states = joined([spoken(source) for source in tool.sources[:5]], "or") + (" or the like" if len(tool.sources) > 5 else "")
    return _said("move_from", voice, tool, verb=verb, field=spoken(tool.moves.name), states=states)


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
    return f"{head} {told_plural(last)}".strip()


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
