"""Binding a plan to a state: every argument gets a value, every call is made, and calls that fail are tried with other values."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.asking import ends, kept_providers, plain_enough, put_in_order, sayable, trim
from envfactory_assets.dialogue.calls import Arguments, Binding, MadeCall
from envfactory_assets.dialogue.choosing import RowChooser
from envfactory_assets.dialogue.paths import expand, inside, is_only, record_of
from envfactory_assets.dialogue.planning import Plan, PlannedCall
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.dialogue.values import ValueMaker
from envfactory_assets.environments import Episode, state_diff
from envfactory_assets.records import ArgumentOrigin, ParameterSpec, Provider, ToolSpec, content_hash

MOST_TRIES = 8
GIVEN_TRIES = 2  # so long records known to be accepted are preferred
MOST_DETAILS = 3
_OPAQUE = re.compile(r"(?=[0-9a-f-]*\d)[0-9a-f]{8}[0-9a-f-]{8,}")

_CODED = re.compile(r"[A-Z]{2,4}\d{3,}")


class BindingError(ValueError):
    """No values were found with which a call succeeds; the message says which call and why, ``index`` which step of the chain it is."""

    def __init__(self, text: str, index: int) -> None:
        super().__init__(text)
        self.index = index


class Binder:
    """Executes a plan in an episode; records with which the steps of its chain have run there before come first."""

    def __init__(self, services: Services, episode: Episode, plan: Plan, rng: Random, given: Sequence[Arguments] = ()) -> None:
        self._services = services
        self._plan = plan
        self._anchors = {wish[-1].index for turn in plan.turns for wish in turn}
        self._episode = episode
        self._given = given
        self._rng = rng
        self.binding = Binding()
        self._hash = content_hash(episode.snapshot())
        self._rows = RowChooser(services, rng)

    def run(self) -> Binding:
        """Make all calls of the plan.

        Raises:
            BindingError: a call succeeded with no values tried.
        """
        waiting = {call.index: call for turn in self._plan.turns for wish in turn for call in wish}
        for number, turn in enumerate(self._plan.turns):
            wishes = []
            for wish in turn:
                ids = []
                for call in wish:
                    del waiting[call.index]
                    ids.append(self._make(call, number, list(waiting.values())).call_id)
                wishes.append(ids)
            self.binding.turns.append(wishes)
        return self.binding

    def _make(self, call: PlannedCall, turn: int, later: list[PlannedCall]) -> MadeCall:
        tool = self._services.tool(call.env_id, call.tool)
        before = self._episode.snapshot()
        tried: set[str] = set()
        problem = "no values fit its parameters, or no record could be told from the others in words"
        for attempt in range(MOST_TRIES):
            drawn = self._arguments(call, tool, turn, before, attempt)
            if drawn is None or (mark := content_hash(drawn[0])) in tried:
                continue
            tried.add(mark)
            result = self._episode.call(self._services.agent_name(call.env_id, call.tool), drawn[0])
            if not result.ok:
                problem = f"{result.error.code}: {result.error.message}" if result.error else "it failed"
                continue
            if is_read(tool) and not self._serves(call, tool, result.value, later):
                problem = "its result holds nothing that a later call could use"
                continue
            diff = [] if is_read(tool) else state_diff(before, self._episode.snapshot(), self._episode.environments)
            if not is_read(tool) and not diff:
                problem = "it changed nothing"
                self._episode.reset(before)  # fields that comparisons leave out may have moved
                continue
            return self._keep(call, turn, drawn, result.value, diff)
        raise BindingError(f"{call.tool}: {problem}.", call.index)

    def _serves(self, call: PlannedCall, tool: ToolSpec, result: Any, later: list[PlannedCall]) -> bool:
        """Whether a read gives what later calls take from it; one that nothing uses must show at least one record."""
        users = [
            provider for other in later for provider in other.providers if provider.kind == "tool" and provider.from_step == call.index
        ]
        if users:
            return all(expand(result, provider.output_path or "") for provider in users)
        return not tool.returns.many or bool(rows_in(result, tool.returns))

    def _keep(self, call: PlannedCall, turn: int, drawn: "Drawn", result: Any, diff: list[Any]) -> MadeCall:
        after = content_hash(self._episode.snapshot()) if diff else self._hash
        made = MadeCall(
            f"call_{len(self.binding.calls) + 1}",
            turn,
            self._group(call, turn),
            call.env_id,
            call.tool,
            drawn[0],
            drawn[1],
            result,
            diff,
            self._hash,
            after,
        )
        self._hash = after
        self.binding.calls.append(made)
        self.binding.made[call.index] = made
        self._rows.remember(drawn[1], self.binding)
        return made

    def _group(self, call: PlannedCall, turn: int) -> int:
        """Calls of a turn that wait for nothing made since the group began share its number."""
        current = [made for made in self.binding.calls if made.turn == turn]
        if not current:
            return 0
        last = current[-1].group
        members = [made for made in current if made.group == last]
        sources = {self.binding.made[index].call_id for index in call.sources()}
        waits = any(made.call_id in sources or (made.diff and made.env_id == call.env_id) for made in members)
        return last + 1 if waits else last

    def _arguments(self, call: PlannedCall, tool: ToolSpec, turn: int, states: dict[str, Any], attempt: int) -> "Drawn | None":
        maker = ValueMaker(self._services, call.env_id, states[call.env_id], self._rng)
        values: dict[str, Any] = {}
        origins: list[ArgumentOrigin] = []
        rows = self._rows.tried(call.sources(), self.binding, attempt)
        taken: dict[tuple[int, str], int] = {}
        providers = kept_providers(call, self._services, self._rng)
        if is_read(tool) and call.index not in self._anchors and self._rng.random() < 0.7:
            providers = [p for p in providers if p.kind == "tool" or self._is_required(tool, p)]
        if is_read(tool) and call.index not in self._anchors:
            searched = {p.name for p in tool.parameters if p.role == "search" and not p.required}
            providers = [p for p in providers if p.parameter not in searched]  # what is looked up on the way is named
        for provider in sorted(providers, key=lambda provider: (provider.kind != "tool", ends(provider.parameter))):
            parameter = self._services.parameter(call.env_id, call.tool, provider.parameter)
            if parameter is None:
                continue
            if provider.kind == "tool":
                bound = self._from_tool(provider, rows, taken, attempt)
            else:
                bound = self._from_elsewhere(call, tool, parameter, provider, maker, states, turn)
            if bound is None:
                if parameter.required:
                    return None
                continue
            if not parameter.required and provider.kind != "tool" and self._was_set(tool, parameter, values):
                continue
            value, origin = bound
            values[parameter.name] = [value] if parameter.type == "array" and not isinstance(value, list) else value
            origins.append(origin)
        self._add_optional(call, tool, maker, values, origins, turn, attempt)
        if any(parameter.required and parameter.name not in values for parameter in tool.parameters):
            return None
        trim(tool, values, origins)
        if not origins and any(effect.family == "create" for effect in tool.effects):
            return None  # nobody asks for a thing without saying what
        if not plain_enough(call.env_id, tool, values, origins, self._services):
            return None
        put_in_order(values, origins)
        order = {parameter.name: place for place, parameter in enumerate(tool.parameters)}
        return dict(sorted(values.items(), key=lambda item: order[item[0]])), origins

    @staticmethod
    def _is_required(tool: ToolSpec, provider: Provider) -> bool:
        return any(parameter.required for parameter in tool.parameters if parameter.name == provider.parameter)

    def _from_tool(self, provider: Provider, rows: dict[int, list[int]], taken: dict[tuple[int, str], int], attempt: int) -> "Bound | None":
        made = self.binding.made.get(provider.from_step if provider.from_step is not None else -1)
        if made is None:
            return None
        found = expand(made.result, provider.output_path or "")
        found = [item for item in found if not self._is_gone(made, item[0])]
        tool = self._services.tool(made.env_id, made.tool)
        paths = [path for path, _ in rows_in(made.result, tool.returns)]
        order = [paths[place] for place in rows.get(provider.from_step or 0, []) if place < len(paths)]
        placed = [
            (rank, item)
            for item in found
            for rank, path in enumerate(order)
            if inside(item[0], path) and is_only(made.result, item[0], path)
        ]
        ranked = [item for _, item in sorted(placed, key=lambda pair: pair[0])]
        if attempt < GIVEN_TRIES and provider.step < len(self._given):
            known = self._given[provider.step].get(provider.parameter)
            ranked.sort(key=lambda item: item[1] != known and [item[1]] != known)
        key = (provider.from_step or 0, provider.output_path or "")
        place = taken.get(key, 0)
        if place >= len(ranked):
            return None
        taken[key] = place + 1
        path, value = ranked[place]
        return value, ArgumentOrigin(argument=provider.parameter, kind="observed", call_id=made.call_id, path=path)

    def _is_gone(self, made: MadeCall, path: str) -> bool:
        """Whether the record a path leads into has been deleted since: nobody could point at it any more."""
        entity = self._services.tool(made.env_id, made.tool).returns.entity
        key = self._services.key_field(made.env_id, entity) if entity else None
        record = record_of(made.result, path)
        if key is None or record is None:
            return False
        gone = {(c["env_id"], c["entity"], str(c["key"])) for call in self.binding.calls for c in call.diff if c["change"] == "deleted"}
        return (made.env_id, entity, str(record.get(key.wire))) in gone

    def _from_elsewhere(
        self,
        call: PlannedCall,
        tool: ToolSpec,
        parameter: ParameterSpec,
        provider: Provider,
        maker: ValueMaker,
        states: dict[str, Any],
        turn: int,
    ) -> "Bound | None":
        state = states[call.env_id]
        if provider.kind == "caller" and state.get("me") is not None:
            return state["me"], ArgumentOrigin(argument=parameter.name, kind="caller")
        if provider.kind == "clock":
            now = str(state["now"])
            return now[:10] if parameter.type == "date" else now, ArgumentOrigin(argument=parameter.name, kind="clock")
        schema = tool.input_schema.get("properties", {}).get(parameter.name, {})
        if provider.kind == "constant" and "default" in schema:
            return schema["default"], ArgumentOrigin(argument=parameter.name, kind="default")
        carried = self._carried(call, parameter)
        if carried is not None:
            return carried, self._said(parameter, turn)
        entity = self._services.meant_entity(call.env_id, parameter)
        if entity is not None:
            return self._known_key(call, entity, maker, parameter, turn)
        value = maker.value(tool, parameter)
        if lexicon.last_word(parameter.name) in {"id", "ids", "gid", "uuid"} and _CODED.fullmatch(str(value)):
            return None  # an identifier of the service's own
        return None if value is None or _OPAQUE.fullmatch(str(value)) else (value, self._said(parameter, turn))

    @staticmethod
    def _said(parameter: ParameterSpec, turn: int) -> ArgumentOrigin:
        return ArgumentOrigin(argument=parameter.name, kind="said", turn=turn)

    def _carried(self, call: PlannedCall, parameter: ParameterSpec) -> Any:
        """The value that a look-up serving this call was given for the same thing: the dates searched are the dates booked."""
        for source in sorted(call.sources()):
            made = self.binding.made.get(source)
            if made is None or not is_read(self._services.tool(made.env_id, made.tool)):
                continue
            other = self._services.parameter(made.env_id, made.tool, parameter.name)
            if (
                other is not None
                and other.type == parameter.type
                and other.enum == parameter.enum
                and other.role in {"filter", "value", "other"}
            ):
                return made.arguments.get(parameter.name)
        return None

    def _known_key(self, call: PlannedCall, entity: str, maker: ValueMaker, parameter: ParameterSpec, turn: int) -> "Bound | None":
        """A key that people know by heart: a code, an order number; never an internal id."""
        key = self._services.key_field(call.env_id, entity)
        if key is None:
            return None
        known = [row[key.name] for row in maker.rows(entity) if row.get(key.name) is not None and lexicon.can_be_said(key, row[key.name])]
        return (self._rng.choice(known), self._said(parameter, turn)) if known else None

    def _add_optional(
        self,
        call: PlannedCall,
        tool: ToolSpec,
        maker: ValueMaker,
        values: dict[str, Any],
        origins: list[ArgumentOrigin],
        turn: int,
        attempt: int,
    ) -> None:
        """A few optional arguments that a user would mention: details of what is made or changed, a filter on what is listed."""
        family = tool.effects[0].family if tool.effects else "get"
        reading = is_read(tool)
        roles = {"filter", "search"} if reading else {"value"}
        open_ones = [
            p
            for p in tool.parameters
            if not p.required and p.name not in values and p.role in roles and sayable(call.env_id, p, self._services)
        ]
        if reading and call.index not in self._anchors:
            return
        told = {origin.argument for origin in origins if origin.kind == "said"}
        brought = [p for p in tool.parameters if not p.required and p.name in (values if reading else told)]
        if reading and brought:
            open_ones = []
        elif brought and any(lexicon.is_label(name) and not lexicon.is_prose(name) for name in values):
            open_ones = [p for p in open_ones if not lexicon.is_label(p.name) or lexicon.is_prose(p.name)]
        spoken = any(origin.kind == "said" for origin in origins)
        if family == "update" and not spoken:
            open_ones = self._further_changes(call, tool, values, open_ones)
        must = not spoken and family in {"create", "update"}
        limit = 1 if reading else max(0, MOST_DETAILS - len(brought))
        chance = 0.0 if attempt >= MOST_TRIES - 2 and not must else 0.85 if reading else 0.95
        self._rng.shuffle(open_ones)
        if family == "create":
            open_ones.sort(key=lambda p: (not lexicon.is_label(p.name), lexicon.is_prose(p.name)))
        for parameter in sorted(open_ones[:4], key=lambda p: ends(p.name)):
            named = family == "create" and lexicon.is_label(parameter.name) and not lexicon.is_prose(parameter.name)
            if limit and (must or self._rng.random() < (0.95 if named else chance)):
                value = maker.value(tool, parameter)
                if value is None or self._is_unchanged(call, tool, parameter, value, values, maker):
                    continue
                values[parameter.name] = value
                origins.append(self._said(parameter, turn))
                limit -= 1
                must = False

    def _further_changes(
        self, call: PlannedCall, tool: ToolSpec, values: dict[str, Any], open_ones: list[ParameterSpec]
    ) -> list[ParameterSpec]:
        """What an update could set: what people speak of, else what they seldom do."""
        optional = [p for p in tool.parameters if not p.required and p.name not in values and p.role == "value" and p.type != "boolean"]
        others = [p for p in optional if p not in open_ones and sayable(call.env_id, p, self._services, strictly=False)]
        return open_ones or others

    def _was_set(self, tool: ToolSpec, parameter: ParameterSpec, values: dict[str, Any]) -> bool:
        """Whether the conversation has set the same field of the same record already."""
        keys = {str(values[p.name]) for p in tool.parameters if p.role in {"key", "reference"} and p.name in values}
        told = [made for made in self.binding.calls if made.diff and parameter.name in made.arguments]
        return any(keys & set(map(str, made.arguments.values())) for made in told)

    def _is_unchanged(
        self, call: PlannedCall, tool: ToolSpec, parameter: ParameterSpec, value: Any, values: dict[str, Any], maker: ValueMaker
    ) -> bool:
        """Whether an update would set what is already there."""
        entity = tool.effects[0].entity if tool.effects else None
        key = self._services.key_field(call.env_id, entity) if entity else None
        if key is None or is_read(tool):
            return False
        if self._was_set(tool, parameter, values):
            return True
        rows = [row for row in maker.rows(entity) if row.get(key.name) in [item for item in values.values() if isinstance(item, str | int)]]
        return any(row.get(parameter.field or parameter.name) == value for row in rows)


Bound = tuple[Any, ArgumentOrigin]
Drawn = tuple[dict[str, Any], list[ArgumentOrigin]]
