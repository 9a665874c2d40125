"""The code location: ``dagster dev`` and the command line load ``defs``."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from envfactory_assets.assets import dialogue, environments, graph, marts, reading, resources, sources, training, verification
from envfactory_assets.assets.audits import table_checks
from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.io_manager import WarehouseIOManager
from envfactory_assets.assets.jobs import OBSERVE_SOURCES, REFRESH_DOMAIN
from envfactory_assets.assets.schedules import domain_schedules
from envfactory_assets.assets.sensors import changed_sources, publish_after_failure, publish_after_success
from envfactory_assets.records import TABLES, PromotedEnvironment, Rejection, RlTask, SftConversation

_LINE = (sources, resources, environments, verification, graph, dialogue, training, reading, marts)
_AUDITED_BEFORE_WRITING = {record.table for record in (PromotedEnvironment, SftConversation, RlTask)}


def build_defs(*, resource_overrides: Mapping[str, Any] | None = None, extra_assets: Sequence[dg.AssetsDefinition] = ()) -> dg.Definitions:
    """Build the whole code location.

    Args:
        resource_overrides: resources to use in place of ``factory`` or ``io_manager``.
        extra_assets: assets to load beside the factory's own.
    """
    factory = (resource_overrides or {}).get("factory") or Factory.configure_at_launch()
    checked_after = [name for name in TABLES if name not in _AUDITED_BEFORE_WRITING and name != Rejection.table]
    return dg.Definitions(
        assets=[*dg.load_assets_from_modules(_LINE), *marts.sql_models(), *extra_assets],
        asset_checks=[table_checks(name) for name in checked_after],
        resources={"factory": factory, "io_manager": WarehouseIOManager(factory=factory), **(resource_overrides or {})},
        jobs=[REFRESH_DOMAIN, OBSERVE_SOURCES],
        schedules=domain_schedules(),
        sensors=[changed_sources, publish_after_success, publish_after_failure],
        executor=dg.in_process_executor,
    )


defs = build_defs()
