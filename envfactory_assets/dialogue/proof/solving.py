"""A blind solver: it knows a turn's request, its predicates and the tools, and nothing of the calls that were really made."""

from datetime import datetime
from typing import Any

from envfactory_assets.dialogue.proof import reading
from envfactory_assets.dialogue.proof.watching import Record, World, meant, selected, shown
from envfactory_assets.graph.workplaces import takes_workplace, workplace
from envfactory_assets.records import CalibratedTurn, Span, ToolSpec


class UnsolvedError(ValueError):
    """Something a call needs cannot be known; the message says what."""


class Solver:
    """Works out the arguments of calls from what the user said and what the tools show.

    Attributes:
        about: for each turn, the things its calls were about, as (env_id, entity, key).
    """

    def __init__(self, world: World, turns: list[CalibratedTurn]) -> None:
        self.world = world
        self.turns = turns
        self.about: list[list[tuple[str, str, Any]]] = [[] for _ in turns]
        self._tools: dict[str, tuple[str, ToolSpec]] = {}
        self._now = datetime.fromisoformat(next(iter(world.episode.view().values()))["now"])

    def know(self, call_id: str, env_id: str, tool: str) -> None:
        """Tell the solver which tool a call of the form stands for."""
        self._tools[call_id] = (env_id, self.world.specs[env_id].tool(tool))

    def tool(self, call_id: str) -> tuple[str, ToolSpec]:
        """The environment and the tool of a call of the form."""
        return self._tools[call_id]

    def arguments(self, turn: CalibratedTurn, call_id: str, without: str | None = None) -> Record:
        """The arguments of a call.

        Args:
            turn: the turn.
            call_id: a call of its form.
            without: a predicate that is taken as unsaid.

        Raises:
            UnsolvedError: one of them cannot be known.
        """
        values: Record = {}
        for entry in turn.form["arguments"]:
            if entry["call_id"] == call_id:
                values[entry["parameter"]] = self.argument(turn, entry, without)
        return values

    def argument(self, turn: CalibratedTurn, entry: Record, without: str | None = None) -> Any:
        """The value of one argument; raises UnsolvedError."""
        if entry["call_id"] not in self._tools:
            raise UnsolvedError(f"The conversation makes no call {entry['call_id']}.")
        env_id, tool = self._tools[entry["call_id"]]
        kind = entry["origin"]
        state = self.world.episode.view()[env_id] if kind == "clock" else {}
        if kind == "said":
            return self._said(turn, entry, tool, without)
        if kind == "referent":
            value = self._of_record(turn, entry, without)
            listed = reading.schema_of(tool.input_schema, entry["parameter"], "").get("type") == "array"
            return [value] if listed and not isinstance(value, list) else value
        if kind == "earlier_turn":
            return self._earlier(turn, entry, tool)
        if kind == "caller":
            return self._told(env_id, tool, entry["parameter"])
        if kind == "clock":
            date_only = reading.schema_of(tool.input_schema, entry["parameter"], "").get("format") == "date"
            return state["now"][:10] if date_only else state["now"]
        schema = reading.schema_of(tool.input_schema, entry["parameter"], "")
        if kind == "default" and "default" in schema:
            return schema["default"]
        raise UnsolvedError(f"Nothing tells the value of {entry['parameter']}.")

    def _told(self, env_id: str, tool: ToolSpec, parameter: str) -> Any:
        """What the session says: the record that is worked in where a key of such is taken, else who asks."""
        spec, state = self.world.specs[env_id], self.world.episode.view()[env_id]
        entity = meant(spec, tool, parameter)
        if entity is None:
            return state["me"]
        if not takes_workplace(spec, tool, next(item for item in tool.parameters if item.name == parameter)):
            raise UnsolvedError(f"No session tells {parameter}.")
        return workplace(spec, state, entity)

    def _said(self, turn: CalibratedTurn, entry: Record, tool: ToolSpec, without: str | None) -> Any:
        """The value that the words of the request give, put together from its parts."""
        whole: Any = None
        parts = [p for p in turn.form["predicates"] if p["id"] in entry["predicates"]]
        for predicate in parts:
            span = next((span for span in turn.spans if span.predicate == predicate["id"]), None)
            if span is None or predicate["id"] == without:
                raise UnsolvedError(f"The request does not say {predicate['parameter']}.")
            schema = reading.schema_of(tool.input_schema, entry["parameter"], predicate["path"])
            value = reading.read_value(source_of(turn, span)[span.start : span.end], schema, self._now)
            if value is None:
                raise UnsolvedError(f"The words {span.text!r} give no value for {predicate['parameter']}.")
            whole = value if not predicate["path"] else _placed(whole, predicate["path"], value)
        if not parts:
            raise UnsolvedError(f"The request does not say {entry['parameter']}.")
        return whole

    def _earlier(self, turn: CalibratedTurn, entry: Record, tool: ToolSpec) -> Any:
        earlier = self.turns[entry["turn"]] if 0 <= entry.get("turn", -1) < turn.index else None
        for other in earlier.form["arguments"] if earlier else []:
            if other["parameter"] == entry["parameter"] and other["origin"] == "said" and earlier is not None:
                return self._said(earlier, other, tool, None)
        raise UnsolvedError(f"No earlier turn says {entry['parameter']}.")

    def _of_record(self, turn: CalibratedTurn, entry: Record, without: str | None) -> Any:
        records = self.candidates(turn, entry["referent"], without)
        if "place" in entry:
            records = self._one_of(turn, entry, records)
        held = [record[entry["leaf"]] for record in records if record.get(entry["leaf"]) is not None]
        values = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in held]
        distinct = [value for place, value in enumerate(values) if value not in values[:place]]
        if len(distinct) != 1:
            raise UnsolvedError(f"The words for {entry['parameter']} fit {len(distinct)} records instead of one.")
        return distinct[0]

    def _one_of(self, turn: CalibratedTurn, entry: Record, records: list[Record]) -> list[Record]:
        """The record that one of several calls takes, when there is a call for each; in the order of their values."""
        calls = sum(other.get("referent") == entry["referent"] for other in turn.form["arguments"])
        if len(records) != calls:
            raise UnsolvedError(f"The words for {entry['parameter']} fit {len(records)} records, not the {calls} that are taken.")
        ranked = sorted(records, key=lambda record: str(record.get(entry["leaf"])))
        return ranked[entry["place"] : entry["place"] + 1]

    def candidates(self, turn: CalibratedTurn, referent_id: str, without: str | None = None) -> list[Record]:
        """The records that the words for a referent fit, among all that the caller can observe."""
        referent = next(r for r in turn.form["referents"] if r["id"] == referent_id)
        predicates = [p for p in turn.form["predicates"] if p["id"] in referent["predicates"] and p["id"] != without]
        if not predicates:
            raise UnsolvedError(f"Nothing is said of the {referent['entity']}.")
        return self.fitting(turn, referent, [p["id"] for p in predicates], without)

    def fitting(self, turn: CalibratedTurn, referent: Record, said: list[str], without: str | None = None) -> list[Record]:
        """The observable records of a referent's kind that some of its predicates fit; all of them when nothing is said."""
        predicates = [p for p in turn.form["predicates"] if p["id"] in said]
        env_id, entity = referent["env_id"], referent["entity"]
        if referent["scope"] == "handled":
            return self._handled(turn, env_id, entity, predicates[0]["value"])
        if referent["scope"] == "all":
            records = self.world.observable(env_id, entity)
        else:
            env_id, tool = self._tools[referent["scope"]]
            home = next(t for t in self.turns if any(referent["scope"] in i["call_ids"] for i in t.form["intents"]))
            records = self.world.records(env_id, tool, self.arguments(home, referent["scope"], without))
        return selected(records, predicates, self._now)

    def _handled(self, turn: CalibratedTurn, env_id: str, entity: str, when: int) -> list[Record]:
        """What the talk was about: the only thing of its kind since a turn."""
        key = self.world.key_name(env_id, entity) or ""
        since = self.about[when : max(turn.index, when + 1)] if 0 <= when <= turn.index else []
        keys = {key for about in since for e, kind, key in about if (e, kind) == (env_id, entity)}
        known = self.world.observable(env_id, entity)
        return [next((r for r in known if r.get(key) == value), {key: value}) for value in sorted(keys, key=str)]

    def act(self, turn: CalibratedTurn, call_id: str, *, refused: bool = False) -> Any:
        """Make a call as worked out; what it was about is remembered.

        Raises:
            UnsolvedError: it is refused, or granted where it should be refused.
        """
        env_id, tool = self._tools[call_id]
        arguments = self.arguments(turn, call_id)
        value = self.world.call(env_id, tool.name, arguments)
        if value is None and tool.returns.entity is not None and not refused:
            raise UnsolvedError(f"The service refuses the call worked out for {tool.name}.")
        if value is not None and refused:
            raise UnsolvedError(f"The service grants the call worked out for {tool.name}, which should be refused.")
        self._remember(turn, call_id, arguments)
        if tool.returns.entity is not None and not tool.returns.many:
            key = self.world.key_name(env_id, tool.returns.entity)
            self.about[turn.index] += [(env_id, tool.returns.entity, r[key]) for r in shown(value, tool) if key and r.get(key) is not None]
        return value

    def consider(self, turn: CalibratedTurn, call_id: str) -> Record:
        """Work out a call that is not made; the talk is about what it would have been given."""
        arguments = self.arguments(turn, call_id)
        self._remember(turn, call_id, arguments)
        return arguments

    def _remember(self, turn: CalibratedTurn, call_id: str, arguments: Record) -> None:
        env_id, tool = self._tools[call_id]
        for name, given in arguments.items():
            entity = meant(self.world.specs[env_id], tool, name)
            if entity is not None and isinstance(given, str | int):
                self.about[turn.index].append((env_id, entity, given))


def source_of(turn: CalibratedTurn, span: Span) -> str:
    """The text that a span is of: the request, or an answer to a question back."""
    return turn.request if span.exchange is None else turn.exchanges[span.exchange].answer


def _placed(whole: Any, path: str, value: Any) -> Any:
    """An object with a value put at a path like ``lines[0].title``."""
    head, _, rest = path.partition(".")
    name, _, index = head.partition("[")
    target: Any = whole if whole is not None else ([] if not name else {})
    if name:
        inner = target.get(name)
        target[name] = (
            _placed(inner, f"[{index}" + (f".{rest}" if rest else ""), value) if index else _placed(inner, rest, value) if rest else value
        )
        return target
    place = int(index.rstrip("]"))
    while len(target) <= place:
        target.append(None)
    target[place] = _placed(target[place], rest, value) if rest else value
    return target
