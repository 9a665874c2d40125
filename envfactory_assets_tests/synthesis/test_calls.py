"""Tools and calls that are no paths of records: what they do is read from their names, arguments and answers."""

import json

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.corpus.formats.reading import read_document
from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, WHOLE, document, many, operation, record, ref
from envfactory_assets_tests.synthesis.understood import effects, keys, links


def test_calls_with_dots_are_read_by_their_verbs():
    def call(method: str, name: str, /, **properties: dict) -> object:
        body = {"request": record(**properties)} if method == "POST" else {"query": properties}
        shown = {"channel": ref("Channel"), "ok": FLAG} if not name.endswith("list") else {"channels": many("Channel"), "ok": FLAG}
        return operation(method, f"/{name}", name=name.replace(".", "_"), response=record(**shown), **body)

    api = document(
        call("GET", "channels.list"),
        call("GET", "channels.info", channel=TEXT),
        call("POST", "channels.create", name=TEXT),
        call("POST", "channels.archive", channel=TEXT),
        call("POST", "channels.rename", channel=TEXT, name=TEXT),
        call("POST", "channels.kick", channel=TEXT, user=TEXT),
        Channel=record(id=TEXT, name=TEXT, is_archived=FLAG, topic=TEXT),
    )
    assert effects(infer_meaning(api)) == {
        "channels_list": "list channel",
        "channels_info": "get channel",
        "channels_create": "create channel",
        "channels_archive": "transition:archive channel",
        "channels_rename": "update channel",
        "channels_kick": "remove_member channel",
    }


def tools(**arguments: dict) -> ApiDocument:
    listed = [{"name": name, "inputSchema": {"type": "object", "properties": given}} for name, given in arguments.items()]
    return read_document(json.dumps({"tools": listed}).encode(), name="tools.json")


def test_tools_without_answers_are_read_by_names_and_arguments():
    meaning = infer_meaning(
        tools(
            tracker_create_issue={"repo": TEXT, "title": TEXT},
            tracker_get_issue={"repo": TEXT, "issue_number": WHOLE},
            tracker_list_issues={"repo": TEXT, "title": TEXT, "cursor": TEXT},
            tracker_search_repositories={"query": TEXT},
            tracker_fork_repository={"repo": TEXT},
            tracker_create_or_update_file={"repo": TEXT, "path": TEXT},
        )
    )
    assert effects(meaning) == {
        "tracker_create_issue": "create issue",
        "tracker_get_issue": "get issue",
        "tracker_list_issues": "list issue",
        "tracker_search_repositories": "search repository",
        "tracker_fork_repository": "copy repository",
    }
    assert keys(meaning) == {"issue": "issue_number", "repository": "repo"}
    assert links(meaning) == {("issue", "repo", "repository")}


def test_a_call_that_answers_a_key_it_was_not_given_makes_that_record():
    listed = [
        {"name": "book_flight", "parameters": record(route=TEXT), "response": record(booking_id=TEXT, route=TEXT)},
        {"name": "cancel_booking", "parameters": record(booking_id=TEXT), "response": record(done=FLAG)},
    ]
    meaning = infer_meaning(read_document(json.dumps(listed).encode(), name="tools.json"))
    assert effects(meaning) == {"book_flight": "create booking", "cancel_booking": "transition:cancel booking"}
    assert keys(meaning) == {"booking": "booking_id"}


def test_a_record_that_no_call_names_has_no_key_and_may_be_linked_to():
    note = record(text=TEXT)
    listed = [
        {"name": "create_ticket", "parameters": record(ticket_id=TEXT, notes={"type": "array", "items": note})},
        {"name": "get_ticket", "parameters": record(ticket_id=TEXT)},
        {"name": "list_notes", "parameters": record(ticket_id=TEXT, limit=WHOLE)},
    ]
    meaning = infer_meaning(read_document(json.dumps(listed).encode(), name="tools.json"))
    assert keys(meaning) == {"ticket": "ticket_id", "note": ""}
    assert effects(meaning)["list_notes"] == "list note"


def test_calls_without_answers_put_records_to_others_send_them_and_list_by_paging():
    meaning = infer_meaning(
        tools(
            create_card={"board_id": TEXT, "name": TEXT},
            get_card={"card_id": TEXT},
            get_card_history={"card_id": TEXT},
            list_boards={"limit": WHOLE},
            set_active_board={"board_id": TEXT},
            add_member_to_card={"card_id": TEXT, "member_id": TEXT},
            add_card_to_board={"board_id": TEXT, "name": TEXT},
            add_to_watchlist={"card": TEXT},
            post_message={"board_id": TEXT, "text": TEXT},
            retrieve_comment={"card_id": TEXT, "page": WHOLE, "limit": WHOLE},
        )
    )
    assert effects(meaning) == {
        "create_card": "create card",
        "get_card": "get card",
        "list_boards": "list board",
        "add_member_to_card": "add_member card",
        "add_card_to_board": "create card",
        "add_to_watchlist": "mark card",
        "post_message": "send message",
        "retrieve_comment": "list comment",
    }
    assert "list_boards" in {tool.operation.operation_id for tool in meaning.tools}


def test_posted_paths_that_end_in_verbs_are_calls_and_what_all_of_them_take_is_the_callers():
    def call(path: str, response: dict, /, **given: dict) -> object:
        return operation("POST", path, request=record(key=TEXT, **given), response=response)

    api = document(
        call("/orders/list.json", many("Order")),
        call("/orders/info.json", ref("Order"), id=TEXT),
        call("/orders/add.json", ref("Order"), note=TEXT),
        call("/orders/delete.json", ref("Order"), id=TEXT),
        call("/orders/render.json", record(text=TEXT), id=TEXT),
        Order=record(id=TEXT, note=TEXT, total=WHOLE),
    )
    assert effects(infer_meaning(api)) == {
        "POST /orders/list.json": "list order",
        "POST /orders/info.json": "get order",
        "POST /orders/add.json": "create order",
        "POST /orders/delete.json": "delete order",
    }


def test_an_answer_that_maps_keys_to_records_lists_them_and_one_of_keys_alone_is_not_bound():
    card = record(holder=TEXT, expires=TEXT, balance=WHOLE)
    listed = [
        {"name": "register_card", "parameters": record(holder=TEXT), "response": record(card_id=TEXT)},
        {"name": "get_all_cards", "parameters": record(), "response": record(card_list=card)},
        {"name": "get_card_details", "parameters": record(card_id=TEXT), "response": card},
        {"name": "get_active_cards", "parameters": record(), "response": record(ids={"type": "array", "items": TEXT})},
    ]
    meaning = infer_meaning(read_document(json.dumps(listed).encode(), name="tools.json"))
    assert keys(meaning) == {"card": "card_id"}
    assert {each.operation_id: each.wire for each in meaning.envelopes} == {"get_all_cards": "card_list", "get_active_cards": "ids"}
    assert effects(meaning)["get_all_cards"] == effects(meaning)["get_active_cards"] == "list card"
    assert "get_active_cards" not in {tool.operation.operation_id for tool in meaning.tools}


def test_records_that_a_call_answers_by_the_name_of_the_thing_need_no_key():
    moves = {"type": "array", "items": record(amount=WHOLE, kind=TEXT)}
    plain = [operation("CALL", "", name="get_me"), operation("CALL", "", name="list_users", response=many("User"))]
    history = operation("CALL", "", name="get_transaction_history", response=record(transaction_history=moves))
    found = infer_meaning(document(*plain, history, User=record(("id",), id=TEXT, name=TEXT)))
    assert keys(found) == {"transaction": "", "user": "id"}
    assert effects(found) == {"get_me": "get user", "list_users": "list user", "get_transaction_history": "list transaction"}
