"""``envfactory run``: all stages of the chosen domains, with progress, and a summary at the end."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from envfactory_assets.assets.currency import is_up_to_date
from envfactory_assets.assets.factory import Factory, renew_pool
from envfactory_assets.assets.partitions import DOMAINS
from envfactory_assets.assets.progress import listening
from envfactory_assets.console.errors import UserError
from envfactory_assets.console.instance import open_instance
from envfactory_assets.console.summary import print_summary
from envfactory_assets.definitions import defs
from envfactory_assets.llm import ModelError, shared_client
from envfactory_assets.records import TABLES
from envfactory_assets.records.settings import SettingsError
from envfactory_assets.warehouse import Home, WarehouseError, domain_lock, publish

_WAIT_FOR_DOMAIN = 5.0
_FAILED_CHECKS = re.compile(r"blocking asset checks? failed with \w+ severity:\s*(.+)", re.DOTALL)
_OF_TABLE = re.compile(r"(\w+):\s*([\w,]+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a domain's run ended."""

    domain: str
    errors: tuple[str, ...] = ()


def known_domains() -> list[str]:
    """The domains there are."""
    return list(DOMAINS.get_partition_keys())


def run_domains(home: Home, domains: Sequence[str], configuration: Mapping[str, Any], console: Console) -> bool:
    """Run the line for some domains, publish and print what there is.

    Returns:
        Whether all domains succeeded.

    Raises:
        UserError: a domain is unknown, a setting cannot be as it is, or the model that is to write cannot be asked.
        WarehouseError: the warehouse cannot be used.
    """
    unknown = sorted(set(domains) - set(known_domains()))
    if unknown:
        raise UserError(f"Unknown domain {', '.join(unknown)}. Choose from: {', '.join(known_domains())}.")
    chosen = list(dict.fromkeys(domains)) or known_domains()
    _require_usable(home, configuration)
    outcomes = _with_progress(home, chosen, configuration, console)
    publish(home)
    print_summary(home, chosen, console)
    for outcome in outcomes:
        for error in outcome.errors:
            console.print(f"[red]{outcome.domain}[/]: {error}", highlight=False, soft_wrap=True)
    return not any(outcome.errors for outcome in outcomes)


def _require_usable(home: Home, configuration: Mapping[str, Any]) -> None:
    """See that settings are what they may be, and that the model can be asked when it is the author, before anything is run."""
    try:
        settings = Factory(**configuration).settings
        if settings.author == "model":
            shared_client(settings.model, home.ledger)
    except (SettingsError, ModelError) as error:
        raise UserError(str(error)) from error


def _with_progress(home: Home, domains: Sequence[str], configuration: Mapping[str, Any], console: Console) -> list[Outcome]:
    stages = len(TABLES)
    columns = (SpinnerColumn(), TextColumn("{task.description:<11}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[stage]}"), console=console) as bars, open_instance(home) as instance:
        tasks = {domain: bars.add_task(domain, total=stages, stage="", start=False) for domain in domains}
        seen: dict[str, set[str]] = {domain: set() for domain in domains}

        running = domains[0]

        def listener(_: str, stage: str, done: int, total: int) -> None:
            """Show progress in the line of the running domain: some stages are of no single one."""
            if done >= total:
                seen[running].add(stage)
            bars.update(tasks[running], completed=len(seen[running]), stage=f"{stage} {done}/{total}")

        with listening(listener):
            outcomes = []
            for domain in domains:
                running = domain
                bars.start_task(tasks[domain])
                if is_up_to_date(domain, Factory(**configuration)):
                    outcome, words = Outcome(domain), "unchanged"
                else:
                    outcome = _run_domain(home, domain, configuration, instance)
                    renew_pool()
                    words = "[red]failed" if outcome.errors else "done"
                bars.update(tasks[domain], completed=stages, stage=words)
                bars.stop_task(tasks[domain])
                outcomes.append(outcome)
    return outcomes


def _run_domain(home: Home, domain: str, configuration: Mapping[str, Any], instance: dg.DagsterInstance) -> Outcome:
    run_config = {
        "resources": {"factory": {"config": dict(configuration)}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    try:
        with domain_lock(home, domain, seconds=_WAIT_FOR_DOMAIN):
            result = defs.resolve_job_def("refresh_domain").execute_in_process(
                run_config=run_config, instance=instance, partition_key=domain, tags={"domain": domain}, raise_on_error=False
            )
    except WarehouseError as error:
        return Outcome(domain, (str(error),))
    if result.success:
        return Outcome(domain)
    return Outcome(domain, tuple(_reasons(result)) or ("failed; look at the run in the UI: envfactory ui",))


def _reasons(result: dg.ExecuteInProcessResult) -> list[str]:
    found = []
    for event in result.all_events:
        if event.is_step_failure:
            with suppress(AttributeError):
                data = event.step_failure_data
                cause = data.user_failure_data.description if data.user_failure_data else _innermost(data.error)
                found.append(f"{event.step_key}: {_told(str(cause))}")
    return list(dict.fromkeys(found))


def _told(cause: str) -> str:
    """What stopped a domain, in words for who started it: checks that failed by their tables and what they ask, and where to look."""
    failed = _FAILED_CHECKS.search(cause)
    told = [_of_table(table, checks) for table, checks in _OF_TABLE.findall(failed[1])] if failed else []
    return "; ".join([*told, "the table rejections says of each thing left out why"]) if told else cause


def _of_table(table: str, checks: str) -> str:
    said = checks.replace("_", " ").replace(",", ", ")
    return f"no rows came of {table}" if said == "has rows" else f"{table} is not as it must be ({said})"


def _innermost(error: Any) -> str:
    """The first cause, in one line; a worker process's traceback comes as a cause of its own and says nothing new."""
    while error.cause is not None and "RemoteTraceback" not in str(error.cause.cls_name or ""):
        error = error.cause
    return " ".join(str(error.message).split())
