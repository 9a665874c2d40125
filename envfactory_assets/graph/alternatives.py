"""Tools of an environment that may stand for one another: both do the same to a record, or both show the same one. It is executed as well.

An alternative is no dependency: chains do not go along it, and a pair of tools is told of once, in the order of the environment's tools.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from envfactory_assets.environments.equivalence import equivalent
from envfactory_assets.environments.foreign import ForeignEnvironment
from envfactory_assets.graph.model import has_family, is_write, subject
from envfactory_assets.graph.paths import every, field_path, key_field, record_path, returned_entity, values_at
from envfactory_assets.graph.trials import Call, Outcome, Refuted, Trials
from envfactory_assets.records import EffectSpec, EnvironmentSpec, ParameterSpec, Scenario, ToolSpec

MOST_PAIRS = 24  # tried in an environment, writes first
PLAYED = 4  # times that two calls of a pair are compared


@dataclass(frozen=True)
class Alternative:
    """Two tools that may stand for one another.

    Attributes:
        named: what the parameters of the first are called at the second, of those that mean the same.
        output_path: where the first shows the key of the record; empty where it shows none.
    """

    first: ToolSpec
    second: ToolSpec
    entity: str
    named: dict[str, str]
    output_path: str
    reason: str

    @property
    def label(self) -> str:
        """How a refuted pair is called."""
        return f"{self.first.name} = {self.second.name}"

    @property
    def alike(self) -> bool:
        """Whether what either needs is taken by the other too, so that one set of values serves both."""
        needed = {item.name for item in self.first.parameters if item.required}
        also = {item.name for item in self.second.parameters if item.required}
        return needed <= self.named.keys() and also <= set(self.named.values())

    @property
    def shows_alike(self) -> bool:
        """Whether both show one record, of the same values."""
        return self.alike and not (self.first.returns.many or self.second.returns.many)


def alternatives(spec: EnvironmentSpec) -> list[Alternative]:
    """The pairs worth trying in an environment, a bounded number of them."""
    visible = [tool for tool in spec.tools if tool.audience == "agent" and not has_family(tool, "delete")]
    pairs = [pair for first, second in combinations(visible, 2) if (pair := _pair(spec, first, second)) is not None]
    return sorted(pairs, key=lambda pair: not is_write(pair.first))[:MOST_PAIRS]


def _pair(spec: EnvironmentSpec, first: ToolSpec, second: ToolSpec) -> Alternative | None:
    shown, also = returned_entity(spec, first.returns), returned_entity(spec, second.returns)
    path = field_path(first.returns, key_field(shown)) if shown is not None else ""
    named = _named(first, second)
    if is_write(first) or is_write(second):
        if not first.effects or set(map(_deed, first.effects)) != set(map(_deed, second.effects)):
            return None
        effect = first.effects[0]
        reason = f"Both {effect.family} the {effect.entity} and leave the same state when they are given the same."
        pair = Alternative(first, second, str(effect.entity), named, path, reason)
        return pair if pair.alike and effect.entity else None
    if shown is None or also is None or shown.name != also.name:
        return None
    pair = Alternative(first, second, shown.name, named, path, f"Both show the same {shown.name}.")
    repeating = any((key := subject(tool)) is not None and key.entity == shown.name for tool in (first, second))
    return None if repeating and not pair.shows_alike else pair  # a key that was given is no key that is shown


def _deed(effect: EffectSpec) -> tuple[Any, ...]:
    return effect.family, effect.entity, effect.field, effect.target


def _named(first: ToolSpec, second: ToolSpec) -> dict[str, str]:
    """Parameters of two tools that mean the same: by what they are about, else by their names."""
    about = {_meaning(item): item.name for item in reversed(second.parameters)}
    found = {item.name: about[_meaning(item)] for item in first.parameters if _meaning(item) in about}
    return found if len(set(found.values())) == len(found) else {}


def _meaning(parameter: ParameterSpec) -> tuple[Any, ...]:
    if parameter.field is None and parameter.role not in {"key", "reference"}:
        return parameter.name, parameter.type
    return parameter.role, parameter.entity, parameter.field, parameter.operator, parameter.type


def stands_for(trials: Trials, pair: Alternative) -> dict[str, Any] | Refuted:
    """Execute a pair: the evidence that one may stand for the other, or why not."""
    if is_write(pair.first):
        return _same_deed(trials, pair)
    return _same_record(trials, pair) or _same_key(trials, pair) or Refuted("in no scenario the two showed the same record")


def _same_deed(trials: Trials, pair: Alternative) -> dict[str, Any] | Refuted:
    """Whether both leave the same state wherever both are accepted, and change something somewhere."""
    found: dict[str, Any] | None = None
    for scenario, first, second, outcome in _played(trials, pair):
        start, left, right = (trials.state_after(scenario, prefix) for prefix in ((), (first,), (second,)))
        if not _equal(trials, left, right, start):
            return Refuted("the two left different states", _evidence(scenario, first, second, outcome))
        if found is None and not _equal(trials, left, start, start):
            found = _evidence(scenario, first, second, outcome)
    return found or Refuted("no call was found that both accept and that changes something")


def _equal(trials: Trials, left: dict[str, Any], right: dict[str, Any], start: dict[str, Any]) -> bool:
    if isinstance(trials.environment, ForeignEnvironment):
        return left == right
    return equivalent(left, right, start, {trials.spec.env_id: trials.environment})


def _same_record(trials: Trials, pair: Alternative) -> dict[str, Any] | None:
    """The evidence that both show the same record when they are given the same."""
    if not pair.shows_alike:
        return None
    for scenario, first, second, outcome in _played(trials, pair):
        shown = every(outcome.value, record_path(pair.first.returns))
        if any(shown) and shown == every(trials.run(scenario, (), second).value, record_path(pair.second.returns)):
            return _evidence(scenario, first, second, outcome)
    return None


def _same_key(trials: Trials, pair: Alternative) -> dict[str, Any] | None:
    """The evidence that both give the key of the same record, to neither of which it was given."""
    path = field_path(pair.second.returns, key_field(trials.spec.entity(pair.entity)))
    for one in trials.productions(pair.first):
        for other in trials.productions(pair.second):
            if other.scenario is not one.scenario:
                continue
            given = [*one.call.arguments.values(), *other.call.arguments.values()]
            others = values_at(other.value, path)
            shared = next((value for value in values_at(one.value, pair.output_path) if value in others and value not in given), None)
            if shared is not None:
                shown = Outcome(ok=True, value=one.value, error=None)
                return _evidence(one.scenario, one.call, other.call, shown) | {"value": shared, "to_path": path}
    return None


def _played(trials: Trials, pair: Alternative) -> Iterator[tuple[Scenario, Call, Call, Outcome]]:
    """Calls of both with the same values, both accepted: a call known to be accepted of either, put as the other takes it."""
    back = {other: name for name, other in pair.named.items()}
    known = [(each.scenario, {n: v for n, v in each.call.arguments.items() if n in pair.named}) for each in trials.productions(pair.first)]
    known += [
        (each.scenario, {back[n]: v for n, v in each.call.arguments.items() if n in back}) for each in trials.productions(pair.second)
    ]
    for scenario, arguments in known[:PLAYED] + known[PLAYED:][-PLAYED:]:
        first = Call(pair.first.name, arguments)
        second = Call(pair.second.name, {pair.named[name]: value for name, value in arguments.items()})
        outcome = trials.run(scenario, (), first)
        if outcome.ok and trials.run(scenario, (), second).ok:
            yield scenario, first, second, outcome


def _evidence(scenario: Scenario, first: Call, second: Call, outcome: Outcome) -> dict[str, Any]:
    return {"scenario_id": scenario.scenario_id, "from_call": first.plain(), "to_call": second.plain(), "result": outcome.plain()}
