"""The catalogue: every document of every source, settled against all others."""

from pathlib import Path

import pytest

from envfactory_assets.corpus import configuration
from envfactory_assets.corpus.configuration import Configuration
from envfactory_assets.records import Rejection
from envfactory_assets.synthesis import catalogue
from envfactory_assets_tests.corpus import documents
from envfactory_assets_tests.taking import catalogued, taken


def told(**sources) -> Configuration:
    return Configuration.model_validate({"domains": configuration().model_dump()["domains"], "sources": sources})


def folder(home: Path, name: str, *places: str, change=None) -> None:
    for number, place in enumerate(places):
        document = documents.openapi_3()
        document["info"] |= {"title": f"Library desk {number}", "x-apisguru-categories": ["education"]}
        if change:
            change(number, document)
        path = home / name / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(documents.encoded(document))


def renamed(number: int, document: dict) -> None:
    """Another API: other paths."""
    document["paths"] = {path.replace("loans", f"loans{number}"): item for path, item in document["paths"].items()}


def by_place(rows) -> dict:
    return {row.place: row for row in rows}


MINE = {"kind": "folder", "path": "mine"}


def test_a_document_says_what_it_is_and_what_it_would_bring(tmp_path: Path):
    folder(tmp_path, "mine", "desk.json")
    _, [entry], unassigned, rejections = catalogued(tmp_path, told(mine=MINE))
    assert (entry.assigned_domain, entry.assignment, entry.assigned_by) == ("academia", "categories", ["education"])
    assert (entry.kind, entry.title, entry.version, entry.operation_count) == ("openapi", "Library desk 0", "2.1", 4)
    assert (entry.things, entry.position, entry.taken) == (["loan"], 1, True)
    assert {"create", "get", "list", "delete"} <= set(entry.effects)
    assert len(entry.signature) == 4
    assert not unassigned
    assert not rejections


def test_what_belongs_to_no_domain_for_certain_is_reported_with_what_is_nearest(tmp_path: Path):
    folder(tmp_path, "mine", "desk.json", change=lambda _, document: document["info"].pop("x-apisguru-categories"))
    _, [entry], [unassigned], rejections = catalogued(tmp_path, told(mine=MINE))
    assert (entry.assigned_domain, entry.assignment, entry.taken) == (None, "unassigned", False)
    assert (unassigned.location, unassigned.title, unassigned.nearest[0]) == ("mine:desk.json", "Library desk 0", "academia")
    assert not rejections
    assert not taken(tmp_path, told(mine=MINE))


def test_what_cannot_be_read_is_rejected_in_its_domain_or_in_the_catalogue(tmp_path: Path):
    for place in ("office/broken.json", "broken.json"):
        folder(tmp_path, "mine", place)
        (tmp_path / "mine" / place).write_bytes(b"{")
    _, settled, unassigned, [rejection] = catalogued(tmp_path, told(mine=MINE))
    assert all("not valid JSON" in row.reason and not row.taken for row in settled)
    assert not unassigned
    assert (rejection.domain, rejection.stage, rejection.subject) == ("all", "source_documents", "mine:broken.json")
    [in_office] = taken(tmp_path, told(mine=MINE))
    assert isinstance(in_office, Rejection)
    assert (in_office.domain, in_office.stage, in_office.subject) == ("office", "resources", "mine:office/broken.json")


def test_versions_of_one_api_are_one_resource_and_the_rest_is_named(tmp_path: Path):
    def version(number: int, document: dict) -> None:
        document["info"]["version"] = f"{number}.0"

    folder(tmp_path, "mine", "desk-v0.json", "desk-v1.json", change=version)
    _, settled, _, _ = catalogued(tmp_path, told(mine=MINE))
    old, new = settled
    assert new.taken
    assert (old.taken, old.same_as) == (False, "mine:desk-v1.json")
    assert old.reason == "100% of its operations are those of mine:desk-v1.json (Library desk 1 1.0), which is kept"


def test_a_later_source_is_preferred(tmp_path: Path):
    folder(tmp_path, "mine", "a.json")
    folder(tmp_path, "yours", "b.json")
    yours = {"kind": "folder", "path": "yours"}
    for sources, kept in (({"mine": MINE, "yours": yours}, "b.json"), ({"yours": yours, "mine": MINE}, "a.json")):
        _, settled, _, _ = catalogued(tmp_path, told(**sources))
        assert [row.place for row in settled if row.taken] == [kept]


def test_a_source_gives_a_domain_no_more_than_it_may(tmp_path: Path):
    folder(tmp_path, "mine", "a.json", "b.json", "c.json", change=renamed)
    _, settled, _, _ = catalogued(tmp_path, told(mine={**MINE, "most": 2}))
    assert sorted(row.position for row in settled if row.taken) == [1, 2]
    [left] = [row for row in settled if not row.taken]
    assert left.reason == "beyond the 2 documents that academia takes of mine: the others fill more of what it lacks"


def test_nothing_is_silently_dropped(tmp_path: Path):
    folder(tmp_path, "mine", "a.json", "b.json", "office/c.json", "office/c.yaml", "d.json", change=renamed)
    (tmp_path / "mine" / "e.txt").write_text("a note")
    (tmp_path / "mine" / "d.json").write_bytes(b"[]")
    found, settled, unassigned, rejections = catalogued(tmp_path, told(mine={**MINE, "most": 1}))
    rows = taken(tmp_path, told(mine={**MINE, "most": 1}))
    became = {row.location for row in unassigned} | {row.subject for row in rejections}
    became |= {row.subject if isinstance(row, Rejection) else row.source_uri for row in rows}
    assert became == set(found)
    assert all(row.taken or row.reason or row.assigned_domain is None for row in settled)


def test_settling_again_changes_nothing(tmp_path: Path):
    folder(tmp_path, "mine", "a.json", "b.json", "c.json", change=renamed)
    _, settled, unassigned, _ = catalogued(tmp_path, told(mine={**MINE, "most": 2}))
    assert catalogue.settle(settled, told(mine={**MINE, "most": 2})) == (settled, unassigned)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_files_does_not_matter(tmp_path: Path, order: int):
    folder(tmp_path, "mine", "a.json", "b.json", "c.json", change=renamed)
    _, settled, _, _ = catalogued(tmp_path, told(mine=MINE))
    again, _ = catalogue.settle(settled[::order], told(mine=MINE))
    assert by_place(again) == by_place(settled)
