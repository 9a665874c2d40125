"""Great Expectations suites as asset checks: one spec an expectation. Audits are stored, so unchanged content is not audited twice."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import polars as pl

from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.partitions import DOMAINS
from envfactory_assets.records import TABLES
from envfactory_assets.records.base import EVERYWHERE, content_hash
from envfactory_assets.training.gates import (
    SUITES,
    ExpectationResult,
    ExpectationSpec,
    needed_columns,
    related_tables,
    run_suite,
    suite_expectations,
)
from envfactory_assets.warehouse import Warehouse, frame_version

__all__ = ["audit", "blocking_failures", "check_results", "check_specs", "table_checks"]


def check_specs(table: str) -> list[dg.AssetCheckSpec]:
    """The checks of a table, one an expectation of its suite."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)  # partitions of checks are a preview; without them a check reads every partition
        return [_check_spec(table, expectation) for expectation in suite_expectations(table)]


def _check_spec(table: str, expectation: ExpectationSpec) -> dg.AssetCheckSpec:
    unless = f"unless {dict(expectation.unless)}" if expectation.unless else ""
    return dg.AssetCheckSpec(
        name=expectation.name,
        asset=table,
        blocking=expectation.severity == "blocking",
        description=f"{expectation.type} {expectation.kwargs or ''} {unless}".strip(),
        partitions_def=DOMAINS if TABLES[table].partitioned else None,
    )


def audit(warehouse: Warehouse, table: str, domain: str, fresh: pl.DataFrame | None = None) -> list[ExpectationResult]:
    """Run a table's suite, or take the stored results when the books record the same content and the same suite.

    Args:
        warehouse: where related tables are read and results are kept.
        table: the audited table.
        domain: the partition.
        fresh: rows about to be written, which are always held against the suite; without them the stored partition is audited.
    """
    needed = needed_columns(table)
    names = related_tables(table)
    if fresh is None:
        audited = _recorded(warehouse, table, domain)
        last = warehouse.books(domain).audits.get(table)
        if last is not None and last.audited == audited:
            return [ExpectationResult(**result) for result in last.results]
        frames = _frames(warehouse, needed, domain)
    else:
        books = warehouse.books(domain)
        audited = _audited(table, frame_version(fresh), {name: books.version(name) for name in names})
        frames = {**_frames(warehouse, {name: needed[name] for name in names}, domain), table: fresh}
    results = run_suite(table, frames[table], related={name: frames[name] for name in names})
    warehouse.store_audit(table, domain, audited, [_plain(result) for result in results])
    return results


def is_sound(warehouse: Warehouse, table: str, domain: str) -> bool:
    """Whether a stored partition was audited as it is, by today's suite, and no blocking expectation failed."""
    last = warehouse.books(domain).audits.get(table)
    if last is None or last.audited != _recorded(warehouse, table, domain):
        return False
    return not blocking_failures([ExpectationResult(**result) for result in last.results])


def _recorded(warehouse: Warehouse, table: str, domain: str) -> str:
    """Names the audit of a stored partition, by the versions that the books record."""
    books = warehouse.books(domain)
    return _audited(table, books.version(table), {name: books.version(name) for name in related_tables(table)})


def _audited(table: str, version: str, related: Mapping[str, str]) -> str:
    """Names the suite, the content and the related content of an audit."""
    return content_hash([_suite(table), version, related])


def _frames(warehouse: Warehouse, needed: Mapping[str, Sequence[str]], domain: str) -> dict[str, pl.DataFrame]:
    frames = warehouse.read_columns({TABLES[name]: columns for name, columns in needed.items()}, domain)
    return {name: frames[TABLES[name]] for name in needed}


def _suite(table: str) -> str:
    return (SUITES / f"{table}.yaml").read_text(encoding="utf-8")


def _plain(result: ExpectationResult) -> dict[str, Any]:
    return {name: getattr(result, name) for name in result.__dataclass_fields__}


def check_results(table: str, results: Sequence[ExpectationResult]) -> Iterator[dg.AssetCheckResult]:
    """Results as Dagster records them."""
    for result in results:
        yield dg.AssetCheckResult(
            asset_key=table,
            check_name=result.name,
            passed=result.passed,
            severity=dg.AssetCheckSeverity.ERROR if result.severity == "blocking" else dg.AssetCheckSeverity.WARN,
            metadata={"observed": str(result.observed), "detail": result.detail},
        )


def blocking_failures(results: Sequence[ExpectationResult]) -> list[str]:
    """One line for every blocking expectation that does not hold."""
    return [f"{result.name}: {result.detail}" for result in results if result.severity == "blocking" and not result.passed]


def table_checks(table: str) -> dg.AssetChecksDefinition:
    """The checks of a table that are made after it was written."""

    @dg.multi_asset_check(name=f"audit_{table}", specs=check_specs(table))
    def audit_table(context: dg.AssetCheckExecutionContext, factory: Factory) -> Any:
        domain = context.partition_key if TABLES[table].partitioned else EVERYWHERE
        yield from check_results(table, audit(factory.warehouse, table, domain))

    return audit_table
