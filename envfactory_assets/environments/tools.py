"""Tools: methods an agent may call. Their schemas, and the checks of arguments and results, come from the signature."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from envfactory_assets.environments.effects import Effect, effects_of
from envfactory_assets.environments.entities import Entity, give_wire_names, parts_of
from envfactory_assets.environments.errors import InvalidArgument
from envfactory_assets.environments.fields import KEPT
from envfactory_assets.environments.naming import Naming, wire_name
from envfactory_assets.environments.pages import Page
from envfactory_assets.environments.schemas import argument_message, inlined, without_empty, without_properties
from envfactory_assets.environments.shapes import Shape, prepared, shape_of
from envfactory_assets.records.base import Audience, Grounding

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declaration:
    """What ``@tool(...)`` said."""

    effects: tuple[Effect, ...]
    grounding: Grounding = "declared"
    name: str | None = None
    envelope: str | None = None
    cursor: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    audience: Audience = "agent"
    pointer: str | None = None
    in_list: bool = False
    omits: tuple[str, ...] = ()


def tool(
    *,
    effect: str | Effect | Sequence[str | Effect],
    grounding: Grounding = "declared",
    name: str | None = None,
    envelope: str | None = None,
    cursor: str | None = None,
    filters: Mapping[str, str] | None = None,
    audience: Audience = "agent",
    pointer: str | None = None,
    in_list: bool = False,
    omits: Sequence[str] = (),
) -> Callable[[F], F]:
    """Declare a method to be a tool.

    Args:
        effect: what it does to state: a family, an effect, or several.
        grounding: how that is known.
        name: the name on the wire, when it is not the method's.
        envelope: the wire name under which the result is wrapped; with dots between them, those of objects inside one another.
        cursor: the wire name of the next page's cursor beside the list; the tool then returns a ``Page``.
        filters: argument -> ``field__operator``, where names do not say it.
        audience: who may call it.
        pointer: where the resource describes it.
        in_list: whether the one record that it returns is answered in a list.
        omits: fields of the records returned that its answers leave out, by their Python names.
    """
    declared = Declaration(
        effects_of(effect), grounding, name, envelope, cursor, dict(filters or {}), audience, pointer, in_list, tuple(omits)
    )

    def mark(function: F) -> F:
        function.__tool__ = declared  # type: ignore[attr-defined]
        return function

    return mark


def _field(default: Any, alias: str) -> Any:
    """An argument's field: without a default when it is required, and with none to be read in a schema when what is left out is kept."""
    if default is KEPT:
        return Field(default_factory=lambda: KEPT, alias=alias)
    return Field(... if default is inspect.Parameter.empty else default, alias=alias)


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, validate_by_name=False, validate_by_alias=True)


class Tool:
    """A compiled tool."""

    def __init__(self, method: str, function: Callable[..., Any], declared: Declaration, naming: Naming, shows_empty: bool = True) -> None:
        self.method = method
        self._shows_empty = shows_empty
        self.function = function
        self.declared = declared
        self.effects = declared.effects
        self.name = declared.name or wire_name(method, naming)
        hints = get_type_hints(function, include_extras=True)
        if "return" not in hints:
            raise TypeError(f"Tool {method} has no return annotation.")
        self.returns = hints["return"]
        parameters = list(inspect.signature(function).parameters.values())[1:]
        for parameter in parameters:
            if parameter.name not in hints:
                raise TypeError(f"Argument {parameter.name} of tool {method} has no annotation.")
            if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
                raise TypeError(f"Tool {method} takes *args or **kwargs; each argument must be named.")
        self.shapes: dict[str, Shape] = {p.name: shape_of(hints[p.name]) for p in parameters}
        self.required = frozenset(p.name for p in parameters if p.default is p.empty)
        self.wire = {p.name: self._wire_of(p.name, naming) for p in parameters}
        self._answers = self._row_answered()
        self._hints = {p.name: (prepared(hints[p.name], frozen=False), p.default) for p in parameters}

    def _wire_of(self, parameter: str, naming: Naming) -> str:
        shape = self.shapes[parameter]
        alias = next((mark.alias for mark in shape.marks if getattr(mark, "alias", None)), None)
        return alias or wire_name(parameter, naming)

    @property
    def reads(self) -> bool:
        """Whether no declared effect writes."""
        return all(effect.reads for effect in self.effects)

    @property
    def description(self) -> str:
        """The docstring."""
        return inspect.cleandoc(self.function.__doc__ or "")

    @cached_property
    def arguments(self) -> type[BaseModel]:
        """The model of the arguments, under their wire names."""
        fields: dict[str, Any] = {f"a_{name}": (hint, _field(default, self.wire[name])) for name, (hint, default) in self._hints.items()}
        return create_model(f"{self.method}_arguments", __base__=_Arguments, **fields)

    @cached_property
    def result(self) -> TypeAdapter[Any]:
        """What the result must be, before it is wrapped."""
        if get_origin(self.returns) is Page:
            items: Any = list.__class_getitem__(get_args(self.returns)[0])
            return TypeAdapter(items)
        return TypeAdapter(self.returns)

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments."""
        schema = inlined(self.arguments.model_json_schema(by_alias=True))
        return {
            "type": "object",
            "properties": schema.get("properties", {}),
            "required": schema.get("required", []),
            "additionalProperties": False,
        }

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the result as the requestor gets it."""
        schema = without_properties(inlined(self.result.json_schema(by_alias=True, mode="serialization")), self._omitted)
        if self.declared.in_list:
            schema = {"type": "array", "items": schema, "minItems": 1, "maxItems": 1}
        for depth, name in reversed(list(enumerate(self._wrappers))):
            properties = {name: schema}
            if self.declared.cursor and depth == 0:
                properties[self.declared.cursor] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
            schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
        return schema if self._shows_empty else without_empty(schema)

    @cached_property
    def _wrappers(self) -> tuple[str, ...]:
        """The names of the objects that a result is wrapped in, the outermost first."""
        return tuple(self.declared.envelope.split(".")) if self.declared.envelope else ()

    @cached_property
    def _omitted(self) -> frozenset[str]:
        """The wire names of the fields that answers leave out."""
        fields = self._answers[0].model_fields if self._answers[0] is not None else {}
        return frozenset(str(fields[name].alias or name) for name in self.declared.omits)

    def read(self, arguments: Any) -> dict[str, Any]:
        """Check the arguments and turn them into Python values.

        Raises:
            InvalidArgument: names the argument and what is expected.
        """
        if not isinstance(arguments, dict):
            raise InvalidArgument("Arguments must be one JSON object.")
        try:
            text = orjson.dumps(arguments)
        except (TypeError, orjson.JSONEncodeError):
            raise InvalidArgument("Arguments must be plain JSON.") from None
        try:
            read = self.arguments.model_validate_json(text, by_alias=True, by_name=False)
        except ValidationError as error:
            raise InvalidArgument(argument_message(error, self.input_schema)) from None
        return {name[2:]: value for name, value in read.__dict__.items()}

    def write(self, value: Any) -> Any:
        """Check a result and turn it into JSON-ready values under their wire names."""
        cursor = None
        if isinstance(value, Page):
            value, cursor = value.items, value.next_cursor
        plain = self._plain(value)
        for row in (plain if isinstance(plain, list) else [plain]) if self._omitted else ():
            for name in self._omitted:
                row.pop(name, None)
        plain = [plain] if self.declared.in_list else plain
        for wrapper in reversed(self._wrappers):
            plain = {wrapper: plain}
        if self.declared.cursor and (self._shows_empty or cursor is not None):
            plain[self.declared.cursor] = cursor
        return plain

    def _plain(self, value: Any) -> Any:
        """A result as JSON. Rows of exactly the declared entity were checked when they were made: each is turned into JSON once."""
        entity, many = self._answers
        if many and type(value) is list and all(type(row) is entity for row in value):
            return [entity.entity_layout.as_answered(row) for row in value]
        if type(value) is entity and not many:
            return entity.entity_layout.as_answered(value)
        return self.result.dump_python(self.result.validate_python(value), mode="json", by_alias=True, exclude_none=not self._shows_empty)

    def _row_answered(self) -> tuple[Any, bool]:
        """The entity whose rows are the whole result, and whether it is a list of them; None for any other result."""
        paged = get_origin(self.returns) is Page
        shape = shape_of(get_args(self.returns)[0] if paged else self.returns)
        many = paged or shape.kind == "list"
        row = shape if paged else shape.item or shape
        plain = not (shape.marks or row.marks or row.optional) and isinstance(row.model, type) and issubclass(row.model, Entity)
        return (row.model, many) if plain else (None, False)

    def name_parts(self, naming: Naming, done: set[type]) -> None:
        """Give the parts that only arguments or results use their wire names."""
        inner = [self.returns, *(hint for hint, _ in self._hints.values())]
        for hint in inner:
            shape = shape_of(get_args(hint)[0] if get_origin(hint) is Page else hint)
            model = (shape.item or shape).model
            for part in [*parts_of(model), model] if model else []:
                if part not in done:
                    done.add(part)
                    give_wire_names(part, naming)
