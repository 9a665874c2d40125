"""What each domain has at each stage, and what was left out."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from envfactory_assets.corpus import domains
from envfactory_assets.records.base import EVERYWHERE
from envfactory_assets.records.metrics import figure
from envfactory_assets.warehouse import Home, load_models, query_published

_COLUMNS = {
    "resources": "resources",
    "environments": "environments",
    "tools": "tools",
    "edges": "edges",
    "chains": "chains",
    "raw_trajectories": "executed",
    "calibrated_trajectories": "calibrated",
    "training_ready_sft": "SFT",
    "training_ready_rl": "RL tasks",
    "rejections": "rejected",
}
_REASONS_SHOWN = 12


def print_summary(home: Home, domains: Sequence[str], console: Console) -> None:
    """Print what is published of some domains, also when a run stopped half-way, and the commonest reasons for leaving something out."""
    [model] = [model for model in load_models() if model.name == "domain_summary"]
    query = f"SELECT * FROM ({model.sql}) WHERE domain IN (SELECT unnest(?)) ORDER BY domain"  # noqa: S608 - our own
    found = query_published(home, query, [list(domains)])
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    if not rows:
        console.print("Nothing was made yet.")
        return
    table = Table(title="What each domain has", title_justify="left")
    table.add_column("domain", no_wrap=True)
    for header in _COLUMNS.values():
        table.add_column(header, justify="right")
    for row in rows:
        table.add_row(row["domain"], *(str(row[name]) for name in _COLUMNS))
    table.add_section()
    table.add_row("all", *(str(sum(row[name] for row in rows)) for name in _COLUMNS), style="bold")
    console.print(table)
    _print_reading(home, domains, console)
    _print_reasons(home, domains, console)
    _print_unassigned(home, console)


def _print_reading(home: Home, domains: Sequence[str], console: Console) -> None:
    """How promoted conversations read, where something is aimed at or people's conversations were measured."""
    query = """
        SELECT measure, avg(raw), avg(calibrated), min(calibrated), max(calibrated), any_value(human), any_value(asked)
        FROM conversation_metrics WHERE domain IN (SELECT unnest(?)) AND (human IS NOT NULL OR asked <> '')
        GROUP BY position, measure ORDER BY position
    """
    rows = query_published(home, query, [list(domains)]).fetchall()
    if not rows:
        return
    table = Table(title="How conversations read: a domain on average, and people's (BFCL v3 multi-turn)", title_justify="left")
    for header in ("", "explicit", "natural", "lowest", "highest", "people", "asked"):
        table.add_column(header, justify="left" if header in {"", "asked"} else "right")
    for measure, *values, asked in rows:
        table.add_row(measure, *map(figure, values), asked)
    console.print(table)


def _print_reasons(home: Home, domains: Sequence[str], console: Console) -> None:
    query = """
        SELECT stage, reason, count(*) AS rows, count(DISTINCT domain) AS domains
        FROM rejections WHERE domain IN (SELECT unnest(?))
        GROUP BY stage, reason ORDER BY rows DESC, stage, reason
    """
    reasons: list[tuple[Any, ...]] = query_published(home, query, [[*domains, EVERYWHERE]]).fetchall()
    if not reasons:
        return
    table = Table(title="What was rejected, and why", title_justify="left")
    for header in ("stage", "reason"):
        table.add_column(header, overflow="fold")
    for header in ("rows", "domains"):
        table.add_column(header, justify="right")
    for stage, reason, count, spread in reasons[:_REASONS_SHOWN]:
        table.add_row(stage, reason, str(count), str(spread))
    if len(reasons) > _REASONS_SHOWN:
        hidden = sum(row[2] for row in reasons[_REASONS_SHOWN:])
        table.add_row("", f"{len(reasons) - _REASONS_SHOWN} further reasons: see the table rejections", str(hidden), "")
    console.print(table)


def _print_unassigned(home: Home, console: Console) -> None:
    [[count]] = query_published(home, "SELECT count(*) FROM unassigned_resources").fetchall()
    if count:
        console.print(f"{count} documents belong to no domain for certain: see the table unassigned_resources.")


def print_status(home: Home, console: Console) -> None:
    """Print the counts of all domains and when each was last refreshed."""
    print_summary(home, sorted(domains()), console)
    query = "SELECT domain, max(written_at) FROM _partitions WHERE domain IN (SELECT unnest(?)) GROUP BY domain ORDER BY domain"
    for domain, moment in query_published(home, query, [sorted(domains())]).fetchall():
        console.print(f"{domain:<11} last changed {moment:%Y-%m-%d %H:%M:%S} UTC", highlight=False)
