"""What the environments are worth: all that the rules make of what ships and those written by hand, beside what is asked of them.

    python -m envfactory_assets_tests.benchmarks.environments                  every environment is verified (many minutes)
    python -m envfactory_assets_tests.benchmarks.environments --sample 20      a seeded sample is verified
    python -m envfactory_assets_tests.benchmarks.environments --static         nothing is executed: what the specifications say

``--list FIGURE`` names the environments that miss a figure; ``--only TEXT`` looks at those whose id holds a text; ``--keep FOLDER``
remembers verdicts, so that only what changed since is verified again.
"""

import argparse
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median

from rich.console import Console
from rich.table import Table

from envfactory_assets.corpus import domains
from envfactory_assets_tests.benchmarks.measuring import Measured, hand, judged, resources, rules, verified
from envfactory_assets_tests.benchmarks.surfaces import surface_of

FAMILIES = (1, 2, 3)
_LONGEST = 400
_POPULATED = 0.70
FIGURES = (
    "promoted",
    "families1",
    "families2",
    "families3",
    "filters",
    "links",
    "tools",
    "conformance",
    "populated",
    "surfaces",
    "seconds",
    "lines",
)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, help="how many environments are verified, chosen by the seed")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--static", action="store_true", help="execute nothing")
    parser.add_argument("--only", default="", help="only environments whose id holds this text")
    parser.add_argument("--list", action="append", default=[], choices=FIGURES, help="name those that miss this figure")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder where verdicts are remembered")
    options = parser.parse_args()
    made = [rules(resource) for resource in resources(options.only)] + hand(options.only)
    written = [each for each in made if each.candidate]
    chosen = written if options.sample is None else random.Random(options.seed).sample(written, min(options.sample, len(written)))
    if not options.static:
        chosen = judged(verify_all(chosen, options.workers, options.keep))
    console = Console(width=150, highlight=False)
    console.print(table_of(made, written, chosen, static=options.static))
    for figure in options.list:
        console.print(f"\n{figure}:")
        for line in missing(figure, written, chosen, static=options.static):
            console.print(f"  {line}", markup=False)


def verify_all(chosen: list[Measured], workers: int, keep: Path | None) -> list[Measured]:
    """The same environments with their verdicts, in this process unless more workers are asked for."""
    judge = partial(verified, keep=keep)
    if workers <= 1:
        return [judge(each) for each in chosen]
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        return list(pool.map(judge, chosen))


def table_of(made: list[Measured], written: list[Measured], chosen: list[Measured], *, static: bool) -> Table:
    """The table: what is measured on all that were written, then what was verified."""
    by_rules = [each for each in written if each.author == "rules"]
    basis = f"{len(chosen)} by their specifications" if static else f"{len(chosen)} executed"
    table = Table(title=f"{len(made)} documents and modules, {len(written)} environments; effects, filters, outputs: {basis}")
    for header in ("figure", "measured", "asked"):
        table.add_column(header)
    if not static:
        promoted = [each for each in chosen if each.promoted]
        read_rich = Counter(each.domain for each in promoted if each.read_rich)
        counted = Counter(each.domain for each in promoted)
        table.add_row("promoted", f"{len(promoted)} of {len(chosen)} ({_share(len(promoted), len(chosen))})", ">= 110")
        told = ", ".join(
            f"{domain} {counted[domain]}" + (f" ({read_rich[domain]} read-rich)" if read_rich[domain] else "") for domain in domains()
        )
        table.add_row("promoted by domain", told, ">= 10 each, <= 4 read-rich")
        reasons = Counter("a blocking probe failed" if each.failed else each.why.partition(":")[0] for each in chosen if not each.promoted)
        table.add_row("the others", "; ".join(f"{number} {reason}" for reason, number in reasons.most_common()), "")
        chosen = promoted
    asked = {1: "", 2: ">= 75 %", 3: ">= 50 %"}
    for count in FAMILIES:
        table.add_row(f"typed effect families >= {count}", _told(chosen, lambda e, n=count: len(e.families) >= n), asked[count])
    families = Counter(name for each in chosen for name in each.families)
    table.add_row("environments by family", ", ".join(f"{name} {number}" for name, number in families.most_common()), "")
    table.add_row("a working filter", _told(chosen, lambda e: e.filters >= 1), ">= 90 %")
    table.add_row("links the document shows >= 2", _told(chosen, lambda e: e.links >= 2), ">= 95 %")
    table.add_row("tools, median", f"{median(each.tools for each in chosen) if chosen else 0:g}", "12 to 20")
    if not static:
        outputs = [output for each in chosen for output in each.outputs]
        conforming = sum(output.conforms for output in outputs)
        table.add_row("outputs conform to the resource", f"{_share(conforming, len(outputs))} of {len(outputs):,} tools", ">= 95 %")
        shares = [output.populated for output in outputs if output.populated is not None]
        table.add_row("its fields populated, mean", f"{mean(shares) if shares else 0:.1%} of {len(shares):,} tools", ">= 70 %")
        table.add_row("tools with 70 % populated", _share(sum(share >= _POPULATED for share in shares), len(shares)), "")
    surfaces = surfaces_of(written)
    tools = sum(len(each.spec.tools) for each in written if each.spec)
    commonest, number = surfaces.most_common(1)[0] if surfaces else ("", 0)
    table.add_row("commonest surface", f"{_share(number, tools)} of {tools:,} tools: {commonest[:90]}", "<= 2 %")
    seconds = [each.seconds for each in made if each.author == "rules"]
    if seconds:
        table.add_row("synthesis, median; most", f"{median(seconds):.2f} s; {max(seconds):.2f} s", "< 0.5 s")
        table.add_row("synthesis of all, one core", f"{sum(seconds):.1f} s", "< 60 s on 2 cores")
    lines = sorted((each.lines, each.env_id) for each in written)
    long = sum(count > _LONGEST for count, _ in lines)
    table.add_row(
        "lines a module, median; most; longer", f"{median(n for n, _ in lines):g}; {lines[-1][0]}; {long} over {_LONGEST}", "< 400"
    )
    table.add_row("made by rules", f"{len(by_rules)}", "")
    return table


def surfaces_of(written: list[Measured]) -> Counter[str]:
    """How many tools have each surface."""
    return Counter(surface for each in written if each.spec for tool in each.spec.tools if (surface := surface_of(each.spec, tool)))


def missing(figure: str, written: list[Measured], chosen: list[Measured], *, static: bool) -> list[str]:
    """The environments that miss a figure, with what they have; of all but the first figure those that were promoted."""
    judged = chosen if static or figure == "promoted" else [each for each in chosen if each.promoted]
    match figure:
        case "promoted":
            return [f"{e.name}: {e.why}" for e in judged if not e.promoted]
        case "families1" | "families2" | "families3":
            return [f"{e.name}: {', '.join(e.families) or 'none'}" for e in judged if len(e.families) < int(figure[-1])]
        case "filters":
            return [f"{e.name}: no working filter" for e in judged if not e.filters]
        case "links":
            return [f"{e.name}: {e.links}" for e in judged if e.links < 2]
        case "tools":
            return [f"{e.name}: {e.tools}" for e in written if not 12 <= e.tools <= 20]
        case "conformance":
            return [f"{e.name} {o.tool}: {o.wrong}" for e in judged for o in e.outputs if not o.conforms]
        case "populated":
            return [
                f"{e.name} {o.tool}: {o.populated:.0%}"
                for e in judged
                for o in e.outputs
                if o.populated is not None and o.populated < _POPULATED
            ]
        case "surfaces":
            total = sum(len(each.spec.tools) for each in written if each.spec)
            return [f"{number / total:.2%} {surface}" for surface, number in surfaces_of(written).most_common(25)]
        case "seconds":
            return [f"{e.name}: {e.seconds:.2f} s" for e in written if e.seconds >= 0.5]
        case _:
            return [f"{e.name}: {e.lines}" for e in written if e.lines > _LONGEST]


def _told(chosen: list[Measured], test) -> str:
    return f"{_share(sum(map(test, chosen)), len(chosen))} ({sum(map(test, chosen))})"


def _share(number: int, total: int) -> str:
    return f"{number / total:.1%}" if total else "none"


if __name__ == "__main__":
    main()
