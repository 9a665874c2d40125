"""What each argument of a tool is for, inferred from its name, its type and the tool's effect."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from envfactory_assets.environments.entities import Entity
from envfactory_assets.environments.environment import Plan
from envfactory_assets.environments.shapes import Shape
from envfactory_assets.environments.tools import Tool
from envfactory_assets.records.environments import ParameterRole, ParameterSpec

Operator = Literal["eq", "ge", "le", "contains"]

_SEARCH = frozenset({"q", "query", "search", "search_text", "search_term", "keyword", "keywords", "text"})
_PAGING = frozenset(
    {"limit", "cursor", "page", "page_size", "per_page", "offset", "page_token", "max_results", "starting_after", "ending_before", "after"}
)
_SORTING = frozenset({"sort", "sort_by", "order", "order_by", "sort_order", "direction"})
_BOUNDS: tuple[tuple[str, Operator], ...] = (
    (r"(?:min|minimum|from|since|after|start)_(.+)", "ge"),
    (r"(?:max|maximum|to|until|before|end)_(.+)", "le"),
    (r"(.+)_(?:min|from|since|after|gte|ge)", "ge"),
    (r"(.+)_(?:max|to|until|before|lte|le)", "le"),
)
_OPERATORS: dict[str, Operator] = {"eq": "eq", "ge": "ge", "gt": "ge", "le": "le", "lt": "le", "contains": "contains"}
_JSON_TYPES = {
    "key": "string", "ref": "string", "caller": "string", "text": "string", "enum": "string", "money": "number", "list": "array"
}  # fmt: skip
_WRITES_NEW = frozenset({"create", "reserve", "checkout", "send", "transfer", "schedule", "copy"})


def parameter_specs(plan: Plan, tool: Tool, subject: str | None) -> Iterator[ParameterSpec]:
    """Describe the arguments of a tool in their order."""
    for name, shape in tool.shapes.items():
        role, entity, field, operator = _purpose(plan, tool, subject, name, shape)
        yield ParameterSpec(
            name=tool.wire[name],
            role=role,
            required=name in tool.required,
            type=_json_type(shape),
            entity=entity,
            field=field,
            operator=operator,
            enum=shape.enum or (shape.item.enum if shape.item else ()),
        )


def _json_type(shape: Shape) -> str:
    target: Any = shape.ref.entity if shape.ref and shape.kind in {"ref", "key"} else None
    if isinstance(target, type) and issubclass(target, Entity) and target.key_is_integer():
        return "integer"
    return _JSON_TYPES.get(shape.kind, shape.kind)


def _purpose(
    plan: Plan, tool: Tool, subject: str | None, name: str, shape: Shape
) -> tuple[ParameterRole, str | None, str | None, Operator | None]:
    about = plan.entities.get(subject or "")
    selects = any(effect.family in {"list", "search"} for effect in tool.effects)
    declared = tool.declared.filters.get(name)
    if declared:
        field, _, operator = declared.partition("__")
        return "filter", subject, field, _OPERATORS.get(operator or "eq", "eq")
    if shape.ref is not None:
        return _reference(tool, shape.ref.name, subject, about, name, selects)
    if selects:
        return _selector(name, shape, subject, about)
    if name in _SORTING | _PAGING and not (about and name in about.layout.shapes):
        return ("sort" if name in _SORTING else "page"), None, None, None
    field_name = _field(about, name, shape)
    return ("value", subject, field_name, None) if field_name else ("other", None, None, None)


def _reference(
    tool: Tool, target: str, subject: str | None, about: type[Entity] | None, name: str, selects: bool
) -> tuple[ParameterRole, str | None, str | None, Operator | None]:
    field = name if about and name in about.layout.shapes else None
    if field is None and about is not None:
        fitting = [ref.path[0] for ref in about.layout.refs if ref.target.name == target and len(ref.path) == 1]
        field = fitting[0] if len(fitting) == 1 and target != subject else None
    makes = any(effect.family in _WRITES_NEW for effect in tool.effects)
    if target == subject and not selects and not (makes and field):
        return "key", target, about.layout.key if about else None, None
    return "reference", target, field, "eq" if selects and field else None


def _selector(
    name: str, shape: Shape, subject: str | None, about: type[Entity] | None
) -> tuple[ParameterRole, str | None, str | None, Operator | None]:
    exact = about is not None and name in about.layout.shapes
    if not exact:
        if name in _SEARCH:
            return "search", subject, None, "contains"
        if name in _PAGING:
            return "page", None, None, None
        if name in _SORTING:
            return "sort", None, None, None
        for pattern, operator in _BOUNDS:
            found = re.fullmatch(pattern, name)
            field = _field(about, found[1], shape, near=True) if found else None
            if field:
                return "filter", subject, field, operator
    field = _field(about, name, shape)
    if not field or about is None:
        return "other", None, None, None
    return "filter", subject, field, "contains" if about.layout.shapes[field].kind == "list" and shape.kind != "list" else "eq"


def _field(about: type[Entity] | None, name: str, shape: Shape, near: bool = False) -> str | None:
    """The field an argument's name means: the same name, or (``near``) the only one of its type that the name begins or ends."""
    if about is None:
        return None
    if name in about.layout.shapes:
        return name
    if not near:
        return None
    comparable = {"date", "datetime"}
    fitting = [
        field
        for field, known in about.layout.shapes.items()
        if (known.kind == shape.kind or {known.kind, shape.kind} <= comparable)
        and (field.endswith(f"_{name}") or field.startswith(f"{name}_"))
    ]
    return fitting[0] if len(fitting) == 1 else None
