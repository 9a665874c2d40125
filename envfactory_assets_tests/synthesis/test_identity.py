"""What tells that there is a record type, which records are one, and which property names one."""

import pytest

from envfactory_assets.corpus.document import ApiDocument, Operation, Parameter
from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets.synthesis.stems import Stems
from envfactory_assets_tests.synthesis.documents import TEXT, WHOLE, bookshop, document, many, operation, record, ref, written


def keys(api: ApiDocument) -> dict[str, str]:
    return {entity.thing: entity.key.wire for entity in infer_meaning(api).entities}


def test_what_is_asked_by_something_else_is_no_record_type_unless_it_is_listed_made_or_changed():
    report = record(risk=TEXT, score=WHOLE)
    look_up = operation("GET", "/reputations/{phoneNumber}", response=report)
    assert set(keys(bookshop(look_up))) == {"customer", "order"}
    listed = operation("GET", "/reputations", response={"type": "array", "items": report})
    assert keys(bookshop(look_up, listed))["reputation"] == "phoneNumber"
    changed = operation("PUT", "/reputations/{phoneNumber}", request=report)
    assert keys(bookshop(look_up, changed))["reputation"] == "phoneNumber"


@pytest.mark.parametrize("parameter", ["reputationCode", "id", "reputation", "pid", "isbn"])
def test_a_parameter_called_after_the_thing_or_nothing_but_a_key_names_its_record(parameter):
    path = f"/reputations/{{{parameter}}}"
    assert keys(bookshop(operation("GET", path, response=record(risk=TEXT, score=WHOLE))))["reputation"] == parameter


def test_what_one_record_tells_of_another_is_not_a_record_type_by_that_key():
    status = record(state=TEXT, batch_id=TEXT)
    assert set(keys(bookshop(operation("GET", "/orders/{id}/progress", response=status)))) == {"customer", "order"}


def test_people_under_other_words_are_the_people_that_their_schema_is_called_after():
    user = record(("id",), id=TEXT, name=TEXT, email=TEXT)
    api = document(
        operation("GET", "/users/{userId}", response=ref("User")),
        operation("GET", "/me/followers", response=many("User")),
        operation("GET", "/me/followers/{followerId}", response=ref("User")),
        User=user,
    )
    assert keys(api) == {"user": "id"}


def test_a_record_written_out_is_the_one_that_another_answer_shows_under_its_name():
    properties = {"id": TEXT} | {f"fact_{number}": TEXT for number in range(8)}
    written_out = operation("GET", "/tracks/{trackId}/fans/{fanId}", response=record(**properties))
    named = operation("GET", "/users/{userId}", response=ref("User"))
    tracks = operation("GET", "/tracks/{trackId}", response=record(id=TEXT, title=TEXT))
    assert set(keys(document(named, tracks, written_out, User=record(**properties)))) == {"user", "track"}


def test_a_record_is_not_taken_for_what_its_schema_only_begins_with():
    form, request = record(("id",), id=TEXT, name=TEXT), record(("id",), id=TEXT, asked=TEXT)
    api = document(
        operation("GET", "/forms/{formId}", response=ref("Form")),
        operation("GET", "/data_requests/{dataRequestId}", response=ref("FormDataRequest")),
        Form=form,
        FormDataRequest=request,
    )
    assert set(keys(api)) == {"form", "data_request"}


def test_the_record_s_own_key_comes_before_what_its_lists_are_asked_by():
    game = record(GameID=WHOLE, Season=WHOLE, Name=TEXT)
    assert keys(document(operation("GET", "/games/{season}", response={"type": "array", "items": game}))) == {"game": "GameID"}


def test_nouns_of_schemas_are_told_without_what_the_document_puts_around_them():
    stems = Stems(["AreaJO", "PriceJO", "CategoryJO", "Point"])
    assert [stems.of(name) for name in ("AreaJO", "Point")] == ["area", "point"]
    kept = Stems(["Order", "SalesOrder", "PurchaseOrder", "ReturnOrder"])
    assert kept.of("SalesOrder") == "sales_order"  # an order is a thing itself


def test_a_path_may_say_by_which_key_a_record_is_asked():
    place = record(("id",), id=TEXT, name=TEXT)
    api = document(
        operation("GET", "/places/{placeId}", response=ref("Place")),
        operation("GET", "/places/by-name/{placeName}", response=ref("Place")),
        operation("GET", "/places/slug/{placeSlug}", response=ref("Place")),
        operation("GET", "/places/id_for/{shortName}", response=record(id=TEXT)),
        Place=place,
    )
    assert keys(api) == {"place": "id"}


def test_a_service_without_bodies_tells_its_records_by_what_is_sent_beside_the_path():
    api = document(
        operation("GET", "/tasks/"),
        operation("POST", "/tasks/", query={"title": TEXT, "due_date": TEXT, "assignee_user_id": TEXT}),
        operation("GET", "/tasks/info", query={"id": TEXT}),
    )
    assert keys(api) == {"task": ""}  # nothing is required, so nothing names one
    asked = api.operations[2].parameters[0].model_copy(update={"required": True})
    named = api.operations[2].model_copy(update={"parameters": (asked,)})
    assert keys(api.model_copy(update={"operations": (*api.operations[:2], named)})) == {"task": "id"}


def test_the_children_of_a_record_are_records_of_its_type():
    block = record(("id",), id=TEXT, text=TEXT)
    children = operation("GET", "/blocks/{blockId}/children", response=many("Block"))
    assert keys(document(operation("GET", "/blocks/{blockId}", response=ref("Block")), children, Block=block)) == {"block": "id"}


def test_what_is_only_listed_is_told_by_its_code():
    currency = record(code=TEXT, name=TEXT)
    api = bookshop(operation("GET", "/currencies", response=many("Currency")), Currency=currency)
    assert keys(api)["currency"] == "code"
    assert "currency" not in keys(bookshop(operation("GET", "/currencies", response=many("Rate")), Rate=currency))


def test_a_plain_id_of_a_path_is_not_the_id_of_another_record():
    model = record(vendor_id=TEXT, name=TEXT)
    api = bookshop(
        operation("GET", "/models/{id}", response=model), operation("GET", "/models", response={"type": "array", "items": model})
    )
    assert keys(api)["model"] == "id"


def test_names_written_together_are_the_same_as_names_written_apart():
    product = record(("id",), id=TEXT, name=TEXT, productGroupId=TEXT)
    api = document(
        operation("GET", "/productgroups/{id}", response=record(("id",), id=TEXT, name=TEXT)),
        operation("GET", "/products/{id}", response=product),
    )
    assert [(link.entity, link.wire, link.target) for link in infer_meaning(api).links] == [("product", "productGroupId", "productgroup")]


def test_what_is_posted_to_ask_for_records_of_another_thing_lists_them():
    message = record(("id",), id=TEXT, text=TEXT, status=TEXT)
    api = document(
        operation("GET", "/messages/{messageId}", response=ref("Message")),
        operation("POST", "/inbox", request=record(since=TEXT, page=WHOLE), response=many("Message")),
        Message=message,
    )
    assert keys(api) == {"message": "id"}
    assert {(effect.family, effect.entity) for effect in infer_meaning(api).effects} == {("get", "message"), ("list", "message")}


def test_what_is_listed_by_its_keys_alone_is_a_record_type_when_paths_go_on_from_it():
    listed = operation("GET", "/accounts", response=record(accounts={"type": "array", "items": TEXT}))
    assert keys(bookshop(listed)).get("account") is None
    orders = operation("GET", "/accounts/{account}/orders", response=many("Order"))
    assert keys(bookshop(listed, orders))["account"] == "account"


def test_a_key_that_every_path_takes_comes_before_an_id_that_none_takes():
    element = record(Id=TEXT, WebId=TEXT, Name=TEXT)
    assert keys(document(operation("GET", "/elements/{webId}", response=element))) == {"element": "WebId"}


def test_what_is_only_listed_is_told_by_what_tells_most_other_records():
    named = {thing: record(name=TEXT, label=TEXT) for thing in ("Room", "Floor", "Anomaly")}
    items = [operation("GET", f"/{thing}s/{{name}}", response=ref(thing.title())) for thing in ("room", "floor")]
    listed = operation("GET", "/rooms/{parent}/anomalies", response=record(anomalies=many("Anomaly")))
    assert keys(document(*items, listed, **named)) == {"room": "name", "floor": "name", "anomaly": "name"}
    others = [operation("GET", f"/{thing}s/{{id}}", response=record(id=TEXT, label=TEXT)) for thing in ("room", "floor")]
    assert keys(document(*others, listed, **named)) == {"room": "id", "floor": "id", "anomaly": ""}


def test_a_list_that_may_hold_one_of_several_forms_holds_the_one_that_says_most():
    either = {"anyOf": [many("Reference"), {"type": "array", "items": {"type": "object"}}]}
    listed = operation("GET", "/references", response=record(data=either))
    assert keys(document(listed, Reference=record(id=TEXT, title=TEXT))) == {"reference": "id"}


def test_the_form_in_which_a_path_answers_is_no_part_of_what_it_names():
    order = operation("GET", "/pictures/{id}.{format}", response=record(id=TEXT, title=TEXT))
    assert keys(document(order)) == {"picture": "id"}


def test_a_tool_that_is_told_one_key_reads_the_record_of_its_own_name():
    def tool(name: str, argument: str) -> Operation:
        given = Parameter(name=argument, place="body", required=True, schema_=TEXT, pointer=f"/tools/{name}/{argument}")
        return Operation(operation_id=name, method="CALL", path="", pointer=f"/tools/{name}", parameters=(given,))

    tools = (tool("get_puzzle", "titleSlug"), tool("list_puzzle_answers", "titleSlug"), tool("get_puzzle_answer", "topicId"))
    assert keys(document(*tools)) == {"puzzle": "titleSlug", "puzzle_answer": "topicId"}


def test_records_belong_to_the_type_that_their_schema_and_its_own_key_are_called_after_whatever_paths_are_called():
    player = record(PlayerID=WHOLE, Name=TEXT, Age=WHOLE)
    paths = [operation("GET", path, response=many("Player")) for path in ("/FreeAgents", "/Starters")]
    assert keys(document(*paths, Player=player)) == {"player": "PlayerID"}


def test_what_a_path_qualifies_by_a_season_lists_and_names_no_record():
    weeks = operation("GET", "/byes/{season}", response={"type": "array", "items": record(season=WHOLE, week=WHOLE)})
    (tool,) = (each for each in infer_meaning(bookshop(weeks)).unused if each.pointer == weeks.pointer)
    assert tool.reason == "the record has no identifier"


def test_one_noun_below_several_records_is_one_record_type_whatever_is_shown_of_it():
    api = bookshop(
        operation("GET", "/orders/{id}/notes", response={"type": "array", "items": record(id=TEXT, text=TEXT)}),
        operation("GET", "/customers/{id}/notes", response={"type": "array", "items": record(id=TEXT, body=TEXT, author=TEXT, at=TEXT)}),
    )
    assert set(keys(api)) == {"customer", "note", "order"}


def test_what_stands_below_the_key_of_a_record_and_names_nothing_is_no_key_of_it():
    shown = record(id=TEXT, text=TEXT)
    pods = (operation("GET", "/pods", response={"type": "array", "items": shown}), operation("GET", "/pods/{podId}", response=shown))
    meaning = infer_meaning(bookshop(*pods, operation("DELETE", "/pods/{podId}/{startDate}"), operation("DELETE", "/pods/{podId}")))
    assert {e.operation_id: e.family for e in meaning.effects if e.entity == "pod"} == {
        "GET /pods": "list",
        "GET /pods/{podId}": "get",
        "DELETE /pods/{podId}": "delete",
    }


@pytest.mark.parametrize("end", [".{content_type}", "{mediaTypeExtension}", ".{format}"])
def test_a_parameter_for_the_form_of_answers_is_no_part_of_a_path(end: str):
    shown = record(id=TEXT, text=TEXT)
    api = document(
        operation("GET", f"/profiles{end}", response={"type": "array", "items": shown}),
        operation("GET", f"/profiles/{{id}}{end}", response=shown),
        operation("POST", f"/profiles/{{id}}/archive{end}", response=shown),
    )
    assert [f"{e.word} {e.entity}" for e in infer_meaning(api).effects] == ["list profile", "get profile", "transition:archive profile"]


def rules(before: str, **shown: dict[str, object]) -> tuple[Operation, ...]:
    one = record(id=TEXT, **shown)
    return (
        operation("GET", f"/{before}/rules", response={"type": "array", "items": one}),
        operation("POST", f"/{before}/rules", request=record(**shown), response=one),
        operation("DELETE", f"/{before}/rules/{{id}}"),
    )


def test_collections_of_one_noun_behind_several_words_are_several_record_types():
    said = {e.operation_id: e.entity for e in infer_meaning(bookshop(*rules("fax", number=TEXT), *rules("sms", text=TEXT))).effects}
    assert {said["GET /fax/rules"], said["POST /fax/rules"], said["DELETE /fax/rules/{id}"]} == {"rule"}
    assert {said["GET /sms/rules"], said["POST /sms/rules"], said["DELETE /sms/rules/{id}"]} == {"sms_rule"}


@pytest.mark.parametrize("before", ["public", "v2", "me"])
def test_words_that_say_for_whom_a_path_is_make_no_further_record_type(before: str):
    assert set(keys(bookshop(*rules("fax", text=TEXT), *rules(before, text=TEXT)))) == {"customer", "order", "rule"}


def test_collections_that_show_one_schema_are_one_record_type_behind_any_word():
    listed = [operation("GET", f"/{before}/parcels", response=many("Parcel")) for before in ("in", "out")]
    read = [operation("GET", f"/{before}/parcels/{{id}}", response=ref("Parcel")) for before in ("in", "out")]
    assert set(keys(document(*listed, *read, Parcel=record(id=TEXT, weight=WHOLE)))) == {"parcel"}


def test_what_is_answered_whatever_is_asked_is_nobody_s_record():
    outcome = record(error_code=WHOLE, message=TEXT, response={"type": "object"})
    api = document(*(operation("GET", f"/{things}/{{id}}", response=outcome) for things in ("pads", "groups", "vendors", "reports")))
    assert {e.operation_id: e.entity for e in infer_meaning(api).effects if e.entity != noun_of(e.operation_id)} == {}


def noun_of(operation_id: str) -> str:
    return operation_id.split("/")[1].removesuffix("s")


def test_a_verb_of_another_collection_changes_nothing_that_is_made_in_the_first():
    slot = record(("id", "title"), id=TEXT, title=TEXT, room_id=TEXT)
    paths = ("/rooms/slots/{id}", "/tables/slots/{id}")
    more = [operation("PUT", path, request=record((), title=TEXT), response=ref("Slot")) for path in paths]
    api = bookshop(
        operation("GET", "/rooms/{room_id}/slots", response={"type": "array", "items": ref("Slot")}),
        operation("POST", "/rooms/{room_id}/slots", request=record(("title",), title=TEXT), response=ref("Slot")),
        operation("GET", "/rooms/slots/{id}", response=ref("Slot")),
        *more,
        Slot=slot,
    )
    changed = {tool.operation.path for tool in infer_meaning(api).tools if tool.family == "update" and tool.entity.thing == "slot"}
    assert changed == {"/rooms/slots/{id}"}


def test_what_tells_which_version_of_a_record_is_meant_is_no_part_of_it():
    api = bookshop(operation("PUT", "/orders/{id}", request=record(("orderVersionAtTimestamp",), orderVersionAtTimestamp=TEXT, title=TEXT)))
    [order] = [entity for entity in infer_meaning(api).entities if entity.thing == "order"]
    assert all("version" not in field.name for field in order.fields)


def test_a_path_that_also_takes_the_key_of_another_record_keeps_its_own():
    _, _, spec = written(
        document(
            operation("GET", "/inboxes", response={"type": "array", "items": ref("Inbox")}),
            operation("GET", "/inboxes/{inbox_id}", response=ref("Inbox")),
            operation("POST", "/inboxes", request=record(("name",), name=TEXT), response=ref("Inbox")),
            operation("GET", "/inboxes/{inbox_id}/letters", response={"type": "array", "items": ref("Letter")}),
            operation("DELETE", "/letters/{letter_id}", name="delete_letter"),
            operation("PATCH", "/letters/{inbox_id}", request=record((), name=TEXT), name="send_letters"),
            Inbox=record(("id", "name"), id=TEXT, name=TEXT),
            Letter=record(("id", "subject"), id=TEXT, subject=TEXT, inbox=TEXT),
        )
    )
    [deletion] = [effect for tool in spec.tools for effect in tool.effects if effect.family == "delete"]
    assert deletion.entity == "Letter"


def test_an_answer_of_a_key_alone_does_not_tell_what_was_made():
    _, _, spec = written(
        document(
            operation("GET", "/boxes/{box_id}", response=ref("Box")),
            operation("GET", "/boxes", response={"type": "array", "items": ref("Box")}),
            operation("POST", "/boxes/{box_id}/runs", request=record((), open=TEXT), response=ref("Made")),
            operation("GET", "/runs/{id}/json", response=ref("RunInspect"), name="inspectRun"),
            operation("POST", "/bakings", request=record((), open=TEXT), response=ref("Made")),
            Box=record(("id", "name"), id=TEXT, name=TEXT),
            RunInspect=record(("id",), id=TEXT, open=TEXT, box_id=TEXT),
            Made=record(("id",), id=TEXT),
        )
    )
    [made] = [tool for tool in spec.tools if tool.effects[0].family == "create"]
    assert made.pointer == "/paths/~1boxes~1{box_id}~1runs/post"
