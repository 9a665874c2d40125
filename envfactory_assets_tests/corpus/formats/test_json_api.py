"""The resource objects of JSON:API are read as plain records."""

from typing import Any

import pytest

from envfactory_assets.corpus import ApiDocument, Operation, Paging, Provenance, read_document
from envfactory_assets.corpus.formats.extract import write_extract
from envfactory_assets.corpus.formats.reading import read_with_provenance
from envfactory_assets_tests.corpus import documents

MEDIA = "application/vnd.api+json"


def linked(kind: str, *, many: bool = False, nullable: bool = False) -> dict[str, Any]:
    identifier = {"type": "object", "properties": {"id": {"type": "string"}, "type": {"type": "string", "enum": [kind]}}}
    data = {"type": "array", "items": identifier} if many else identifier | ({"nullable": True} if nullable else {})
    return {"type": "object", "properties": {"data": data, "links": {"type": "object"}}}


def blog() -> dict[str, Any]:
    article = {
        "type": "object",
        "required": ["id", "type", "attributes", "relationships"],
        "properties": {
            "id": {"type": "string"},
            "type": {"type": "string", "enum": ["articles"]},
            "attributes": {"$ref": "#/components/schemas/ArticleAttributes"},
            "relationships": {
                "type": "object",
                "required": ["writer"],
                "properties": {
                    "writer": linked("people"),
                    "comments": linked("blog-comments", many=True),
                    "sequel": linked("articles", nullable=True),
                    "sponsor": linked("companies"),
                    "history": {"type": "object", "properties": {"links": {"type": "object"}}},
                },
            },
            "links": {"type": "object"},
        },
    }
    made = {"type": {"type": "string"}, "attributes": {"$ref": "#/components/schemas/ArticleAttributes"}}
    draft = {
        "properties": {"data": {"type": "object", "properties": {**made, "relationships": {"properties": {"writer": linked("people")}}}}}
    }
    renamed = {"properties": {"data": {"type": "object", "required": ["attributes"], "properties": {"attributes": made["attributes"]}}}}
    named = {"type": "object", "properties": {"name": {"type": "string"}}}
    return {
        "openapi": "3.0.0",
        "info": {"title": "Blog", "version": "1"},
        "paths": {
            "/articles": {
                "get": {
                    "operationId": "list",
                    "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("page[number]", "filter[x]")],
                    "responses": {"200": answer({"type": "array", "items": {"$ref": "#/components/schemas/Article"}})},
                },
                "post": {
                    "operationId": "create",
                    "requestBody": {"content": {MEDIA: {"schema": draft}}},
                    "responses": {"201": answer({"$ref": "#/components/schemas/Article"})},
                },
            },
            "/articles/{id}": {
                "patch": {
                    "operationId": "rename",
                    "requestBody": {"content": {MEDIA: {"schema": renamed}}},
                    "responses": {
                        "200": answer({"oneOf": [{"$ref": "#/components/schemas/Person"}, {"$ref": "#/components/schemas/Comment"}]})
                    },
                }
            },
        },
        "components": {
            "schemas": {
                "Article": article,
                "ArticleAttributes": {
                    "type": "object",
                    "required": ["title"],
                    "properties": {"title": {"type": "string"}, "id": {"type": "integer"}, "words": {"type": "integer"}},
                },
                "Person": {"properties": {"id": {"type": "string"}, "type": {"enum": ["people"]}, "attributes": named}},
                "Comment": {"properties": {"id": {"type": "string"}, "type": {"example": "blog_comments"}, "attributes": named}},
            }
        },
    }


def answer(data: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"data": data, "included": {"type": "array", "items": {}}}}
    return {"content": {MEDIA: {"schema": schema}}}


@pytest.fixture(scope="module")
def document() -> ApiDocument:
    return read_document(documents.encoded(blog()), name="blog.json")


def operation(document: ApiDocument, name: str) -> Operation:
    return next(o for o in document.operations if o.operation_id == name)


def test_a_record_has_its_id_its_attributes_and_its_relationships(document: ApiDocument):
    article = document.schemas["Article"]
    assert list(article["properties"]) == ["id", "title", "words", "writer", "comments", "sequel", "sponsor"]
    assert article["properties"]["id"] == {"type": "string"}
    assert article["required"] == ["id", "title", "writer"]


def test_a_relationship_refers_to_the_record_of_its_type(document: ApiDocument):
    properties = document.schemas["Article"]["properties"]
    assert properties["writer"] == {"$ref": "#/schemas/Person"}
    assert properties["comments"] == {"type": "array", "items": {"$ref": "#/schemas/Comment"}}
    assert properties["sequel"] == {"anyOf": [{"$ref": "#/schemas/Article"}, {"type": "null"}]}
    assert properties["sponsor"] == {"type": "object", "properties": {"id": {"type": "string"}}}


def test_the_envelope_stays_and_requests_are_read_alike(document: ApiDocument):
    listed = operation(document, "list").response
    assert listed is not None
    assert listed["properties"]["data"] == {"type": "array", "items": {"$ref": "#/schemas/Article"}}
    assert "included" in listed["properties"]
    create, rename = (operation(document, name).request for name in ("create", "rename"))
    assert create is not None
    assert rename is not None
    assert set(create["properties"]["data"]["properties"]) == {"title", "id", "words", "writer"}
    assert rename["properties"]["data"]["required"] == ["title"]
    choices = operation(document, "rename").response
    assert choices is not None
    assert choices["properties"]["data"]["anyOf"] == [{"$ref": "#/schemas/Person"}, {"$ref": "#/schemas/Comment"}]


def test_what_only_held_attributes_is_gone(document: ApiDocument):
    assert set(document.schemas) == {"Article", "Person", "Comment"}


def test_the_parameters_of_a_page_are_declared(document: ApiDocument):
    assert operation(document, "list").paging == Paging(parameters=("page[number]",), items="data")
    assert operation(document, "create").paging is None


def test_an_extract_reads_as_its_document_does(document: ApiDocument):
    source = Provenance(source_uri="test", license="MIT", content_sha256="0" * 64, retrieved="2026-01-01")
    packed = write_extract(document, source)
    assert read_with_provenance(packed, name="blog.json") == (document, source)


def test_other_records_with_attributes_stay_as_they_are():
    value = documents.openapi_3()
    value["components"]["schemas"]["NewLoan"]["properties"]["attributes"] = {"type": "object", "properties": {"note": {"type": "string"}}}
    assert "attributes" in read_document(documents.encoded(value), name="a.json").schemas["Loan"]["properties"]
