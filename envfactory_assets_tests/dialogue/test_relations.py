from envfactory_assets.dialogue.relations import can_be_given, can_be_meant, can_stand_for, link_words
from envfactory_assets.dialogue.services import Services
from envfactory_assets_tests.dialogue import hotel


def services() -> Services:
    return Services([hotel.environment()], [hotel.ENV])


def test_people_speak_of_the_customer_for_an_order_and_not_of_the_parent_of_a_task():
    assert link_words("customer_id", "Customer") == ("customer", "for")
    assert link_words("assigneeId", "Member") == ("assignee", "of")
    assert link_words("parent_id", "Task") is None
    assert link_words("backgroundImageFileId", "File") is None
    assert link_words("track_ids", "Track") is None


def test_what_a_record_refers_to_is_looked_up_through_it_but_not_changed():
    known = services()
    reading, writing = known.tool(hotel.ENV, "find_rooms"), known.tool(hotel.ENV, "book_room")
    assert can_stand_for(known, hotel.ENV, "Stay", "room_id", reading)
    assert not can_stand_for(known, hotel.ENV, "Stay", "room_id", writing)


def test_a_key_can_be_meant_and_a_plain_value_only_where_people_take_it_over():
    known = services()
    book = known.tool(hotel.ENV, "book_room")
    dates = known.parameter(hotel.ENV, "book_room", "arrives")
    assert can_be_meant(known, hotel.ENV, "Stay", "id", book, None)
    assert can_be_meant(known, hotel.ENV, "Stay", "arrives", book, dates)
    assert not can_be_meant(known, hotel.ENV, "Stay", "total", book, dates)
    assert not can_be_meant(known, hotel.ENV, "Stay", "leaves", book, known.parameter(hotel.ENV, "book_room", "leaves"))


def test_nothing_in_another_service_ends_because_a_thing_does_but_it_may_begin_then():
    known = services()
    sides = (hotel.ENV, known.tool(hotel.ENV, "list_my_stays")), ("another", known.tool(hotel.ENV, "book_room"))
    begins, ends = (known.parameter(hotel.ENV, "book_room", name) for name in ("arrives", "leaves"))
    assert can_be_given(known, sides[0], "[*].arrives", sides[1], begins)
    assert not can_be_given(known, sides[0], "[*].leaves", sides[1], ends)
