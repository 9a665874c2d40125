"""What operations do to which records, read from their paths, their methods, and what they are sent and answer."""

import pytest

from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, WHOLE, bookshop, document, many, operation, record, ref
from envfactory_assets_tests.synthesis.understood import effects, keys, links

VERBS = {"send": "send", "duplicate": "copy", "move": "move", "assign": "assign", "star": "mark", "refund": "refund", "jump": None}


@pytest.mark.parametrize(("verb", "effect"), VERBS.items())
def test_a_verb_that_is_more_than_an_update_is_not_one(verb, effect):
    name = f"POST /orders/{{id}}/{verb}"
    found = effects(infer_meaning(bookshop(operation("POST", f"/orders/{{id}}/{verb}", request=record(note=TEXT)))))
    assert found.get(name) == (f"{effect} order" if effect else None)


def test_putting_a_record_into_another_is_no_creation():
    schemas = {"Group": record(("id",), id=TEXT, name=TEXT), "User": record(("id",), id=TEXT, name=TEXT, email=TEXT)}
    api = document(
        operation("GET", "/groups/{groupId}", response=ref("Group")),
        operation("GET", "/users/{userId}", response=ref("User")),
        operation("POST", "/users", request=ref("User"), response=ref("User")),
        operation("PUT", "/groups/{groupId}/users/{userId}"),
        operation("DELETE", "/groups/{groupId}/users/{userId}"),
        **schemas,
    )
    found = effects(infer_meaning(api))
    assert found["PUT /groups/{groupId}/users/{userId}"] == "add_member group"
    assert found["DELETE /groups/{groupId}/users/{userId}"] == "remove_member group"
    assert found["POST /users"] == "create user"


def test_the_record_an_answer_carries_says_whose_operation_it_is():
    api = bookshop(
        operation("GET", "/orders/overdue", response=many("Order")),
        operation("GET", "/customers/{customerId}/favourites", response=many("Order")),
        operation("GET", "/me", response=ref("Customer")),
    )
    found = effects(infer_meaning(api))
    assert found["GET /orders/overdue"] == "list order"
    assert found["GET /customers/{customerId}/favourites"] == "list order"
    assert found["GET /me"] == "get customer"


def test_what_only_works_something_out_has_no_effect():
    api = bookshop(operation("POST", "/orders/estimate", request=ref("NewOrder"), response=ref("Order")), operation("GET", "/orders/count"))
    assert not {"POST /orders/estimate", "GET /orders/count"} & effects(infer_meaning(api)).keys()


def test_a_path_of_two_keys_lists_inside_the_record_of_the_first():
    flag = record(("key",), key=TEXT, name=TEXT, archived=FLAG)
    api = document(
        operation("GET", "/projects/{projectKey}", response=ref("Project")),
        operation("GET", "/flags/{projectKey}", response={"type": "object", "properties": {"items": many("Flag")}}),
        operation("POST", "/flags/{projectKey}", request=record(name=TEXT), response=ref("Flag")),
        operation("GET", "/flags/{projectKey}/{flagKey}", response=ref("Flag")),
        Project=record(("key",), id=TEXT, key=TEXT, name=TEXT),
        Flag=flag,
    )
    meaning = infer_meaning(api)
    assert effects(meaning)["GET /flags/{projectKey}"] == "list flag"
    assert effects(meaning)["POST /flags/{projectKey}"] == "create flag"
    assert keys(meaning) == {"project": "key", "flag": "key"}
    assert ("flag", "(path)", "project") in links(meaning)


def test_what_a_message_says_is_no_key_of_a_message():
    schemas = {"Abuse": record(("id",), id=TEXT, reason=TEXT), "Message": record(("id",), id=TEXT, message=TEXT)}
    api = document(
        operation("GET", "/abuses/{abuseId}", response=ref("Abuse")),
        operation("GET", "/abuses/{abuseId}/messages", response=many("Message")),
        operation("POST", "/abuses/{abuseId}/messages", request=record(message=TEXT)),
        **schemas,
    )
    assert effects(infer_meaning(api))["POST /abuses/{abuseId}/messages"] == "create message"


def test_of_things_called_lists_the_word_is_no_verb():
    api = document(
        operation("GET", "/lists/{listId}", name="listById", response=ref("List")),
        operation("POST", "/lists", name="listCreate", request=record(name=TEXT), response=ref("List")),
        List=record(("id",), id=TEXT, name=TEXT),
    )
    assert effects(infer_meaning(api)) == {"listById": "get list", "listCreate": "create list"}


def test_taking_a_record_out_of_a_place_that_calls_it_otherwise_deletes_no_record():
    api = bookshop(operation("DELETE", "/customers/{customerId}/favourites/{order_id}"))
    favourites = operation("GET", "/customers/{customerId}/favourites", response=many("Order"))
    found = effects(infer_meaning(api.model_copy(update={"operations": (*api.operations, favourites)})))
    assert found["DELETE /customers/{customerId}/favourites/{order_id}"] == "remove_member customer"


def test_members_are_told_in_lists_by_links_and_all_at_once():
    texts = {"type": "array", "items": TEXT}
    schemas = {"Team": record(("id",), id=TEXT, name=TEXT), "User": record(("id",), id=TEXT, name=TEXT, email=TEXT)}
    api = document(
        operation("GET", "/teams/{teamId}", response=ref("Team")),
        operation("GET", "/users/{userId}", response=ref("User")),
        operation("GET", "/users", response=many("User")),
        operation("GET", "/teams/{teamId}/users", response=many("User")),
        operation("DELETE", "/teams/{teamId}/users"),
        operation("POST", "/teams/{teamId}/addFollowers", request=record(followers=texts)),
        operation("POST", "/teams/{teamId}/moderators", request=record(moderators=texts)),
        operation("POST", "/teams/{teamId}/relationships/users", request=record(data=texts)),
        **schemas,
    )
    found = effects(infer_meaning(api))
    assert found["DELETE /teams/{teamId}/users"] == "remove_member team"
    assert found["POST /teams/{teamId}/addFollowers"] == "add_member team"
    assert found["POST /teams/{teamId}/moderators"] == "add_member team"
    assert found["POST /teams/{teamId}/relationships/users"] == "add_member team"


def test_parts_of_a_collection_are_no_things_and_libraries_of_callers_delete_no_records():
    api = bookshop(
        operation("POST", "/orders/pending/{id}/cancel", response=ref("Order")),
        operation("DELETE", "/me/orders", name="removeOrders"),
        operation("DELETE", "/orders", name="deleteOrders"),
    )
    found = effects(infer_meaning(api))
    assert found["POST /orders/pending/{id}/cancel"] == "transition:cancel order"
    assert "removeOrders" not in found
    assert found["deleteOrders"] == "delete order"


def test_what_changes_of_several_things_are_answered_with_is_none_of_them():
    shown = record(name=TEXT, done=FLAG)
    things = ("room", "floor", "lift")
    made = [operation("POST", f"/{thing}s", request=ref(thing.title()), response=ref("Operation")) for thing in things]
    read = [operation("GET", f"/{thing}s/{{name}}", response=ref(thing.title())) for thing in ("operation", *things)]
    api = document(*made, *read, Operation=shown, **{thing.title(): record(name=TEXT, size=WHOLE) for thing in things})
    assert {what for name, what in effects(infer_meaning(api)).items() if name.startswith("POST")} == {
        f"create {thing}" for thing in things
    }


def test_what_is_only_got_changes_nothing_where_calls_are_not_the_rule():
    series = operation("GET", "/ScheduleSeries", response=many("Order"))
    check = operation("GET", "/orders/{id}:cancel", response=ref("Order"))
    understood = effects(infer_meaning(bookshop(series, check)))
    assert understood["GET /ScheduleSeries"] == "list order"
    assert "GET /orders/{id}:cancel" not in understood


@pytest.mark.parametrize(("verb", "effect"), [("batchCreate", "create"), ("batchDelete", "delete"), ("bulkUpdate", "update")])
def test_an_action_on_several_records_does_to_each_what_it_says(verb, effect):
    understood = effects(infer_meaning(bookshop(operation("POST", f"/orders:{verb}", request=record(requests={"type": "array"})))))
    assert understood[f"POST /orders:{verb}"] == f"{effect} order"


def test_who_leaves_a_record_need_not_be_named():
    understood = effects(infer_meaning(bookshop(operation("POST", "/orders/{id}/leave"))))
    assert understood["POST /orders/{id}/leave"] == "remove_member order"
