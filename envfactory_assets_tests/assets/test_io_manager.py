"""Assets that a user adds beside the factory's own."""

import dagster as dg
import polars as pl
import pytest

from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.io_manager import WarehouseIOManager
from envfactory_assets.assets.partitions import DOMAINS
from envfactory_assets.records import ResourceLedgerEntry, SftConversation
from envfactory_assets.records.schema import to_frame
from envfactory_assets.warehouse import Warehouse

SFT = dg.SourceAsset("training_ready_sft", partitions_def=DOMAINS, io_manager_key="io_manager")


def materialise(*assets, **options):
    factory = Factory()
    resources = {"factory": factory, "io_manager": WarehouseIOManager(factory=factory)}
    return dg.materialize([SFT, *assets], resources=resources, **options)


def test_an_asset_reads_the_partition_of_its_domain_as_a_frame(copied_home):
    heights = []

    @dg.asset(partitions_def=DOMAINS)
    def longest(training_ready_sft: pl.DataFrame) -> None:
        heights.append(training_ready_sft.height)

    assert materialise(longest, selection=[longest], partition_key="travel").success
    assert heights == [Warehouse(copied_home).read(SftConversation, "travel").height]


def test_an_asset_without_partitions_reads_all_domains(copied_home):
    domains = set()

    @dg.asset
    def everything(training_ready_sft: pl.DataFrame) -> None:
        domains.update(training_ready_sft["domain"].to_list())

    assert materialise(everything, selection=[everything]).success
    assert domains == {"travel", "office"}


def test_a_frame_of_a_known_record_becomes_its_partition(empty_home):
    @dg.asset(name="resource_ledger", partitions_def=DOMAINS, io_manager_key="io_manager")
    def mine() -> pl.DataFrame:
        entry = ResourceLedgerEntry(domain="travel", resource_id="cabs", pointer="/a", subject="field", reason="unused")
        return to_frame(ResourceLedgerEntry, [entry])

    assert materialise(mine, selection=[mine], partition_key="travel").success
    assert Warehouse(empty_home).read(ResourceLedgerEntry, "travel")["pointer"].to_list() == ["/a"]


def test_a_table_without_a_record_is_refused_with_its_name(empty_home):
    @dg.asset(partitions_def=DOMAINS, io_manager_key="io_manager")
    def nobody_knows() -> pl.DataFrame:
        return pl.DataFrame({"a": [1]})

    with pytest.raises(dg.Failure, match="'nobody_knows' has no record"):
        materialise(nobody_knows, selection=[nobody_knows], partition_key="travel")
