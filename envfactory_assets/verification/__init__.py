"""Probes that execute an environment, the evidence they leave, and the verdict."""

from envfactory_assets.verification.floor import Floor, floor
from envfactory_assets.verification.promotion import crowded_out, promote, split_of
from envfactory_assets.verification.reports import report_markdown
from envfactory_assets.verification.seeded import verify_seeded
from envfactory_assets.verification.verifier import verifier_version, verify, verify_module

__all__ = [
    "Floor",
    "crowded_out",
    "floor",
    "promote",
    "report_markdown",
    "split_of",
    "verifier_version",
    "verify",
    "verify_module",
    "verify_seeded",
]
