"""Rows of the verification stage."""

from typing import ClassVar, Literal

from envfactory_assets.records.base import Json, Record, Row


class Finding(Row):
    """One executed check on one subject, with evidence that replays it."""

    table: ClassVar[str] = "verification_findings"
    key: ClassVar[tuple[str, ...]] = ("env_id", "code_sha256", "probe", "subject")

    env_id: str
    code_sha256: str
    probe: str
    subject: str  # the environment, a tool, a parameter or an entity
    passed: bool
    severity: Literal["blocking", "warning"]
    evidence: Json  # arguments, result, state diff, seed: what replays the finding


class Grade(Record):
    """How much an environment offers, beyond passing. Shares are 0 to 1."""

    grounded_links: int
    working_filters: int
    effect_families: tuple[str, ...]  # typed, precondition bound, refusal seen; assumed ones are not counted
    scenarios: int
    reachable_share: float
    conformance: float
    populated_share: float
    score: float


class VerificationReport(Row):
    """The verdict over all findings for one code hash and the contract it was held to."""

    table: ClassVar[str] = "verification_reports"
    key: ClassVar[tuple[str, ...]] = ("env_id", "code_sha256")
    references: ClassVar[dict[str, str]] = {"env_id": "environment_candidates.env_id"}

    env_id: str
    code_sha256: str
    contract_sha256: str = ""  # of the contract that the code was held to; empty without one
    runtime_version: str
    verifier_version: str
    verdict: Literal["verified", "rejected"]
    probes_run: int
    probes_failed: int
    mutants_planted: int
    mutants_caught: int
    grade: Grade
