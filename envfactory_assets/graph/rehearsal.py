"""Rehearsing a draft: whether some scenario lets the whole chain run. What can be bound at all is not left to luck further on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any

from envfactory_assets.environments import Episode, agent_tool_name
from envfactory_assets.environments.foreign import AnyEnvironment, AnyEpisode, ForeignEnvironment, open_episode
from envfactory_assets.graph.arguments import ArgumentFinder
from envfactory_assets.graph.details import is_label
from envfactory_assets.graph.drafts import Draft, Given
from envfactory_assets.graph.model import as_argument, is_write
from envfactory_assets.graph.once import once
from envfactory_assets.graph.paths import every, first_of_rows, holds, record_path, row_of, values_at
from envfactory_assets.records import EnvironmentSpec, ParameterSpec, Scenario, ToolSpec

PLAYS = 5  # runs of one draft, each from another scenario as far as there are that many
TAKES = 8  # arguments tried for one step


class StuckError(Exception):
    """No arguments were found that a step accepts."""

    def __init__(self, tool: ToolSpec, why: str, *, changed: bool = False) -> None:
        super().__init__(f"{tool.name} {why}")
        self.tool = tool
        self.why = why
        self.changed = changed  # whether the step has changed the state all the same


Asked = tuple[str, str, str, Any]
"""A scenario, a tool, a parameter and what it was given there."""
Rows = dict[tuple[int, str], int]
"""Which row of a listing (a step and the path of its list) was chosen."""


@dataclass
class Play:
    """One run of a draft so far: what each step was given and gave, and the rows chosen from listings."""

    draft: Draft
    scenarios: Mapping[str, Scenario]  # by environment
    finders: Mapping[str, ArgumentFinder]  # by environment
    rng: Random
    luck: Counter[Asked]  # how often records were accepted less how often they were refused, in any play so far
    arguments: list[dict[str, Any]] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    _orders: dict[tuple[int, int, str], list[int]] = field(default_factory=dict)
    _columns: dict[tuple[int, str], list[Any]] = field(default_factory=dict)
    _ranks: dict[tuple[int, str], list[bool]] = field(default_factory=dict)
    _shown: dict[tuple[int, str, int | None], bool] = field(default_factory=dict)

    def next_arguments(self, rows: Rows, take: int) -> dict[str, Any] | None:
        """Arguments for the next step; rows that are chosen for it are added to ``rows``, others at every take."""
        step = len(self.results)
        tool, providers = self.draft.tools[step], self.draft.of_step(step)
        parameters = _by_name(tool)
        fixed: dict[str, Any] = {}
        taken: set[tuple[int, str]] = set()
        for provider in providers:
            if provider.from_step is not None and provider.output_path is not None:
                value = self._observed(provider, rows, taken=taken, take=take)
                if value is None:
                    return None
                fixed[provider.parameter] = as_argument(parameters[provider.parameter], value)
        finder = self.finders[self.draft.env_of(step)]
        for provider in providers:
            if provider.kind == "caller":
                fixed[provider.parameter] = as_argument(parameters[provider.parameter], finder.told(parameters[provider.parameter]))
        said = [item.parameter for item in providers if item.kind == "user"]
        for source in sorted({item.from_step for item in providers if item.from_step is not None}):
            given = self.arguments[source]
            fixed |= {name: given[name] for name in said if name in given and _same_kind(self.draft.tools[source], parameters[name])}
        return finder.draw(tool, fixed, self.rng, optional=frozenset(said))

    def _observed(self, provider: Given, rows: Rows, *, taken: set[tuple[int, str]], take: int) -> Any:
        """The value an earlier step shows: of the row chosen before, or of one chosen now. One call takes one path from different rows."""
        step, path = provider.from_step or 0, provider.output_path or ""
        if "[*]" not in path:
            return next(iter(values_at(self.results[step], path)), None)
        row = row_of(path)
        values = self._column(step, path)
        chosen = rows.get((step, row))
        again = (step, path) in taken
        if again or chosen is None or not (0 <= chosen < len(values) and values[chosen] is not None):
            order = self._order(provider, values)
            fitting = [index for index in order if values[index] is not None and not (again and index == chosen)]
            chosen = fitting[take % len(fitting)] if fitting else None
            if chosen is not None and not again:
                rows[step, row] = chosen
        taken.add((step, path))
        return None if chosen is None else values[chosen]

    def _column(self, step: int, path: str) -> list[Any]:
        """What each row of a listing holds at a path."""
        found = self._columns.get((step, path))
        if found is None:
            found = self._columns[step, path] = first_of_rows(self.results[step], path)
        return found

    def _order(self, provider: Given, values: list[Any]) -> list[int]:
        """The rows of a listing in the order in which they are tried for the next step.

        What the step was refused before comes last; first are those that a person can name.
        """
        step, path = provider.from_step or 0, provider.output_path or ""
        key = (len(self.results), step, path)
        if key not in self._orders:
            ranks = self._ranked(step, row_of(path))
            asked = self._asking(provider.parameter)
            unlucky = [isinstance(value, str | int) and self.luck.get((*asked, value), 0) < 0 for value in values]
            shuffled = self.rng.sample(range(len(values)), len(values))
            self._orders[key] = sorted(shuffled, key=lambda index: (unlucky[index], ranks[index]))
        return self._orders[key]

    def _ranked(self, step: int, row: str) -> list[bool]:
        """For each row of a listing whether no word would say which is meant."""
        found = self._ranks.get((step, row))
        if found is None:
            listed = every(self.results[step], f"{row}[*]")
            found = nameless(listed) if isinstance(next(iter(listed), None), dict) else crowded(self.results[step], row)
            self._ranks[step, row] = found
        return found

    def _asking(self, parameter: str) -> tuple[str, str, str]:
        """What the next step asks by a parameter, but for the value."""
        step = len(self.results)
        return self.scenarios[self.draft.env_of(step)].scenario_id, self.draft.tools[step].name, parameter

    def learn(self, arguments: dict[str, Any], *, ok: bool) -> None:
        """Remember what became of the next step with arguments."""
        for provider in self.draft.of_step(len(self.results)):
            value = arguments[provider.parameter] if provider.kind == "tool" else None
            if isinstance(value, str | int):
                self.luck[(*self._asking(provider.parameter), value)] += 1 if ok else -1

    def shows(self, step: int, path: str) -> bool:
        """Whether a step has shown something at a path: in the row that is meant, where one was chosen."""
        chosen = self.rows.get((step, row_of(path))) if "[*]" in path else None
        key = (step, path, chosen)
        if key not in self._shown:
            self._shown[key] = self._holds(step, path, chosen)
        return self._shown[key]

    def _holds(self, step: int, path: str, chosen: int | None) -> bool:
        """Whether a step's result holds something at a path, or in one row of its list."""
        if chosen is None:
            return holds(self.results[step], path)
        values = self._column(step, path)
        return chosen < len(values) and values[chosen] is not None

    def take_back(self, draft: Draft, rows: Rows) -> None:
        """Go back to a draft, and the rows chosen for it, whose steps were the first of those that have run."""
        done = len(draft.tools)
        self.draft, self.rows = draft, rows
        del self.arguments[done:], self.results[done:]
        self._shown = {key: shown for key, shown in self._shown.items() if key[0] < done}
        self._orders = {key: order for key, order in self._orders.items() if key[1] < done}  # of what their source steps gave
        self._columns = {key: values for key, values in self._columns.items() if key[0] < done}
        self._ranks = {key: ranks for key, ranks in self._ranks.items() if key[0] < done}

    def record(self) -> dict[str, Any]:
        """Where the draft ran, and with which arguments each of its steps."""
        return {"scenario_ids": [item.scenario_id for item in self.scenarios.values()], "arguments": self.arguments}


@dataclass(frozen=True)
class Stage:
    """One environment of a rehearsal: what is loaded, what is known of it, and where it may start from."""

    environment: AnyEnvironment
    spec: EnvironmentSpec
    scenarios: list[Scenario]


class Rehearsal:
    """Runs drafts of one environment, or of several that share an episode, in their scenarios."""

    def __init__(self, *stages: Stage) -> None:
        self._several = len(stages) > 1
        self._stages = stages
        self._foreign = any(isinstance(stage.environment, ForeignEnvironment) for stage in stages)
        self._episodes: dict[tuple[str, ...], AnyEpisode] = {}
        self._episode: AnyEpisode
        self._luck: Counter[Asked] = Counter()
        self._scenarios = {stage.spec.env_id: sorted(stage.scenarios, key=lambda item: item.scenario_id) for stage in stages}
        self._finders = {item.scenario_id: ArgumentFinder(stage.spec, item.state) for stage in stages for item in stage.scenarios}

    def _opened(self) -> AnyEpisode:
        if not self._several:
            return open_episode(self._stages[0].environment, self._stages[0].spec.env_id)
        return Episode(
            {stage.spec.env_id: stage.environment for stage in self._stages if not isinstance(stage.environment, ForeignEnvironment)}
        )

    def _begun(self, scenarios: Mapping[str, Scenario]) -> AnyEpisode:
        """An episode at the beginning of scenarios: one of ours, once it has read them, starts anew without reading them again."""
        name = () if self._foreign else tuple([scenario.scenario_id for scenario in scenarios.values()])
        episode = self._episodes.get(name)
        if isinstance(episode, Episode):
            episode.restart()
            return episode
        episode = self._episodes[name] = episode or self._opened()
        episode.reset({env_id: scenario.state for env_id, scenario in scenarios.items()})
        return episode

    def orders(self, rng: Random) -> Iterator[dict[str, Scenario]]:
        """The scenarios to run a draft in, one after the other, of all environments for the same purpose; none when one has none."""
        orders = {env_id: rng.sample(scenarios, len(scenarios)) for env_id, scenarios in self._scenarios.items()}
        first, *others = orders.values()
        for place, leading in enumerate(first):
            alike = [[each for each in order if each.purpose == leading.purpose] for order in others]
            if all(alike):
                yield dict(zip(orders, (leading, *(order[place % len(order)] for order in alike)), strict=True))

    def problem(self, draft: Draft, rng: Random) -> StuckError | None:
        """What stopped a draft in every scenario it was tried in; None when it ran through in one, which the draft then remembers."""
        stuck = None
        for scenarios in islice(self.orders(rng), PLAYS):
            play = self.begin(draft, scenarios, rng)
            try:
                self.go_on(play)
            except StuckError as found:
                stuck = found.with_traceback(None)  # its frames hold it as well: they would keep each other alive
            else:
                draft.rehearsals.append(play.record())
                return None
        return stuck

    def begin(self, draft: Draft, scenarios: dict[str, Scenario], rng: Random) -> Play:
        """A play of a draft from scenarios; none of its steps has run."""
        self._episode = self._begun(scenarios)
        finders = {env_id: self._finders[scenario.scenario_id] for env_id, scenario in scenarios.items()}
        return Play(draft, scenarios, finders, rng, self._luck)

    def go_on(self, play: Play, takes: int = TAKES) -> None:
        """Run the steps of a play's draft that have not run yet; each with so many different arguments at most.

        Raises:
            StuckError: no arguments were found that a step accepts; steps before it have run.
        """
        for step in range(len(play.results), len(play.draft.tools)):
            self._run(play, step, takes)

    def again(self, play: Play) -> None:
        """Bring the episode to where the steps of a play have led, whatever has run since."""
        self._episode = self._begun(play.scenarios)
        for step, arguments in enumerate(play.arguments):
            if is_write(play.draft.tools[step]):
                self._episode.call(self._name(play.draft, step), arguments)

    def _name(self, draft: Draft, step: int) -> str:
        return agent_tool_name(draft.env_of(step), draft.tools[step].name, self._several)

    def _run(self, play: Play, step: int, takes: int) -> None:
        draft, tool = play.draft, play.draft.tools[step]
        name, needed = self._name(draft, step), _needed(draft, step)
        why, tried = "found no arguments", list[dict[str, Any]]()
        for take in range(takes):
            rows = dict(play.rows)
            arguments = play.next_arguments(rows, take)
            if arguments is None or arguments in tried:
                continue
            tried.append(arguments)
            result = self._episode.call(name, arguments)
            play.learn(arguments, ok=result.ok)
            if result.ok and all(holds(result.value, path) for path in needed):
                play.rows = rows
                play.arguments.append(arguments)
                play.results.append(result.value)
                return
            why = f"was refused ({result.error.code})" if result.error is not None else "showed nothing to go on with"
            if result.ok and is_write(tool):
                raise StuckError(tool, why, changed=True)
        raise StuckError(tool, why)


def nameless(rows: list[Any]) -> list[bool]:
    """For each row whether no name tells it from the others."""
    labels = sorted(filter(is_label, set[str]().union(*(row for row in rows if isinstance(row, dict)))))
    named = [
        [(name, row[name]) for name in labels if isinstance(row.get(name), str)] if labels and isinstance(row, dict) else [] for row in rows
    ]
    times = Counter(name for own in named for name in own)
    return [all(times[name] > 1 for name in own) for own in named]


def crowded(result: Any, path: str) -> list[bool]:
    """For each element of the lists at a path whether it is one of several in its list, so that no word could say which is meant."""
    return [len(found) > 1 for found in every(result, path) if isinstance(found, list) for _ in found]


def _needed(draft: Draft, step: int) -> list[str]:
    """Where a step's result must hold something: what later steps take; in a listing nothing is taken from, a record to answer with."""
    taken = [item.output_path for item in draft.providers if item.from_step == step and item.output_path is not None]
    tool = draft.tools[step]
    return taken or ([record_path(tool.returns)] if tool.returns.many and not is_write(tool) else [])


@once
def _by_name(tool: ToolSpec) -> dict[str, ParameterSpec]:
    return {item.name: item for item in tool.parameters}


def _same_kind(tool: ToolSpec, parameter: ParameterSpec) -> bool:
    """Whether a tool takes the same kind of value under the same name, as a plain criterion and not as a filter of its records."""
    return any(item.name == parameter.name and item.type == parameter.type and item.role == "other" for item in tool.parameters)
