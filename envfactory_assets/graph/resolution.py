"""Backward resolution: every parameter of a wanted tool is traced to the user, the caller or an earlier tool."""

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from envfactory_assets.graph.details import look_up_filters, optional_details
from envfactory_assets.graph.drafts import MAX_DEPTH, Draft, Given, Instance, Origin, Usage, edge_name, was_called
from envfactory_assets.graph.givers import Giver, Givers
from envfactory_assets.graph.model import ToolGraph, has_family, is_write, meant_entity, subject
from envfactory_assets.graph.paths import leaf_of, row_of
from envfactory_assets.graph.provenance import Told, settled, stated
from envfactory_assets.records import ParameterSpec, ToolEdge, ToolSpec
from envfactory_assets.records.graph import ProviderKind

REUSE = 0.85  # how often a record the chain already knows is taken instead of a new one
REUSE_POINTED_AT = 0.3  # the same, when the chain knows it only because other records point to it
OBSERVED_VALUE = 0.3  # how often a call takes sayable values from an earlier result instead
MOST_TRIES = 32  # tools put in front, tried for one that is wanted: what nothing leads to would be looked for along every path
_EQUAL = frozenset({None, "eq"})  # operators of parameters whose value is that of the field


class Source(NamedTuple):
    """What provides an argument of a step that is not there yet."""

    parameter: str
    kind: ProviderKind
    reason: str
    from_step: int | None = None
    output_path: str | None = None

    @property
    def origin(self) -> Origin:
        """Where the value comes from; step -1 stands for the user."""
        return (-1 if self.from_step is None else self.from_step, self.output_path or "")


class Need(NamedTuple):
    """A parameter of a tool, and what can be said of it before any draft.

    Attributes:
        parameter: what is to be provided.
        itself: its provenance where nobody has to say or look it up.
        entity: what it takes a key of, if it takes one.
        told: its provenance where the session states it.
        field: the wire name of the field that holds its value in what the tool gives; None where none does.
    """

    parameter: ParameterSpec
    itself: Told | None
    entity: str | None
    told: Told | None
    field: str | None


@dataclass
class Want:
    """A tool that is to be added, and what provides its arguments so far.

    Attributes:
        observes: whether values a user could say are taken from the record instead, where it shows them.
        origins: outputs the call takes already, and those that showed the same records before.
    """

    tool: ToolSpec
    rng: Random
    depth: int
    given: Instance | None
    observes: bool
    aliases: dict[Origin, Origin]
    sources: dict[str, Source] = field(default_factory=dict)
    origins: set[Origin] = field(default_factory=set)

    def take(self, source: Source) -> None:
        """Have an argument provided."""
        self.sources[source.parameter] = source
        if source.from_step is not None and source.output_path is not None:
            origin = source.from_step, source.output_path
            self.origins.add(origin)
            if origin in self.aliases:
                self.origins.add(self.aliases[origin])


@dataclass(frozen=True)
class Facts:
    """What is known of the output of a call before it is made.

    Attributes:
        settled: by field, where the values come from that the call itself was given, then those the record it acts on was looked up by.
        beside: by field, records shown in the same row as the one it acts on.
        named: by entity, records that were passed in.
    """

    settled: list[dict[str, Origin]]
    beside: dict[str, list[Origin]]
    named: dict[str, list[Origin]]


class Resolver:
    """Adds tools to a draft together with whatever must come before them."""

    def __init__(self, graph: ToolGraph, usage: Usage, most_steps: int) -> None:
        self._graph = graph
        self._usage = usage
        self._most_steps = most_steps
        self._givers = Givers(graph)
        self._needs = {name: self._needs_of(tool) for name, tool in graph.tools.items()}
        self._tries_left = MOST_TRIES
        self._in_vain: set[tuple[str, str, int, tuple[str, ...]]] = set()  # keys that nothing could be put in front to give

    def add(
        self,
        draft: Draft,
        tool: ToolSpec,
        rng: Random,
        *,
        given: Instance | None = None,
        along: tuple[int, ToolEdge] | None = None,
        optional: tuple[str, ...] = (),
        depth: int = 0,
    ) -> Draft | None:
        """A copy of a draft with a tool appended, after the steps that provide its keys.

        Args:
            draft: what there is.
            tool: the tool wanted.
            rng: where choices come from.
            given: a known record the tool is to take.
            along: a step and the edge that is to carry a value from it.
            optional: optional parameters to provide as well, when that is possible.
            depth: how many tools already wait for this one.

        Returns:
            The longer draft, or None when a key cannot be provided within the bounds.
        """
        if depth == 0:
            self._tries_left = MOST_TRIES
            self._in_vain.clear()
        want = Want(tool, rng, depth, given, observes=rng.random() < OBSERVED_VALUE, aliases=draft.aliases)
        if along is not None:
            step, edge = along
            want.take(Source(edge.parameter, "tool", _shown_by(step, edge), step, edge.output_path))
        grown = draft
        for name, need in self._needs[tool.name].items():
            if name in want.sources or not (need.parameter.required or name in optional):
                continue
            found = self._provide(grown, want, need)
            if found is not None:
                grown, source = found
                want.take(source)
            elif need.parameter.required:
                return None
        if len(grown.tools) >= self._most_steps or (given is not None and given.origin not in want.origins):
            return None
        return self._append(draft.copy() if grown is draft else grown, want)

    def _append(self, draft: Draft, want: Want) -> Draft | None:
        step, tool, taken = len(draft.tools), want.tool, want.origins
        main = subject(tool)
        source = want.sources.get(main.name) if main is not None else None
        acted = draft.record(source.origin) if source else None
        if acted is not None and is_write(tool):
            if not self._may_write(acted, tool):
                return None
            draft.instances[acted.origin] = acted.after(tool.name, deletes=has_family(tool, "delete"))
        draft.tools.append(tool)
        draft.providers.extend([Given(step, *source) for source in want.sources.values()])
        outputs = self._graph.outputs.get(tool.name)
        if not outputs:
            return draft
        new = any(origin in draft.instances and draft.instances[origin].created for origin in taken)
        facts: Facts | None = None
        for path, entity in outputs.items():
            if self._graph.creates(tool, path):
                draft.instances[step, path] = Instance(entity, step, path, created=True)
            elif known := self._known_as(tool, facts := facts or self._facts(draft, want, acted), path):
                if known[0] in draft.instances:
                    draft.aliases[step, path] = known[0]
            elif not new:  # what hangs on a record the chain has just made is empty, or made by the chain as well
                draft.instances[step, path] = Instance(entity, step, path)
        return draft

    def _facts(self, draft: Draft, want: Want, acted: Instance | None) -> Facts:
        """What a call and the record it acts on settle of its output."""
        given = {name: source.origin for name, source in want.sources.items()}
        settled, beside, passed = [self._settled(want.tool, given)], dict[str, list[Origin]](), want.origins
        if acted is not None:
            before = {item.parameter: _origin(item) for item in draft.of_step(acted.step)}
            settled.append(self._settled(draft.tools[acted.step], before))
            row = row_of(acted.path)
            for origin in draft.instances:
                if origin[0] == acted.step and row_of(origin[1]) == row:
                    beside.setdefault(leaf_of(origin[1]), []).append(origin)
            passed = passed.union(before.values())
        named: dict[str, list[Origin]] = {}
        for origin in sorted(passed & draft.instances.keys()):
            named.setdefault(draft.instances[origin].entity, []).append(origin)
        return Facts(settled, beside, named)

    def _known_as(self, tool: ToolSpec, facts: Facts, path: str) -> list[Origin]:
        """Where the chain knows the record from that an output names: it was passed in, or the record acted on points to it.

        The first is the best; one that no step has shown is said by the user.
        """
        leaf = leaf_of(path)
        known = [settled[leaf] for settled in facts.settled if leaf in settled] + facts.beside.get(leaf, [])
        if not self._graph.is_own_key(tool, path):
            known += facts.named.get(self._graph.outputs[tool.name][path], [])
        return known

    def _settled(self, tool: ToolSpec, given: dict[str, Origin]) -> dict[str, Origin]:
        """Fields whose value in a tool's output is one of its own arguments, with where those come from."""
        needs = self._needs[tool.name].items()
        return {need.field: given[name] for name, need in needs if need.field is not None and name in given}

    def _may_write(self, record: Instance, tool: ToolSpec) -> bool:
        """Whether a write was seen to be accepted on what the chain has made of a record."""
        return record.last_write is None or has_family(tool, "delete") or tool.name in self._graph.follows.get(record.last_write, ())

    def _needs_of(self, tool: ToolSpec) -> dict[str, Need]:
        spec, wire = self._graph.spec, self._graph.wire_field
        return {
            item.name: Need(
                item,
                settled(spec, tool, item),
                meant_entity(spec, item),
                stated(spec, tool, item),
                wire(item) if item.operator in _EQUAL else None,
            )
            for item in tool.parameters
        }

    def _provide(self, draft: Draft, want: Want, need: Need) -> tuple[Draft, Source] | None:
        parameter, entity = need.parameter, need.entity
        if need.itself is not None:
            return draft, Source(parameter.name, *need.itself)
        if entity is None:
            return draft, self._said_or_seen(draft, want, parameter)
        known = self._known(draft, want, parameter, entity)
        if want.given is not None and want.given.entity == entity and want.given.origin not in want.origins:
            known = [item for item in known if item.origin == want.given.origin]
            return (draft, _from_record(draft, parameter, known[0])) if known else None
        own = [item for item in known if self._graph.is_own_key(draft.tools[item.step], item.path)]
        reuse = REUSE if own else REUSE_POINTED_AT if known else 0.0
        if not own and need.told is not None:
            return draft, Source(parameter.name, *need.told)
        fresh = None if want.rng.random() < reuse else self._look_up(draft, want, parameter)
        if fresh is None and known:
            chosen = own or known
            weights = [0.2 + self.freshness(draft, record, want.tool.name, parameter.name) for record in chosen]
            return draft, _from_record(draft, parameter, want.rng.choices(chosen, weights)[0])
        return fresh

    def freshness(self, draft: Draft, record: Instance, tool: str, parameter: str) -> float:
        """How little the edge was used that carries a record's key to a parameter."""
        return self._usage.edge_freshness(edge_name(draft.tools[record.step].name, record.path, tool, parameter))

    def _known(self, draft: Draft, want: Want, parameter: ParameterSpec, entity: str) -> list[Instance]:
        """Records the chain already knows that an executed edge can carry to a parameter."""
        taken = want.origins
        return [
            record
            for origin, record in sorted(draft.instances.items())
            if record.entity == entity
            and not record.deleted
            and origin not in taken
            and self._graph.edge(draft.tools[record.step].name, record.path, want.tool.name, parameter.name) is not None
            and self._graph.is_meant(draft.tools[record.step].name, record.path, want.tool.name, parameter.name)
        ]

    def _look_up(self, draft: Draft, want: Want, parameter: ParameterSpec) -> tuple[Draft, Source] | None:
        """Put a tool in front that gives a key; look-ups are preferred."""
        asked = (want.tool.name, parameter.name, want.depth, tuple([tool.name for tool in draft.tools]))
        usage, givers = self._usage, [] if asked in self._in_vain else self._callable(draft, want, parameter)
        weights = [giver.weight * (0.2 + usage.edge_freshness(giver.name)) * usage.reliability(giver.tool.name) for giver in givers]
        while givers and self._tries_left > 0:
            self._tries_left -= 1
            place = want.rng.choices(range(len(givers)), weights)[0]
            source, edge = givers[place].tool, givers[place].edge
            filters = look_up_filters(self._graph.spec, source, want.tool, want.rng)
            optional = optional_details(self._graph.spec, source, want.rng) if is_write(source) else filters
            grown = self.add(draft, source, want.rng, optional=optional, depth=want.depth + 1)
            record = grown.instances.get((len(grown.tools) - 1, edge.output_path)) if grown is not None else None
            if grown is not None and record is not None and not was_called(grown, record.step):
                return grown, _from_record(grown, parameter, record)
            # A tool that cannot be called gives nothing at its other paths either.
            left = [n for n, giver in enumerate(givers) if n != place and (grown is not None or giver.tool is not source)]
            givers, weights = [givers[n] for n in left], [weights[n] for n in left]
        if not givers:
            self._in_vain.add(asked)
        return None

    def _callable(self, draft: Draft, want: Want, parameter: ParameterSpec) -> list[Giver]:
        """The tools that give a key and that the draft can be led to within its bounds."""
        known = frozenset(record.entity for record in draft.instances.values() if not record.deleted)
        waits = self._givers.waits(known)
        most = min(MAX_DEPTH - want.depth - 1, self._most_steps - len(draft.tools) - want.depth - 2)
        return [giver for giver in self._givers.of(want.tool.name, parameter.name) if waits.get(giver.tool.name, most + 1) <= most]

    def _said_or_seen(self, draft: Draft, want: Want, parameter: ParameterSpec) -> Source:
        """A value the user says, or one of the record the call is already about."""
        seen = self._carried(draft, want, parameter) or (self._shown(draft, want, parameter) if want.observes else [])
        if seen:
            step, edge = seen[-1]
            return Source(parameter.name, "tool", _shown_by(step, edge), step, edge.output_path)
        return Source(parameter.name, "user", f"The user says {parameter.name}.")

    def _carried(self, draft: Draft, want: Want, parameter: ParameterSpec) -> list[tuple[int, ToolEdge]]:
        """Where a look-up that serves the call got the same value from: the dates searched are the dates booked."""
        servants = {step for step, _ in want.origins}
        found: list[tuple[int, ToolEdge]] = []
        if not servants:
            return found
        for provider in draft.providers:
            if provider.step in servants and provider.parameter == parameter.name and provider.from_step is not None:
                edge = self._graph.edge(draft.tools[provider.from_step].name, provider.output_path or "", want.tool.name, parameter.name)
                found += [(provider.from_step, edge)] if edge is not None else []
        return found

    def _shown(self, draft: Draft, want: Want, parameter: ParameterSpec) -> list[tuple[int, ToolEdge]]:
        """Earlier outputs with a value for a parameter: in the rows the call takes its keys from, else in any step.

        A write never takes a value from records of the very kind it makes or changes: that would make a copy, or change nothing.
        """
        rows = {(step, row_of(path)) for step, path in want.origins}
        return [
            (step, edge)
            for step, earlier in enumerate(draft.tools)
            for edge in self._graph.into(want.tool.name, parameter.name)
            if edge.kind == "produces_value" and self._graph.source(edge) == earlier.name and not copies(earlier, want.tool)
            if not self._graph.is_hidden(edge)
            if not rows or (step, row_of(edge.output_path)) in rows
        ]


def _origin(provider: Given) -> Origin:
    """Where a value comes from; step -1 stands for the user."""
    return (-1 if provider.from_step is None else provider.from_step, provider.output_path or "")


def copies(source: ToolSpec, target: ToolSpec) -> bool:
    """Whether a write would take values from records of the very kind it makes or changes."""
    return is_write(target) and source.returns.entity in {effect.entity for effect in target.effects}


def _shown_by(step: int, edge: ToolEdge) -> str:
    return f"{edge.reason} Step {step} shows it."


def _from_record(draft: Draft, parameter: ParameterSpec, record: Instance) -> Source:
    verb = "made" if record.created else "shows"
    reason = f"The {record.entity} that {draft.tools[record.step].name} {verb} in step {record.step}."
    return Source(parameter.name, "tool", reason, record.step, record.path)
