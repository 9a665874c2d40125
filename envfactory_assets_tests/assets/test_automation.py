"""Automation, tick by tick: what is missing is made once, what is unchanged is left alone."""

import dagster as dg

from envfactory_assets.assets.automation import REFRESH

PARTITIONS = dg.StaticPartitionsDefinition(["one"])


def line(versions):
    @dg.asset(partitions_def=PARTITIONS)
    def source() -> dg.MaterializeResult:
        return dg.MaterializeResult(data_version=dg.DataVersion(versions["source"]))

    @dg.asset(deps=[source], partitions_def=PARTITIONS, automation_condition=REFRESH)
    def table() -> dg.MaterializeResult:
        return dg.MaterializeResult(data_version=dg.DataVersion("same"))

    return [source, table]


def test_unchanged_inputs_start_nothing_and_changed_ones_do():
    versions = {"source": "1"}
    assets = line(versions)
    requested = []
    with dg.DagsterInstance.ephemeral() as instance:
        cursor = None
        for version in ("1", "1", "2"):
            versions["source"] = version
            dg.materialize([assets[0]], partition_key="one", instance=instance)
            result = dg.evaluate_automation_conditions(defs=assets, instance=instance, cursor=cursor)
            cursor = result.cursor
            requested.append(result.total_requested)
            if result.total_requested:
                dg.materialize(assets, selection=["table"], partition_key="one", instance=instance)
    assert requested == [1, 0, 1]
