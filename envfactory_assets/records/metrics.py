"""Rows that say how conversations read: one a request, and their figures a domain beside those of conversations that people wrote."""

from typing import ClassVar, Literal

from envfactory_assets.records.base import Row, Split
from envfactory_assets.records.dialogue import Kind


class RequestMetrics(Row):
    """What is counted of one request of a promoted conversation, raw beside calibrated."""

    table: ClassVar[str] = "request_metrics"
    key: ClassVar[tuple[str, ...]] = ("trajectory_id", "turn")
    references: ClassVar[dict[str, str]] = {"trajectory_id": "calibrated_trajectories.trajectory_id"}

    trajectory_id: str
    turn: int
    purpose: Literal["sft", "rl"]
    split: Split
    kind: Kind
    operators: list[str]
    request_raw: str
    request: str
    words_raw: int
    words: int
    skeleton_raw: str  # the request without values, the names of things and connectives
    skeleton: str
    calls: int
    tools: list[str]  # tool ids called
    arguments: int  # that the turn's calls take
    arguments_own: int  # of them, those that no earlier result gives
    literal_raw: int  # of all arguments, those that the explicit request says outright
    literal_own_raw: int  # the same of those that no earlier result gives
    literal: int  # of all arguments, those that the natural request says outright, in any wording that normalises to the value
    literal_own: int
    names_a_tool_raw: bool
    names_a_tool: bool


class ConversationMetrics(Row):
    """One figure of a domain's promoted conversations, raw and calibrated, beside the same figure of a human-curated benchmark."""

    table: ClassVar[str] = "conversation_metrics"
    key: ClassVar[tuple[str, ...]] = ("domain", "measure")

    position: int  # in the list of measures
    measure: str
    raw: float | None  # none where the explicit requests have no such figure
    calibrated: float
    human: float | None  # of the multi-turn base conversations of BFCL v3; none where it was not measured
    asked: str  # what is aimed at, in words; empty where nothing is


def figure(value: float | None) -> str:
    """A figure as people read it: whole numbers whole, others with as many digits as tell something; nothing for none."""
    if value is None:
        return ""
    return (
        f"{value:,.0f}" if value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.01 else f"{value:.4f}"
    )
