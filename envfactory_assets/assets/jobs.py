"""The jobs: everything of one domain, and a look at the sources."""

import dagster as dg

from envfactory_assets.assets.sources import SOURCE_KEYS

REFRESH_DOMAIN = dg.define_asset_job(
    "refresh_domain",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Brings all assets of one domain up to date; what is unchanged is not done again.",
)

OBSERVE_SOURCES = dg.define_asset_job(
    "observe_sources",
    selection=dg.AssetSelection.assets(*SOURCE_KEYS),
    executor_def=dg.in_process_executor,
    description="Looks at the declared sources: how many documents each holds, and whether one changed.",
)
