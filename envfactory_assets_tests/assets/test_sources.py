"""The declared sources as observed assets."""

import dagster as dg

from envfactory_assets.assets.sources import SOURCE_KEYS
from envfactory_assets.definitions import defs


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
