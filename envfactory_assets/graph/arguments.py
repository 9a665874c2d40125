"""Arguments for a call that has to be tried: found in a state where they name records, made up from the schema where they do not."""

from datetime import datetime, timedelta
from itertools import zip_longest
from random import Random
from typing import Any

from envfactory_assets.graph.model import as_argument, is_caller, meant_entity
from envfactory_assets.records import EnvironmentSpec, ParameterSpec, ToolSpec

Row = dict[str, Any]
_WORDS = ("Spring review", "Northern line", "Second draft", "Blue folder", "Evening shift", "Open question")


class ArgumentFinder:
    """Draws arguments for the tools of one environment in one state."""

    def __init__(self, spec: EnvironmentSpec, state: dict[str, Any]) -> None:
        self._spec = spec
        self._state = state
        self._now = datetime.fromisoformat(str(state["now"]))

    def keys(self, entity: str) -> list[Any]:
        """The keys of all records of an entity: one of each condition first, then a second of each, and so on."""
        groups = self._conditions(entity, [row[self._spec.entity(entity).key] for row in self._rows(entity)])
        return [key for place in zip_longest(*groups) for key in place if key is not None]

    def _conditions(self, entity: str, keys: list[Any]) -> list[list[Any]]:
        """Keys of records in the same condition, together: equal in their choices and in whether they are the caller's."""
        found = self._spec.entity(entity)
        choices = [field.name for field in found.fields if field.enum and field.type != "list"]
        owners = [field.name for field in found.fields if field.type == "caller"]
        groups: dict[tuple[Any, ...], list[Any]] = {}
        wanted = set(keys)
        for row in self._rows(entity):
            if row[found.key] in wanted:
                condition = (*(row.get(name) for name in choices), *(row.get(name) == self._state["me"] for name in owners))
                groups.setdefault(condition, []).append(row[found.key])
        return list(groups.values())

    def draw(self, tool: ToolSpec, fixed: dict[str, Any], rng: Random, *, optional: frozenset[str] = frozenset()) -> dict[str, Any] | None:
        """Arguments for every required parameter of a tool.

        Args:
            tool: the tool to call.
            fixed: arguments that are given; they may name optional parameters.
            rng: where choices come from.
            optional: optional parameters that get a value too.

        Returns:
            The arguments, or None when a parameter needs a record and there is none.
        """
        arguments = dict(fixed)
        context = [row for parameter in tool.parameters if parameter.name in fixed for row in self._named(parameter, fixed[parameter.name])]
        days = rng.randint(1, 4)
        for parameter in tool.parameters:
            if parameter.name in arguments or not (parameter.required or parameter.name in optional):
                continue
            entity = meant_entity(self._spec, parameter)
            if entity is not None:
                taken = {value for value in arguments.values() if isinstance(value, str | int)}
                key = self._choose(entity, context, taken, rng)
                if key is None:
                    return None
                arguments[parameter.name] = as_argument(parameter, key)
                context.extend(self._named(parameter, key))
            else:
                arguments[parameter.name] = self._value(tool, parameter, days, rng)
                days += rng.randint(1, 3)
        return arguments

    def _rows(self, entity: str) -> list[Row]:
        rows: list[Row] = self._state["tables"].get(self._spec.entity(entity).table, [])
        return rows

    def _named(self, parameter: ParameterSpec, key: Any) -> list[Row]:
        """The record a key parameter names."""
        entity = meant_entity(self._spec, parameter)
        keys = key if isinstance(key, list) else [key]
        return [row for row in self._rows(entity) if row[self._spec.entity(entity).key] in keys] if entity else []

    def _choose(self, entity: str, context: list[Row], taken: set[Any], rng: Random) -> Any:
        """A key of an entity, mostly of a record that belongs with those already named."""
        keys = [key for key in self.keys(entity) if key not in taken] or self.keys(entity)
        if not keys:
            return None
        related = self._related(entity, context)
        fitting = [key for key in keys if key in related]
        chosen = fitting if fitting and rng.random() < 0.7 else keys
        return rng.choice(rng.choice(self._conditions(entity, chosen)))

    def _related(self, entity: str, context: list[Row]) -> set[Any]:
        found = self._spec.entity(entity)
        pointed_at = {value for row in context for value in row.values() if isinstance(value, str | int)}
        refs = [field.name for field in found.fields if field.type == "ref"]
        return {row[found.key] for row in self._rows(entity) if row[found.key] in pointed_at or any(row[ref] in pointed_at for ref in refs)}

    def _value(self, tool: ToolSpec, parameter: ParameterSpec, days: int, rng: Random) -> Any:
        if is_caller(self._spec, parameter):
            return self._state["me"]
        if parameter.role in {"filter", "search"} and (seen := self._seen(parameter)):
            return rng.choice(seen)
        schema = tool.input_schema.get("properties", {}).get(parameter.name, {})
        return Invented(self._now + timedelta(days=days), rng).value(schema)

    def _seen(self, parameter: ParameterSpec) -> list[Any]:
        """Values that records hold for what a filter is about; words of their text for a search."""
        if parameter.entity is None:
            return []
        rows = self._rows(parameter.entity)
        if parameter.role == "search":
            texts = {field.name for field in self._spec.entity(parameter.entity).fields if field.type == "text"}
            return sorted({word for row in rows for name in texts if isinstance(row.get(name), str) for word in row[name].split()[:1]})
        values = [row.get(parameter.field) for row in rows] if parameter.field else []
        return [value for value in values if value is not None and not isinstance(value, list | dict)]


class Invented:
    """Values made up from a JSON Schema without references, as tools declare them."""

    def __init__(self, moment: datetime, rng: Random) -> None:
        self._moment = moment
        self._rng = rng

    def value(self, schema: dict[str, Any]) -> Any:
        """A value a schema allows, as far as types, choices, bounds and lengths say."""
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._rng.choice(schema["enum"])
        for choice in schema.get("anyOf") or schema.get("oneOf") or ():
            if choice.get("type") != "null":
                return self.value(choice)
        match schema.get("type", "string"):
            case "object":
                needed = schema.get("required", [])
                return {name: self.value(inner) for name, inner in schema.get("properties", {}).items() if name in needed}
            case "array":
                return [self.value(schema.get("items", {})) for _ in range(max(1, schema.get("minItems", 0)))]
            case "boolean":
                return self._rng.random() < 0.5
            case "integer":
                return self._integer(schema)
            case "number":
                return float(self._integer(schema))
            case _:
                return self._text(schema)

    def _integer(self, schema: dict[str, Any]) -> int:
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        high = schema.get("maximum", max(low, 1) + 19)
        return int(self._rng.randint(int(low), max(int(low), int(high))))

    def _text(self, schema: dict[str, Any]) -> str:
        match schema.get("format"):
            case "date":
                return self._moment.date().isoformat()
            case "date-time":
                return self._moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            case "time":
                return self._moment.strftime("%H:%M:%S")
            case "email":
                return f"reader{self._rng.randint(1, 99)}@example.com"
            case "uri" | "url":
                return f"https://example.com/{self._rng.randint(1, 99)}"
        text = f"{self._rng.choice(_WORDS)} {self._rng.randint(2, 99)}"
        return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "a")
