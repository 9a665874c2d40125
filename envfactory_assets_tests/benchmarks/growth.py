"""How the graph, what joins environments, and the chains grow with the number of environments.

    python -m envfactory_assets_tests.benchmarks.growth                      110, 330 and 1,000 environments, on one core
    python -m envfactory_assets_tests.benchmarks.growth --environments 110 --clock 10000      so many chains on all cores, by the clock

The environments that ship are taken over and over again under other names until there are as many; names of tools and values repeat,
so more of them could be joined than among as many different ones.
"""

import argparse
import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context
from typing import Any

from rich.console import Console
from rich.table import Table

from envfactory_assets.graph.sampling import SAMPLERS
from envfactory_assets.records import Chain
from envfactory_assets_tests.benchmarks.worlds import World, counts_of, crossings, joined_chains, sampled_chains, seeded, shipped


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=int, nargs="*", default=[110, 330, 1000])
    parser.add_argument("--chains", type=int, default=10, help="chains an environment")
    parser.add_argument("--sampler", default="coverage", choices=sorted(SAMPLERS))
    parser.add_argument("--clock", type=int, default=0, help="sample so many chains in one process a core, and say how long that took")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    console, sizes = Console(width=150, highlight=False), sorted(options.environments)
    own = [seeded(world, options.seed) for world in shipped()[: sizes[-1]]]
    if options.clock:
        console.print(by_clock(own, options))
        return
    worlds = [copy_of(world, number // len(own)) for number, world in enumerate(islice(cycle(own), sizes[-1]))]
    table = Table(title=f"Seconds on one core, {options.chains} chains an environment")
    for header in ("environments", "graph", "joints", "chains", "joined chains", "all, of an environment", "tools", "edges", "MB, at most"):
        table.add_column(header)
    graph, chains, done = 0.0, 0.0, 0
    for size in sizes:
        for world in worlds[done:size]:
            world.build()
            graph += world.seconds
            chains += seconds_of(lambda world=world: sampled_chains(world, options.sampler, options.chains, options.seed))
        done = size
        crossing, _, joints = crossings(worlds[:size])
        joined = seconds_of(lambda size=size, crossing=crossing: joined_chains(worlds[:size], crossing, size, options.seed))
        each = 1000 * (graph + joints + chains + joined) / size
        tools, edges = sum(len(world.nodes) for world in worlds[:size]), sum(len(world.edges) for world in worlds[:size]) + len(crossing)
        seconds = [f"{part:.1f}" for part in (graph, joints, chains, joined)]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        table.add_row(f"{size:,}", *seconds, f"{each:.0f} ms", f"{tools:,}", f"{edges:,}", f"{memory:,}")
    console.print(table)


def copy_of(world: World, number: int) -> World:
    """The same environment under another name; the first keeps its own."""
    if not number:
        return world
    env_id = f"{world.environment.env_id}_{number}"
    renamed = {"env_id": env_id, "spec": {**world.environment.spec, "env_id": env_id}}
    scenarios = [row.model_copy(update={"env_id": env_id, "scenario_id": f"{row.scenario_id}_{number}"}) for row in world.scenarios]
    return World(world.environment.model_copy(update=renamed), scenarios)


def by_clock(worlds: list[World], options) -> str:
    """How long chains take by the clock in one process a core, as a run has them; the environments are loaded before."""
    for world in worlds:
        world.build()
    cores = os.cpu_count() or 1
    wanted = counts_of(worlds, options.clock, options.sampler)
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn"), initializer=_begin, initargs=(worlds, options)) as pool:
        list(pool.map(_ready, range(cores)))
        started = time.perf_counter()
        made = sum(pool.map(_sampled, range(len(worlds)), wanted))
    return f"{made:,} chains, sampler {options.sampler}, {cores} processes: {time.perf_counter() - started:.1f} s (asked: 10 s for 10,000)"


_WORK: dict[str, Any] = {}


def _begin(worlds: list[World], options) -> None:
    """What a process needs: the environments, each loaded by a first chain."""
    _WORK.update(worlds=worlds, options=options)
    for place in range(len(worlds)):
        _sampled(place, 1)


def _ready(_: int) -> None:
    """Keep a process until the others have begun."""
    time.sleep(1.0)


def _sampled(place: int, count: int) -> int:
    """How many chains were made of one environment."""
    options = _WORK["options"]
    return len(sampled_chains(_WORK["worlds"][place], options.sampler, count, options.seed).of(Chain))


def seconds_of(work) -> float:
    """Processor seconds that work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
