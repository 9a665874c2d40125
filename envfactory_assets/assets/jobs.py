"""The one job: everything of one domain."""

import dagster as dg

from envfactory_assets.assets.partitions import DOMAINS

REFRESH_DOMAIN = dg.define_asset_job(
    "refresh_domain",
    selection=dg.AssetSelection.all(),
    partitions_def=DOMAINS,
    executor_def=dg.in_process_executor,
    description="Brings all assets of one domain up to date; what is unchanged is not done again.",
)
