"""Doing again only what changed: rows whose input key is unchanged are taken from the stored partition."""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from envfactory_assets.records.base import Produced, Row, content_hash
from envfactory_assets.records.resources import Rejection
from envfactory_assets.records.schema import schema_sha256, to_frame

_LARGEST_BATCH, _FEWEST_BATCHES = 16, 16  # units that are worked on together, and batches that keep all workers busy to the end
INTERNAL_ERROR = "internal error"
"""How the reason of a rejection begins that only a defect of this library explains."""

Progress = Callable[[int, int], None]
"""Told how many units are done, of how many."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of a stage's work.

    Attributes:
        subject: what it is about: the id a rejection names.
        function: makes the unit's rows; top-level, so that another process can run it.
        arguments: what it is called with.
        inputs: content hashes and settings: everything the result depends on beside the stage's own version.
        options: keyword arguments.
    """

    subject: str
    function: Callable[..., Produced]
    arguments: tuple[Any, ...]
    inputs: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageResult:
    """The frames of a stage for one domain, how much of it was new work, and how many units are to be worked on again next time."""

    frames: dict[type[Row], pl.DataFrame]
    rejections: pl.DataFrame
    computed: int
    reused: int
    provisional: int = 0


def run_units(
    units: Sequence[Unit],
    *,
    domain: str,
    records: Sequence[type[Row]],
    version: str,
    stored: Mapping[type[Row], pl.DataFrame],
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> StageResult:
    """Run a stage over its units, reusing stored rows and rejections of unchanged ones.

    Args:
        units: the work.
        domain: the partition.
        records: the tables the stage writes, the first naming it; rejections apart.
        version: the stage's version; a changed one leaves nothing to reuse.
        stored: the partitions as they are, ``Rejection`` among them, to reuse from.
        executor: where the work is done; in this thread when there is none.
        progress: told after every unit.
    """
    schemas = [schema_sha256(record) for record in records]
    keys = [content_hash([version, schemas, *unit.inputs]) for unit in units]
    known = {key for frame in stored.values() for key in frame["input_key"].to_list()}
    fresh = [(key, unit) for key, unit in zip(keys, units, strict=True) if key not in known]
    tables: list[type[Row]] = [*records, Rejection]
    made: dict[type[Row], list[pl.DataFrame]] = {record: [] for record in tables}
    done, provisional = len(units) - len(fresh), 0
    for batch in _computed(fresh, executor, domain, tables):
        done, provisional = done + batch.units, provisional + batch.provisional
        for record, frame in batch.frames.items():
            made[record].append(frame)
        if progress:
            progress(done, len(units))
    wanted = list(set(keys))
    frames = {record: _joined(record, stored.get(record), wanted, parts) for record, parts in made.items()}
    rejections = frames.pop(Rejection)
    return StageResult(frames, rejections, computed=len(fresh), reused=len(units) - len(fresh), provisional=provisional)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What some units came to, as frames: they are made where the work is done, and are quickly handed over."""

    units: int
    provisional: int
    frames: dict[type[Row], pl.DataFrame]


Work = Sequence[tuple[str, Unit]]


def _computed(work: Work, executor: Executor | None, domain: str, tables: Sequence[type[Row]]) -> Iterable[_Batch]:
    """The work in batches, so that what several units share is handed over once."""
    if executor is None or len(work) < 2:
        for item in work:
            yield _done([item], domain, tables)
        return
    size = max(1, min(_LARGEST_BATCH, len(work) // _FEWEST_BATCHES))
    futures = [executor.submit(_done, work[start : start + size], domain, tables) for start in range(0, len(work), size)]
    for future in futures:
        yield future.result()


def _done(work: Work, domain: str, tables: Sequence[type[Row]]) -> _Batch:
    """What some units come to. A defect of ours costs the unit, not the domain: it is a rejection that names the error."""
    made: dict[type[Row], list[Row]] = {record: [] for record in tables}
    provisional = 0
    for key, unit in work:
        try:
            produced = unit.function(*unit.arguments, **unit.options)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other units go on
            reason = f"{INTERNAL_ERROR}: {type(error).__name__}: {' '.join(str(error).split())}"
            evidence = {"traceback": traceback.format_exc().splitlines()}
            failed = Rejection(domain=domain, stage=tables[0].table, subject=unit.subject, reason=reason, evidence=evidence)
            produced = Produced((failed,))
        provisional += produced.provisional
        for row in produced.rows:
            made[type(row)].append(row.model_copy(update={"input_key": "" if produced.provisional else key}))
    return _Batch(len(work), provisional, {record: to_frame(record, rows) for record, rows in made.items() if rows})


def _joined(record: type[Row], stored: pl.DataFrame | None, wanted: Sequence[str], made: Sequence[pl.DataFrame]) -> pl.DataFrame:
    parts = [stored.filter(pl.col("input_key").is_in(wanted))] if stored is not None and stored.height else []
    parts += made
    return pl.concat(parts).sort(list(record.key), maintain_order=True) if parts else to_frame(record, [])
