"""Trying candidate dependencies: an edge is a pair of calls that was executed, with a counter-trial that shows the value mattered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from random import Random
from typing import Any, Self

from envfactory_assets.environments.foreign import AnyEnvironment, AnyEpisode, load_any, open_episode
from envfactory_assets.graph.arguments import ArgumentFinder
from envfactory_assets.graph.edges import Candidate
from envfactory_assets.graph.model import as_argument, is_write, subject
from envfactory_assets.graph.paths import field_path, returned_entity, values_at
from envfactory_assets.records import EnvironmentSpec, ParameterSpec, PromotedEnvironment, Scenario, ToolSpec, canonical_json, derived_seed
from envfactory_assets.records.graph import EdgeKind

SCENARIOS = 6  # those of middling size come first: enough records, quick to start from
MORE_DRAWS = 40  # of a tool that accepted nothing at first, in each scenario
ENABLED = 3  # values tried after a write that may let them be taken
HOLDING = 8  # records of a scenario that are asked for because they hold what a candidate needs
DRAWS = 4  # other arguments tried for one value
VALUES = 6  # values of one output tried
TRIALS = 40  # calls of the target spent on one candidate
KEPT = 48  # unchanged episodes kept
STARTS = 24  # first calls tried for two writes in a row


@dataclass(frozen=True)
class Call:
    """A tool and its arguments."""

    tool: str
    arguments: dict[str, Any]

    def plain(self) -> dict[str, Any]:
        """The call as evidence."""
        return {"tool": self.tool, "arguments": self.arguments}


Prefix = tuple[Call, ...]
"""Calls that come before one."""


@dataclass(frozen=True)
class Outcome:
    """What a call gave: a value, or an error's code and message."""

    ok: bool
    value: Any
    error: dict[str, str] | None

    def plain(self) -> dict[str, Any]:
        """The outcome as evidence: of a value only its hash-sized beginning."""
        return {"ok": self.ok, "error": self.error, "value": canonical_json(self.value)[:200] if self.ok else None}


@dataclass(frozen=True)
class Production:
    """An accepted call in a scenario and what came out."""

    scenario: Scenario
    call: Call
    writes: bool
    value: Any

    @property
    def prefix(self) -> Prefix:
        """What must run again before a later call sees the same state."""
        return (self.call,) if self.writes else ()


def own_scenarios(environment: PromotedEnvironment, scenarios: list[Scenario]) -> list[Scenario]:
    """The initial states of an environment's very code."""
    return [item for item in scenarios if (item.env_id, item.code_sha256) == (environment.env_id, environment.code_sha256)]


@dataclass
class Trials:
    """Runs calls from scenarios, and remembers what they gave."""

    environment: AnyEnvironment
    spec: EnvironmentSpec
    scenarios: list[Scenario]
    enablers: dict[str, list[ToolSpec]] = field(
        default_factory=dict, init=False
    )  # what was seen to let a write happen that is refused else
    _standing: dict[tuple[str, str], AnyEpisode] = field(default_factory=dict, init=False)  # after calls in a scenario, nothing since
    _outcomes: dict[tuple[str, str, str], Outcome] = field(default_factory=dict, init=False)
    _finders: dict[str, ArgumentFinder] = field(default_factory=dict, init=False)
    _productions: dict[str, list[Production]] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, environment: PromotedEnvironment, scenarios: list[Scenario]) -> Self:
        """Those of a promoted environment, in the scenarios that are its own."""
        loaded = load_any(environment.source_code, environment.env_id, environment.author)
        return cls(loaded, EnvironmentSpec.model_validate(environment.spec), own_scenarios(environment, scenarios))

    def __post_init__(self) -> None:
        by_size = sorted(self.scenarios, key=lambda item: (item.row_count, item.scenario_id))
        first = len(by_size) // 4
        outward = sorted(range(len(by_size)), key=lambda place: (abs(place - first), place))
        self.scenarios = [by_size[place] for place in outward][:SCENARIOS]
        self._writes = {tool.name for tool in self.spec.tools if is_write(tool)}

    def finder(self, scenario: Scenario) -> ArgumentFinder:
        """Arguments for calls in a scenario."""
        if scenario.scenario_id not in self._finders:
            self._finders[scenario.scenario_id] = ArgumentFinder(self.spec, scenario.state)
        return self._finders[scenario.scenario_id]

    def run(self, scenario: Scenario, prefix: Prefix, call: Call) -> Outcome:
        """The outcome of a call in a scenario, after those before it."""
        before = canonical_json([each.plain() for each in prefix]) if prefix else ""
        key = (scenario.scenario_id, before, canonical_json(call.plain()))
        if key not in self._outcomes:
            place = (scenario.scenario_id, before)
            episode = self._standing.pop(place, None) or self._begun(scenario, prefix)
            result = episode.call(call.tool, call.arguments)
            if not (call.tool in self._writes and result.ok):
                self._keep(place, episode)
            error = None if result.error is None else {"code": result.error.code, "message": result.error.message}
            self._outcomes[key] = Outcome(result.ok, result.value, error)
        return self._outcomes[key]

    def _begun(self, scenario: Scenario, prefix: Prefix) -> AnyEpisode:
        """An episode of a scenario, after some calls."""
        episode = open_episode(self.environment, self.spec.env_id)
        episode.reset({self.spec.env_id: scenario.state})
        for call in prefix:
            episode.call(call.tool, call.arguments)
        return episode

    def state_after(self, scenario: Scenario, prefix: Prefix) -> dict[str, dict[str, Any]]:
        """The states of a scenario after some calls."""
        return self._begun(scenario, prefix).snapshot()

    def _keep(self, place: tuple[str, str], episode: AnyEpisode) -> None:
        """Keep an episode that nothing has changed for the next call from there; the oldest of many makes room."""
        self._standing[place] = episode
        if len(self._standing) > KEPT:
            del self._standing[next(iter(self._standing))]

    def draws(self, scenario: Scenario, tool: ToolSpec, fixed: dict[str, Any], count: int) -> Iterator[Call]:
        """Different calls of a tool with some arguments fixed."""
        seen: set[str] = set()
        for number in range(count):
            rng = Random(derived_seed(number, scenario.scenario_id, tool.name, canonical_json(fixed)))  # noqa: S311 - choices, not secrets
            arguments = self.finder(scenario).draw(tool, fixed, rng)
            if arguments is not None and (text := canonical_json(arguments)) not in seen:
                seen.add(text)
                yield Call(tool.name, arguments)

    def productions(self, tool: ToolSpec) -> list[Production]:
        """Accepted calls of a tool, in every scenario where some were found; one at least where many draws find one."""
        if tool.name not in self._productions:
            most = 1 if tool.name in self._writes else 2
            found = [each for scenario in self.scenarios for each in islice(self._accepted(scenario, tool, DRAWS * 2), most)]
            late = (each for scenario in self.scenarios for each in self._accepted(scenario, tool, MORE_DRAWS))
            self._productions[tool.name] = found or list(islice(late, 1))
        return self._productions[tool.name]

    def _accepted(self, scenario: Scenario, tool: ToolSpec, count: int) -> Iterator[Production]:
        for call in self.draws(scenario, tool, {}, count):
            outcome = self.run(scenario, (), call)
            if outcome.ok:
                yield Production(scenario, call, tool.name in self._writes, outcome.value)

    def showing(self, tool: ToolSpec, path: str) -> list[Production]:
        """Accepted calls of a tool that show something at a path: those known, else on records with a value in that field."""
        shown = [each for each in self.productions(tool) if values_at(each.value, path)]
        named, entity = subject(tool), returned_entity(self.spec, tool.returns)
        if shown or named is None or entity is None or named.entity != entity.name:
            return shown
        held = next((field.name for field in entity.fields if path == field_path(tool.returns, field)), None)
        if held is None:
            return shown
        for scenario in self.scenarios:
            keys = self.finder(scenario).holding(entity.name, held)[:HOLDING]
            calls = (call for key in keys for call in self.draws(scenario, tool, {named.name: as_argument(named, key)}, 2))
            for call in calls:
                outcome = self.run(scenario, (), call)
                if outcome.ok and values_at(outcome.value, path):
                    shown.append(Production(scenario, call, tool.name in self._writes, outcome.value))
                    break
        return shown


@dataclass(frozen=True)
class Refuted:
    """Why a candidate is no edge: a reason that many share, and what was seen of this one."""

    reason: str
    evidence: dict[str, Any] | None = None


def tried(trials: Trials, candidate: Candidate) -> tuple[EdgeKind, dict[str, Any]] | Refuted:
    """Execute a candidate.

    Returns:
        The kind of edge it turned out to be and the evidence, or why it is none.
    """
    if candidate.kind == "precondition":
        return _tried_order(trials, candidate)
    return _tried_value(trials, candidate)


def _tried_value(trials: Trials, candidate: Candidate) -> tuple[EdgeKind, dict[str, Any]] | Refuted:
    productions = trials.productions(candidate.source)
    if not productions:
        return Refuted("no accepted call of the producer was found")
    held = [(each, values_at(each.value, candidate.output_path)) for each in trials.showing(candidate.source, candidate.output_path)]
    offered = [(each, [value for value in values if not _is_argument(value, each.call)]) for each, values in held]
    if not any(values for _, values in offered):
        repeats = "the output only repeats the producer's own input"
        return Refuted(repeats if held else "the producer gave no value at that path", {"from_call": productions[0].call.plain()})
    refused: tuple[Call, Outcome] | None = None
    for production, value, call in islice(_calls(trials, candidate, offered), TRIALS):
        outcome = trials.run(production.scenario, production.prefix, call)
        if not outcome.ok:
            refused = (call, outcome)
        elif counter := _counter(trials, candidate, production, production.prefix, call, value):
            return candidate.kind, _evidence(production, call, value, outcome) | counter
    if refused is not None:
        enabled = _enabled(trials, candidate, offered)
        return (candidate.kind, enabled) if enabled else Refuted("the consumer refused every value", _refusal(*refused))
    return Refuted("the value made no difference to the consumer", {"from_call": productions[0].call.plain()})


Offered = list[tuple[Production, list[Any]]]
"""Accepted calls of a producer, each with the values it gives that it was not given."""


def _calls(trials: Trials, candidate: Candidate, offered: Offered) -> Iterator[tuple[Production, Any, Call]]:
    """Calls of the target that take one of the values offered: first as it is known to be accepted in that scenario, then as drawn."""
    name = candidate.parameter.name
    accepted = trials.productions(candidate.target)
    for production, values in offered:
        if candidate.kind == "produces_key" and candidate.entity:
            rank = {key: place for place, key in enumerate(trials.finder(production.scenario).keys(candidate.entity))}
            values.sort(key=lambda value: rank.get(value, len(rank)))
        for call in (each.call for each in accepted if each.scenario is production.scenario and values):
            value = next((value for value in values if _given(candidate, value)[name] == call.arguments.get(name)), values[0])
            yield production, value, Call(call.tool, call.arguments | _given(candidate, value))
        for value in values[:VALUES]:
            for call in trials.draws(production.scenario, candidate.target, _given(candidate, value), DRAWS):
                yield production, value, call


def _enabled(trials: Trials, candidate: Candidate, offered: Offered) -> dict[str, Any] | None:
    """The evidence of a value that is taken once another write has happened to the record it names; None when there is none."""
    if candidate.parameter != subject(candidate.target):
        return None
    enablers = trials.enablers.get(candidate.target.name, [])
    for enabler, (production, values) in product(enablers, offered):
        named = subject(enabler)
        if named is None or enabler == candidate.source:
            continue
        for value in values[:ENABLED]:
            for between in trials.draws(production.scenario, enabler, {named.name: as_argument(named, value)}, 2):
                prefix = (*production.prefix, between)
                for call in trials.draws(production.scenario, candidate.target, _given(candidate, value), 2):
                    if not trials.run(production.scenario, production.prefix, between).ok:
                        break
                    outcome = trials.run(production.scenario, prefix, call)
                    counter = _counter(trials, candidate, production, prefix, call, value) if outcome.ok else None
                    if counter:
                        return _evidence(production, call, value, outcome) | counter | {"between": between.plain()}
    return None


def _refusal(call: Call, outcome: Outcome) -> dict[str, Any]:
    return {"to_call": call.plain(), "result": outcome.plain()}


def _given(candidate: Candidate, value: Any) -> dict[str, Any]:
    return {candidate.parameter.name: as_argument(candidate.parameter, value)}


def _is_argument(value: Any, call: Call) -> bool:
    return any(value in (given if isinstance(given, list) else [given]) for given in call.arguments.values())


def _counter(trials: Trials, candidate: Candidate, production: Production, prefix: Prefix, call: Call, value: Any) -> dict[str, Any] | None:
    """Another value in the same place that gives something else."""
    scenario = production.scenario
    outcome = trials.run(scenario, prefix, call)
    others = [other for other in values_at(production.value, candidate.output_path) if other != value]
    if candidate.kind == "produces_key" and candidate.entity:
        others += [key for key in trials.finder(scenario).keys(candidate.entity) if key != value and key not in others]
        others = [_bogus(value), *others[:1]] if is_write(candidate.target) else [*others[:3], _bogus(value)]
    else:
        others = [*others[:3], *neighbours(value)]
    for other in others:
        counter = trials.run(scenario, prefix, Call(call.tool, call.arguments | _given(candidate, other)))
        if (counter.ok, counter.value, counter.error) != (outcome.ok, outcome.value, outcome.error):
            return {"counter_value": other, "counter_result": counter.plain()}
    return None


def _bogus(value: Any) -> Any:
    return value + 999_983 if isinstance(value, int) else f"{value}-none"


def neighbours(value: Any) -> list[Any]:
    """Other values of the same type, nearer and farther; of something with parts one with another part."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [value + 1, value * 10 + 1, max(value - 1, 0)]
    if isinstance(value, str) and value[:4].isdigit():
        return [f"{int(value[:4]) + 1}{value[4:]}", f"{int(value[:4]) - 1}{value[4:]}"]
    if isinstance(value, dict):
        return [value | {name: other} for name, inner in value.items() for other in neighbours(inner)[:1]][:1]
    return []


def _evidence(production: Production, call: Call, value: Any, outcome: Outcome) -> dict[str, Any]:
    return {
        "scenario_id": production.scenario.scenario_id,
        "from_call": production.call.plain(),
        "to_call": call.plain(),
        "value": value,
        "result": outcome.plain(),
    }


def _tried_order(trials: Trials, candidate: Candidate) -> tuple[EdgeKind, dict[str, Any]] | Refuted:
    """Two writes on one record. The first *enables* the second when that is refused without it."""
    first = subject(candidate.source)
    if first is None or candidate.entity is None:
        return Refuted("the producer names no record")
    allowed, why = None, Refuted("no accepted call of the producer was found")
    for production in _starts(trials, candidate, first):
        key = production.value
        for call in trials.draws(production.scenario, candidate.target, _given(candidate, key), 2):
            after = trials.run(production.scenario, (production.call,), call)
            if not after.ok:
                why = Refuted("the second write is refused after the first", {"from_call": production.call.plain()} | _refusal(call, after))
                continue
            before = trials.run(production.scenario, (), call)
            evidence = _evidence(production, call, key, after) | {"counter_value": None, "counter_result": before.plain()}
            if not before.ok:
                trials.enablers.setdefault(candidate.target.name, []).append(candidate.source)
                return "enables", evidence
            allowed = allowed or evidence
    return ("precondition", allowed) if allowed else why


def _starts(trials: Trials, candidate: Candidate, first: ParameterSpec) -> Iterator[Production]:
    """Accepted calls of the first of two writes; the value is the key of the record."""
    tried = 0
    for scenario in trials.scenarios:
        for key in trials.finder(scenario).keys(str(candidate.entity))[: STARTS // 3]:
            for call in trials.draws(scenario, candidate.source, {first.name: as_argument(first, key)}, 2):
                tried += 1
                if trials.run(scenario, (), call).ok:
                    yield Production(scenario, call, writes=True, value=key)
                    break
            if tried >= STARTS:
                return
