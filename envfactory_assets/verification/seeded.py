"""Verification of candidates whose states are still to be made."""

from collections.abc import Callable
from typing import Any

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.records import EnvironmentCandidate, Finding, Produced, VerificationReport
from envfactory_assets.verification.verifier import MUTANTS, verify

Seeder = Callable[[EnvironmentCandidate], list[dict[str, Any]]]
"""Makes states for a candidate; raises ValueError with one line when it admits none."""


def verify_seeded(
    candidate: EnvironmentCandidate, document: ApiDocument | None, seeder: Seeder, *, only: str | None = None, mutants: int | None = MUTANTS
) -> Produced:
    """Judge a candidate over the states a seeder makes for it, as ``verify`` does; one that admits none is rejected with the reason."""
    try:
        states = seeder(candidate)
    except ValueError as error:
        return _without_states(candidate, document, str(error))
    return verify(candidate, document, states, only=only, mutants=mutants)


def _without_states(candidate: EnvironmentCandidate, document: ApiDocument | None, reason: str) -> Produced:
    produced = verify(candidate, document, [])
    [report] = produced.of(VerificationReport)
    finding = Finding(
        domain=candidate.domain,
        env_id=candidate.env_id,
        code_sha256=candidate.code_sha256,
        probe="seeding",
        subject="module",
        passed=False,
        severity="blocking",
        evidence={"message": reason},
    )
    counted = {"verdict": "rejected", "probes_run": report.probes_run + 1, "probes_failed": report.probes_failed + 1}
    return Produced((*produced.of(Finding), finding, report.model_copy(update=counted)))
