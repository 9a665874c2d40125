"""A foreign scenario in the shape of our states, and back without loss.

A scenario is an object of any shape. Lists and mappings of models that have a key are tables; all else stays as it is under ``rest``.
A state is ``now``, ``me``, ``counters`` (always empty: a foreign module keeps its counters in its scenario), ``tables`` and ``rest``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import orjson

from envfactory_assets.environments.environment import START
from envfactory_assets.environments.errors import ScenarioError
from envfactory_assets.environments.foreign.words import words, words_of
from envfactory_assets.environments.schemas import inlined

State = dict[str, Any]
MAPPED_KEY = "_key"
"""The key of a row that does not hold it itself: the name it has in its mapping."""

_STATE_KEYS = frozenset({"now", "me", "counters", "tables", "rest"})


@dataclass(frozen=True)
class TableLayout:
    """One table inside a scenario."""

    name: str
    entity: str
    kind: Literal["list", "mapping"]
    key: str
    row: dict[str, Any]  # JSON Schema of a row

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """What its rows are called, in words: by the model, by the field, and by the last word of each."""
        by_model, by_field = words_of(self.entity), words_of(self.name)
        return tuple(dict.fromkeys((by_model, by_field, by_model[-1:], by_field[-1:])))


class Layout:
    """How the scenarios of one module are laid out.

    Args:
        schema: JSON Schema of a scenario; None when the module has no model of it: then nothing is a table.
    """

    def __init__(self, schema: dict[str, Any] | None) -> None:
        self.schema = _inlined(schema or {})
        self.properties: dict[str, dict[str, Any]] = self.schema.get("properties", {})
        self.required = frozenset(self.schema.get("required", ()))
        self.tables = {table.name: table for table in _tables(schema or {}, self.properties)}
        self.clock = _first(words().clock, self.properties)
        self.caller = _first(words().caller, self.properties)

    @cached_property
    def references(self) -> dict[tuple[str, ...], TableLayout]:
        """Names, in words, of what holds the key of a table's row: ``job_id`` where jobs are known by an id."""
        found: dict[tuple[str, ...], TableLayout] = {}
        for table in self.tables.values():
            own = words_of(table.key)
            suffix = own[-1:] if own and own[-1] in words().key else ("id",)
            for name in (own if len(own) > 1 else (), *((*called, *suffix) for called in table.names)):
                if name:
                    found.setdefault(name, table)
        return found

    def target(self, name: str, table: TableLayout | None = None) -> TableLayout | None:
        """The table whose key a field or an argument of this name holds; never the key of the field's own table.

        Words before count for nothing: ``from_account_id`` holds the key of an account.
        """
        if table is not None and name == table.key:
            return None
        said = words_of(name)
        shorter = (said, *(said[start:] for start in range(1, len(said) - 1)))
        return next((self.references[part] for part in shorter if part in self.references), None)

    def state(self, scenario: dict[str, Any]) -> State:
        """A scenario as a state; nothing is shared with it."""
        scenario = orjson.loads(orjson.dumps(scenario))
        tables = {name: list(_rows(table, scenario[name])) for name, table in self.tables.items() if _fits(table, scenario.get(name))}
        caller = scenario.get(self.caller or "")
        return {
            "now": _moment(scenario.get(self.clock or "")),
            "me": caller if isinstance(caller, str | int) else None,
            "counters": {},
            "tables": {name: tables.get(name, []) for name in self.tables},
            "rest": {name: value for name, value in scenario.items() if name not in tables},
        }

    def scenario(self, state: Any) -> dict[str, Any]:
        """The scenario a state stands for; a scenario stands for itself.

        Raises:
            ScenarioError: it is no object, or a table of it is no list of objects.
        """
        if not isinstance(state, dict):
            raise ScenarioError("a scenario is an object.")
        if set(state) != _STATE_KEYS:
            return state
        tables, rest = state["tables"], state["rest"]
        if not isinstance(tables, dict) or not isinstance(rest, dict):
            raise ScenarioError("tables and rest are objects.")
        unknown = sorted(set(tables) - set(self.tables))
        if unknown:
            raise ScenarioError(f"tables: there is no table {unknown[0]!r}; known are {', '.join(self.tables)}.")
        whole = dict(rest)
        for name, rows in tables.items():
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ScenarioError(f"{name}: a table is a list of objects.")
            if name not in rest:
                whole[name] = _native(self.tables[name], rows)
        return whole

    def later(self, state: State, duration: timedelta) -> State:
        """The state with its clock moved; the same where a module has none."""
        text = state["rest"].get(self.clock or "")
        moment = _parsed(text)
        if moment is None:
            return state
        shown = (moment + duration).isoformat(sep=" " if " " in text else "T", timespec="auto")
        shown = shown[: len(text)] if moment.tzinfo is None else shown.replace("+00:00", "Z" if text.endswith("Z") else "+00:00")
        return self.state(self.scenario({**state, "rest": {**state["rest"], str(self.clock): shown}}))


def _tables(schema: dict[str, Any], properties: dict[str, dict[str, Any]]) -> Iterator[TableLayout]:
    for name, node in schema.get("properties", {}).items():
        for kind, part in (("list", "items"), ("mapping", "additionalProperties")):
            inner = node.get(part)
            if isinstance(inner, dict) and "$ref" in inner:
                entity, row = inner["$ref"].rpartition("/")[2], properties[name][part]
                key = _key(entity, name, row) or (MAPPED_KEY if kind == "mapping" else None)
                if key is not None and row.get("properties"):
                    yield TableLayout(name, entity, "list" if kind == "list" else "mapping", key, row)


def _key(entity: str, table: str, row: dict[str, Any]) -> str | None:
    """The field that tells rows apart: required, text or whole number, named as one."""
    required = set(row.get("required", ()))
    fields: dict[tuple[str, ...], str] = {words_of(name): name for name, node in row.get("properties", {}).items()
              if name in required and node.get("type") in {"string", "integer"}}  # fmt: skip
    by_model, by_field = words_of(entity), words_of(table)
    for suffix in words().key:
        for called in (by_model, by_field, (), by_model[-1:], by_field[-1:], by_model[:1], by_field[:1]):
            if (*called, suffix) in fields:
                return fields[*called, suffix]
        first = next(iter(fields), ())
        if suffix == "id" and first[-1:] == ("id",):
            return fields[first]
    return None


def _fits(table: TableLayout, value: Any) -> bool:
    """Whether a table of a scenario is what the model says, so that its rows lead back to it."""
    if table.kind == "list":
        return isinstance(value, list) and all(isinstance(row, dict) and table.key in row for row in value)
    return isinstance(value, dict) and all(isinstance(row, dict) and MAPPED_KEY not in row for row in value.values())


def _rows(table: TableLayout, value: Any) -> Iterator[dict[str, Any]]:
    if table.kind == "list":
        yield from value
        return
    for name, row in value.items():
        yield row if str(row.get(table.key)) == name else {**row, MAPPED_KEY: name}


def _native(table: TableLayout, rows: list[dict[str, Any]]) -> Any:
    if table.kind == "list":
        return rows
    return {str(row.get(MAPPED_KEY, row.get(table.key))): {name: row[name] for name in row if name != MAPPED_KEY} for row in rows}


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    try:
        return inlined(schema)
    except (KeyError, AttributeError, TypeError, RecursionError) as error:
        raise ScenarioError(f"the scenario model's schema cannot be read: {type(error).__name__}: {error}.") from error


def _first(names: tuple[str, ...], properties: dict[str, Any]) -> str | None:
    """The first field of a scenario that has one of the names; one that is a table or nested counts for nothing."""
    plain = {"_".join(words_of(name)): name for name, node in properties.items() if node.get("type") not in {"array", "object"}}
    return next((plain[name] for name in names if name in plain), None)


def _parsed(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _moment(text: Any) -> str:
    moment = _parsed(text) or datetime.fromisoformat(START)
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return START
    return moment.isoformat().replace("+00:00", "Z")
