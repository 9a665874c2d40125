"""What tools answer with: how the record is wrapped, and what is shown of it."""

from typing import Any

import pytest

from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets.synthesis.seeding import seed_candidate
from envfactory_assets.verification.probes.outputs import response_validator
from envfactory_assets_tests.synthesis.documents import TEXT, WHOLE, document, many, operation, record, ref, written
from envfactory_assets_tests.synthesis.understood import effects

BOOK = record(("id",), id=TEXT, title=TEXT, summary=TEXT, pages={"type": "integer"})
BRIEF = record(("id",), id=TEXT, title=TEXT) | {"additionalProperties": False}
KEYLESS = record((), title=TEXT) | {"additionalProperties": False}


def answers(got: Any, listed: Any, made: Any = None) -> tuple[Any, Any, Any]:
    """What a shelf whose document has these answers says when a book is made, looked up and listed."""
    api = document(
        operation("POST", "/books", request=record(("title",), title=TEXT, summary=TEXT), response=made or ref("Book")),
        operation("GET", "/books/{id}", response=got),
        operation("GET", "/books", query={"title": TEXT}, response=listed),
        operation("PATCH", "/books/{id}", request=record((), title=TEXT, summary=TEXT, pages={"type": "integer"}), response=ref("Book")),
        Book=BOOK,
        Brief=BRIEF,
        Keyless=KEYLESS,
    )
    _, candidate, spec = written(api)
    environment = load_environment(candidate.source_code, candidate.env_id)
    episode = Episode({candidate.env_id: environment})
    episode.reset({candidate.env_id: environment.empty_state(me="U1")})
    create = next(tool for tool in spec.tools if tool.effects[0].family == "create")
    first = episode.call(create.name, {"title": "Ash", "summary": "Trees."}).value
    key = next(row["id"] for row in episode.snapshot()[candidate.env_id]["tables"]["books"])
    return first, episode.call("get_book", {"id": key}).value, episode.call("list_books", {}).value


BOOKS = {"type": "array", "items": ref("Book")}
ASH = {"id": "B1", "title": "Ash", "summary": "Trees."}


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (ref("Book"), ASH),
        (record(("data",), data=ref("Book")), {"data": ASH}),
        (record((), response=record((), data=ref("Book"))), {"response": {"data": ASH}}),
        (BOOKS, [ASH]),
        (record((), books=BOOKS), {"books": [ASH]}),
        ({"type": "object", "items": ref("Book")}, ASH),
    ],
)
def test_a_record_is_answered_in_what_the_document_wraps_it_in(got, expected):
    assert answers(got, BOOKS)[1] == expected


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (BOOKS, [ASH]),
        (record((), data=record((), items=BOOKS)), {"data": {"items": [ASH]}}),
    ],
)
def test_a_list_is_answered_in_what_the_document_wraps_it_in(listed, expected):
    assert answers(ref("Book"), listed)[2] == expected


def test_an_answer_shows_no_field_that_the_document_has_no_place_for():
    first, got, listed = answers(ref("Book"), {"type": "array", "items": ref("Brief")}, made=ref("Brief"))
    assert first == {"id": "B1", "title": "Ash"}
    assert got == ASH
    assert listed == [{"id": "B1", "title": "Ash"}]


def test_an_answer_without_a_place_for_the_key_is_shown_whole():
    assert answers(ref("Book"), {"type": "array", "items": ref("Keyless")})[2] == [ASH]


def conforming(**schemas: Any) -> list[dict[str, Any]]:
    """Seeded books of a document with these schemas, each as a look-up answers it; all of them are what the document says."""
    api = document(
        operation("GET", "/books/{id}", response=ref("Book")),
        operation("GET", "/books", query={"title": TEXT}, response={"type": "array", "items": ref("Book")}),
        operation("PATCH", "/books/{id}", request=record((), title=TEXT, pages={"type": "integer"}), response=ref("Book")),
        **schemas,
    )
    _, candidate, _ = written(api)
    environment = load_environment(candidate.source_code, candidate.env_id)
    found = []
    for state in seed_candidate(candidate, seed=3, count=3):
        episode = Episode({candidate.env_id: environment})
        episode.reset({candidate.env_id: state})
        found += [episode.call("get_book", {"id": row["id"]}).value for row in state["tables"]["books"]]
    validator = response_validator(api, ref("Book"))
    assert [error.message for row in found for error in validator.iter_errors(row)] == []
    return found


def book(**more: Any) -> dict[str, Any]:
    return record(("id", *more), id=TEXT, title=TEXT, pages={"type": "integer"}, **more)


def test_what_a_list_holds_fits_the_pattern_of_its_items_and_its_size():
    countries = {"type": "array", "maxItems": 2, "items": {"type": "string", "pattern": "^[A-Z]{2}$"}}
    shown = [row["sold_in"] for row in conforming(Book=book(sold_in=countries)) if "sold_in" in row]
    assert max(map(len, shown)) == 2


def test_objects_in_a_list_of_different_ones_differ():
    shelf = record(("wood",), wood={"type": "string", "enum": ["oak", "elm"]})
    shown = conforming(Book=book(shelves={"type": "array", "uniqueItems": True, "items": shelf}))
    assert max(len(row.get("shelves", ())) for row in shown) == 2


def test_a_value_that_is_one_of_several_objects_is_one_of_them():
    paper = record((), sheets={"type": "integer"}, weight={"type": "number"}, colour=TEXT) | {"additionalProperties": False}
    disc = record((), minutes={"type": "integer"}) | {"additionalProperties": False}
    shown = conforming(Book=book(body={"oneOf": [ref("Disc"), ref("Paper")]}), Paper=paper, Disc=disc)
    assert {name for row in shown for name in row["body"]} == {"sheets", "weight", "colour"}


@pytest.mark.parametrize(("kind", "expected"), [("integer", int), ("string", str)])
def test_keys_that_a_document_tells_in_two_ways_are_what_most_answers_have(kind, expected):
    told = record(("id",), id={"type": kind}, title=TEXT, summary=TEXT, pages={"type": "integer"})
    first, *_ = answers(told, {"type": "array", "items": told}, made=told)  # the answer to a change has a text
    assert type(first["id"]) is expected


def test_a_number_that_a_word_list_has_stays_within_the_bounds_of_the_document():
    shown = conforming(Book=book(redirect_status_code={"type": "integer", "minimum": 300, "maximum": 399}))
    assert any("redirect_status_code" in row for row in shown)


MOMENT = TEXT | {"format": "date-time"}


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (MOMENT | {"minLength": 25, "maxLength": 25}, "2026-05-12T09:00:00+00:00"),
        (TEXT | {"pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"}, "2026-05-12T09:00:00.000Z"),
        (TEXT | {"examples": ["2024-01-31T08:15:00Z"]}, "2026-05-12T09:00:00Z"),
        (MOMENT, "2026-05-12T09:00:00Z"),
    ],
)
def test_moments_are_written_as_the_document_writes_them(schema, told):
    letter = record(("id", "title", "stampedThere"), id=TEXT, title=TEXT, stampedThere=schema)
    api = document(
        operation("POST", "/letters", request=record(("title", "stampedThere"), title=TEXT, stampedThere=schema), response=ref("Letter")),
        operation("GET", "/letters/{id}", response=ref("Letter")),
        operation("GET", "/letters", response={"type": "array", "items": ref("Letter")}),
        Letter=letter,
    )
    _, candidate, spec = written(api)
    environment = load_environment(candidate.source_code, candidate.env_id)
    episode = Episode({candidate.env_id: environment})
    episode.reset({candidate.env_id: environment.empty_state(me="U1")})
    create, get = (next(tool.name for tool in spec.tools if tool.effects[0].family == family) for family in ("create", "get"))
    answered = episode.call(create, {"title": "Ash", "stampedThere": "2026-05-12T09:00:00Z"}).value
    episode.reset(episode.snapshot())
    assert answered["stampedThere"] == told
    assert episode.call(get, {"id": answered["id"]}).value == answered


def test_a_text_whose_pattern_is_that_of_days_is_a_day():
    plan = made(TEXT | {"pattern": r"^\d{4}-\d{2}-\d{2}$"}, {"type": "string"})
    assert plan["approval"].kind == "date"


def test_who_did_something_is_a_name_where_users_are_numbered_and_it_is_text():
    plan = made(TEXT, {"type": "integer"})
    assert plan["created_by"].kind != "ref"
    assert made(TEXT, TEXT)["created_by"].kind == "ref"


def test_nothing_is_told_in_a_closed_object_that_has_no_place_for_it():
    assert [field.wire for field in made(TEXT, TEXT)["target"].part.fields] == ["branch"]


def made(approval: Any, user_id: Any) -> dict[str, Any]:
    """The fields of a change that users approve, by their names."""
    user = record(("id",), id=user_id, name=TEXT)
    target = record((), branch=TEXT, user=ref("User")) | {"additionalProperties": False}
    change = record(("id",), id=TEXT, title=TEXT, approval=approval, created_by=TEXT, target=target)
    read = [operation("GET", f"/{plural}/{{id}}", response=ref(name)) for plural, name in (("users", "User"), ("changes", "Change"))]
    listed = [
        operation("GET", f"/{plural}", response={"type": "array", "items": ref(name)})
        for plural, name in (("users", "User"), ("changes", "Change"))
    ]
    meaning = infer_meaning(document(*read, *listed, User=user, Change=change))
    return {field.name: field for entity in meaning.entities if entity.name == "Change" for field in entity.fields}


def test_a_list_embedded_with_links_around_it_is_read():
    listed = record(_links=record(self=TEXT), page=WHOLE, _embedded=record(items=many("Attribute")))
    api = document(
        operation("GET", "/attributes", response=listed),
        operation("GET", "/attributes/{code}", response=ref("Attribute")),
        Attribute=record(("code",), code=TEXT, label=TEXT, sort_order=WHOLE),
    )
    meaning = infer_meaning(api)
    assert [(each.operation_id, each.wire) for each in meaning.envelopes] == [("GET /attributes", "items")]
    assert effects(meaning)["GET /attributes"] == "list attribute"


@pytest.mark.parametrize("tree", [{"type": "array", "items": ref("Tree")}, {"anyOf": [ref("Tree"), ref("Tree")]}])
def test_a_list_of_itself_tells_nothing_of_its_records(tree):
    listed = operation("GET", "/trees", response=ref("Tree"))
    shown = operation("GET", "/trees/{id}", response=ref("Tree"))
    made = operation("POST", "/trees", request=record(("name",), name=TEXT))
    assert effects(infer_meaning(document(listed, shown, made, Tree=tree)))["GET /trees/{id}"] == "get tree"
