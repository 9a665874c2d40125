"""Python annotations and literals as JSON Schemas and values, from their syntax trees: nothing is evaluated."""

import ast
import math
from collections.abc import Collection, Iterable
from typing import Any

from envfactory_assets.corpus.document import JsonSchema

MAX_ANNOTATION_DEPTH = 30
MAX_CHOICES = 60
"""How many types a union may join; more say nothing."""
_SCALARS: dict[str, JsonSchema] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "Decimal": {"type": "number"},
    "bool": {"type": "boolean"},
    "bytes": {"type": "string", "format": "binary"},
    "None": {"type": "null"},
    "NoneType": {"type": "null"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "timedelta": {"type": "string", "format": "duration"},
    "UUID": {"type": "string", "format": "uuid"},
    "UUID4": {"type": "string", "format": "uuid"},
    "EmailStr": {"type": "string", "format": "email"},
    "AnyUrl": {"type": "string", "format": "uri"},
    "HttpUrl": {"type": "string", "format": "uri"},
    "Path": {"type": "string"},
    "PositiveInt": {"type": "integer", "exclusiveMinimum": 0},
    "NonNegativeInt": {"type": "integer", "minimum": 0},
    "PositiveFloat": {"type": "number", "exclusiveMinimum": 0},
    "NonNegativeFloat": {"type": "number", "minimum": 0},
}
_LISTS = {"list", "List", "Sequence", "MutableSequence", "Iterable", "Iterator", "Collection", "deque", "Deque"}
_LISTS |= {"Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator"}
_SETS = {"set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet"}
_TUPLES = {"tuple", "Tuple"}
_MAPS = {"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "DefaultDict"}
_WRAPPERS = {"Required", "NotRequired", "ReadOnly", "Final", "ClassVar", "Awaitable", "SkipValidation"}
_FACTS = {  # keyword of pydantic's Field and its kin -> keyword of JSON Schema
    "description": "description",
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "examples": "examples",
}


def last_name(node: ast.expr | None) -> str:
    """The last part of a dotted name, also when it is called or subscripted; empty for anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def sound(text: str) -> str:
    """Text without the characters that no encoding can hold."""
    return text.encode("utf-8", "ignore").decode()


def mentioned(node: ast.expr | None) -> set[str]:
    """The names an annotation mentions, also within quotes."""
    found: set[str] = set()
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and (quoted := expression(part.value)) is not None:
            found |= {last_name(inner) for inner in ast.walk(quoted) if isinstance(inner, ast.Name | ast.Attribute)}
        elif isinstance(part, ast.Name | ast.Attribute):
            found.add(last_name(part))
    return found


def expression(text: str) -> ast.expr | None:
    """The syntax tree of an expression; None when the text is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class Annotations:
    """Reads the annotations of one file."""

    def __init__(self, shared: Collection[str], enums: dict[str, dict[str, Any]]) -> None:
        """Take what the file defines.

        Args:
            shared: names of the types the file defines; an annotation refers to them.
            enums: for each enum its members and their values.
        """
        self._shared = shared
        self._enums = enums

    def schema(self, node: ast.expr | None, depth: int = 0) -> JsonSchema:
        """The schema an annotation states; ``{}``, anything, for what it does not."""
        if node is None or depth > MAX_ANNOTATION_DEPTH:
            return {}
        if isinstance(node, ast.Constant):
            quoted = expression(node.value) if isinstance(node.value, str) else None
            return {"type": "null"} if node.value is None else self.schema(quoted, depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return _union([self.schema(node.left, depth + 1), self.schema(node.right, depth + 1)])
        name = last_name(node)
        if isinstance(node, ast.Name | ast.Attribute):
            return self._named(name)
        if not isinstance(node, ast.Subscript):
            return {}
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return self._subscripted(name, arguments, depth + 1)

    def _named(self, name: str) -> JsonSchema:
        if name in self._shared:
            return {"$ref": f"#/schemas/{name}"}
        if name in _LISTS | _TUPLES:
            return {"type": "array"}
        if name in _SETS:
            return {"type": "array", "uniqueItems": True}
        return {"type": "object"} if name in _MAPS else dict(_SCALARS.get(name, {}))

    def _subscripted(self, name: str, arguments: list[ast.expr], depth: int) -> JsonSchema:
        first = arguments[0] if arguments else None
        if name == "Literal":
            values = [value for argument in arguments for value in self.literal(argument)]
            return enum_of(values)
        if name == "Annotated":
            facts: JsonSchema = {}
            for argument in arguments[1:]:
                facts |= self.facts(argument)
            return self.schema(first, depth) | facts
        if name in {"Optional", "Union"}:
            members = [self.schema(argument, depth) for argument in arguments]
            return _union(members if name == "Union" else [*members, {"type": "null"}])
        if name in _WRAPPERS:
            return self.schema(first, depth)
        if name == "Coroutine":
            return self.schema(arguments[-1], depth)
        if name in _TUPLES:
            return self._tuple(arguments, depth)
        if name in _MAPS and len(arguments) == 2:
            values_of = self.schema(arguments[1], depth)
            return {"type": "object", "additionalProperties": values_of} if values_of else {"type": "object"}
        if name in _LISTS | _SETS:
            return self._named(name) | {"items": self.schema(first, depth)}
        return self._named(name)

    def _tuple(self, arguments: list[ast.expr], depth: int) -> JsonSchema:
        kinds = [argument for argument in arguments if not (isinstance(argument, ast.Constant) and argument.value is ...)]
        if len(kinds) < len(arguments):
            return {"type": "array", "items": self.schema(kinds[0], depth) if kinds else {}}
        items = _union([self.schema(kind, depth) for kind in kinds])
        return {"type": "array", "items": items, "minItems": len(kinds), "maxItems": len(kinds)}

    def facts(self, node: ast.expr | None) -> JsonSchema:
        """What ``Field(...)`` and its kin, or a text beside a type, say of a value."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return {"description": sound(node.value)}
        if not isinstance(node, ast.Call):
            return {}
        found: JsonSchema = {}
        for keyword in node.keywords:
            for value in self.literal(keyword.value) if keyword.arg in _FACTS else ():
                found[_FACTS[str(keyword.arg)]] = value
        return found

    def literal(self, node: ast.expr | None) -> list[Any]:
        """The JSON value of a literal or of an enum's member, alone in a list; nothing when there is none."""
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in self._enums.get(node.value.id, {}):
            return [self._enums[node.value.id][node.attr]]
        if node is None:
            return []
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return []
        return [_listed(value)] if _is_json(value) else []


def enum_of(values: list[Any]) -> JsonSchema:
    """The schema of a choice among values."""
    kinds = {_SCALARS[type(value).__name__]["type"] for value in values if type(value).__name__ in _SCALARS and value is not None}
    schema: JsonSchema = {"enum": values} if values else {}
    if len(kinds) == 1:
        schema["type"] = kinds.pop()
        if None in values:
            schema["nullable"] = True
    return schema


def _union(members: Iterable[JsonSchema]) -> JsonSchema:
    """One of several schemas; with nothing but null beside it, a schema that admits null."""
    kinds: list[JsonSchema] = []
    for member in members:
        for kind in member.get("anyOf", [member]):
            if kind not in kinds:
                kinds.append(kind)
        if len(kinds) > MAX_CHOICES:
            return {}
    if {"type": "integer"} in kinds and {"type": "number"} in kinds:
        kinds.remove({"type": "integer"})
    others = [kind for kind in kinds if kind != {"type": "null"}]
    if {} in others or not kinds:
        return {}
    if len(others) == 1:
        return others[0] if len(kinds) == 1 else others[0] | {"nullable": True}
    return {"anyOf": kinds}


def _is_json(value: Any, depth: int = 0) -> bool:
    if isinstance(value, str):
        return value.isascii() or sound(value) == value
    if isinstance(value, list | tuple | set):
        return depth < 10 and all(_is_json(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return depth < 10 and all(isinstance(key, str) and _is_json(key) and _is_json(item, depth + 1) for key, item in value.items())
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or (isinstance(value, bool | int) and abs(value) < 2**63)


def _listed(value: Any) -> Any:
    if isinstance(value, set):
        return sorted((_listed(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    return {key: _listed(item) for key, item in value.items()} if isinstance(value, dict) else value
