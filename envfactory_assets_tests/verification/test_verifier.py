"""The verdict over a whole module."""

import pytest

from envfactory_assets.records import Finding, VerificationReport
from envfactory_assets.verification import report_markdown, verify_module
from envfactory_assets_tests.verification.library import SOUND, states


@pytest.mark.parametrize("author", ["rules", "hand"])
def test_a_sound_module_is_verified_in_process_and_in_a_worker(author):
    produced = verify_module(SOUND, "library", states(), author=author)
    (report,) = produced.of(VerificationReport)
    assert report.verdict == "verified", [f for f in produced.of(Finding) if not f.passed]
    assert report.grade.effect_families == ("transition",)
    assert report.grade.working_filters == 4
    assert "library: verified" in report_markdown(report, produced.of(Finding))
