"""The resources of a domain: what ships, what a person drops in, and what is said of files that cannot be used."""

from pathlib import Path

import pytest

from envfactory_assets.corpus import domains, read_resource, resource_files
from envfactory_assets.records import Rejection, Resource
from envfactory_assets_tests.corpus import documents


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "resources" / "office"
    folder.mkdir(parents=True)
    return folder


def listed(home: Path, domain: str = "office") -> dict[str, str]:
    return {file.path.name: file.origin for file in resource_files(domain, home)}


def rows(home: Path, name: str) -> list[Resource | Rejection]:
    [file] = [file for file in resource_files("office", home) if file.path.name == name]
    return list(read_resource(file, "office").rows)


def test_without_a_drop_folder_there_are_the_bundled_extracts_by_slug(tmp_path: Path):
    files = resource_files("office", tmp_path)
    assert {file.origin for file in files} == {"bundled"}
    assert [file.resource_id for file in files] == sorted(file.resource_id for file in files)
    assert all(len(file.content_sha256) == 64 for file in files)


def test_an_unknown_domain_has_no_files(tmp_path: Path):
    assert resource_files("nowhere", tmp_path) == []


def test_a_dropped_document_becomes_a_resource_with_what_is_known_of_it(tmp_path: Path, drop: Path):
    (drop / "Library Desk.json").write_bytes(documents.encoded(documents.openapi_3()))
    [resource] = rows(tmp_path, "Library Desk.json")
    assert isinstance(resource, Resource)
    assert (resource.resource_id, resource.domain, resource.operation_count) == ("library_desk", "office", 4)
    assert (resource.source_uri, resource.license) == ("drop:Library Desk.json", "document: MIT")
    assert 0 < resource.score < 1
    assert resource.document["description"] == "Lends books."


def test_a_dropped_file_takes_the_place_of_the_bundled_one_with_its_slug(tmp_path: Path, drop: Path):
    (drop / "asana.json").write_bytes(documents.encoded(documents.openapi_3()))
    assert listed(tmp_path)["asana.json"] == "drop"


def test_of_two_dropped_files_with_one_slug_the_second_is_rejected(tmp_path: Path, drop: Path):
    (drop / "desk.json").write_bytes(documents.encoded(documents.openapi_3()))
    (drop / "Desk.yaml").write_bytes(documents.encoded(documents.openapi_3()))
    [first], [second] = rows(tmp_path, "Desk.yaml"), rows(tmp_path, "desk.json")
    assert isinstance(first, Resource)
    assert isinstance(second, Rejection)
    assert second.stage == "resources"
    assert "Desk.yaml has the same resource id 'desk'; rename one of them" in second.reason


def test_a_file_whose_rival_goes_is_another_input(tmp_path: Path, drop: Path):
    for name in ("Desk.yaml", "desk.json"):
        (drop / name).write_bytes(documents.encoded(documents.openapi_3()))
    before = {file.path.name: file.content_sha256 for file in resource_files("office", tmp_path)}
    (drop / "Desk.yaml").unlink()
    after = {file.path.name: file.content_sha256 for file in resource_files("office", tmp_path)}
    assert before["desk.json"] != after["desk.json"]


def test_a_malformed_file_is_a_rejection_with_its_reason(tmp_path: Path, drop: Path):
    (drop / "broken.json").write_bytes(b'{"openapi": "3.0.0", ')
    [rejection] = rows(tmp_path, "broken.json")
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.subject) == ("resources", "broken")
    assert rejection.reason.startswith("broken.json: not valid JSON")


def test_a_file_that_vanished_after_it_was_listed_is_a_rejection(tmp_path: Path, drop: Path):
    path = drop / "gone.json"
    path.write_bytes(documents.encoded(documents.openapi_3()))
    [file] = [file for file in resource_files("office", tmp_path) if file.path == path]
    path.unlink()
    [rejection] = read_resource(file, "office").rows
    assert isinstance(rejection, Rejection)
    assert "No such file" in rejection.reason


def test_other_files_folders_and_hidden_files_are_no_resources(tmp_path: Path, drop: Path):
    (drop / "notes.txt").write_text("remember")
    (drop / ".hidden.json").write_text("{}")
    (drop / "folder.json").mkdir()
    assert set(listed(tmp_path).values()) == {"bundled"}


def test_a_changed_file_has_another_hash(tmp_path: Path, drop: Path):
    path = drop / "desk.json"
    hashes = []
    for title in ("One", "Two"):
        path.write_bytes(documents.encoded(documents.openapi_3() | {"info": {"title": title}}))
        hashes += [file.content_sha256 for file in resource_files("office", tmp_path) if file.path == path]
    assert len(set(hashes)) == 2


def test_resource_ids_are_unique_over_all_domains(tmp_path: Path):
    ids = [file.resource_id for domain in domains() for file in resource_files(domain, tmp_path)]
    assert len(ids) == len(set(ids))
