"""How many planted defects the probes catch, a kind and in all, over the bundled and the hand-written environments.

    python -m envfactory_assets_tests.benchmarks.mutation [--sample N] [--only hand|bundled|runtime] [--missed] [--kind K] [--further]
                                                          [--kept FILE [--seconds N]]

The set is frozen: which defects are planted where follows from the modules' text and one seed. ``--sample`` plants so many an environment;
without it every environment gets up to two of each kind. Only defects that an independent random caller can see are counted. ``--missed``
prints the diff of each that no check caught. The whole set takes more than an hour of processor time: with ``--kept`` each environment's
results are written down, and the same command goes on where it stopped; after ``--seconds`` no further environment is begun. What is kept
was seen by the probes of that day: a changed verifier or another choice of defects needs a new file.

A check that keeps an environment out or warns of it catches a defect in any module; a hint only tells a module from the sound one it was
before. The column ``by hints`` counts those that nothing but hints told apart: they are no catches.
"""

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import load_environment
from envfactory_assets.records import EnvironmentCandidate, derived_seed
from envfactory_assets.synthesis.rules import hand_candidate, write_candidate
from envfactory_assets.synthesis.seeding import seed_candidate
from envfactory_assets.verification.examination import Request, examine, judge_against, subject_of
from envfactory_assets.verification.mutation import SECONDS, MutantResult, try_mutant
from envfactory_assets.verification.mutations import FURTHER, KINDS, differs, of_each_kind, recorded
from envfactory_assets.verification.mutations.runtime import KINDS as RUNTIME_KINDS
from envfactory_assets.verification.mutations.runtime import planted as planted_in_runtime
from envfactory_assets.verification.mutations.runtime import runtime_defects
from envfactory_assets.verification.patience import OutOfTime, patience
from envfactory_assets.verification.verifier import in_two_processes
from envfactory_assets_tests.taking import bundled_resources

ASKED, ASKED_A_KIND = 0.97, 0.85
SEED, STATES, FURTHER_CALLS, A_KIND = 5, 3, 120, 2
RUNTIME_ENVIRONMENTS = {"library", "help_desk", "domain_registrar", "airline"}
RUNTIME_DEFECTS = 240


class Judged(BaseModel):
    """What became of the defects planted in one environment; times are of the processor."""

    env_id: str
    code_sha256: str = ""
    results: list[MutantResult] = []
    planted: int = 0
    verified_seconds: float = 0.0
    seconds: float = 0.0
    rejected: str = ""


def main(arguments=None):
    """Plant, judge and print; exit 1 when a figure is missed."""
    parser = argparse.ArgumentParser(description="How many planted defects the probes catch.")
    parser.add_argument("--sample", type=int, help="defects planted an environment")
    parser.add_argument("--only", choices=["hand", "bundled", "runtime"], help="environments of one author, or the code they run on")
    parser.add_argument("--environments", type=int, help="so many environments, spread over all")
    parser.add_argument("--kind", help="one kind of defect")
    parser.add_argument("--further", action="store_true", help="plant the further kinds, which no probe was written with in mind")
    parser.add_argument("--missed", action="store_true", help="print the diff of each that nothing caught")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kept", type=Path, help="where results are kept, a line an environment; those that it has are not judged again")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no further environment after so long")
    options = parser.parse_args(arguments)
    if options.only == "runtime":
        return report([judge_runtime(options.sample or RUNTIME_DEFECTS)], missed=options.missed)
    found = candidates(options.only)
    random.Random(SEED).shuffle(found)  # a run that is stopped has seen environments of every sort
    found = found[: options.environments]
    kinds = FURTHER if options.further else KINDS
    names = [name for name in kinds if options.kind in {None, name}]
    known = kept_results(options.kept)
    judged = [known[each.code_sha256] for each in found if each.code_sha256 in known]
    waiting = [each for each in found if each.code_sha256 not in known]
    for result in judge_all(waiting, partial(judge, sample=options.sample, names=names), options.processes, options.seconds):
        judged.append(result)
        if options.kept:
            with options.kept.open("a", encoding="utf-8") as lines:
                lines.write(result.model_dump_json() + "\n")
    if len(judged) < len(found):
        sys.stdout.write(f"{len(judged)} of {len(found)} environments\n")
    return report(judged, missed=options.missed)


def judge_all(waiting, each, processes, seconds) -> Iterator[Judged]:
    """Judge environments as long as there is time, as many at once as there are processes."""
    ends = time.monotonic() + seconds
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("forkserver")) as pool:
        while waiting and time.monotonic() < ends:
            batch, waiting = waiting[: 2 * processes], waiting[2 * processes :]
            yield from pool.map(each, batch)


def kept_results(path) -> dict[str, Judged]:
    """What earlier runs of the same command wrote down, by the code's hash."""
    lines = path.read_text(encoding="utf-8").splitlines() if path and path.exists() else []
    return {result.code_sha256: result for result in map(Judged.model_validate_json, lines)}


def candidates(only=None):
    """The hand-written environments, then what the rules write for the bundled resources."""
    found = []
    if only != "bundled":
        paths = sorted(bundled("environments").glob("*/*.py"))
        found += [c for path in paths for c in hand_candidate(path, path.parent.name).of(EnvironmentCandidate)]
    if only != "hand":
        found += [c for resource in bundled_resources() for c in write_candidate(resource).of(EnvironmentCandidate)]
    return found


def judge(candidate, sample, names):
    """Plant defects in one environment and judge each."""
    started = time.process_time()
    outcome = Judged(env_id=candidate.env_id, code_sha256=candidate.code_sha256)
    states = seed_candidate(candidate, seed=SEED, count=STATES)
    request = Request(
        env_id=candidate.env_id,
        source_code=candidate.source_code,
        spec=candidate.spec,
        states=states,
        document=None,
        mutants=0,
        contract=candidate.contract,
    )
    begun = time.process_time()
    examination = examine(request)
    outcome.verified_seconds = time.process_time() - begun
    outcome.rejected = ", ".join(
        f"{check.probe}: {check.subject}" for check in examination.checks if not check.passed and check.severity == "blocking"
    )
    if not outcome.rejected:
        subject, judges = subject_of(request), in_two_processes(request, judge_against(examination))
        original = recorded(subject, FURTHER_CALLS)
        for defect in chosen(candidate.source_code, sample, names):
            outcome.planted += 1
            result = try_mutant(subject, candidate.source_code, defect, judges, original)
            outcome.results += [result] if result else []
    outcome.seconds = time.process_time() - started
    return outcome


def judge_runtime(sample):
    """Plant defects in the runtime, and judge each by the first of some hand-written environments whose callers can see it."""
    outcome = Judged(env_id="runtime")
    started = time.process_time()
    watched = []
    for candidate in [each for each in candidates("hand") if each.env_id in RUNTIME_ENVIRONMENTS]:
        states = seed_candidate(candidate, seed=SEED, count=STATES)
        request = Request(
            env_id=candidate.env_id,
            source_code=candidate.source_code,
            spec=candidate.spec,
            states=states,
            document=None,
            mutants=0,
            contract=candidate.contract,
        )
        subject = subject_of(request)
        watched.append((subject, candidate.source_code, judge_against(examine(request)), recorded(subject, FURTHER_CALLS)))
    found = list(runtime_defects())
    random.Random(SEED).shuffle(found)
    for number, (module, defect) in enumerate(found[:sample]):
        outcome.planted += 1
        with planted_in_runtime(module, defect) as diff:
            seen = [caught for each in watched if diff and (caught := judged_in(number, *each)) is not None]
        if seen:
            outcome.results.append(MutantResult(defect=defect, caught_by=next((each for each in seen if each), None), diff=diff))
    outcome.seconds = time.process_time() - started
    return outcome


def judged_in(number, subject, source, judges, original):
    """What catches the defect that the runtime has now; empty when nothing does, None when no caller sees it."""
    try:
        with patience(SECONDS):
            environment = load_environment(f"{source}\n# {number}\n", subject.env_id)  # nothing kept from before the defect
            mutant = subject.with_defect(environment)
            return (judges(mutant, source) or "") if differs(original, mutant) else None
    except OutOfTime:
        return "load: answers in time"
    except Exception as error:  # noqa: BLE001 - a runtime with a defect fails in any way
        return f"load: {type(error).__name__}"


def chosen(source, sample, names):
    """The defects to plant in a module: the same ones each time."""
    among = FURTHER if set(names) <= set(FURTHER) else KINDS
    seed = derived_seed(SEED, sha256(source.encode()).hexdigest())
    return [defect for defect in of_each_kind(source, seed, A_KIND, among) if defect.kind in names][:sample]


def report(judged, *, missed):
    """Print a row a kind, the totals, and what was missed."""
    write = sys.stdout.write
    planted = Counter(result.defect.kind for each in judged for result in each.results)
    caught = Counter(result.defect.kind for each in judged for result in each.results if result.by_check)
    hinted = Counter(result.defect.kind for each in judged for result in each.results if result.by_hint)
    if missed:
        for each in judged:
            for result in each.results:
                if not result.by_check:
                    told = f", told only by {result.caught_by}" if result.by_hint else ""
                    write(f"--- {each.env_id}, line {result.defect.line}, {result.defect.name}{told}\n{result.diff}\n")
    write(f"\n{'kind':28}{'caught':>8}{'by hints':>10}{'planted':>9}{'share':>8}\n")
    for kind in (*KINDS, *FURTHER, *RUNTIME_KINDS):
        if planted[kind]:
            share = caught[kind] / planted[kind]
            write(f"{kind:28}{caught[kind]:8}{hinted[kind]:10}{planted[kind]:9}{share:8.0%}{'' if share >= ASKED_A_KIND else '  <'}\n")
    share = caught.total() / max(1, planted.total())
    write(f"{'in all':28}{caught.total():8}{hinted.total():10}{planted.total():9}{share:8.1%}")
    told_apart = (caught.total() + hinted.total()) / max(1, planted.total())
    write(f"  asked {ASKED:.0%}, and {ASKED_A_KIND:.0%} a kind; with hints {told_apart:.1%}\n")
    tried = sum(each.planted for each in judged)
    write(f"{tried} planted, {tried - planted.total()} of them that no caller sees or that do not load; ")
    times = sorted(each.verified_seconds for each in judged)
    seconds = sum(each.seconds for each in judged)
    write(f"{len(judged)} environments in {seconds:.0f} s of processor time; ")
    write(f"one verified without defects in {times[len(times) // 2]:.2f} s (median)\n")
    for each in judged:
        if each.rejected:
            write(f"rejected without a defect: {each.env_id}: {each.rejected}\n")
    kinds_held = all(caught[kind] >= ASKED_A_KIND * planted[kind] for kind in planted)
    return 0 if share >= ASKED and kinds_held and not any(each.rejected for each in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
