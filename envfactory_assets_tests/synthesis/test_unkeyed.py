"""Record types of which nothing names one record, keys that only paths or other calls tell, and what calls without answers speak of."""

import json

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.corpus.formats.reading import read_document
from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, WHOLE, bookshop, document, many, operation, record, ref
from envfactory_assets_tests.synthesis.understood import effects, filters, keys, links


def tools(**arguments: dict) -> ApiDocument:
    required = {name: [key for key in given if key.endswith("Id")] for name, given in arguments.items()}
    listed = [{"name": n, "inputSchema": {"type": "object", "properties": g, "required": required[n]}} for n, g in arguments.items()]
    return read_document(json.dumps({"tools": listed}).encode(), name="tools.json")


def told_by(api: ApiDocument, thing: str) -> str | None:
    return keys(infer_meaning(api)).get(thing)


def listing(path: str, name: str, **shown: dict) -> ApiDocument:
    """Orders and customers told by their keys, and a path that lists records of a schema."""
    keyed = [operation("GET", f"/{thing}s/{{id}}", response=ref(thing.title())) for thing in ("order", "customer")]
    plain = record(id=TEXT, note=TEXT)
    return document(*keyed, operation("GET", path, response=many(name)), Order=plain, Customer=plain, **{name: record(**shown)})


def test_what_a_path_lists_is_a_record_type_though_nothing_tells_its_records_apart():
    assert told_by(listing("/visits", "Visit", ip=TEXT, page=TEXT), "visit") == ""
    assert told_by(listing("/stats/visits", "Visit", ip=TEXT, page=TEXT), "visit") is None


def test_what_is_only_listed_is_told_by_the_first_id_that_is_no_other_things():
    assert told_by(listing("/checks", "Check", scan_id=TEXT, shelf=TEXT), "check") == "scan_id"
    assert told_by(listing("/checks", "Check", order_id=TEXT, shelf=TEXT), "check") == ""


def test_a_list_without_a_described_answer_is_believed_where_none_is_described():
    assert told_by(document(operation("GET", "/coupons")), "coupon") == ""
    assert told_by(document(operation("GET", "/coupons", query={"coupon_code": TEXT})), "coupon") == "coupon_code"
    assert told_by(document(operation("GET", "/logs"), operation("GET", "/coupons")), "log") is None
    shown = [operation("GET", f"/{things}", response=many("Coupon")) for things in ("coupons", "vouchers")]
    assert told_by(document(*shown, operation("GET", "/exports"), Coupon=record(id=TEXT, text=TEXT)), "export") is None


def test_settings_that_are_read_and_changed_without_a_key_are_one_record():
    settings = record(theme=TEXT, digest=FLAG)
    api = bookshop(operation("GET", "/me/settings", response=settings), operation("PATCH", "/me/settings", request=settings))
    found = effects(infer_meaning(api))
    assert (found["GET /me/settings"], found["PATCH /me/settings"]) == ("get setting", "update setting")


def test_what_is_only_made_is_a_record_type_where_nothing_stands_around_it():
    sent = record(url=TEXT, event=TEXT)
    assert told_by(bookshop(operation("POST", "/webhooks", request=sent)), "webhook") == ""
    assert told_by(bookshop(operation("POST", "/orders/{orderId}/hooks", request=sent)), "hook") is None


def test_of_two_keys_the_one_that_paths_take_tells_a_record():
    board = record(id=TEXT, uid=TEXT, title=TEXT)
    api = document(operation("GET", "/boards/{board_uid}", response=board), operation("DELETE", "/boards/{board_uid}"))
    assert told_by(api, "board") == "uid"


def test_a_text_called_after_the_thing_is_the_name_of_what_is_numbered():
    branch = record(id=WHOLE, name=TEXT, protected=FLAG)
    assert told_by(document(operation("GET", "/branches/{branch}", response=branch)), "branch") == "name"


def test_collections_of_one_noun_are_two_where_each_makes_records_of_its_own():
    api = document(
        *(operation(method, "/templates", response=ref("Template")) for method in ("GET", "POST")),
        operation("GET", "/templates/{id}", response=ref("Template")),
        *(operation(method, "/designer/templates", response=ref("DesignerTemplate")) for method in ("GET", "POST")),
        operation("GET", "/designer/templates/{id}", response=ref("DesignerTemplate")),
        Template=record(id=TEXT, pages=WHOLE),
        DesignerTemplate=record(id=TEXT, css=TEXT, html=TEXT),
    )
    assert set(keys(infer_meaning(api))) == {"template", "designer_template"}


def test_calls_that_take_many_records_at_once_do_to_each_what_they_say():
    several = {"type": "array", "items": record(("id",), id=TEXT, content=TEXT)}
    named = {"type": "array", "items": record(("id",), id=TEXT)}
    api = tools(
        create_tasks={"items": {"type": "array", "items": record(("content",), content=TEXT)}},
        get_tasks={"items": named},
        get_tasks_list={"cursor": TEXT},
        update_tasks={"items": several},
        close_tasks={"items": named},
    )
    meaning = infer_meaning(api)
    assert keys(meaning) == {"task": "id"}
    assert effects(meaning) == {
        "create_tasks": "create task",
        "get_tasks": "get task",
        "get_tasks_list": "list task",
        "update_tasks": "update task",
        "close_tasks": "transition:close task",
    }


def test_other_calls_tell_by_what_a_record_is_known():
    api = tools(
        list_calendars={},
        create_event={"calendarId": TEXT, "title": TEXT},
        get_server_info={"guildId": TEXT},
        create_category={"guildId": TEXT, "name": TEXT},
        get_forum_post={"threadId": TEXT},
        delete_forum_post={"threadId": TEXT, "reason": TEXT},
    )
    meaning = infer_meaning(api)
    assert keys(meaning)["calendar"] == "calendarId"
    assert effects(meaning)["delete_forum_post"] == "delete forum_post"
    assert {("event", "calendarId", "calendar"), ("category", "guildId", "server")} <= links(meaning)


def test_kinds_of_a_thing_that_has_a_key_are_that_thing():
    api = tools(create_text_channel={"name": TEXT}, get_forum_channels={"topic": TEXT}, delete_channel={"channelId": TEXT})
    assert keys(infer_meaning(api)) == {"channel": "channelId"}


def test_what_calls_send_is_a_message_though_they_do_not_say_so():
    api = tools(
        send={"channelId": TEXT, "message": TEXT}, reply_to_forum={"threadId": TEXT, "message": TEXT}, read_messages={"limit": WHOLE}
    )
    assert {effects(infer_meaning(api))[name] for name in ("send", "reply_to_forum")} == {"send message"}


def test_records_are_linked_to_others_of_their_type_by_what_these_are_to_them():
    build = record(build_num=WHOLE, status=TEXT, previous=record(build_num=WHOLE, status=TEXT))
    api = document(
        operation("GET", "/builds", response=many("Build")), operation("GET", "/builds/{build_num}", response=ref("Build")), Build=build
    )
    assert ("build", "previous", "build") in links(infer_meaning(api))


def test_names_of_parameters_are_read_as_services_write_them():
    home = record(
        id=TEXT,
        listPrice=WHOLE,
        bedrooms=WHOLE,
        address=record(city=TEXT, state=TEXT),
        start=TEXT,
        end=TEXT,
        area=TEXT,
        floor=record(area=WHOLE),
    )
    names = ("minprice", "maxbeds", "cities", "minarea", "q[list_price_gteq]", "time_zone", "maxHomes", "timeMin")
    query = {name: {"type": "array", "items": TEXT} if name == "cities" else WHOLE if "max" in name else TEXT for name in names}
    found = filters(infer_meaning(document(operation("GET", "/homes", query=query, response=many("Home")), Home=home)))
    assert found == {
        "minprice": ("listPrice", "ge"),
        "maxbeds": ("bedrooms", "le"),
        "cities": ("address.city", "any_of"),
        "minarea": ("floor.area", "ge"),
        "q[list_price_gteq]": ("listPrice", "ge"),
        "timeMin": ("start", "ge"),
    }


def test_a_page_is_known_by_what_says_which_part_of_a_list_it_is():
    page = record(
        limit=WHOLE,
        offset=WHOLE,
        total=WHOLE,
        method=TEXT,
        repliedAt=TEXT,
        version=TEXT,
        results={"type": "array", "items": ref("Playlist")},
    )
    api = document(
        operation("GET", "/playlists", response=page),
        operation("GET", "/playlists/{id}", response=page),
        Playlist=record(id=TEXT, title=TEXT, mood=TEXT),
    )
    [playlist] = infer_meaning(api).entities
    assert {field.wire for field in playlist.fields} == {"title", "mood"}


def test_what_is_listed_and_made_is_a_record_type_though_no_path_names_one():
    listed = listing("/visits", "Visit", ip=TEXT, page=TEXT)
    made = operation("POST", "/visits", request=ref("Visit"))
    api = listed.model_copy(update={"operations": (*listed.operations, made)})
    assert told_by(api, "visit") == ""
    assert effects(infer_meaning(api))[made.operation_id] == "create visit"


def test_a_version_before_a_key_is_no_record_type():
    shown = [
        operation(method, f"/{version}/{{name}}", response=ref("Visit")) for version in ("v1", "v2beta1") for method in ("GET", "DELETE")
    ]
    known = infer_meaning(document(*shown, Visit=record(name=TEXT, ip=TEXT)))
    assert not known.entities
    assert not known.effects
