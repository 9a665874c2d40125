"""Reading annotations: what a declared type is, in the words of the specification."""

import types
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import reduce
from operator import or_
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AfterValidator, BaseModel

from envfactory_assets.environments.fields import (
    IN_UTC,
    FrozenDict,
    FrozenList,
    IsCaller,
    KeyStyle,
    OnDelete,
    OnDeleteRule,
    RefTo,
    Timestamp,
    deeply_frozen,
)

_SCALARS = {str: "text", bool: "boolean", int: "integer", float: "number", Decimal: "money", datetime: "datetime", date: "date"}
_UNCHANGING = (str, bytes, bool, int, float, complex, Decimal, date, time, timedelta, Enum, UUID, type(None))


@dataclass(frozen=True)
class Shape:
    """A declared type, read."""

    kind: str  # key, ref, caller, text, money, integer, number, boolean, date, datetime, enum, list, object
    optional: bool = False
    enum: tuple[str, ...] = ()
    marks: tuple[Any, ...] = ()
    item: "Shape | None" = None  # of a list
    model: type[BaseModel] | None = None  # of an object

    def mark(self, kind: type) -> Any:
        """The first metadata of a class, or None."""
        return next((mark for mark in self.marks if isinstance(mark, kind)), None)

    @property
    def ref(self) -> RefTo | None:
        """What the value, or each item of a list, refers to."""
        inner = self.item or self
        found: RefTo | None = inner.mark(RefTo)
        return found

    @property
    def on_delete(self) -> OnDeleteRule:
        """What a reference does when its target is removed."""
        mark: OnDelete | None = (self.item.mark(OnDelete) if self.item else None) or self.mark(OnDelete)
        return mark.rule if mark else "restrict"


def shape_of(annotation: Any) -> Shape:
    """Read one annotation."""
    base, marks, optional = _peel(annotation)
    origin = get_origin(base)
    if origin is Literal:
        return Shape("enum", optional, tuple(str(value) for value in get_args(base)), marks)
    if origin is list:
        return Shape("list", optional, (), marks, item=shape_of(get_args(base)[0]))
    if isinstance(base, type) and issubclass(base, BaseModel):
        return Shape("object", optional, (), marks, model=base)
    for mark, kind in ((KeyStyle, "key"), (IsCaller, "caller"), (RefTo, "ref")):
        if any(isinstance(item, mark) for item in marks):
            return Shape(kind, optional, (), marks)
    return Shape(_SCALARS.get(base, "object"), optional, (), marks)


def _peel(annotation: Any) -> tuple[Any, tuple[Any, ...], bool]:
    """Take ``Annotated`` and ``| None`` off: the bare type, all metadata, whether None is allowed."""
    marks: tuple[Any, ...] = ()
    optional = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *found = get_args(annotation)
            marks = (*found, *marks)
        elif get_origin(annotation) in {Union, types.UnionType} and type(None) in get_args(annotation):
            optional = True
            annotation = reduce(or_, [arg for arg in get_args(annotation) if arg is not type(None)])
        else:
            return annotation, marks, optional


def prepared(annotation: Any, *, frozen: bool) -> Any:
    """The annotation as the runtime uses it: moments in UTC; when frozen, lists and mappings that cannot be changed in place.

    Raises:
        TypeError: a row would hold something that can be changed in place and is no list and no mapping.
    """
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation is datetime:
        return Timestamp
    if origin is Annotated:
        if IN_UTC in args:
            return annotation
        return _annotated(prepared(args[0], frozen=frozen), *args[1:])
    if origin in {Union, types.UnionType}:
        return reduce(or_, [prepared(arg, frozen=frozen) for arg in args])
    if origin is list:
        items: Any = list.__class_getitem__(prepared(args[0], frozen=frozen))
        return _annotated(items, AfterValidator(FrozenList)) if frozen else items
    if origin is dict:
        mapping: Any = dict.__class_getitem__((args[0], prepared(args[1], frozen=frozen)))
        return _annotated(mapping, AfterValidator(FrozenDict)) if frozen else mapping
    return _kept(annotation) if frozen else annotation


def _kept(annotation: Any) -> Any:
    """A type that is neither a list nor a mapping of known items, as a field of a row."""
    base = get_origin(annotation) or annotation
    if base in {Literal, ClassVar} or isinstance(annotation, str) or annotation is None:
        return annotation
    if not isinstance(base, type):
        return _annotated(annotation, AfterValidator(deeply_frozen))
    if issubclass(base, AbstractSet | bytearray) or is_dataclass(base):
        raise TypeError(f"A row cannot hold a {base.__name__}, which can be changed in place: use a list or a Part.")
    if issubclass(base, BaseModel):
        if not base.model_config.get("frozen"):
            raise TypeError(f"A row cannot hold a {base.__name__}, which can be changed in place: derive it from Part.")
        return annotation
    return annotation if issubclass(base, _UNCHANGING) else _annotated(annotation, AfterValidator(deeply_frozen))


def _annotated(base: Any, *marks: Any) -> Any:
    made: Any = Annotated
    return made[(base, *marks)]
