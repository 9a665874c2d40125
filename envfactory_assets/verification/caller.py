"""An independent random caller: arguments from a tool's input schema, its parameters' roles and what the state holds.

It shares nothing with the author of an environment: it sees the published specification and states, never the module.
"""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from envfactory_assets.corpus.patterns import text_fitting
from envfactory_assets.records import EnvironmentSpec, ParameterSpec, ToolSpec

State = dict[str, Any]
_WORDS = (
    "amber",
    "birch",
    "cobalt",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbor",
    "indigo",
    "juniper",
    "lagoon",
    "meadow",
    "north",
    "orbit",
)
_FORMATS = {"email": "{word}@example.com", "uri": "https://example.com/{word}", "uuid": "00000000-0000-4000-8000-{number:012d}"}
_MISSING_KEY = "no-such-id"
_LARGE = 250_000


class Caller:
    """Makes arguments that a caller could mean.

    Args:
        spec: the environment as published.
        rng: where its choices come from.
    """

    def __init__(self, spec: EnvironmentSpec, rng: random.Random) -> None:
        self._spec = spec
        self._rng = rng

    def choose_tool(self, tools: list[ToolSpec]) -> ToolSpec:
        """Any tool, those that delete less often: a walk over an emptied state shows little."""
        weights = [0.3 if any(effect.family == "delete" for effect in tool.effects) else 1.0 for tool in tools]
        return self._rng.choices(tools, weights)[0]

    def arguments(self, tool: ToolSpec, state: State, *, optional: float = 0.4, extreme: float = 0.0) -> dict[str, Any]:
        """Arguments for one call.

        Args:
            tool: the tool.
            state: what references and filters are drawn from.
            optional: the chance that an optional argument is given.
            extreme: the chance that a number without an upper bound is a very large one.
        """
        call = _Call(self._spec, state, self._rng, extreme)
        arguments: dict[str, Any] = {}
        for parameter in tool.parameters:
            if parameter.required or (parameter.role not in {"page", "sort"} and self._rng.random() < optional):
                arguments[parameter.name] = call.value(parameter, _schema_of(tool, parameter))
        return arguments

    def argument(self, tool: ToolSpec, parameter: ParameterSpec, state: State) -> Any:
        """A value for one argument."""
        return _Call(self._spec, state, self._rng).value(parameter, _schema_of(tool, parameter))


def _schema_of(tool: ToolSpec, parameter: ParameterSpec) -> dict[str, Any]:
    schema: dict[str, Any] = tool.input_schema["properties"].get(parameter.name, {})
    return schema


def unknown_key(keys: list[Any]) -> Any:
    """An id in the style of the given ones that is none of them."""
    if keys and isinstance(keys[0], int):
        return max(keys) + 1_000_003
    known = {str(key) for key in keys}
    template = str(keys[0]) if keys else _MISSING_KEY
    for turn in range(1, 10):
        candidate = "".join(str((int(letter) + turn) % 10) if letter.isdecimal() else letter for letter in template)
        if candidate not in known:
            return candidate
    while template in known:
        template += "0"
    return template


def rows_of(spec: EnvironmentSpec, state: State, entity: str) -> list[dict[str, Any]]:
    """An entity's rows in a state."""
    rows: list[dict[str, Any]] = state["tables"].get(spec.entity(entity).table, [])
    return rows


def plain_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without the alternative of null."""
    options = [option for option in schema.get("anyOf", []) if option.get("type") != "null"]
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **options[0]} if options else schema


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _Call:
    """The choices of one call, which should fit together: dates ascend, rows belong to each other."""

    def __init__(self, spec: EnvironmentSpec, state: State, rng: random.Random, extreme: float = 0.0) -> None:
        self._spec = spec
        self._state = state
        self._rng = rng
        self._extreme = extreme
        self._moment = datetime.fromisoformat(state["now"]).astimezone(UTC) + timedelta(days=rng.choice([-20, -3, 0, 0, 1, 2, 5, 14, 60]))
        self._chosen: dict[str, dict[str, Any]] = {}

    def value(self, parameter: ParameterSpec, schema: dict[str, Any]) -> Any:
        schema = plain_schema(schema)
        if parameter.entity and parameter.role in {"key", "reference"}:
            return self._keys(parameter.entity, schema)
        if parameter.entity and parameter.field and parameter.role in {"filter", "value"}:
            stored = [value for value in self._stored(parameter.entity, parameter.field) if value in schema.get("enum", (value,))]
            if stored and self._rng.random() < (0.8 if parameter.role == "filter" else 0.4):
                chosen = self._rng.choice(stored)
                if parameter.role == "value" and isinstance(chosen, str) and not schema.keys() & {"enum", "format", "pattern"}:
                    chosen = self._rng.choice([chosen, unknown_key([chosen])])  # what is there, or another of its style
                return chosen if schema.get("type") != "array" else [chosen]
        if parameter.role == "search":
            words = self._stored_words(parameter.entity)
            return self._rng.choice(words) if words else self._rng.choice(_WORDS)
        return self.from_schema(schema)

    def from_schema(self, schema: dict[str, Any], depth: int = 0) -> Any:
        schema = plain_schema(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._rng.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            if depth > 3:
                return []
            low = int(schema.get("minItems", 0))
            high = max(low, min(2, int(schema.get("maxItems", 2))))
            return [self.from_schema(schema.get("items", {}), depth + 1) for _ in range(self._rng.randint(low, high))]
        if kind in {"integer", "number"}:
            return self._number(schema, whole=kind == "integer")
        if kind == "boolean":
            return self._rng.random() < 0.5
        return self._text(schema)

    def _keys(self, entity: str, schema: dict[str, Any]) -> Any:
        if schema.get("type") == "array":
            wanted = self._rng.randint(max(1, int(schema.get("minItems", 0))), 2)
            return list(dict.fromkeys(self._key(entity) for _ in range(wanted)))
        return self._key(entity)

    def _key(self, entity: str) -> Any:
        rows = rows_of(self._spec, self._state, entity)
        key = self._spec.entity(entity).key
        if not rows:
            return _MISSING_KEY
        related = list(self._related(entity, rows))
        row = self._rng.choice(related if related and self._rng.random() < 0.7 else rows)
        self._chosen[entity] = row
        return row[key]

    def _related(self, entity: str, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Rows that refer to a row this call already names, or that such a row refers to, or that are the caller's."""
        spec = self._spec.entity(entity)
        wanted = [(field.name, self._state["me"]) for field in spec.fields if field.type == "caller" and self._state["me"] is not None]
        for field in spec.fields:
            other = self._chosen.get(field.ref or "")
            if other is not None:
                wanted.append((field.name, other[self._spec.entity(field.ref or "").key]))
        for row in rows if wanted else ():
            yield from (row for name, value in wanted if value in _several(row.get(name)))
        for name, other in self._chosen.items():
            for field in self._spec.entity(name).fields:
                if field.ref == entity:
                    referred = _several(other.get(field.name))
                    yield from (row for row in rows if row[spec.key] in referred)

    def _stored(self, entity: str, field: str) -> list[Any]:
        values = [row.get(field) for row in rows_of(self._spec, self._state, entity)]
        flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
        return [value for value in flat if isinstance(value, str | int | float)]

    def _stored_words(self, entity: str | None) -> list[str]:
        rows = rows_of(self._spec, self._state, entity) if entity else []
        return sorted(
            {word for row in rows for value in row.values() if isinstance(value, str) for word in re.findall(r"[A-Za-z]{4,}", value)}
        )

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = set(schema.get("required", ()))
        if depth > 3:
            properties = {name: part for name, part in properties.items() if name in required}
        return {
            name: self.from_schema(part, depth + 1) for name, part in properties.items() if name in required or self._rng.random() < 0.5
        }

    def _number(self, schema: dict[str, Any], *, whole: bool) -> float | int:
        low = schema.get("minimum", schema.get("exclusiveMinimum", 1))
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + self._rng.choice([2, 20, 200])))
        if self._extreme and "maximum" not in schema and self._rng.random() < self._extreme:
            return _LARGE
        if whole:
            return self._rng.randint(
                int(low) + ("exclusiveMinimum" in schema), max(int(low) + 1, int(high) - ("exclusiveMaximum" in schema))
            )
        return round(self._rng.uniform(float(low) + 0.01, float(high)), 2)

    def _text(self, schema: dict[str, Any]) -> str:
        form = schema.get("format")
        if form in {"date", "date-time"}:
            self._moment += timedelta(days=self._rng.choice([1, 1, 2, 3, 7]))
            text = self._moment.isoformat().replace("+00:00", "Z")
            return text[:10] if form == "date" else text
        if fitting := text_fitting(str(schema.get("pattern", "")), self._rng, schema.get("maxLength"), schema.get("minLength", 0)):
            return fitting
        word, number = self._rng.choice(_WORDS), self._rng.randrange(10_000)
        text = _FORMATS.get(str(form), "{word} {number}").format(word=word, number=number)
        longest = int(schema.get("maxLength", len(text)))
        return text[:longest].ljust(int(schema.get("minLength", 0)), "x")
