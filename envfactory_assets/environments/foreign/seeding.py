"""Scenarios for a foreign module, made from the JSON Schema of its scenario model: typed, linked by keys, from sparse to busy."""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from envfactory_assets.environments.environment import START
from envfactory_assets.environments.errors import ScenarioError
from envfactory_assets.environments.foreign.environment import ForeignEnvironment
from envfactory_assets.environments.foreign.episode import ForeignEpisode
from envfactory_assets.environments.foreign.layout import MAPPED_KEY, Layout, State, TableLayout
from envfactory_assets.environments.foreign.specs import plain
from envfactory_assets.environments.foreign.words import words_of
from envfactory_assets.records.base import derived_seed

_ROWS = (4, 8, 14)
_TRIES = 4
_FIRST = ("Ada", "Bela", "Chidi", "Dora", "Emil", "Farah", "Goran", "Hana", "Ines", "Jonas")
_LAST = ("Lindqvist", "Okafor", "Marin", "Novak", "Petrov", "Quist", "Rossi", "Sato", "Tanaka", "Ueda")
_NOUNS = ("amber", "birch", "cobalt", "delta", "ember", "fjord", "grove", "harbor", "indigo", "juniper", "lagoon", "meadow")
_START = datetime.fromisoformat(START).replace(tzinfo=None)


def foreign_states(environment: ForeignEnvironment, *, seed: int, count: int) -> list[State]:
    """States that a module loads.

    Args:
        environment: the module.
        seed: of all choices.
        count: how many states.

    Raises:
        ScenarioError: the module has no scenario model, or loads nothing that its model allows.
    """
    if environment.layout.schema.get("type") != "object":
        raise ScenarioError(f"{environment.env_id}: there is no model of a scenario in Scenario_Schema to make scenarios from.")
    episode = ForeignEpisode({environment.env_id: environment})
    found: list[State] = []
    refusal = ""
    for attempt in range(count * _TRIES):
        if len(found) == count:
            break
        rng = random.Random(derived_seed(seed, environment.env_id, str(attempt)))  # noqa: S311 - choices, no secrets
        try:
            episode.reset({environment.env_id: _Maker(environment.layout, rng, _ROWS[len(found) % len(_ROWS)]).scenario()})
        except ScenarioError as error:
            refusal = str(error)
        else:
            found.append(episode.snapshot()[environment.env_id])
    if not found:
        raise ScenarioError(f"{refusal} (No scenario made from its model was loaded; give some in a file.)")
    return found


def given_states(environment: ForeignEnvironment, path: Path) -> list[State]:
    """The scenarios of a file, as states.

    Raises:
        ScenarioError: the file holds no list of scenarios, or one that the module refuses.
    """
    try:
        scenarios = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ScenarioError(f"{path.name} cannot be read as JSON: {error}.") from None
    if not isinstance(scenarios, list) or not scenarios:
        raise ScenarioError(f"{path.name} must hold a list of scenarios.")
    episode = ForeignEpisode({environment.env_id: environment})
    found: list[State] = []
    for index, scenario in enumerate(scenarios):
        try:
            episode.reset({environment.env_id: scenario})
        except ScenarioError as error:
            raise ScenarioError(f"{path.name}: scenario {index}: {error}") from None
        found.append(episode.snapshot()[environment.env_id])
    return found


def least_scenario(layout: Layout) -> dict[str, Any]:
    """A scenario with only what the model requires, and no rows."""
    return _Maker(layout, random.Random(0), 0).scenario()  # noqa: S311


class _Maker:
    """Makes one scenario."""

    def __init__(self, layout: Layout, rng: random.Random, rows: int) -> None:
        self._layout = layout
        self._rng = rng
        self._rows = rows
        self._moment = _START
        self._keys = {name: [self._key(table, number) for number in range(rows)] for name, table in layout.tables.items()}

    def scenario(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, node in self._layout.properties.items():
            table = self._layout.tables.get(name)
            if table is not None:
                made[name] = self._table(table)
            elif name == self._layout.clock:
                made[name] = self._text(name, {**node, "format": node.get("format", "date-time")}, _START)
            elif name in self._layout.required or (self._rows and "default" not in node):
                made[name] = self._value(name, node, 0)
        return made

    def _table(self, table: TableLayout) -> Any:
        rows = [self._row(table, key) for key in self._keys[table.name]]
        if table.kind == "list":
            return rows
        return {str(key): row for key, row in zip(self._keys[table.name], rows, strict=True)}

    def _row(self, table: TableLayout, key: Any) -> dict[str, Any]:
        self._moment = _START + timedelta(days=self._rng.randint(-60, 20), minutes=15 * self._rng.randint(0, 40))
        row = {name: self._field(table, name, node) for name, node in table.row["properties"].items() if self._given(table.row, name)}
        return row if table.key == MAPPED_KEY else {**row, table.key: key}

    def _given(self, schema: dict[str, Any], name: str) -> bool:
        return name in schema.get("required", ()) or self._rng.random() < 0.75

    def _field(self, table: TableLayout, name: str, node: dict[str, Any]) -> Any:
        node = plain(node)
        target = self._layout.target(name, table)
        keys = self._keys[target.name] if target else []
        if keys and node.get("type") in {"string", "integer"}:
            return self._rng.choice(keys)
        if keys and node.get("type") == "array":
            return self._rng.sample(keys, min(len(keys), self._rng.randint(1, 3)))
        return self._value(name, node, 1)

    def _key(self, table: TableLayout, number: int) -> Any:
        node = plain(table.row["properties"].get(table.key, {"type": "string"}))
        if node.get("type") == "integer":
            return int(node.get("minimum", 1)) + number
        if node.get("enum"):
            return node["enum"][number % len(node["enum"])]
        stem = "".join(words_of(table.entity)[-1:]) or "row"
        if node.get("pattern"):
            fitting = _matching(node["pattern"], (f"{stem}_{number + 1}", f"{stem.upper()}-{number + 1:03d}", str(number + 1)), number)
            return fitting or f"{stem}_{number + 1}"
        if words_of(table.key)[-1:] in {("name",), ("username",)}:
            return f"{_NOUNS[number % len(_NOUNS)]}{number // len(_NOUNS) or ''}"
        return f"{stem}_{number + 1:03d}"

    def _value(self, name: str, node: dict[str, Any], depth: int) -> Any:
        node = plain(node)
        if "const" in node:
            return node["const"]
        if node.get("enum"):
            return self._rng.choice(node["enum"])
        kind = node.get("type")
        if kind == "boolean":
            return self._rng.random() < 0.5
        if kind in {"integer", "number"}:
            return self._number(node, whole=kind == "integer")
        if kind == "array":
            return self._list(name, node, depth)
        if kind == "object" or "properties" in node:
            return self._object(node, depth)
        self._moment += timedelta(days=self._rng.randint(1, 4))  # the moments of a row ascend
        return self._text(name, node, self._moment)

    def _list(self, name: str, node: dict[str, Any], depth: int) -> list[Any]:
        low = int(node.get("minItems", 0))
        size = low if depth > 3 or not self._rows else self._rng.randint(low, max(low, min(3, int(node.get("maxItems", 3)))))
        return [self._value(name, node.get("items", {}), depth + 1) for _ in range(size)]

    def _object(self, node: dict[str, Any], depth: int) -> dict[str, Any]:
        named = {
            name: self._value(name, part, depth + 1)
            for name, part in node.get("properties", {}).items()
            if name in node.get("required", ()) or (depth < 3 and self._given(node, name))
        }
        inner = node.get("additionalProperties")
        if not named and isinstance(inner, dict) and depth < 4:
            keys = next((keys for keys in self._keys.values() if keys), [])[: 2 if self._rows else 0]
            return {str(key): self._value("", inner, depth + 1) for key in keys}
        return named

    def _number(self, node: dict[str, Any], *, whole: bool) -> float | int:
        low = node.get("minimum", node.get("exclusiveMinimum", 0))
        high = node.get("maximum", node.get("exclusiveMaximum", low + self._rng.choice([5, 50, 500])))
        step = 1 if whole else 0.01
        low, high = low + (step if "exclusiveMinimum" in node else 0), high - (step if "exclusiveMaximum" in node else 0)
        return self._rng.randint(int(low), max(int(low), int(high))) if whole else round(self._rng.uniform(low, max(low, high)), 2)

    def _text(self, name: str, node: dict[str, Any], moment: datetime) -> str:
        last = (words_of(name) or ("text",))[-1]
        noun = self._rng.choice(_NOUNS)
        person = f"{self._rng.choice(_FIRST)} {self._rng.choice(_LAST)}"
        phone = f"+1555{self._rng.randint(10**6, 10**7 - 1)}"
        if node.get("pattern"):
            offered = (
                *_moments(moment),
                f"{noun} {last}",
                noun,
                person,
                f"{noun}@example.com",
                f"+1555{self._rng.randint(10**6, 10**7 - 1)}",
                "EUR",
            )
            return _matching(node["pattern"], offered, self._rng.randrange(50)) or noun
        if node.get("format") in {"date", "date-time", "time"} or last in {"date", "day", "time", "at", "on", "timestamp", "datetime"}:
            shown = {"date": 0, "day": 0, "on": 0, "time": 2 if node.get("format") == "time" else 1}
            return _moments(moment)[0 if node.get("format") == "date" else shown.get(last, 1)]
        text = {"email": f"{noun}@example.com", "url": f"https://example.com/{noun}", "uri": f"https://example.com/{noun}", "name": person,
                "phone": phone}.get(last, f"{noun} {last}")  # fmt: skip
        longest = int(node.get("maxLength", len(text)))
        return text[:longest].ljust(int(node.get("minLength", 0)), "x")


def _moments(moment: datetime) -> tuple[str, ...]:
    """The ways modules write moments."""
    plain_text = moment.isoformat()
    return (plain_text[:10], plain_text, plain_text[11:16], f"{plain_text}Z", f"{plain_text[:10]} {plain_text[11:]}", f"{plain_text}+00:00",
            plain_text[11:19], plain_text[:16], f"{plain_text[:10]} {plain_text[11:16]}", plain_text[:7], plain_text[:4])  # fmt: skip


def _matching(pattern: str, offered: tuple[str, ...], choice: int) -> str | None:
    """One of the texts that a pattern allows, else one made for it; None when there is none."""
    try:
        compiled = re.compile(pattern)
    except re.error:
        return None
    fitting = [text for text in offered if compiled.search(text)]
    if fitting:
        return fitting[0]
    made = list(_made(pattern))
    return made[choice % len(made)] if made else None


def _made(pattern: str) -> Iterator[str]:
    """Short texts that match a pattern, the same in any process."""
    from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: PLC0415
    from hypothesis.errors import HypothesisException  # noqa: PLC0415
    from hypothesis.strategies import characters, from_regex  # noqa: PLC0415

    found: list[str] = []

    @seed(0)
    @settings(database=None, deadline=None, max_examples=60, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(from_regex(pattern, alphabet=characters(codec="ascii", exclude_categories=["Cc"])))
    def collect(text: str) -> None:
        found.append(text)

    try:
        collect()
    except (HypothesisException, ValueError, RecursionError):
        return
    yield from sorted({text for text in found if text.strip() and len(text) < 60}, key=lambda text: (len(text), text))
