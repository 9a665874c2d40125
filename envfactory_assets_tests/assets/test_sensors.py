import dagster as dg

from envfactory_assets.assets.sensors import changed_sources, publish_after_failure
from envfactory_assets.definitions import defs
from envfactory_assets.warehouse import Warehouse, query_published
from envfactory_assets_tests.corpus import documents


def tick(cursor=None):
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=defs)
        return changed_sources.evaluate_tick(context)


def drop(home, domain, name, text):
    folder = home.resources / domain
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def test_an_untouched_drop_folder_requests_nothing(empty_home):
    assert not tick().run_requests


def test_a_new_document_requests_only_its_domain(empty_home):
    cursor = tick().cursor
    drop(empty_home, "travel", "cabs.json", "{}")
    assert [request.partition_key for request in tick(cursor).run_requests] == ["travel"]


def test_the_same_document_does_not_request_twice(empty_home):
    drop(empty_home, "travel", "cabs.json", "{}")
    assert not tick(tick().cursor).run_requests


def test_a_changed_and_a_removed_document_request_again(empty_home):
    drop(empty_home, "travel", "cabs.json", "{}")
    first = tick()
    drop(empty_home, "travel", "cabs.json", '{"openapi": "3.0.0"}')
    second = tick(first.cursor)
    (empty_home.resources / "travel" / "cabs.json").unlink()
    third = tick(second.cursor)
    assert [len(result.run_requests) for result in (first, second, third)] == [1, 1, 1]
    assert first.run_requests[0].run_key != second.run_requests[0].run_key


def test_a_document_of_a_domain_it_does_not_declare_requests_the_domain_it_belongs_to(empty_home):
    cursor = tick().cursor
    document = documents.openapi_3()
    document["info"]["x-apisguru-categories"] = ["education"]
    (empty_home.resources).mkdir(parents=True, exist_ok=True)
    (empty_home.resources / "desk.json").write_bytes(documents.encoded(document))
    assert [request.partition_key for request in tick(cursor).run_requests] == ["academia"]


def test_a_document_that_belongs_to_no_domain_requests_none_and_is_told(empty_home):
    cursor = tick().cursor
    (empty_home.resources).mkdir(parents=True, exist_ok=True)
    (empty_home.resources / "notes.json").write_text("{}")
    result = tick(cursor)
    assert not result.run_requests
    assert "1 changed documents belong to no domain" in result.skip_message


def test_a_home_that_was_built_before_the_sensor_first_looks_requests_nothing(copied_home):
    assert not tick().run_requests


def test_what_a_failed_run_wrote_is_published(empty_home):
    Warehouse(empty_home).states("travel")

    @dg.op
    def fail():
        raise dg.Failure("stop")

    @dg.job
    def failing():
        fail()

    with dg.DagsterInstance.ephemeral() as instance:
        result = failing.execute_in_process(instance=instance, raise_on_error=False)
        event = next(e for e in result.all_events if e.event_type == dg.DagsterEventType.RUN_FAILURE)
        context = dg.build_run_status_sensor_context("publish_after_failure", event, instance, result.dagster_run)
        publish_after_failure(context)
    assert query_published(empty_home, "SELECT 1").fetchall() == [(1,)]
