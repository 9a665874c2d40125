"""Planted defects: which are seen by a caller, and which are caught."""

from collections import Counter
from functools import cache

import pytest

from envfactory_assets.verification import verifier
from envfactory_assets.verification.examination import Check, Examination, judge_against
from envfactory_assets.verification.mutation import MutantResult, try_mutant, try_mutants
from envfactory_assets.verification.mutations import defects, of_each_kind, recorded, shuffled_defects
from envfactory_assets_tests.verification.library import SOUND, subject

_ORIGINAL = recorded(subject())
_SOUND_JUDGE = judge_against(Examination(checks=[]))
_SURELY_CAUGHT = (
    "no-op write", "row not kept", "removal left out", "from-set widened", "ignored filter", "fields swapped", "read that writes",
    "last row lost", "filter boundary", "clock read", "unknown key taken",
)  # fmt: skip


@cache
def _first_of_each_kind():
    found = {}
    for defect in shuffled_defects(SOUND, 1):
        if defect.kind in _SURELY_CAUGHT and defect.kind not in found:
            found[defect.kind] = try_mutant(subject(), SOUND, defect, _SOUND_JUDGE, _ORIGINAL)
    return found


def test_defects_of_many_kinds_are_planted_and_caught():
    found = {kind: result for kind, result in _first_of_each_kind().items() if result is not None}
    assert len(found) >= 9
    assert [result.diff for result in found.values() if result.caught_by is None] == []


def test_the_whole_set_has_up_to_so_many_of_each_kind_that_fits():
    counts = Counter(defect.kind for defect in of_each_kind(SOUND, 1, 2))
    assert counts.keys() == {defect.kind for defect in defects(SOUND)}
    assert set(counts.values()) == {1, 2}


def test_what_caught_a_mutant_is_named_by_probe_and_subject():
    assert all(": " in result.caught_by for result in _first_of_each_kind().values() if result)


def test_the_same_mutants_are_planted_each_time():
    first, second = (try_mutants(subject(), SOUND, 3, _SOUND_JUDGE) for _ in range(2))
    assert first == second
    assert len(first) == 3


def test_a_mutant_that_no_caller_can_tell_apart_is_not_counted():
    unused = SOUND.replace(
        "    @invariant\n",
        "    def _unused(self) -> None:\n        self.books.remove(next(iter(self.books)))\n\n    @invariant\n",
    )
    [defect] = [each for each in defects(unused) if each.kind == "removal left out" and each.line > 110]
    assert try_mutant(subject(unused), unused, defect, lambda *_: "anything", recorded(subject(unused))) is None


def test_a_survivor_keeps_its_diff_and_its_place():
    (result,) = try_mutants(subject(), SOUND, 1, lambda *_: None)
    assert result.caught_by is None
    assert "\n-" in result.diff
    assert "\n+" in result.diff
    assert result.defect in set(defects(SOUND))


def test_a_mutant_that_never_ends_is_caught_by_that(monkeypatch):
    monkeypatch.setattr("envfactory_assets.verification.mutation.SECONDS", 0.3)
    defect = next(each for each in defects(SOUND) if each.kind == "ignored filter")

    def endless(mutant, source):
        while True:
            pass

    result = try_mutant(subject(), SOUND, defect, endless, _ORIGINAL)
    assert result.caught_by == "load: answers in time"


def test_a_check_that_the_original_fails_too_catches_nothing():
    defect = next(each for each in defects(SOUND) if each.kind == "removal left out")
    caught = try_mutant(subject(), SOUND, defect, _SOUND_JUDGE, _ORIGINAL).caught_by
    probe, _, about = caught.partition(": ")
    known = Check(probe=probe, subject=about, passed=False, severity="warning", evidence={})
    assert try_mutant(subject(), SOUND, defect, judge_against(Examination(checks=[known])), _ORIGINAL).caught_by != caught


@pytest.mark.parametrize(
    ("caught_by", "by_check", "by_hint"),
    [("filters: list_notes.done", True, False), ("derived, a hint: Note.total", False, True), (None, False, False)],
)
def test_what_only_a_hint_tells_apart_is_no_catch(caught_by, by_check, by_hint):
    result = MutantResult(defect=next(defects(SOUND)), caught_by=caught_by, diff="")
    assert (result.by_check, result.by_hint) == (by_check, by_hint)
    finding = verifier._planted(result)
    assert finding.passed is by_check
    assert ("only a hint" in finding.evidence["what"]) is by_hint
