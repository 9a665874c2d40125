"""What people call fields, which they speak of, and what is told of records."""

import pytest

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.facts import fact, row_facts, row_name
from envfactory_assets.dialogue.proof.reading import read_value
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.wording import moment
from envfactory_assets.records import EntitySpec, FieldSpec
from envfactory_assets.synthesis.lexicon import lexicon as synthesis_lexicon
from envfactory_assets_tests.dialogue import hotel

NOW = moment("2026-05-12T09:00:00Z")


def field(name: str, kind: str, **options) -> FieldSpec:
    return FieldSpec(name=name, wire=name, type=kind, **options)


def test_people_speak_of_dates_amounts_and_names_and_not_of_technical_fields():
    for name in ("due_date", "price", "status", "firstName", "note", "starts_at", "dueOn", "approvalStatus"):
        assert fields.is_familiar(name), name
    for name in ("etag", "ads_redirect", "webhook_url", "beacon_color", "tel1", "content_language_code", "assignee_type"):
        assert not fields.is_familiar(name), name


def test_a_field_is_called_by_a_noun():
    assert fields.noun_of("due_on") == "due date"
    assert fields.noun_of("email") == "email address"
    assert fields.noun_of("department") == "department"


def test_what_happened_is_said_by_a_participle():
    assert fields.happened("deleted_on") == "deleted"
    assert fields.happened("createdAt") == "created"
    assert fields.happened("starts_at") is None


def test_counts_are_said_of_what_they_count():
    assert fields.counted_noun("comment_count") == "comments"
    assert fields.counted_noun("number_of_guests") == "guests"
    assert fields.counted("comments_count", 1) == "comment"
    assert fields.counted("commentCount", 3) == "comments"
    assert fields.counted_noun("discount") is None


def test_yes_and_no_are_wished_for_only_where_there_are_words_for_it():
    assert fields.flag("is_template") == "a template"
    assert fields.flag("public") == "public"
    assert fields.flag("close_source_branch") is None
    assert fields.quality("archived") == "archived"
    assert fields.quality("livemode") is None


def test_facts_are_told_in_a_few_words():
    assert fact(field("due_on", "date"), "2026-06-03", {}) == "due 3 June 2026"
    assert fact(field("amount", "money"), 45.5, {"amount": 45.5, "currency": "eur"}) == "45.50 EUR"
    assert fact(field("comment_count", "integer"), 2, {}) == "2 comments"
    assert fact(field("priority", "enum", enum=["high", "low"]), "high", {}) == "high priority"
    assert fact(field("archived", "boolean"), True, {}) == "archived"


def test_of_a_stay_its_dates_and_amount_are_told_and_no_identifier():
    services = Services([hotel.environment()], [hotel.ENV])
    row = hotel.stay("S14", "R3", "2026-05-15", "2026-05-18", "booked", 360.0)
    told = ", ".join(row_facts(row, hotel.ENV, "Stay", services, most=9))
    assert "booked" in told
    assert "arriving 15 May 2026" in told
    assert "S14" not in told
    assert "R3" not in told
    assert row_facts(row, hotel.ENV, "Stay", services, only=frozenset({"status"}), known=("booked",)) == []
    assert row_name(row, hotel.ENV, "Stay", services) is None


@pytest.mark.parametrize("titled", ["title", "jobTitle"])
def test_a_persons_title_is_not_the_name_and_a_things_title_is(titled: str):
    def name_of(other: str, row: dict[str, str]) -> str | None:
        services = Services([hotel.environment()], [hotel.ENV])
        shown = tuple(field(name, "text") for name in ("id", titled, other))
        entity = EntitySpec(name="Entry", table="entries", key="id", fields=shown)
        services.specs = {hotel.ENV: services.specs[hotel.ENV].model_copy(update={"entities": (entity,)})}
        return row_name({"id": "e1", titled: "Head Chef", **row}, hotel.ENV, "Entry", services)

    assert name_of("lastName", {"lastName": "Moreau"}) == "Moreau"
    assert name_of("lastName", {}) is None
    assert name_of("salary_band", {}) == "Head Chef"


def test_the_name_of_somebody_else_does_not_name_a_thing():
    assert lexicon.is_label("userName", "User")
    assert not lexicon.is_label("userName", "Deployment")
    assert lexicon.whose_name("userName", "Deployment") == "user"
    assert lexicon.is_label("displayName", "Deployment")
    assert not lexicon.is_label("title", "Employee")
    assert lexicon.is_name_of_a_person("Mara Novak")
    assert lexicon.is_name_of_a_person("mnovak")
    assert not lexicon.is_name_of_a_person("Mara's calendar")


def test_a_choice_of_several_words_is_quoted_unless_it_opens_like_a_state():
    assert lexicon.as_a_choice("label purchased") == '"label purchased"'
    assert lexicon.as_a_choice("in review") == "in review"
    assert lexicon.as_a_choice("open") == "open"


def test_an_acronym_takes_the_article_of_its_first_letter():
    assert lexicon.a("SSH key") == "an SSH key"
    assert lexicon.a("order") == "an order"
    assert lexicon.a("user") == "a user"


def test_a_choice_is_read_without_the_word_that_all_choices_share():
    schema = {"enum": ["ROLE_MANAGER", "ROLE_ASSISTANT_MANAGER", "ROLE_MEMBER"]}
    assert read_value("manager", schema, NOW) == "ROLE_MANAGER"
    assert read_value("assistant manager", schema, NOW) == "ROLE_ASSISTANT_MANAGER"
    assert read_value("owner", schema, NOW) is None


def test_a_negation_is_read_as_no():
    assert read_value("public", {"type": "boolean"}, NOW) is True
    for words in ("no longer public", "without making it public", "don't make it public"):
        assert read_value(words, {"type": "boolean"}, NOW) is False


def test_the_time_of_an_act_is_when_it_was_done():
    assert fields.happened("createTime") == "created"
    assert fields.happened("modification_date") == "modified"
    assert fields.happened("create") is None
    assert fields.happened("start_time") is None
    assert fact(field("createTime", "text"), "2026-05-03T09:00:00Z", {}) == "created 3 May 2026, 9 am"


def test_every_verb_that_moves_a_record_has_words_of_its_own():
    acts = lexicon.words("acts")
    known = acts["acts"].keys() | acts["verbs"].keys()
    assert synthesis_lexicon().transitions.keys() <= known
    assert set(acts["verbs"].values()) <= acts["acts"].keys()


def test_a_kind_of_record_that_is_called_by_how_it_is_gets_a_noun():
    assert lexicon.noun("TransferRecurring") == "transfer recurring entry"
    assert lexicon.plural(lexicon.noun("Recurring")) == "recurring entries"
    assert lexicon.noun("Meeting") == "meeting"
