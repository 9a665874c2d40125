"""Which entity a tool is about, and whether what a tool declares fits that entity."""

from typing import Any, NamedTuple, get_args, get_origin

from envfactory_assets.environments.conditions import OPERATORS, field_and_operator
from envfactory_assets.environments.effects import Effect
from envfactory_assets.environments.environment import Plan
from envfactory_assets.environments.pages import Page
from envfactory_assets.environments.shapes import shape_of
from envfactory_assets.environments.tools import Tool

_FLAGS = frozenset({"boolean", "date", "datetime"})  # a moment says since when


class Returned(NamedTuple):
    """What a tool's return annotation says."""

    paged: bool
    many: bool
    entity: str | None


def returned(plan: Plan, tool: Tool) -> Returned:
    """Read a tool's return annotation."""
    paged = get_origin(tool.returns) is Page
    shape = shape_of(get_args(tool.returns)[0] if paged else tool.returns)
    model: Any = (shape.item or shape).model
    known = model is not None and plan.entities.get(model.__name__) is model
    return Returned(paged, paged or shape.kind == "list", model.__name__ if known else None)


def subject_of(plan: Plan, tool: Tool) -> str | None:
    """The entity a tool is about: as declared, else what it returns, else what its last reference means."""
    declared = next((effect.entity for effect in tool.effects if effect.entity), None)
    given = declared or returned(plan, tool).entity
    if given:
        return given
    referred = [shape.ref.name for shape in tool.shapes.values() if shape.ref and shape.kind != "list" and shape.ref.name in plan.entities]
    return referred[-1] if referred else None


def check_tools(plan: Plan) -> None:
    """Check that what tools declare exists: entities, fields and values of effects, fields of filters, paging.

    Raises:
        TypeError: names the tool and what it declares.
    """
    for tool in plan.tools.values():
        for effect in tool.effects:
            _check_effect(plan, tool, effect)
        _check_filters(plan, tool)
        if tool.declared.cursor and not (returned(plan, tool).paged and tool.declared.envelope):
            raise TypeError(f"Tool {tool.method} declares a cursor: it returns a Page and names the envelope.")
        _check_answer(plan, tool)


def _check_effect(plan: Plan, tool: Tool, effect: Effect) -> None:
    name = effect.entity or subject_of(plan, tool)
    if effect.entity and effect.entity not in plan.entities:
        raise TypeError(f"The {effect.family} of tool {tool.method} is about {effect.entity}, which no table holds.")
    shapes = plan.entities[name].entity_layout.shapes if name else {}
    for field in effect.fields:
        if field not in shapes:
            raise TypeError(f"The {effect.family} of tool {tool.method} is about the field {field!r}, which {name} does not have.")
    if effect.draws and name:
        giver = next((ref.target.entity for ref in plan.entities[name].entity_layout.refs if ref.path == (effect.within,)), None)
        if giver is None or effect.limit not in giver.entity_layout.shapes:
            raise TypeError(
                f"The {effect.family} of tool {tool.method} is bounded by {effect.limit!r}, which {effect.within!r} does not have."
            )
    if effect.family == "transition" and effect.of_flag and effect.field and shapes[effect.field].kind not in _FLAGS:
        raise TypeError(f"The transition of tool {tool.method} names neither sources nor moves, and {effect.field!r} is no flag.")
    allowed = shapes[effect.field].enum if effect.field else ()
    unknown = [value for value in effect.values if allowed and value not in allowed]
    if unknown:
        raise TypeError(f"The {effect.family} of tool {tool.method} names {unknown[0]!r}, which is no {effect.field} of a {name}.")


def _check_answer(plan: Plan, tool: Tool) -> None:
    _, many, entity = returned(plan, tool)
    if tool.declared.in_list and (many or entity is None):
        raise TypeError(f"Tool {tool.method} declares that its record is answered in a list: it returns one record.")
    layout = plan.entities[entity].entity_layout if entity else None
    for name in tool.declared.omits:
        if layout is None or name not in layout.shapes or name == layout.key:
            raise TypeError(f"Tool {tool.method} omits {name!r}, which is no field, or the key, of what it returns.")


def _check_filters(plan: Plan, tool: Tool) -> None:
    name = subject_of(plan, tool)
    fields = plan.entities[name].entity_layout.shapes if name else {}
    for argument, condition in tool.declared.filters.items():
        field, operator = field_and_operator(condition)
        if argument not in tool.shapes or field not in fields or operator not in OPERATORS:
            raise TypeError(f"Tool {tool.method} declares the filter {argument}={condition!r}, which does not fit its arguments or {name}.")
