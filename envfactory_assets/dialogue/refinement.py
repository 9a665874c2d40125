"""Calibrated refinement: a turn's form in which ids are described, known things are pronouns and derivable values are left out."""

from datetime import datetime
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.forms import Form, add_intent, add_predicate, new_form, say_value
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.paths import record_of, split_leaf
from envfactory_assets.dialogue.reference import EXTREMES, Attribute, describe_row, holds
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.records import ArgumentOrigin, EntitySpec, TrajectoryStep, canonical_json

MOST_PREDICATES = 8
AS_A_PRONOUN = 0.9  # how often what the last turn was about is no more than "it"

Thing = tuple[str, str, str]  # env_id, entity, key
_LASTING = {"eq", "on", "min", "max"}  # what describes a thing in the next turn as well


class RefinementError(ValueError):
    """A value that no request can convey naturally; the message says which and why."""


def handled(steps: list[TrajectoryStep], services: Services) -> list[Thing]:
    """The things that calls were about: the keys they were given, and the single records they gave back."""
    found: list[Thing] = []
    for step in steps:
        tool = services.tool(step.env_id, step.tool)
        for parameter in tool.parameters:
            entity = services.meant_entity(step.env_id, parameter)
            value = step.arguments.get(parameter.name)
            if entity is not None and isinstance(value, str | int):
                found.append((step.env_id, entity, str(value)))
        if not tool.returns.many and tool.returns.entity:
            key = services.key_field(step.env_id, tool.returns.entity)
            rows = rows_in(step.result, tool.returns)
            if key is not None and rows and rows[0][1].get(key.wire) is not None:
                found.append((step.env_id, tool.returns.entity, str(rows[0][1][key.wire])))
    return list(dict.fromkeys(found))


class Refiner:
    """Refines one turn, given what was said and done before it."""

    def __init__(
        self,
        services: Services,
        steps: dict[str, TrajectoryStep],
        earlier: list[Form],
        observer: Observer,
        turn: int,
        rng: Random,
        *,
        refine: bool,
        now: datetime | None = None,
    ) -> None:
        self._services = services
        self._steps = steps
        self._earlier = earlier
        self._observer = observer
        self._turn = turn
        self._rng = rng
        self._refine = refine
        self._now = now
        self.form = new_form()
        self.operators: list[str] = []
        self._referents: dict[Thing, dict[str, Any]] = {}
        self._done: list[TrajectoryStep] = []
        self._acted: list[TrajectoryStep] = []
        self._marks: dict[str, Any] = {}

    def run(self, wishes: list[list[TrajectoryStep]], marks: list[dict[str, Any]]) -> Form:
        """The refined form of the turn.

        Args:
            wishes: the calls of each wish.
            marks: for each wish, what its intent says beyond its calls (see ``forms``), the field that is asked for among it.

        Raises:
            RefinementError: a record has no natural description.
        """
        for steps, own in zip(wishes, marks, strict=True):
            intent = add_intent(self.form, steps, self._services)
            self.form["intents"][-1] |= own
            self._marks = own
            for step in steps:
                for origin in step.argument_origins:
                    self._argument(intent, step, origin)
                self._done.append(step)
            if sum(predicate["intent"] == intent for predicate in self.form["predicates"]) > MOST_PREDICATES:
                raise RefinementError("There is too much to say in one request.")
            self._acted += steps
            if self._refine and any(is_read(self._services.tool(s.env_id, s.tool)) for s in steps[:-1]):
                self._note("compression")
        return self.form

    def _note(self, operator: str) -> None:
        if operator not in self.operators:
            self.operators.append(operator)

    def _argument(self, intent: str, step: TrajectoryStep, origin: ArgumentOrigin) -> None:
        entry: dict[str, Any] = {"call_id": step.call_id, "parameter": origin.argument, "origin": origin.kind}
        if origin.kind == "said":
            entry |= self._said(intent, step, origin)
        elif origin.kind == "observed":
            entry |= self._observed(intent, step, origin)
        self.form["arguments"].append(entry)

    def _said(self, intent: str, step: TrajectoryStep, origin: ArgumentOrigin) -> dict[str, Any]:
        """A value the user brings: once a turn is enough, and not again when the rows in question came from it."""
        parameter = self._services.parameter(step.env_id, step.tool, origin.argument)
        if parameter is None:
            raise RefinementError(f"{step.tool} has no parameter {origin.argument}.")
        value = canonical_json(step.arguments[origin.argument])
        for other in self._done:
            if other.env_id == step.env_id and origin.argument in other.arguments and self._feeds(other, step):
                same = canonical_json(other.arguments[origin.argument]) == value
                entry = self._entry(self.form, other.call_id, origin.argument)
                if same and entry is not None and entry.get("predicates"):
                    return {"origin": "said", "predicates": entry["predicates"]}
        carried = self._carried(step, origin.argument, value)
        if carried is not None and self._refine:
            self._note("omission")
            return {"origin": "earlier_turn", "turn": carried}
        return {"origin": "said", "predicates": say_value(self.form, intent, step, parameter, self._services)}

    @staticmethod
    def _entry(form: Form, call_id: str, parameter: str) -> dict[str, Any] | None:
        return next((e for e in form["arguments"] if (e["call_id"], e["parameter"]) == (call_id, parameter)), None)

    @staticmethod
    def _feeds(source: TrajectoryStep, step: TrajectoryStep) -> bool:
        return any(origin.call_id == source.call_id for origin in step.argument_origins)

    def _carried(self, step: TrajectoryStep, parameter: str, value: str) -> int | None:
        """The earlier turn in which the same value was said for a call that this one builds on.

        None for an update: what it sets is said anew, or the request would not say to what a thing is changed.
        """
        if any(effect.family == "update" for effect in self._services.tool(step.env_id, step.tool).effects):
            return None
        for turn, form in enumerate(self._earlier):
            for entry in form["arguments"]:
                other = self._steps[entry["call_id"]]
                feeds = entry["parameter"] == parameter and entry.get("predicates") and self._feeds(other, step)
                if feeds and canonical_json(other.arguments[parameter]) == value:
                    return turn
        return None

    def _observed(self, intent: str, step: TrajectoryStep, origin: ArgumentOrigin) -> dict[str, Any]:
        """A value from an earlier result: its record is described, or a pronoun when it is what the talk was about."""
        source = self._steps[origin.call_id or ""]
        returns = self._services.tool(source.env_id, source.tool).returns
        _, leaf = split_leaf(origin.path or "")
        row = record_of(source.result, origin.path or "")
        if row is None or returns.entity is None:
            raise RefinementError(f"The value of {origin.argument} stands in no record.")
        if isinstance(row.get(leaf), list) and len(row[leaf]) != 1:
            raise RefinementError(f"The record holds several values for {origin.argument}.")
        key = self._services.key_field(source.env_id, returns.entity)
        thing = (source.env_id, returns.entity, str(row.get(key.wire) if key else None))
        if self._marks.get("each"):
            return self._of_each(intent, step, origin, thing, leaf)
        referent = self._referents.get(thing)
        if referent is None:
            referent = (
                self._passing(intent, step, origin, source, thing)
                or self._pronoun(intent, step, origin, thing, needed=False)
                or self._description(intent, step, origin, source, row, thing)
                or self._pronoun(intent, step, origin, thing, needed=True)
            )
            if referent is None:
                raise RefinementError(f"No natural description tells this {lexicon.noun(thing[1])} from the others.")
            self._referents[thing] = referent
            self.form["referents"].append(referent)
        return {"origin": "referent", "referent": referent["id"], "leaf": leaf}

    def _of_each(self, intent: str, step: TrajectoryStep, origin: ArgumentOrigin, thing: Thing, leaf: str) -> dict[str, Any]:
        """One of several records that are meant together."""
        env_id, entity, _ = thing
        group = (env_id, entity, "")
        if group not in self._referents:
            each = self._marks["each"]
            self._note("expansion")
            predicate = add_predicate(
                self.form,
                intent=intent,
                role="referent",
                call_id=step.call_id,
                parameter=origin.argument,
                entity=entity,
                field=each["field"],
                value=each["value"],
            )
            referent = self._referent(group, origin.call_id or "", "all", [predicate]) | {"many": True}
            self._referents[group] = referent
            self.form["referents"].append(referent)
        referent = self._referents[group]
        place = sum(entry.get("referent") == referent["id"] for entry in self.form["arguments"])
        return {"origin": "referent", "referent": referent["id"], "leaf": leaf, "place": place}

    def _referent(self, thing: Thing, source: str, scope: str, predicates: list[str]) -> dict[str, Any]:
        identity = f"r{len(self.form['referents']) + 1}"
        env_id, entity, key = thing
        return {"id": identity, "env_id": env_id, "entity": entity, "key": key, "scope": scope, "source": source, "predicates": predicates}

    def _pronoun(self, intent: str, step: TrajectoryStep, origin: ArgumentOrigin, thing: Thing, *, needed: bool) -> dict[str, Any] | None:
        """The thing as "it": the only one of its kind that the previous turn, or this one so far, was about."""
        kind = thing[:2]
        if [other for other in handled(self._acted, self._services) if other[:2] == kind] == [thing]:
            turn = self._turn
        else:
            recent = self._last_about(thing)
            easy = self._refine and recent == self._turn - 1 and not self._acted and self._rng.random() < AS_A_PRONOUN
            easy = easy and not self._listed_since(thing)
            if recent is None or any(other[:2] == kind for other in handled(self._acted, self._services)) or not (easy or needed):
                return None
            turn = recent
        self._note("pronoun")
        predicate = add_predicate(
            self.form,
            intent=intent,
            role="referent",
            call_id=step.call_id,
            parameter=origin.argument,
            entity=thing[1],
            op="handled",
            value=turn,
        )
        return self._referent(thing, origin.call_id or "", "handled", [predicate])

    def _passing(
        self, intent: str, step: TrajectoryStep, origin: ArgumentOrigin, source: TrajectoryStep, thing: Thing
    ) -> dict[str, Any] | None:
        """The one record that a look-up on the way here gives: what it was asked for says which."""
        if source in self._acted or source not in self._done or self._services.tool(source.env_id, source.tool).returns.many:
            return None
        shared = {"intent": intent, "role": "referent", "call_id": step.call_id, "parameter": origin.argument, "entity": thing[1]}
        return self._referent(thing, source.call_id, source.call_id, [add_predicate(self.form, op="only", **shared)])

    def _last_about(self, thing: Thing) -> int | None:
        """The latest turn that was about a thing, when no turn since was about another of its kind."""
        for turn in range(self._turn - 1, -1, -1):
            calls = [step for step in self._steps.values() if step.turn == turn]
            alike = [other for other in handled(calls, self._services) if other[:2] == thing[:2]]
            if alike:
                return turn if alike == [thing] else None
        return None

    def _listed_since(self, thing: Thing) -> bool:
        """Whether several things of a kind were told of after the talk was about one: "that one" would be any of them."""
        wishes = [intent for form in (*self._earlier, self.form) for intent in form["intents"]][:-1]
        told = [self._steps[intent["call_ids"][-1]] for intent in wishes]
        last = max((place for place, step in enumerate(told) if thing in handled([step], self._services)), default=-1)
        returns = [(step, self._services.tool(step.env_id, step.tool).returns) for step in told[last + 1 :]]
        return any(
            (step.env_id, shown.entity) == thing[:2] and shown.many and len(rows_in(step.result, shown)) > 1 for step, shown in returns
        )

    def _description(
        self, intent: str, step: TrajectoryStep, origin: ArgumentOrigin, source: TrajectoryStep, row: dict[str, Any], thing: Thing
    ) -> dict[str, Any] | None:
        env_id, name, key = thing
        entity = self._services.entity(env_id, name)
        field = self._services.key_field(env_id, name)
        if entity is None or field is None:
            raise RefinementError(f"Nothing is known of {name}.")
        scope, rows = self._scope(source, env_id, name, field.wire, key)
        own = next((other for other in rows if str(other.get(field.wire)) == key), None)
        if own is None:
            return None
        others = [other for other in rows if str(other.get(field.wire)) != key]
        hidden = {self._marks.get("asked"), self._marks.get("hides")}
        if fields.is_money(str(self._marks.get("asked") or "")):  # nobody asks what a payment of 80 comes to
            hidden |= {wire for wire in own if fields.is_money(wire)}
        if scope == source.call_id:  # what the look-up is told to find them by tells none of them from the others
            hidden |= {p["field"] for p in self.form["predicates"] if p["call_id"] == scope and p["op"] == "eq"}
        held = {k: v for k, v in own.items() if k in row and k not in hidden}
        attributes = self._described_before(thing, held, others) or describe_row(held, others, entity, self._rng, self._now)
        if attributes is None or (not attributes and not self._goes_without_saying(entity, source, scope)):
            return None
        self._note("implicit reference")
        shared = {"intent": intent, "role": "referent", "call_id": step.call_id, "parameter": origin.argument, "entity": name}
        if not attributes:
            attributes = [("", "only", None)]
        if any(op in {*EXTREMES, "overdue"} for _, op, _ in attributes):
            self._note("constraint")
        predicates = [
            add_predicate(self.form, field=wire, op=op, value=value, **shared, **_money(own, wire, value)) for wire, op, value in attributes
        ]
        return self._referent(thing, source.call_id, scope, predicates)

    def _described_before(self, thing: Thing, row: dict[str, Any], others: list[dict[str, Any]]) -> list[Attribute]:
        """How a thing was described when it was spoken of last, where that still tells it from the others: it is not given another name."""
        for form in reversed(self._earlier):
            known = {predicate["id"]: predicate for predicate in form["predicates"]}
            for referent in form["referents"]:
                if (referent["env_id"], referent["entity"], referent["key"]) != thing:
                    continue
                marks: list[Attribute] = [(p["field"], p["op"], p["value"]) for p in map(known.__getitem__, referent["predicates"])]
                if all(op in _LASTING and field in row for field, op, _ in marks) and _singles_out(marks, row, others):
                    return marks
        return []

    def _goes_without_saying(self, entity: EntitySpec, source: TrajectoryStep, scope: str) -> bool:
        """Whether a record is known by its kind alone: the caller's only one, or the only one that this request looks for."""
        return any(field.type == "caller" for field in entity.fields) or (scope == source.call_id and source.turn == self._turn)

    def _scope(self, source: TrajectoryStep, env_id: str, entity: str, key_name: str, key: str) -> tuple[str, list[dict[str, Any]]]:
        """The records among which one is meant: the look-up's own when the request says what it looks for, else all the caller can see."""
        tool = self._services.tool(source.env_id, source.tool)
        current = any(e["call_id"] == source.call_id and e["origin"] in {"said", "referent"} for e in self.form["arguments"])
        everything = self._observer.visible(env_id, entity)
        seen = any(str(row.get(key_name)) == key for row in everything)
        if tool.returns.many and (current or (source.turn < self._turn and not seen)):
            return source.call_id, self._observer.pages(env_id, tool, source.arguments)
        return "all", everything


def _singles_out(marks: list[Attribute], row: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """Whether marks hold for a record and together for no other."""
    everyone = [row, *others]
    return [other for other in everyone if all(holds(other, mark, everyone) for mark in marks)] == [row]


def _money(row: dict[str, Any], wire: str, value: Any) -> dict[str, str]:
    """The currency of an amount that a record shows, if it shows one."""
    held = [str(row[name]) for name in row if lexicon.last_word(name) == "currency" and isinstance(row[name], str)]
    return {"currency": held[0]} if len(held) == 1 and isinstance(value, int | float) and fields.is_money(wire) else {}
