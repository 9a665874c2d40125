"""Which properties of a wide object are worth keeping."""

import json

from envfactory_assets.corpus import read_document
from envfactory_assets.corpus.pack import Pick, pack
from envfactory_assets.corpus.telling import is_technical, mates, tells
from envfactory_assets_tests.corpus import documents
from envfactory_assets_tests.corpus.test_pack import SELECTION, shop


def test_names_of_times_amounts_and_states_tell_and_names_of_the_interface_do_not():
    assert all(tells(name) for name in ("start", "dueDate", "total_price", "orderStatus", "labels"))
    assert not tells("shippingTaxCompensationAmount")
    assert is_technical("htmlLink")
    assert not is_technical("summary")


def test_words_that_come_in_pairs_name_each_others_mates():
    assert "start_date" in mates("endDate")
    assert "min_price" in mates("max_price")
    assert mates("summary") == ()


def test_an_extract_keeps_the_start_with_the_end_before_what_is_technical():
    document = shop(2)
    wide = {f"html_link_{index}": {"type": "string"} for index in range(60)}
    place = {"type": "object", "properties": {"town": {"type": "string"}}}
    document["components"]["schemas"]["Thing0"]["properties"] |= wide | {"start": place, "end": place, "status": {"type": "string"}}
    kept = read_document(pack(Pick(file="a.example.json"), documents.encoded(document), SELECTION), name="a.json").schemas["Thing0"]
    assert {"id", "start", "end", "status"} <= set(kept["properties"])
    assert len(json.dumps(kept)) < 60_000
