"""From a chain to a plan: the steps in the order they will run, cut into turns by what the user wants."""

from dataclasses import dataclass, replace
from random import Random

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.forms import act_of
from envfactory_assets.dialogue.relations import can_be_meant
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets.dialogue.stating import stated_fields
from envfactory_assets.graph.wishes import Deed, repeating, resetting, undoing
from envfactory_assets.records import Chain, EntitySpec, ParameterSpec, Provider, ToolSpec
from envfactory_assets.records.profiles import TurnShape

UNDOING_LEFT_OUT = 0.92
FEWEST_WISHES = 2
MEANT_ANOTHER = 0.8  # how often a change right after a thing was made is to another thing, where one can be looked up


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call to make: its place in the chain, its tool and who provides its arguments."""

    index: int
    env_id: str
    tool: str
    providers: tuple[Provider, ...]
    from_elsewhere: frozenset[str] = frozenset()  # parameters that take a value of another environment: what ties the two services together

    def sources(self) -> set[int]:
        """The calls whose results this one uses."""
        return {provider.from_step for provider in self.providers if provider.kind == "tool" and provider.from_step is not None}


@dataclass(frozen=True, slots=True)
class Plan:
    """Turns of calls. The last call of each group in a turn is what the user wants; those before it serve it."""

    turns: tuple[tuple[tuple[PlannedCall, ...], ...], ...]


class PlanError(ValueError):
    """A chain that makes no conversation; the message says why."""


def plan_turns(chain: Chain, services: Services, rng: Random, shape: TurnShape, without: frozenset[int] = frozenset()) -> Plan:
    """Cut a chain into turns: a look-up belongs to the turn of the action it serves.

    Args:
        chain: an accepted chain.
        services: its environments.
        rng: decides what people ask for by itself, and what they say in one breath.
        shape: how wishes are spread over turns.
        without: steps that are left out, with all that builds on them.

    Raises:
        PlanError: the chain holds a single wish and no look-up that a user would ask for on its own.
    """
    wanted = _without_undoing(_left(calls_of(chain, services), without), services, rng)
    calls = _without_resetting(_of_others(wanted, services, rng, without), services)
    by_index = {call.index: call for call in calls}
    anchors = {call.index for call in calls if not is_read(services.tool(call.env_id, call.tool)) or not _consumers(call.index, calls)}
    free = [call.index for call in calls if call.index not in anchors and _can_stand_alone(call, services)]
    for index in free:
        alone = len(anchors) < 2 or (len(anchors) < 4 and rng.random() < 0.35)
        if alone:
            anchors.add(index)
    groups = _groups(calls, by_index, anchors)
    if len(groups) < 2:
        raise PlanError("The chain makes a conversation of one turn only.")
    return Plan(_merged([(group,) for group in groups], services, rng, shape))


def _left(calls: list[PlannedCall], without: frozenset[int]) -> list[PlannedCall]:
    """The calls that need none of some steps."""
    gone = set(without)
    for call in calls:
        if call.sources() & gone:
            gone.add(call.index)
    return [call for call in calls if call.index not in gone]


def _without_undoing(calls: list[PlannedCall], services: Services, rng: Random) -> list[PlannedCall]:
    """The calls without those that people seldom want: deleting what was just made, changing the same thing again and again."""
    deeds = _deeds(calls, services)
    dropped = [*(index for index in undoing(deeds) if rng.random() < UNDOING_LEFT_OUT), *repeating(deeds)]
    return [call for call in calls if call.index not in dropped]


def _deeds(calls: list[PlannedCall], services: Services) -> list[Deed]:
    tools = [services.tool(call.env_id, call.tool) for call in calls]
    return [
        Deed(call.index, tool, _targets(call), deletes(call, services), stated_fields(call.env_id, tool, services))
        for call, tool in zip(calls, tools, strict=True)
    ]


def _without_resetting(calls: list[PlannedCall], services: Services) -> list[PlannedCall]:
    """The calls without changes that have nothing left to set, nor what builds on them."""
    return _left(calls, frozenset(resetting(_deeds(calls, services))))


def _of_others(calls: list[PlannedCall], services: Services, rng: Random, without: frozenset[int]) -> list[PlannedCall]:
    """The calls with another thing looked up where nobody would mean the one just made: it is known already, and as it should be.

    A look-up that is among the steps to do without is not added: its number is the same in every plan of the same calls.
    """
    made = {call.index for call in calls if act_of(services.tool(call.env_id, call.tool)) == "create"}
    settled = set(resetting(_deeds(calls, services)))
    planned: list[PlannedCall] = []
    over: set[tuple[int, str]] = set()  # where the records stand that calls have put an end to
    fresh = max((call.index for call in calls), default=0) + 1
    left = sum(not _consumers(call.index, calls) or not is_read(services.tool(call.env_id, call.tool)) for call in calls)
    for call in calls:
        looks = is_read(services.tool(call.env_id, call.tool)) and not services.tool(call.env_id, call.tool).returns.many
        if act_of(services.tool(call.env_id, call.tool)) in lexicon.words("acts")["over"]:
            over.update(_targets(call))
        elif looks and over.intersection(_targets(call)) and not _consumers(call.index, calls) and left > FEWEST_WISHES:
            left -= 1
            continue
        alone = call.sources() <= made and len(_targets(call)) == 1 and not _consumers(call.index, calls)
        lookup = None
        if alone and (looks or (_updates(call, services) and (rng.random() < MEANT_ANOTHER or call.index in settled))):
            lookup = next((found for p in call.providers if p.kind == "tool" and (found := _shown_elsewhere(call, p, services))), None)
        if lookup is None:
            if looks and alone and left > FEWEST_WISHES:
                left -= 1
                continue
            planned.append(call)
            continue
        known = next((p for p in planned if (p.env_id, p.tool) == (call.env_id, lookup[0].name) and not p.providers), None)
        if known is None and fresh in without:
            planned.append(call)
            fresh += 1
            continue
        if known is None:
            known = PlannedCall(fresh, call.env_id, lookup[0].name, ())
            planned.append(known)
            fresh += 1
        other = {"from_step": known.index, "output_path": lookup[1]}
        providers = tuple(p.model_copy(update=other) if p.kind == "tool" else p for p in call.providers)
        planned.append(replace(call, providers=providers))
    return planned


def _shown_elsewhere(call: PlannedCall, provider: Provider, services: Services) -> tuple[ToolSpec, str] | None:
    """A look-up that takes nothing and shows the things of which a call takes one by its key, with where."""
    parameter = services.parameter(call.env_id, call.tool, provider.parameter)
    entity = services.meant_entity(call.env_id, parameter) if parameter is not None else None
    return next(iter(_own_listings(services, call.env_id, entity)), None) if entity is not None else None


def _targets(call: PlannedCall) -> tuple[tuple[int, str], ...]:
    """Where a call takes its records from."""
    return tuple(sorted((p.from_step or 0, p.output_path or "") for p in call.providers if p.kind == "tool"))


def _updates(call: PlannedCall, services: Services) -> bool:
    return any(effect.family == "update" for effect in services.tool(call.env_id, call.tool).effects)


def deletes(call: PlannedCall, services: Services) -> bool:
    """Whether a call deletes or cancels something."""
    return act_of(services.tool(call.env_id, call.tool)) in {"delete", "cancel"}


def calls_of(chain: Chain, services: Services) -> list[PlannedCall]:
    """The calls of a chain, with a look-up before any that takes an internal id no earlier call gives."""
    envs = {step.index: step.env_id for step in chain.steps}
    calls = []
    for step in chain.steps:
        own = tuple(provider for provider in chain.providers if provider.step == step.index)
        abroad = {p.parameter for p in own if p.from_step is not None and envs.get(p.from_step) != step.env_id}
        calls.append(PlannedCall(step.index, step.env_id, step.tool, own, frozenset(abroad)))
    return _with_lookups(calls, services)


def _consumers(index: int, calls: list[PlannedCall]) -> list[PlannedCall]:
    return [call for call in calls if index in call.sources()]


def _can_stand_alone(call: PlannedCall, services: Services) -> bool:
    """Whether a user would ask for this look-up by itself."""
    return services.tool(call.env_id, call.tool).effects[0].family in {"list", "search", "get"}


def _groups(calls: list[PlannedCall], by_index: dict[int, PlannedCall], anchors: set[int]) -> list[tuple[PlannedCall, ...]]:
    """Each wish with the look-ups it needs and that no earlier wish has made, in the order of the wishes."""
    done: set[int] = set()
    groups = []
    for call in calls:
        if call.index not in anchors:
            continue
        needed = sorted(_needed(call, by_index) - done - anchors)
        groups.append((*(by_index[index] for index in needed), call))
        done |= {*needed, call.index}
    return groups


def _needed(call: PlannedCall, by_index: dict[int, PlannedCall]) -> set[int]:
    found: set[int] = set()
    waiting = sorted(call.sources())
    while waiting:
        index = waiting.pop()
        if index not in found:
            found.add(index)
            waiting.extend(sorted(by_index[index].sources()))
    return found


def _merged(
    groups: list[tuple[tuple[PlannedCall, ...], ...]], services: Services, rng: Random, shape: TurnShape
) -> tuple[tuple[tuple[PlannedCall, ...], ...], ...]:
    """Neighbouring wishes said in one breath: always when there are too many turns, now and then otherwise."""
    turns = list(groups)
    place = 0
    while place + 1 < len(turns):
        both = (*turns[place], *turns[place + 1])
        details = sum(_has_details(group[-1], services) for group in both)
        undone = any(_undoes(later[-1], turns[place][-1][-1], services) for later in turns[place + 1])
        calls = sum(len(group) for group in both)
        small = len(both) <= shape.most_wishes and details <= shape.most_detailed and calls <= shape.most_calls
        fits = small and not undone
        wanted = len(turns) > shape.most_turns or (len(turns) > shape.apart and rng.random() < shape.together)
        if fits and wanted:
            turns[place : place + 2] = [both]
        else:
            place += 1
    return tuple(turns[:8])


def _undoes(later: PlannedCall, earlier: PlannedCall, services: Services) -> bool:
    """Whether a wish deletes what the one before made: nobody asks for both at once."""
    return deletes(later, services) and earlier.index in later.sources()


def _has_details(call: PlannedCall, services: Services) -> bool:
    """Whether a wish takes values of its own, which make its request long."""
    return any(effect.family in {"create", "update"} for effect in services.tool(call.env_id, call.tool).effects)


def _with_lookups(calls: list[PlannedCall], services: Services) -> list[PlannedCall]:
    planned: list[PlannedCall] = []
    fresh = max((call.index for call in calls), default=0) + 1
    for call in calls:
        providers = []
        for provider in call.providers:
            lookup = _lookup_for(call, provider, services)
            if lookup is None:
                providers.append(provider)
                continue
            tool, path = lookup
            known = next((p for p in planned if (p.env_id, p.tool) == (call.env_id, tool.name) and not p.providers), None)
            if known is None:
                known = PlannedCall(fresh, call.env_id, tool.name, ())
                planned.append(known)
                fresh += 1
            providers.append(provider.model_copy(update={"kind": "tool", "from_step": known.index, "output_path": path}))
        planned.append(PlannedCall(call.index, call.env_id, call.tool, tuple(providers), call.from_elsewhere))
    return planned


def _lookup_for(call: PlannedCall, provider: Provider, services: Services) -> tuple[ToolSpec, str] | None:
    """A look-up that takes nothing and shows the internal ids of which a parameter takes one, with where; None when there is none."""
    parameter = services.parameter(call.env_id, call.tool, provider.parameter)
    if provider.kind in {"tool", "caller", "clock"} or parameter is None:
        return None
    entity = services.meant_entity(call.env_id, parameter)
    key = services.key_field(call.env_id, entity) if entity else None
    if entity is None or key is None or lexicon.is_sign(key.wire):
        return None
    taking = services.tool(call.env_id, call.tool)
    return next(((tool, path) for tool, path in shown_by(services, call.env_id, taking, parameter) if tool is not taking), None)


def shown_by(services: Services, env_id: str, taking: ToolSpec, parameter: ParameterSpec) -> list[tuple[ToolSpec, str]]:
    """The look-ups that take nothing and show the keys of which a parameter takes one, with where.

    Those of the records themselves come first, then those of records that refer to them in a way that people speak of.
    """
    entity = services.meant_entity(env_id, parameter)
    if entity is None:
        return []
    own = _own_listings(services, env_id, entity)
    return own + [
        (tool, f"{rows}.{field.wire}")
        for tool, listed, rows in _plain_listings(services, env_id)
        for field in listed.fields
        if listed.name != entity and field.type == "ref" and field.ref == entity
        if can_be_meant(services, env_id, listed.name, field.wire, taking, parameter)
    ]


def _own_listings(services: Services, env_id: str, entity: str) -> list[tuple[ToolSpec, str]]:
    """The look-ups that take nothing and list an entity's records, with where their keys stand."""
    return [
        (tool, f"{rows}.{field.wire}")
        for tool, listed, rows in _plain_listings(services, env_id)
        for field in listed.fields
        if listed.name == entity and field.name == listed.key
    ]


def _plain_listings(services: Services, env_id: str) -> list[tuple[ToolSpec, EntitySpec, str]]:
    """The agent's look-ups that take nothing, what they list, and where its records stand."""
    return [
        (tool, listed, f"{tool.returns.envelope or ''}[*]")
        for tool in services.specs[env_id].tools
        if tool.audience == "agent"
        and is_read(tool)
        and tool.returns.many
        and not any(p.required for p in tool.parameters)
        and (listed := services.entity(env_id, tool.returns.entity)) is not None
    ]
