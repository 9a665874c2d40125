"""The word lists: complete, and read by the names of entities and fields."""

import re
from random import Random

import pytest

from envfactory_assets.synthesis.seeding.lexicon import lexicon, snake
from envfactory_assets.synthesis.seeding.makers import MAKERS

ELSEWHERE = {"money", "date_text", "epoch"}


def test_every_slot_of_every_template_has_words() -> None:
    words = lexicon().words
    templates = [entry for entries in words.values() for entry in entries]
    templates += [text for kind in lexicon().kinds for text in (*kind.label, *kind.text)]
    missing = {slot for template in templates for slot in re.findall(r"\{(\w+)\}", template)} - set(words)
    assert not missing


def test_every_rule_names_a_known_maker_or_word_list() -> None:
    rules = [rule for section in lexicon().rules.values() for rule in section] + [rule for kind in lexicon().kinds for rule in kind.rules]
    assert {rule.how["make"] for rule in rules if "make" in rule.how} <= set(MAKERS) | ELSEWHERE
    assert {rule.how["words"] for rule in rules if "words" in rule.how} <= set(lexicon().words)


@pytest.mark.parametrize(
    ("entity", "kind"),
    [("CalendarEvent", "event"), ("OrderLine", "order_line"), ("Customer", "person"), ("PlaylistTrack", "song"), ("Zyx", None)],
)
def test_an_entity_is_known_by_what_its_name_ends_in(entity: str, kind: str | None) -> None:
    found = lexicon().kind_of(entity)
    assert (found.name if found else None) == kind


def test_an_ambiguous_name_is_settled_by_its_fields() -> None:
    article = lexicon().kind_of("Article", fields=("title", "doi", "citation_count"))
    assert article is not None
    assert article.theme == "academia"


def test_an_ambiguous_name_is_settled_by_its_company() -> None:
    assert lexicon().themes(["Course", "Student", "Assignment", "Submission"])[0] == "academia"
    assert lexicon().themes(["Track", "Playlist", "Album", "Artist"])[0] == "lifestyle"


@pytest.mark.parametrize(
    ("field", "how"),
    [
        ("amount_due", {"range": [1200, 96000], "step": 50}),
        ("quantity", {"range": [1, 6], "step": 1}),
        ("customer_id", {"range": [1, 9], "step": 1}),
        ("party_size", {"range": [1, 6], "step": 1}),
        ("file_size", {"range": [2048, 8400000]}),
        ("content_length", {"range": [2048, 8400000]}),
        ("card_expiry_year", {"range": [2026, 2031]}),
    ],
)
def test_whole_numbers_are_what_services_write_them_for(field: str, how: dict) -> None:
    rule = lexicon().rule_for("number", field, None)
    assert rule is not None
    assert rule.how == how


@pytest.mark.parametrize(
    ("field", "when"),
    [
        ("created_at", "past"),
        ("date_created", "past"),
        ("joined_on", "history"),
        ("due_date", "around"),
        ("arrives", "soon"),
        ("last_seen_at", "recent"),
        ("expires_at", "future"),
        ("date_of_birth", "birth"),
    ],
)
def test_a_date_is_known_by_its_name(field: str, when: str) -> None:
    rule = lexicon().rule_for("time", field, None)
    assert rule is not None
    assert rule.how == {"when": when}


@pytest.mark.parametrize(
    ("field", "head"),
    [
        ("link_to_download", "link"),
        ("notes_from_provider", "notes"),
        ("number_of_seats", "number_of_seats"),
        ("assigned_to_id", "assigned_to_id"),
        ("from_address", "from_address"),
    ],
)
def test_a_name_is_about_what_stands_before_of_from_and_to(field: str, head: str) -> None:
    assert lexicon().head_of(field) == head


def test_a_field_is_filled_for_what_its_name_is_about() -> None:
    rule = lexicon().rule_for("text", "notes_from_provider", None)
    assert rule is not None
    assert rule.how == {"make": "note"}


@pytest.mark.parametrize(
    ("field", "how"),
    [
        ("api_key", {"make": "hex"}),
        ("idempotency_key", {"make": "uuid"}),
        ("webinarkey", {"make": "code"}),
        ("allowed_ip_address", {"make": "ip"}),
        ("shop_web_address", {"make": "url"}),
        ("name_first", {"make": "first_name"}),
        ("cpu_request", {"words": "cpu_share"}),
        ("serial_number_hex", {"make": "hex"}),
        ("release_year", {"make": "year"}),
        ("subject_contains", {"words": "topic"}),
        ("device_mac_address", {"make": "mac"}),
        ("currency_symbol", {"words": "currency_symbol"}),
        ("month_name", {"words": "month"}),
        ("version_number", {"make": "version"}),
    ],
)
def test_a_text_is_what_the_end_of_its_name_says(field: str, how: dict) -> None:
    rule = lexicon().rule_for("text", field, None)
    assert rule is not None
    assert rule.how == how


@pytest.mark.parametrize(
    ("name", "home", "theme"),
    [
        ("Connection", "travel", "travel"),
        ("Connection", "utilities", "common"),
        ("Source", "finance", "finance"),
        ("Route", "office", "common"),
    ],
)
def test_a_name_that_each_trade_uses_its_own_way_means_nothing_of_another_trade(name: str, home: str, theme: str) -> None:
    found = lexicon().kind_of(name, (home,), home=home)
    assert found is not None
    assert found.theme == theme


def test_every_kind_of_what_is_planned_is_a_kind() -> None:
    assert lexicon().planned <= {kind.name for kind in lexicon().kinds}


def test_every_place_is_complete() -> None:
    wanted = {
        "city",
        "region",
        "country",
        "code",
        "currency",
        "timezone",
        "lat",
        "lon",
        "airport",
        "postcode",
        "phone",
        "streets",
        "alpha3",
    }
    assert all(set(place) == wanted and re.fullmatch("[A-Z]{2}", place["code"]) for place in lexicon().places)
    assert len({(place["country"], place["code"], place["currency"]) for place in lexicon().places}) == len(
        {p["country"] for p in lexicon().places}
    )


def test_names_are_read_as_snake_case() -> None:
    assert [snake(name) for name in ("photoURL", "OrderLine", "line1", "VATNumber")] == ["photo_url", "order_line", "line_1", "vat_number"]


def test_what_fills_a_template_brings_no_word_a_second_time() -> None:
    words = lexicon()
    colours = [words.fill("Comes in {colour} and {colour}", Random(seed)).split() for seed in range(400)]
    assert sum(made[2] == made[-1] for made in colours) < 4  # by chance alone some 27
    assert words.fill("{colour} on {colour} on the wall on the wall", Random(1)).endswith("on the wall on the wall")
