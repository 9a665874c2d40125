"""Table contracts: Great Expectations suites kept as files, one a table, answered as plain Python.

A suite speaks of one domain's partition. Rows that fail a quality gate never reach it (they are rejections); a suite stops a *table* whose
keys, references, ranges or volume are wrong.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import and_
from pathlib import Path
from typing import Any, Literal

import polars as pl
import yaml

from envfactory_assets.bundled import read_yaml

SUITES = Path(__file__).resolve().parent / "suites"
_VOLUME = "expect_table_row_count"

ExpectationSeverity = Literal["blocking", "warning"]


@dataclass(frozen=True, slots=True)
class Share:
    """A floor under a row count: a share of the rows of another table."""

    table: str
    floor: float
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectationSpec:
    """One line of a suite file."""

    name: str  # unique in its suite, matches ^[A-Za-z0-9_]+$
    severity: ExpectationSeverity
    type: str  # a Great Expectations type
    kwargs: dict[str, Any] = field(default_factory=dict)
    related: str | None = None  # "table.column": the values a foreign key may have
    share: Share | None = None
    unless: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()  # columns with values whose rows it does not speak of

    @property
    def is_volume(self) -> bool:
        """Whether it speaks of an empty partition too."""
        return self.type.startswith(_VOLUME)

    @property
    def related_table(self) -> str | None:
        """The other table it needs."""
        if self.share is not None:
            return self.share.table
        return self.related.partition(".")[0] if self.related else None


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """What one expectation found; plain values only."""

    name: str
    passed: bool
    severity: ExpectationSeverity
    observed: str | int | float | None
    detail: str


@cache
def suite_expectations(table: str) -> tuple[ExpectationSpec, ...]:
    """The expectations of a table's suite file, without Great Expectations.

    Raises:
        ValueError: the table has no suite file, or the file is not one.
    """
    path = SUITES / f"{table}.yaml"
    if not path.is_file():
        raise ValueError(f"There is no suite for table {table!r}: add {path}.")
    return read_suite(path)


def read_suite(path: Path) -> tuple[ExpectationSpec, ...]:
    """Read one suite file; raises ValueError with one line that names the entry at fault."""
    try:
        entries = read_yaml(path.read_text(encoding="utf-8"))["expectations"]
        specs = tuple(_spec(entry) for entry in entries)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path.name} is not a suite: {' '.join(str(error).split())}") from error
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1 or not name.replace("_", "").isalnum() or not name.isascii():
            raise ValueError(f"{path.name}: the name {name!r} must be unique, of letters, digits and underscores.")
    for spec in specs:
        if spec.severity not in {"blocking", "warning"}:
            raise ValueError(f"{path.name}: {spec.name} has severity {spec.severity!r}; use blocking or warning.")
    return specs


def _spec(entry: dict[str, Any]) -> ExpectationSpec:
    share = entry.get("share_of")
    return ExpectationSpec(
        name=entry["name"],
        severity=entry["severity"],
        type=entry["type"],
        kwargs=entry.get("kwargs", {}),
        related=entry.get("related"),
        share=Share(share["table"], float(share["floor"]), tuple(sorted(share.get("where", {}).items()))) if share else None,
        unless=tuple((column, tuple(values)) for column, values in sorted(entry.get("unless", {}).items())),
    )


def related_tables(table: str) -> tuple[str, ...]:
    """The tables whose frames a table's suite needs beside its own."""
    return tuple(sorted({spec.related_table for spec in suite_expectations(table) if spec.related_table}))


def needed_columns(table: str) -> dict[str, list[str]]:
    """The columns that a table's suite looks at, of the table itself and of those related to it."""
    specs = suite_expectations(table)
    needed = {table: {"domain", *(name.partition(".")[0] for spec in specs for name in _columns(spec))}}
    for spec in specs:
        if spec.related is not None:
            other, _, column = spec.related.partition(".")
            needed.setdefault(other, {"domain"}).add(column)
        if spec.share is not None:
            needed.setdefault(spec.share.table, {"domain"}).update(name for name, _ in spec.share.where)
    return {name: sorted(found) for name, found in needed.items()}


def run_suite(table: str, frame: pl.DataFrame, *, related: Mapping[str, pl.DataFrame]) -> list[ExpectationResult]:
    """Check one partition of a table against its suite.

    Of an empty partition only volume expectations speak; the others pass and say so.

    Args:
        table: the table's name.
        frame: its partition, with at least ``needed_columns(table)``.
        related: the same domain's partitions of ``related_tables(table)``, with at least those columns.

    Raises:
        ValueError: the table has no suite, or a related frame is missing.
    """
    specs = suite_expectations(table)
    missing = sorted(set(related_tables(table)) - set(related))
    if missing:
        raise ValueError(f"The suite of {table!r} needs the frames of {', '.join(missing)}.")
    speaking = [spec for spec in specs if spec.is_volume or frame.height]
    found = _validate(_pandas(frame, speaking), [(spec, _kwargs(spec, related)) for spec in speaking])
    silent = {spec.name: ExpectationResult(spec.name, True, spec.severity, None, "The partition is empty.") for spec in specs}
    return [found.get(spec.name, silent[spec.name]) for spec in specs]


def _kwargs(spec: ExpectationSpec, related: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    if spec.related is not None:
        table, _, column = spec.related.partition(".")
        return {**spec.kwargs, "value_set": related[table][column].unique().sort().to_list()}
    if spec.share is not None:
        rows = related[spec.share.table].filter(pl.lit(True), *[pl.col(name) == value for name, value in spec.share.where])
        return {**spec.kwargs, "min_value": math.ceil(rows.height * spec.share.floor)}
    return spec.kwargs


def _pandas(frame: pl.DataFrame, specs: list[ExpectationSpec]) -> Any:
    """Only the columns that the expectations name, flat: ``struct.field`` a field of a STRUCT, ``list.length`` the length of a LIST."""
    names = sorted({name for spec in specs for name in _columns(spec)}) or [frame.columns[0]]
    return frame.select(_flat(frame, name).alias(name) for name in names).to_pandas()


def _columns(spec: ExpectationSpec) -> list[str]:
    named = [spec.kwargs.get(key) for key in ("column", "column_A", "column_B")]
    return [name for name in (*named, *spec.kwargs.get("column_list", ()), *(column for column, _ in spec.unless)) if name]


def _flat(frame: pl.DataFrame, name: str) -> pl.Expr:
    head, _, tail = name.partition(".")
    if not tail:
        return pl.col(head)
    return pl.col(head).list.len() if isinstance(frame.schema[head], pl.List) else pl.col(head).struct.field(tail)


def _validate(frame: Any, expectations: list[tuple[ExpectationSpec, dict[str, Any]]]) -> dict[str, ExpectationResult]:
    definition = _batch_definition()
    import great_expectations as gx  # noqa: PLC0415 - takes seconds
    from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415 - as above

    suite = gx.ExpectationSuite(
        name="suite",
        expectations=[
            get_expectation_impl(spec.type)(**kwargs, **_condition(spec), meta={"name": spec.name}) for spec, kwargs in expectations
        ],
    )
    outcome = definition.get_batch({"dataframe": frame}).validate(suite)
    specs = {spec.name: spec for spec, _ in expectations}
    return {result.name: result for result in (_result(specs, found) for found in outcome.results)}


def _condition(spec: ExpectationSpec) -> dict[str, Any]:
    """Which rows an expectation speaks of, where it does not speak of all."""
    from great_expectations.expectations.row_conditions import Column  # noqa: PLC0415 - takes seconds

    spoken_of = [Column(column).is_not_in([int(v) if isinstance(v, bool) else v for v in values]) for column, values in spec.unless]
    return {"row_condition": reduce(and_, spoken_of)} if spoken_of else {}


@cache
def _batch_definition() -> Any:
    """Where frames are handed over, made once a process: silent, and telling nobody."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # noqa: PLC0415 - takes seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 - as above

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_pandas("partition").add_dataframe_asset("table").add_batch_definition_whole_dataframe("all")


def _result(specs: Mapping[str, ExpectationSpec], found: Any) -> ExpectationResult:
    spec = specs[found.expectation_config.meta["name"]]
    observed, detail = _observed(found)
    return ExpectationResult(spec.name, bool(found.success), spec.severity, observed, detail)


def _observed(found: Any) -> tuple[str | int | float | None, str]:
    """The observed value and one line on what was unexpected, as Python's own types."""
    if not found.result:
        return None, f"The expectation could not be computed: {_exception(found.exception_info)}"
    if "observed_value" in found.result:
        value = found.result["observed_value"]
        plain = value.item() if hasattr(value, "item") else value
        observed = plain if isinstance(plain, str | int | float) else str(plain)
        return observed, "" if found.success else f"observed {observed}, expected {_bounds(found.expectation_config.kwargs)}"
    count = int(found.result.get("unexpected_count", 0))
    examples = ", ".join(str(value) for value in found.result.get("partial_unexpected_list", [])[:5])
    return count, f"{count} unexpected: {examples}" if count else ""


def _bounds(kwargs: Mapping[str, Any]) -> str:
    """What an expectation on one value asks for, in words."""
    words = {"min_value": "at least", "max_value": "at most", "value": "exactly"}
    return " and ".join(f"{word} {kwargs[name]}" for name, word in words.items() if kwargs.get(name) is not None) or "otherwise"


def _exception(info: dict[str, Any]) -> str:
    first = info if "exception_message" in info else next(iter(info.values()), {})
    return " ".join(str(first.get("exception_message", "unknown")).split())
