"""The runtime that environment modules are written against: entities, tables, effects, episodes."""

from envfactory_assets.environments.describe import describe
from envfactory_assets.environments.entities import Entity, Part
from envfactory_assets.environments.environment import Environment, invariant
from envfactory_assets.environments.episode import Episode, ToolResult
from envfactory_assets.environments.equivalence import equivalent
from envfactory_assets.environments.errors import ModuleError, ScenarioError, ToolError
from envfactory_assets.environments.fields import Caller, Key, Ref
from envfactory_assets.environments.loading import load_environment
from envfactory_assets.environments.naming import agent_tool_name, agent_tool_names
from envfactory_assets.environments.pages import Page
from envfactory_assets.environments.state import state_diff
from envfactory_assets.environments.tables import Table
from envfactory_assets.environments.tools import tool
from envfactory_assets.environments.version import runtime_version

__all__ = [
    "Caller",
    "Entity",
    "Environment",
    "Episode",
    "Key",
    "ModuleError",
    "Page",
    "Part",
    "Ref",
    "ScenarioError",
    "Table",
    "ToolError",
    "ToolResult",
    "agent_tool_name",
    "agent_tool_names",
    "describe",
    "equivalent",
    "invariant",
    "load_environment",
    "runtime_version",
    "state_diff",
    "tool",
]
