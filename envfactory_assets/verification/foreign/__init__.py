"""Verification of foreign modules: the probes that need no specification of ours, run here while the module runs in its worker."""

from envfactory_assets.verification.foreign.judging import judge_foreign

__all__ = ["judge_foreign"]
