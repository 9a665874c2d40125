"""Samplers of chains, behind one interface: topology-aware as in the paper (arXiv 2605.18703, QueryGen), and a random walk as baseline."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import ClassVar, Protocol

from envfactory_assets.graph.details import asks_much, optional_details
from envfactory_assets.graph.drafts import Draft, Given, Instance, Origin, Usage, repeats
from envfactory_assets.graph.givers import MUCH_ASKED, POINTED_AT
from envfactory_assets.graph.live import Live
from envfactory_assets.graph.model import ToolGraph, field_of, has_family, is_write
from envfactory_assets.graph.resolution import Resolver
from envfactory_assets.graph.shapes import Aim
from envfactory_assets.graph.wishes import wishes as wishes_of
from envfactory_assets.records import ToolEdge, ToolSpec
from envfactory_assets.records.graph import ProviderKind
from envfactory_assets.records.profiles import ChainShape

MISSES = 10  # moves that may fail before a draft ends; of one that aims for more steps than these, two more for each
MIN_INTENTS = 2
SPARE = 2  # steps that a draft may take more for one more thing that somebody would ask for
IN_VAIN = 0.1  # how readily a tool is tried again that the draft could not call

Wanted = tuple[str, Origin | None]
"""A tool, and where the record it was to take comes from when that was given."""


class Sampler(Protocol):
    """Makes drafts of chains; a checker judges them."""

    name: ClassVar[str]

    def __init__(self, graph: ToolGraph, usage: Usage, shape: ChainShape, live: Live | None = None) -> None: ...

    def sample(self, rng: Random) -> Draft | None:
        """One draft, or None when this attempt led nowhere."""
        ...


class TopologySampler:
    """Picks what a user could want, resolves it backward, and goes on along the edges out of what the chain has touched."""

    name: ClassVar[str] = "topology"
    goes_in_words: ClassVar[bool] = True  # whether a key comes along an edge that words speak of, where there is one

    def __init__(self, graph: ToolGraph, usage: Usage, shape: ChainShape, live: Live | None = None) -> None:
        self._unsaid, askable = graph.unsaid, graph.askable
        if not self.goes_in_words:
            graph = replace(graph, unsaid=replace(graph.unsaid, edges=frozenset()))
        self._graph = graph
        self._shape = shape
        self._usage = usage
        self._live = live
        self._aim = Aim()
        self._wanted: Wanted = ("", None)
        self._refused: set[Wanted] = set()  # what the draft has tried in vain since it last changed something
        self._resolver = Resolver(graph, usage, shape.most_steps)
        tools = list(graph.reachable.values())
        self._unasked = unasked = {tool.name for tool in tools if f"{graph.spec.env_id}.{tool.name}" in graph.unsaid.tools}
        self._asking_much = unasked.union(tool.name for tool in tools if asks_much(graph.spec, tool))
        self._writes = [tool for tool in tools if is_write(tool)]
        self._reads = [tool for tool in tools if not is_write(tool)]
        self._asked = [tool for tool in tools if tool.name in askable]
        self._taken: dict[tuple[str, str, bool], list[ToolSpec]] = {}

    def sample(self, rng: Random) -> Draft | None:
        """One draft of two or more intents."""
        shape = self._shape
        read_only = not self._writes or (bool(self._reads) and rng.random() < shape.read_only_share)
        length = self._length(rng)
        length = min(length, shape.longest_read_only) if read_only else length
        self._aim = Aim.drawn(shape, rng)
        draft = Draft(self._graph.spec.env_id)
        self._refused.clear()
        if self._live is not None and not self._live.begin(draft, rng):
            return None
        draft = self.extend(draft, rng, length, intents=MIN_INTENTS, read_only=read_only)
        if self._live is not None:
            self._live.finish(draft)
        return draft if draft.intents() >= MIN_INTENTS else None

    def _length(self, rng: Random) -> int:
        """How many steps a draft aims for."""
        return _aimed(self._shape, rng)

    def extend(self, draft: Draft, rng: Random, length: int, *, intents: int, read_only: bool = False) -> Draft:
        """A draft with more intents, until it has about so many steps and at least so many intents, or nothing more fits."""
        misses, most = 0, max(MISSES, 2 * length - MISSES)
        while misses < most and len(draft.tools) < min(length, self._shape.most_steps):
            grown = self._move(draft, rng, read_only=read_only)
            if self._is_better(draft, grown, length, read_only=read_only):
                draft = grown or draft
            else:
                misses += 1
        return self._wished_for(draft, rng, intents, read_only=read_only)

    def _wished_for(self, draft: Draft, rng: Random, intents: int, *, read_only: bool) -> Draft:
        """A draft with new intents at its end while it holds too few that somebody would ask for."""
        asked, misses = [tool for tool in self._asked if not (read_only and is_write(tool))], 0
        while (wishes := self._wishes(draft)) < intents and misses < MISSES and len(draft.tools) < self._shape.most_steps:
            grown = self._begin(draft, asked, rng)
            room, asks_more = len(draft.tools) + SPARE, grown is not None and self._wishes(grown) > wishes
            if asks_more and self._is_better(draft, grown, room, read_only=read_only):
                draft = grown or draft
            else:
                misses += 1
        return draft

    def _is_better(self, draft: Draft, grown: Draft | None, length: int, *, read_only: bool) -> bool:
        """Whether a draft has grown by something that fits and runs."""
        return grown is not None and self._fits(draft, grown, length, read_only=read_only) and self._runs(grown)

    def _wishes(self, draft: Draft) -> int:
        """How many things the user of a draft wants and can ask for."""
        return wishes_of(draft, self._unsaid)

    def _fits(self, draft: Draft, grown: Draft, length: int, *, read_only: bool) -> bool:
        """Whether a draft has not grown too long, too deep or too wide, nor by a write it is not to have."""
        if not self._aim.admits(len(grown.tools), grown.providers):
            return False
        return len(grown.tools) <= max(length + 1, 4) and not (read_only and any(map(is_write, grown.tools[len(draft.tools) :])))

    def _runs(self, grown: Draft) -> bool:
        """Whether what a draft has grown by runs; where drafts are not played, that is left to a rehearsal."""
        if self._live is None:
            return True
        error = self._live.stuck(grown)
        if error is not None:
            self._usage.stuck[error.tool.name] += 1
            self._refused.add(self._wanted)
        elif is_write(grown.tools[-1]):
            self._refused.clear()
        return error is None

    def _shows(self, step: int, path: str) -> bool:
        """Whether a step has shown something at a path, as far as drafts are played."""
        return self._live is None or self._live.shows(step, path)

    def _known(self, draft: Draft) -> list[Instance]:
        """Records the chain knows and has not deleted, and those its last steps made."""
        return [record for _, record in sorted(draft.instances.items()) if not record.deleted and self._shows(record.step, record.path)]

    def look_up(self, draft: Draft, tool: ToolSpec, rng: Random) -> Draft | None:
        """A draft with a look-up that something is to be taken from, and the keys it needs."""
        return self._resolver.add(draft, tool, rng)

    def write(self, draft: Draft, tool: ToolSpec, rng: Random, wanted: tuple[str, ...]) -> Draft | None:
        """A draft with a write that is given some parameters, whether they are required or not."""
        optional = (*wanted, *optional_details(self._graph.spec, tool, rng))
        return self._resolver.add(draft, tool, rng, optional=optional)

    def _move(self, draft: Draft, rng: Random, *, read_only: bool) -> Draft | None:
        """One more intent: on a record the chain knows, from one, as a question about what changed, or a new one."""
        if not draft.tools:
            return self._begin(draft, self._reads if read_only else self._writes, rng)
        if read_only:
            return self._explore(draft, rng) if rng.random() < 0.6 else self._begin(draft, self._reads, rng)
        moves = [self._continue, self._ask, self._fresh_write, self._explore]
        return rng.choices(moves, [4.0, 1.5, 2.5, 0.6])[0](draft, rng)

    def _begin(self, draft: Draft, tools: list[ToolSpec], rng: Random) -> Draft | None:
        """A new intent, resolved backward."""
        if not tools:
            return None
        tool = rng.choices(tools, self._weights(draft, tools))[0]
        return self._intent(draft, tool, rng, None)

    def _fresh_write(self, draft: Draft, rng: Random) -> Draft | None:
        return self._begin(draft, self._writes, rng)

    def _continue(self, draft: Draft, rng: Random) -> Draft | None:
        """A write that takes a record the chain already knows."""
        options = self._takers(draft, writing=True)
        if not options:
            return None
        own = self._weights(draft, [tool for _, tool in options])
        weights = [weight * self._momentum(draft, record, tool) for weight, (record, tool) in zip(own, options, strict=True)]
        record, tool = rng.choices(options, weights)[0]
        return self._intent(draft, tool, rng, record)

    def _momentum(self, draft: Draft, record: Instance, tool: ToolSpec) -> float:
        """Steps that only became possible through the chain come first; a deletion ends a record's story, so it waits."""
        if not self._graph.is_own_key(draft.tools[record.step], record.path):
            return POINTED_AT
        if record.last_write is not None and (record.last_write, tool.name) in self._graph.enabled:
            return 4.0
        if has_family(tool, "delete"):
            return 0.1 if record.created else 0.3
        return 1.5 if record.created or record.last_write else 1.0

    def _explore(self, draft: Draft, rng: Random) -> Draft | None:
        """A read about a record the chain knows."""
        options = self._takers(draft, writing=False)
        if not options:
            return None
        record, tool = rng.choices(options, self._weights(draft, [tool for _, tool in options]))[0]
        return self._intent(draft, tool, rng, record)

    def _ask(self, draft: Draft, rng: Random) -> Draft | None:
        """A question about what the chain changed: reads of an entity that was written."""
        changed = {effect.entity for tool in draft.tools if is_write(tool) for effect in tool.effects}
        options = [tool for tool in self._reads if tool.returns.entity in changed]
        return self._begin(draft, options, rng)

    def _intent(
        self, draft: Draft, tool: ToolSpec, rng: Random, given: Instance | None, along: tuple[int, ToolEdge] | None = None
    ) -> Draft | None:
        if not is_write(tool) and draft.tools and draft.tools[-1] is tool:
            return None
        self._wanted = (tool.name, given.origin if given is not None else None)
        optional = (*optional_details(self._graph.spec, tool, rng, given=None if along else given), *self._linked(draft, tool, rng))
        grown = self._resolver.add(draft, tool, rng, given=given, along=along, optional=optional)
        if grown is None or repeats(grown, len(grown.tools) - 1) or _asks_for_nothing(grown):
            return None
        if not is_write(tool):
            grown.answers.add(len(grown.tools) - 1)
        grown.answers -= grown.consumed()
        return grown

    def _linked(self, _draft: Draft, _tool: ToolSpec, _rng: Random) -> tuple[str, ...]:
        """Optional parameters of a step that take one more record the chain knows: none."""
        return ()

    def _takers(self, draft: Draft, *, writing: bool) -> list[tuple[Instance, ToolSpec]]:
        """The records a chain knows, each with the tools that an executed edge carries its key to, but for one just applied to it."""
        return [
            (record, tool)
            for record in self._known(draft)
            for tool in self._taking(draft.tools[record.step].name, record.path, writing=writing)
            if record.last_write != tool.name and (tool.name, record.origin) not in self._refused
        ]

    def _taking(self, source: str, path: str, *, writing: bool) -> list[ToolSpec]:
        """The writes, or the reads, that an executed edge carries what a tool gives at a path to."""
        key = source, path, writing
        found = self._taken.get(key)
        if found is None:
            tools = self._writes if writing else self._reads
            found = self._taken[key] = [tool for tool in tools if self._graph.takes(tool.name, source, path)]
        return found

    def _weights(self, draft: Draft, tools: Sequence[ToolSpec]) -> list[float]:
        """How readily each of some tools is called next, which may be there several times."""
        times = Counter([tool.name for tool in draft.tools])
        found: dict[str, float] = {}
        for tool in tools:
            if tool.name not in found:
                found[tool.name] = self._weight(tool, times.get(tool.name, 0))
        return [found[tool.name] for tool in tools]

    def _weight(self, tool: ToolSpec, times: int) -> float:
        """Coverage first, then variety within a chain; a bare list is less of a question than one with something to say."""
        name = tool.name
        weight = (0.05 + self._usage.freshness(name)) * 0.4**times * (IN_VAIN if (name, None) in self._refused else 1.0)
        weight *= (MUCH_ASKED if name in self._asking_much else 1.0) * self._liking(tool)
        return weight * (0.5 if not tool.parameters and not is_write(tool) else 1.0)

    def _liking(self, tool: ToolSpec) -> float:
        """How much more readily than others a tool is wanted for its effect."""
        return self._shape.effects.get(tool.effects[0].family, 1.0) if self._shape.effects and tool.effects else 1.0


class RandomWalkSampler:
    """The baseline: from a random tool along random edges; what no edge provides, the user says."""

    name: ClassVar[str] = "random_walk"

    def __init__(self, graph: ToolGraph, usage: Usage, shape: ChainShape, live: Live | None = None) -> None:
        self._graph = graph
        self._shape = shape
        self._usage = usage  # counted by the stage; a walk does not look at it
        self._live = live  # nor is it played: it is rehearsed when it is done

    def sample(self, rng: Random) -> Draft | None:
        """One walk."""
        names = sorted(self._graph.tools)
        if not names:
            return None
        draft = Draft(self._graph.spec.env_id)
        length = _aimed(self._shape, rng)
        name = rng.choice(names)
        while len(draft.tools) < length:
            self._step(draft, self._graph.tools[name], rng)
            out = [target for target in names if any(self._graph.source(edge) == name for edge in self._edges_into(target))]
            if not out:
                break
            name = rng.choice(out)
        return draft

    def _edges_into(self, target: str) -> list[ToolEdge]:
        return [edge for parameter in self._graph.tools[target].parameters for edge in self._graph.into(target, parameter.name)]

    def _step(self, draft: Draft, tool: ToolSpec, rng: Random) -> None:
        step = len(draft.tools)
        for parameter in tool.parameters:
            if not parameter.required:
                continue
            sources = [
                (index, edge.output_path)
                for index, earlier in enumerate(draft.tools)
                for edge in self._graph.into(tool.name, parameter.name)
                if self._graph.source(edge) == earlier.name
            ]
            if sources:
                index, path = rng.choice(sources)
                reason = f"An earlier step ({index}) shows it."
                draft.providers.append(Given(step, parameter.name, "tool", reason, index, path))
            else:
                about = field_of(self._graph.spec, parameter)
                kind: ProviderKind = "caller" if about is not None and about.type == "caller" else "user"
                draft.providers.append(Given(step, parameter.name, kind, "Nothing shows it."))
        draft.tools.append(tool)


def _aimed(shape: ChainShape, rng: Random) -> int:
    return rng.choices(list(shape.lengths), list(shape.lengths.values()))[0]


def _asks_for_nothing(draft: Draft) -> bool:
    """Whether the last step lists what belongs to a record the chain has just made, and the chain has made nothing of the kind."""
    step, tool = len(draft.tools) - 1, draft.tools[-1]
    if is_write(tool) or not tool.returns.many:
        return False
    made = {record.entity for record in draft.instances.values() if record.created}
    parents = [draft.instances.get((item.from_step or 0, item.output_path or "")) for item in draft.of_step(step)]
    return any(record is not None and record.created for record in parents) and tool.returns.entity not in made
