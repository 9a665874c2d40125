"""Plants defects in a module and asks whether the probes notice: a check of the checks.

A mutant that answers a random caller as the original does is equivalent and is not counted. The others must be caught: by a check that
the original passes and the mutant does not. A hint that tells the two apart is recorded and is no catch: nobody rejects by hints.
"""

from collections.abc import Callable
from itertools import islice

from pydantic import BaseModel, ConfigDict

from envfactory_assets.environments import ModuleError, load_environment
from envfactory_assets.records import derived_seed
from envfactory_assets.verification.mutations import Defect, Recording, differs, of_each_kind, plant, recorded, shuffled_defects
from envfactory_assets.verification.patience import OutOfTime, patience
from envfactory_assets.verification.subject import Subject

SECONDS = 20.0
"""How much of the processor's time a mutant may take; one that hangs is caught by that alone."""
_TRIED_PER_MUTANT = 3
_OF_EACH_KIND = 2
HINT = "a hint"

Judge = Callable[[Subject, str], str | None]
"""Names the check that a mutant, given with its source, fails although the original passes it; None if there is none."""


class MutantResult(BaseModel):
    """One planted defect that a caller can see, and what caught it."""

    model_config = ConfigDict(frozen=True)

    defect: Defect
    caught_by: str | None
    diff: str

    @property
    def by_hint(self) -> bool:
        """Whether only a hint tells it from the original: such a module, met by itself, would be verified."""
        return self.caught_by is not None and f", {HINT}: " in self.caught_by

    @property
    def by_check(self) -> bool:
        """Whether a check failed that does not hint only."""
        return self.caught_by is not None and not self.by_hint


def try_mutants(subject: Subject, source: str, count: int | None, judge: Judge) -> list[MutantResult]:
    """Plant defects one at a time and judge each.

    Args:
        subject: the environment, which passes.
        source: its module.
        count: how many non-equivalent mutants to judge, at most; None for up to two of each kind.
        judge: names the check that fails on a mutant, or None.
    """
    results: list[MutantResult] = []
    if count == 0:
        return results
    original = recorded(subject)
    seed = derived_seed(subject.seed, "mutants")
    sample = islice(shuffled_defects(source, seed), (count or 0) * _TRIED_PER_MUTANT)
    for defect in of_each_kind(source, seed, _OF_EACH_KIND) if count is None else sample:
        if len(results) == count:
            break
        result = try_mutant(subject, source, defect, judge, original)
        if result is not None:
            results.append(result)
    return results


def try_mutant(subject: Subject, source: str, defect: Defect, judge: Judge, original: Recording) -> MutantResult | None:
    """Plant one defect and judge it; None when no caller can see it, or the module no longer loads.

    Args:
        subject: the environment, which passes.
        source: its module.
        defect: what to plant.
        judge: names the check that fails on a mutant, or None.
        original: what the random caller saw the environment do.
    """
    mutated, diff = plant(source, defect)
    try:
        with patience(SECONDS):
            mutant = _loaded(subject, mutated)
            if mutant is None or not differs(original, mutant):
                return None
            caught = judge(mutant, mutated)
    except OutOfTime:
        caught = "load: answers in time"
    return MutantResult(defect=defect, caught_by=caught, diff=diff)


def _loaded(subject: Subject, source: str) -> Subject | None:
    """The mutant, held to what the original says of itself; None if it does not load."""
    try:
        return subject.with_defect(load_environment(source, subject.env_id))
    except ModuleError:
        return None
