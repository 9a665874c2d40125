"""What calls, resets and many live episodes cost, over one environment by hand and two made by rules.

Run by hand: ``python -m envfactory_assets_tests.benchmarks.runtime``. Each figure is the median over repeated calls, then the slowest
tool of its kind: every tool of an environment that a random caller got an answer from is measured.
"""

import gc
import random
import statistics
import time
import tracemalloc
from datetime import date, datetime

import orjson
from rich.console import Console
from rich.table import Table

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import Episode, describe, load_environment, state_diff
from envfactory_assets.environments.equivalence import renamed_row
from envfactory_assets.records import EnvironmentCandidate, canonical_json
from envfactory_assets.synthesis.rules import write_candidate
from envfactory_assets.synthesis.seeding import seed_states
from envfactory_assets.verification.caller import Caller
from envfactory_assets_tests.taking import bundled_resources

ROWS = 100  # an entity, in a busy scenario
BY_RULES = ("stripe", "gitea")
EPISODES = 1000
DRAWS = 60  # arguments tried for a tool
REPEATS = 200
ASKED = {
    "get by key": "< 10 µs",
    "list with a filter": "< 200 µs",
    "write with invariants": "< 80 µs",
    "first reset": "< 50 ms",
    "later reset": "< 0.3 ms",
    "memory of a later episode": "< 100 kB",
    "episodes interleaved": "1,000, none crossing",
}


def main():
    """Measure and print one table."""
    subjects = [by_hand("travel", "hotel_desk"), *(by_rules(resource_id) for resource_id in BY_RULES)]
    measured = [figures(*subject) for subject in subjects]
    table = Table(title=f"The runtime over busy scenarios ({ROWS} rows an entity), one core")
    table.add_column("figure")
    for env_id, _ in subjects:
        table.add_column(env_id)
    table.add_column("asked")
    for figure in measured[0]:
        table.add_row(figure, *(row[figure] for row in measured), ASKED.get(figure, ""))
    Console(width=180).print(table)


def by_hand(domain, env_id):
    """A module that ships: its id and source."""
    return env_id, (bundled("environments") / domain / f"{env_id}.py").read_text(encoding="utf-8")


def by_rules(resource_id):
    """The module that rules write for a bundled resource: its id and source."""
    resource = next(resource for resource in bundled_resources() if resource.resource_id == resource_id)
    (candidate,) = write_candidate(resource).of(EnvironmentCandidate)
    return candidate.env_id, candidate.source_code


def figures(env_id, source):
    """All figures of one environment, by name."""
    environment = load_environment(source, env_id)
    state = busy_state(environment, env_id)
    # The seeding above has warmed the class: the first reset is measured in a class of its own.
    first = Episode({env_id: load_environment(source + "\n", env_id)})
    first_reset = once(lambda: first.reset({env_id: state}))
    bench = Bench(env_id, environment, state)
    return {
        "tools / entities / rows": " / ".join(
            str(len(part)) for part in (bench.spec.tools, bench.spec.entities, [row for rows in state["tables"].values() for row in rows])
        ),
        "get by key": bench.slowest(bench.gets()),
        "list with a filter": bench.slowest(bench.lists()),
        "write with invariants": bench.slowest(bench.writes()),
        "first reset": f"{first_reset * 1e3:.1f} ms",
        "later reset": f"{bench.later_reset() * 1e3:.2f} ms",
        "memory of a later episode": f"{bench.memory() / 1e3:.0f} kB",
        "episodes interleaved": bench.interleaved(),
        "snapshot": f"{median(bench.episode.snapshot) * 1e6:.0f} µs",
        "state_diff of one write": f"{bench.diff() * 1e6:.0f} µs",
    }


class Bench:
    """Measures one environment from one state."""

    def __init__(self, env_id, environment, state):
        self.env_id, self.environment, self.state = env_id, environment, state
        self.spec = describe(environment, env_id)
        self.caller = Caller(self.spec, random.Random(7))
        self.episode = self.begun()
        self.answered = {tool.name: self.accepted(tool) for tool in self.spec.tools}

    def begun(self):
        """A fresh episode."""
        episode = Episode({self.env_id: self.environment})
        episode.reset({self.env_id: self.state})
        return episode

    def accepted(self, tool):
        """Arguments that the tool takes in the state, each with whether the answer holds anything."""
        found = []
        for _ in range(DRAWS):
            arguments = self.caller.arguments(tool, self.state)
            result = self.episode.call(tool.name, arguments, tool.audience)
            if result.ok:
                found.append(arguments)
                self.episode = self.begun()
        return found[:8]

    def gets(self):
        """Tools that give one row."""
        return [t for t in self.spec.tools if t.effects[0].family == "get" and not t.returns.many and t.parameters]

    def lists(self):
        """Tools that give rows and take a filter."""
        return [t for t in self.spec.tools if t.returns.many and reads(t) and any(p.operator for p in t.parameters)]

    def writes(self):
        """Tools that change the state."""
        return [t for t in self.spec.tools if not reads(t)]

    def slowest(self, tools):
        """The slowest tool of several, and how many were measured; lists are called with a filter."""
        times = {tool.name: self.call_time(tool) for tool in tools if self.answered[tool.name]}
        if not times:
            return "none has one"
        name = max(times, key=times.get)
        return f"{times[name] * 1e6:.1f} µs ({name}), median of {len(times)}: {statistics.median(times.values()) * 1e6:.1f} µs"

    def call_time(self, tool):
        """The median time of one call, each write from the state it was drawn in."""
        filtering = {p.name for p in tool.parameters if p.operator}
        given = [a for a in self.answered[tool.name] if filtering & set(a)] or self.answered[tool.name]
        times = []
        for turn in range(REPEATS):
            arguments = given[turn % len(given)]
            if not reads(tool) or not turn:
                self.episode.reset({self.env_id: self.state})
            times.append(once(lambda arguments=arguments: self.episode.call(tool.name, arguments, tool.audience)))
        return statistics.median(times)

    def later_reset(self):
        """The time of a reset to a state that was loaded before."""
        episode = self.begun()
        return median(lambda: episode.reset({self.env_id: self.state}))

    def memory(self):
        """What one more live episode holds, in bytes."""
        self.begun()
        gc.collect()
        tracemalloc.start()
        kept = [self.begun() for _ in range(20)]
        gc.collect()
        held = tracemalloc.get_traced_memory()[0] / len(kept)
        tracemalloc.stop()
        return held

    def interleaved(self):
        """Many live episodes of one state that take turns, against each script run alone."""
        writes = [(t, arguments) for t in self.writes() for arguments in self.answered[t.name]]
        scripts = [[writes[(number * 3 + step * 5) % len(writes)] for step in range(4)] for number in range(len(writes))]
        alone = [self.played(script) for script in scripts]
        started = time.perf_counter()
        episodes = [self.begun() for _ in range(EPISODES)]
        for step in range(4):
            for number, episode in enumerate(episodes):
                tool, arguments = scripts[number % len(scripts)][step]
                episode.call(tool.name, arguments, tool.audience)
        spent = time.perf_counter() - started
        crossed = sum(canonical_json(episode.snapshot()) != alone[number % len(scripts)] for number, episode in enumerate(episodes))
        return f"{crossed} crossing of {EPISODES:,}, {len(set(alone))} outcomes, {spent:.2f} s"

    def played(self, script):
        """The state after some calls in an episode of its own."""
        episode = self.begun()
        for tool, arguments in script:
            episode.call(tool.name, arguments, tool.audience)
        return canonical_json(episode.snapshot())

    def diff(self):
        """The time of comparing the states before and after a write."""
        tool = next(t for t in self.writes() if self.answered[t.name])
        episode = self.begun()
        before = episode.snapshot()
        episode.call(tool.name, self.answered[tool.name][0], tool.audience)
        after = episode.snapshot()
        return median(lambda: state_diff(before, after, episode.environments))


def busy_state(environment, env_id):
    """A seeded state multiplied until each entity has ``ROWS`` rows."""
    state = copies(environment, seed_states(environment, env_id, seed=7, count=6)[-1])
    state["tables"] = first_rows(environment, state["tables"])
    return state


def first_rows(environment, tables):
    """The first ``ROWS`` rows of each table whose references are kept too."""
    kept, keys, before = {table: {} for table in tables}, set(), -1
    while len(keys) > before:
        before = len(keys)
        for table, entity in environment.plan.tables.items():
            layout = entity.entity_layout
            for row in tables[table]:
                needed = {(reference.target.name, key) for reference in layout.refs for key in reference.keys_in(row)}
                if len(kept[table]) < ROWS and needed <= keys:
                    kept[table][row[layout.key]] = row
                    keys.add((entity.__name__, row[layout.key]))
    return {table: list(rows.values()) for table, rows in kept.items()}


def copies(environment, seeded):
    """The rows of a state several times over, each copy under fresh keys, references kept inside it."""
    state = orjson.loads(orjson.dumps(seeded))
    fewest = min(len(rows) for rows in seeded["tables"].values())
    for number in range(1, -(-ROWS // fewest)):
        names = {}
        for table, entity in environment.plan.tables.items():
            for row in seeded["tables"][table]:
                state["counters"][entity.__name__] += 1
                names[entity.__name__, row[entity.entity_layout.key]] = entity.entity_layout.mint(state["counters"][entity.__name__])
        for table, entity in environment.plan.tables.items():
            state["tables"][table] += [told_apart(renamed_row(row, entity, names.get), number) for row in seeded["tables"][table]]
    return state


def told_apart(row, number):
    """A copy's texts end in its number, so that what must differ does."""
    return {name: f"{value} {number}" if is_prose(value) else value for name, value in row.items()}


def is_prose(value):
    """Whether a value is text that a person wrote: words with a space between them."""
    return isinstance(value, str) and " " in value and not is_moment(value)


def is_moment(value):
    """Whether a text is a date or a moment."""
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            read(value)
        except ValueError:
            continue
        return True
    return False


def reads(tool):
    """Whether a tool only reads."""
    return all(effect.family in {"get", "list", "search"} for effect in tool.effects)


def once(call):
    """The seconds of one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def median(call):
    """The median seconds of repeated calls."""
    return statistics.median(once(call) for _ in range(REPEATS))


if __name__ == "__main__":
    main()
