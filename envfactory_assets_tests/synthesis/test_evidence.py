"""What too few operations say to be believed is left to the ledger, with the reason."""

import json

import pytest

from envfactory_assets.corpus.document import Operation
from envfactory_assets.corpus.formats.reading import read_document
from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets_tests.synthesis.documents import TEXT, WHOLE, bookshop, operation, record
from envfactory_assets_tests.synthesis.understood import effects

SHOWN = record(id=TEXT, text=TEXT)
SHOWN_SEVERALLY = {"type": "array", "items": SHOWN}
THIN = [
    ((operation("POST", "/stamps", request=SHOWN), operation("DELETE", "/stamps/{id}")), "no operation shows what it makes or changes"),
    (
        (operation("GET", "/weather/{weather}", response=record(degrees=WHOLE)),),
        "one look-up by a value that it does not show, and nothing else speaks of it",
    ),
    ((operation("GET", "/latest", response=SHOWN_SEVERALLY),), "one list by a name in the singular, and nothing else speaks of it"),
]
ENOUGH = [
    (operation("POST", "/stamps", request=SHOWN), operation("DELETE", "/stamps/{id}"), operation("GET", "/stamps/{id}", response=SHOWN)),
    (operation("POST", "/stamps", request=SHOWN, response=SHOWN),),
    (operation("GET", "/airlines/{airlineCode}", response=record(seats=WHOLE)),),
    (operation("GET", "/stamps", response=SHOWN_SEVERALLY),),
    (operation("GET", "/note", response=SHOWN_SEVERALLY), operation("GET", "/pages/{id}", response=record(id=TEXT, note_id=TEXT))),
]


@pytest.mark.parametrize(("operations", "reason"), THIN)
def test_effects_that_rest_on_too_little_are_left_with_the_reason(operations: tuple[Operation, ...], reason: str):
    meaning = infer_meaning(bookshop(*operations))
    assert not {each.operation_id for each in operations} & effects(meaning).keys()
    assert {each.pointer for each in operations} <= {unused.pointer for unused in meaning.unused if unused.reason == reason}
    assert not {each.pointer for each in operations} & {tool.operation.pointer for tool in meaning.tools}


@pytest.mark.parametrize("operations", ENOUGH)
def test_effects_are_kept_of_what_is_shown_or_named_elsewhere_or_called_as_several(operations: tuple[Operation, ...]):
    assert {each.operation_id for each in operations} <= effects(infer_meaning(bookshop(*operations))).keys()


def test_a_call_that_lists_what_nothing_else_names_by_several_words_is_left():
    calls = [
        {"name": "list_notes", "parameters": record(page=WHOLE)},
        {"name": "list_calendar_views", "parameters": record(page=WHOLE)},
    ]
    meaning = infer_meaning(read_document(json.dumps(calls).encode(), name="tools.json"))
    assert effects(meaning) == {"list_notes": "list note"}


def test_one_record_is_read_without_a_key_where_the_path_speaks_of_it_or_of_the_caller():
    customer = {"$ref": "#/schemas/Customer"}
    read = effects(infer_meaning(bookshop(*(operation("GET", path, response=customer) for path in ("/customer", "/me", "/greeting")))))
    assert {name: word for name, word in read.items() if name in {"GET /customer", "GET /me", "GET /greeting"}} == {
        "GET /customer": "get customer",
        "GET /me": "get customer",
    }


def test_what_a_list_of_no_known_effect_is_asked_by_selects_nothing():
    latest = operation("GET", "/latest", query={"text": TEXT}, response=SHOWN_SEVERALLY)
    assert "GET /latest" not in {each.operation_id for each in infer_meaning(bookshop(latest)).filters}
    assert "GET /stamps" in {
        each.operation_id
        for each in infer_meaning(bookshop(operation("GET", "/stamps", query={"text": TEXT}, response=SHOWN_SEVERALLY))).filters
    }
