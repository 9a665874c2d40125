"""Tables as frames for assets that a user adds: their inputs are read from the warehouse, their outputs become tables of it.

The factory's own assets write through ``stages``, several tables in one transaction.
"""

from typing import Any

import dagster as dg
import polars as pl

from envfactory_assets.assets.factory import Factory
from envfactory_assets.records import TABLES
from envfactory_assets.records.schema import polars_schema
from envfactory_assets.warehouse import StageOutput


class WarehouseIOManager(dg.ConfigurableIOManager):
    """Reads any table of the warehouse, writes those that have a record."""

    factory: dg.ResourceDependency[Factory]

    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        """The partitions asked for, one below the other.

        Raises:
            dg.Failure: the table has no record.
        """
        record = _record(context.asset_key)
        domains = context.asset_partition_keys if context.has_asset_partitions else self._all_domains()
        frames = [self.factory.warehouse.read(record, domain) for domain in domains]
        return pl.concat(frames) if frames else pl.DataFrame(schema=polars_schema(record))

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        """Replace one partition by a frame.

        Raises:
            SchemaMismatchError: the frame is not exactly the record's.
            dg.Failure: the table has no record.
        """
        record = _record(context.asset_key)
        output = StageOutput(stage=record.table, domain=context.partition_key, frames={record: obj}, run_id=context.run_id)
        self.factory.warehouse.write(output)
        context.add_output_metadata({"dagster/partition_row_count": obj.height})

    def _all_domains(self) -> list[str]:
        from envfactory_assets.assets.partitions import DOMAINS  # noqa: PLC0415

        return list(DOMAINS.get_partition_keys())


def _record(key: dg.AssetKey) -> Any:
    name = key.path[-1]
    if name not in TABLES:
        raise dg.Failure(f"{name!r} has no record in envfactory_assets.records, so it cannot be stored; add one or return None.")
    return TABLES[name]
