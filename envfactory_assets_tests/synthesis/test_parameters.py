"""What parameters of a list choose by, from their names and from what their descriptions say."""

from typing import Any

import pytest

from envfactory_assets.corpus.document import ApiDocument, Operation, Parameter
from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, WHOLE, document, many, operation, record, ref
from envfactory_assets_tests.synthesis.understood import filters

LIST = {"type": "array", "items": TEXT}
MOMENT = {"type": "string", "format": "date-time"}


def library(parameters: tuple[Parameter, ...], *, body: dict[str, Any] | None = None) -> ApiDocument:
    """Loans of books, listed with some parameters."""
    loan = record(
        ("id",),
        id=TEXT,
        book_id=TEXT,
        shelf_type={"type": "string", "enum": ["open", "closed"]},
        type=TEXT,
        overdue=FLAG,
        released_at=MOMENT,
        modified_date=MOMENT,
        start_time=MOMENT,
        archived_at=MOMENT,
        fee={"type": "number"},
        tags=LIST,
        visibility_level=WHOLE,
        total_minutes=WHOLE,
        branch={"type": "object", "properties": {"city": TEXT, "opened": TEXT}},
    )
    listed = Operation(
        operation_id="listLoans",
        method="POST" if body else "GET",
        path="/loans/search" if body else "/loans",
        pointer="/list",
        parameters=parameters,
        request=body,
        response={"type": "array", "items": ref("Loan")},
    )
    return document(
        listed,
        operation("GET", "/loans/{loanId}", response=ref("Loan")),
        operation("GET", "/books/{bookId}", response=ref("Book")),
        Loan=loan,
        Book=record(("id",), id=TEXT, title=TEXT),
    )


def asked(name: str, schema: dict[str, Any], description: str | None = None, *, required: bool = False) -> Parameter:
    return Parameter(name=name, place="query", required=required, schema=schema, description=description, pointer=f"/list/{name}")


def chosen(*parameters: Parameter) -> dict[str, tuple[str, str]]:
    return {each.parameter: (each.wire, each.operator) for each in infer_meaning(library(parameters)).filters}


def paged(*parameters: Parameter) -> dict[str, str]:
    return {each.parameter: each.role for each in infer_meaning(library(parameters)).paging}


BY_NAME = {
    "minFee": (WHOLE, ("fee", "ge")),
    "fee_max": (WHOLE, ("fee", "le")),
    "updatedMin": (TEXT, ("modified_date", "ge")),
    "bookIDs": (LIST, ("book_id", "any_of")),
    "visibility": (WHOLE, ("visibility_level", "eq")),
    "totalMins": (WHOLE, ("total_minutes", "eq")),
    "isRenewed": (FLAG, ("", "eq")),
    "include_archived": (FLAG, ("", "eq")),
    "all": (FLAG, ("", "eq")),
    "tags_one_of": (TEXT, ("tags", "any_of")),
    "start_date": (TEXT, ("start_time", "ge")),
    "released_on": (TEXT, ("released_at", "eq")),
    "released_to_date": (TEXT, ("released_at", "le")),
    "archived": (FLAG, ("archived_at", "eq")),
    "filter[released_at][gte]": (TEXT, ("released_at", "ge")),
    "loanFilter.type": (TEXT, ("type", "eq")),
    "type__icontains": (TEXT, ("type", "contains")),
    "type__nic": (TEXT, ("", "eq")),
    "fee__isnull": (FLAG, ("", "eq")),
    "is_overdue": (FLAG, ("overdue", "eq")),
    "loan_type": (TEXT, ("type", "eq")),
    "city": (TEXT, ("branch.city", "eq")),
    "radius": (WHOLE, ("", "le")),
    "fee": ({"type": "object"}, ("fee", "eq")),
    "title_query": (TEXT, ("", "search")),
    "type_not": (TEXT, ("", "eq")),
    "filter_by_loan_type": (TEXT, ("type", "eq")),
    "filter_by_released_at_greater_than_or_equal_to": (TEXT, ("released_at", "ge")),
    "filter[search]": (TEXT, ("", "search")),
    "type_pattern": (TEXT, ("type", "contains")),
}


@pytest.mark.parametrize(("name", "known"), BY_NAME.items(), ids=str)
def test_a_name_tells_the_field_and_the_operator(name, known):
    schema, meant = known
    assert chosen(asked(name, schema)) == {name: meant}


BY_DESCRIPTION = {
    ("m", "Limit the result to loans released after this moment."): ("released_at", "ge"),
    ("month", "Limit the result to loans released in this month."): ("released_at", "eq"),
    ("type", "Filter by shelf type."): ("shelf_type", "eq"),
    ("b", "ID of the book that is lent"): ("book_id", "eq"),
    ("since", "Only show loans modified after the given time."): ("modified_date", "ge"),
    ("labels", "Filter by a comma-separated list of things that the document does not show"): ("", "any_of"),
    ("genres", "Filter by genres"): ("", "any_of"),
    ("mine", "Return the loans made by the caller."): ("", "eq"),
}


@pytest.mark.parametrize(("said", "meant"), BY_DESCRIPTION.items(), ids=str)
def test_a_description_tells_what_a_name_leaves_open(said, meant):
    assert chosen(asked(said[0], TEXT, said[1])) == {said[0]: meant}


SHAPING = {
    ("view", "Which fields of each loan to return"),
    ("level", "Include the number of renewals of each loan"),
    ("ranking", "Field to sort by"),
    ("tongue", "Language of the response"),
    ("sort_field", "Indicates how loans should be sorted"),
    ("filter_properties", None),
    ("reply_format", None),
}


@pytest.mark.parametrize(("name", "text"), sorted(SHAPING, key=str), ids=str)
def test_what_only_shapes_the_answer_chooses_nothing(name, text):
    assert chosen(asked(name, TEXT, text)) == {}


SHOWING = {
    ("include_history", "Include the history of this loan"): False,
    ("include_reserved", "If set, loans that are reserved will be included"): True,
    ("show_hidden", "Whether to include hidden loans in the result"): True,
    ("search_branches", "Whether the search should include branches"): False,
}


@pytest.mark.parametrize(("said", "chooses"), SHOWING.items(), ids=str)
def test_a_flag_chooses_records_when_it_shows_further_ones_and_not_more_of_each(said, chooses):
    assert bool(chosen(asked(said[0], FLAG, said[1]))) is chooses


def test_any_all_and_none_of_several_values_are_told_apart_by_the_ends_of_names():
    assert chosen(asked("tags_any", TEXT), asked("tags_all", TEXT), asked("tags_not", TEXT)) == {
        "tags_any": ("tags", "any_of"),
        "tags_all": ("tags", "eq"),
        "tags_not": ("", "any_of"),
    }


def test_the_key_of_another_thing_is_not_the_records_own():
    assert chosen(asked("siteId", TEXT, "The ID of the site.")) == {"siteId": ("", "eq")}


def test_a_circle_is_compared_with_no_single_field():
    found = chosen(asked("lat", WHOLE), asked("lng", WHOLE), asked("distance", WHOLE))
    assert found == {"lat": ("", "eq"), "lng": ("", "eq"), "distance": ("", "le")}


def test_what_says_how_another_parameter_compares_chooses_nothing():
    assert chosen(asked("releasedAt", TEXT), asked("releasedAtCondition", TEXT)) == {"releasedAt": ("released_at", "eq")}


def test_descriptions_tell_pages_and_their_size_but_not_against_names_that_do():
    assert paged(asked("n", WHOLE, "Maximum number of loans to return"), asked("k", WHOLE, "Number of loans to skip")) == {
        "n": "size",
        "k": "page",
    }
    assert paged(asked("page_size", WHOLE, "Page number")) == {"page_size": "size"}


def test_start_and_end_together_enclose_the_time_of_a_record_and_a_length_beside_them_chooses_nothing():
    loans = library((asked("start", WHOLE), asked("end", WHOLE), asked("duration", TEXT)))
    loan = loans.schemas["Loan"]
    properties = {key: value for key, value in loan["properties"].items() if key not in {"modified_date", "start_time", "archived_at"}}
    meaning = infer_meaning(loans.model_copy(update={"schemas": loans.schemas | {"Loan": loan | {"properties": properties}}}))
    found = {each.parameter: (each.wire, each.operator) for each in meaning.filters}
    assert found == {"start": ("released_at", "ge"), "end": ("released_at", "le")}


def test_criteria_posted_by_reference_are_read():
    criteria = record(BookIds=LIST, Overdue=FLAG)
    api = library((), body=ref("Criteria"))
    meaning = infer_meaning(api.model_copy(update={"schemas": api.schemas | {"Criteria": criteria}}))
    assert {each.parameter: (each.wire, each.operator) for each in meaning.filters} == {
        "BookIds": ("book_id", "any_of"),
        "Overdue": ("overdue", "eq"),
    }


def test_a_parameter_that_every_call_takes_says_who_calls():
    caller = Parameter(name="login", place="query", schema=TEXT, pointer="/x")
    api = library((asked("overdue", FLAG),))
    calls = [
        *api.operations,
        operation("POST", "/loans", request=ref("Loan"), response=ref("Loan")),
        operation("PUT", "/loans/{loanId}", request=ref("Loan"), response=ref("Loan")),
        operation("DELETE", "/loans/{loanId}"),
        operation("GET", "/books", response={"type": "array", "items": ref("Book")}),
    ]
    signed = tuple(call.model_copy(update={"parameters": (*call.parameters, caller)}) for call in calls)
    assert {each.parameter for each in infer_meaning(api.model_copy(update={"operations": signed})).filters} == {"overdue"}


def test_what_a_call_must_say_to_name_any_record_says_where_records_are_and_not_what_they_hold():
    def call(name: str, **arguments: bool) -> Operation:
        given = tuple(Parameter(name=n, place="body", required=r, schema=TEXT, pointer=f"/{name}/{n}") for n, r in arguments.items())
        return Operation(operation_id=name, method="CALL", path="", pointer=f"/{name}", parameters=given)

    api = ApiDocument(
        kind="mcp_tools",
        title="Tracker",
        version="1",
        provider="tracker",
        operations=(
            call("create_ticket", desk=True, title=True, state=False),
            call("get_ticket", desk=True, ticket_number=True),
            call("update_ticket", desk=True, ticket_number=True, title=False, state=False),
            call("list_tickets", desk=True, state=False),
            call("list_desks"),
        ),
    )
    assert {each.parameter: (each.wire, each.operator) for each in infer_meaning(api).filters} == {
        "desk": ("", "eq"),
        "state": ("state", "eq"),
    }


def test_filters_have_fields_and_operators():
    order = record(
        id=TEXT,
        status=TEXT,
        is_paid=FLAG,
        tags={"type": "array", "items": TEXT},
        created_at={"type": "string", "format": "date-time"},
        delivery=record(slot=TEXT, planned_on={"type": "string", "format": "date"}),
    )
    texts = {"type": "array", "items": TEXT}
    query = {"statuses": texts, "paid": FLAG, "tag": TEXT, "since": TEXT, "planned_on_from": TEXT, "ids": texts, "q": TEXT, "region": TEXT}
    shaping = {"fields": TEXT, "sort": TEXT, "include_lines": FLAG, "limit": WHOLE, "page": WHOLE, "locale": TEXT}
    listed = operation("GET", "/orders", query=query | shaping, response=many("Order"))
    meaning = infer_meaning(document(listed, operation("GET", "/orders/{id}", response=ref("Order")), Order=order))
    assert filters(meaning) == {
        "statuses": ("status", "any_of"),
        "paid": ("is_paid", "eq"),
        "tag": ("tags", "eq"),
        "since": ("created_at", "ge"),
        "planned_on_from": ("delivery.planned_on", "ge"),
        "ids": ("id", "any_of"),
        "q": ("", "search"),
        "region": ("", "eq"),
    }
    assert {(each.parameter, each.role) for each in meaning.paging} == {("limit", "size"), ("page", "page")}
    assert {each.parameter for each in meaning.filters if each.grounding == "assumed"} == {"region"}


def test_bounds_come_in_pairs_whether_or_not_a_record_shows_what_they_bound():
    order = record(("id",), id=TEXT, price=record(amount=WHOLE, currency=TEXT))
    query = {"made_start_date": TEXT, "made_end_date": TEXT, "price_min": WHOLE, "price_max": WHOLE, "ships_to": TEXT}
    listed = operation("GET", "/orders", query=query, response=many("Order"))
    found = filters(infer_meaning(document(listed, operation("GET", "/orders/{id}", response=ref("Order")), Order=order)))
    assert found["made_start_date"] == ("", "ge")
    assert found["made_end_date"] == ("", "le")
    assert found["price_min"] == ("price.amount", "ge")
    assert found["ships_to"] == ("", "eq")


def test_what_single_records_are_asked_for_with_too_chooses_none():
    shown = {"dialect": TEXT, "status": TEXT}
    listed = operation("GET", "/orders", query=shown, response=many("Order"))
    single = operation("GET", "/orders/{id}", query=shown, response=ref("Order"))
    order = record(("id",), id=TEXT, status=TEXT)
    assert filters(infer_meaning(document(listed, single, Order=order))) == {"status": ("status", "eq")}


def test_a_moment_told_in_several_parameters_is_no_filter_by_each():
    parts = {f"span.startTime.{part}": WHOLE for part in ("year", "month", "day", "hours")}
    listed = operation("GET", "/parcels", query={**parts, "weight": WHOLE}, response=many("Parcel"))
    one = operation("GET", "/parcels/{id}", response=ref("Parcel"))
    assert filters(infer_meaning(document(listed, one, Parcel=record(id=TEXT, weight=WHOLE, year=WHOLE)))) == {"weight": ("weight", "eq")}


def test_a_bound_may_be_written_together_with_its_field():
    listed = operation("GET", "/parcels", query={"minweight": WHOLE, "maxweight": WHOLE, "minutes": WHOLE}, response=many("Parcel"))
    one = operation("GET", "/parcels/{id}", response=ref("Parcel"))
    found = filters(infer_meaning(document(listed, one, Parcel=record(id=TEXT, weight=WHOLE, minutes=WHOLE))))
    assert found == {"minweight": ("weight", "ge"), "maxweight": ("weight", "le"), "minutes": ("minutes", "eq")}


def test_a_flag_that_is_written_out_chooses_by_a_number_that_is_a_flag():
    yes_or_no = {"type": "string", "enum": ["1", "0", "true", "false"]}
    holiday = record(("id",), id=TEXT, federal={"type": "integer", "enum": [1, 0]}, rank={"type": "integer", "enum": [1, 2]})
    listed = Operation(
        operation_id="listHolidays",
        method="GET",
        path="/holidays",
        pointer="/list",
        parameters=(asked("federal", yes_or_no), asked("rank", yes_or_no)),
        response=many("Holiday"),
    )
    api = document(listed, operation("GET", "/holidays/{holidayId}", response=ref("Holiday")), Holiday=holiday)
    assert [(each.wire, each.operator) for each in infer_meaning(api).filters if each.wire] == [("federal", "eq")]


def test_how_an_answer_is_printed_chooses_nothing():
    assert chosen(asked("prettyPrint", FLAG), asked("$.xgafv", {"type": "string", "enum": ["1", "2"]})) == {}
