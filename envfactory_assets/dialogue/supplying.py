"""The arguments of one call: taken from what earlier calls showed, known, or brought by the user in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.asking import ends, is_lasting, kept_providers, plain_enough, put_in_order, trim
from envfactory_assets.dialogue.calls import Arguments, Binding, MadeCall
from envfactory_assets.dialogue.choosing import RowChooser
from envfactory_assets.dialogue.paths import expand, inside, is_only, record_of, split_leaf
from envfactory_assets.dialogue.planning import PlannedCall
from envfactory_assets.dialogue.relations import can_be_given
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.dialogue.stating import sayable, seldom_stated
from envfactory_assets.dialogue.titles import called_like, copied
from envfactory_assets.dialogue.values import ValueMaker, can_be_brought, near
from envfactory_assets.graph.model import summed
from envfactory_assets.records import ArgumentOrigin, ParameterSpec, Provider, ToolSpec

MOST_TRIES = 8
GIVEN_TRIES = 2  # so long records known to be accepted are preferred
MOST_DETAILS = 3
PROSE_ADDED = 0.35  # how often a text is said of what can do without
ALSO_CHANGED = 0.3  # how often a field is changed with another

Bound = tuple[Any, ArgumentOrigin]
Drawn = tuple[dict[str, Any], list[ArgumentOrigin]]


class NoValueError(ValueError):
    """A call has no arguments; the message says why, ``certain`` whether none would be found by trying again after the same calls."""

    def __init__(self, text: str, *, certain: bool = False) -> None:
        super().__init__(text)
        self.certain = certain


@dataclass(frozen=True, slots=True)
class _Draw:
    """One draw of arguments for a call: what it is drawn from, and what has been found so far."""

    call: PlannedCall
    tool: ToolSpec
    maker: ValueMaker
    turn: int
    attempt: int
    values: dict[str, Any] = field(default_factory=dict)
    origins: list[ArgumentOrigin] = field(default_factory=list)

    def said(self, parameter: ParameterSpec) -> ArgumentOrigin:
        """The origin of a value that the user brings in words."""
        return ArgumentOrigin(argument=parameter.name, kind="said", turn=self.turn)

    def say(self, parameter: ParameterSpec, value: Any) -> None:
        """Have the user bring a value in words."""
        self.values[parameter.name] = value
        self.origins.append(self.said(parameter))


class Supplier:
    """Draws arguments for the calls of one conversation; records with which the steps of its chain have run before come first."""

    def __init__(self, services: Services, binding: Binding, anchors: set[int], rng: Random, given: Sequence[Arguments]) -> None:
        self._services = services
        self._binding = binding
        self._anchors = anchors
        self._rng = rng
        self._given = given
        self.rows = RowChooser(services, rng)
        self.wanted: dict[tuple[int, str], list[Any]] = {}  # of a step's parameter that is looked up elsewhere: what is meant if it can be

    def draw(self, call: PlannedCall, turn: int, states: dict[str, Any], attempt: int) -> Drawn:
        """Arguments for a call in the present states, others at every attempt.

        Raises:
            NoValueError: a parameter has no value, or nobody would ask for the call with the values found.
        """
        tool = self._services.tool(call.env_id, call.tool)
        maker = ValueMaker(self._services, call.env_id, states[call.env_id], self._rng)
        draw = _Draw(call, tool, maker, turn, attempt)
        rows = self._rows_of(call, attempt)
        taken: Counter[str] = Counter()
        for provider in self._wanted(call, tool, attempt):
            parameter = self._services.parameter(call.env_id, call.tool, provider.parameter)
            if parameter is None:
                continue
            if provider.kind == "tool":
                bound = self._from_tool(draw, provider, rows, taken)
            else:
                bound = self._from_elsewhere(draw, parameter, provider)
            if bound is None:
                if parameter.required or parameter.name in call.from_elsewhere:
                    raise _missing(parameter, provider)
                continue
            if not parameter.required and provider.kind != "tool" and self._was_set(draw, parameter):
                continue
            value, origin = bound
            draw.values[parameter.name] = [value] if parameter.type == "array" and not isinstance(value, list) else value
            draw.origins.append(origin)
        self._add_lines(draw)
        self._add_optional(draw)
        self._add_other_half(draw)
        return self._plain(draw)

    def _rows_of(self, call: PlannedCall, attempt: int) -> dict[int, list[str]]:
        """For each step that a call takes something from, the paths of its records in the order in which they are tried."""
        orders = {}
        for source, order in self.rows.tried(call.sources(), self._binding, attempt).items():
            made = self._binding.made[source]
            paths = [path for path, _ in rows_in(made.result, self._services.tool(made.env_id, made.tool).returns)]
            orders[source] = [paths[place] for place in order]
        return orders

    def _wanted(self, call: PlannedCall, tool: ToolSpec, attempt: int) -> list[Provider]:
        """The providers of what this call is given: those of values first that other values depend on."""
        providers = kept_providers(call, self._services, self._rng)
        if is_read(tool) and call.index not in self._anchors:
            if self._rng.random() < 0.7:
                required = {parameter.name for parameter in tool.parameters if parameter.required}
                providers = [p for p in providers if p.kind == "tool" or p.parameter in required]
            searched = {p.name for p in tool.parameters if p.role == "search" and not p.required}
            providers = [p for p in providers if p.parameter not in searched]  # what is looked up on the way is named
        if attempt >= MOST_TRIES - GIVEN_TRIES:
            providers += [p for p in call.providers if p.kind == "tool" and p not in providers]  # what comes of it may be used later
        return sorted(providers, key=lambda provider: (provider.kind != "tool", ends(provider.parameter)))

    def _plain(self, draw: _Draw) -> Drawn:
        """The values as they are given, when a person would bring them."""
        tool, values, origins = draw.tool, draw.values, draw.origins
        missing = next((p.name for p in tool.parameters if p.required and p.name not in values), None)
        if missing is not None:
            raise NoValueError(f"nothing provides its {missing}", certain=True)
        trim(tool, values, origins)
        if all(isinstance(values[o.argument], bool) for o in origins) and tool.effects and tool.effects[0].family == "create":
            raise NoValueError("nobody asks for a thing without saying what")
        if not plain_enough(draw.call.env_id, tool, values, origins, self._services):
            raise NoValueError("nobody would bring all that it needs")
        put_in_order(values, origins)
        order = {parameter.name: place for place, parameter in enumerate(tool.parameters)}
        return dict(sorted(values.items(), key=lambda item: order[item[0]])), origins

    def tellable(self, made: MadeCall, call: PlannedCall, provider: Provider, *, easily: bool = False) -> list[tuple[str, Any]]:
        """What a call shows for another one, as far as words can say it: of records that can be told from the others, best first.

        Easily: what a record only refers to is meant through it, which takes a record that can be named in a breath.
        """
        path = provider.output_path or ""
        leaf = split_leaf(path)[1]
        listed = self._services.entity(made.env_id, self._services.tool(made.env_id, made.tool).returns.entity)
        sides = [(each.env_id, self._services.tool(each.env_id, each.tool)) for each in (made, call)]
        parameter = self._services.parameter(call.env_id, call.tool, provider.parameter)
        if not can_be_given(self._services, sides[0], path, sides[1], parameter):
            return []
        refers = listed is not None and any(f.wire == leaf and f.ref is not None and f.name != listed.key for f in listed.fields)
        rows = self.rows.told(made, shortly=easily and refers)
        found = [item for item in expand(made.result, path) if not self._is_gone(made, item[0])]
        placed = [
            (rank, item) for item in found for rank, row in enumerate(rows) if inside(item[0], row) and is_only(made.result, item[0], row)
        ]
        return [item for _, item in sorted(placed, key=lambda pair: pair[0])]

    def _from_tool(self, draw: _Draw, provider: Provider, rows: dict[int, list[str]], taken: Counter[str]) -> Bound | None:
        source = provider.from_step if provider.from_step is not None else -1
        call_id, ranked = self._shown(draw.call, provider)
        order = rows.get(source, [])
        ranked.sort(key=lambda item: next((rank for rank, path in enumerate(order) if inside(item[0], path)), len(order)))
        if not GIVEN_TRIES <= draw.attempt < MOST_TRIES - GIVEN_TRIES:
            known = self.ran_with(provider)
            ranked.sort(key=lambda item: item[1] != known and [item[1]] != known)
        fresh = self._made_here(source)
        ranked.sort(key=lambda item: str(item[1]) in fresh)
        if (meant := self.wanted.get((provider.step, provider.parameter))) is not None:
            ranked.sort(key=lambda item: item[1] not in meant)
        stretch = f"{source} {provider.output_path}"
        place = taken[stretch]
        taken[stretch] += 1
        if place >= len(ranked):
            return None
        path, value = ranked[place]
        return value, ArgumentOrigin(argument=provider.parameter, kind="observed", call_id=call_id, path=path)

    def _shown(self, call: PlannedCall, provider: Provider) -> tuple[str, list[tuple[str, Any]]]:
        """The call that a value comes from, and what it shows there."""
        made = self._binding.made.get(provider.from_step if provider.from_step is not None else -1)
        return ("", []) if made is None else (made.call_id, self.tellable(made, call, provider))

    def _made_here(self, source: int) -> set[str]:
        """The keys of what the talk has made, in calls other than the one that shows them: among all there are somebody means another."""
        shown = self._binding.made.get(source)
        others = (made for made in self._binding.calls if made is not shown)
        return {key for made in others for key in made_by(made)}

    def ran_with(self, provider: Provider) -> Any:
        """What a step's parameter was given when the chain ran; None when that is not known."""
        return self._given[provider.step].get(provider.parameter) if provider.step < len(self._given) else None

    def _is_gone(self, made: MadeCall, path: str) -> bool:
        """Whether the record a path leads into has been deleted since: nobody could point at it any more."""
        gone = {(c["env_id"], c["entity"], str(c["key"])) for call in self._binding.calls for c in call.diff if c["change"] == "deleted"}
        if not gone:
            return False
        entity = self._services.tool(made.env_id, made.tool).returns.entity
        key = self._services.key_field(made.env_id, entity) if entity else None
        record = record_of(made.result, path)
        return key is not None and record is not None and (made.env_id, entity, str(record.get(key.wire))) in gone

    def _from_elsewhere(self, draw: _Draw, parameter: ParameterSpec, provider: Provider) -> Bound | None:
        call, tool, maker = draw.call, draw.tool, draw.maker
        if provider.kind == "caller" and (told := self._told(draw, parameter)) is not None:
            return told, ArgumentOrigin(argument=parameter.name, kind="caller")
        if provider.kind == "clock":
            return maker.now[:10] if parameter.type == "date" else maker.now, ArgumentOrigin(argument=parameter.name, kind="clock")
        schema = tool.input_schema.get("properties", {}).get(parameter.name, {})
        if provider.kind == "constant" and "default" in schema:
            return schema["default"], ArgumentOrigin(argument=parameter.name, kind="default")
        carried = self._carried(call, parameter)
        if carried is not None:
            return carried, draw.said(parameter)
        entity = self._services.meant_entity(call.env_id, parameter)
        if entity is not None:
            known = maker.known_keys(entity)
            return (self._rng.choice(known), draw.said(parameter)) if known else None
        value = self._renamed(draw, parameter, maker.value(tool, parameter))
        if draw.attempt >= MOST_TRIES - GIVEN_TRIES and (accepted := self._accepted(provider, parameter)) is not None:
            value = accepted
        return (value, draw.said(parameter)) if can_be_brought(parameter, value) else None

    def _told(self, draw: _Draw, parameter: ParameterSpec) -> Any:
        """What the session says for a parameter: the record that is worked in, else who asks."""
        entity = self._services.meant_entity(draw.call.env_id, parameter)
        return draw.maker.caller if entity is None else draw.maker.workplace(entity)

    def _accepted(self, provider: Provider, parameter: ParameterSpec) -> Any:
        """What the step was given when its chain ran, where it is no text that only a test would write."""
        plain = parameter.role in {"filter", "search"} or parameter.enum or parameter.type not in {"string", "text", "object", "array"}
        uneven = isinstance(value := self.ran_with(provider), float) and parameter.operator in {"ge", "le"} and not value.is_integer()
        single = value == 1 and lexicon.last_word(parameter.name) in lexicon.words("values")["more_than_one"]
        return value if plain and not uneven and not single else None

    def _carried(self, call: PlannedCall, parameter: ParameterSpec) -> Any:
        """The value that a look-up serving this call was given for the same thing: the dates searched are the dates booked."""
        for source in sorted(call.sources()):
            made = self._binding.made.get(source)
            if made is None or not is_read(self._services.tool(made.env_id, made.tool)):
                continue
            other = self._services.parameter(made.env_id, made.tool, parameter.name)
            if other is not None and alike(other, parameter):
                return made.arguments.get(parameter.name)
        return None

    def _add_lines(self, draw: _Draw) -> None:
        """What a thing cannot be made without although it is optional: the lines that its amount is the sum of."""
        needed = summed(self._services.specs[draw.call.env_id], draw.tool) - draw.values.keys()
        for parameter in [p for p in draw.tool.parameters if p.name in needed]:
            value = draw.maker.value(draw.tool, parameter)
            if can_be_brought(parameter, value):
                draw.say(parameter, value)

    def _add_optional(self, draw: _Draw) -> None:
        """A few optional arguments that a user would mention: details of what is made or changed, a filter on what is listed."""
        call, tool, values = draw.call, draw.tool, draw.values
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
        told = {origin.argument for origin in draw.origins if origin.kind == "said"}
        brought = [p for p in tool.parameters if not p.required and p.name in (values if reading else told)]
        if reading and brought:
            open_ones = []
        elif brought and any(lexicon.is_label(name) and not lexicon.is_prose(name) for name in values):
            open_ones = [p for p in open_ones if not lexicon.is_label(p.name) or lexicon.is_prose(p.name)]
        if family == "update" and not told:
            open_ones = self._further_changes(draw, open_ones)
        must = not told and family in {"create", "update"}
        limit = 1 if reading else max(0, MOST_DETAILS - len(brought))
        chance = 0.0 if draw.attempt >= MOST_TRIES - 2 and not must else 0.85 if reading else ALSO_CHANGED if family == "update" else 0.95
        self._rng.shuffle(open_ones)
        if family == "create":
            open_ones.sort(key=lambda p: (not lexicon.is_label(p.name), lexicon.is_prose(p.name)))
        elif family == "update":  # a new name is what people change least
            open_ones = [p for p in open_ones if not is_lasting(p.name)]
            open_ones.sort(key=lambda p: (lexicon.is_prose(p.name), lexicon.is_label(p.name)))
        for parameter in sorted(open_ones[:4], key=lambda p: ends(p.name)):
            written = lexicon.is_prose(parameter.name)
            named = family == "create" and lexicon.is_label(parameter.name) and not written
            likely = min(chance, 0.95 if named else PROSE_ADDED if written and not reading else chance)
            if family == "update" and (written or lexicon.is_label(parameter.name)):
                likely = 0.0
            if limit and (must or self._rng.random() < likely):
                value = self._renamed(draw, parameter, draw.maker.value(tool, parameter))
                if value is None or self._is_unchanged(draw, parameter, value):
                    continue
                draw.say(parameter, value)
                limit -= 1
                must = False

    def _add_other_half(self, draw: _Draw) -> None:
        """The last name of somebody new whose first name is given, and the other way round."""
        told = {"_".join(lexicon.split_name(o.argument)) for o in draw.origins if o.kind == "said"}
        if all(effect.family != "create" for effect in draw.tool.effects):
            return
        for pair in lexicon.words("vocabulary")["halves_of_names"]:
            if len(told & set(pair)) != 1:
                continue
            wanted = next(half for half in pair if half not in told)
            for parameter in draw.tool.parameters:
                known = parameter.role == "value" and parameter.name not in draw.values
                if known and "_".join(lexicon.split_name(parameter.name)) == wanted:
                    draw.say(parameter, draw.maker.value(draw.tool, parameter))

    def _further_changes(self, draw: _Draw, open_ones: list[ParameterSpec]) -> list[ParameterSpec]:
        """What an update could set: what people speak of, else what they seldom do; no choice and no number that only programs know."""
        unset = [p for p in draw.tool.parameters if not p.required and p.name not in draw.values]
        return open_ones or seldom_stated(draw.call.env_id, unset, self._services)

    def _renamed(self, draw: _Draw, parameter: ParameterSpec, value: Any) -> Any:
        """What a thing that has a name comes to be called, and a number comes to be: not like any other thing's, not far from before."""
        tool = draw.tool
        entity, family = next(((e.entity, e.family) for e in tool.effects if e.family in {"update", "copy"}), (None, ""))
        named = lexicon.is_label(parameter.name, entity) and not lexicon.is_prose(parameter.name) and not parameter.enum
        if entity is None or not (isinstance(value, int | float) or (named and isinstance(value, str))):
            return value
        given = [str(item) for item in draw.values.values() if isinstance(item, str | int)]
        key = self._services.key_field(draw.call.env_id, entity)
        rows = [row for row in draw.maker.rows(entity) if key is not None and str(row.get(key.name)) in given]
        old = rows[0].get(parameter.field or parameter.name) if len(rows) == 1 else None
        if isinstance(value, int | float):
            return near(old, value, parameter.name, self._rng)
        if not isinstance(old, str):
            return value
        return (copied(old, self._rng) if family == "copy" else called_like(old, self._rng, entity)) or value

    def _was_set(self, draw: _Draw, parameter: ParameterSpec) -> bool:
        """Whether the conversation has set the same field of the same record already."""
        keys = {str(draw.values[p.name]) for p in draw.tool.parameters if p.role in {"key", "reference"} and p.name in draw.values}
        told = [made for made in self._binding.calls if made.diff and parameter.name in made.arguments]
        return any(keys & (set(map(str, made.arguments.values())) | made_by(made)) for made in told)

    def _is_unchanged(self, draw: _Draw, parameter: ParameterSpec, value: Any) -> bool:
        """Whether an update would set what is already there."""
        tool = draw.tool
        entity = tool.effects[0].entity if tool.effects else None
        key = self._services.key_field(draw.call.env_id, entity) if entity else None
        if key is None or is_read(tool):
            return False
        if self._was_set(draw, parameter):
            return True
        given = [item for item in draw.values.values() if isinstance(item, str | int)]
        rows = [row for row in draw.maker.rows(entity) if row.get(key.name) in given]
        return any(row.get(parameter.field or parameter.name) == value for row in rows)


def made_by(made: MadeCall) -> set[str]:
    """The keys of the records that a call has made."""
    return {str(change["key"]) for change in made.diff if change["change"] == "created"}


def alike(one: ParameterSpec, other: ParameterSpec) -> bool:
    """Whether two parameters of the same name take the same kind of value."""
    return one.type == other.type and one.enum == other.enum and one.role in {"filter", "value", "other"}


def _missing(parameter: ParameterSpec, provider: Provider) -> NoValueError:
    if provider.kind == "tool":
        return NoValueError(f"words cannot say which {parameter.name} of those that step {provider.from_step} shows", certain=True)
    return NoValueError(f"people have no value for its {parameter.name}")
