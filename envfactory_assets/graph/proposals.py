"""What a model proposes for a tool graph: dependencies to try, and weak ones to leave out. Execution decides, never the model.

A proposed dependency is tried exactly as those that rules propose. A proposed pruning counts only where the executed evidence is weak:
of edges that carry a key or a value those where the consumer, given the real value, showed nothing (an empty result), and of those that
carry a value also those where any other value was refused, so that no two accepted results differ. What two writes do to each other, and
the last edge that gives a required parameter its key, are never left out.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from envfactory_assets.graph.edges import Candidate
from envfactory_assets.graph.model import has_family, meant_entity, wire_of
from envfactory_assets.graph.paths import field_path, returned_entity
from envfactory_assets.llm.errors import ModelError, UnansweredError
from envfactory_assets.records import EntitySpec, EnvironmentSpec, ToolEdge, ToolSpec
from envfactory_assets.records.graph import EdgeKind

if TYPE_CHECKING:
    from envfactory_assets.llm import ModelClient

PROMPT = "propose_edges"
MOST = 12  # dependencies of an environment that a model may have tried

_NAMES = ("from", "path", "to", "parameter")
_LINKS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in _NAMES},
        "required": list(_NAMES),
        "additionalProperties": False,
    },
}
_SCHEMA = {
    "type": "object",
    "properties": {"edges": _LINKS, "prunings": _LINKS},
    "required": ["edges", "prunings"],
    "additionalProperties": False,
}

Link = tuple[str, str, str, str]
"""From tool, output path, to tool, parameter."""


class Advisor:
    """Asks a model about the graphs of environments.

    Attributes:
        unanswered: how many environments it could not be asked about this time.
    """

    def __init__(self, client: "ModelClient") -> None:
        self._client = client
        self.unanswered = 0

    def advice(self, spec: EnvironmentSpec, edges: Iterable[ToolEdge]) -> tuple[list[Link], set[Link]]:
        """The dependencies a model would have tried, and those it would leave out; neither where it gives no usable answer."""
        weak = {link_of(edge) for edge in edges if is_weak(edge)}
        tools = [
            {"name": tool.name, "gives": sorted(_given(spec, tool)), "takes": [item.name for item in tool.parameters]}
            for tool in _visible(spec)
        ]
        told = [f"{source}:{path} -> {target}:{parameter}" for source, path, target, parameter in sorted(weak)]
        try:
            answer = self._client.complete_json(PROMPT, {"tools": tools, "weak": told, "most": MOST}, _SCHEMA)
        except UnansweredError:
            self.unanswered += 1
            return [], set()
        except ModelError:
            return [], set()
        wanted, unwanted = ([tuple(link[name] for name in _NAMES) for link in answer[kind]] for kind in ("edges", "prunings"))
        return list(dict.fromkeys(wanted))[:MOST], set(unwanted) & weak


def link_of(edge: ToolEdge) -> Link:
    """An edge by the wire names of its ends."""
    return wire_of(edge.from_tool), edge.output_path, wire_of(edge.to_tool), edge.parameter


def proposed(spec: EnvironmentSpec, links: Iterable[Link], known: set[Link]) -> list[Candidate]:
    """The dependencies of a proposal that can be tried: between two tools that are there, from a path that is, and not tried already."""
    tools = {tool.name: tool for tool in _visible(spec)}
    found = []
    for link in links:
        source, target = tools.get(link[0]), tools.get(link[2])
        if link in known or source is None or target is None or source is target or has_family(source, "delete"):
            continue
        entity = _given(spec, source).get(link[1])
        parameter = next((item for item in target.parameters if item.name == link[3]), None)
        if entity is None or parameter is None:
            continue
        meant = meant_entity(spec, parameter)
        reason = f"{parameter.name} takes what {source.name} shows at {link[1]}: proposed by a model, then executed."
        kind: EdgeKind = "produces_value" if meant is None else "produces_key"
        found.append(Candidate(source, target, link[1], parameter, kind, meant or entity.name, reason))
    return found


def is_weak(edge: ToolEdge) -> bool:
    """Whether the executed evidence of an edge says little, so that a model may have it left out."""
    if edge.kind not in {"produces_key", "produces_value"}:
        return False
    refused = edge.kind == "produces_value" and not edge.evidence["counter_result"]["ok"]
    return refused or _shows_nothing(edge.evidence["result"]["value"])


def pruned(spec: EnvironmentSpec, edges: list[ToolEdge], unwanted: set[Link]) -> list[ToolEdge]:
    """Those unwanted edges that can be done without: weak ones, and never the last that gives a required parameter its key."""
    required = {(tool.name, item.name) for tool in spec.tools for item in tool.parameters if item.required}
    givers = Counter(link_of(edge)[2:] for edge in edges if edge.kind == "produces_key")
    gone = []
    for edge in edges:
        taker = link_of(edge)[2:]
        last = edge.kind == "produces_key" and taker in required and givers[taker] == 1
        if link_of(edge) in unwanted and is_weak(edge) and not last:
            gone.append(edge)
            givers[taker] -= edge.kind == "produces_key"
    return gone


def _visible(spec: EnvironmentSpec) -> list[ToolSpec]:
    return [tool for tool in spec.tools if tool.audience == "agent"]


def _given(spec: EnvironmentSpec, tool: ToolSpec) -> dict[str, EntitySpec]:
    """Paths in a tool's result where fields of a record are."""
    entity = returned_entity(spec, tool.returns)
    return {field_path(tool.returns, field): entity for field in entity.fields} if entity is not None else {}


def _shows_nothing(text: str | None) -> bool:
    """Whether a result, as the beginning of its JSON, holds nothing: nothing at all, or only lists without anything in them."""
    try:
        value: Any = json.loads(text or "null")
    except ValueError:
        return False  # cut off, so there is much
    lists = [each for each in value.values() if isinstance(each, list)] if isinstance(value, dict) else []
    return not value or (bool(lists) and not any(lists))
