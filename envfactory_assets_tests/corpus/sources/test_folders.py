"""Documents in folders and packages."""

from pathlib import Path

from envfactory_assets.corpus.sources import documents_of, locate
from envfactory_assets.corpus.sources.declared import FolderSource, PackageSource
from envfactory_assets_tests.corpus import documents

DOCUMENT = documents.encoded(documents.openapi_3())
DOMAINS = ["office", "travel"]


def found(home: Path, **declared):
    source = FolderSource.model_validate({"kind": "folder", "path": "here", **declared})
    return {each.place: each for each in documents_of("mine", source, DOMAINS, home)}


def put(home: Path, *places: str) -> None:
    for place in places:
        path = home / "here" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(DOCUMENT)


def test_a_folder_named_like_a_domain_declares_it(tmp_path: Path):
    put(tmp_path, "office/desk.json", "desk.yaml", "other/deep/desk.py", "office.json")
    assert {place: each.domain for place, each in found(tmp_path).items()} == {
        "office/desk.json": "office",
        "desk.yaml": None,
        "other/deep/desk.py": None,
        "office.json": None,
    }


def test_ids_follow_the_place_below_the_folder_of_the_domain(tmp_path: Path):
    put(tmp_path, "office/desk.json", "adyen.com/CheckoutService-v71.json")
    assert [each.resource_id for each in found(tmp_path).values()] == ["adyen_com_checkoutservice_v71", "desk"]


def test_a_source_may_declare_the_domain_of_all_its_documents(tmp_path: Path):
    put(tmp_path, "office/desk.json", "desk.yaml")
    assert {each.domain for each in found(tmp_path, domain="travel").values()} == {"travel"}


def test_the_order_is_the_same_on_any_machine(tmp_path: Path):
    put(tmp_path, "b.json", "a/z.json", "c/a.json", "a.json")
    assert list(found(tmp_path)) == sorted(found(tmp_path))


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path):
    assert found(tmp_path) == {}


def test_an_unreadable_or_huge_file_is_told_and_the_others_are_listed(tmp_path: Path):
    put(tmp_path, "good.json", "loop.json")
    (tmp_path / "here" / "loop.json").unlink()
    huge = tmp_path / "here" / "huge.json"
    with huge.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    assert {place: bool(each.problem) for place, each in found(tmp_path).items()} == {"good.json": False, "huge.json": True}
    assert "are over the limit" in (found(tmp_path)["huge.json"].problem or "")


def test_links_to_folders_are_not_followed(tmp_path: Path):
    put(tmp_path, "good.json")
    (tmp_path / "here" / "again").symlink_to(tmp_path / "here", target_is_directory=True)
    assert list(found(tmp_path)) == ["good.json"]


def test_an_absolute_folder_is_taken_as_it_is(tmp_path: Path):
    put(tmp_path, "good.json")
    assert list(found(Path("/elsewhere"), path=str(tmp_path / "here"))) == ["good.json"]


def test_an_installed_package_holds_its_data_documents(tmp_path: Path):
    source = PackageSource(kind="package", package="envfactory_assets", path="training/suites")
    held = list(documents_of("suites", source, DOMAINS, tmp_path))
    assert "resources.yaml" in {each.place for each in held}
    assert all(locate("suites", source, each.place, tmp_path).is_file() for each in held)


def test_a_package_that_is_not_installed_is_told(tmp_path: Path):
    [told] = documents_of("gone", PackageSource(kind="package", package="no_such_package"), DOMAINS, tmp_path)
    assert told.problem == "gone: the package no_such_package is not installed; install it or take the source out of domains.yaml."
