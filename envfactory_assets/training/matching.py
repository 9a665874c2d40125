"""Whether a call an agent made is the gold call: the same tool, and each argument as exact as the task asks."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from envfactory_assets.environments import Environment, agent_tool_names, describe
from envfactory_assets.records import GoldCall, ParameterSpec
from envfactory_assets.training.outcome import Pairs

_CLOSE = 1e-6
_WORDS = re.compile(r"[^\W_]+")


class Parameters:
    """What a task's tools take: which of their parameters are ids, and what they take when nothing is said."""

    def __init__(self, environments: Mapping[str, type[Environment]], tools: Sequence[dict[str, Any]]) -> None:
        names = agent_tool_names({env_id: list(cls.plan.tools) for env_id, cls in environments.items()})
        self.env_ids = {name: env_id for name, (env_id, _) in names.items()}
        self._wires = {name: wire for name, (_, wire) in names.items()}
        self._specs = {env_id: {tool.name: tool for tool in describe(cls, env_id).tools} for env_id, cls in environments.items()}
        self._defaults = {tool["function"]["name"]: _defaults(tool["function"]["parameters"]) for tool in tools}

    def find(self, tool: str, name: str) -> ParameterSpec | None:
        """A parameter, by its tool as the agent sees it; None for one that there is not."""
        if tool not in self.env_ids:
            return None
        spec = self._specs[self.env_ids[tool]][self._wires[tool]]
        return next((parameter for parameter in spec.parameters if parameter.name == name), None)

    def telling(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that say something: neither null nor what the tool takes anyway."""
        defaults = self._defaults.get(tool, {})
        return {
            name: value for name, value in arguments.items() if value is not None and not (name in defaults and same(value, defaults[name]))
        }


class Renamed:
    """Arguments as the gold would have them: ids the agent's own calls minted become the gold's."""

    def __init__(self, pairs: Pairs, parameters: Parameters) -> None:
        self._pairs = pairs
        self._parameters = parameters

    def arguments(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The telling arguments of an agent's call, with the gold's ids."""
        return {name: self._value(tool, name, value) for name, value in self.telling(tool, arguments).items()}

    def telling(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that say something."""
        return self._parameters.telling(tool, arguments)

    def _value(self, tool: str, name: str, value: Any) -> Any:
        parameter = self._parameters.find(tool, name)
        if parameter is None or parameter.role not in {"key", "reference"} or parameter.entity is None:
            return value
        if isinstance(value, list):
            return [self._id(tool, parameter.entity, item) for item in value]
        return self._id(tool, parameter.entity, value)

    def _id(self, tool: str, entity: str, key: Any) -> Any:
        pairs = self._pairs.get(self._parameters.env_ids[tool], {})
        return pairs.get((entity, key), (entity, key))[1] if isinstance(key, str | int) else key


def same_call(gold: GoldCall, tool: str, arguments: Mapping[str, Any], renamed: Renamed) -> bool:
    """Whether a call does what the gold call does."""
    if tool != gold.tool:
        return False
    wanted, given = renamed.telling(tool, gold.arguments), renamed.arguments(tool, arguments)
    return all(_fits(gold.argument_match.get(name, "exact"), wanted.get(name), given.get(name)) for name in {*wanted, *given})


def _fits(match: str, wanted: Any, given: Any) -> bool:
    if match == "free":
        return True
    return same_text(wanted, given) if match == "tolerant" else same(wanted, given)


def same(a: Any, b: Any) -> bool:
    """Equal, numbers within 1e-6 and moments by the instant they name."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=0.0, abs_tol=_CLOSE)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, str) and isinstance(b, str):
        return a == b or (_moment(a) is not None and _moment(a) == _moment(b))
    return bool(a == b)


def same_text(a: Any, b: Any) -> bool:
    """Equal but for case, punctuation and spacing."""
    if isinstance(a, str) and isinstance(b, str):
        return _WORDS.findall(a.casefold()) == _WORDS.findall(b.casefold()) and bool(_WORDS.search(a) or a == b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same_text(x, y) for x, y in zip(a, b, strict=True))
    return same(a, b)


def _moment(text: str) -> datetime | None:
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _defaults(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part["default"] for name, part in schema.get("properties", {}).items() if "default" in part}
