from pathlib import Path

import polars as pl
import pytest

from envfactory_assets.records import TABLES, Rejection, Reward, Rollout, Scenario, ToolEdge
from envfactory_assets.records.schema import columns, polars_schema, to_frame
from envfactory_assets.training.gates import ExpectationResult, read_suite, related_tables, run_suite, suite_expectations


def scenario(number: int, **changes: object) -> Scenario:
    given = {
        "domain": "travel",
        "scenario_id": f"desk-s{number}",
        "env_id": "desk",
        "code_sha256": "a" * 64,
        "purpose": "sft",
        "seed": number,
        "state": {},
        "state_sha256": f"{number:064x}",
        "row_count": number,
    }
    return Scenario.model_validate(given | changes)


def environments(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"env_id": list(ids)})


def failing(results: list[ExpectationResult]) -> set[str]:
    return {result.name for result in results if not result.passed}


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_suite_over_its_own_columns(table: str) -> None:
    record = TABLES[table]
    specs = suite_expectations(table)
    known = {column.name for column in columns(record)}
    used = [spec.kwargs.get(key) for spec in specs for key in ("column", "column_A", "column_B")]
    used += [name for spec in specs for name in (*spec.kwargs.get("column_list", ()), *dict(spec.unless))]
    assert {name.partition(".")[0] for name in used if name} <= known
    assert any(spec.is_volume for spec in specs)
    assert all(value is not None for spec in specs for value in spec.kwargs.get("value_set", ()))
    keys = [spec.kwargs.get("column_list", [spec.kwargs.get("column")]) for spec in specs if spec.name == "key_is_unique"]
    assert keys == [list(record.key)]
    assert {spec.kwargs["column"]: spec.related for spec in specs if spec.related} == record.references


@pytest.mark.parametrize("table", TABLES)
def test_every_suite_runs_on_an_empty_partition_and_only_its_volume_speaks(table: str) -> None:
    related = {name: pl.DataFrame(schema=polars_schema(TABLES[name])) for name in related_tables(table)}
    results = run_suite(table, pl.DataFrame(schema=polars_schema(TABLES[table])), related=related)
    assert [result.name for result in results] == [spec.name for spec in suite_expectations(table)]
    assert failing(results) <= {spec.name for spec in suite_expectations(table) if spec.is_volume}


def test_a_sound_partition_passes() -> None:
    frame = to_frame(Scenario, [scenario(1), scenario(2)])
    assert not failing(run_suite("scenarios", frame, related={"environments": environments("desk")}))


@pytest.mark.parametrize(
    ("rows", "caught"),
    [
        ([scenario(1), scenario(1)], {"key_is_unique", "state_sha256_is_stored_once"}),
        ([scenario(1, env_id="gone")], {"env_id_exists"}),
        ([scenario(1, row_count=-1)], {"row_count_is_not_negative"}),
        ([scenario(1, state_sha256="abc")], {"state_sha256_is_a_hash"}),
        ([scenario(1), scenario(2, domain="office")], {"domain_is_one"}),
        ([], {"has_rows"}),
    ],
)
def test_a_planted_flaw_is_caught_by_the_expectation_that_is_about_it(rows: list[Scenario], caught: set[str]) -> None:
    assert failing(run_suite("scenarios", to_frame(Scenario, rows), related={"environments": environments("desk")})) == caught


def test_values_outside_a_closed_set_and_nulls_are_caught() -> None:
    frame = to_frame(Scenario, [scenario(1), scenario(2)]).with_columns(
        purpose=pl.lit("both"), env_id=pl.Series([None, "desk"], dtype=pl.String)
    )
    found = failing(run_suite("scenarios", frame, related={"environments": environments("desk")}))
    assert "purpose_is_known" in found
    frame = frame.with_columns(scenario_id=pl.Series([None, "desk-s2"], dtype=pl.String))
    assert "scenario_id_is_given" in failing(run_suite("scenarios", frame, related={"environments": environments("desk")}))


def test_the_promotion_floor_is_a_share_of_the_table_before() -> None:
    def promoted(count: int, candidates: int) -> set[str]:
        spec = suite_expectations("environments")[0]
        assert spec.share is not None
        frame = pl.DataFrame(schema=polars_schema(TABLES["environments"]))
        schema = polars_schema(TABLES["environments"])
        data = {name: [None] * count for name in schema} | {"env_id": [str(n) for n in range(count)], "domain": ["travel"] * count}
        frame = pl.DataFrame(data, schema=schema)
        related = {"environment_candidates": pl.DataFrame({"env_id": [str(n) for n in range(candidates)]})}
        return failing(run_suite("environments", frame, related=related)) & {spec.name}

    assert promoted(2, 10) == {"enough_rows_are_promoted"}
    assert promoted(3, 10) == set()
    assert promoted(0, 2) == {"enough_rows_are_promoted"}
    assert promoted(0, 0) == set()


def test_fields_inside_a_struct_and_lengths_of_lists_are_reached() -> None:
    given = {
        "domain": "travel",
        "env_ids": ["desk"],
        "env_code_sha256s": ["a"],
        "scenario_ids": ["desk-s1"],
        "runtime_version": "1",
        "generator_version": "1",
        "reward_version": "1",
        "seed": 1,
        "rollout_id": "ro_1",
        "task_id": "rl_1",
        "agent": "gold",
        "calls": [],
        "messages": [],
        "final_state_diff": [],
        "failure": None,
    }
    reward = {"total": 1.5, "calls": 1, "goal": 1, "penalty_extra": 0, "penalty_unparsable": 0, "strict": 1}
    row = Rollout.model_validate({**given, "reward": Reward.model_validate(reward)})
    found = run_suite("rollouts", to_frame(Rollout, [row]), related={"training_ready_rl": pl.DataFrame({"task_id": ["rl_1"]})})
    assert failing(found) == {"reward_is_a_share"}
    assert next(result for result in found if result.name == "reward_is_a_share").detail == "1 unexpected: 1.5"


def test_optional_values_may_be_missing_and_results_hold_pythons_own_types() -> None:
    edge = ToolEdge(
        domain="travel",
        from_tool="a.x",
        to_tool="a.y",
        output_path="id",
        parameter="id",
        kind="produces_key",
        entity="Room",
        reason="same entity",
        similarity=None,
        executed=True,
        evidence=None,
    )
    found = run_suite("tool_edges", to_frame(ToolEdge, [edge]), related={"tool_nodes": pl.DataFrame({"tool_id": ["a.x", "a.y"]})})
    assert not failing(found)
    assert {type(result.observed) for result in found} <= {int, float, str, type(None)}
    assert {type(result.passed) for result in found} == {bool}


def test_a_missing_related_frame_or_suite_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs the frames of environments"):
        run_suite("scenarios", to_frame(Scenario, [scenario(1)]), related={})
    with pytest.raises(ValueError, match="no suite for table 'other'"):
        run_suite("other", to_frame(Rejection, []), related={})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("expectations: [{name: a b, severity: blocking, type: x}]", "must be unique, of letters"),
        ("expectations: [{name: a, severity: loud, type: x}]", "use blocking or warning"),
        ("expectations: [{name: a, severity: blocking}]", "is not a suite: 'type'"),
        ("expectations: [{name: a, severity: blocking, type: x}, {name: a, severity: blocking, type: x}]", "must be unique"),
        ("[]", "is not a suite"),
    ],
)
def test_a_suite_file_that_a_person_broke_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_suite(path)
