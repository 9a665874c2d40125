"""Tools of a foreign module: schemas and checks from the signature, descriptions from the docstring."""

import inspect
import json
import re
from collections.abc import Callable
from functools import cached_property
from typing import Annotated, Any, NamedTuple, get_type_hints

from docstring_parser import Docstring, parse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from envfactory_assets.environments.foreign.plain import NotPlainError, plain
from envfactory_assets.environments.foreign.stand_in import Context
from envfactory_assets.environments.schemas import argument_message, inlined

_LISTED = re.compile(r"(?m)^[\s:]*(\w+)\s*\((?:list|List|array)\b")


class ForeignToolError(ValueError):
    """A tool whose signature cannot be read; one line says why."""


class WrongArguments(ValueError):  # noqa: N818 - a refusal, not a defect
    """Arguments that do not fit the signature; one line says which."""


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True, protected_namespaces=())


class _Signature(NamedTuple):
    """A signature, read."""

    arguments: type[BaseModel]
    names: dict[str, str]  # field of the model -> the function's own name
    contexts: tuple[str, ...]  # arguments the server would fill in


class ForeignTool:
    """A registered function; what its signature says is read when it is first asked for.

    Args:
        name: as registered.
        function: what was registered; methods still take ``self``.
        description: what was said beside it, else its docstring tells.
    """

    def __init__(self, name: str, function: Callable[..., Any], description: str | None) -> None:
        self.name = name
        self.function = function
        self._given_description = description

    @cached_property
    def takes_self(self) -> bool:
        """Whether it is a method that was registered inside its class."""
        return next(iter(inspect.signature(self.function).parameters), "") == "self"

    @cached_property
    def _docstring(self) -> Docstring:
        return parse(inspect.getdoc(self.function) or "")

    @property
    def description(self) -> str:
        """What it does, in the module's words."""
        said = self._docstring
        return self._given_description or "\n\n".join(filter(None, (said.short_description, said.long_description)))

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(inspect.unwrap(self.function), include_extras=True)

    @cached_property
    def _signature(self) -> _Signature:
        fields: dict[str, Any] = {}
        names: dict[str, str] = {}
        contexts: list[str] = []
        for place, parameter in enumerate(inspect.signature(self.function).parameters.values()):
            hint = self._hints.get(parameter.name, Any)
            if place == 0 and self.takes_self:
                continue
            if isinstance(hint, type) and issubclass(hint, Context):
                contexts.append(parameter.name)
            elif parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY}:
                raise ForeignToolError("it takes *args, **kwargs or nameless arguments; each must be named")
            else:
                field = f"a_{len(fields)}"
                fields[field] = self._field(parameter, hint)
                names[field] = parameter.name
        return _Signature(create_model(f"{self.name}_arguments", __base__=_Arguments, **fields), names, tuple(contexts))

    @cached_property
    def _result(self) -> TypeAdapter[Any]:
        return TypeAdapter(self._hints.get("return", Any))

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments."""
        schema = inlined(self._signature.arguments.model_json_schema(by_alias=True))
        return {
            "type": "object",
            "properties": schema.get("properties", {}),
            "required": schema.get("required", []),
            "additionalProperties": False,
        }

    def describe(self) -> dict[str, Any]:
        """Name, description and schemas as plain JSON.

        Raises:
            ForeignToolError: the signature cannot be read.
        """
        try:
            return {
                "name": self.name,
                "description": self.description,
                "lists": self._lists(),
                "input_schema": plain(self.input_schema),
                "output_schema": plain(inlined(self._result.json_schema(by_alias=True))),
            }
        except (TypeError, NameError, AttributeError, ValueError, PydanticUserError, RecursionError) as error:
            raise ForeignToolError(f"tool {self.name}: its signature cannot be read: {' '.join(str(error).split())}") from error

    def _lists(self) -> list[str]:
        """The names of lists inside the result, where the docstring says ``jobs (list): ...`` of what is returned."""
        said = self._docstring.returns
        return _LISTED.findall(f"{said.type_name or ''}: {said.description or ''}" if said else "")

    def _field(self, parameter: inspect.Parameter, hint: Any) -> tuple[Any, Any]:
        """A field of the argument model: the annotation, and the name and default it has there."""
        marks = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, FieldInfo)]
        if isinstance(parameter.default, FieldInfo):  # q: str = Field(default="", max_length=9)
            said = parameter.default
            marks.append(said)
            hint = Annotated[hint, *said.metadata] if said.metadata else hint
            default = ... if said.is_required() else said.get_default(call_default_factory=True)
        else:
            default = ... if parameter.default is parameter.empty else parameter.default
        alias = next((mark.alias for mark in marks if mark.alias), parameter.name)
        said_of = {said.arg_name: said.description for said in self._docstring.params}
        description = next((mark.description for mark in marks if mark.description), said_of.get(parameter.name))
        return hint, Field(default, alias=alias, description=description)

    def read(self, arguments: Any) -> dict[str, Any]:
        """Check the arguments and turn them into what the function takes, defaults included.

        Raises:
            WrongArguments: names the first wrong one.
        """
        try:
            read = self._signature.arguments.model_validate_json(json.dumps(arguments))
        except ValidationError as error:
            raise WrongArguments(argument_message(error, self.input_schema)) from None
        given = {name: getattr(read, field) for field, name in self._signature.names.items()}
        return given | {name: Context() for name in self._signature.contexts}

    def check(self, result: Any) -> Any:
        """The result as plain JSON.

        Raises:
            NotPlainError: it is none, or not what the signature says the tool returns.
        """
        value = plain(result)
        try:
            self._result.validate_python(result)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            raise NotPlainError(f"$ is not what the signature says: {first['msg']}") from None
        return value
