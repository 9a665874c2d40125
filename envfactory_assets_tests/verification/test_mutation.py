"""Planted defects: which are seen by a caller, and which are caught."""

from envfactory_assets.verification.examination import blocking_failure
from envfactory_assets.verification.mutation import try_mutants
from envfactory_assets_tests.verification.library import SOUND, subject


def test_every_kind_of_defect_is_planted_and_caught():
    results = try_mutants(subject(), SOUND, 12, blocking_failure)
    assert {result.kind for result in results} >= {
        "write dropped", "row not kept", "removal dropped", "from-set widened", "filter ignored", "fields swapped",
    }  # fmt: skip
    missed = [result.diff for result in results if result.caught_by is None and "PreconditionFailed" not in result.diff]
    assert missed == []


def test_the_same_mutants_are_planted_each_time():
    first, second = (try_mutants(subject(), SOUND, 3, blocking_failure) for _ in range(2))
    assert first == second


def test_a_mutant_that_no_caller_can_tell_apart_is_not_counted():
    unused = SOUND.replace(
        "    @invariant\n",
        "    def _unused(self) -> None:\n        self.books.remove(next(iter(self.books)))\n\n    @invariant\n",
    )
    results = try_mutants(subject(unused), unused, 12, blocking_failure)
    assert not any("_unused" in result.diff or "next(iter" in result.diff for result in results)


def test_a_survivor_keeps_its_diff():
    (result,) = try_mutants(subject(), SOUND, 1, lambda _: None)
    assert result.caught_by is None
    assert "\n-" in result.diff
    assert "\n+" in result.diff
