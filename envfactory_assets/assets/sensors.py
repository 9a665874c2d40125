"""What starts work by itself: changed sources, and the publishing of what a run wrote."""

from collections.abc import Iterator

import dagster as dg
import orjson

from envfactory_assets.assets.jobs import REFRESH_DOMAIN
from envfactory_assets.corpus import Found, configuration, find_documents
from envfactory_assets.records import SourceDocument
from envfactory_assets.records.base import EVERYWHERE, content_hash
from envfactory_assets.synthesis.catalogue import domain_of
from envfactory_assets.warehouse import Home, Warehouse, WarehouseError, publish

_Seen = dict[str, tuple[str, str | None]]
"""Location -> hash of the content, and the domain it belongs to."""


@dg.sensor(job=REFRESH_DOMAIN, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.STOPPED)
def changed_sources(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Requests a domain when a document that a source holds for it is new, changed or gone; nothing else is read."""
    told = configuration()
    home = Home.from_environment()
    found = list(find_documents(told.sources, told.domains, home.root))
    seen: _Seen = orjson.loads(context.cursor) if context.cursor else _known(Warehouse(home), found)
    now = {each.location: _now(each, seen.get(each.location)) for each in found}
    touched = {location for location in seen.keys() | now.keys() if seen.get(location, ("", None))[0] != now.get(location, ("", None))[0]}
    domains = {state[1] for location in touched for state in (seen.get(location), now.get(location)) if state and state[1]}
    for domain in sorted(domains):
        held = content_hash(sorted([location, state[0]] for location, state in now.items() if state[1] == domain))
        yield dg.RunRequest(partition_key=domain, run_key=f"{domain}-{held}", tags={"domain": domain})
    if not domains:
        left = f" {len(touched)} changed documents belong to no domain." if touched else ""
        yield dg.SkipReason(f"Nothing changed in {', '.join(told.sources)}.{left}")
    context.update_cursor(orjson.dumps(now).decode())


def _known(warehouse: Warehouse, found: list[Found]) -> _Seen:
    """What was there before the sensor first looked: the catalogue, or without one what ships."""
    rows = warehouse.read(SourceDocument, EVERYWHERE)
    if rows.height:
        return {row["location"]: (row["content_sha256"], row["assigned_domain"]) for row in rows.iter_rows(named=True)}
    shipped = {name for name, source in configuration().sources.items() if source.kind == "bundled"}
    return {each.location: (each.content_sha256, each.domain) for each in found if each.source in shipped}


def _now(found: Found, before: tuple[str, str | None] | None) -> tuple[str, str | None]:
    if before is not None and before[0] == found.content_sha256:
        return (before[0], before[1])
    return (found.content_sha256, domain_of(found, configuration()))


def _publish(context: dg.RunStatusSensorContext) -> None:
    try:
        replaced = publish(Home.from_environment())
    except WarehouseError as error:
        context.log.warning("Not published: %s", error)
    else:
        context.log.info("Published." if replaced else "Nothing new to publish.")


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, default_status=dg.DefaultSensorStatus.RUNNING)
def publish_after_success(context: dg.RunStatusSensorContext) -> None:
    """Publishes what a run wrote."""
    _publish(context)


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.FAILURE, default_status=dg.DefaultSensorStatus.RUNNING)
def publish_after_failure(context: dg.RunStatusSensorContext) -> None:
    """Publishes what a failed run wrote before it stopped: other domains and earlier stages are good."""
    _publish(context)
