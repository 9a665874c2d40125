"""What starts work by itself: a changed drop folder, and the publishing of what a run wrote."""

from collections.abc import Iterator

import dagster as dg
import orjson

from envfactory_assets.assets.jobs import REFRESH_DOMAIN
from envfactory_assets.assets.partitions import DOMAINS
from envfactory_assets.corpus import resource_files
from envfactory_assets.records.base import content_hash
from envfactory_assets.warehouse import Home, WarehouseError, publish


@dg.sensor(job=REFRESH_DOMAIN, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.STOPPED)
def drop_folder(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Requests a domain when a document in its drop folder is new, changed or gone."""
    home = Home.from_environment()
    seen: dict[str, str] = orjson.loads(context.cursor) if context.cursor else {}
    now = {domain: _folder_version(home, domain) for domain in DOMAINS.get_partition_keys()}
    changed = [domain for domain, version in now.items() if seen.get(domain, _EMPTY) != version]
    for domain in changed:
        yield dg.RunRequest(partition_key=domain, run_key=f"{domain}-{now[domain]}", tags={"domain": domain})
    if not changed:
        yield dg.SkipReason(f"Nothing changed below {home.resources}.")
    context.update_cursor(orjson.dumps(now).decode())


def _folder_version(home: Home, domain: str) -> str:
    dropped = [file for file in resource_files(domain, home.root) if file.origin == "drop"]
    return content_hash(sorted([str(file.path), file.content_sha256] for file in dropped))


_EMPTY = content_hash([])


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
