from typing import ClassVar

import duckdb
import polars as pl
import pytest

from envfactory_assets.records import TABLES, Json, RawTrajectory, RawTurn, Record, Row, UserBrief
from envfactory_assets.records.schema import SchemaMismatchError, check_schema, create_table_sql, polars_schema, to_frame, to_rows


def trajectory(**changes):
    brief = UserBrief(goal="pay", facts_known=["it is due"], facts_unknown=[], told_when_asked=[], stop_when="paid")
    turn = RawTurn(index=0, request="Pay it.", form={"b": [1, {"a": None}], "a": "ü"}, call_ids=["call_0"], reply="Paid.")
    columns = {
        "domain": "finance",
        "env_ids": ["bank"],
        "env_code_sha256s": ["f" * 64],
        "scenario_ids": ["bank-s0"],
        "runtime_version": "r",
        "generator_version": "g",
        "reward_version": "w",
        "seed": 7,
        "trajectory_id": "tr_1",
        "chain_id": "ch_1",
        "purpose": "sft",
        "split": "train",
        "author": "rules",
        "user_brief": brief,
        "turns": [turn],
        "turn_count": 1,
        "step_count": 1,
    }
    return RawTrajectory(**{**columns, **changes})


@pytest.mark.parametrize("record", TABLES.values(), ids=lambda record: record.table)
def test_a_tables_ddl_and_its_polars_schema_agree_in_duckdb(record):
    with duckdb.connect() as connection:
        connection.register("frame", to_frame(record, []))
        connection.execute(create_table_sql(record))
        connection.execute(f'INSERT INTO "{record.table}" BY NAME SELECT * FROM frame')
        back = connection.sql(f'SELECT * FROM "{record.table}"').pl()
    check_schema(record, back)


@pytest.mark.parametrize("record", TABLES.values(), ids=lambda record: record.table)
def test_the_partition_key_is_the_first_column(record):
    assert next(iter(polars_schema(record))) == "domain"


@pytest.mark.parametrize("record", TABLES.values(), ids=lambda record: record.table)
def test_keys_and_references_name_columns_that_exist(record):
    assert set(record.key) <= set(record.model_fields)
    for column, target in record.references.items():
        table, _, referred = target.partition(".")
        assert column in record.model_fields
        assert referred in TABLES[table].model_fields


def test_nested_and_json_columns_come_back_as_they_were():
    row = trajectory()
    with duckdb.connect() as connection:
        connection.execute(create_table_sql(RawTrajectory))
        connection.register("frame", to_frame(RawTrajectory, [row]))
        connection.execute("INSERT INTO raw_trajectories BY NAME SELECT * FROM frame")
        back = connection.sql("SELECT * FROM raw_trajectories").pl()
    assert to_rows(RawTrajectory, back) == [row]


def test_json_text_that_looks_like_json_stays_text():
    class Note(Row):
        table: ClassVar[str] = "notes"
        key: ClassVar[tuple[str, ...]] = ("domain",)
        value: Json

    rows = [Note(domain="office", value='{"a": 1}')]
    assert to_rows(Note, to_frame(Note, rows)) == rows


def test_a_frame_with_a_missing_a_wrong_and_an_unknown_column_is_refused_by_name():
    frame = to_frame(RawTrajectory, [trajectory()])
    wrong = frame.drop("seed").with_columns(turn_count=pl.lit("one"), extra=pl.lit(1))
    with pytest.raises(SchemaMismatchError, match=r"(?s)turn_count: String instead of Int64.*seed|seed.*turn_count: String") as refusal:
        check_schema(RawTrajectory, wrong)
    assert "extra: unknown" in str(refusal.value)


def test_a_frame_with_an_unknown_field_inside_a_struct_is_refused():
    frame = to_frame(RawTrajectory, [trajectory()])
    wrong = frame.with_columns(pl.col("user_brief").struct.with_fields(mood=pl.lit("glad")))
    with pytest.raises(SchemaMismatchError, match="user_brief"):
        check_schema(RawTrajectory, wrong)


def test_rows_are_stored_in_the_order_of_their_keys():
    rows = [trajectory(trajectory_id=name) for name in ("tr_b", "tr_a")]
    assert to_frame(RawTrajectory, rows)["trajectory_id"].to_list() == ["tr_a", "tr_b"]


def test_the_input_key_is_no_part_of_a_rows_content():
    assert trajectory().row_sha256() == trajectory(input_key="k").row_sha256()
    assert trajectory().row_sha256() != trajectory(seed=8).row_sha256()


def test_a_column_of_two_types_is_refused_where_it_is_declared():
    class Odd(Record):
        value: int | str

    class OddRow(Row):
        table: ClassVar[str] = "odd"
        key: ClassVar[tuple[str, ...]] = ("domain",)
        inner: Odd

    with pytest.raises(TypeError, match=r"OddRow\.inner\.value"):
        polars_schema(OddRow)
