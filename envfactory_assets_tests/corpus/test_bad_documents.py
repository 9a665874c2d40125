"""A document that cannot be used is refused with one line that says what, where and what to do."""

import copy
import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus import ApiDocument, DocumentError, Provenance, read_document
from envfactory_assets.corpus.formats.extract import FORMAT, write_extract
from envfactory_assets.corpus.formats.schemas import references_in
from envfactory_assets.corpus.grouping import choose_operations
from envfactory_assets.corpus.ranking import score, score_parts
from envfactory_assets_tests.corpus import documents

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(12)
)
MERGE_BOMB = "a: &a {x: 1, y: 2}\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} {{<<: [{', '.join([f'*{chr(97 + i)}'] * 9)}]}}\n" for i in range(12)
)


def nested_aliases() -> str:
    """YAML that is flat as written and 270 levels deep once its aliases are written out."""
    lists = "[" * 90, "]" * 90
    return f"a: &a {lists[0]}1{lists[1]}\nb: &b {lists[0]}*a{lists[1]}\nopenapi: {lists[0]}*b{lists[1]}\n"


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
        ("huge.yaml", b"openapi: 3.0.0\npaths: 1" + b"0" * 400 + b"\n", "cannot be read"),
        ("endless.yaml", b"openapi: 3.0.0\npaths: 1.0e999\n", "a number is infinite"),
        ("aliases.yaml", nested_aliases().encode(), "nested deeper than 100 levels|cannot be read"),
        ("surrogate.yaml", b'openapi: "\\ud800"\n', "not valid YAML at line 1"),
        ("two.yaml", b"openapi: 3.0.0\n---\nswagger: 2\n", "found another document"),
        ("key.yaml", b"{a: 1}: 2\n", "found unhashable key"),
        ("nan.json", b'{"openapi": NaN}', "not valid JSON"),
        ("infinity.json", b'{"openapi": "3.0.0", "x": -Infinity}', "not valid JSON"),
        ("infinite.json", b'{"openapi": "3.0.0", "x": 1e999}', "not valid JSON"),
        ("surrogate.json", b'{"openapi": "\\ud800"}', "not valid JSON"),
        ("lines.json", b'{"name": "a"}\n{"name": \n', "not valid JSON"),
        ("names.json", b'[{"name": "a"}, {"name": "b"}]', "no usable tool"),
        ("sketch.py", b"def _hidden(): ...\n", "no public function"),
        ("sketch.py", b"def broken(:\n", "not valid Python at line 1"),
        ("sketch.py", b"x = 1 \xff\n", "byte 6 is not UTF-8"),
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


def test_a_document_of_very_many_parts_is_refused_before_it_is_parsed():
    with pytest.raises(DocumentError, match="more than 3,000,000 objects and lists"):
        read_document(b"[" + b"[]," * 3_000_000 + b"[]]", name="parts.json")


def test_yaml_over_its_own_limit_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("envfactory_assets.corpus.formats.parsing.MAX_YAML_BYTES", 100)
    with pytest.raises(DocumentError, match="over the limit of 100 for YAML; convert"):
        read_document(b"a: 1\n" * 40, name="big.yaml")


class TestReferences:
    @pytest.mark.parametrize(
        "reference", ["file:///etc/passwd", "other.yaml#/Loan", "../secrets.json", "https://elsewhere.example.org/a.json#/Loan", "Loan", ""]
    )
    @pytest.mark.parametrize("place", ["schema", "parameter", "body", "answer", "path"])
    def test_a_reference_out_of_the_document_is_refused_wherever_it_stands(self, reference: str, place: str):
        document = documents.openapi_3()
        outside = {"$ref": reference}
        loans = document["paths"]["/loans"]
        if place == "schema":
            document["components"]["schemas"]["Loan"]["allOf"].append(outside)
        elif place == "parameter":
            loans["get"]["parameters"].append(outside)
        elif place == "body":
            loans["post"]["requestBody"] = outside
        elif place == "answer":
            loans["get"]["responses"]["200"] = outside
        else:
            document["paths"]["/members"] = outside
        with pytest.raises(DocumentError, match="refers to another document"):
            read_document(documents.encoded(document), name="out.json")

    @pytest.mark.parametrize(
        "reference", ["#", "#/", "#/paths", "#/components/schemas", "#/components/schemas/Loan/allOf/99", "#name", "#/x~2%zz"]
    )
    def test_a_reference_to_nothing_useful_reads_as_anything_or_as_what_is_there(self, reference: str):
        document = documents.openapi_3()
        document["components"]["schemas"]["NewLoan"] = {"$ref": reference}
        assert read_document(documents.encoded(document), name="odd.json").operations

    def test_references_in_circles_end(self):
        document = documents.openapi_3()
        schemas = document["components"]["schemas"]
        schemas["A"] = {"$ref": "#/components/schemas/B"}
        schemas["B"] = {"$ref": "#/components/schemas/A"}
        schemas["C"] = {"allOf": [{"$ref": "#/components/schemas/C"}, {"properties": {"c": {"$ref": "#/components/schemas/C"}}}]}
        schemas["NewLoan"] = {"properties": {"a": {"$ref": "#/components/schemas/A"}, "c": {"$ref": "#/components/schemas/C"}}}
        document["components"]["parameters"]["Branch"] = {"$ref": "#/components/parameters/Branch"}
        found = read_document(documents.encoded(document), name="circle.json")
        assert found.schemas["A"] == {"$ref": "#/schemas/B"}
        assert list(found.schemas["C"]["properties"]) == ["c"]


class TestLargeDocuments:
    """Each of these takes minutes, or all memory, when it is read without care."""

    def read(self, value: object) -> ApiDocument:
        started = time.process_time()
        document = read_document(documents.encoded(value), name="large.json")
        assert time.process_time() - started < 5
        return document

    def test_ten_thousand_operations_with_one_id(self):
        made = documents.openapi_3()
        made["paths"] = {f"/loans{i}": {"get": made["paths"]["/loans"]["get"]} for i in range(10_000)}
        ids = [o.operation_id for o in self.read(made).operations]
        assert ids[:2] + ids[-1:] == ["listLoans", "listLoans_2", "listLoans_10000"]

    def test_ten_thousand_parameters_behind_a_chain_of_references(self):
        made = documents.openapi_3()
        made["components"]["parameters"] = {f"P{i}": {"$ref": f"#/components/parameters/P{i + 1}"} for i in range(10_000)}
        made["paths"] = {
            f"/a{i}": {"get": {"parameters": [{"$ref": "#/components/parameters/P0"}], "responses": {}}} for i in range(10_000)
        }
        assert len(self.read(made).operations) == 10_000

    def test_definitions_that_each_add_to_the_one_before(self):
        made = documents.openapi_3()
        for i in range(6_000):
            above = {"$ref": f"#/components/schemas/S{i - 1}"}
            made["components"]["schemas"][f"S{i}"] = {"allOf": [above, {"properties": {f"p{i}": {}}}]}
        last_first = {f"s{i}": {"$ref": f"#/components/schemas/S{i}"} for i in reversed(range(6_000))}
        made["components"]["schemas"]["NewLoan"] = {"properties": last_first}
        with pytest.raises(DocumentError, match="merge into more than 2,000,000 properties"):
            self.read(made)

    def test_deep_definitions_merged_into_deep_definitions(self):
        made = documents.openapi_3()
        for i in range(100):
            inner: dict[str, Any] = {"allOf": [{"$ref": f"#/components/schemas/S{i + 1}"}]}
            for _ in range(30):
                inner = {"properties": {"a": inner}}
            made["components"]["schemas"][f"S{i}"] = {"allOf": [inner, {"properties": {"b": {}}}]}
        made["components"]["schemas"]["NewLoan"] = {"allOf": [{"$ref": "#/components/schemas/S0"}, {"properties": {"book_id": {}}}]}
        assert "book_id" in self.read(made).schemas["NewLoan"]["properties"]

    def test_names_and_choices_without_end(self):
        made = documents.openapi_3()
        made["components"]["schemas"]["a" * 1_000_000] = {"type": "string", "enum": [f"v{i}" for i in range(100_000)]}
        made["components"]["schemas"]["NewLoan"] = {"properties": {"x": {"$ref": f"#/components/schemas/{'a' * 1_000_000}"}}}
        assert all(len(name) <= 200 for name in self.read(made).schemas)


@pytest.mark.parametrize(
    "name", ["class", "None", "имя", "名前", "naïve id", "a/b~c", "{}", "x" * 5_000, "🚲", "0", "__proto__", "\n", "\u202e"]
)
def test_names_of_any_kind_are_kept_as_they_are(name: str):
    document = documents.openapi_3()
    document["paths"][f"/{name}"] = {
        "get": {"operationId": name, "parameters": [{"name": name, "in": "query", "schema": {}}], "responses": {}}
    }
    document["components"]["schemas"]["NewLoan"]["properties"][name] = {"type": "string"}
    found = read_document(documents.encoded(document), name="names.json")
    odd = found.operations[-1]
    assert odd.operation_id == (name.strip() or "get")
    assert odd.parameters[0].name == name or "{" in name
    assert name in found.schemas["NewLoan"]["properties"]
    assert ApiDocument.model_validate_json(found.model_dump_json(by_alias=True)) == found


def test_of_two_equal_keys_the_last_counts_in_json_and_in_yaml():
    head = b'{"openapi": "3.0.0", "info": {"title": "a", "title": "b"}, "paths": {"/a": {"get": {"operationId": "x", "responses": {}}}}}'
    assert read_document(head, name="twice.json").title == read_document(head, name="twice.yaml").title == "b"


SOURCE = Provenance(source_uri="test", license="MIT", content_sha256="0" * 64, retrieved="2026-01-01")
BASES = [
    documents.openapi_3(),
    documents.swagger_2(),
    documents.google_discovery(),
    documents.mcp_tools(),
    documents.functions(),
    orjson.loads(write_extract(read_document(documents.encoded(documents.openapi_3()), name="loans.json"), SOURCE)),
]
EXTRACTS = sorted(bundled("resources").glob("*/*.json"), key=lambda path: path.stat().st_size)[:4]
BASES += [orjson.loads(path.read_bytes()) for path in EXTRACTS]
ODD = st.sampled_from(
    [
        *(None, True, -1, 1.5, 2**63, 1e300, "", "x", "class", "имя", "{", "a" * 3_000),
        *("#/paths", "#", "#/components/schemas/Loan", "#/schemas/Nothing", "^(a+)+$", "page[number]"),
        *([], [None], [[]], ["object", "null"], {}, {"$ref": "#/nowhere"}, {"$ref": 3}, {"": []}, {"type": ["object", "string"]}),
        *({"allOf": [{"$ref": "#/components/schemas/Loan"}]}, {"anyOf": []}, {"anyOf": [None]}, {"properties": {"attributes": {}}}),
        *({"type": "object", "properties": {"id": {}, "type": {"enum": [1]}, "attributes": {"properties": {"a": 3}}}},),
    ]
)
WORDS = st.sampled_from(
    [
        *("paths", "info", "components", "definitions", "get", "post", "parameters", "requestBody", "responses", "200", "content"),
        *("application/json", "schema", "schemas", "type", "properties", "items", "allOf", "anyOf", "$ref", "enum", "required", "default"),
        *("name", "in", "path", "query", "body", "tags", "servers", "url", "security", "methods", "resources", "id", "httpMethod"),
        *("tools", "inputSchema", "function", "document", "provenance", "operations", "data", "attributes", "relationships"),
    ]
)
SNIPPETS = [
    "class A:",
    "    x: int = 3",
    "    y: 'list[A]' = field(default_factory=list)",
    "    def f(self, a, b: B = None, *c, d: Literal['x', 1], **e) -> A | None:",
    '        """Do.\n\n        Args:\n            a (int, optional): An a.\n\n        Returns:\n            r (A): It.\n        """',
    "        ...",
    "class B(A, Enum):",
    "    Z = auto()",
    "@dataclass",
    "def g(q: Annotated[int, Field(ge=1, description='Q')] = Query(3), /, *, r: Union[A, B, None]): ...",
    "T = NewType('T', A)",
    "async def h(t: T, u: dict[str, tuple[A, ...]] = {}) -> AsyncIterator[B]: ...",
]
HEADS = [{"openapi": "3.0.0"}, {"swagger": "2.0"}, {"discoveryVersion": "v1"}, {"format": FORMAT}, {"tools": []}, {"functions": []}, {}]


def places_of(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    return [path, *(place for key, child in inside for place in places_of(child, (*path, key)))]


def changed(value: Any, place: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """A copy in which what holds a place was changed."""
    copied = copy.deepcopy(value)
    holder = copied
    for key in place[:-1]:
        holder = holder[key]
    change(holder, place[-1])
    return copied


def mutated(value: Any, data: st.DataObject) -> Any:
    """A document with one part replaced, taken out, named otherwise, or put where another part was."""
    places = places_of(value)[1:]
    if not places:
        return value
    place, other = data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))
    part: Any = value
    for key in other:
        part = part[key]
    odd = data.draw(ODD)

    def rename(holder: Any, key: Any) -> None:
        if isinstance(holder, dict):
            holder[odd if isinstance(odd, str) else "renamed"] = holder.pop(key)

    changes: list[Callable[[Any, Any], None]] = [
        lambda holder, key: holder.__setitem__(key, odd),
        lambda holder, key: holder.__delitem__(key),
        lambda holder, key: holder.__setitem__(key, copy.deepcopy(part)),
        rename,
    ]
    return changed(value, place, data.draw(st.sampled_from(changes)))


def faults_of(value: object) -> list[str]:
    """What is wrong with the document that a value is read as; nothing when it is refused."""
    try:
        document = read_document(documents.encoded(value), name="mutated.json")
    except DocumentError as error:
        return [] if str(error) else ["refused without a reason"]
    used = references_in([[o.request, o.response, [p.schema_ for p in o.parameters]] for o in document.operations])
    sound = {
        "it has operations": bool(document.operations),
        "its references lead somewhere": used | references_in(document.schemas) <= document.schemas.keys(),
        "it comes back from JSON": ApiDocument.model_validate_json(document.model_dump_json(by_alias=True)) == document,
        "its score is a share": 0 <= score(score_parts(document)) <= 1,
        "no more operations are chosen than asked for": len(choose_operations(document, most=2)) <= 2,
    }
    return [f"not so: {what}" for what, holds in sound.items() if not holds]


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_a_mutated_document_is_read_or_refused_and_never_crashes(data: st.DataObject):
    value = data.draw(st.sampled_from(BASES))
    for _ in range(data.draw(st.integers(1, 4))):
        value = mutated(value, data)
    assert faults_of(value) == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(WORDS | st.text(max_size=4), inside, max_size=6),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.sampled_from(HEADS), ANYTHING)
def test_any_json_value_is_read_or_refused_and_never_crashes(head: dict[str, Any], value: object):
    assert faults_of(head | value if isinstance(value, dict) else value) == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from(["a.json", "a.yaml", "a.jsonl", "a.txt"]))
def test_arbitrary_bytes_are_refused_and_never_crash(raw: bytes, name: str):
    with pytest.raises(DocumentError):
        read_document(raw, name=name)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=12).map("\n".join) | st.text(max_size=200))
def test_any_source_is_read_or_refused_and_never_crashes(text: str):
    try:
        document = read_document(text.encode("utf-8", "surrogatepass"), name="a.py")
    except DocumentError:
        return
    assert ApiDocument.model_validate_json(document.model_dump_json(by_alias=True)) == document
