import multiprocessing
from typing import ClassVar

import duckdb
import polars as pl
import pytest

from envfactory_assets.records import Rejection, Resource, Row, ToolEdge, ToolNode
from envfactory_assets.records.schema import SchemaMismatchError, to_frame, to_rows
from envfactory_assets.warehouse import Home, StageOutput, StaleInputError, Warehouse
from envfactory_assets.warehouse.database import exclusive
from envfactory_assets_tests.warehouse.conftest import output, resource


def test_a_partition_that_was_never_written_has_no_rows_and_the_right_columns(warehouse):
    assert to_rows(Resource, warehouse.read(Resource, "commerce")) == []


def test_a_written_partition_reads_back_equal(warehouse):
    rows = [resource("a"), resource("b")]
    warehouse.write(output(*rows))
    assert to_rows(Resource, warehouse.read(Resource, "commerce")) == rows


def test_a_partition_is_read_in_the_order_of_its_keys_however_it_was_written(warehouse):
    warehouse.write(output(resource("b"), resource("c"), resource("a")))
    assert warehouse.read(Resource, "commerce")["resource_id"].to_list() == ["a", "b", "c"]
    [titles] = warehouse.read_columns({Resource: ["title"]}, "commerce").values()
    assert titles.to_dict(as_series=False) == {"title": ["a", "b", "c"]}


def test_an_empty_partition_is_remembered_as_written(warehouse):
    warehouse.write(output())
    assert warehouse.states("commerce")["resources"].row_count == 0


def test_replacing_a_partition_leaves_other_domains_alone(warehouse):
    warehouse.write(output(resource("a")))
    warehouse.write(output(resource("b", domain="travel"), domain="travel"))
    warehouse.write(output())
    assert warehouse.read(Resource, "commerce").height == 0
    assert warehouse.read(Resource, "travel").height == 1


def test_a_stage_replaces_only_its_own_rejections(warehouse):
    first = Rejection(domain="commerce", stage="resources", subject="a", reason="empty")
    second = Rejection(domain="commerce", stage="chains", subject="c", reason="cycle")
    warehouse.write(output(rejections=[first]))
    warehouse.write(StageOutput("chains", "commerce", {}, to_frame(Rejection, [second])))
    warehouse.write(output())
    assert to_rows(Rejection, warehouse.read(Rejection, "commerce")) == [second]


def test_a_stage_of_two_tables_owns_the_rejections_of_both(warehouse):
    nodes, edges = (Rejection(domain="commerce", stage=stage, subject="a", reason="r") for stage in ("tool_nodes", "tool_edges"))
    frames = {ToolNode: to_frame(ToolNode, []), ToolEdge: to_frame(ToolEdge, [])}
    for _ in range(2):
        warehouse.write(StageOutput("tool_nodes", "commerce", frames, to_frame(Rejection, [nodes, edges])))
    assert warehouse.read(Rejection, "commerce").height == 2
    warehouse.write(StageOutput("tool_nodes", "commerce", frames, to_frame(Rejection, [nodes])))
    assert to_rows(Rejection, warehouse.read(Rejection, "commerce")) == [nodes]


def test_a_stage_cannot_write_the_rejections_of_another(warehouse):
    foreign = Rejection(domain="commerce", stage="chains", subject="a", reason="r")
    with pytest.raises(ValueError, match="chains"):
        warehouse.write(output(rejections=[foreign]))


def test_writing_the_same_rows_again_changes_nothing(warehouse, home):
    warehouse.write(output(resource(), run_id="first"))
    before = warehouse.states("commerce")
    with exclusive(home) as connection:
        written = connection.sql("SELECT max(written_at) FROM _partitions").fetchall()
    warehouse.write(output(resource(), run_id="second"))
    with exclusive(home) as connection:
        assert connection.sql("SELECT max(written_at) FROM _partitions").fetchall() == written
    assert warehouse.states("commerce") == before


def test_a_new_input_key_is_stored_without_a_new_data_version(warehouse):
    warehouse.write(output(resource()))
    before = warehouse.states("commerce")["resources"].data_version
    warehouse.write(output(resource(input_key="other")))
    assert warehouse.states("commerce")["resources"].data_version == before
    assert warehouse.read(Resource, "commerce")["input_key"].to_list() == ["other"]


def test_a_result_made_from_a_replaced_input_is_refused(warehouse):
    warehouse.write(output(resource("a")))
    read = warehouse.states("commerce")["resources"].data_version
    warehouse.write(output(resource("b")))
    with pytest.raises(StaleInputError, match="Run the domain again"):
        warehouse.write(StageOutput("chains", "commerce", {}, input_versions={"resources": read}))


def test_a_failed_insert_leaves_the_old_partition_whole(warehouse, home):
    warehouse.write(output(resource("a")))
    with exclusive(home) as connection:
        connection.execute("CREATE UNIQUE INDEX one_title ON resources (title)")
    with pytest.raises(duckdb.ConstraintException):
        warehouse.write(output(resource("b", title="same"), resource("c", title="same")))
    assert warehouse.read(Resource, "commerce")["resource_id"].to_list() == ["a"]
    assert warehouse.states("commerce")["resources"].row_count == 1


def test_a_frame_that_is_not_the_records_is_refused_before_anything_is_touched(warehouse):
    warehouse.write(output(resource("a")))
    wrong = to_frame(Resource, [resource("b")]).with_columns(score=pl.lit("high"))
    with pytest.raises(SchemaMismatchError, match="score"):
        warehouse.write(StageOutput("resources", "commerce", {Resource: wrong}))
    assert warehouse.read(Resource, "commerce")["resource_id"].to_list() == ["a"]


class _Older(Row):
    table: ClassVar[str] = "notes"
    key: ClassVar[tuple[str, ...]] = ("name",)
    name: str


class _Newer(_Older):
    text: str | None = None


class _Other(Row):
    table: ClassVar[str] = "notes"
    key: ClassVar[tuple[str, ...]] = ("name",)
    name: int


def test_an_added_column_keeps_the_rows(warehouse):
    warehouse.write(StageOutput("notes", "office", {_Older: to_frame(_Older, [_Older(domain="office", name="a")])}))
    assert warehouse.read(_Newer, "office").select("name", "text").rows() == [("a", None)]


def test_a_changed_column_type_rebuilds_the_table_and_forgets_its_partitions(warehouse):
    warehouse.write(StageOutput("notes", "office", {_Older: to_frame(_Older, [_Older(domain="office", name="a")])}))
    assert warehouse.read(_Other, "office").height == 0
    assert "notes" not in warehouse.states("office")


def _write_domain(root, domain):
    writer = Warehouse(Home(root))
    for number in range(5):
        writer.write(output(resource(f"r{number}", domain=domain), domain=domain))


def test_processes_that_write_at_the_same_time_lose_nothing(home, warehouse):
    context = multiprocessing.get_context("spawn")
    names = ["commerce", "travel", "office", "finance"]
    writers = [context.Process(target=_write_domain, args=(home.root, name)) for name in names]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)
    assert [process.exitcode for process in writers] == [0, 0, 0, 0]
    assert [warehouse.read(Resource, name)["resource_id"].to_list() for name in names] == [["r4"]] * 4
