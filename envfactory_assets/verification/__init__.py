"""Probes that execute an environment, the evidence they leave, and the verdict."""

from envfactory_assets.verification.grading import GRADE_FLOOR
from envfactory_assets.verification.promotion import promote, split_of
from envfactory_assets.verification.reports import report_markdown
from envfactory_assets.verification.seeded import verify_seeded
from envfactory_assets.verification.verifier import verifier_version, verify, verify_module

__all__ = ["GRADE_FLOOR", "promote", "report_markdown", "split_of", "verifier_version", "verify", "verify_module", "verify_seeded"]
