"""Arguments for a call that has to be tried: found in a state where they name records, made up from the schema where they do not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from random import Random
from typing import Any

from envfactory_assets.corpus.patterns import text_fitting
from envfactory_assets.graph.model import as_argument, is_caller, meant_entity, summed
from envfactory_assets.graph.workplaces import workplace
from envfactory_assets.records import EntitySpec, EnvironmentSpec, ParameterSpec, ToolSpec

Row = dict[str, Any]
Meant = list[tuple[ParameterSpec, str | None]]
"""Parameters, each with the entity whose key it takes."""
_WORDS = ("Spring review", "Northern line", "Second draft", "Blue folder", "Evening shift", "Open question")


@dataclass(frozen=True)
class Known:
    """The records of one entity in one state."""

    by_key: dict[Any, Row]
    conditions: list[list[Any]]  # keys of records in the same condition: equal in their choices and in whether they are the caller's
    varied: list[Any]  # all keys: one of each condition first, then a second of each, and so on

    @staticmethod
    def of(entity: EntitySpec, state: dict[str, Any]) -> "Known":
        """What a state holds of an entity."""
        by_key = {row[entity.key]: row for row in state["tables"].get(entity.table, [])}
        choices = [field.name for field in entity.fields if field.enum and field.type != "list"]
        owners = [field.name for field in entity.fields if field.type == "caller"]
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for key, row in by_key.items():
            condition = (*(row.get(name) for name in choices), *(row.get(name) == state["me"] for name in owners))
            groups.setdefault(condition, []).append(key)
        conditions = list(groups.values())
        return Known(by_key, conditions, [key for place in zip_longest(*conditions) for key in place if key is not None])


class ArgumentFinder:
    """Draws arguments for the tools of one environment in one state."""

    def __init__(self, spec: EnvironmentSpec, state: dict[str, Any]) -> None:
        self._spec = spec
        self._state = state
        self._now = datetime.fromisoformat(str(state["now"]))
        self._known: dict[str, Known] = {}
        self._meant: dict[str, tuple[Meant, frozenset[str]]] = {}
        self._held: dict[tuple[str, str, str | None], list[Any]] = {}

    def keys(self, entity: str) -> list[Any]:
        """The keys of all records of an entity: one of each condition first, then a second of each, and so on."""
        return self._of(entity).varied

    def holding(self, entity: str, field: str) -> list[Any]:
        """The keys of records that hold a value in a field, in the order of ``keys``."""
        known = self._of(entity)
        return [key for key in known.varied if known.by_key[key].get(field) not in (None, [])]

    def told(self, parameter: ParameterSpec) -> Any:
        """What the session says for a parameter: who asks, or what is worked in."""
        entity = meant_entity(self._spec, parameter)
        return self._state["me"] if entity is None else workplace(self._spec, self._state, entity)

    def _of(self, entity: str) -> Known:
        if entity not in self._known:
            self._known[entity] = Known.of(self._spec.entity(entity), self._state)
        return self._known[entity]

    def _parameters(self, tool: ToolSpec) -> tuple[Meant, frozenset[str]]:
        """A tool's parameters with the entity whose key each takes, what ends something last; and optional ones it does not do without."""
        if tool.name not in self._meant:
            ends = {effect.until for effect in tool.effects if effect.until}
            ordered = sorted(tool.parameters, key=lambda item: item.field in ends)
            self._meant[tool.name] = [(item, meant_entity(self._spec, item)) for item in ordered], summed(self._spec, tool)
        return self._meant[tool.name]

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
        parameters, needed = self._parameters(tool)
        days = rng.randint(1, 4)
        for parameter, entity in parameters:
            if parameter.name in arguments or not (parameter.required or parameter.name in optional or parameter.name in needed):
                continue
            if entity is not None:
                key = self._choose(tool, entity, arguments, parameters, rng)
                if key is None:
                    return None
                arguments[parameter.name] = as_argument(parameter, key)
            else:
                held = self._held_by_named(tool, parameter, arguments, parameters)
                arguments[parameter.name] = self._value(tool, parameter, days, rng) if held is None else held
                days += rng.randint(1, 3)
        return arguments

    def _held_by_named(self, tool: ToolSpec, parameter: ParameterSpec, given: dict[str, Any], parameters: Meant) -> Any:
        """What a record that a call names holds of what it is told of, where the call changes no such thing: the currency of an account."""
        if parameter.role != "value" or parameter.field is None or any(effect.family in {"create", "update"} for effect in tool.effects):
            return None
        rows = self._named_among(parameter.entity, given, parameters)
        return next((row[parameter.field] for row in rows if row.get(parameter.field) is not None), None)

    def _named_among(self, entity: str | None, given: dict[str, Any], parameters: Meant) -> list[Row]:
        """The records of an entity that arguments name."""
        return [
            row
            for item, named in parameters
            if named and named == entity and item.name in given
            for row in self._named(named, given[item.name])
        ]

    def _named(self, entity: str, key: Any) -> list[Row]:
        """The records that a key, or each of several, names."""
        by_key = self._of(entity).by_key
        return [by_key[one] for one in (key if isinstance(key, list) else [key]) if isinstance(one, str | int) and one in by_key]

    def _choose(self, tool: ToolSpec, entity: str, given: dict[str, Any], parameters: Meant, rng: Random) -> Any:
        """A key of an entity, mostly of a record that belongs with those already named."""
        known = self._of(entity)
        taken = {value for value in given.values() if isinstance(value, str | int)}
        context = [row for item, named in parameters if named and item.name in given for row in self._named(named, given[item.name])]
        keys = [key for key in known.varied if key not in taken] or known.varied
        if not keys:
            return None
        related = self._related(entity, context)
        fitting = [key for key in keys if key in related] or self._beside(tool, entity, keys, given, parameters)
        chosen = set(fitting if fitting and rng.random() < 0.7 else keys)
        groups = [group for group in ([key for key in group if key in chosen] for group in known.conditions) if group]
        return rng.choice(rng.choice(groups))

    def _beside(self, tool: ToolSpec, entity: str, keys: list[Any], given: dict[str, Any], parameters: Meant) -> list[Any]:
        """The records that are kept together with one of their kind that is named already, where an effect stays within such a bound."""
        bounds = {effect.within for effect in tool.effects if effect.within}
        by_key = self._of(entity).by_key
        told = [
            (bound, row[bound]) for row in self._named_among(entity, given, parameters) for bound in bounds if row.get(bound) is not None
        ]
        return [key for key in keys if any(by_key[key].get(bound) == value for bound, value in told)]

    def _related(self, entity: str, context: list[Row]) -> set[Any]:
        found = self._spec.entity(entity)
        pointed_at = {value for row in context for value in row.values() if isinstance(value, str | int)}
        refs = [field.name for field in found.fields if field.type == "ref"]
        return {key for key, row in self._of(entity).by_key.items() if key in pointed_at or any(row.get(ref) in pointed_at for ref in refs)}

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
        asked = (parameter.role, parameter.entity, parameter.field)
        if asked not in self._held:
            self._held[asked] = self._values_of(*asked)
        return self._held[asked]

    def _values_of(self, role: str, entity: str, field: str | None) -> list[Any]:
        rows = self._of(entity).by_key.values()
        if role == "search":
            texts = {item.name for item in self._spec.entity(entity).fields if item.type == "text"}
            return sorted({word for row in rows for name in texts if isinstance(row.get(name), str) for word in row[name].split()[:1]})
        values = [row.get(field) for row in rows] if field else []
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
        if fitting := text_fitting(schema.get("pattern", ""), self._rng, schema.get("maxLength"), schema.get("minLength", 0)):
            return fitting
        text = f"{self._rng.choice(_WORDS)} {self._rng.randint(2, 99)}"
        return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "a")
