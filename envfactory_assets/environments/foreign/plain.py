"""What of a foreign value can cross a process border: plain JSON, or the reason it is none."""

import dataclasses
import math
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

_DEEPEST = 60
_LARGEST = 2**63


class NotPlainError(ValueError):
    """A value that JSON cannot hold; one line says where and why."""


def plain(value: Any, place: str = "$", depth: int = 0) -> Any:
    """The value as JSON-ready parts that share nothing with it.

    Args:
        value: models, data classes, dates, enumerations and decimals become what JSON has for them.
        place: where it is, for the message.
        depth: how deep.

    Raises:
        NotPlainError: bytes, sets and other objects, NaN and infinity, whole numbers beyond 64 bits, cycles.
    """
    if depth > _DEEPEST:
        raise NotPlainError(f"{place[:80]}... nests without end")
    if isinstance(value, Enum):
        return plain(value.value, place, depth + 1)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int | float | Decimal):
        return _number(value, place)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return _nested(value, place, depth + 1)


def _nested(value: Any, place: str, depth: int) -> Any:
    if isinstance(value, dict):
        return {_key(key, place): plain(item, f"{place}.{key}", depth) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, f"{place}[{index}]", depth) for index, item in enumerate(value)]
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        shown = {name: getattr(value, name) for name in fields} | (value.model_extra or {})
        return {(fields[name].serialization_alias or name) if name in fields else name: plain(item, f"{place}.{name}", depth)
                for name, item in shown.items()}  # fmt: skip
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), f"{place}.{field.name}", depth) for field in dataclasses.fields(value)}
    raise NotPlainError(f"{place} is a {type(value).__name__}, which JSON has not")


def _text(value: str, place: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotPlainError(f"{place} is text that has no encoding") from None
    return str(value)


def _number(value: float | Decimal, place: str) -> float | int:
    if isinstance(value, int):
        if abs(value) >= _LARGEST:
            raise NotPlainError(f"{place} is a whole number beyond 64 bits")
        return int(value)
    if not math.isfinite(value):
        raise NotPlainError(f"{place} is {value}, which JSON has not")
    return float(value)


def _key(key: Any, place: str) -> str:
    if isinstance(key, bool) or not isinstance(key, str | int | Enum):
        raise NotPlainError(f"{place} has a {type(key).__name__} as a key")
    return _text(str(key.value if isinstance(key, Enum) else key), place)
