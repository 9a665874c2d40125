"""What requests require and take, and what records leave out, as documents say beside the schema of the record."""

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


def test_a_request_takes_of_the_values_of_a_record_those_that_it_lists():
    kinds = {"type": "string", "enum": ["guest", "member", "founder"]}
    asked = record((), name=TEXT, access={"type": "string", "enum": ["guest", "member"]})
    _, _, spec = written(
        document(
            operation("GET", "/people", response={"type": "array", "items": ref("Person")}),
            operation("GET", "/people/{id}", response=ref("Person")),
            operation("PATCH", "/people/{id}", request=asked, response=ref("Person")),
            Person=record(("id", "name", "access"), id=TEXT, name=TEXT, access=kinds),
        )
    )
    [update] = [tool for tool in spec.tools if tool.effects[0].family == "update"]
    assert {parameter.name: parameter.enum for parameter in update.parameters}["access"] == ("guest", "member")
    assert {field.name: field.enum for field in spec.entity("Person").fields}["access"] == ("guest", "member", "founder")


def test_a_request_does_not_set_what_the_schema_it_refers_to_calls_read_only():
    _, _, spec = written(
        document(
            operation("GET", "/findings", response={"type": "array", "items": ref("Finding")}),
            operation("GET", "/findings/{id}", response=ref("Finding")),
            operation("PATCH", "/findings/{id}", request=ref("Finding"), response=ref("Finding")),
            Finding=record(("id", "state"), id=TEXT, state=TEXT, severity=ref("Severity"), note=ref("Note")),
            Severity={"type": "string", "readOnly": True},
            Note=TEXT,
        )
    )
    [update] = [tool for tool in spec.tools if tool.effects[0].family == "update"]
    assert {p.name for p in update.parameters} == {"id", "state", "note"}
