"""What tools answer with: the record as the document wraps it and with what it shows of it, or nothing where it answers with a notice."""

from dataclasses import replace

from envfactory_assets.synthesis.effects import envelope_of, shows
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.plan import EntityPlan, ToolPlan, Unused
from envfactory_assets.synthesis.schemas import Shape

_CHANGING = frozenset({"update", "transition", "act"})
_LISTING = frozenset({"list", "search"})


def answer_as_told(tools: list[ToolPlan]) -> None:
    """Let tools answer in the form that the document gives their answers.

    Those that change a record and answer with no record answer nothing, where what they are about is certain all the same.

    Args:
        tools: the tools chosen, with their typed effects; changed in place.
    """
    for tool in tools:
        answer = tool.answered
        tells = answer is not None and (answer.many or shows(answer, tool.entity))
        if tool.family in _CHANGING and not tool.part and tool.operation.response and not tells:
            _answer_nothing(tool)
        elif answer is not None and tool.returns_record and shows(answer, tool.entity):
            if tool.family not in _LISTING:
                tool.envelope, tool.in_list = envelope_of(answer), answer.many
            tool.omits = _omitted(tool.entity, answer.shape)
    for tool in tools:
        shown = [other for other in tools if other.entity is tool.entity and other.returns_record]
        if tool.moves is not None and all(tool.moves.name in other.omits for other in shown):
            tool.grounding = "assumed"  # no answer shows what it does


def without_unseen(tools: list[ToolPlan]) -> tuple[list[ToolPlan], list[Unused]]:
    """The tools without those that move a state which no answer of the record shows, and why those are left out."""
    unseen = [tool for tool in tools if tool.moves is not None and _is_unseen(tool.moves.name, tool.entity, tools)]
    unused = [Unused(tool.operation.pointer, "operation", "no answer shows what it changes") for tool in unseen]
    return [tool for tool in tools if tool not in unseen], unused


def _is_unseen(name: str, entity: EntityPlan, tools: list[ToolPlan]) -> bool:
    showing = [
        tool for tool in tools if tool.entity is entity and tool.answered is not None and tool.returns_record and tool.family != "delete"
    ]
    return bool(showing) and all(name in tool.omits for tool in showing)


def _answer_nothing(tool: ToolPlan) -> None:
    others = any(a.role != "key" and a.field is not None and a.field.target for a in tool.arguments)
    if tool.typed and others:
        tool.typed = tuple(replace(effect, entity=tool.entity.name) for effect in tool.typed)
    tool.returns_record = bool(others and not tool.typed)


def _omitted(entity: EntityPlan, shown: Shape) -> tuple[str, ...]:
    """The fields of a record that an answer has no place for: nothing but the properties told may be there, its key among them."""
    told = {snake(name) for name in shown.properties}
    if not shown.closed or snake(entity.key.wire) not in told:
        return ()
    return tuple(field.name for field in entity.fields if snake(field.wire) not in told)
