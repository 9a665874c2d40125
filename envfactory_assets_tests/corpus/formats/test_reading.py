"""Each format is read into the same form."""

import pytest
import yaml

from envfactory_assets.corpus import ApiDocument, DocumentError, Operation, Paging, read_document
from envfactory_assets.corpus.formats.schemas import references_in
from envfactory_assets_tests.corpus import documents


def by_id(document: ApiDocument) -> dict[str, Operation]:
    return {operation.operation_id: operation for operation in document.operations}


def read(value: object, name: str = "doc.json") -> ApiDocument:
    return read_document(documents.encoded(value), name=name)


class TestOpenApi3:
    def test_a_document_says_who_it_is(self):
        document = read(documents.openapi_3())
        assert (document.kind, document.title, document.version) == ("openapi", "Library desk", "2.1")
        assert (document.provider, document.license, document.description) == ("library.example.org", "MIT", "Lends books.")

    def test_categories_of_a_directory_are_kept_when_they_are_short_words(self):
        document = documents.openapi_3()
        document["info"]["x-apisguru-categories"] = ["Open_Data ", "ecommerce", "ecommerce", "", 3, None, "x" * 41]
        assert read(document).categories == ("open_data", "ecommerce")
        assert read(documents.openapi_3()).categories == read(documents.google_discovery()).categories == ()

    def test_parameters_of_the_path_and_of_the_operation_are_joined_with_true_pointers(self):
        status, branch = sorted(by_id(read(documents.openapi_3()))["listLoans"].parameters, key=lambda p: p.name, reverse=True)
        assert (branch.name, branch.required, branch.pointer) == ("branch", True, "/paths/~1loans/parameters/0")
        assert (status.name, status.required, status.pointer) == ("status", False, "/paths/~1loans/get/parameters/0")

    def test_a_path_parameter_nobody_declared_comes_from_the_template(self):
        operation = by_id(read(documents.openapi_3()))["get_loans_loan_id"]
        assert [(p.name, p.place, p.required) for p in operation.parameters] == [("loan_id", "path", True)]

    def test_a_path_parameter_may_be_written_with_a_colon(self):
        answer = {"responses": {"200": {"description": "done"}}}
        paths = {"/loans/:loan_id/fines": {"get": answer}, "/loans/{loan_id}:renew": {"post": answer}}
        told = {o.method: o for o in read(documents.openapi_3() | {"paths": paths}).operations}
        assert (told["GET"].path, [p.name for p in told["GET"].parameters]) == ("/loans/{loan_id}/fines", ["loan_id"])
        assert told["GET"].pointer == "/paths/~1loans~1:loan_id~1fines/get"
        assert told["POST"].path == "/loans/{loan_id}:renew"

    def test_bodies_and_answers_refer_to_shared_schemas(self):
        operations = by_id(read(documents.openapi_3()))
        assert operations["createLoan"].request == {"$ref": "#/schemas/NewLoan"}
        assert operations["createLoan"].response == operations["get_loans_loan_id"].response == {"$ref": "#/schemas/Loan"}
        assert operations["listLoans"].response == {"type": "array", "items": {"$ref": "#/schemas/Loan"}}
        assert operations["deleteLoan"].response is None

    def test_all_of_is_one_object_and_a_cycle_stays_a_reference(self):
        loan = read(documents.openapi_3()).schemas["Loan"]
        assert set(loan["properties"]) == {"book_id", "id", "status", "returned_at", "renewal_of"}
        assert loan["required"] == ["book_id", "id"]
        assert loan["properties"]["renewal_of"] == {"$ref": "#/schemas/Loan"}

    def test_nullable_is_a_type_and_an_example_has_the_type_of_its_field(self):
        schemas = read(documents.openapi_3()).schemas
        assert schemas["Loan"]["properties"]["returned_at"]["type"] == ["string", "null"]
        assert schemas["NewLoan"]["properties"]["book_id"]["examples"] == [42]

    def test_scopes_come_from_the_operation_else_from_the_document(self):
        operations = by_id(read(documents.openapi_3()))
        assert operations["listLoans"].scopes == ("loans",)
        assert operations["deleteLoan"].scopes == ()

    def test_examples_and_descriptions_are_kept(self):
        operations = by_id(read(documents.openapi_3()))
        assert operations["listLoans"].examples == ({"in": "response", "value": [{"id": 1}]},)
        assert operations["createLoan"].description == "Lend a book."

    def test_what_stands_beside_the_one_reference_of_an_all_of_is_kept(self):
        document, beside = documents.openapi_3(), {"readOnly": True, "default": "open", "description": "How it stands."}
        status = {"allOf": [{"$ref": "#/components/schemas/LoanStatus"}], **beside}
        document["components"]["schemas"]["NewLoan"]["properties"]["status"] = status
        told = read(document).schemas["NewLoan"]["properties"]["status"]
        assert told == {"$ref": "#/schemas/LoanStatus", **beside}

    def test_version_3_1_types_mean_the_same_as_nullable(self):
        document = documents.openapi_3()
        document["openapi"] = "3.1.0"
        fields = document["components"]["schemas"]["Loan"]["allOf"][1]["properties"]
        fields["returned_at"] = {"type": ["string", "null"], "format": "date-time"}
        assert read(document).schemas == read(documents.openapi_3()).schemas

    def test_yaml_reads_as_json_does_and_keeps_dates_and_words_as_text(self):
        document = documents.openapi_3()
        document["components"]["schemas"]["LoanStatus"]["enum"] = ["on", "off", "2026-01-01"]
        text = yaml.safe_dump(document).replace("'on'", "on").replace("'off'", "off").replace("'2026-01-01'", "2026-01-01")
        assert read_document(text.encode(), name="doc.yaml") == read(document)

    def test_a_type_of_several_types_is_a_choice_where_one_is_a_record(self):
        document = documents.openapi_3()
        fields = document["components"]["schemas"]["NewLoan"]["properties"]
        fields["reader"] = {"type": ["string", "object", "null"], "description": "Who.", "properties": {"id": {"type": "string"}}}
        fields["shelf"] = {"type": ["integer", "string"]}
        read_fields = read(document).schemas["NewLoan"]["properties"]
        record = {"type": "object", "properties": {"id": {"type": "string"}}}
        assert read_fields["reader"] == {"description": "Who.", "anyOf": [{"type": "string"}, record, {"type": "null"}]}
        assert read_fields["shelf"] == {"type": "integer"}

    def test_version_3_1_adds_to_references_names_constants_and_keeps_definitions_inside(self):
        document = documents.openapi_3() | {"openapi": "3.1.0", "webhooks": {"lent": {"post": {"operationId": "lent"}}}}
        schemas = document["components"]["schemas"]
        schemas["NewLoan"]["$defs"] = {"Shelf Mark": {"const": "A1"}}
        schemas["NewLoan"]["properties"]["mark"] = {"$ref": "#/components/schemas/NewLoan/$defs/Shelf%20Mark", "description": "Where."}
        schemas["Short"] = {"$ref": "#/components/schemas/NewLoan", "properties": {"days": {"type": "integer"}}}
        schemas["Loan"]["allOf"].append({"$ref": "#/components/schemas/Short"})
        found = read(document)
        assert found.schemas["NewLoan"]["properties"]["mark"] == {"$ref": "#/schemas/Shelf_Mark", "description": "Where."}
        assert found.schemas["Shelf_Mark"] == {"enum": ["A1"]}
        assert {"days", "book_id", "id"} <= found.schemas["Loan"]["properties"].keys()
        assert "lent" not in by_id(found)

    def test_a_path_may_stand_elsewhere_in_the_document(self):
        document = documents.openapi_3()
        document["components"]["pathItems"] = {"Loans": document["paths"]["/loans"]}
        document["paths"]["/loans"] = {"$ref": "#/components/pathItems/Loans"}
        assert by_id(read(document)).keys() == by_id(read(documents.openapi_3())).keys()

    def test_paths_without_a_word_are_below_the_collection_the_server_is_at(self):
        document = documents.openapi_3()
        document["servers"] = [{"url": "https://api.library.example.org/v2/loans/"}]
        document["paths"] = {path.removeprefix("/loans") or "/": item for path, item in document["paths"].items()}
        operations = by_id(read(document))
        assert operations["listLoans"].path == "/loans"
        assert operations["deleteLoan"].path == "/loans/{loan_id}"
        assert operations["deleteLoan"].pointer == "/paths/~1{loan_id}/delete"
        document["servers"] = [{"url": "https://api.library.example.org/v2"}]
        assert by_id(read(document))["deleteLoan"].path == "/{loan_id}"

    def test_declared_pages_are_kept(self):
        document = documents.openapi_3()
        document["paths"]["/loans"]["get"]["x-ms-pageable"] = {"nextLinkName": "nextLink"}
        assert by_id(read(document))["listLoans"].paging == Paging(items="value", next_result="nextLink")


class TestSwagger2:
    def test_the_base_path_names_the_collection_of_paths_without_a_word(self):
        document = documents.swagger_2() | {"basePath": "/v2/bikes"}
        document["paths"] = {"/{id}": document["paths"]["/bikes/{id}"]}
        assert {o.path for o in read(document).operations} == {"/bikes/{id}"}

    def test_nullable_extensions_lists_and_forms_are_read(self):
        document = documents.swagger_2()
        document["definitions"]["Bike"]["properties"]["owner"] = {"type": "string", "x-nullable": True}
        tags = {"name": "tags", "in": "query", "type": "array", "collectionFormat": "csv", "items": {"type": "string", "enum": ["red"]}}
        document["paths"]["/bikes/{id}"]["get"]["parameters"].append(tags)
        assert read(document).schemas["Bike"]["properties"]["owner"] == {"type": ["string", "null"]}
        assert by_id(read(document))["get_bikes_id"].parameters[1].schema_ == {
            "type": "array",
            "items": {"type": "string", "enum": ["red"]},
        }

    def test_types_beside_the_name_bodies_and_forms_are_read(self):
        operations = by_id(read(documents.swagger_2()))
        assert operations["get_bikes_id"].parameters[0].schema_ == {"type": "integer"}
        assert operations["put_bikes_id"].request == operations["put_bikes_id"].response == {"$ref": "#/schemas/Bike"}
        assert operations["lockBike"].request == {
            "type": "object",
            "properties": {"pin": {"type": "string"}, "photo": {"type": "string", "format": "binary"}},
            "required": ["pin"],
        }

    def test_a_number_written_as_text_is_a_number(self):
        document = read(documents.swagger_2())
        assert document.schemas["Bike"]["properties"]["gears"]["default"] == 3
        assert (document.version, document.provider) == ("1", "bikes.example.org")


class TestGoogleDiscovery:
    def test_resource_names_are_written_out_as_collections(self):
        operations = by_id(read(documents.google_discovery()))
        assert operations["shelf.volumes.get"].path == "/v1/shelves/volumes/{name}"
        assert operations["shelf.volumes.insert"].path == "/v1/shelves/{parent}/volumes"
        assert operations["shelf.volumes.get"].pointer == "/resources/shelves/resources/volumes/methods/get"

    def test_references_by_name_and_required_annotations_are_followed(self):
        document = read(documents.google_discovery())
        assert by_id(document)["shelf.volumes.insert"].request == {"$ref": "#/schemas/Volume", "required": ["title"]}
        assert document.schemas["Shelf"]["properties"]["volumes"]["items"] == {"$ref": "#/schemas/Volume"}
        assert document.schemas["Volume"]["properties"]["pages"]["minimum"] == 1
        assert document.provider == "googleapis.com:shelf"

    def test_pages_are_declared_by_their_tokens(self):
        document = documents.google_discovery()
        listed = {"volumes": {"type": "array", "items": {"$ref": "Volume"}}, "nextPageToken": {"type": "string"}}
        document["schemas"]["Volumes"] = {"type": "object", "properties": listed}
        method = document["resources"]["shelves"]["resources"]["volumes"]["methods"]["insert"]
        method |= {"httpMethod": "GET", "response": {"$ref": "Volumes"}}
        method["parameters"] |= {name: {"type": "string", "location": "query"} for name in ("pageToken", "pageSize")}
        paging = Paging(parameters=("pageToken", "pageSize"), items="volumes", next_result="nextPageToken")
        assert [o.paging for o in read(document).operations] == [None, paging]

    def test_a_repeated_parameter_is_a_list(self):
        label = by_id(read(documents.google_discovery()))["shelf.volumes.insert"].parameters[1]
        assert (label.place, label.schema_) == ("query", {"type": "array", "items": {"type": "string"}})


class TestToolLists:
    def test_mcp_tools_have_arguments_and_results(self):
        document = read(documents.mcp_tools(), "kitchen.json")
        brew = by_id(document)["brew"]
        assert (document.kind, brew.method, brew.path, brew.description) == ("mcp_tools", "CALL", "", "Brew a cup.")
        assert [(p.name, p.place, p.required, p.description) for p in brew.parameters] == [
            ("kind", "body", True, None),
            ("sugar", "body", False, "Spoons."),
        ]
        assert brew.response == {"type": "object", "properties": {"cup_id": {"type": "string"}}}

    def test_definitions_of_equal_name_in_two_tools_stay_apart(self):
        document = read(documents.mcp_tools())
        kinds = [document.schemas[next(iter(references_in(o.parameters[0].schema_)))]["type"] for o in document.operations]
        assert kinds == ["string", "integer"]

    def test_functions_are_read_with_or_without_their_wrapper(self):
        wrapped = read(documents.functions())
        bare = read({"functions": [entry["function"] for entry in documents.functions()]})
        assert wrapped.kind == bare.kind == "tool_list"
        assert [p.name for p in wrapped.operations[0].parameters] == [p.name for p in bare.operations[0].parameters] == ["city"]


@pytest.mark.parametrize(
    "make", [documents.openapi_3, documents.swagger_2, documents.google_discovery, documents.mcp_tools, documents.functions]
)
def test_every_reference_of_a_document_names_one_of_its_schemas(make):
    document = read(make())
    used = references_in([[o.request, o.response, [p.schema_ for p in o.parameters]] for o in document.operations])
    used |= references_in(document.schemas)
    assert used <= document.schemas.keys()


def test_equal_operation_ids_are_told_apart():
    document = documents.openapi_3()
    for method in ("get", "post"):
        document["paths"]["/loans"][method]["operationId"] = "loans"
    assert [o.operation_id for o in read(document).operations][:2] == ["loans", "loans_2"]


def test_a_long_chain_of_merged_definitions_is_cut_not_followed_for_ever():
    document = documents.openapi_3()
    schemas = document["components"]["schemas"]
    for index in range(2000):
        above = {"$ref": f"#/components/schemas/S{index + 1}"}
        schemas[f"S{index}"] = {"allOf": [above, {"properties": {f"p{index}": {"type": "string"}}}]}
    schemas["NewLoan"] = {"allOf": [{"$ref": "#/components/schemas/S0"}, {"properties": {"book_id": {"type": "integer"}}}]}
    assert "book_id" in read(document).schemas["NewLoan"]["properties"]


def test_a_reference_to_nothing_reads_as_anything():
    document = documents.openapi_3()
    del document["components"]["schemas"]["NewLoan"]
    assert read(document).schemas["NewLoan"] == {}


def test_a_reference_to_another_document_is_refused():
    document = documents.openapi_3()
    document["components"]["schemas"]["NewLoan"] = {"$ref": "https://elsewhere.example.org/schemas.json#/Loan"}
    with pytest.raises(DocumentError, match="refers to another document"):
        read(document)
