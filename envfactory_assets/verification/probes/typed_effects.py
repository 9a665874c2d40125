"""Catches typed effects that happen where the state forbids them, or do not do what they say."""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any

from envfactory_assets.records import EffectSpec, ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.laws import Law, Try, holds, law_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.standing import standing
from envfactory_assets.verification.steps import Step, key_parameter, stored_row
from envfactory_assets.verification.subject import Subject

_REFUSALS = frozenset({"precondition_failed", "conflict"})
_PUTTING = frozenset({"add_member", "send", "new_version"})
_ROWS = 6
_MOST_ROWS = 30
_CALLS = 4
_ALIKE = 2
_CENT = 0.006


def probe(subject: Subject) -> Iterator[Observation]:
    """A declared effect is refused where its law forbids it, and done where it is not refused."""
    for tool in subject.spec.tools:
        for effect in tool.effects:
            if effect.within and effect.family in _PUTTING:
                yield _second_membership(subject, tool, effect)
            elif effect.within and effect.limit:
                yield _drawn(subject, tool, effect)
            elif effect.family == "checkout" and effect.lines:
                yield _added_up(subject, tool, effect)
            elif (law := law_of(subject.spec, tool, effect)) is not None:
                makes = any(other.family == "create" and other.entity == effect.entity for other in tool.effects)
                yield (_Making if makes else _Trial)(subject, tool, law).observe()


@dataclass
class _Trial:
    """One effect tried on rows of several states, with values its law allows and forbids."""

    subject: Subject
    tool: ToolSpec
    law: Law
    refusals: int = 0
    successes: int = 0
    failure: dict[str, Any] | None = field(default=None)

    def observe(self) -> Observation:
        name = f"{self.tool.name}.{self.law.effect.family}"
        key = key_parameter(self.tool, self.law.entity)
        if key is None:
            return Observation(name, False, {"what": f"no argument names the {self.law.entity}"}, severity="warning")
        for state, row, value in (*self._varied(), *self._guarded()):
            self._try(state, row, key, value)
            if self.failure:
                return Observation(name, False, self.failure)
        return self._seen(name)

    def _varied(self) -> Iterator[tuple[State, dict[str, Any], Any]]:
        """Rows of several states, each with values worth trying; of calls that are alike a few."""
        alike: Counter[Hashable] = Counter()
        for state in (*self.subject.states[:3], *(walk.steps[-1].after for walk in self.subject.walks[:2] if walk.steps)):
            for place, row in enumerate(rows_of(self.subject.spec, state, self.law.entity)[:_MOST_ROWS]):
                for value in self.law.worth_trying(Try(state, row)):
                    situation = self.law.situation(Try(state, row, value))
                    alike[situation] += situation is not None
                    if place < _ROWS if situation is None else alike[situation] <= _ALIKE:
                        yield state, row, value

    def _guarded(self) -> Iterator[tuple[State, dict[str, Any], Any]]:
        """A row that refuses for how it stands, and one that is given to a record that takes nothing more."""
        spec, effect = self.subject.spec, self.law.effect
        key = spec.entity(self.law.entity).key
        for state in self.subject.states[:1]:
            for row in rows_of(spec, state, self.law.entity)[:1]:
                values = list(self.law.worth_trying(Try(state, row)))[-1:]
                for over in standing(self.subject, state, self.law.entity, row[key], effect.unless):
                    yield from ((over, stored_row(spec, over, self.law.entity, row[key]) or {}, value) for value in values)
                for value in values if self.law.target and effect.barred else ():
                    for shut in standing(self.subject, state, str(self.law.target), value, effect.barred):
                        yield shut, stored_row(spec, shut, self.law.entity, row[key]) or {}, value

    def _seen(self, name: str) -> Observation:
        seen = bool(self.refusals and self.successes)
        tally = {f"family:{self.law.effect.family}": 1.0} if seen and self.tool.grounding != "assumed" else {}
        return Observation(name, seen, {"refusals": self.refusals, "successes": self.successes}, severity="warning", tally=tally)

    def _try(self, state: State, row: dict[str, Any], key: ParameterSpec, value: Any) -> None:
        caller = self.subject.caller("typed_effects", self.tool.name, self.law.effect.family)
        row_key = row[self.subject.spec.entity(self.law.entity).key]
        arguments = {**caller.arguments(self.tool, state, optional=0.0), key.name: row_key}
        arguments |= self._fitting(Try(state, row, value))
        if self.law.given is not None:
            arguments[self.law.given.name] = [value] if self.law.given.type == "array" else value
        episode = self.subject.start(state)
        result = self.subject.call(episode, self.tool, arguments)
        evidence = {"state": state, "arguments": arguments, "result": result.value}
        forbidden = self.law.forbids(Try(state, row, value))
        if result.error is not None:
            self.refusals += forbidden and result.error.code in self.law.refusals
            return
        after = self.subject.state(episode)
        became = self._new(state, after) if self.law.makes else stored_row(self.subject.spec, after, self.law.entity, row_key)
        if forbidden:
            self.failure = {**evidence, "what": f"{self.law.effect.family} happened although the state forbids it"}
        elif (became is None) != self.law.removes or not self.law.done(Try(state, row, value, became or {})):
            self.failure = {**evidence, "what": f"{self.law.effect.family} did not do what it says"}
        else:
            self.successes += 1

    def _fitting(self, call: Try) -> dict[str, Any]:
        """The other arguments that must go with a value."""
        along = self.law.along(call)
        return {p.name: along[p.field] for p in self.tool.parameters if p.role == "value" and p.field in along}

    def _new(self, before: State, after: State) -> dict[str, Any] | None:
        """The row that a call made."""
        spec, entity = self.subject.spec, self.law.entity
        known = {row[spec.entity(entity).key] for row in rows_of(spec, before, entity)}
        return next((row for row in rows_of(spec, after, entity) if row[spec.entity(entity).key] not in known), None)


class _Making(_Trial):
    """One effect of a tool that makes records, tried with the arguments of calls that made one."""

    def observe(self) -> Observation:
        name = f"{self.tool.name}.{self.law.effect.family}"
        for step in self.subject.successes(self.tool)[:_CALLS]:
            for value in self.law.worth_trying(Try(step.before, {})):
                self._make(step, value)
                if self.failure:
                    return Observation(name, False, self.failure)
        return self._seen(name)

    def _make(self, step: Step, value: Any) -> None:
        given = self.law.given
        if given is None:
            return
        arguments = {**step.arguments, given.name: value, **self._fitting(Try(step.before, {}, value))}
        episode = self.subject.start(step.before)
        result = self.subject.call(episode, self.tool, arguments)
        after = self.subject.state(episode)
        evidence = {"state": step.before, "arguments": arguments, "result": result.value}
        forbidden = self.law.forbids(Try(step.before, {}, value))
        if result.error is not None:
            self.refusals += forbidden and result.error.code in self.law.refusals
            return
        made = self._new(step.before, after)
        if forbidden:
            self.failure = {**evidence, "what": f"{self.law.effect.family} happened although the state forbids it"}
        elif made is None or not self.law.done(Try(step.before, {}, value, made)):
            self.failure = {**evidence, "what": f"{self.law.effect.family} did not do what it says"}
        else:
            self.successes += 1


def _second_membership(subject: Subject, tool: ToolSpec, effect: EffectSpec) -> Observation:
    """Making the same membership twice is refused the second time, and any in a group that takes no more members."""
    name = f"{tool.name}.{effect.family}"
    if effect.field is None:
        return _put_inside(subject, tool, effect)
    asked = {parameter.name for parameter in tool.parameters if parameter.field in {effect.field, effect.within}}
    for step in subject.successes(tool):
        if not asked <= step.arguments.keys():
            continue
        episode = subject.start(step.after)
        again = subject.call(episode, tool, step.arguments)
        if again.ok:
            what = "the same member was let in twice"
            return Observation(name, False, {"state": step.after, "arguments": step.arguments, "what": what})
        if again.error is not None and again.error.code in _REFUSALS:
            entered = next((state for state in _shut(subject, tool, effect, step) if _lets_in(subject, tool, step, state)), None)
            if entered is not None:
                what = "a group that takes no more members let one in"
                return Observation(name, False, {"state": entered, "arguments": step.arguments, "what": what})
            tally = {} if tool.grounding == "assumed" else {f"family:{effect.family}": 1.0}
            return Observation(name, True, {"arguments": step.arguments, "refusal": again.error.message}, severity="warning", tally=tally)
    return Observation(name, False, {"what": "no membership was made"}, severity="warning")


def _put_inside(subject: Subject, tool: ToolSpec, effect: EffectSpec) -> Observation:
    """What can be put into a record is refused when that is closed."""
    name, refusals = f"{tool.name}.{effect.family}", 0
    for step in subject.successes(tool)[:_ALIKE]:
        for state in _shut(subject, tool, effect, step):
            result = subject.call(subject.start(state), tool, step.arguments)
            if result.ok:
                what = "something was put into a record that takes nothing more in"
                return Observation(name, False, {"state": state, "arguments": step.arguments, "what": what})
            refusals += result.error is not None and result.error.code in _REFUSALS
    tally = {f"family:{effect.family}": 1.0} if refusals and tool.grounding != "assumed" else {}
    return Observation(name, bool(refusals), {"refusals": refusals}, severity="warning", tally=tally)


def _added_up(subject: Subject, tool: ToolSpec, effect: EffectSpec) -> Observation:
    """What is checked out costs what its lines come to, and nothing cannot be checked out."""
    name = f"{tool.name}.{effect.family}"
    entity = subject.spec.entity(str(effect.entity))
    lines = next((p.name for p in tool.parameters if p.field == effect.lines), None)
    total = next((field for field in entity.fields if field.name == effect.field), None)
    summed = total.sum_of if total else ()
    for step in subject.successes(tool) if lines and summed else ():
        empty = {**step.arguments, str(lines): []}
        result = subject.call(subject.start(step.before), tool, empty)
        evidence = {"state": step.before, "arguments": empty, "result": result.value}
        if result.error is None or result.error.code not in _REFUSALS:
            return Observation(name, False, {**evidence, "what": "nothing was checked out"})
        for row in _new_rows(subject, step, entity.name):
            if abs(_sum(row, summed, total.sum_else if total else None) - (row[str(effect.field)] or 0)) > _CENT:
                return Observation(name, False, {**evidence, "row": row, "what": "the total is not what the lines come to"})
        tally = {} if tool.grounding == "assumed" else {f"family:{effect.family}": 1.0}
        return Observation(name, True, {"arguments": empty, "refusal": result.error.message}, severity="warning", tally=tally)
    return Observation(name, False, {"what": "nothing was made of lines"}, severity="warning")


def _drawn(subject: Subject, tool: ToolSpec, effect: EffectSpec) -> Observation:
    """Not more is taken from a record than is left of it, and nothing of one that is called off."""
    name = f"{tool.name}.{effect.family}"
    told = {str(parameter.field): parameter.name for parameter in tool.parameters if parameter.field}
    for step in subject.successes(tool):
        giver = step.arguments.get(told.get(str(effect.within), ""))
        tried = 0
        for state, arguments in _overdrawn(subject, effect, step, giver, told):
            result = subject.call(subject.start(state), tool, arguments)
            tried += 1
            if result.error is None or result.error.code not in _REFUSALS:
                what = f"more was taken than is left: {effect.family}"
                return Observation(name, False, {"state": state, "arguments": arguments, "result": result.value, "what": what})
        if tried:
            tally = {} if tool.grounding == "assumed" else {f"family:{effect.family}": 1.0}
            return Observation(name, True, {"arguments": step.arguments, "refused": tried}, severity="warning", tally=tally)
    return Observation(name, False, {"what": "nothing was taken from a record that bounds it"}, severity="warning")


def _overdrawn(
    subject: Subject, effect: EffectSpec, step: Step, giver: Any, told: dict[str, str]
) -> Iterator[tuple[State, dict[str, Any]]]:
    """A call that worked, where it takes too much: of a record with less left, and of one that is called off."""
    entity = subject.spec.entity(str(effect.entity))
    target = next((field.ref for field in entity.fields if field.name == effect.within), None)
    row = stored_row(subject.spec, step.before, target, giver) if target and giver is not None else None
    if target is None or row is None or told.get(str(effect.field), "") not in {"", *step.arguments}:
        return  # where no amount is told, nothing is taken
    others = [each for each in rows_of(subject.spec, step.before, entity.name) if each[str(effect.within)] == giver]
    taken = sum((each[effect.field] or 0) if effect.field else 1 for each in others if not holds(each, effect.unless))
    limit = str(effect.limit)
    if effect.field and told.get(effect.field) in step.arguments and row[limit] is not None:
        yield step.before, {**step.arguments, told[effect.field]: round(row[limit] - taken + 1, 2)}
    elif not effect.field:
        for state in standing(subject, step.before, target, giver, {limit: [taken]}):
            yield state, step.arguments
    for state in standing(subject, step.before, target, giver, effect.barred):
        yield state, step.arguments


def _new_rows(subject: Subject, step: Step, entity: str) -> list[dict[str, Any]]:
    before = rows_of(subject.spec, step.before, entity)
    return [row for row in rows_of(subject.spec, step.after, entity) if row not in before]


def _sum(row: dict[str, Any], summed: tuple[str, ...], own: str | None) -> float:
    """What the lines of a row come to: of each line the product of some of its values, else what it says itself."""
    lines, *values = summed
    untold = [own] if own else values
    return sum(prod(line[v] or 0 for v in (values if all(line[v] is not None for v in values) else untold)) for line in row[lines] or [])


def _shut(subject: Subject, tool: ToolSpec, effect: EffectSpec, step: Step) -> Iterator[State]:
    """The state before a call, with the group that it names taking no more members."""
    group = next((field.ref for field in subject.spec.entity(str(effect.entity)).fields if field.name == effect.within), None)
    argument = next((p.name for p in tool.parameters if p.field == effect.within), None)
    if group is not None and argument is not None:
        yield from standing(subject, step.before, group, step.arguments[argument], effect.barred)


def _lets_in(subject: Subject, tool: ToolSpec, step: Step, state: State) -> bool:
    return subject.call(subject.start(state), tool, step.arguments).ok
