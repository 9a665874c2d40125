"""Verification of candidates whose states are still to be made."""

from hashlib import sha256

import pytest

from envfactory_assets.records import EnvironmentCandidate, Finding, VerificationReport
from envfactory_assets.verification import verify_seeded
from envfactory_assets_tests.verification.library import SOUND, states


@pytest.fixture
def candidate():
    return EnvironmentCandidate(
        domain="utilities", env_id="library", resource_id=None, content_sha256=None, author="rules", source_code=SOUND,
        code_sha256=sha256(SOUND.encode()).hexdigest(), spec=None, tool_count=0, entity_count=0,
    )  # fmt: skip


def test_the_seeders_states_are_what_a_candidate_is_judged_in(candidate):
    (report,) = verify_seeded(candidate, None, lambda _: states()).of(VerificationReport)
    assert (report.verdict, report.grade.scenarios) == ("verified", 3)


def test_a_candidate_that_admits_no_state_is_rejected_with_the_seeders_reason(candidate):
    def nothing(_):
        raise ValueError("No loan could be seeded.")

    produced = verify_seeded(candidate, None, nothing)
    (report,) = produced.of(VerificationReport)
    assert report.verdict == "rejected"
    assert {"message": "No loan could be seeded."} in [finding.evidence for finding in produced.of(Finding)]
