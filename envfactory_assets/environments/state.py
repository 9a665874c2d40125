"""Comparing states: what changed, and whether two states mean the same."""

from collections.abc import Mapping
from typing import Any

from envfactory_assets.environments.entities import Entity
from envfactory_assets.environments.environment import Environment

State = dict[str, dict[str, Any]]
"""The states of an episode, by environment: what ``Episode.snapshot`` gives."""
Environments = Mapping[str, type[Environment]]
_Key = str | int
_Row = dict[str, Any]


def state_diff(before: State, after: State, environments: Environments, *, volatile: bool = False) -> list[dict[str, Any]]:
    """What changed, by entity, key and field.

    Args:
        before: states.
        after: states of the same environments.
        environments: their classes.
        volatile: whether to report volatile fields too.

    Returns:
        Rows of env_id, entity, key, change (created, updated, deleted), field, before and after. A created or deleted row is one entry
        with the whole row; an updated one is an entry a field.
    """
    found: list[dict[str, Any]] = []
    for env_id, cls in environments.items():
        for table, entity in cls.plan.tables.items():
            if before[env_id]["tables"].get(table) is after[env_id]["tables"].get(table):
                continue
            old = _by_key(before[env_id], table, entity)
            new = _by_key(after[env_id], table, entity)
            hidden = frozenset() if volatile else entity.entity_layout.volatile
            for key in [*old, *(key for key in new if key not in old)]:
                entry = {"env_id": env_id, "entity": entity.__name__, "key": key}
                found += [entry | change for change in _changes(old.get(key), new.get(key), hidden)]
    return found


def _changes(old: _Row | None, new: _Row | None, hidden: frozenset[str]) -> list[dict[str, Any]]:
    if old is None or new is None:
        kept = {name: value for name, value in (new or old or {}).items() if name not in hidden}
        if old is None:
            return [{"change": "created", "field": None, "before": None, "after": kept}]
        return [{"change": "deleted", "field": None, "before": kept, "after": None}]
    if old is new or old == new:
        return []
    return [
        {"change": "updated", "field": name, "before": old.get(name), "after": new.get(name)}
        for name in old | new  # a state may leave out fields that hold nothing
        if name not in hidden and old.get(name) != new.get(name)
    ]


def _by_key(state: dict[str, Any], table: str, entity: type[Entity]) -> dict[_Key, _Row]:
    return {row[entity.entity_layout.key]: row for row in state["tables"].get(table, [])}
