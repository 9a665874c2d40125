"""What tools are called: as the document calls its operations, where that reads well."""

import re

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import Naming, identifier, in_style, noun, snake, told_plural, words
from envfactory_assets.synthesis.plan import ToolPlan

_LONGEST = 40
_RESERVED = frozenset({"me", "now", "today", "naming", "plan", "empty_state", "check_invariants"})
_MACHINE = re.compile(r"^(v?\d+|json|xml|id|api|handler|endpoint|repository|controller|\w*v\d)$")
_PLAIN = re.compile(r"^[A-Za-z][A-Za-z0-9_-]*$")


def name_tools(tools: list[ToolPlan], naming: Naming, taken: set[str]) -> None:
    """Give every tool its name on the wire and its method, both unique.

    Args:
        tools: the tools, in order.
        naming: the style of the service's own names.
        taken: names of the environment that no method may have.
    """
    readable = [tool for tool in tools if reads_well(tool.operation.operation_id)]
    copied = sum(_copies_path(tool) for tool in tools)
    own = len(readable) * 2 > len(tools) and copied * 2 <= len(tools)
    prefix = _common_prefix([words(tool.operation.operation_id) for tool in readable])
    wires: set[str] = set()
    methods = set(taken) | _RESERVED
    for tool in tools:
        usual = own and reads_well(tool.operation.operation_id)
        wire = _as_written(tool.operation.operation_id, prefix) if usual else in_style(composed(tool, tools), naming)
        if wire.lower() in wires:
            wire = in_style(_within(tool, composed(tool, tools)), naming)
        base, number = wire, 2
        while wire.lower() in wires:
            wire, number = f"{base}_{number}", number + 1
        method = identifier(wire)
        while method in methods:
            method += "_"
        wires.add(wire.lower())
        methods.add(method)
        tool.wire, tool.method = wire, method


def reads_well(operation_id: str) -> bool:
    """Whether an operation's own name can be a tool's: short, and with a verb."""
    parts = words(operation_id)
    verbs = {word for group in lexicon().verbs.values() for word in group} | lexicon().transitions.keys()
    if not 1 < len(parts) <= 6 or len(_as_written(operation_id, 1)) > _LONGEST or any(_MACHINE.match(part) for part in parts):
        return False
    if parts[-1] in {"put", "post"} or parts[0] in {"put", "post"}:
        return False
    return parts[0] in verbs or parts[-1] in verbs


def _copies_path(tool: ToolPlan) -> bool:
    """Whether an operation's name is only its verb and path run together."""
    operation = tool.operation
    return "".join(words(operation.operation_id)) == "".join(words(f"{operation.method.lower()}/{operation.path}"))


def _as_written(operation_id: str, prefix: int) -> str:
    plain = operation_id
    if prefix and not plain[:1].isupper():
        pieces = re.split(r"[./]", plain)
        plain = ".".join(pieces[1:]) if len(pieces) > 2 else plain
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_-")
    return plain if _PLAIN.match(plain) else snake(plain)


def _common_prefix(names: list[tuple[str, ...]]) -> int:
    if len(names) < 2:
        return 0
    return int(len({name[0] for name in names}) == 1)


def composed(tool: ToolPlan, tools: list[ToolPlan]) -> str:
    """A name made of what the tool does; of several lists, those inside another record say so."""
    entity = tool.entity
    match tool.family:
        case "list":
            name = f"list_{_several(entity.thing)}"
            several = sum(other.entity is entity and other.family == "list" for other in tools) > 1
            return _within(tool, name) if several else name
        case "search":
            return f"search_{_several(entity.thing)}"
        case "transition" | "act":
            return f"{tool.verb}_{entity.thing}"
        case "update" if tool.part:
            return f"update_{entity.thing}_{tool.part}"
        case family:
            return f"{family}_{entity.thing}"


def _several(thing: str) -> str:
    """Several things of a kind: as people say it, where one of them is called differently."""
    parts = noun(thing).split("_")
    return "_".join((*parts[:-1], told_plural(parts[-1])))


def _within(tool: ToolPlan, name: str) -> str:
    """The same, told apart by the record around it."""
    outer = next((a.field.target for a in tool.arguments if a.required and a.field and a.field.target), None)
    outer = tool.through[0].name if tool.through else outer
    return f"{name}_of_{snake(outer)}" if outer else name
