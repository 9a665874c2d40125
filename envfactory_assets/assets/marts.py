"""SQL models of ``dbt_like_sql`` and the account of rejections: what is asked about the line, not steps of it."""

from typing import Any

import dagster as dg

from envfactory_assets.assets import automation
from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.metadata import column_schema
from envfactory_assets.assets.partitions import DOMAINS
from envfactory_assets.records import TABLES, Rejection
from envfactory_assets.records.base import content_hash
from envfactory_assets.warehouse import SqlModel, WarehouseError, build_partition, load_models


def sql_models() -> list[dg.AssetsDefinition]:
    """One asset a model; its dependencies are the tables its query reads."""
    return [_sql_model(model) for model in load_models()]


def _sql_model(model: SqlModel) -> dg.AssetsDefinition:
    @dg.asset(
        name=model.name,
        deps=list(model.inputs),
        partitions_def=DOMAINS,
        group_name=model.folder,
        description=f"{model.description}\n\n```sql\n{model.sql}\n```",
        kinds={"sql", "duckdb"},
        code_version=content_hash(model.sql)[:16],
        automation_condition=automation.REFRESH,
    )
    def build(context: dg.AssetExecutionContext, factory: Factory) -> Any:
        try:
            state, written = build_partition(factory.home, model, context.partition_key, run_id=context.run.run_id)
        except WarehouseError as error:
            raise dg.Failure(str(error)) from error
        return dg.MaterializeResult(
            data_version=dg.DataVersion(state.data_version), metadata={"dagster/partition_row_count": state.row_count, "written": written}
        )

    return build


@dg.asset(
    deps=[name for name in TABLES if name != Rejection.table],
    partitions_def=DOMAINS,
    group_name="marts",
    kinds={"duckdb"},
    automation_condition=automation.REFRESH,
    metadata={"dagster/column_schema": column_schema(Rejection)},
)
def rejections(context: dg.AssetExecutionContext, factory: Factory) -> Any:
    """Everything that was left out of a table, with the reason: an account of the rows each stage wrote together with its table."""
    books = factory.warehouse.books(context.partition_key)
    parts = {name.partition("/")[2]: state.row_count for name, state in books.states.items() if name.startswith(f"{Rejection.table}/")}
    return dg.MaterializeResult(
        data_version=dg.DataVersion(books.version(Rejection.table)),
        metadata={"dagster/partition_row_count": sum(parts.values()), "rows by stage": dg.MetadataValue.json(parts)},
    )
