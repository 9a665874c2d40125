"""How well the rules understand documents that a person has labelled.

    python -m envfactory_assets_tests.benchmarks.meaning [--all] [--wrong]

Prints one table for the half that the rules are tuned on and one for the half that is never looked at while tuning: of that half only
the totals, unless ``--all`` is given. ``--wrong`` lists what is wrong in the tuned half.
"""

import argparse
import sys
import time

from envfactory_assets_tests.synthesis.scoring import HALVES, Score, score_half, total

COLUMNS = ("entities F1", "keys", "keys/all", "links F1", "envelopes F1", "filters F1", "effects right", "effects recall")


def figures(score: Score) -> tuple[float, ...]:
    """The figures of one row, in the order of the columns."""
    counts = score.counts
    keys = counts["keys"]
    return (
        counts["entities"].f1,
        keys.precision,
        keys.recall,
        counts["links"].f1,
        counts["envelopes"].f1,
        counts["filters"].f1,
        counts["effects"].precision,
        counts["effects"].recall,
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="How well the rules understand labelled documents.")
    parser.add_argument("--all", action="store_true", help="a row a document for both halves")
    parser.add_argument("--wrong", action="store_true", help="what is wrong in the tuned half")
    options = parser.parse_args(arguments)
    write = sys.stdout.write
    for half in HALVES:
        started = time.perf_counter()
        scores = score_half(half)
        seconds = time.perf_counter() - started
        write(f"\n{half}: {len(scores)} documents, {seconds:.2f} s\n{'':28}{''.join(f'{name:>15}' for name in COLUMNS)}\n")
        rows = dict(scores) if options.all or half == "tuned" else {}
        for name, score in {**rows, "total": total(scores)}.items():
            write(f"{name:28}{''.join(f'{figure:15.3f}' for figure in figures(score))}\n")
        if options.wrong and half == "tuned":
            for name, score in scores.items():
                write("".join(f"{name}: {line}\n" for line in score.wrong))
    return 0


if __name__ == "__main__":
    sys.exit(main())
