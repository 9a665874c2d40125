"""Schemas out of examples: what a record looks like where a document shows one and does not describe it."""

import re
from collections.abc import Iterable
from typing import Any

import orjson

_MOST_DEPTH = 8
_MOST_ITEMS = 10
_MOST_PROPERTIES = 120
_MOST_TEXT = 100_000
_SHAPES = {"$ref", "properties", "items", "additionalProperties", "allOf", "anyOf", "oneOf", "enum"}
_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$@.:-]*")
_FORMATS = (
    ("date-time", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("uuid", re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
    ("uri", re.compile(r"https?://\S+")),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")),
)


def tells_nothing(schema: Any) -> bool:
    """Whether a raw schema says no more than that something comes: an object, or a list, of no known shape."""
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "array" and not _SHAPES - {"items"} & schema.keys():
        return tells_nothing(schema.get("items"))
    return not _SHAPES & schema.keys() and schema.get("type") in (None, "object")


def schema_shown(examples: Iterable[Any]) -> dict[str, Any] | None:
    """The raw schema of the records in the first example that holds any.

    Args:
        examples: values as documents have them; a text that is JSON is what it says.

    Returns:
        None when no example holds an object with properties.
    """
    for example in examples:
        value = _parsed(example)
        record = next((item for item in value if isinstance(item, dict)), None) if isinstance(value, list) else value
        if isinstance(record, dict) and (schema := _schema_of([value], 0)) and _is_described(schema):
            return schema
    return None


def _parsed(example: Any) -> Any:
    if not isinstance(example, str) or len(example) > _MOST_TEXT or example.lstrip()[:1] not in {"{", "["}:
        return example
    try:
        return orjson.loads(example)
    except orjson.JSONDecodeError:
        return example


def _is_described(schema: dict[str, Any]) -> bool:
    return bool(schema.get("properties") or schema.get("items", {}).get("properties"))


def _schema_of(values: list[Any], depth: int) -> dict[str, Any]:
    """What several values of one place have in common; ``{}`` for values of several types."""
    told = [value for value in values if value is not None]
    if not told or depth > _MOST_DEPTH:
        return {}
    if all(isinstance(value, dict) for value in told):
        return _object(told, depth)
    if all(isinstance(value, list) for value in told):
        items = [item for value in told for item in value[:_MOST_ITEMS]][:_MOST_ITEMS]
        return {"type": "array", "items": _schema_of(items, depth + 1)}
    return _scalar(told)


def _object(values: list[dict[str, Any]], depth: int) -> dict[str, Any]:
    """The properties of all the values; keys that are no names are those of a map."""
    names = list(dict.fromkeys(key for value in values for key in value))
    if len(names) > _MOST_PROPERTIES or not all(_NAME.fullmatch(name) for name in names):
        return {"type": "object"}
    properties = {name: _schema_of([value[name] for value in values if name in value], depth + 1) for name in names}
    return {"type": "object", "properties": properties}


def _scalar(values: list[Any]) -> dict[str, Any]:
    first = values[0]
    if all(isinstance(value, bool) for value in values):
        return {"type": "boolean"}
    if any(isinstance(value, bool | dict | list) for value in values):
        return {}
    if all(isinstance(value, int) for value in values):
        return {"type": "integer", "example": first}
    if all(isinstance(value, int | float) for value in values):
        return {"type": "number", "example": first}
    if not all(isinstance(value, str) for value in values):
        return {}
    said = next((name for name, pattern in _FORMATS if all(pattern.fullmatch(value) for value in values)), None)
    return {"type": "string", "example": first} | ({"format": said} if said else {})
