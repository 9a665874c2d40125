"""What a caller can observe through an environment's tools, and which records predicates select among it."""

import re
from datetime import UTC, datetime
from typing import Any

from envfactory_assets.dialogue.proof import reading
from envfactory_assets.environments import Episode, agent_tool_name
from envfactory_assets.graph.workplaces import takes_workplace, workplace
from envfactory_assets.records import EnvironmentSpec, FieldSpec, ToolSpec

Record = dict[str, Any]
_LOOKS = {"get", "list", "search", "count", "read"}
_ENDS = {"min", "max", "next", "last"}
_PAGES = 15
_PARENTS = 25


class World:
    """An episode as a caller sees it: calls by environment and tool, and everything that can be listed."""

    def __init__(self, specs: dict[str, EnvironmentSpec], episode: Episode) -> None:
        self.specs = specs
        self.episode = episode
        self._memory: dict[tuple[str, str], list[Record]] = {}

    def forget(self) -> None:
        """The state may have changed: look again."""
        self._memory = {}

    def call(self, env_id: str, tool: str, arguments: Record) -> Any:
        """The value of a call that succeeds; None when it is refused."""
        result = self.episode.call(agent_tool_name(env_id, tool, len(self.specs) > 1), arguments)
        return result.value if result.ok else None

    def key_name(self, env_id: str, entity: str) -> str | None:
        """The wire name of an entity's key."""
        for candidate in self.specs[env_id].entities:
            if candidate.name == entity:
                return next((field.wire for field in candidate.fields if field.name == candidate.key), None)
        return None

    def field(self, env_id: str, entity: str | None, wire: str) -> FieldSpec | None:
        """An entity's field by the name an agent sees."""
        fields = [field for candidate in self.specs[env_id].entities if candidate.name == entity for field in candidate.fields]
        return next((field for field in fields if field.wire == wire), None)

    def records(self, env_id: str, tool: ToolSpec, arguments: Record) -> list[Record]:
        """What a look-up shows, over all its pages."""
        found: list[Record] = []
        request = dict(arguments)
        for _ in range(_PAGES):
            value = self.call(env_id, tool.name, request)
            found += shown(value, tool)
            following = value.get(tool.returns.cursor) if isinstance(value, dict) and tool.returns.cursor else None
            turner = _page_turner(tool)
            if following in (None, "") or turner is None:
                break
            request[turner] = following
        return found

    def observable(self, env_id: str, entity: str) -> list[Record]:
        """All records of an entity that tools show to someone who asks for nothing in particular, parent by parent where needed."""
        if (env_id, entity) in self._memory:
            return self._memory[env_id, entity]
        self._memory[env_id, entity] = []
        key = self.key_name(env_id, entity)
        by_key: dict[str, Record] = {}
        for tool in self.specs[env_id].tools:
            looks = tool.audience == "agent" and tool.effects and all(effect.family in _LOOKS for effect in tool.effects)
            if not (looks and tool.returns.many and tool.returns.entity == entity):
                continue
            for arguments in self._openings(env_id, tool):
                for record in self.records(env_id, tool, arguments):
                    name = str(record.get(key)) if key in record else f"#{len(by_key)}"
                    by_key[name] = {**by_key.get(name, {}), **record}
        self._memory[env_id, entity] = list(by_key.values())
        return self._memory[env_id, entity]

    def _openings(self, env_id: str, tool: ToolSpec) -> list[Record]:
        required = [parameter for parameter in tool.parameters if parameter.required]
        if len(required) > 1:
            return []
        if not required:
            return [{}]
        parent = meant(self.specs[env_id], tool, required[0].name)
        if parent is not None and takes_workplace(self.specs[env_id], tool, required[0]):
            return [{required[0].name: workplace(self.specs[env_id], self.episode.view()[env_id], parent)}]
        key = self.key_name(env_id, parent) if parent else None
        if parent is None or key is None or parent == tool.returns.entity:
            return []
        keys = [record[key] for record in self.observable(env_id, parent)[:_PARENTS] if record.get(key) is not None]
        return [{required[0].name: value} for value in keys]


def meant(spec: EnvironmentSpec, tool: ToolSpec, parameter: str) -> str | None:
    """The entity whose key a parameter takes."""
    found = next((candidate for candidate in tool.parameters if candidate.name == parameter), None)
    if found is None:
        return None
    if found.role in {"key", "reference"}:
        return found.entity
    fields = [field for entity in spec.entities if entity.name == found.entity for field in entity.fields if field.name == found.field]
    return fields[0].ref if fields and fields[0].type == "ref" else None


def shown(value: Any, tool: ToolSpec) -> list[Record]:
    """The records in a tool's answer."""
    inner = tool.returns.inside(value)
    if isinstance(inner, list):
        return [item for item in inner if isinstance(item, dict)]
    return [inner] if isinstance(inner, dict) else []


def _page_turner(tool: ToolSpec) -> str | None:
    """The parameter that asks for a later page."""
    cursor = (tool.returns.cursor or "").lower().removeprefix("next").strip("_")
    pages = [parameter.name for parameter in tool.parameters if parameter.role == "page"]
    exact = [name for name in pages if cursor and cursor in name.lower().replace("_", "") + name.lower()]
    rest = [name for name in pages if not any(word in name.lower() for word in ("size", "limit", "per", "max", "count"))]
    return next(iter(exact + rest), None)


def selected(records: list[Record], predicates: list[Record], now: datetime) -> list[Record]:
    """The records for which all predicates hold; extremes are taken among those for which the others hold."""
    left = [record for record in records if all(_holds(record, p, now) for p in predicates if p["op"] not in {*_ENDS, "only"})]
    for predicate in predicates:
        if predicate["op"] in _ENDS:
            values = [(_size(record.get(predicate["field"])), record) for record in left if record.get(predicate["field"]) is not None]
            if predicate["op"] in {"next", "last"}:
                values = [(size, record) for size, record in values if (size > now.timestamp()) == (predicate["op"] == "next")]
            best = (min if predicate["op"] in {"min", "next"} else max)((size for size, _ in values), default=None)
            left = [record for size, record in values if size == best]
    return left


def _holds(record: Record, predicate: Record, now: datetime) -> bool:
    held, wanted = record.get(predicate["field"]), predicate["value"]
    if held is None:
        return False
    if predicate["op"] == "overdue":
        due = reading.read_day(str(held), now.date())
        return due is not None and due < now.date() and _is_open(record)
    if predicate["op"] == "about":
        day = reading.read_day(str(held), now.date())
        return day is not None and reading.lies_in(day, str(wanted))
    if predicate["op"] == "on":
        day = reading.read_day(str(held), now.date())
        return day is not None and day.isoformat() == wanted
    if isinstance(held, str) and isinstance(wanted, str):
        return held.strip().casefold() == wanted.strip().casefold()
    return reading.same(held, wanted)


def _is_open(record: Record) -> bool:
    """Whether nothing in a record says that it is settled, and something could."""
    settled = {reading.folded(word) for word in reading.word_list("vocabulary")["settled"]}
    states = set(reading.word_list("fields")["states"])
    could = False
    for name, value in record.items():
        parts = [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]
        if parts[-1:] and parts[-1] in states and isinstance(value, str):
            could = True
            if reading.folded(reading.choice_words(value)) in settled:
                return False
        elif settled & set(parts[:1]) and not isinstance(value, int | float):
            could = True
            if value is not None:
                return False
    return could


def _size(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    moment = datetime.fromisoformat(str(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
