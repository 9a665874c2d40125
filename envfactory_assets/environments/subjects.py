"""Which entity a tool is about."""

from typing import Any, NamedTuple, get_args, get_origin

from envfactory_assets.environments.environment import Plan
from envfactory_assets.environments.shapes import shape_of
from envfactory_assets.environments.tables import Page
from envfactory_assets.environments.tools import Tool


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
