"""From a function of the library to partitioned assets.

An asset module says what a stage reads and writes and how its input falls into units of work; everything else is the same for all
stages and happens here: skip what is unchanged, reuse rows by input key, audit promoted tables before they are written, write in one
transaction, describe the result.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import dagster as dg
import polars as pl

from envfactory_assets.assets import audits, automation, progress
from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.metadata import column_schema, partition_metadata
from envfactory_assets.assets.partitions import DOMAINS
from envfactory_assets.records.base import EVERYWHERE, Row, content_hash
from envfactory_assets.records.resources import Rejection
from envfactory_assets.records.schema import polars_schema, schema_sha256, to_frame, to_rows
from envfactory_assets.records.settings import Settings, SettingsError
from envfactory_assets.versions import package_version
from envfactory_assets.warehouse import (
    Books,
    PartitionState,
    StageOutput,
    StageResult,
    Unit,
    WarehouseError,
    domain_lock,
    frame_version,
    run_units,
)

if TYPE_CHECKING:
    from envfactory_assets.llm import ModelClient

R = TypeVar("R", bound=Row)

_MOST_REASONS = 3  # that a failure tells


@dataclass
class Inputs:
    """What a stage reads: partitions of one domain from one moment, and the run's configuration."""

    domain: str
    factory: Factory
    frames: Mapping[type[Row], pl.DataFrame]

    @cached_property
    def settings(self) -> Settings:
        """The configuration."""
        return self.factory.settings

    def rows(self, record: type[R]) -> list[R]:
        """The rows of an input table."""
        return to_rows(record, self.frames[record])

    def grouped(self, record: type[R], column: str) -> dict[Any, list[R]]:
        """The rows of an input table by the value of a column."""
        groups: dict[Any, list[R]] = {}
        for row in self.rows(record):
            groups.setdefault(getattr(row, column), []).append(row)
        return groups


UnitMaker = Callable[[Inputs], Iterable[Unit]]
Finisher = Callable[[Inputs, StageResult], StageResult]
Describer = Callable[[Inputs, StageResult], dict[str, Any]]
LINE: dict[str, tuple["Stage", UnitMaker]] = {}
"""Every stage that an asset module declares, by name."""


@dataclass(frozen=True)
class Stage:
    """One step of the line.

    Attributes:
        writes: its tables, in the order of their assets; the first names the stage.
        reads: the tables it needs.
        columns: of tables that it reads, but not whole, the columns it needs.
        outside: keys of the observed sources it reads.
        packages: what its results depend on in the library.
        group: the asset group.
        files: data files its results depend on.
        uses: the settings its results depend on.
        gated: a promoted table, audited before it is written.
        follows: tables it depends on row by row: the inputs of its units tell whether something changed, not the versions of the tables.
        looks: it reads what is outside the warehouse; again the inputs of its units tell.
        finish: works on the whole partition after the units, for what needs to see all rows.
        retain: adds rows that stay although nothing made them anew; after the audit, which is about what was made.
        describe: more to show of the first table in the UI, once the rows are written.
    """

    writes: Sequence[type[Row]]
    packages: Sequence[str]
    group: str
    reads: Sequence[type[Row]] = ()
    columns: Mapping[type[Row], Sequence[str]] = field(default_factory=dict)
    outside: Sequence[dg.AssetKey] = ()
    files: Sequence[Path] = ()
    uses: Sequence[str] = ()
    gated: bool = False
    follows: Sequence[type[Row]] = ()
    looks: bool = False
    finish: Finisher | None = None
    retain: Finisher | None = None
    describe: Describer | None = None
    kinds: set[str] = field(default_factory=lambda: {"python", "duckdb"})

    @property
    def name(self) -> str:
        """The name of the first table."""
        return self.writes[0].table

    @property
    def partitioned(self) -> bool:
        """Whether its tables are partitioned by domain; otherwise they have the one partition ``EVERYWHERE``."""
        return self.writes[0].partitioned

    @cached_property
    def version(self) -> str:
        """Hash of everything in the library its results depend on."""
        return package_version(*self.packages, files=tuple(self.files))

    def assets(self, units: UnitMaker) -> dg.AssetsDefinition:
        """The assets of the stage; a decorator of the function that makes its units."""
        LINE[self.name] = (self, units)
        specs = [self._spec(record, units) for record in self.writes]

        @dg.multi_asset(
            name=f"make_{self.name}",
            specs=specs,
            partitions_def=DOMAINS if self.partitioned else None,
            check_specs=audits.check_specs(self.name) if self.gated else None,
            can_subset=False,
        )
        def make(context: dg.AssetExecutionContext, factory: Factory) -> Any:
            domain = context.partition_key if self.partitioned else EVERYWHERE
            yield from run_stage(self, units, domain, factory, context.run.run_id)

        return make

    def _spec(self, record: type[Row], units: UnitMaker) -> dg.AssetSpec:
        return dg.AssetSpec(
            record.table,
            deps=[*self.outside, *(read.table for read in (*self.reads, *self.follows))],
            description=f"{record.__doc__}\n\n{units.__doc__ or ''}".strip(),
            group_name=self.group,
            kinds=self.kinds,
            code_version=self.version,
            automation_condition=automation.PROMOTE if self.gated else automation.REFRESH,
            metadata={"dagster/column_schema": column_schema(record), "primary key": ", ".join(record.key)},
        )


def run_stage(stage: Stage, units: UnitMaker, domain: str, factory: Factory, run_id: str) -> Iterator[Any]:
    """Bring a stage's partitions of one domain up to date, and yield what Dagster is to record of it."""
    try:
        with domain_lock(factory.home, domain):
            yield from _run_locked(stage, units, domain, factory, run_id)
    except (WarehouseError, SettingsError) as error:
        raise dg.Failure(str(error)) from error


def _run_locked(stage: Stage, units: UnitMaker, domain: str, factory: Factory, run_id: str) -> Iterator[Any]:
    warehouse = factory.warehouse
    books = warehouse.books(domain)
    if _is_current(stage, units, Inputs(domain, factory, {}), books):
        progress.tell(domain, stage.name, 1, 1)
        if stage.gated:
            yield from audits.check_results(stage.name, audits.audit(warehouse, stage.name, domain))
        yield from _unchanged(stage, books)
        return
    states, frames = warehouse.snapshot(list({*stage.reads, *stage.writes, Rejection}), domain, stage.columns)
    inputs = Inputs(domain, factory, {record: frames[record] for record in {*stage.reads, *stage.writes}})
    altered = stage.gated and not _as_recorded(stage.writes, frames, states)
    stored = {} if altered else {record: frames[record] for record in stage.writes}
    stored[Rejection] = frames[Rejection].filter(pl.col("stage").is_in([record.table for record in stage.writes]))
    work = list(units(inputs))
    progress.tell(domain, stage.name, 0, len(work))
    result = run_units(
        work,
        domain=domain,
        records=stage.writes,
        version=stage.version,
        stored=stored,
        executor=None if _asks_a_model(stage, factory) else factory.executor,
        progress=partial(progress.tell, domain, stage.name),
    )
    if stage.finish:
        result = stage.finish(inputs, result)
    if stage.gated:
        yield from _audited(stage, result, domain, factory)
    if stage.retain:
        result = stage.retain(inputs, result)
    versions = _input_versions(stage, Books(states, {}), domain)
    output = StageOutput(
        stage=stage.name,
        domain=domain,
        frames=result.frames,
        rejections=result.rejections,
        fingerprint="" if result.provisional else _fingerprint(stage, work, inputs, versions),
        input_versions=versions,
        run_id=run_id,
        rewrite=altered,
    )
    written = warehouse.write(output)
    progress.tell(domain, stage.name, max(1, len(work)), max(1, len(work)))
    yield from _materialised(stage, result, written, stage.describe(inputs, result) if stage.describe else {})


def model_client(inputs: Inputs) -> "ModelClient | None":
    """The client of the model that is configured, if one is. All domains of a process share its budget."""
    if inputs.settings.author != "model":
        return None
    from envfactory_assets.llm import ModelError, shared_client  # noqa: PLC0415 - not needed without a model

    try:
        return shared_client(inputs.settings.model, inputs.factory.home.ledger)
    except ModelError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def _asks_a_model(stage: Stage, factory: Factory) -> bool:
    return "author" in stage.uses and factory.settings.author == "model"


def is_current(stage: Stage, units: UnitMaker, domain: str, factory: Factory) -> bool:
    """Whether a stage has nothing to do for a domain."""
    books = factory.warehouse.books(domain)
    return all(r.table in books.states for r in stage.reads) and _is_current(stage, units, Inputs(domain, factory, {}), books)


def _is_current(stage: Stage, units: UnitMaker, inputs: Inputs, books: Books) -> bool:
    """Whether all that the stage would write was made from what it would read now."""
    work = list(units(inputs)) if stage.looks or stage.follows else []
    fingerprint = _fingerprint(stage, work, inputs, _input_versions(stage, books, inputs.domain))
    own = [books.states.get(record.table) for record in stage.writes]
    if not all(state is not None and state.fingerprint == fingerprint for state in own):
        return False
    if not stage.gated:
        return True
    decisive = [*stage.reads, *stage.writes]
    frames = inputs.factory.warehouse.read_many(decisive, inputs.domain)
    return _as_recorded(decisive, frames, books.states)


def _as_recorded(records: Sequence[type[Row]], frames: Mapping[type[Row], pl.DataFrame], states: Mapping[str, PartitionState]) -> bool:
    """Whether stored rows are what the books say: a gate believes the rows, however they came there."""
    known = {record: states.get(record.table) for record in records}
    return all(state is None or frame_version(frames[record]) == state.data_version for record, state in known.items())


def _fingerprint(stage: Stage, work: Sequence[Unit], inputs: Inputs, versions: Mapping[str, str]) -> str:
    settings = inputs.settings.model_dump(mode="json")
    schemas = [schema_sha256(record) for record in stage.writes]
    seen = [unit.inputs for unit in work] if stage.looks or stage.follows else []
    return content_hash([stage.version, {name: settings[name] for name in stage.uses}, versions, schemas, seen])


def _input_versions(stage: Stage, books: Books, domain: str) -> dict[str, str]:
    missing = [record.table for record in stage.reads if record.table not in books.states]
    if missing:
        raise dg.Failure(f"{stage.name} of {domain} needs {', '.join(missing)}, which was not made yet. Materialise it first.")
    return {record.table: books.version(record.table) for record in stage.reads}


def _audited(stage: Stage, result: StageResult, domain: str, factory: Factory) -> Iterator[Any]:
    """Audit before writing: a failure leaves the rows that are served as they were."""
    record = stage.writes[0]
    results = audits.audit(factory.warehouse, record.table, domain, result.frames[record])
    yield from audits.check_results(record.table, results)
    failures = audits.blocking_failures(results)
    if failures:
        raise dg.Failure(
            f"{record.table} of {domain} was not promoted; the last good rows stay. {'; '.join(failures)}{_mostly(result.rejections)}",
            metadata={"rejections": dg.MetadataValue.md(_reasons(result.rejections))},
            allow_retries=False,
        )


def _reasons(rejections: pl.DataFrame) -> str:
    return "\n".join(f"- {count} x {reason}" for reason, count in _counted(rejections)) or "none"


def _mostly(rejections: pl.DataFrame) -> str:
    """Why most of what was left out was: the failure keeps these rows from being written, so they are told here."""
    told = "; ".join(f"{count} x {reason.rstrip('.')}" for reason, count in _counted(rejections)[:_MOST_REASONS])
    return f". Left out: {told}." if told else ""


def _counted(rejections: pl.DataFrame) -> list[tuple[str, int]]:
    counted = rejections.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return list(counted.iter_rows())


def _materialised(
    stage: Stage, result: StageResult, states: Mapping[str, PartitionState], told: Mapping[str, Any]
) -> Iterator[dg.MaterializeResult[Any]]:
    for record in stage.writes:
        state = states[record.table]
        more = told if record is stage.writes[0] else {}
        yield dg.MaterializeResult(
            asset_key=record.table,
            data_version=dg.DataVersion(state.data_version),
            metadata={
                **partition_metadata(
                    result.frames[record], state, computed=result.computed, reused=result.reused, rejected=result.rejections.height
                ),
                **more,
            },
        )


def _unchanged(stage: Stage, books: Books) -> Iterator[dg.MaterializeResult[Any]]:
    for record in stage.writes:
        state = books.states[record.table]
        metadata: dict[str, Any] = {"dagster/partition_row_count": state.row_count, "unchanged since run": state.run_id}
        yield dg.MaterializeResult(asset_key=record.table, data_version=dg.DataVersion(state.data_version), metadata=metadata)


def with_rows(result: StageResult, record: type[Row], rows: Sequence[Row], rejections: Sequence[Rejection] = ()) -> StageResult:
    """A result with one table's rows replaced and some rejections added."""
    return with_frame(result, record, to_frame(record, rows), rejections)


def with_frame(result: StageResult, record: type[Row], frame: pl.DataFrame, rejections: Sequence[Rejection] = ()) -> StageResult:
    """The same from rows that are a frame already."""
    added = to_frame(Rejection, rejections) if rejections else pl.DataFrame(schema=polars_schema(Rejection))
    return replace(result, frames={**result.frames, record: frame}, rejections=pl.concat([result.rejections, added]))
