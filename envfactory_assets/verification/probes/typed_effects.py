"""Catches typed effects that happen where the state forbids them, or do not do what they say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from envfactory_assets.records import EffectSpec, ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.laws import Law, Try, law_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, key_parameter, required_only, stored_row
from envfactory_assets.verification.subject import Subject

_REFUSALS = frozenset({"precondition_failed", "conflict"})
_ROWS = 8
_CALLS = 4


def probe(subject: Subject) -> Iterator[Observation]:
    """A declared effect is refused where its law forbids it, and done where it is not refused."""
    for tool in subject.spec.tools:
        for effect in tool.effects:
            if effect.within:
                yield _second_membership(subject, tool, effect)
            elif (law := law_of(subject.spec, tool, effect)) is not None:
                makes = any(other.family == "create" for other in tool.effects)
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
        for state in (*self.subject.states[:3], *(walk.steps[-1].after for walk in self.subject.walks[:2] if walk.steps)):
            for row in rows_of(self.subject.spec, state, self.law.entity)[:_ROWS]:
                for value in self.law.worth_trying(Try(state, row)):
                    self._try(state, row, key, value)
                    if self.failure:
                        return Observation(name, False, self.failure)
        return self._seen(name)

    def _seen(self, name: str) -> Observation:
        seen = bool(self.refusals and self.successes)
        tally = {f"family:{self.law.effect.family}": 1.0} if seen and self.tool.grounding != "assumed" else {}
        return Observation(name, seen, {"refusals": self.refusals, "successes": self.successes}, severity="warning", tally=tally)

    def _try(self, state: State, row: dict[str, Any], key: ParameterSpec, value: Any) -> None:
        caller = self.subject.caller("typed_effects", self.tool.name, self.law.effect.family)
        row_key = row[self.subject.spec.entity(self.law.entity).key]
        arguments = {**required_only(self.tool, caller.arguments(self.tool, state)), key.name: row_key}
        if self.law.given is not None:
            arguments[self.law.given.name] = value
        episode = self.subject.start(state)
        result = self.subject.call(episode, self.tool, arguments)
        after = self.subject.state(episode)
        evidence = {"state": state, "arguments": arguments, "result": result.value}
        forbidden = self.law.forbids(Try(state, row, value))
        if result.error is not None:
            self.refusals += forbidden and result.error.code in _REFUSALS
            return
        became = self._new(state, after) if self.law.makes else stored_row(self.subject.spec, after, self.law.entity, row_key)
        if forbidden:
            self.failure = {**evidence, "what": f"{self.law.effect.family} happened although the state forbids it"}
        elif (became is None) != self.law.removes or not self.law.done(Try(state, row, value, became or {})):
            self.failure = {**evidence, "what": f"{self.law.effect.family} did not do what it says"}
        else:
            self.successes += 1

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
        along = self.law.along(value)
        fitting = {p.name: along[p.field] for p in self.tool.parameters if p.role == "value" and p.field in along}
        arguments = {**step.arguments, given.name: value, **fitting}
        episode = self.subject.start(step.before)
        result = self.subject.call(episode, self.tool, arguments)
        after = self.subject.state(episode)
        evidence = {"state": step.before, "arguments": arguments, "result": result.value}
        forbidden = self.law.forbids(Try(step.before, {}, value))
        if result.error is not None:
            self.refusals += forbidden and result.error.code in _REFUSALS
            return
        made = self._new(step.before, after)
        if forbidden:
            self.failure = {**evidence, "what": f"{self.law.effect.family} happened although the state forbids it"}
        elif made is None or not self.law.done(Try(step.before, {}, value, made)):
            self.failure = {**evidence, "what": f"{self.law.effect.family} did not do what it says"}
        else:
            self.successes += 1


def _second_membership(subject: Subject, tool: ToolSpec, effect: EffectSpec) -> Observation:
    """Making the same membership twice is refused the second time."""
    name = f"{tool.name}.{effect.family}"
    for step in subject.successes(tool):
        episode = subject.start(step.after)
        again = subject.call(episode, tool, step.arguments)
        if again.ok:
            what = "the same member was let in twice"
            return Observation(name, False, {"state": step.after, "arguments": step.arguments, "what": what})
        if again.error is not None and again.error.code in _REFUSALS:
            tally = {} if tool.grounding == "assumed" else {f"family:{effect.family}": 1.0}
            return Observation(name, True, {"arguments": step.arguments, "refusal": again.error.message}, severity="warning", tally=tally)
    return Observation(name, False, {"what": "no membership was made"}, severity="warning")
