"""What requests require and what records leave out, as documents say beside the schema of the record."""

from envfactory_assets_tests.synthesis.documents import TEXT, document, operation, record, ref, written

FLAG = {"type": "boolean"}


def test_a_request_requires_what_is_said_beside_the_schema_that_it_refers_to():
    asked = {**ref("Share"), "required": ["role"]}
    _, _, spec = written(
        document(
            operation("GET", "/shares", response={"type": "array", "items": ref("Share")}),
            operation("GET", "/shares/{id}", response=ref("Share")),
            operation("POST", "/shares", request=asked, response=ref("Share")),
            operation("PATCH", "/shares/{id}", request=ref("Share"), response=ref("Share")),
            Share=record((), id=TEXT, role=TEXT, note=TEXT),
        )
    )
    required = {tool.effects[0].family: {p.name for p in tool.parameters if p.required} for tool in spec.tools}
    assert required["create"] == {"role"}
    assert required["update"] == {"id"}


def test_a_flag_that_follows_from_another_value_is_left_out():
    show = record(("id", "name"), id=TEXT, name=TEXT, place=TEXT, open={**FLAG, "x-said": {"follows": True}}, free=FLAG)
    _, _, spec = written(
        document(
            operation("GET", "/shows", response={"type": "array", "items": ref("Show")}),
            operation("GET", "/shows/{id}", response=ref("Show")),
            operation("POST", "/shows", request=record(("name",), name=TEXT, place=TEXT), response=ref("Show")),
            Show=show,
        )
    )
    names = {field.name for field in spec.entity("Show").fields}
    assert "free" in names
    assert "open" not in names
