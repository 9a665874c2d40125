"""What tools that change a record answer: the record, or nothing where the document's answer is no record but a notice of success."""

from dataclasses import replace

from envfactory_assets.synthesis.effects import shows
from envfactory_assets.synthesis.plan import ToolPlan

_CHANGING = frozenset({"update", "transition", "act"})


def answer_as_told(tools: list[ToolPlan]) -> None:
    """Let tools whose answers are no records answer nothing, where what they are about is certain all the same.

    Args:
        tools: the tools chosen, with their typed effects; changed in place.
    """
    for tool in tools:
        answer = tool.answered
        tells = answer is not None and (answer.many or shows(answer, tool.entity))
        if tool.family not in _CHANGING or tool.part or not tool.operation.response or tells:
            continue
        others = any(a.role != "key" and a.field is not None and a.field.target for a in tool.arguments)
        if tool.typed and others:
            tool.typed = tuple(replace(effect, entity=tool.entity.name) for effect in tool.typed)
        tool.returns_record = bool(others and not tool.typed)
