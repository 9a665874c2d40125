"""Rewards, gates, rollouts, exports and evaluation: from proven conversations to training-ready rows."""

from envfactory_assets.training.conversations import write_conversation
from envfactory_assets.training.deduplication import without_near_duplicates
from envfactory_assets.training.exports import EXPORT_FORMATS, ExportError, ExportFormat, export
from envfactory_assets.training.gates import (
    ExpectationResult,
    ExpectationSpec,
    needed_columns,
    related_tables,
    run_suite,
    suite_expectations,
)
from envfactory_assets.training.metrics import conversation_metrics, literal_shares, request_metrics
from envfactory_assets.training.replay import UnreplayableError
from envfactory_assets.training.reward import Call, reward_version, score
from envfactory_assets.training.rollouts import roll_out, roll_out_stored
from envfactory_assets.training.tasks import write_tasks

__all__ = [
    "EXPORT_FORMATS",
    "Call",
    "ExpectationResult",
    "ExpectationSpec",
    "ExportError",
    "ExportFormat",
    "UnreplayableError",
    "conversation_metrics",
    "export",
    "literal_shares",
    "needed_columns",
    "related_tables",
    "request_metrics",
    "reward_version",
    "roll_out",
    "roll_out_stored",
    "run_suite",
    "score",
    "suite_expectations",
    "without_near_duplicates",
    "write_conversation",
    "write_tasks",
]
