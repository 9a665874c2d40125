"""How the graph, what joins environments, and the chains grow with the number of environments.

    python -m envfactory_assets_tests.benchmarks.growth                      110, 330 and 1,000 environments, on one core
    python -m envfactory_assets_tests.benchmarks.growth --environments 110 --clock 10000      so many chains on all cores, by the clock
    python -m envfactory_assets_tests.benchmarks.growth --home FOLDER --clock 10000           the same, of what a home has promoted

The environments that ship are taken over and over again under other names until there are as many; names of tools and values repeat,
so more of them could be joined than among as many different ones.
"""

import argparse
import gc
import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from envfactory_assets.graph.checker import Checker
from envfactory_assets.graph.sampling import SAMPLERS
from envfactory_assets.records import Chain, EnvironmentSpec
from envfactory_assets.records.settings import Settings
from envfactory_assets_tests.benchmarks.worlds import World, counts_of, crossings, joined_chains, promoted, sampled_chains, seeded, shipped

JUDGED_AGAIN = 10  # one of so many chains is judged again, for how long that takes: sampling has judged them all


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=int, nargs="*", default=[110, 330, 1000])
    parser.add_argument("--chains", type=int, default=10, help="chains an environment")
    parser.add_argument("--home", type=Path, help="take promoted environments, with their scenarios, from this home's published copy")
    parser.add_argument("--sampler", default=Settings().sampler, choices=sorted(SAMPLERS))
    parser.add_argument("--clock", type=int, default=0, help="sample so many chains in one process a core, and say how long that took")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    console, sizes = Console(width=150, highlight=False), sorted(options.environments)
    own = promoted(options.home) if options.home else [seeded(world, options.seed) for world in shipped()[: sizes[-1]]]
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


def by_clock(worlds: list[World], options) -> Table:
    """How long chains take by the clock in one process a core, as a run has them; the environments are loaded before."""
    for world in worlds:
        world.build()
    cores = os.cpu_count() or 1
    wanted = counts_of(worlds, options.clock, options.sampler)
    largest = sorted(range(len(worlds)), key=lambda place: -wanted[place] * worlds[place].seconds)
    context = get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_begin, initargs=(worlds, options, context.Barrier(cores))) as pool:
        list(pool.map(_ready, range(cores)))
        started = time.perf_counter()
        parts = list(pool.map(_sampled, largest, [wanted[place] for place in largest]))
        seconds = time.perf_counter() - started
    made, flawed = sum(part[0] for part in parts), sum(part[1] for part in parts)
    table = Table(title=f"{made:,} chains of {len(worlds)} environments, sampler {options.sampler}, {cores} processes")
    for header in ("figure", "measured", "asked"):
        table.add_column(header)
    drafted, judged = sum(part[2] for part in parts), sum(part[3] for part in parts)
    table.add_row("drafted, played and judged, by the clock", f"{seconds:.1f} s", "< 10 s for 10,000")
    table.add_row("processor seconds of that", f"{drafted:.1f} s", "")
    table.add_row("of which to judge", f"{JUDGED_AGAIN * judged:.1f} s", "")
    table.add_row(f"one of {JUDGED_AGAIN} judged again, refused", f"{flawed:,}", "none")
    return table


_WORK: dict[str, Any] = {}


def _begin(worlds: list[World], options, everybody) -> None:
    """What a process needs: the environments, each loaded by a first chain."""
    _WORK.update(worlds=worlds, options=options, everybody=everybody)
    for place in range(len(worlds)):
        _sampled(place, 1)
    gc.collect()
    gc.freeze()  # as the workers of a run do with what is there before


def _ready(_: int) -> None:
    """Keep a process until the others have begun."""
    _WORK["everybody"].wait()


def _sampled(place: int, count: int) -> tuple[int, int, float, float]:
    """How many chains were made of one environment, how many of a few the checker refuses now, and the processor seconds of both."""
    options, world = _WORK["options"], _WORK["worlds"][place]
    started = time.process_time()
    made = sampled_chains(world, options.sampler, count, options.seed).of(Chain)
    drafted = time.process_time() - started
    checker = Checker(world.nodes, world.edges, {world.environment.env_id: EnvironmentSpec.model_validate(world.environment.spec)})
    started = time.process_time()
    flawed = sum(bool(checker.flaws_by_rule(chain)) for chain in made[::JUDGED_AGAIN])
    return len(made), flawed, drafted, time.process_time() - started


def seconds_of(work) -> float:
    """Processor seconds that work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
