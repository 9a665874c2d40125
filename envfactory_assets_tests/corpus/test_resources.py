"""The documents that domains take: what ships, what a person drops in, and what is said of what cannot be used."""

from pathlib import Path

import pytest

from envfactory_assets.corpus import Configuration, configuration, read_resource
from envfactory_assets.records import Rejection, Resource
from envfactory_assets_tests.corpus import documents
from envfactory_assets_tests.taking import bundled_resources, catalogued, taken


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "resources" / "office"
    folder.mkdir(parents=True)
    return folder


ALONE = configuration().model_copy(update={"sources": {"drop_folder": configuration().sources["drop_folder"]}})
"""The drop folder without what ships, which takes long to survey."""


def dropped(home: Path, told: Configuration = ALONE) -> dict[str, Resource | Rejection]:
    """What became of the dropped files, by place or resource id."""
    rows = [row for row in taken(home, told) if row.domain == "office"]
    told = {row.subject: row for row in rows if isinstance(row, Rejection)}
    return told | {row.resource_id: row for row in rows if isinstance(row, Resource) and row.source == "drop_folder"}


def test_what_ships_is_taken_by_the_domain_of_its_folder():
    resources = bundled_resources()
    assert {resource.source for resource in resources} == {"bundled"}
    assert {resource.assignment for resource in resources} == {"declared"}
    assert all(len(resource.content_sha256) == 64 for resource in resources)


def test_resource_ids_are_unique_over_all_domains():
    ids = [resource.resource_id for resource in bundled_resources()]
    assert len(ids) == len(set(ids))


def test_a_dropped_document_becomes_a_resource_with_what_is_known_of_it(tmp_path: Path, drop: Path):
    (drop / "Library Desk.json").write_bytes(documents.encoded(documents.openapi_3()))
    resource = dropped(tmp_path)["library_desk"]
    assert isinstance(resource, Resource)
    assert (resource.resource_id, resource.domain, resource.operation_count) == ("library_desk", "office", 4)
    assert (resource.source_uri, resource.license) == ("drop_folder:office/Library Desk.json", "document: MIT")
    weights = {"uniqueness": 0.35, "practicality": 0.35, "documentation": 0.20, "simplicity": 0.10}
    assert resource.score == pytest.approx(sum(weight * getattr(resource, part) for part, weight in weights.items()), abs=2e-4)
    assert 0 < resource.score < 1
    assert not resource.read_rich
    assert resource.document["description"] == "Lends books."


def test_a_dropped_file_takes_the_place_of_the_bundled_one_with_its_id(tmp_path: Path, drop: Path):
    (drop / "asana.json").write_bytes(documents.encoded(documents.openapi_3()))
    rows = dropped(tmp_path, configuration())
    assert isinstance(rows["asana"], Resource)
    assert "has the same resource id 'asana', a later source." in rows["bundled:office/asana.json"].reason


def test_of_two_dropped_files_with_one_id_the_second_is_rejected(tmp_path: Path, drop: Path):
    (drop / "desk.json").write_bytes(documents.encoded(documents.openapi_3()))
    (drop / "Desk.yaml").write_bytes(documents.encoded(documents.openapi_3()))
    rows = dropped(tmp_path)
    assert rows["desk"].source_uri == "drop_folder:office/Desk.yaml"
    rejected = rows["drop_folder:office/desk.json"]
    assert rejected.stage == "resources"
    assert "drop_folder:office/Desk.yaml has the same resource id 'desk'; rename one of them." in rejected.reason


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("broken.json", b'{"openapi": "3.0.0", ', "broken.json: not valid JSON"),
        ("empty.yaml", b"", "empty.yaml: the document is empty"),
        ("notes.txt", b"remember", "notes.txt: no document ends in '.txt'"),
    ],
)
def test_a_file_that_is_no_document_is_a_rejection_with_its_reason(tmp_path: Path, drop: Path, name: str, content: bytes, says: str):
    (drop / name).write_bytes(content)
    rejection = dropped(tmp_path)[f"drop_folder:office/{name}"]
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.domain) == ("resources", "office")
    assert rejection.reason.startswith(says)


def test_a_file_that_vanished_after_it_was_listed_is_a_rejection(tmp_path: Path, drop: Path):
    path = drop / "gone.json"
    path.write_bytes(documents.encoded(documents.openapi_3()))
    found, settled, _, _ = catalogued(tmp_path, ALONE)
    path.unlink()
    [entry] = [entry for entry in settled if entry.resource_id == "gone"]
    [rejection] = read_resource(found[entry.location], entry, "office").rows
    assert isinstance(rejection, Rejection)
    assert "No such file" in rejection.reason


def test_hidden_files_readmes_and_empty_folders_are_not_told(tmp_path: Path, drop: Path):
    (drop / ".hidden.json").write_text("{}")
    (drop / "README.md").write_text("what lies here")
    (drop / "folder.json").mkdir()
    assert not [location for location in dropped(tmp_path) if location.startswith("drop_folder:")]
