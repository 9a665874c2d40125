"""Entities: the record types of an environment. A row never changes; a table replaces it."""

import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from inspect import get_annotations
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, ConfigDict

from envfactory_assets.environments.fields import Initial, KeyStyle, Reached, RefTo, Stamp, SumOf, Unique, Volatile
from envfactory_assets.environments.naming import Naming, wire_name
from envfactory_assets.environments.shapes import Shape, prepared, shape_of


class Part(BaseModel):
    """A value inside a row: it has no identity of its own."""

    model_config = ConfigDict(
        protected_namespaces=(), frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=False, validate_default=True
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__annotations__ = {name: prepared(_written_out(cls, hint), frozen=True) for name, hint in get_annotations(cls).items()}


def _written_out(cls: type, annotation: Any) -> Any:
    """An annotation given as text, read, unless it names what comes later.

    It stands in the source of a module that is already running (see ``loading``), so reading it lets nothing run that could not run before.
    """
    if not isinstance(annotation, str):
        return annotation
    scope = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
    try:
        return eval(annotation, dict(scope), dict(vars(cls)))  # noqa: S307 - of code that runs already
    except NameError:
        return annotation


class Entity(Part):
    """A record type with a key. Exactly one field is declared as ``Key``."""

    __slots__ = ("entity_forms",)  # what was worked out of the row, which never changes: shared with whoever shares the row

    entity_layout: ClassVar["Layout"]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Read the fields once."""
        super().__pydantic_init_subclass__(**kwargs)
        cls.entity_layout = Layout(cls)


class Layout:
    """What an entity's fields are."""

    def __init__(self, entity: type[Entity]) -> None:
        self.entity = entity
        self.shows_empty = True  # in answers; as the environment has it
        self.shapes: dict[str, Shape] = {name: shape_of(field.rebuild_annotation()) for name, field in entity.model_fields.items()}
        keys = [name for name, shape in self.shapes.items() if shape.kind == "key"]
        if len(keys) != 1:
            raise TypeError(f"Entity {entity.__name__} has {len(keys)} fields declared as Key; it needs exactly one.")
        self.key = keys[0]
        self.integer_key = entity.model_fields[self.key].annotation is int
        self.style: KeyStyle = self.shapes[self.key].mark(KeyStyle)
        self.refs = tuple(_references(entity))
        for reference in self.refs:
            if reference.on_delete == "set_null" and (len(reference.path) > 1 or not (reference.many or reference.optional)):
                raise TypeError(f"{entity.__name__}.{'.'.join(reference.path)} cannot be emptied, so OnDelete('set_null') does not fit it.")
        self.volatile = frozenset(name for name, shape in self.shapes.items() if shape.mark(Volatile))
        stamps = {name: shape.mark(Stamp) for name, shape in self.shapes.items() if shape.mark(Stamp)}
        self.stamped_on_add = tuple(stamps)
        self.stamped_on_write = tuple(name for name, stamp in stamps.items() if stamp.when == "updated")
        self.sums: dict[str, SumOf] = {name: shape.mark(SumOf) for name, shape in self.shapes.items() if shape.mark(SumOf)}
        self.reached: dict[str, Reached] = {name: shape.mark(Reached) for name, shape in self.shapes.items() if shape.mark(Reached)}
        for name, mark in self.reached.items():
            if mark.field not in self.shapes or not self.shapes[name].optional:
                raise TypeError(f"{entity.__name__}.{name} tells of {mark.field!r}: a field of the row, beside which it may be empty.")
        self.initial: dict[str, str] = {name: shape.mark(Initial).value for name, shape in self.shapes.items() if shape.mark(Initial)}
        for name, value in self.initial.items():
            if self.shapes[name].enum and value not in self.shapes[name].enum:
                raise TypeError(f"{entity.__name__}.{name} cannot start with {value!r}, which is none of its choices.")
        self.unique = tuple(name for name, shape in self.shapes.items() if shape.mark(Unique))
        self.text_fields = tuple(name for name, shape in self.shapes.items() if shape.kind == "text")
        self.nested = frozenset(name for name, shape in self.shapes.items() if shape.kind in {"list", "object"})

    def as_stored(self, row: Entity) -> dict[str, Any]:
        """A row as JSON under its Python names; the caller's own."""
        return self._form(row, "stored", by_alias=False)

    def seen(self, row: Entity) -> dict[str, Any]:
        """The same, to look at only: shared with whoever else looks."""
        return self._kept(row, "stored", by_alias=False)[0]

    def as_answered(self, row: Entity) -> dict[str, Any]:
        """A row as JSON under its wire names; the caller's own."""
        return self._form(row, "answered", by_alias=True)

    def text_of(self, row: Entity, names: Iterable[str]) -> str:
        """A row's text for searching, a line a field, without case."""
        forms, names = _forms_of(row), tuple(names)
        if names not in forms:
            forms[names] = "\n".join(str(getattr(row, name) or "") for name in names).casefold()
        text: str = forms[names]
        return text

    def _form(self, row: Entity, name: str, *, by_alias: bool) -> dict[str, Any]:
        form, nested = self._kept(row, name, by_alias=by_alias)
        fresh: dict[str, Any] = form.copy()
        for key, text in nested:
            fresh[key] = deepcopy(form[key]) if text is None else orjson.loads(text)
        return fresh

    def _kept(self, row: Entity, name: str, *, by_alias: bool) -> tuple[dict[str, Any], list[tuple[str, bytes | None]]]:
        """A row as JSON, made once, and those of its values that are nested, as text."""
        forms = _forms_of(row)
        if name not in forms:
            exclude = by_alias and not self.shows_empty
            plain = self.entity.__pydantic_serializer__.to_python(row, mode="json", by_alias=by_alias, exclude_none=exclude)
            forms[name] = plain, [(key, _text_of(value)) for key, value in plain.items() if type(value) in {dict, list}]
        kept: tuple[dict[str, Any], list[tuple[str, bytes | None]]] = forms[name]
        return kept

    def mint(self, count: int) -> str | int:
        """The id of the ``count``-th row ever made."""
        return self.style.mint(self.entity.__name__, count, self.integer_key)


def callers(entities: Iterable[type[Entity]]) -> list[str]:
    """The entities of which one row is the caller, in order of their names: those that owners' fields refer to."""
    shapes = (shape for entity in entities for shape in entity.entity_layout.shapes.values())
    return sorted({shape.ref.name for shape in shapes if shape.kind == "caller" and shape.ref})


def _forms_of(row: Entity) -> dict[Any, Any]:
    try:
        forms: dict[Any, Any] = object.__getattribute__(row, "entity_forms")  # past the models' own search for what is not there
    except AttributeError:
        forms = {}
        object.__setattr__(row, "entity_forms", forms)
    return forms


def _text_of(value: Any) -> bytes | None:
    """A nested value as text, from which copies are made fastest; None for one with integers that JSON here has no room for."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return None


class Reference:
    """Where a row, or a part inside it, refers to other rows."""

    def __init__(self, path: tuple[str, ...], shape: Shape, target: RefTo) -> None:
        self.path = path
        self.target = target
        self.many = shape.kind == "list"
        self.optional = shape.optional
        self.on_delete = shape.on_delete

    def pointing(self, rows: Iterable[Any], key: str | int) -> list[Any]:
        """The rows that refer to a key."""
        if len(self.path) > 1:
            return [row for row in rows if key in self.keys_in(row)]
        name = self.path[0]
        if self.many:
            return [row for row in rows if key in (getattr(row, name) or ())]
        return [row for row in rows if getattr(row, name) == key]

    def keys_in(self, row: Any) -> list[str | int]:
        """The keys a row refers to, a model's or a dumped row's alike."""
        values: list[Any] = [row]
        for name in self.path:
            found: list[Any] = []
            for value in values:
                inner = value.get(name) if isinstance(value, dict) else getattr(value, name)
                if isinstance(inner, list):
                    found += inner
                elif inner is not None:
                    found.append(inner)
            values = found
        return values


def _references(model: type[BaseModel], path: tuple[str, ...] = (), above: tuple[type[BaseModel], ...] = ()) -> Iterator[Reference]:
    for name, field in model.model_fields.items():
        shape = shape_of(field.rebuild_annotation())
        inner = (shape.item or shape).model
        if shape.ref is not None:
            yield Reference((*path, name), shape, shape.ref)
        elif inner is not None:
            if inner in (*above, model):
                raise TypeError(f"{inner.__name__} holds itself through {name}; a nested value has an end.")
            yield from _references(inner, (*path, name), (*above, model))


def parts_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The parts nested in a model, innermost first."""
    for field in model.model_fields.values():
        shape = shape_of(field.rebuild_annotation())
        inner = (shape.item or shape).model
        if inner is not None:
            yield from parts_of(inner)
            yield inner


def give_wire_names(model: type[BaseModel], naming: Naming) -> None:
    """Give each field its name on the wire, unless it has one of its own, and compile the model again."""
    taken: dict[str, str] = {}
    for name, field in model.model_fields.items():
        wire = field.alias or wire_name(name, naming)
        if wire in taken:
            raise TypeError(f"Fields {taken[wire]} and {name} of {model.__name__} have the same name on the wire: {wire}.")
        taken[wire] = name
        field.alias = field.validation_alias = field.serialization_alias = wire
        field.alias_priority = 2
    model.model_rebuild(force=True)
