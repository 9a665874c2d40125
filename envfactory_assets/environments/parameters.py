"""What each argument of a tool is for, inferred from its name, its type and the tool's effect."""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from envfactory_assets.environments.conditions import field_and_operator
from envfactory_assets.environments.entities import Entity
from envfactory_assets.environments.environment import Plan
from envfactory_assets.environments.shapes import Shape
from envfactory_assets.environments.tools import Tool
from envfactory_assets.records.environments import ParameterRole, ParameterSpec

Operator = Literal["eq", "ge", "le", "contains"]

_SEARCH = frozenset({"q", "query", "search", "search_text", "search_term", "keyword", "keywords", "text"})
_PAGING = frozenset(
    {
        *("limit", "page_size", "per_page", "max_results", "results_per_page"),
        *("page", "page_number", "page_index", "offset", "skip", "start_index"),
        *("cursor", "page_token", "next_token", "starting_after", "ending_before", "after"),
    }
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
_COMPARABLE = ({"date", "datetime"}, {"money", "number", "integer"})
_WRITES_NEW = frozenset({"create", "reserve", "checkout", "send", "transfer", "schedule", "copy"})


def parameter_specs(plan: Plan, tool: Tool, subject: str | None) -> Iterator[ParameterSpec]:
    """Describe the arguments of a tool in their order.

    Args:
        plan: the environment.
        tool: the tool.
        subject: the entity the tool is about.
    """
    reader = _Reader(tool, subject, plan.entities.get(subject or ""))
    for name, shape in tool.shapes.items():
        purpose = reader.purpose(name, shape)
        yield ParameterSpec(
            name=tool.wire[name],
            role=purpose.role,
            required=name in tool.required,
            type=_json_type(shape),
            entity=purpose.entity,
            field=purpose.field,
            operator=purpose.operator,
            enum=shape.enum or (shape.item.enum if shape.item else ()),
        )


def _json_type(shape: Shape) -> str:
    target: Any = shape.ref.entity if shape.ref and shape.kind in {"ref", "key"} else None
    if isinstance(target, type) and issubclass(target, Entity) and target.entity_layout.integer_key:
        return "integer"
    return _JSON_TYPES.get(shape.kind, shape.kind)


class _Purpose(NamedTuple):
    role: ParameterRole
    entity: str | None = None
    field: str | None = None
    operator: Operator | None = None


class _Reader:
    """Tells what the arguments of one tool are for."""

    def __init__(self, tool: Tool, subject: str | None, about: type[Entity] | None) -> None:
        self.tool = tool
        self.subject = subject
        self.about = about
        families = {effect.family for effect in tool.effects}
        self.selects = bool(families & {"list", "search"})
        self.makes = bool(families & _WRITES_NEW)

    def purpose(self, name: str, shape: Shape) -> _Purpose:
        declared = self.tool.declared.filters.get(name)
        if declared:
            field, operator = field_and_operator(declared)
            return _Purpose("filter", self.subject, field, _OPERATORS.get(operator, "eq"))
        if shape.ref is not None:
            return self._reference(shape.ref.name, name)
        own = self._field(name)
        if own is None and name in _PAGING:
            return _Purpose("page")
        if own is None and name in _SORTING:
            return _Purpose("sort")
        if self.selects:
            return self._selector(name, shape)
        return _Purpose("value", self.subject, own) if own else _Purpose("other")

    def _reference(self, target: str, name: str) -> _Purpose:
        key = self.about.entity_layout.key if self.about is not None else None
        own = self._field(name)
        field = own if own != key or (target == self.subject and self.selects) else None
        if field is None and self.about is not None and target != self.subject:
            stem = name.removesuffix("_id")  # of several that a row names, those called like the argument are meant
            refs = [ref for ref in self.about.entity_layout.refs if ref.target.name == target and len(ref.path) == 1]
            fitting = [ref.path[0] for ref in refs if not ref.many or ref.path[0].startswith(stem)]
            field = fitting[0] if len(fitting) == 1 else None
        linking = field is not None and (self.makes or self._has_key_beside(name))
        if target == self.subject and self.about is not None and not self.selects and not linking:
            return _Purpose("key", target, self.about.entity_layout.key)
        return _Purpose("reference", target, field, "eq" if self.selects and field else None)

    def _has_key_beside(self, name: str) -> bool:
        """Whether another argument names the row itself, so that this one names a row it is to be linked to."""
        own = [other for other, shape in self.tool.shapes.items() if shape.ref and shape.ref.name == self.subject and shape.kind != "list"]
        key = self.about.entity_layout.key if self.about is not None else None
        return any(other != name and self._field(other) in {None, key} for other in own)

    def _selector(self, name: str, shape: Shape) -> _Purpose:
        own = self._field(name)
        if own is not None and self.about is not None:
            many = self.about.entity_layout.shapes[own].kind == "list" and shape.kind != "list"
            return _Purpose("filter", self.subject, own, "contains" if many else "eq")
        if name in _SEARCH:
            return _Purpose("search", self.subject, None, "contains")
        for pattern, operator in _BOUNDS:
            found = re.fullmatch(pattern, name)
            field = self._near(found[1], shape) if found else None
            if field:
                return _Purpose("filter", self.subject, field, operator)
        return _Purpose("other")

    def _field(self, name: str) -> str | None:
        return name if self.about is not None and name in self.about.entity_layout.shapes else None

    def _near(self, name: str, shape: Shape) -> str | None:
        """The field of this name, or the only one of the argument's type that the name begins or ends."""
        if self.about is None or self._field(name):
            return self._field(name)
        fitting = [
            field
            for field, known in self.about.entity_layout.shapes.items()
            if (known.kind == shape.kind or any({known.kind, shape.kind} <= kinds for kinds in _COMPARABLE))
            and (field.endswith(f"_{name}") or field.startswith(f"{name}_"))
        ]
        return fitting[0] if len(fitting) == 1 else None
