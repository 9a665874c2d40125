"""Chains over several environments: one part in each, tied by values that executed edges carry from one service to the next."""

from collections import Counter
from random import Random

from envfactory_assets.graph.drafts import Draft, Given
from envfactory_assets.graph.model import ALL_SAID, Unsaid, env_of, wire_of
from envfactory_assets.graph.samplers import TopologySampler
from envfactory_assets.graph.sampling import ATTEMPTS, Sampling, sampling_of, shortfall
from envfactory_assets.graph.shapes import Aim
from envfactory_assets.graph.trials import own_scenarios
from envfactory_assets.records import Chain, Produced, PromotedEnvironment, Scenario, ToolEdge, ToolNode, derived_seed
from envfactory_assets.records.profiles import DEFAULT, ChainShape, named

SAMPLER = "joined"
FIRST_PART = 3  # steps aimed at in the first environment
FURTHER = 0.35  # how often a part goes on after the write that takes the value


def sample_joined(
    environments: list[PromotedEnvironment],
    nodes: list[ToolNode],
    edges: list[ToolEdge],
    scenarios: list[Scenario],
    *,
    count: int,
    seed: int,
    profile: str = DEFAULT,
    unsaid: Unsaid = ALL_SAID,
) -> Produced:
    """Sample chains that lead from one environment into others.

    Args:
        environments: two or three of one split; chains begin in the first and lead on in this order.
        nodes: their tools.
        edges: the executed dependencies in and between them.
        scenarios: their initial states.
        count: chains wanted.
        seed: the run's seed.
        profile: the shape that chains keep to, a name of ``profiles.yaml``.
        unsaid: what people do not ask for; every chain holds two wishes that do without, and its services are tied by what words give.

    Returns:
        Chain rows of sampler ``joined``, and Rejection rows (stage ``chains``) for refused drafts and a missed count.
    """
    shape = named(profile).chains
    sampling = sampling_of(environments, nodes, edges, scenarios, shape, count, unsaid)
    drafting = _Joining(sampling, shape)
    name = " -> ".join(environment.env_id for environment in environments)
    startable = min(len(own_scenarios(environment, scenarios)) for environment in environments)
    for attempt in range(count * ATTEMPTS if startable else 0):
        if len(sampling.chains) == count:
            break
        chain_seed = derived_seed(seed, name, SAMPLER, str(attempt))
        draft = drafting.sample(Random(chain_seed))  # noqa: S311 - choices, not secrets
        if draft is not None:
            sampling.judge(draft, SAMPLER, chain_seed)
    made: list[Chain] = sampling.chains
    return Produced((*made, *sampling.refused.values(), *shortfall(sampling, count, startable, name)))


def joined_groups(edges: list[ToolEdge], count: int) -> dict[tuple[str, ...], int]:
    """Which environments chains lead through, in this order, and how many chains each group gets.

    Args:
        edges: executed dependencies; those between environments count.
        count: chains wanted of all groups together. The pairs with most edges come first; one chain a group at least.
    """
    leads = Counter((env_of(edge.from_tool), env_of(edge.to_tool)) for edge in edges if env_of(edge.from_tool) != env_of(edge.to_tool))
    pairs = sorted(leads, key=lambda pair: (-leads[pair], pair))[:count]
    groups: dict[tuple[str, ...], int] = {}
    for place, pair in enumerate(pairs):
        third = min((right for left, right in leads if left in pair and right not in pair), default=None)
        groups[(*pair, third) if third else pair] = count // len(pairs) + (place < count % len(pairs))
    return groups


def said(edges: list[ToolEdge], unsaid: Unsaid) -> list[ToolEdge]:
    """The edges that carry what words give to a call, between tools that somebody would ask for."""
    asked = [edge for edge in edges if unsaid.tools.isdisjoint({edge.from_tool, edge.to_tool})]
    return [edge for edge in asked if (edge.from_tool, edge.output_path, edge.to_tool, edge.parameter) not in unsaid.edges]


class _Joining:
    """Makes drafts over several environments."""

    def __init__(self, sampling: Sampling, shape: ChainShape) -> None:
        self._shape = shape
        self._order = [environment.env_id for environment in sampling.environments]
        self._graphs = sampling.graphs
        self._parts = {env_id: TopologySampler(graph, sampling.usage, shape) for env_id, graph in sampling.graphs.items()}
        self._leading = said([edge for edge in sampling.edges if env_of(edge.from_tool) != env_of(edge.to_tool)], sampling.unsaid)

    def sample(self, rng: Random) -> Draft | None:
        """One draft, or None when this attempt led nowhere."""
        aim = Aim.drawn(self._shape, rng)
        draft = self._whole(rng)
        return draft if draft is not None and aim.admits(len(draft.tools), draft.providers) else None

    def _whole(self, rng: Random) -> Draft | None:
        """A draft through two environments or three."""
        leads = [edge for edge in self._leading if (env_of(edge.from_tool), env_of(edge.to_tool)) == (self._order[0], self._order[1])]
        if not leads:
            return None
        lead = rng.choice(leads)
        draft = self._begun(lead, rng)
        draft = self._led_on(draft, lead, rng) if draft is not None else None
        if draft is None or len(self._order) < 3 or rng.random() >= self._shape.third_share:
            return draft
        names = {(draft.env_of(step), tool.name) for step, tool in enumerate(draft.tools)}
        further = [e for e in self._leading if env_of(e.to_tool) == self._order[2] and (env_of(e.from_tool), wire_of(e.from_tool)) in names]
        return (self._led_on(draft, rng.choice(further), rng) or draft) if further else draft

    def _begun(self, lead: ToolEdge, rng: Random) -> Draft | None:
        """The first part: the look-up that shows the value, and something done with what it shows."""
        env_id = self._order[0]
        part = self._parts[env_id]
        draft = part.look_up(Draft(env_id), self._graphs[env_id].tools[wire_of(lead.from_tool)], rng)
        if draft is None:
            return None
        draft = part.extend(draft, rng, FIRST_PART, intents=1)
        draft.joined = [env_id] * len(draft.tools)
        return draft

    def _led_on(self, draft: Draft, lead: ToolEdge, rng: Random) -> Draft | None:
        """A draft with a part in another environment whose write takes a value of an earlier step."""
        env_id, name = env_of(lead.to_tool), wire_of(lead.to_tool)
        part = self._parts[env_id]
        led = part.write(Draft(env_id), self._graphs[env_id].tools[name], rng, (lead.parameter,))
        if led is None:
            return None
        place = len(led.tools) - 1
        if rng.random() < FURTHER:
            led = part.extend(led, rng, place + 3, intents=2)
        sources = [
            step
            for step, tool in enumerate(draft.tools)
            if (draft.env_of(step), tool.name) == (env_of(lead.from_tool), wire_of(lead.from_tool))
        ]
        if len(draft.tools) + len(led.tools) > self._shape.most_steps or not sources:
            return None
        reason = f"{lead.reason} Step {sources[0]} shows it."
        return _tied(draft, led, Given(place, lead.parameter, "tool", reason, sources[0], lead.output_path))


def _tied(draft: Draft, led: Draft, link: Given) -> Draft:
    """Two drafts one after the other, with one argument of the second from the first."""
    offset = len(draft.tools)
    own = [provider for provider in led.providers if (provider.step, provider.parameter) != (link.step, link.parameter)]
    moved = [item._replace(step=item.step + offset, from_step=None if item.from_step is None else item.from_step + offset) for item in own]
    linked = link._replace(step=link.step + offset)
    return Draft(
        draft.env_id,
        [*draft.tools, *led.tools],
        [*draft.providers, *moved, linked],
        answers={*draft.answers, *(step + offset for step in led.answers)},
        joined=[*draft.joined, *[led.env_id] * len(led.tools)],
    )
