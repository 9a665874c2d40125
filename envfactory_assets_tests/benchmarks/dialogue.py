"""Conversations from a built tool graph: how fast, in how much memory, how many come through, and how they read.

    python -m envfactory_assets_tests.benchmarks.dialogue --home FOLDER                        2,575 conversations
    python -m envfactory_assets_tests.benchmarks.dialogue --home FOLDER --conversations 25000
    python -m envfactory_assets_tests.benchmarks.dialogue --home FOLDER --profile paper
    python -m envfactory_assets_tests.benchmarks.dialogue --home FOLDER --domain travel --cprofile OUT

The home is a finished run's; its published copy is worked on elsewhere, the home itself stays as it is.
"""

import argparse
import cProfile
import math
import os
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.stages import LINE, run_stage
from envfactory_assets.definitions import defs
from envfactory_assets.records import RequestMetrics, ToolNode
from envfactory_assets.records.metrics import figure
from envfactory_assets.records.profiles import DEFAULT, profiles
from envfactory_assets.records.schema import to_rows
from envfactory_assets.training import conversation_metrics
from envfactory_assets.warehouse import Home, publish, query_published
from envfactory_assets_tests.benchmarks.run_time import family, proportional_memory

STAGES = [
    "chains",
    "raw_trajectories",
    "calibrated_trajectories",
    "training_ready_sft",
    "training_ready_rl",
    "rollouts",
    "conversation_metrics",
]
CHAINS_A_CONVERSATION = 1.12  # more chains are sampled than conversations come through
SAMPLE_SECONDS = 1.0  # to look costs a few hundredths of a second


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="a finished run's home")
    parser.add_argument("--conversations", type=int, default=2575, help="promoted conversations that are wanted, over the home's domains")
    parser.add_argument("--chains", type=int, help="chains a domain, in place of as many as conversations ask for")
    parser.add_argument("--profile", default=DEFAULT, choices=sorted(profiles()), help="the shape of chains and conversations")
    parser.add_argument("--domain", action="append", help="only this one")
    parser.add_argument("--cprofile", type=Path, help="work in this process only, and keep what cProfile saw of each stage in this folder")
    parser.add_argument("--keep", type=Path, help="keep what was made in this folder")
    options = parser.parse_args()
    assert defs is not None  # the stages are declared
    with tempfile.TemporaryDirectory() as folder:
        home = Home(options.keep or Path(folder) / "home")
        home.prepare()
        shutil.copyfile(options.home / "published.duckdb", home.database)
        home.database.chmod(0o644)
        os.environ["ENVFACTORY_HOME"] = str(home.root)
        domains = options.domain or built_domains(options.home)
        chains = options.chains or math.ceil(options.conversations * CHAINS_A_CONVERSATION / len(domains))
        if options.cprofile:
            os.cpu_count = lambda: 1
        peak = Peak()
        seconds = line(domains, Factory(trajectories=chains, profile=options.profile), options.cprofile)
        memory = peak.stop()
        publish(home)
        tables = [table(home, domains) for table in (table_of_yield, table_of_floors, table_of_reading)]
        Console(width=140, highlight=False).print(table_of_speed(home, domains, chains, seconds, memory), *tables)


def built_domains(folder):
    """The domains a home has a tool graph of."""
    return [domain for (domain,) in query_published(Home(folder), "SELECT DISTINCT domain FROM tool_edges ORDER BY 1").fetchall()]


def line(domains, factory, traces):
    """By stage, from the tool graph on: seconds, and processor seconds of this process and of its workers."""
    seconds = defaultdict(lambda: [0.0, 0.0, 0.0])
    for domain in domains:
        for name in STAGES:
            stage, units = LINE[name]
            tracer = cProfile.Profile() if traces else None
            started, own, workers = time.monotonic(), time.process_time(), processor_time_of_workers()
            if tracer:
                tracer.enable()
            for _ in run_stage(stage, units, domain, factory, "benchmark"):
                pass
            if tracer:
                tracer.disable()
                traces.mkdir(parents=True, exist_ok=True)
                tracer.dump_stats(traces / f"{domain}-{name}.prof")
            spent = time.monotonic() - started, time.process_time() - own, processor_time_of_workers() - workers
            seconds[name] = [total + more for total, more in zip(seconds[name], spent, strict=True)]
    return seconds


def processor_time_of_workers():
    """Processor seconds of all processes that this one has started and that still run."""
    ticks = 0
    for pid in family(os.getpid())[1:]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Peak:
    """The most memory that this process and those it started have at any time, in MB."""

    def __init__(self):
        self.highest = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        while not self._ended.wait(SAMPLE_SECONDS):
            self.highest = max(self.highest, sum(proportional_memory(pid) for pid in family(os.getpid())))

    def stop(self):
        """End watching."""
        self._ended.set()
        self._thread.join()
        return self.highest


def table_of_speed(home, domains, chains, seconds, memory):
    """How long each stage took, and all of them. What is asked is by the clock, on cores with nothing else to do."""
    table = Table(title=f"{len(domains)} domains, {chains} chains each, from a built tool graph")
    for header in ("stage", "seconds by the clock", "processor: this process", "processor: workers", "asked"):
        table.add_column(header)
    for name in STAGES:
        table.add_row(name, *(f"{each:.1f}" for each in seconds[name]), "")
    made = conversations(home, domains)
    totals = [sum(seconds[name][place] for name in STAGES) for place in range(3)]
    share = 2575 / max(1, made)
    table.add_row("all", *(f"{each:.0f}" for each in totals), "")
    table.add_row("in proportion for 2,575 conversations", *(f"{each * share:.0f}" for each in totals), "< 240 s by the clock, 2 cores")
    table.add_row("promoted conversations", f"{made:,}", "", "", ">= 2,575 by default")
    table.add_row("peak memory, all processes", f"{memory:,.0f} MB", "", "", "< 3,000 MB")
    return table


def conversations(home, domains):
    """How many conversations are training-ready, as an SFT row or as tasks."""
    query = """SELECT count(DISTINCT trajectory_id) FROM (
        SELECT domain, trajectory_id FROM training_ready_sft UNION ALL SELECT domain, trajectory_id FROM training_ready_rl
    ) WHERE list_contains(?, domain)"""
    return query_published(home, query, [list(domains)]).fetchall()[0][0]


def table_of_yield(home, domains):
    """What came through each gate."""
    table = Table(title="Through the gates")
    for header in ("gate", "in", "out", "yield"):
        table.add_column(header)
    ids = {
        "raw_trajectories": ("chains", "chain_id", "TRUE", "raw_trajectories"),
        "calibrated_trajectories": ("raw_trajectories", "trajectory_id", "TRUE", "calibrated_trajectories"),
        "training_ready_sft": ("calibrated_trajectories", "trajectory_id", "purpose = 'sft'", "training_ready_sft"),
        "training_ready_rl": ("calibrated_trajectories", "trajectory_id", "purpose = 'rl'", "training_ready_rl"),
    }
    for gate, (source, key, condition, target) in ids.items():
        query = f"""SELECT count(*), count(*) FILTER ({key} IN (SELECT {key} FROM {target}))
                    FROM {source} WHERE {condition} AND list_contains(?, domain)"""
        [(entered, left)] = query_published(home, query, [list(domains)]).fetchall()
        table.add_row(gate, f"{entered:,}", f"{left:,}", f"{left / max(1, entered):.1%}")
    return table


def table_of_floors(home, domains):
    """What agents without skill score, and what the gates found."""
    table = Table(title="Floors and gates")
    for header in ("figure", "measured", "asked"):
        table.add_column(header)
    scores = """SELECT agent, min(reward.total), avg(reward.total), max(reward.total) FROM rollouts JOIN training_ready_rl USING (task_id)
                WHERE writes AND list_contains(?, training_ready_rl.domain) GROUP BY agent ORDER BY agent"""
    asked = {"gold": "1 on every write task", "null": "0 on every write task", "random": "below 0.05 on average"}
    for agent, *found in query_published(home, scores, [list(domains)]).fetchall():
        table.add_row(f"{agent}: lowest, mean, highest", ", ".join(f"{value:.3f}" for value in found), asked.get(agent, ""))
    reading = """SELECT min(gate_rewards.reading), avg(gate_rewards.reading), max(gate_rewards.reading) FROM training_ready_rl
                 WHERE writes AND list_contains(?, domain)"""
    [found] = query_published(home, reading, [list(domains)]).fetchall()
    table.add_row("reading everything: lowest, mean, highest", ", ".join(f"{value:.3f}" for value in found), "0 on every write task")
    gates = """SELECT split_part(reason, ':', 1), count(*) FROM rejections
               WHERE stage IN ('training_ready_sft', 'training_ready_rl') AND list_contains(?, domain) GROUP BY 1 ORDER BY 2 DESC"""
    failed = dict(query_published(home, gates, [list(domains)]).fetchall())
    rows = "SELECT count(*) FROM (SELECT domain FROM training_ready_sft UNION ALL SELECT domain FROM training_ready_rl)"
    [[promoted]] = query_published(home, f"{rows} WHERE list_contains(?, domain)", [list(domains)]).fetchall()
    share = failed.get("near_duplicate", 0) / max(1, promoted + failed.get("near_duplicate", 0))
    table.add_row("near-duplicates within a domain", f"{share:.2%}", "< 2 %, left out")
    told = ", ".join(f"{gate} {count}" for gate, count in failed.items()) or "nothing"
    table.add_row("conversations and tasks left out, by gate", told, "")
    table.add_row("refused by the checker on promotion", str(failed.get("solvable", 0)), "0")
    return table


def table_of_reading(home, domains):
    """The figures of all promoted conversations together, beside those of people."""
    table = Table(title="How conversations read")
    for header in ("measure", "explicit", "natural", "people (BFCL v3)", "asked"):
        table.add_column(header)
    requests, nodes = (
        to_rows(record, query_published(home, f"SELECT * FROM {record.table} WHERE list_contains(?, domain)", [list(domains)]).pl())
        for record in (RequestMetrics, ToolNode)
    )
    for row in conversation_metrics("all", requests, nodes):
        table.add_row(row.measure, figure(row.raw), figure(row.calibrated), figure(row.human), row.asked)
    return table


if __name__ == "__main__":
    main()
