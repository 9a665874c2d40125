"""The whole line over two domains, as Dagster runs it."""

import re

import dagster as dg
import duckdb
import polars as pl
import pytest

from envfactory_assets.assets.currency import is_up_to_date
from envfactory_assets.assets.factory import Factory
from envfactory_assets.corpus import domains
from envfactory_assets.definitions import defs
from envfactory_assets.records import (
    TABLES,
    EnvironmentCandidate,
    PromotedEnvironment,
    Rejection,
    RlTask,
    SftConversation,
    SourceDocument,
    VerificationReport,
)
from envfactory_assets.records.base import EVERYWHERE
from envfactory_assets.records.schema import to_frame, to_rows
from envfactory_assets.warehouse import INTERNAL_ERROR, StageOutput, Warehouse
from envfactory_assets_tests.conftest import CONFIG, DOMAINS, refresh


def ask(home, sql):
    with duckdb.connect(home.published, read_only=True) as connection:
        return connection.sql(sql).fetchall()


def test_the_catalogue_knows_the_documents_of_all_domains(built_warehouse):
    rows = built_warehouse.read(SourceDocument, EVERYWHERE)
    assert set(rows["assigned_domain"].to_list()) == set(domains())
    assert rows["taken"].all()


@pytest.mark.parametrize("table", [name for name, record in TABLES.items() if name != "rejections" and record.partitioned])
@pytest.mark.parametrize("domain", DOMAINS)
def test_every_table_has_rows_in_every_built_domain(built_warehouse, table, domain):
    assert built_warehouse.read(TABLES[table], domain).height > 0


def test_nothing_was_left_out_because_of_a_defect_of_ours(built):
    assert ask(built, f"SELECT stage, subject, reason FROM rejections WHERE starts_with(reason, '{INTERNAL_ERROR}')") == []


def test_every_reference_between_tables_resolves(built):
    for record in TABLES.values():
        for column, target in record.references.items():
            table, _, key = target.partition(".")
            sql = (
                f'SELECT count(*) FROM "{record.table}" WHERE "{column}" IS NOT NULL AND "{column}" NOT IN (SELECT "{key}" FROM "{table}")'
            )
            assert ask(built, sql) == [(0,)], f"{record.table}.{column}"


def test_every_training_row_leads_back_to_its_environment_and_document(built):
    rows = ask(built, "SELECT count(*), count(chain_id), count(code_sha256), count(environment_author) FROM training_manifest")
    assert rows[0][0] > 0
    assert len(set(rows[0])) == 1
    assert ask(built, "SELECT count(*) FROM training_manifest WHERE environment_author = 'rules' AND source_uri IS NULL") == [(0,)]


def test_the_funnel_accounts_for_every_row_that_is_missing(built):
    for domain, gate, rows_in, rows_out, reasons in ask(built, "SELECT domain, gate, rows_in, rows_out, reasons FROM quality_funnel"):
        if rows_out < rows_in:
            assert sum(reason["rows"] for reason in reasons) > 0, (domain, gate)


def test_sft_and_rl_share_no_scenario(built):
    shared = """
        SELECT count(*) FROM (SELECT unnest(scenario_ids) AS s FROM training_ready_sft) AS a
        JOIN (SELECT unnest(scenario_ids) AS s FROM training_ready_rl) AS b USING (s)
    """
    assert ask(built, shared) == [(0,)]


def test_gold_scores_the_maximum_and_the_others_the_floor_on_write_tasks(built):
    scores = ask(
        built,
        """SELECT agent, min(reward.total), avg(reward.total), max(reward.total) FROM rollouts
           JOIN training_ready_rl USING (task_id) WHERE writes GROUP BY agent""",
    )
    by_agent = {agent: parts for agent, *parts in scores}
    assert by_agent["gold"][0] == 1.0
    assert by_agent["null"][2] == 0.0
    assert by_agent["random"][1] < 0.05


def test_a_second_run_does_nothing_again_and_writes_nothing(copied_home):
    before = Warehouse(copied_home).states("travel")
    stamp = ask(copied_home, "SELECT max(written_at) FROM _partitions")
    assert refresh("travel").success
    assert Warehouse(copied_home).states("travel") == before
    with duckdb.connect(copied_home.database) as connection:
        assert connection.sql("SELECT max(written_at) FROM _partitions").fetchall() == stamp


def test_a_broken_document_is_a_row_with_its_reason_and_the_rest_is_built(copied_home):
    folder = copied_home.resources / "travel"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "truncated.json": '{"openapi": "3.0.0", "paths": {',
        "empty.json": "",
        "nothing.yaml": "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths: {}",
    }.items():
        (folder / name).write_text(text)
    kept = Warehouse(copied_home).read(SftConversation, "travel").height
    assert refresh("travel").success
    warehouse = Warehouse(copied_home)
    rejected = warehouse.read(Rejection, "travel").filter(pl.col("stage") == "resources")
    assert rejected.height == 3
    assert all(rejected["reason"].str.len_chars() > 10)
    assert warehouse.read(SftConversation, "travel").height == kept


def materialise(asset, domain):
    config = {"resources": {"factory": {"config": CONFIG}}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    job = defs.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        asset_selection=[dg.AssetKey(asset)],
        partition_key=domain,
        run_config=config,
        instance=dg.DagsterInstance.ephemeral(),
        raise_on_error=False,
    )


def replace(home, record, domain, change):
    warehouse = Warehouse(home)
    rows = [change(row) for row in to_rows(record, warehouse.read(record, domain))]
    warehouse.write(StageOutput(stage=record.table, domain=domain, frames={record: to_frame(record, rows)}))


STALE = {
    "rejected": {"verdict": "rejected"},
    "of another verifier": {"verifier_version": "0" * 16},
    "of another runtime": {"runtime_version": "0" * 16},
    "of other code": {"code_sha256": "0" * 64},
    "of another contract": {"contract_sha256": "0" * 64},
}


@pytest.mark.parametrize("change", STALE.values(), ids=STALE.keys())
def test_environments_materialised_directly_on_a_bad_report_are_refused_and_the_last_good_rows_stay(copied_home, change):
    warehouse = Warehouse(copied_home)
    good = warehouse.read(PromotedEnvironment, "travel")
    replace(copied_home, VerificationReport, "travel", lambda row: row.model_copy(update=change))
    assert not materialise("environments", "travel").success
    assert warehouse.read(PromotedEnvironment, "travel").equals(good)


@pytest.mark.parametrize("change", ["verdict = 'rejected'", "verifier_version = 'other'", "code_sha256 = 'other'"])
def test_a_report_altered_in_the_database_itself_is_refused_too(copied_home, change):
    warehouse = Warehouse(copied_home)
    good = warehouse.read(PromotedEnvironment, "travel")
    with duckdb.connect(copied_home.database) as connection:
        connection.execute(f"UPDATE verification_reports SET {change} WHERE domain = 'travel'")
    assert not materialise("environments", "travel").success
    assert not is_up_to_date("travel", Factory(**CONFIG))
    assert warehouse.read(PromotedEnvironment, "travel").equals(good)


def test_a_promoted_row_altered_in_the_database_is_made_anew(copied_home):
    warehouse = Warehouse(copied_home)
    good = warehouse.read(SftConversation, "travel")
    with duckdb.connect(copied_home.database) as connection:
        connection.execute("UPDATE training_ready_sft SET system = 'altered' WHERE domain = 'travel'")
    assert materialise("training_ready_sft", "travel").success
    assert warehouse.read(SftConversation, "travel").equals(good)


def test_a_refusal_says_what_was_observed_and_what_is_asked(copied_home):
    replace(copied_home, VerificationReport, "travel", lambda row: row.model_copy(update={"verdict": "rejected"}))
    result = materialise("environments", "travel")
    failure = next(event for event in result.all_events if event.is_step_failure)
    told = failure.step_failure_data.user_failure_data.description
    assert re.search(r"enough_rows_are_promoted: observed 0, expected at least [1-9]", told)


def test_an_environment_left_out_is_current_again_once_its_report_is_good(copied_home):
    warehouse = Warehouse(copied_home)
    reports = {row.env_id: row for row in to_rows(VerificationReport, warehouse.read(VerificationReport, "travel"))}
    first = min(reports)
    good = warehouse.read(PromotedEnvironment, "travel")
    replace(
        copied_home,
        VerificationReport,
        "travel",
        lambda row: row.model_copy(update={"verdict": "rejected"}) if row.env_id == first else row,
    )
    assert materialise("environments", "travel").success
    replace(copied_home, VerificationReport, "travel", lambda row: reports[row.env_id])
    assert materialise("environments", "travel").success
    assert warehouse.read(PromotedEnvironment, "travel").equals(good)


def test_one_bad_report_leaves_out_one_environment(copied_home):
    warehouse = Warehouse(copied_home)
    reports = to_rows(VerificationReport, warehouse.read(VerificationReport, "travel"))
    first = reports[0].env_id
    replace(
        copied_home,
        VerificationReport,
        "travel",
        lambda row: row.model_copy(update={"verdict": "rejected"}) if row.env_id == first else row,
    )
    assert materialise("environments", "travel").success
    current = warehouse.read(PromotedEnvironment, "travel").filter(pl.col("current"))
    assert first not in current["env_id"].to_list()
    rejected = warehouse.read(Rejection, "travel").filter((pl.col("stage") == "environments") & (pl.col("subject") == first))
    assert rejected.height == 1


def test_superseded_code_stays_while_a_training_row_cites_it(copied_home):
    warehouse = Warehouse(copied_home)
    cited = {code for codes in warehouse.read(SftConversation, "travel")["env_code_sha256s"].to_list() for code in codes}
    old = next(row for row in to_rows(PromotedEnvironment, warehouse.read(PromotedEnvironment, "travel")) if row.code_sha256 in cited)

    def rewritten(row):
        return row.model_copy(update={"code_sha256": "f" * 64}) if row.env_id == old.env_id else row

    replace(copied_home, EnvironmentCandidate, "travel", rewritten)
    replace(copied_home, VerificationReport, "travel", rewritten)
    assert materialise("environments", "travel").success
    kept = {row.code_sha256: row.current for row in to_rows(PromotedEnvironment, warehouse.read(PromotedEnvironment, "travel"))}
    assert kept[old.code_sha256] is False
    assert kept["f" * 64] is True


@pytest.mark.parametrize("record", [SftConversation, RlTask], ids=lambda record: record.table)
def test_training_rows_of_an_environment_that_is_no_longer_promoted_are_refused(copied_home, record):
    warehouse = Warehouse(copied_home)
    good = warehouse.read(record, "travel")
    replace(copied_home, PromotedEnvironment, "travel", lambda row: row.model_copy(update={"current": False}))
    assert not materialise(record.table, "travel").success
    assert warehouse.read(record, "travel").equals(good)


def test_an_asset_whose_inputs_were_never_made_says_which(empty_home):
    result = materialise("environments", "travel")
    assert not result.success
    failure = next(event for event in result.all_events if event.is_step_failure)
    assert EnvironmentCandidate.table in failure.step_failure_data.user_failure_data.description
