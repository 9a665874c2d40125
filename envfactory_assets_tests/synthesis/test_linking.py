"""Which record types properties point to."""

from typing import Any

import pytest

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets_tests.synthesis.documents import TEXT, WHOLE, bookshop, document, operation, record, ref
from envfactory_assets_tests.synthesis.understood import links

THINGS = ("story", "season", "user", "image")


def magazine(*more: Any, **properties: Any) -> ApiDocument:
    """Stories with some properties, seasons, users, images."""
    schemas = {"Story": record(("id",), id=TEXT, headline=TEXT, **properties)}
    schemas |= {"Season": record(("id",), id=TEXT, name=TEXT), "Image": record(("id",), id=TEXT, width=WHOLE)}
    schemas["User"] = record(("id",), id=TEXT, username=TEXT, website=TEXT, bio=TEXT)
    plural = {"story": "stories"}
    plain = [operation("GET", f"/{plural.get(t, f'{t}s')}/{{{t}Id}}", response=ref(t.capitalize())) for t in THINGS]
    return document(*plain, *more, **schemas)


def links_of_stories(api: ApiDocument) -> set[tuple[str, str]]:
    return {(wire, target) for entity, wire, target in links(infer_meaning(api)) if entity == "story"}


LINKED = {
    "written": (TEXT | {"description": "ID of the user who wrote it"}, {("written", "user")}),
    "followers": ({"type": "array", "items": TEXT}, {("followers", "user")}),
    "reply_users": ({"type": "array", "items": TEXT}, {("reply_users", "user")}),
    "avatar_id": (TEXT, {("avatar_id", "image")}),
    "season": (TEXT, {("season", "season")}),
    "user": (record(username=TEXT, website=TEXT), {("user", "user")}),
    "subject": ({"anyOf": [ref("Season"), ref("Image")]}, {("subject", "season"), ("subject", "image")}),
    "gallery": (record(items={"type": "array", "items": ref("Image")}, total=WHOLE), {("gallery", "image")}),
    "parent": (record(story_id=TEXT, season_id=TEXT, type=TEXT), {("parent", "story"), ("parent", "season")}),
}


@pytest.mark.parametrize("wire", LINKED)
def test_a_property_links_by_its_name_its_description_or_what_is_inside(wire):
    schema, meant = LINKED[wire]
    assert links_of_stories(magazine(**{wire: schema})) == meant


UNLINKED = {
    "avatar": TEXT,
    "recipient": WHOLE,
    "user": record(street=TEXT, city=TEXT, zip=TEXT),
    "external_user_id": TEXT | {"description": "ID of the user elsewhere"},
    "title": TEXT | {"description": "Title and id of the season"},
    "seasons": TEXT,
    "season": TEXT | {"examples": ["The one before the last."]},
}


@pytest.mark.parametrize("wire", UNLINKED)
def test_what_only_sounds_like_a_record_is_no_link(wire):
    assert links_of_stories(magazine(**{wire: UNLINKED[wire]})) == set()


def test_a_type_that_lists_ask_for_tells_what_an_object_with_a_key_may_be():
    kinds = {"type": "string", "enum": ["Season", "Image"]}
    listing = operation("GET", "/stories", query={"subject_type": kinds}, response={"type": "array", "items": ref("Story")})
    assert links_of_stories(magazine(listing, subject=record(id=TEXT))) == {("subject", "season"), ("subject", "image")}


def test_a_key_that_only_requests_name_is_a_link():
    making = operation("POST", "/stories", request=record(headline=TEXT, season_id=TEXT), response=ref("Story"))
    assert links_of_stories(magazine(making)) == {("season_id", "season")}


def test_an_owner_is_no_record_of_another_kind_where_the_document_speaks_of_users_it_does_not_show():
    orders = {"Order": record(("id",), id=TEXT, owner=record(id=TEXT), user_id=TEXT), "Contact": record(("id",), id=TEXT)}
    paths = [
        operation("GET", "/orders/{orderId}", response=ref("Order")),
        operation("GET", "/contacts/{contactId}", response=ref("Contact")),
    ]
    assert infer_meaning(document(*paths, **orders)).links == []


def test_a_part_of_a_record_is_not_the_record():
    listed = {"type": "array", "items": ref("SeasonResult")}
    api = magazine(results=listed)
    schemas = api.schemas | {"SeasonResult": record(score=WHOLE, rank=WHOLE)}
    assert links_of_stories(api.model_copy(update={"schemas": schemas})) == set()


def test_relationships_of_a_json_api_record_are_links():
    identifier = record(("id", "type"), id=TEXT, type=TEXT)
    episode = record(
        id=TEXT,
        type=TEXT,
        attributes=record(title=TEXT, series_id=TEXT),
        relationships=record(series=record(data=identifier), guests=record(data={"type": "array", "items": identifier})),
    )
    api = document(
        operation("GET", "/episodes/{id}", response=record(data=ref("Episode"))),
        operation("GET", "/series/{id}", response=record(data=ref("Series"))),
        operation("GET", "/guests/{id}", response=record(data=ref("Guest"))),
        Episode=episode,
        Series=record(id=TEXT, type=TEXT, attributes=record(title=TEXT)),
        Guest=record(id=TEXT, type=TEXT, attributes=record(name=TEXT)),
    )
    meaning = infer_meaning(api)
    assert links(meaning) == {("episode", "series_id", "series"), ("episode", "series", "series"), ("episode", "guests", "guest")}
    assert {each.wire for each in meaning.envelopes} == {"data"}


def test_a_key_whose_type_another_property_tells_links_to_each_type():
    note = record(id=TEXT, text=TEXT, subject_id=TEXT, subject_type={"type": "string", "enum": ["Order", "Customer"]})
    meaning = infer_meaning(bookshop(operation("GET", "/notes/{id}", response=ref("Note")), Note=note))
    assert {("note", "subject_id", "order"), ("note", "subject_id", "customer")} <= links(meaning)


def test_another_id_of_the_record_itself_is_no_link_and_a_parent_is():
    order = record(id=TEXT, title=TEXT, vendor_order_id=TEXT, supplier_order_id=TEXT, parent_order_id=TEXT)
    assert links(infer_meaning(bookshop(Order=order))) == {("order", "parent_order_id", "order"), ("order", "customer_id", "customer")}
