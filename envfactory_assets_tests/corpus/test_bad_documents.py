"""A document that cannot be used is refused with one line that says what, where and what to do."""

import copy

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envfactory_assets.corpus import DocumentError, Provenance, read_document
from envfactory_assets.corpus.formats.extract import FORMAT, write_extract
from envfactory_assets.corpus.grouping import choose_operations
from envfactory_assets.corpus.ranking import score, score_parts
from envfactory_assets_tests.corpus import documents

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(12)
)
MERGE_BOMB = "a: &a {x: 1, y: 2}\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} {{<<: [{', '.join([f'*{chr(97 + i)}'] * 9)}]}}\n" for i in range(12)
)


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("empty.json", b"", "empty"),
        ("blank.yaml", b"\n  \n# nothing\n", "empty"),
        ("cut.json", documents.encoded(documents.openapi_3())[:-40], "not valid JSON.*line 1"),
        ("broken.yaml", b"openapi: 3.0.0\npaths: [\n", "not valid YAML at line"),
        ("latin.json", '{"title": "é"}'.encode("latin-1"), "byte 11 is not UTF-8"),
        ("text.json", b"just some words", "format is unknown"),
        ("number.json", b"7", "format is unknown"),
        ("null.json", b"null", "format is unknown"),
        ("other.json", b'{"hello": "world"}', "format is unknown"),
        ("nopaths.json", b'{"openapi": "3.0.0", "info": {}}', "/paths is missing or empty"),
        ("noops.json", b'{"openapi": "3.0.0", "paths": {"/a": {"get": 3, "trace": {}}}}', "no path under /paths has a usable operation"),
        ("paths.json", b'{"swagger": "2.0", "paths": ["/a"]}', "/paths is missing or empty"),
        ("google.json", b'{"discoveryVersion": "v1", "resources": {"a": {"methods": {"b": {}}}}}', "no method"),
        ("tools.json", b'{"tools": [{"description": "nameless"}, 3]}', "no usable tool"),
        ("deep.json", b'{"openapi": "3.0.0", "x":' + b"[" * 500 + b"]" * 500 + b"}", "nested deeper than 100 levels"),
        ("deeper.json", b"[" * 100_000 + b"]" * 100_000, "not valid JSON"),
        ("deep.yaml", b"openapi: " + b"[" * 5000 + b"]" * 5000, "nested deeper than 100 levels"),
        ("bomb.yaml", BOMB.encode(), "aliases expand"),
        ("merges.yaml", MERGE_BOMB.encode(), "aliases expand"),
        ("self.yaml", b"openapi: &a [*a]\n", "contains itself"),
        ("object.yaml", b"openapi: !!python/object/apply:os.system ['true']\n", "not valid YAML"),
        ("huge.yaml", b"openapi: 3.0.0\npaths: 99999999999999999999999999\n", "cannot be read"),
        ("format.json", b'{"format": "envfactory-extract/99"}', "is unknown; pack it again"),
        ("extract.json", orjson.dumps({"format": FORMAT, "document": {"kind": "openapi"}, "provenance": {}}), "Field required"),
    ],
)
def test_a_bad_document_is_refused_in_one_line(name: str, raw: bytes, says: str):
    with pytest.raises(DocumentError, match=says) as refused:
        read_document(raw, name=name)
    message = str(refused.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert len(message) <= 400


def test_a_document_over_the_size_limit_is_refused_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr("envfactory_assets.corpus.formats.parsing.MAX_BYTES", 100)
    with pytest.raises(DocumentError, match="over the limit of 100"):
        read_document(b"{" + b" " * 200 + b"}", name="big.json")


SOURCE = Provenance(source_uri="test", license="MIT", content_sha256="0" * 64, retrieved="2026-01-01")
BASES = [
    documents.openapi_3(),
    documents.swagger_2(),
    documents.google_discovery(),
    documents.mcp_tools(),
    documents.functions(),
    orjson.loads(write_extract(read_document(documents.encoded(documents.openapi_3()), name="loans.json"), SOURCE)),
]
ODD = st.sampled_from(
    [None, True, -1, 1.5, "", "x", "#/paths", "#", "#/components/schemas/Loan", [], [None], {}, {"$ref": "#/nowhere"}, {"": []}]
)


def places_of(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inside = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    return [path, *(place for key, child in inside for place in places_of(child, (*path, key)))]


def replaced(value: object, place: tuple[object, ...], by: object) -> object:
    if not place:
        return by
    changed = copy.deepcopy(value)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = by
    return changed


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_mutated_document_is_read_or_refused_and_never_crashes(data: st.DataObject):
    value: object = data.draw(st.sampled_from(BASES))
    for _ in range(data.draw(st.integers(1, 4))):
        value = replaced(value, data.draw(st.sampled_from(places_of(value))), data.draw(ODD))
    try:
        document = read_document(documents.encoded(value), name="mutated.json")
    except DocumentError:
        return
    assert document.operations
    assert 0 <= score(score_parts(document)) <= 1
    assert len(choose_operations(document, most=2)) <= 2


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from(["a.json", "a.yaml"]))
def test_arbitrary_bytes_are_refused_and_never_crash(raw: bytes, name: str):
    with pytest.raises(DocumentError):
        read_document(raw, name=name)
