"""The environments of one conversation: their specifications, and episodes over them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from envfactory_assets.environments import Environment, Episode, agent_tool_name, load_environment
from envfactory_assets.records import (
    EntitySpec,
    EnvironmentSpec,
    FieldSpec,
    ParameterSpec,
    PromotedEnvironment,
    ReturnSpec,
    Scenario,
    ToolSpec,
)

READS = frozenset({"get", "list", "search", "count", "read"})


@cache
def _class_of(source_code: str, env_id: str) -> type[Environment]:
    return load_environment(source_code, env_id)


_SPECS: dict[tuple[str, str], EnvironmentSpec] = {}


def spec_of(environment: PromotedEnvironment) -> EnvironmentSpec:
    """The typed specification of an environment, read once a process."""
    key = (environment.env_id, environment.code_sha256)
    if key not in _SPECS:
        _SPECS[key] = EnvironmentSpec.model_validate(environment.spec)
    return _SPECS[key]


@dataclass(frozen=True, slots=True)
class _Index:
    """What an environment's entities and fields are found by."""

    entities: dict[str, EntitySpec]
    fields: dict[tuple[str, str], FieldSpec]  # by entity, and by Python or wire name: the first that goes by it

    @staticmethod
    def of(spec: EnvironmentSpec) -> "_Index":
        found = _Index({entity.name: entity for entity in reversed(spec.entities)}, {})
        for entity in spec.entities:
            for field in entity.fields:
                found.fields.setdefault((entity.name, field.name), field)
                found.fields.setdefault((entity.name, field.wire), field)
        return found


_INDEXES: dict[str, tuple[EnvironmentSpec, _Index]] = {}


def _index_of(spec: EnvironmentSpec) -> _Index:
    """The index of a specification, made again only for another one."""
    known = _INDEXES.get(spec.env_id)
    if known is None or known[0] is not spec:
        known = _INDEXES[spec.env_id] = spec, _Index.of(spec)
    return known[1]


def is_read(tool: ToolSpec) -> bool:
    """Whether a tool only looks."""
    return bool(tool.effects) and all(effect.family in READS for effect in tool.effects)


class Services:
    """Look-ups into the environments a conversation may use."""

    def __init__(self, environments: list[PromotedEnvironment], env_ids: list[str]) -> None:
        by_id = {environment.env_id: environment for environment in environments}
        missing = [env_id for env_id in env_ids if env_id not in by_id]
        if missing:
            raise KeyError(f"No promoted environment {', '.join(missing)}.")
        self.rows = {env_id: by_id[env_id] for env_id in env_ids}
        self.specs = {env_id: spec_of(row) for env_id, row in self.rows.items()}
        self._tools = {(env_id, tool.name): tool for env_id, spec in self.specs.items() for tool in spec.tools}

    def episode(self, states: dict[str, Any]) -> Episode:
        """A fresh episode from the states of all environments."""
        episode = Episode({env_id: _class_of(row.source_code, env_id) for env_id, row in self.rows.items()})
        episode.reset(states)
        return episode

    def agent_name(self, env_id: str, tool: str) -> str:
        """The name under which an episode knows a tool."""
        return agent_tool_name(env_id, tool, len(self.rows) > 1)

    def tool(self, env_id: str, name: str) -> ToolSpec:
        """A tool by its wire name; raises KeyError."""
        return self._tools[env_id, name]

    def parameter(self, env_id: str, tool: str, name: str) -> ParameterSpec | None:
        """A parameter by its wire name; None for one the tool does not have."""
        return next((parameter for parameter in self.tool(env_id, tool).parameters if parameter.name == name), None)

    def entity(self, env_id: str, name: str | None) -> EntitySpec | None:
        """An entity by name; None for none."""
        return _index_of(self.specs[env_id]).entities.get(name) if name is not None else None

    def field(self, env_id: str, entity: str | None, name: str | None) -> FieldSpec | None:
        """An entity's field by its Python or wire name."""
        return _index_of(self.specs[env_id]).fields.get((entity, name)) if entity is not None and name is not None else None

    def set_field(self, env_id: str, parameter: ParameterSpec) -> FieldSpec | None:
        """The field a parameter sets or filters."""
        return self.field(env_id, parameter.entity, parameter.field)

    def meant_entity(self, env_id: str, parameter: ParameterSpec) -> str | None:
        """The entity whose key a parameter takes, if it takes one."""
        if parameter.role in {"key", "reference"}:
            return parameter.entity
        field = self.set_field(env_id, parameter)
        return field.ref if field is not None and field.type == "ref" else None

    def key_field(self, env_id: str, entity: str) -> FieldSpec | None:
        """The field that holds an entity's key."""
        found = self.entity(env_id, entity)
        return self.field(env_id, entity, found.key) if found else None


def rows_in(result: Any, returns: ReturnSpec) -> list[tuple[str, dict[str, Any]]]:
    """The records in a tool's result, each with its concrete path."""
    base, prefix = returns.inside(result), returns.envelope or ""
    if isinstance(base, list):
        return [(f"{prefix}[{place}]", row) for place, row in enumerate(base) if isinstance(row, dict)]
    return [(prefix, base)] if isinstance(base, dict) else []


def states_of(scenario_ids: list[str], scenarios: list[Scenario]) -> dict[str, Any]:
    """The initial states behind some scenario ids, by environment."""
    by_id = {scenario.scenario_id: scenario for scenario in scenarios}
    missing = [name for name in scenario_ids if name not in by_id]
    if missing:
        raise KeyError(f"No scenario {', '.join(missing)}.")
    return {by_id[name].env_id: by_id[name].state for name in scenario_ids}
