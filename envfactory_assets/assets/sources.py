"""The declared sources as observed assets: their data version is a hash of the documents they hold."""

import warnings
from collections.abc import Iterator

import dagster as dg

from envfactory_assets.assets.factory import Factory
from envfactory_assets.corpus import configuration
from envfactory_assets.corpus.sources import Found, Source, documents_of
from envfactory_assets.records.base import content_hash


def key_of(name: str) -> dg.AssetKey:
    """The key of a source's asset."""
    return dg.AssetKey(["sources", name])


SOURCE_KEYS = [key_of(name) for name in configuration().sources]


def version_of(found: list[Found]) -> str:
    """One hash for all that a source holds."""
    return content_hash(sorted([each.location, each.content_sha256, each.problem] for each in found))


def _spec(name: str, source: Source) -> dg.AssetSpec:
    told = {key: str(value) for key, value in source.model_dump(exclude_defaults=True).items()}
    description = f"Documents of the {source.kind} source {name!r}, as domains.yaml declares it."
    return dg.AssetSpec(key_of(name), description=description, group_name="sources", kinds={source.kind}, metadata=told)


with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)  # several observed sources in one function are new in Dagster

    @dg.multi_observable_source_asset(  # type: ignore[untyped-decorator]
        specs=[_spec(name, source) for name, source in configuration().sources.items()],
        name="look_at_sources",
        can_subset=True,
    )
    def declared_sources(context: dg.AssetExecutionContext, factory: Factory) -> Iterator[dg.ObserveResult]:
        """Look at each chosen source: how many documents it holds, and of which version it is."""
        told = configuration()
        for name, source in told.sources.items():
            if key_of(name) not in context.selected_asset_keys:
                continue
            found = list(documents_of(name, source, told.domains, factory.home.root))
            problems = [each.problem or each.warning for each in found if each.problem or each.warning]
            yield dg.ObserveResult(
                asset_key=key_of(name),
                data_version=dg.DataVersion(version_of(found)),
                metadata={"documents": len(found), "problems": dg.MetadataValue.md("\n".join(f"- {p}" for p in problems) or "none")},
            )
