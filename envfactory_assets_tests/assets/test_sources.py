"""The declared sources as observed assets."""

import dagster as dg

from envfactory_assets.assets.sources import SOURCE_KEYS
from envfactory_assets.definitions import defs
from envfactory_assets_tests.conftest import refresh
from envfactory_assets_tests.corpus import documents


def observed():
    """The data version and the metadata of every source."""
    result = defs.resolve_job_def("observe_sources").execute_in_process(instance=dg.DagsterInstance.ephemeral())
    found = [event.event_specific_data.asset_observation for event in result.all_events if event.is_asset_observation]
    return {each.asset_key.path[-1]: (each.tags["dagster/data_version"], each.metadata) for each in found}


def test_every_source_is_a_node_upstream_of_the_catalogue():
    graph = defs.resolve_asset_graph()
    assert [key.path[-1] for key in SOURCE_KEYS] == ["bundled", "drop_folder"]
    assert graph.get(dg.AssetKey("source_documents")).parent_keys == set(SOURCE_KEYS)


def test_a_changed_document_changes_the_version_of_its_source_alone(empty_home):
    before = observed()
    folder = empty_home.resources / "office"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("a note")
    after = observed()
    assert before["bundled"][0] == after["bundled"][0]
    assert before["drop_folder"][0] != after["drop_folder"][0]
    assert after["drop_folder"][1]["documents"].value == 1
    assert "notes.txt: no document ends in '.txt'" in after["drop_folder"][1]["problems"].value


def computed(result):
    """How many units of work each stage of a run did."""
    materialised = [event.step_materialization_data.materialization for event in result.all_events if event.is_step_materialization]
    return {each.asset_key.path[-1]: each.metadata["units computed"].value for each in materialised if "units computed" in each.metadata}


def read_documents(domain):
    """Bring a domain up to date as far as its candidates."""
    keys = [dg.AssetKey(name) for name in ("source_documents", "unassigned_resources", "resources", "resource_inferences")]
    keys += [dg.AssetKey("environment_candidates"), dg.AssetKey("resource_ledger")]
    job = defs.resolve_implicit_global_asset_job_def()
    return computed(job.execute_in_process(instance=dg.DagsterInstance.ephemeral(), partition_key=domain, asset_selection=keys))


def test_one_changed_document_is_the_work_of_one_document(empty_home):
    folder = empty_home.resources / "office"
    folder.mkdir(parents=True, exist_ok=True)
    for title in ("Library desk", "Library desk, renamed"):
        document = documents.openapi_3() | {"info": {"title": title, "version": "1"}}
        (folder / "desk.json").write_bytes(documents.encoded(document))
        done = read_documents("office")
    assert {name: done[name] for name in ("source_documents", "resources", "resource_inferences")} == dict.fromkeys(
        ("source_documents", "resources", "resource_inferences"), 1
    )
    assert done["environment_candidates"] <= 1


def test_a_domain_whose_documents_did_not_change_takes_nothing_anew(copied_home):
    folder = copied_home.resources / "travel"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "desk.json").write_bytes(documents.encoded(documents.openapi_3()))
    done = computed(refresh("office"))
    assert done["source_documents"] == 1
    assert "resources" not in done
