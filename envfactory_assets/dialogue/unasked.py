"""Steps of a chain that nobody could ask for: what they need is no value that people have, or there is nothing to say."""

from collections.abc import Sequence
from random import Random
from typing import Any

from envfactory_assets.dialogue.calls import Arguments, Binding
from envfactory_assets.dialogue.choosing import NAMELESS, naming_ranks
from envfactory_assets.dialogue.planning import PlannedCall, calls_of, shown_by
from envfactory_assets.dialogue.relations import can_be_given
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.supplying import NoValueError, Supplier, alike
from envfactory_assets.records import Chain, ParameterSpec, Provider

DRAWS = 3
MOST_RECORDS = 3  # of one listing that one call takes


def unasked(chain: Chain, services: Services, states: dict[str, Any], given: Sequence[Arguments], rng: Random) -> dict[int, str]:
    """The steps of a chain for which no draw of values is one that a person would bring, with why.

    Args:
        chain: the chain.
        services: its environments.
        states: those it starts from.
        given: with what its steps have run before: what earlier steps are taken to have shown.
        rng: where values come from.
    """
    calls = calls_of(chain, services)
    supplier = Imagined(services, calls, states, given, rng)
    reasons = {call.index: supplier.why_not(call) for call in calls}
    return {index: reason for index, reason in reasons.items() if reason is not None}


class Imagined(Supplier):
    """Draws as if every earlier step had shown what the step takes from it."""

    def __init__(
        self, services: Services, calls: list[PlannedCall], states: dict[str, Any], given: Sequence[Arguments], rng: Random
    ) -> None:
        super().__init__(services, Binding(), {call.index for call in calls}, rng, given)
        self._states = states
        self._named: dict[tuple[str, str], bool] = {}
        self._calls = {call.index: call for call in calls}

    def why_not(self, call: PlannedCall) -> str | None:
        """Why nobody would ask for a call; None when somebody would."""
        reason = None
        for attempt in range(DRAWS):
            try:
                drawn = self.draw(call, 0, self._states, attempt)
            except NoValueError as none:
                reason = f"{call.tool}: {none}."
            else:
                return None if self._says_something(call, drawn[0]) else f"{call.tool}: people have no words for what it could change."
        return reason

    def _says_something(self, call: PlannedCall, arguments: Arguments) -> bool:
        """Whether an update is given more than the record that it changes."""
        tool = self._services.tool(call.env_id, call.tool)
        if not tool.effects or any(effect.family != "update" for effect in tool.effects):
            return True
        changed = {effect.entity for effect in tool.effects}
        own = [p.name for p in tool.parameters if p.name in arguments and self._services.meant_entity(call.env_id, p) in changed]
        return len(arguments) > len(own)

    def _shown(self, call: PlannedCall, provider: Provider) -> tuple[str, list[tuple[str, Any]]]:
        source = self._calls.get(provider.from_step if provider.from_step is not None else -1)
        hidden = source is not None and self.is_hidden(source, call, provider)
        return "", [] if hidden else [("", self.ran_with(provider) or "")] * MOST_RECORDS

    def is_hidden(self, source: PlannedCall, call: PlannedCall, provider: Provider) -> bool:
        """Whether no words give a call what another shows, or tell the things apart that it lists, and no other listing shows it."""
        sides = [(each.env_id, self._services.tool(each.env_id, each.tool)) for each in (source, call)]
        parameter = self._services.parameter(call.env_id, call.tool, provider.parameter)
        returns = sides[0][1].returns
        told = not returns.many or self._has_names(source.env_id, returns.entity)
        if told and can_be_given(self._services, sides[0], provider.output_path or "", sides[1], parameter):
            return False
        tied = source.env_id != call.env_id
        others = [] if parameter is None or tied else shown_by(self._services, call.env_id, sides[1][1], parameter)
        return not any(
            self._has_names(call.env_id, other.returns.entity) for other, _ in others if other.name not in {source.tool, call.tool}
        )

    def _has_names(self, env_id: str, name: str | None) -> bool:
        """Whether words tell at least one record of an entity from the others."""
        entity = self._services.entity(env_id, name)
        if entity is None:
            return True
        if (env_id, entity.name) not in self._named:
            wires = [(field.name, field.wire) for field in entity.fields]
            held = [{wire: row[own] for own, wire in wires if own in row} for row in self._states[env_id]["tables"].get(entity.table, [])]
            self._named[env_id, entity.name] = not held or any(rank < NAMELESS for rank in naming_ranks(held, entity, self._rng))
        return self._named[env_id, entity.name]

    def _carried(self, call: PlannedCall, parameter: ParameterSpec) -> Any:
        for source in sorted(call.sources() & self._calls.keys()):
            earlier = self._calls[source]
            other = self._services.parameter(earlier.env_id, earlier.tool, parameter.name)
            if other is not None and alike(other, parameter) and source < len(self._given):
                return self._given[source].get(parameter.name)
        return None
