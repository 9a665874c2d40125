"""The code location: what is in it, and that it cannot change unnoticed."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.partitions import DOMAINS
from envfactory_assets.assets.sources import SOURCE_KEYS
from envfactory_assets.definitions import build_defs, defs
from envfactory_assets.records import TABLES
from envfactory_assets.records.settings import KindShares, SettingsError
from envfactory_assets.warehouse import load_models
from envfactory_assets_tests.conftest import refresh

GRAPH = defs.resolve_asset_graph()

OWN = sorted(set(GRAPH.get_all_asset_keys()) - set(SOURCE_KEYS))


def parents(name):
    return sorted(key.path[-1] for key in GRAPH.get(dg.AssetKey(name)).parent_keys)


def test_every_table_and_every_model_is_an_asset_of_the_same_name():
    assert {key.path[-1] for key in OWN} == set(TABLES) | {model.name for model in load_models()}


def test_there_are_seven_domains():
    assert DOMAINS.get_partition_keys() == ["academia", "commerce", "finance", "lifestyle", "office", "travel", "utilities"]


def partitions_of(name):
    return DOMAINS if name not in TABLES or TABLES[name].partitioned else None


@pytest.mark.parametrize("key", OWN, ids=lambda key: key.path[-1])
def test_every_asset_is_partitioned_described_grouped_and_refreshes_itself(key):
    node = GRAPH.get(key)
    assert node.partitions_def == partitions_of(key.path[-1])
    assert node.description
    assert node.group_name != "default"
    assert node.automation_condition is not None
    assert node.kinds


@pytest.mark.parametrize("table", TABLES)
def test_every_table_shows_its_columns(table):
    shown = GRAPH.get(dg.AssetKey(table)).metadata["dagster/column_schema"]
    assert [column.name for column in shown.columns] == list(TABLES[table].model_fields)


@pytest.mark.parametrize("table", [name for name in TABLES if name != "rejections"])
def test_every_table_has_checks_some_of_them_blocking(table):
    checks = [defs.resolve_asset_graph().get(key) for key in GRAPH.asset_check_keys if key.asset_key == dg.AssetKey(table)]
    assert any(check.blocking for check in checks)
    assert all(check.partitions_def == partitions_of(table) for check in checks)


def test_the_line_runs_from_documents_to_training_rows():
    assert parents("source_documents") == ["bundled", "drop_folder"]
    assert parents("resources") == ["source_documents"]
    assert parents("resource_inferences") == ["resources"]
    assert parents("domain_coverage") == ["resource_inferences", "resources"]
    assert parents("environment_candidates") == ["resources"]
    assert parents("verification_reports") == ["environment_candidates", "resources"]
    assert parents("environments") == ["environment_candidates", "resources", "verification_reports"]
    assert parents("scenarios") == ["environments"]
    assert parents("tool_edges") == ["environments", "scenarios"]
    assert parents("chains") == ["environments", "scenarios", "tool_edges", "tool_nodes"]
    assert parents("raw_trajectories") == ["chains", "environments", "scenarios"]
    assert parents("training_ready_sft") == ["calibrated_trajectories", "environments", "scenarios", "trajectory_steps"]
    assert parents("rollouts") == ["environments", "training_ready_rl"]


def test_runs_stay_in_one_process():
    assert defs.executor is dg.in_process_executor


def test_each_domain_has_a_schedule_that_is_off_and_names_its_domain():
    schedules = {schedule.name: schedule for schedule in defs.schedules}
    assert set(schedules) == {f"refresh_{domain}" for domain in DOMAINS.get_partition_keys()}
    for domain in DOMAINS.get_partition_keys():
        schedule = schedules[f"refresh_{domain}"]
        assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_schedule_context(
                instance=instance, scheduled_execution_time=datetime(2026, 5, 12, tzinfo=UTC), repository_def=defs.get_repository_def()
            )
            request = schedule.evaluate_tick(context).run_requests[0]
        assert request.partition_key == domain
        assert request.tags["domain"] == domain


def test_a_part_can_be_replaced_and_assets_added():
    @dg.asset(group_name="mine")
    def my_asset() -> None:
        """A user's own."""

    swapped = build_defs(extra_assets=[my_asset])
    assert dg.AssetKey("my_asset") in swapped.resolve_asset_graph().get_all_asset_keys()


def test_the_shares_of_the_kinds_of_conversation_are_configured_at_launch():
    chosen = Factory(kinds={"impossible": 0.5}).settings.kinds
    assert {name: share for name, share in chosen if share} == {"impossible": 0.5}
    assert Factory().settings.kinds == KindShares()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"profile": "papers"}, "profile: There is no profile 'papers'; profiles.yaml has bfcl, paper."),
        ({"rl_share": 1.5}, "rl_share: Input should be less than or equal to 1"),
        ({"kinds": {"rude": 0.5}}, "rude: Extra inputs are not permitted"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_one_line(told, reason):
    with pytest.raises(SettingsError) as error:
        _ = Factory(**told).settings
    assert str(error.value) == reason


def test_a_run_whose_settings_cannot_be_fails_with_the_reason_only(empty_home):
    failed = [event.step_failure_data for event in refresh("travel", profile="papers").all_events if event.is_step_failure]
    assert [each.user_failure_data.description for each in failed] == [
        "profile: There is no profile 'papers'; profiles.yaml has bfcl, paper."
    ]
