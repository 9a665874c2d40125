"""A chain while it is being drafted, and the row it becomes.

One convention ties the steps of a chain together: all arguments that one earlier step provides through the same list (``[*]``) mean
the *same* row of it, whichever of its fields they take and whichever steps they go to. Only inside one call do equal paths mean
different rows (a transfer between two accounts of one listing).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from envfactory_assets.graph.model import is_write
from envfactory_assets.records import Chain, ChainStep, Provider, ToolSpec, canonical_json
from envfactory_assets.records.graph import ProviderKind

LONG = 10  # steps of a chain that counts as long
MAX_DEPTH = 4


Origin = tuple[int, str]
"""A step and the path in its output."""


class Given(NamedTuple):
    """Where a draft gets the value of one argument: a ``Provider`` in the making, of which far more are made than chains keep."""

    step: int
    parameter: str
    kind: ProviderKind
    reason: str
    from_step: int | None = None
    output_path: str | None = None


@dataclass(frozen=True)
class Instance:
    """One record a chain talks about: known through the output of a step."""

    entity: str
    step: int
    path: str
    created: bool = False
    deleted: bool = False
    last_write: str | None = None  # the last tool that changed it

    @property
    def origin(self) -> Origin:
        """Where its key comes from."""
        return (self.step, self.path)

    def after(self, write: str, *, deletes: bool) -> "Instance":
        """The same record once a tool has changed it."""
        return Instance(self.entity, self.step, self.path, self.created, deletes, write)


@dataclass
class Draft:
    """Steps so far, where their arguments come from, and the records they are about."""

    env_id: str
    tools: list[ToolSpec] = field(default_factory=list)
    providers: list[Given] = field(default_factory=list)
    instances: dict[Origin, Instance] = field(default_factory=dict)
    aliases: dict[Origin, Origin] = field(default_factory=dict)  # outputs that show a record the chain knows already -> where from
    answers: set[int] = field(default_factory=set)  # reads that are asked for, not only looked up for a later step
    joined: list[str] = field(default_factory=list)  # the environment of each step, of a draft over several
    rehearsals: list[dict[str, Any]] = field(default_factory=list)  # scenarios it ran in from end to end, and its arguments there
    _by_step: dict[int, tuple[Given, ...]] = field(default_factory=dict, init=False)
    _indexed: int = field(default=0, init=False)  # how many providers that was made of

    def copy(self) -> "Draft":
        """A draft that can be thrown away."""
        made = Draft(
            self.env_id,
            list(self.tools),
            list(self.providers),
            dict(self.instances),
            dict(self.aliases),
            set(self.answers),
            list(self.joined),
        )
        made._by_step, made._indexed = dict(self._by_step), self._indexed
        return made

    def env_of(self, step: int) -> str:
        """The environment of a step."""
        return self.joined[step] if self.joined else self.env_id

    def record(self, origin: Origin) -> Instance | None:
        """The record an output shows, whether it was known before or not."""
        return self.instances.get(self.aliases.get(origin, origin))

    def of_step(self, step: int) -> tuple[Given, ...]:
        """The providers of one step's arguments."""
        if self._indexed != len(self.providers):
            for provider in self.providers[self._indexed :]:
                self._by_step[provider.step] = (*self._by_step.get(provider.step, ()), provider)
            self._indexed = len(self.providers)
        return self._by_step.get(step, ())

    def consumed(self) -> set[int]:
        """Steps whose output a later step takes."""
        return {provider.from_step for provider in self.providers if provider.from_step is not None}

    def intents(self) -> int:
        """How many things the user wants: writes, and reads that are answers of their own."""
        return sum(1 for index, tool in enumerate(self.tools) if is_write(tool) or index in self.answers)

    def shape_of(self, step: int) -> str:
        """What one step looks like: its tool and its providers."""
        origins = [(item, (item.from_step or 0, item.output_path or "")) for item in self.of_step(step)]
        providers = sorted((item.parameter, item.kind, *self.aliases.get(origin, origin)) for item, origin in origins)
        return canonical_json([self.env_of(step), self.tools[step].name, providers])

    def signature(self) -> str:
        """The structure of the whole draft."""
        return canonical_json([self.shape_of(index) for index in range(len(self.tools))])


def was_called(draft: Draft, step: int) -> bool:
    """Whether the draft made the same call before."""
    return bool(_alike(draft, step))


def repeats(draft: Draft, step: int) -> bool:
    """Whether a step is a call the draft made already, with nothing written in between for a read to look at again."""
    earlier = _alike(draft, step)
    return bool(earlier) and (is_write(draft.tools[step]) or not any(is_write(tool) for tool in draft.tools[earlier[-1] + 1 : step]))


def _alike(draft: Draft, step: int) -> list[int]:
    """The earlier steps that look like one."""
    same = [index for index in range(step) if draft.tools[index] is draft.tools[step]]
    shape = draft.shape_of(step) if same else ""
    return [index for index in same if draft.shape_of(index) == shape]


@dataclass
class Usage:
    """How often tools and edges were used so far: what was used least is preferred."""

    tools: Counter[str] = field(default_factory=Counter)
    edges: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)  # edges counted since a sampler looked last

    def add(self, draft: Draft) -> None:
        """Count an accepted draft."""
        self.tools.update(tool.name for tool in draft.tools)
        for provider in draft.providers:
            if provider.from_step is not None:
                source, target = draft.tools[provider.from_step], draft.tools[provider.step]
                name = edge_name(source.name, provider.output_path or "", target.name, provider.parameter)
                self.edges[name] += 1
                self.touched.add(name)

    def reliability(self, tool: str) -> float:
        """How rarely a tool has stopped a draft, against how often it was used: 1 when it never did."""
        return (1.0 + self.tools[tool]) / (1.0 + self.tools[tool] + 2.0 * self.stuck[tool])

    def freshness(self, tool: str) -> float:
        """1 for a tool that was never used nor stopped a draft, falling towards 0."""
        return 1.0 / (1.0 + self.tools[tool] + self.stuck[tool])

    def edge_freshness(self, name: str) -> float:
        """1 for an edge that was never used, falling towards 0."""
        return 1.0 / (1.0 + self.edges[name])


def edge_name(source: str, path: str, target: str, parameter: str) -> str:
    """The name an edge is counted under."""
    return f"{source}:{path}->{target}:{parameter}"


def chain_of(draft: Draft, *, domain: str, codes: Mapping[str, str], sampler: str, seed: int) -> Chain:
    """The row a draft becomes; its id is derived from its content.

    Args:
        draft: what was drafted.
        domain: the partition.
        codes: the code hash of each environment by its id; those of the draft are taken, in the order of their steps.
        sampler: what drafted it.
        seed: of the draft.
    """
    steps = [ChainStep(index=index, env_id=draft.env_of(index), tool=tool.name) for index, tool in enumerate(draft.tools)]
    used = {step.env_id: codes[step.env_id] for step in steps}
    given = sorted(draft.providers, key=lambda item: (item.step, item.parameter))
    providers = [
        Provider(step=step, parameter=parameter, kind=kind, from_step=from_step, output_path=path, reason=reason)
        for step, parameter, kind, reason, from_step, path in given
    ]
    carried = [{name: value for name, value in item.__dict__.items() if name != "reason"} for item in providers]
    content = canonical_json([used, [step.__dict__ for step in steps], carried, sampler, seed])
    return Chain(
        domain=domain,
        chain_id=f"ch_{sha256(content.encode()).hexdigest()[:12]}",
        env_ids=list(used),
        code_sha256s=list(used.values()),
        steps=steps,
        providers=providers,
        sampler=sampler,
        seed=seed,
        difficulty=difficulty(draft),
    )


def difficulty(draft: Draft) -> float:
    """How hard a chain is, 0 to 1.

    0.35 of its length (against ten steps), 0.25 of its longest path of provided values (against four), 0.2 of the share of arguments
    that must be observed rather than said, 0.1 of the share of distinct tools, and 0.1 of the share of writes.
    """
    size = len(draft.tools)
    depth = [1] * size
    for provider in sorted(draft.providers, key=lambda item: item.step):
        if provider.from_step is not None:
            depth[provider.step] = max(depth[provider.step], depth[provider.from_step] + 1)
    observed = sum(1 for provider in draft.providers if provider.kind == "tool") / max(1, len(draft.providers))
    distinct = len({tool.name for tool in draft.tools}) / size
    writes = sum(1 for tool in draft.tools if is_write(tool)) / size
    parts = 0.35 * min(1.0, size / LONG) + 0.25 * min(1.0, (max(depth) - 1) / MAX_DEPTH) + 0.2 * observed + 0.1 * distinct + 0.1 * writes
    return round(parts, 3)
