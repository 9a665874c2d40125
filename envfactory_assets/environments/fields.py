"""The types that fields and arguments are declared with, and how a declared type is read.

id: Key                                             minted "S1", "S2", ... (the entity's initial)
id: Annotated[str, KeyStyle("ord_{n:05d}")]         another style; {uuid}, {hex:24}, {digits:16} and {base62:22} are derived from n
id: Annotated[int, KeyStyle()]                      integer ids
owner: Ref[User]                                    a key of another row; Ref["User"] when the class comes later
lines: list[Annotated[Ref[Item], OnDelete("cascade")]]
created_at: Created                                 set by the runtime when the row is added
updated_at: Updated                                 set at every write; volatile
etag: Annotated[Text, Volatile()]                   left out of comparisons
email: Annotated[Text, Unique()]                    no two rows have the same
status: OrderStatus = starts_as("draft")            what a row has, unless it is added with another value
closed_at: Annotated[datetime, Reached("status", "closed")] | None = None    set when the row comes to be so, emptied when it no longer is
total: Annotated[Money, SumOf("lines", "price", "quantity")]    worked out at every write
folder_id: Ref[Folder] | None = KEPT                an argument by which null takes something out of what it is in
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import sha256
from math import prod
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class _Kept:
    """The type of ``KEPT``."""

    def __repr__(self) -> str:
        return "KEPT"


KEPT: Any = _Kept()
"""The default of an argument that null empties: what a caller leaves out stays as it is."""

_CENT = Decimal("0.01")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True)
class KeyStyle:
    """How ids are minted: a template over the counter ``n``, or plain integers when the field is an ``int``.

    Attributes:
        template: text with slots; empty for the entity's initial and the number.
        offset: added to the counter.
    """

    template: str = ""
    offset: int = 0

    def mint(self, entity: str, count: int, integer: bool) -> str | int:
        """The id of an entity's ``count``-th row."""
        number = count + self.offset
        if integer:
            return number
        template = self.template or entity[:1] + "{n}"
        return _SLOT.sub(lambda slot: _slot(slot[1], slot[2] or "", entity, number), template)


def _slot(name: str, width: str, entity: str, number: int) -> str:
    if name == "n":
        return format(number, width)
    digest = sha256(f"{entity}/{number}".encode()).digest()
    if name == "uuid":
        return str(UUID(bytes=digest[:16], version=4))
    alphabet = {"hex": _BASE62[:10] + "abcdef", "digits": _BASE62[:10], "base62": _BASE62}[name]
    value, text = int.from_bytes(digest, "big"), ""
    for _ in range(int(width)):
        value, place = divmod(value, len(alphabet))
        text += alphabet[place]
    return text if name != "digits" else (text if text[0] != "0" else "1" + text[1:])


OnDeleteRule = Literal["restrict", "cascade", "set_null"]


@dataclass(frozen=True, slots=True)
class OnDelete:
    """What happens to a row when the row it refers to is removed: refuse, remove it too, or empty the reference."""

    rule: OnDeleteRule


@dataclass(frozen=True, slots=True)
class Initial:
    """Marks a field of choices with the one that a row starts with; ``starts_as`` sets it."""

    value: str


def starts_as(value: str, *, alias: str | None = None) -> Any:
    """Declare what a row has in a field of choices, unless it is added with another of them.

    Args:
        value: the choice.
        alias: the field's name on the wire, when its own does not give it.
    """
    declared = Field(alias=alias)
    declared.metadata.append(Initial(value))
    return declared


class Unique:
    """Marks a field by which rows are told apart: no two of them have the same value."""


@dataclass(frozen=True, slots=True)
class SumOf:
    """Marks an amount that is the sum of a row's lines.

    Attributes:
        lines: the field that holds the lines.
        amount: of a line.
        times: of a line: how many of that amount; once when empty.
        own: of a line: what it comes to, where it does not tell both of these.
    """

    lines: str
    amount: str
    times: str = ""
    own: str = ""

    def of(self, row: Any) -> Any:
        """What a row's lines come to; None when it has none to add up."""
        lines = getattr(row, self.lines)
        if lines is None:
            return None
        return sum((self.worth(line.__dict__) for line in lines), Decimal(0)).quantize(_CENT, ROUND_HALF_EVEN)

    def worth(self, line: Mapping[str, Any]) -> Decimal:
        """What one line comes to; nothing when it tells of no amount."""
        told = [line[name] for name in (self.amount, self.times) if name]
        if None in told and self.own:
            told = [line[self.own]]
        return prod((Decimal(str(value or 0)) for value in told), start=Decimal(1))


class Reached:
    """Marks when, or by whom, a row came to have one of some values of a status or a flag.

    The runtime stamps it with the time, or with the caller, when the row comes to one of them, and empties it when the row has none of
    them any more, unless it tells of what stays done. A call that gives the field a value itself is taken at its word.

    Args:
        field: the status or the flag.
        values: those that it tells of.
        stays: whether it stays as it is afterwards: what was shipped once was shipped then, also when it is delivered.
    """

    __slots__ = ("field", "stays", "values")

    def __init__(self, field: str, *values: str | bool, stays: bool = False) -> None:
        self.field = field
        self.values = values
        self.stays = stays

    def reached(self, value: Any) -> bool:
        """Whether a value of the field is one that it tells of."""
        return value in self.values


class Volatile:
    """Marks a field that comparisons of states leave out."""


class IsCaller:
    """Marks a field that holds who owns or made a row, as ``Environment.me`` names them."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Marks a field the runtime sets to the current time."""

    when: Literal["created", "updated"]


@dataclass(frozen=True, slots=True)
class Spelling:
    """Marks a moment that is written another way than usual.

    Attributes:
        form: as ``strftime`` has it.
    """

    form: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type as it is, written in this form."""
        written = core_schema.plain_serializer_function_ser_schema(
            self._written, return_schema=core_schema.str_schema(), when_used="json-unless-none"
        )
        return cast("CoreSchema", {**handler(source), "serialization": written})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A moment, however it is written."""
        return handler(core_schema.datetime_schema())

    def _written(self, moment: datetime) -> str:
        return moment.strftime(self.form)


class RefTo:
    """The entity a ``Ref`` points to: a class, or its name until the environment is put together."""

    def __init__(self, entity: Any) -> None:
        self.entity = entity

    @property
    def name(self) -> str:
        """The entity's name."""
        return self.entity if isinstance(self.entity, str) else str(self.entity.__name__)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type of the entity's key."""
        integer = not isinstance(self.entity, str) and self.entity.entity_layout.integer_key
        return core_schema.int_schema(strict=True) if integer else core_schema.str_schema(strict=True)


class Ref:
    """``Ref[Room]``: the key of a ``Room``, checked on every write."""

    def __class_getitem__(cls, entity: Any) -> Any:
        """The annotated key type."""
        return Annotated[str, RefTo(entity)]


def _money(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("an amount is a number")  # noqa: TRY004 - Pydantic reports ValueError only
    amount = Decimal(str(value))
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 13:
        raise ValueError("an amount is a number of ordinary size")
    return amount.quantize(_CENT, ROUND_HALF_EVEN)


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Key = Annotated[str, KeyStyle()]
Caller = Annotated[str, IsCaller()]
Text = Annotated[str, Field(max_length=20_000)]
Count = Annotated[int, Field(ge=0)]
PageNumber = Annotated[int, Field(ge=1)]
PageSize = Annotated[int, Field(ge=1, le=1000)]
Money = Annotated[Decimal, PlainValidator(_money), PlainSerializer(float, return_type=float), WithJsonSchema({"type": "number"})]
"""An amount, kept as a ``Decimal`` of two places; a number in JSON."""
IN_UTC = AfterValidator(_utc)
Timestamp = Annotated[datetime, IN_UTC]
"""A moment in UTC; what ``datetime`` means in an environment module."""
Created = Annotated[Timestamp, Stamp("created")]
Updated = Annotated[Timestamp, Stamp("updated"), Volatile()]


class FrozenList(list[Any]):
    """A list inside a row: to change it, replace the row."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("A row's list cannot be changed in place: replace the row.")

    def __reduce__(self) -> Any:
        return list, (list(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> "FrozenList":
        return self

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse


class FrozenDict(dict[Any, Any]):
    """A mapping inside a row: to change it, replace the row."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("A row's mapping cannot be changed in place: replace the row.")

    def __reduce__(self) -> Any:
        return dict, (dict(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> "FrozenDict":
        return self

    update = pop = popitem = clear = setdefault = _refuse
    __setitem__ = __delitem__ = __ior__ = _refuse


def deeply_frozen(value: Any) -> Any:
    """A value of any type as a row holds it: lists and mappings that cannot be changed in place, all the way down."""
    if isinstance(value, dict):
        return FrozenDict({key: deeply_frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return FrozenList(deeply_frozen(item) for item in value)
    return tuple(deeply_frozen(item) for item in value) if type(value) is tuple else value
