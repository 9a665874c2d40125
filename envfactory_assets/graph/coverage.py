"""The coverage-guided sampler: topology-aware drafts that go along the edges used least."""

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import ClassVar

from envfactory_assets.graph.details import look_up_filters, optional_details
from envfactory_assets.graph.drafts import Draft, Instance, Usage, edge_name, repeats
from envfactory_assets.graph.givers import MUCH_ASKED
from envfactory_assets.graph.live import Live
from envfactory_assets.graph.model import ToolGraph, has_family, is_write
from envfactory_assets.graph.resolution import copies
from envfactory_assets.graph.samplers import TopologySampler
from envfactory_assets.records import ParameterSpec, ToolEdge, ToolSpec
from envfactory_assets.records.profiles import ChainShape

ALONG = 0.95  # how often a move goes along a rarely used edge; otherwise it is a topology-aware one
AT_HAND = 10.0  # how much an edge out of a step of the draft is preferred to one whose source must be called first
DELETION = 0.3
BY_REFERENCE = 0.15
NARROWING = 0.05
LINKED = 0.85  # how often a step is given one more record that the chain knows
WORN = 0.01  # how readily an edge is gone along again, against one that never was


class EdgePool:
    """Edges to draw from, by their sources: a draw costs as much as there are tools, however many edges there are."""

    def __init__(self, graph: ToolGraph, edges: list[ToolEdge], weights: Mapping[str, float]) -> None:
        self._edges: dict[str, list[ToolEdge]] = {}
        self._weights: dict[str, list[float]] = {}
        self._place: dict[str, tuple[str, int]] = {}
        for edge in edges:
            name, source = _name(graph, edge), graph.source(edge)
            own = self._edges.setdefault(source, [])
            self._place[name] = source, len(own)
            own.append(edge)
            self._weights.setdefault(source, []).append(weights[name])
        self._sources = list(self._edges)
        self._sums: dict[str, float] = {}  # of the weights of each source; those that have to be added up anew are left out

    def weigh(self, name: str, weight: float) -> None:
        """Set how readily an edge is drawn; one that is not here is left alone."""
        if (place := self._place.get(name)) is not None:
            source, number = place
            self._weights[source][number] = weight
            self._sums.pop(source, None)

    def draw(self, rng: Random, at_hand: set[str]) -> ToolEdge | None:
        """An edge by weight, those out of tools at hand before others; None when there is none."""
        if not self._sources:
            return None
        weights = [self._sum(source) * (AT_HAND if source in at_hand else 1.0) for source in self._sources]
        source = rng.choices(self._sources, weights)[0]
        return rng.choices(self._edges[source], self._weights[source])[0]

    def _sum(self, source: str) -> float:
        found = self._sums.get(source)
        if found is None:
            found = self._sums[source] = sum(self._weights[source])
        return found


class CoverageSampler(TopologySampler):
    """Prefers the tools and edges that the chains so far went along least; what keeps failing is tried less and less."""

    name: ClassVar[str] = "coverage"
    goes_in_words: ClassVar[bool] = False  # all edges are to be gone along, whatever can be made of the step they lead to

    def __init__(self, graph: ToolGraph, usage: Usage, shape: ChainShape, live: Live | None = None) -> None:
        super().__init__(graph, usage, shape, live)
        wanted = [edge for edge in graph.edges if self._is_wanted(edge)]
        self._worth = {_name(graph, edge): self._spoken(edge) * self._liking(graph.tools[graph.target(edge)]) for edge in wanted}
        self._tried: Counter[str] = Counter()
        self._all_tools = [*self._writes, *self._reads]
        self._all = EdgePool(graph, wanted, self._worth)
        self._reading = EdgePool(graph, [edge for edge in wanted if not self._writes_along(edge)], self._worth)

    def sample(self, rng: Random) -> Draft | None:
        """One draft, along edges that no draft before it has taken as far as there are any."""
        for name in self._usage.touched:
            self._weigh(name)
        self._usage.touched.clear()
        return super().sample(rng)

    def _is_wanted(self, edge: ToolEdge) -> bool:
        if edge.kind not in {"produces_key", "produces_value"}:
            return False
        source, target = self._graph.reachable.get(self._graph.source(edge)), self._graph.reachable.get(self._graph.target(edge))
        if source is None or target is None:
            return False
        return edge.kind == "produces_key" or has_family(target, "create") or not copies(source, target)

    def _length(self, rng: Random) -> int:
        """The longer of two lengths: a longer chain goes along more edges."""
        return max(super()._length(rng), super()._length(rng))

    def _spoken(self, edge: ToolEdge) -> float:
        """How readily a person would ask for what an edge says: a value taken over narrows no list, few details are given by reference."""
        target = self._graph.tools[self._graph.target(edge)]
        if {target.name, self._graph.source(edge)} & (self._asking_much - self._unasked):
            return MUCH_ASKED
        if has_family(target, "delete"):
            return DELETION
        parameter = next(item for item in target.parameters if item.name == edge.parameter)
        if parameter.required or (parameter.role == "filter" and edge.kind == "produces_key"):
            return 1.0
        return BY_REFERENCE if is_write(target) else NARROWING

    def _move(self, draft: Draft, rng: Random, *, read_only: bool) -> Draft | None:
        """One more intent, most often along an edge, now and then with a tool that no chain has used."""
        if rng.random() >= ALONG:
            unused = [tool for tool in (self._reads if read_only else self._all_tools) if not self._usage.tools[tool.name]]
            return self._begin(draft, unused, rng) if unused else super()._move(draft, rng, read_only=read_only)
        pool = self._reading if read_only else self._all
        edge = pool.draw(rng, {tool.name for tool in draft.tools})
        if edge is None:
            return super()._move(draft, rng, read_only=read_only)
        name = _name(self._graph, edge)
        self._tried[name] += 1
        self._weigh(name)
        return self._along(draft, edge, rng)

    def _linked(self, draft: Draft, tool: ToolSpec, rng: Random) -> tuple[str, ...]:
        """An optional parameter, now and then, that takes a record the chain knows along an edge that no chain has taken."""
        for parameter in tool.parameters if rng.random() < LINKED else ():
            taken = not parameter.required and self._graph.into(tool.name, parameter.name)
            known = self._records_for(draft, tool, parameter) if taken else []
            if any(self._resolver.freshness(draft, record, tool.name, parameter.name) == 1.0 for record in known):
                return (parameter.name,)
        return ()

    def _records_for(self, draft: Draft, tool: ToolSpec, parameter: ParameterSpec) -> list[Instance]:
        """Records the chain knows that an executed edge can carry to a parameter."""
        edge = self._graph.edge
        return [
            record
            for record in self._known(draft)
            if edge(draft.tools[record.step].name, record.path, tool.name, parameter.name) is not None
        ]

    def _writes_along(self, edge: ToolEdge) -> bool:
        return any(is_write(self._graph.tools[name]) for name in (self._graph.source(edge), self._graph.target(edge)))

    def _weigh(self, name: str) -> None:
        """Set anew how readily an edge is gone along."""
        if name in self._worth:
            fresh = 1.0 if not self._usage.edges[name] else WORN * self._usage.edge_freshness(name)
            for pool in (self._all, self._reading):
                pool.weigh(name, fresh * self._worth[name] / (1.0 + self._tried[name]))

    def _along(self, draft: Draft, edge: ToolEdge, rng: Random) -> Draft | None:
        """The target of an edge, after its source unless the draft has called that already."""
        source, target = self._graph.tools[self._graph.source(edge)], self._graph.tools[self._graph.target(edge)]
        steps = [step for step, tool in enumerate(draft.tools) if tool is source and self._is_open(draft, step, edge)]
        if not steps:
            spec = self._graph.spec
            optional = optional_details(spec, source, rng) if is_write(source) else look_up_filters(spec, source, target, rng)
            called = self._resolver.add(draft, source, rng, optional=optional)
            if called is None or repeats(called, len(called.tools) - 1) or not self._is_open(called, len(called.tools) - 1, edge):
                return None
            draft, steps = called, [len(called.tools) - 1]
        record = draft.record((steps[-1], edge.output_path)) if edge.kind == "produces_key" else None
        return self._intent(draft, target, rng, record, (steps[-1], edge))

    def _is_open(self, draft: Draft, step: int, edge: ToolEdge) -> bool:
        """Whether a step still shows what an edge carries: a record that is not gone, or a value."""
        record = draft.record((step, edge.output_path))
        if (record is not None and (self._graph.target(edge), record.origin) in self._refused) or not self._shows(step, edge.output_path):
            return False
        return edge.kind == "produces_value" or (record is not None and not record.deleted)


def _name(graph: ToolGraph, edge: ToolEdge) -> str:
    return edge_name(graph.source(edge), edge.output_path, graph.target(edge), edge.parameter)
