"""Catches transitions that start where they may not, or end where they should not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from envfactory_assets.records import EffectSpec, ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import Caller, State, rows_of
from envfactory_assets.verification.laws import law_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import key_parameter, required_only, stored_row
from envfactory_assets.verification.subject import Subject

_REFUSALS = frozenset({"precondition_failed", "conflict"})
_ROWS = 12
_PLAIN = frozenset({"create", "get", "list", "search", "update", "delete", "transition"})


def probe(subject: Subject) -> Iterator[Observation]:
    """Outside its from-set a declared transition is refused; inside, the field moves to the target.

    Of typed effects whose slots do not tell a law, the refusals seen in walks are counted.
    """
    for tool in subject.spec.tools:
        if any(effect.field and effect.sources for effect in tool.effects):
            yield _Trial(subject, tool).observe()
        elif any(_lawless(subject, tool, effect) for effect in tool.effects):
            yield _typed_effect(subject, tool)


def _lawless(subject: Subject, tool: ToolSpec, effect: EffectSpec) -> bool:
    """Whether an effect is typed and no law tells when it is refused."""
    bound = (effect.within and effect.family != "transfer") or effect.lines
    return effect.family not in _PLAIN and not bound and law_of(subject.spec, tool, effect) is None


def _typed_effect(subject: Subject, tool: ToolSpec) -> Observation:
    refusal = next((step for step in subject.steps(tool) if step.refused), None)
    passed = refusal is not None
    evidence = {"arguments": refusal.arguments, "scenario": refusal.scenario} if refusal else {"what": "no refusal was seen"}
    families = _lawless_families(subject, tool)
    return Observation(tool.name, passed, evidence, severity="warning", tally=_tally(tool, families) if passed else {})


def _lawless_families(subject: Subject, tool: ToolSpec) -> set[str]:
    return {effect.family for effect in tool.effects if _lawless(subject, tool, effect)}


def _tally(tool: ToolSpec, families: set[str]) -> dict[str, float]:
    """The families a seen refusal counts for; assumed effects count for nothing."""
    return {} if tool.grounding == "assumed" else {f"family:{family}": 1 for family in sorted(families)}


@dataclass
class _Trial:
    """One transition tool tried on rows inside and outside its from-set."""

    subject: Subject
    tool: ToolSpec
    refusals: int = 0
    moves: int = 0
    failure: dict[str, Any] | None = field(default=None)

    def __post_init__(self) -> None:
        moving = [effect for effect in self.tool.effects if effect.field and effect.sources]
        self.entity = str(moving[0].entity)
        self.field = str(moving[0].field)
        self.sources = {source for effect in moving for source in effect.sources}
        self.targets = {effect.target for effect in moving}
        self.families = {effect.family for effect in moving}

    def observe(self) -> Observation:
        parameter = key_parameter(self.tool, self.entity)
        if parameter is None:
            return Observation(self.tool.name, False, {"what": f"no argument names the {self.entity}"}, severity="warning")
        caller = self.subject.caller("transitions", self.tool.name)
        for step in self.subject.successes(self.tool):
            self._judge_move(step.before, step.after, step.arguments.get(parameter.name), {"arguments": step.arguments})
        states = [*self.subject.states[:3], *(walk.steps[-1].after for walk in self.subject.walks[:2])]
        for state in states:
            self._try_rows(state, parameter, caller)
            if self.failure:
                return Observation(self.tool.name, False, self.failure)
        seen = bool(self.refusals and self.moves)
        evidence = {"refusals": self.refusals, "moves": self.moves}
        return Observation(self.tool.name, seen, evidence, severity="warning", tally=self._tally() if seen else {})

    def _tally(self) -> dict[str, float]:
        """The move itself, and what else the tool does in the same call: it is refused together."""
        return _tally(self.tool, self.families | (_lawless_families(self.subject, self.tool) - {"transition"}))

    def _try_rows(self, state: State, parameter: ParameterSpec, caller: Caller) -> None:
        key = self.subject.spec.entity(self.entity).key
        rows = rows_of(self.subject.spec, state, self.entity)
        inside = [row[key] for row in rows if row.get(self.field) in self.sources]
        outside = [row[key] for row in rows if row.get(self.field) not in self.sources]
        for row_key in (*outside[:_ROWS], *inside[:_ROWS]):
            if self.failure is None:
                self._try_row(state, parameter.name, row_key, caller)

    def _try_row(self, state: State, name: str, key: Any, caller: Caller) -> None:
        """Call on one row; after a move, call again when the target is outside the from-set."""
        episode = self.subject.start(state)
        arguments = {**required_only(self.tool, caller.arguments(self.tool, state)), name: key}
        for _ in range(2):
            before = self.subject.state(episode)
            row = stored_row(self.subject.spec, before, self.entity, key) or {}
            result = self.subject.call(episode, self.tool, arguments)
            evidence = {"arguments": arguments, "result": result.value}
            if result.error is not None:
                self.refusals += row.get(self.field) not in self.sources and result.error.code in _REFUSALS
                if self.subject.state(episode) != before:
                    self.failure = {**evidence, "state": before, "what": "the refusal changed the state"}
                return
            self._judge_move(before, self.subject.state(episode), key, evidence)

    def _judge_move(self, before: State, after: State, key: Any, evidence: dict[str, Any]) -> None:
        """A call that succeeded: it must have started inside the from-set and ended at a target."""
        start = (stored_row(self.subject.spec, before, self.entity, key) or {}).get(self.field)
        end = (stored_row(self.subject.spec, after, self.entity, key) or {}).get(self.field)
        if start not in self.sources:
            self.failure = {**evidence, "state": before, "what": f"moved from {start!r}, which is not in {sorted(self.sources)}"}
        elif end not in self.targets:
            self.failure = {**evidence, "state": before, "what": f"{self.field} is {end!r}, not {sorted(map(str, self.targets))}"}
        else:
            self.moves += 1
