"""How well the rules understand documents that a person has labelled.

    python -m envfactory_assets_tests.benchmarks.meaning [FOLDER ...] [--all] [--wrong]

Prints a table for each folder of labels, or for those given: ``tuned``, which the rules are tuned on, and ``untouched`` and ``fresh``,
which are never looked at while tuning: of these only the totals, unless ``--all`` is given. ``--wrong`` lists what is wrong in ``tuned``.
"""

import argparse
import sys
import time

from envfactory_assets_tests.synthesis.scoring import FOLDERS, Score, score_folder, total

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
    parser.add_argument("folders", nargs="*", default=FOLDERS, help=f"of {', '.join(FOLDERS)}; all when empty")
    parser.add_argument("--all", action="store_true", help="a row a document for every folder")
    parser.add_argument("--wrong", action="store_true", help="what is wrong in tuned")
    options = parser.parse_args(arguments)
    write = sys.stdout.write
    for folder in options.folders:
        started = time.perf_counter()
        scores = score_folder(folder)
        seconds = time.perf_counter() - started
        write(f"\n{folder}: {len(scores)} documents, {seconds:.2f} s\n{'':28}{''.join(f'{name:>15}' for name in COLUMNS)}\n")
        rows = dict(scores) if options.all or folder == "tuned" else {}
        for name, score in {**rows, "total": total(scores)}.items():
            write(f"{name:28}{''.join(f'{figure:15.3f}' for figure in figures(score))}\n")
        if options.wrong and folder == "tuned":
            for name, score in scores.items():
                write("".join(f"{name}: {line}\n" for line in score.wrong))
    return 0


if __name__ == "__main__":
    sys.exit(main())
