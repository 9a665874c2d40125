"""What tools answer with: how the record is wrapped, and what is shown of it."""

from typing import Any

import pytest

from envfactory_assets.environments import Episode, load_environment
from envfactory_assets_tests.synthesis.documents import TEXT, document, operation, record, ref, written

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
