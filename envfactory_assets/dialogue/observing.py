"""What the caller could see at a moment, through the tools that list and search."""

from typing import Any

from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.environments import Episode
from envfactory_assets.graph.workplaces import takes_workplace, workplace
from envfactory_assets.records import ToolSpec

MOST_PAGES = 12
MOST_PARENTS = 25

Row = dict[str, Any]


class Observer:
    """Reads one moment of an episode; nothing it calls changes the state."""

    def __init__(self, services: Services, episode: Episode) -> None:
        self._services = services
        self._episode = episode
        self._seen: dict[tuple[str, str], list[Row]] = {}

    def visible(self, env_id: str, entity: str) -> list[Row]:
        """Every record of an entity that list and search tools show when asked for nothing in particular."""
        if (env_id, entity) not in self._seen:
            self._seen[env_id, entity] = []  # ends the search of entities that list each other
            found: list[Row] = []
            for tool in self._services.specs[env_id].tools:
                if tool.audience == "agent" and is_read(tool) and tool.returns.many and tool.returns.entity == entity:
                    for arguments in self._ways(env_id, tool):
                        found += self.pages(env_id, tool, arguments)
            self._seen[env_id, entity] = merged(found, self._key(env_id, entity))
        return self._seen[env_id, entity]

    def _key(self, env_id: str, entity: str) -> str:
        field = self._services.key_field(env_id, entity)
        return field.wire if field else "id"

    def _ways(self, env_id: str, tool: ToolSpec) -> list[dict[str, Any]]:
        """The arguments with which a tool shows all it can: none, or each parent record in turn."""
        needed = [parameter for parameter in tool.parameters if parameter.required]
        if not needed:
            return [{}]
        if len(needed) > 1:
            return []
        parent = self._services.meant_entity(env_id, needed[0])
        if parent is None or parent == tool.returns.entity:
            return []
        spec = self._services.specs[env_id]
        if takes_workplace(spec, tool, needed[0]):
            return [{needed[0].name: workplace(spec, self._episode.view()[env_id], parent)}]
        rows = self.visible(env_id, parent)[:MOST_PARENTS]
        return [{needed[0].name: row[self._key(env_id, parent)]} for row in rows if row.get(self._key(env_id, parent)) is not None]

    def pages(self, env_id: str, tool: ToolSpec, arguments: dict[str, Any]) -> list[Row]:
        """All records a look-up gives, page after page."""
        found: list[Row] = []
        call = dict(arguments)
        paging = [p.name for p in tool.parameters if p.role == "page"]
        for _ in range(MOST_PAGES):
            result = self._episode.call(self._services.agent_name(env_id, tool.name), call)
            if not result.ok:
                break
            found += [row for _, row in rows_in(result.value, tool.returns)]
            cursor = result.value.get(tool.returns.cursor) if tool.returns.cursor and isinstance(result.value, dict) else None
            name = _cursor_parameter(paging, tool.returns.cursor)
            if cursor in (None, "") or name is None:
                break
            call[name] = cursor
        return found


def _cursor_parameter(paging: list[str], cursor: str | None) -> str | None:
    """The parameter that takes the next page's value: named like the cursor, else not named like a size."""
    sizes = ("size", "limit", "per", "max", "count")
    close = [name for name in paging if cursor and (name.lower() in cursor.lower() or cursor.lower().removeprefix("next") in name.lower())]
    others = [name for name in paging if not any(size in name.lower() for size in sizes)]
    return next(iter([*close, *others]), None)


def merged(rows: list[Row], key: str) -> list[Row]:
    """Rows of the same record as one, with every field that some tool shows."""
    by_key: dict[str, Row] = {}
    for place, row in enumerate(rows):
        identity = str(row.get(key, f"row {place}"))
        by_key[identity] = by_key.get(identity, {}) | row
    return list(by_key.values())
