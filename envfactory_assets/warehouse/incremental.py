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
    made: dict[type[Row], list[Row]] = {record: [] for record in tables}
    provisional = 0
    for done, (key, produced) in enumerate(_computed(fresh, executor, domain, records[0].table), start=1):
        provisional += produced.provisional
        for row in produced.rows:
            made[type(row)].append(row.model_copy(update={"input_key": "" if produced.provisional else key}))
        if progress:
            progress(len(units) - len(fresh) + done, len(units))
    wanted = set(keys)
    frames = {record: _joined(record, stored.get(record), wanted, rows) for record, rows in made.items()}
    rejections = frames.pop(Rejection)
    return StageResult(frames, rejections, computed=len(fresh), reused=len(units) - len(fresh), provisional=provisional)


def _computed(work: Sequence[tuple[str, Unit]], executor: Executor | None, domain: str, stage: str) -> Iterable[tuple[str, Produced]]:
    if executor is None or len(work) < 2:
        for key, unit in work:
            yield key, _done(unit, domain, stage)
        return
    futures = [(key, executor.submit(_done, unit, domain, stage)) for key, unit in work]
    for key, future in futures:
        yield key, future.result()


def _done(unit: Unit, domain: str, stage: str) -> Produced:
    """What a unit comes to. A defect of ours costs the unit, not the domain: it is a rejection that names the error."""
    try:
        return unit.function(*unit.arguments, **unit.options)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other units go on
        reason = f"{INTERNAL_ERROR}: {type(error).__name__}: {' '.join(str(error).split())}"
        evidence = {"traceback": traceback.format_exc().splitlines()}
        return Produced((Rejection(domain=domain, stage=stage, subject=unit.subject, reason=reason, evidence=evidence),))


def _joined(record: type[Row], stored: pl.DataFrame | None, wanted: set[str], made: list[Row]) -> pl.DataFrame:
    new = to_frame(record, made)
    if stored is None or not stored.height:
        return new
    kept = stored.filter(pl.col("input_key").is_in(list(wanted)))
    return pl.concat([kept, new]).sort(list(record.key), maintain_order=True)
