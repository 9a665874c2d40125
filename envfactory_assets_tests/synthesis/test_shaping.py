"""What lists are asked by besides plain names of fields, and which parameters choose no records at all."""

from typing import Any

import pytest

from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, WHOLE, bookshop, document, many, operation, record, ref
from envfactory_assets_tests.synthesis.test_parameters import LIST, asked, chosen, paged
from envfactory_assets_tests.synthesis.understood import filters

HOMES = {
    "id": TEXT,
    "formatted_address": TEXT,
    "list_price": {"type": "number"},
    "days_listed": WHOLE,
    "category_keys": LIST,
    "suggested_filters": LIST,
    "note": TEXT,
}


def homes(query: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """What parameters of a list of homes choose by."""
    listed = operation("GET", "/homes", query=query, response=many("Home"))
    return filters(infer_meaning(document(listed, operation("GET", "/homes/{id}", response=ref("Home")), Home=record(("id",), **HOMES))))


ASKED = {
    "address": (TEXT, ("formatted_address", "eq")),
    "category": (LIST, ("category_keys", "any_of")),
    "suggestedFilter": (LIST, ("suggested_filters", "any_of")),
    "list_price_range": (TEXT, ("list_price", "eq")),
    "has_note": (FLAG, ("note", "eq")),
    "no_note": ({"type": "string", "default": "false"}, ("note", "eq")),
    "fullText": (TEXT, ("", "search")),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_field_is_asked_by_more_names_than_its_own(name: str):
    schema, means = ASKED[name]
    assert homes({name: schema}) == {name: means}


CHOOSING_NOTHING = {
    "facets": "Filter fields for which counts are requested.",
    "price_facets": "Filter fields for which counts are requested.",
    "filterSyntax": None,
    "excludedetails": "If true, only names are returned.",
    "wskey": None,
    "api_key": None,
}


@pytest.mark.parametrize("name", CHOOSING_NOTHING)
def test_what_says_how_an_answer_looks_chooses_no_records(name: str):
    assert chosen(asked(name, TEXT, CHOOSING_NOTHING[name])) == {}


def test_a_parameter_that_admits_only_what_is_done_chooses_nothing():
    assert chosen(asked("action", {"type": "string", "enum": ["read"]})) == {}
    assert chosen(asked("shelf_type", {"type": "string", "enum": ["open"]})) == {"shelf_type": ("shelf_type", "eq")}


def test_where_is_searched_is_no_filter_beside_what_is_searched_for():
    where = asked("in", {"type": "string", "enum": ["title", "text"]})
    assert chosen(asked("q", TEXT), where) == {"q": ("", "search")}
    assert chosen(where) == {"in": ("", "eq")}


def test_a_search_is_one_though_its_description_speaks_of_what_is_shown():
    assert chosen(asked("q", TEXT, "Returns details that the text is in.")) == {"q": ("", "search")}


def test_the_most_of_a_measure_is_no_number_of_answers():
    assert chosen(asked("daysOld", WHOLE, "The maximum number of days to return, at least 1.")) == {"daysOld": ("", "le")}
    assert paged(asked("limit", WHOLE, "The maximum number of loans to return.")) == {"limit": "size"}


def test_a_choice_of_words_has_no_bounds():
    words = {"type": "string", "enum": ["plain", "fine"]}
    assert chosen(asked("binding", words, "Get from a single binding.")) == {"binding": ("", "eq")}


def test_environments_compare_no_spans_and_ask_for_no_mere_presence():
    flag = {"type": "string", "default": "false"}
    orders = operation("GET", "/orders/all", query={"title": TEXT, "total_range": TEXT, "has_title": flag}, response=many("Order"))
    meaning = infer_meaning(bookshop(orders))
    told = {"title": ("title", "eq"), "total_range": ("total", "eq"), "has_title": ("title", "eq")}
    assert {f.parameter: (f.wire, f.operator) for f in meaning.filters if f.operation_id == "GET /orders/all"} == told
    [tool] = [tool for tool in meaning.tools if tool.operation.path == "/orders/all"]
    assert [a.wire for a in tool.arguments if a.role == "filter"] == ["title"]


def test_what_a_look_up_takes_as_its_list_does_pages_and_all_tells_nothing_of_what_only_shows():
    answer = {"type": "object", "properties": {"results": many("Order")}}
    asked_by = {"region": LIST, "page": WHOLE, "limit": WHOLE}
    listed = operation("GET", "/parcels", query=asked_by, response=answer)
    alike = operation("GET", "/parcels/{parcelId}", query=asked_by, response=answer)
    found = filters(infer_meaning(bookshop(listed, alike)))
    assert found["region"] == ("", "any_of")
    shown = operation("GET", "/parcels/{parcelId}", query={"region": LIST}, response=ref("Order"))
    assert "region" not in filters(infer_meaning(bookshop(listed, shown)))


def test_a_text_asks_for_no_flag_that_is_called_more_than_it():
    match = record(("id",), id=TEXT, league_match=FLAG)
    api = document(
        operation("GET", "/matches", query={"league": TEXT}, response=many("Match")),
        operation("GET", "/matches/{id}", response=ref("Match")),
        Match=match,
    )
    assert filters(infer_meaning(api)) == {"league": ("", "eq")}
