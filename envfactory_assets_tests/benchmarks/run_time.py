"""How long a cold and an unchanged run take, how much memory, and what comes out.

Run by hand: ``python -m envfactory_assets_tests.benchmarks.run_time``.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from envfactory_assets.dialogue import skeleton
from envfactory_assets.warehouse import Home, query_published

_SAMPLE_SECONDS = 0.5


def main():
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        environment = {**os.environ, "ENVFACTORY_HOME": str(home.root)}
        command = [sys.executable, "-m", "envfactory_assets.cli", "run"]
        cold, memory = measured(command, environment)
        written = query_published(home, "SELECT max(written_at) FROM _partitions").fetchall()
        unchanged, _ = measured(command, environment)
        wrote = query_published(home, "SELECT max(written_at) FROM _partitions").fetchall() != written
        validate, _ = measured(
            [sys.executable, "-m", "dagster", "definitions", "validate", "-m", "envfactory_assets.definitions"], environment
        )
        report(home, cold, memory, unchanged, wrote, validate)


def measured(command, environment):
    """Seconds and peak resident MB of a command with all its processes."""
    start = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = [0.0]
        sampler = threading.Thread(target=sample, args=(process, peak))
        sampler.start()
        code = process.wait()
        sampler.join()
    if code:
        raise SystemExit(f"{' '.join(command)} failed with exit code {code}")
    return time.monotonic() - start, peak[0]


def sample(process, peak):
    """Keep the highest sum of proportional memory of a process tree, in MB."""
    while process.poll() is None:
        peak[0] = max(peak[0], sum(proportional_memory(pid) for pid in family(process.pid)))
        time.sleep(_SAMPLE_SECONDS)


def family(pid):
    """A process and all below it, as Linux shows them."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(deeper for child in children for deeper in family(int(child)))]


def proportional_memory(pid):
    """Memory of a process in MB, shared pages counted in proportion."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def report(home, cold, memory, unchanged, wrote, validate):
    """Print one table: the figure, what was measured and what is asked."""
    conversations = query_published(
        home, "SELECT domain, count(*), min(turn_count), max(turn_count) FROM training_ready_sft GROUP BY domain"
    ).fetchall()
    table = Table(title="A run over all domains")
    for header in ("figure", "measured", "asked"):
        table.add_column(header)
    table.add_row("cold run", f"{cold:.0f} s", "< 240 s")
    table.add_row("peak memory, all processes", f"{memory:.0f} MB", "< 2,000 MB")
    table.add_row("second run, nothing changed", f"{unchanged:.1f} s, {'wrote' if wrote else 'wrote nothing'}", "< 25 s, writes nothing")
    table.add_row("definitions validate", f"{validate:.1f} s", "< 8 s")
    table.add_row("conversations", str(sum(row[1] for row in conversations)), ">= 300")
    table.add_row("fewest in a domain", str(min(row[1] for row in conversations)), ">= 20, 7 domains")
    table.add_row("turns", f"{min(row[2] for row in conversations)} to {max(row[3] for row in conversations)}", "2 to 8")
    table.add_row("most frequent request skeleton", f"{most_frequent_skeleton(home):.2%}", "<= 3 %")
    Console().print(table)


def most_frequent_skeleton(home):
    """Share of the most frequent request once the values said in it are removed."""
    turns = query_published(home, "SELECT unnest(turns, recursive := true) FROM calibrated_trajectories").pl()
    values = [[span["text"] for span in spans] for spans in turns["spans"].to_list()]
    counted = Counter(skeleton(request, said) for request, said in zip(turns["request"].to_list(), values, strict=True))
    return counted.most_common(1)[0][1] / counted.total()


if __name__ == "__main__":
    main()
