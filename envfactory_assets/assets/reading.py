"""How promoted conversations read: figures beside those of people's conversations, a plot, and a page to browse."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from envfactory_assets.assets.stages import Inputs, Stage, with_rows
from envfactory_assets.bundled import bundled
from envfactory_assets.records import (
    CalibratedTrajectory,
    ConversationMetrics,
    RawTrajectory,
    RequestMetrics,
    RlTask,
    SftConversation,
    ToolNode,
    TrajectoryStep,
)
from envfactory_assets.records.metrics import figure
from envfactory_assets.records.schema import to_rows
from envfactory_assets.training import conversation_metrics, literal_shares, request_metrics
from envfactory_assets.training.reading import Shown, comparison_plot, conversations_page
from envfactory_assets.warehouse import StageResult, Unit

_ABOVE_THE_LIST = 7  # figures


def _with_figures(inputs: Inputs, result: StageResult) -> StageResult:
    requests = to_rows(RequestMetrics, result.frames[RequestMetrics])
    return with_rows(result, ConversationMetrics, conversation_metrics(inputs.domain, requests, inputs.rows(ToolNode)))


def _shown(inputs: Inputs, result: StageResult) -> dict[str, Any]:
    """The figures as a table, the plot, and the page with every promoted conversation, written below the home's reports."""
    requests, rows = (
        to_rows(RequestMetrics, result.frames[RequestMetrics]),
        to_rows(ConversationMetrics, result.frames[ConversationMetrics]),
    )
    page = inputs.factory.home.reports / "conversations" / f"{inputs.domain}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    told = [(row.measure, figure(row.calibrated)) for row in sorted(rows, key=lambda row: row.position)[:_ABOVE_THE_LIST]]
    page.write_text(conversations_page(inputs.domain, _promoted(inputs), told), encoding="utf-8")
    plot = comparison_plot(literal_shares(requests, natural=False), literal_shares(requests, natural=True), rows)
    lines = [
        f"| {row.measure} | {figure(row.raw)} | {figure(row.calibrated)} | {figure(row.human)} | {row.asked} |"
        for row in sorted(rows, key=lambda row: row.position)
    ]
    head = ["| measure | explicit | natural | people (BFCL v3) | asked |", "|---|---|---|---|---|"]
    return {
        "conversations page": dg.MetadataValue.path(page),
        "beside people's conversations": dg.MetadataValue.md("\n".join([*head, *lines])),
        "plot": dg.MetadataValue.md(f"![plot](data:image/svg+xml;base64,{b64encode(plot.encode()).decode()})"),
    }


def _promoted(inputs: Inputs) -> list[Shown]:
    """The promoted conversations with what was made of each, by id."""
    raw = {row.trajectory_id: row for row in inputs.rows(RawTrajectory)}
    steps = inputs.grouped(TrajectoryStep, "trajectory_id")
    supervised = set(inputs.frames[SftConversation]["trajectory_id"].to_list())
    tasks = Counter(inputs.frames[RlTask]["trajectory_id"].to_list())
    return [
        Shown(
            row,
            raw[row.trajectory_id],
            steps[row.trajectory_id],
            "SFT" if row.trajectory_id in supervised else f"{tasks[row.trajectory_id]} RL tasks",
        )
        for row in inputs.rows(CalibratedTrajectory)
        if row.trajectory_id in supervised or row.trajectory_id in tasks
    ]


_METRICS = Stage(
    writes=[ConversationMetrics, RequestMetrics],
    reads=[CalibratedTrajectory, RawTrajectory, TrajectoryStep, ToolNode, SftConversation, RlTask],
    columns={SftConversation: ["trajectory_id"], RlTask: ["trajectory_id"]},
    packages=["envfactory_assets.training.metrics", "envfactory_assets.training.reading"],
    group="training",
    files=[bundled("lexicons/dialogue")],
    finish=_with_figures,
    describe=_shown,
)


@_METRICS.assets
def conversation_figures(inputs: Inputs) -> Iterator[Unit]:
    """One unit a promoted conversation: what its requests say, explicit and natural."""
    names: dict[str, list[str]] = {}
    for node in inputs.rows(ToolNode):
        names.setdefault(node.env_id, []).append(node.name)
    for shown in _promoted(inputs):
        row = shown.calibrated
        tools = sorted({name for env_id in row.env_ids for name in names.get(env_id, [])})
        hashes = (row.row_sha256(), shown.raw.row_sha256(), *(step.row_sha256() for step in shown.steps))
        yield Unit(row.trajectory_id, request_metrics, (row, shown.raw, shown.steps, tools), (*hashes, tools))
