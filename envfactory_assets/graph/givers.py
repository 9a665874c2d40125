"""Which tools can be put in front of one that needs a key, how readily each is, and how many must wait for each other at least."""

from typing import NamedTuple

from envfactory_assets.graph.details import asks_much
from envfactory_assets.graph.drafts import edge_name
from envfactory_assets.graph.model import ToolGraph, is_write, meant_entity
from envfactory_assets.graph.provenance import settled, stated
from envfactory_assets.records import ToolEdge, ToolSpec

LOOK_UP_WEIGHTS = {"list": 6.0, "search": 6.0, "get": 1.5}
CREATION_WEIGHT = 1.0
"""How readily a tool is put in front to obtain a key: look-ups before creations, no other write."""
MUCH_ASKED = 0.1  # a tool that takes more from a person than is said in one breath, against one that does not
POINTED_AT = 0.25  # a key that other records merely point with, against a listing of the records themselves


class Giver(NamedTuple):
    """A tool that can be put in front, the edge that carries the key, the name it is counted under, and how readily it is taken."""

    tool: ToolSpec
    edge: ToolEdge
    name: str
    weight: float


class Givers:
    """What can give the keys that the tools of a graph need; worked out once for all drafts."""

    def __init__(self, graph: ToolGraph) -> None:
        self._graph = graph
        self._of: dict[tuple[str, str], list[Giver]] = {}
        self._waits: dict[frozenset[str], dict[str, int]] = {}
        self._needs = {name: self._keys_of(tool) for name, tool in graph.tools.items()}

    def of(self, tool: str, parameter: str) -> list[Giver]:
        """The tools that can be put in front to give a parameter its key."""
        found = self._of.get((tool, parameter))
        if found is None:
            found = self._of[tool, parameter] = [giver for edge in self._graph.into(tool, parameter) if (giver := self._giver(edge))]
        return found

    def waits(self, known: frozenset[str]) -> dict[str, int]:
        """For each tool how many others must be called one after the other before it, at least, by entities of which a record is known.

        Tools that are left out cannot be called at all.
        """
        found = self._waits.get(known)
        if found is None:
            found = self._waits[known] = self._waiting(known)
        return found

    def _waiting(self, known: frozenset[str]) -> dict[str, int]:
        needs = {
            name: [[giver.tool.name for giver in self.of(name, parameter)] for parameter, entity in keys if entity not in known]
            for name, keys in self._needs.items()
        }
        found: dict[str, int] = {}
        wait = 0
        while fresh := [
            name for name, each in needs.items() if name not in found and all(not found.keys().isdisjoint(givers) for givers in each)
        ]:
            found |= dict.fromkeys(fresh, wait)
            wait += 1
        return found

    def _keys_of(self, tool: ToolSpec) -> list[tuple[str, str]]:
        """The required parameters of a tool that take keys, with the entities they name."""
        spec = self._graph.spec
        needed = [
            item for item in tool.parameters if item.required and settled(spec, tool, item) is None and stated(spec, tool, item) is None
        ]
        return [(item.name, entity) for item in needed if (entity := meant_entity(spec, item)) is not None]

    def _giver(self, edge: ToolEdge) -> Giver | None:
        source = self._graph.tools[self._graph.source(edge)]
        if edge.kind != "produces_key" or (is_write(source) and not self._graph.creates(source, edge.output_path)):
            return None
        if not self._graph.is_meant(source.name, edge.output_path, self._graph.target(edge), edge.parameter):
            return None
        weight = max((LOOK_UP_WEIGHTS.get(effect.family, CREATION_WEIGHT) for effect in source.effects), default=CREATION_WEIGHT)
        weight *= 1.0 if self._graph.is_own_key(source, edge.output_path) else POINTED_AT
        unasked = edge.from_tool in self._graph.unsaid.tools
        weight *= MUCH_ASKED if unasked or asks_much(self._graph.spec, source) else 1.0
        return Giver(source, edge, edge_name(source.name, edge.output_path, self._graph.target(edge), edge.parameter), weight)
