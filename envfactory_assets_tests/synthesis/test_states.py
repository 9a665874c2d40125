"""States, marks and parts of records that only paths speak of."""

from typing import Any

import pytest

from envfactory_assets.corpus.document import Conditions, Parameter
from envfactory_assets.records import EnvironmentSpec
from envfactory_assets.synthesis.names import snake
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, WHOLE, bookshop, operation, record, ref, written
from envfactory_assets_tests.synthesis.test_rules import episode_of

ORDER = {"id": TEXT, "customer_id": TEXT, "title": TEXT, "total": {"type": "number"}}


def test_a_status_without_values_has_the_states_its_verbs_lead_to():
    api = bookshop(
        operation("POST", "/orders/{id}/hold"),
        operation("POST", "/orders/{id}/unhold"),
        Order=record(("id", "status"), **ORDER, status=TEXT),
    )
    _, candidate, spec = written(api)
    moves = {tool.name: tool.effects[0] for tool in spec.tools if tool.effects[0].family == "transition"}
    assert {name: effect.target for name, effect in moves.items()} == {
        "cancel_order": "cancelled",
        "hold_order": "on_hold",
        "unhold_order": "active",
    }
    assert all(tool.grounding == "assumed" for tool in spec.tools if tool.name in moves)
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
    assert order["status"] == "active"
    assert episode.call("hold_order", {"id": order["id"]}).value["status"] == "on_hold"
    assert episode.call("unhold_order", {"id": order["id"]}).value["status"] == "active"


def test_a_fresh_record_starts_in_its_first_state():
    asked = record(("customer_id",), customer_id=TEXT, title=TEXT, status={"type": "string", "enum": ["draft", "placed", "cancelled"]})
    _, _, spec = written(bookshop(NewOrder=asked))
    assert "status" not in {parameter.name for parameter in spec.tool("create_order").parameters}
    assert "status" in {parameter.name for parameter in spec.tool("update_order").parameters}


def _begins(status: dict[str, Any], /, *verbs: str, **asked: dict[str, Any]) -> str | None:
    """What the specification says that a fresh order's status is, in a shop whose paths end in some verbs; an order made is so."""
    moves = [operation("POST", f"/orders/{{id}}/{verb}") for verb in verbs]
    new = record(("title", "customer_id"), customer_id=TEXT, title=TEXT, **asked)
    _, candidate, spec = written(bookshop(*moves, Order=record(("id",), **ORDER, status=status), NewOrder=new))
    told = next(field.initial for field in spec.entity("Order").fields if field.name == "status")
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    assert episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value.get("status") == told
    return told


@pytest.mark.parametrize(
    ("values", "verbs", "expected"),
    [
        (["shipped", "draft", "cancelled"], (), "draft"),
        (["open", "queued", "cancelled"], ("open",), "queued"),
        (["Reviewed", "Cancelled", "Approved"], ("approve",), "Reviewed"),
        (["archived", "deleted"], (), None),
    ],
)
def test_a_fresh_record_starts_where_nothing_leads_to(values, verbs, expected):
    assert _begins({"type": "string", "enum": values}, *verbs) == expected


def test_a_fresh_record_starts_as_the_document_declares():
    status = {"type": "string", "enum": ["draft", "held", "cancelled"]}
    assert _begins(status | {"default": "held"}) == "held"
    assert _begins(status, status=status | {"default": "held"}) == "held"


def test_a_flag_is_set_by_one_method_and_taken_away_by_another():
    api = bookshop(
        operation("PUT", "/orders/{id}/archived"),
        operation("DELETE", "/orders/{id}/archived"),
        Order=record(("id",), **ORDER, archived={"type": "boolean"}),
    )
    _, candidate, spec = written(api)
    assert {t.name for t in spec.tools if isinstance(t.effects[0].target, bool)} == {"archive_order", "unarchive_order"}
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
    refused = episode.call("unarchive_order", {"id": order["id"]}).error
    assert refused is not None
    assert refused.code == "precondition_failed"


def test_a_path_that_ends_in_a_field_changes_that_field():
    reading = (
        operation("GET", "/rides", response={"type": "array", "items": ref("Ride")}),
        operation("POST", "/rides", request=record(("origin",), origin=TEXT), response=ref("Ride")),
        operation("PUT", "/rides/{id}/goal", request=record((), street=TEXT, town=TEXT), response=record((), street=TEXT, town=TEXT)),
    )
    api = bookshop(*reading, Ride=record(("id", "origin"), id=TEXT, origin=TEXT, goal=record((), street=TEXT, town=TEXT)))
    _, candidate, _ = written(api)
    episode = episode_of(candidate)
    ride = episode.call("create_ride", {"origin": "Harbour"}).value
    changed = episode.call("update_ride_goal", {"id": ride["id"], "goal": {"street": "High Street"}})
    assert changed.value["goal"]["street"] == "High Street"


def test_a_delete_may_name_its_record_in_the_query():
    plain = operation("DELETE", "/customers")
    asked = Parameter(name="customerId", place="query", required=True, schema_=TEXT, pointer=f"{plain.pointer}/parameters/0")
    _, candidate, spec = written(bookshop(plain.model_copy(update={"parameters": (asked,)})))
    (tool,) = [t for t in spec.tools if t.effects[0].family == "delete" and t.effects[0].entity == "Customer"]
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    assert episode.call(tool.name, {"customerId": customer["id"]}).ok
    assert not episode.call("get_customer", {"id": customer["id"]}).ok


def test_states_of_which_the_document_shows_one_are_inferred():
    shown = {"type": "string", "examples": ["on_hold"]}
    api = bookshop(operation("POST", "/orders/{id}/hold"), Order=record(("id", "status"), **ORDER, status=shown))
    _, _, spec = written(api)
    assert spec.tool("hold_order").grounding == "inferred"


def test_states_and_marks_that_only_verbs_speak_of_are_kept():
    plain = record(("id",), **ORDER)
    api = bookshop(operation("POST", "/orders/{id}/approve"), operation("PUT", "/orders/{id}/like"), Order=plain)
    _, candidate, spec = written(api)
    fields = {field.name: field for field in next(e for e in spec.entities if e.name == "Order").fields}
    assert fields["status"].enum == ("pending", "approved", "cancelled")
    assert (fields["status"].grounding, fields["liked"].grounding) == ("assumed", "inferred")
    assert fields["liked"].pointer == "/paths/~1orders~1{id}~1like/put"
    [said] = spec.tool("approve_order").groundings
    assert (said.family, said.field, said.grounding) == ("transition", "status", "assumed")
    assert said.pointer == "/paths/~1orders~1{id}~1approve/post"
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
    assert episode.call("approve_order", {"id": order["id"]}).value["status"] == "approved"
    assert episode.call("like_order", {"id": order["id"]}).value["liked"] is True
    again = episode.call("like_order", {"id": order["id"]}).error
    assert again is not None
    assert again.message == "The order is already liked."


def test_who_joins_those_who_like_a_record_likes_it():
    api = bookshop(
        operation("POST", "/orders/{id}/likes"), operation("DELETE", "/orders/{id}/likes"), operation("PUT", "/stars/orders/{id}")
    )
    _, _, spec = written(api)
    marks = {tool.name: tool.effects[0].target for tool in spec.tools if tool.effects[0].family == "mark"}
    assert marks == {"like_order": True, "unlike_order": False, "star_order": True}


@pytest.mark.parametrize(
    "parts",
    [{"request": record(("target_order_id",), target_order_id=TEXT)}, {"response": record((), approved_at=TEXT, order=ref("Order"))}],
)
def test_a_mark_on_another_record_or_one_that_needs_leave_is_none(parts):
    _, _, spec = written(bookshop(operation("POST", "/orders/{id}/follow", **parts)))
    assert all(effect.family != "mark" for tool in spec.tools for effect in tool.effects)


def test_a_record_that_is_marked_has_no_count_that_marks_leave_as_it_is():
    shown = record(("id",), **ORDER, likes_count=WHOLE, views_count=WHOLE)
    _, _, spec = written(bookshop(operation("PUT", "/orders/{id}/like"), Order=shown))
    names = {field.name for entity in spec.entities for field in entity.fields}
    assert "liked" in names
    assert "views_count" in names
    assert "likes_count" not in names


@pytest.mark.parametrize(
    ("told", "unless"),
    [
        ({"flags": {"isShown": True}}, {"is_shown": (False,)}),
        ({"states": ("placed",)}, {"status": ("draft", "shipped", "cancelled")}),
        ({"states": ("completed",)}, None),
        ({"flags": {"isOpen": True}}, None),
    ],
)
def test_a_mark_is_refused_as_its_conditions_say_and_left_out_where_no_record_shows_them(told, unless):
    shown = record(("id", "status"), **ORDER, isShown=FLAG, status={"type": "string", "enum": ["draft", "placed", "shipped", "cancelled"]})
    _, candidate, spec = written(bookshop(operation("PUT", "/orders/{id}/star", conditions=Conditions(**told)), Order=shown))
    marks = [effect.unless for tool in spec.tools for effect in tool.effects if effect.family == "mark"]
    assert marks == ([] if unless is None else [unless])
    if told.get("states") == ("placed",):
        episode = episode_of(candidate)
        customer = episode.call("create_customer", {"name": "Mara"}).value
        order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
        refused = episode.call("star_order", {"id": order["id"]}).error
        assert refused is not None
        assert refused.message == "The order is draft: this is no longer possible."


def test_a_move_starts_from_all_states_that_its_operation_does_not_refuse():
    _, _, spec = written(bookshop(operation("POST", "/orders/{id}/ship", conditions=Conditions(refused=("cancelled",)))))
    assert moves_of(spec)["ship_order"][2] == ("draft", "placed")


def test_what_the_words_of_an_operation_require_is_required():
    api = bookshop()
    asked = tuple(
        o.model_copy(update={"conditions": Conditions(required=("total",))}) if o.method == "POST" and o.path == "/orders" else o
        for o in api.operations
    )
    _, _, spec = written(api.model_copy(update={"operations": asked}))
    assert {p.name for p in spec.tool("create_order").parameters if p.required} == {"customer_id", "title", "total"}


def test_a_flag_of_two_names_is_kept_once():
    header = record(("id",), id=TEXT, is_read=FLAG)
    api = bookshop(
        operation("GET", "/orders/recent", response={"type": "array", "items": header}), Order=record(("id",), **ORDER, read=FLAG)
    )
    api.schemas["Order"]["properties"]["is_read"] = FLAG
    _, _, spec = written(api)
    names = {field.name for entity in spec.entities for field in entity.fields}
    assert names & {"read", "is_read"} == {"read"}


def test_what_the_document_answers_with_a_notice_alone_answers_no_record():
    notice = record(("ok",), ok={"type": "boolean"})
    api = bookshop(
        operation("POST", "/orders/{id}/archive", response=notice), operation("POST", "/orders/{id}/ship", response=ref("Order"))
    )
    api.schemas["Order"]["properties"]["status"]["enum"] += ["archived", "shipped"]
    _, _, spec = written(api)
    returns = {tool.name: tool.returns.entity for tool in spec.tools}
    assert returns["archive_order"] is None
    assert returns["ship_order"] == "Order"


def moves_of(spec) -> dict[str, tuple[str | None, object, tuple[str, ...]]]:
    """What each tool that moves an order leads to, by its name."""
    effects = {tool.name: tool.effects[0] for tool in spec.tools if tool.effects[0].family in {"transition", "send", "mark"}}
    return {name: (effect.field, effect.target, tuple(effect.sources)) for name, effect in effects.items()}


@pytest.mark.parametrize(("verb", "targets"), [("sendReminder", {"cancelled"}), ("sendPackedOrder", {"cancelled", "sent"})])
def test_a_verb_moves_the_record_that_it_names_by_its_state_and_not_for_an_object_of_its_own(verb, targets):
    states = {"type": "string", "enum": ["draft", "packed", "sent", "cancelled"]}
    api = bookshop(operation("POST", f"/orders/{{id}}/{verb}"), Order=record(("id", "status"), **ORDER, status=states))
    _, _, spec = written(api)
    assert {target for _, target, _ in moves_of(spec).values()} == targets


def test_a_status_that_the_document_shows_is_the_only_one_beside_its_flags():
    states = {"type": "string", "enum": ["Booked", "Kept", "Cancelled"]}
    api = bookshop(
        operation("POST", "/orders/{id}/activate"),
        operation("POST", "/orders/{id}/ignore"),
        Order=record(("id", "order_status"), **ORDER, order_status=states, enabled={"type": "boolean"}),
    )
    _, _, spec = written(api)
    moved = moves_of(spec)
    assert moved["activate_order"][:2] == ("enabled", True)
    assert {field for field, _, _ in moved.values()} == {"enabled", "order_status"}


@pytest.mark.parametrize("flag", ["user_has_liked", "userFavorite", "liked_by_me"])
def test_a_flag_that_the_record_shows_for_its_caller_is_the_mark(flag):
    api = bookshop(
        operation("POST", "/orders/{id}/like"), Order=record(("id",), **ORDER, status={"type": "string"}, **{flag: {"type": "boolean"}})
    )
    _, _, spec = written(api)
    assert moves_of(spec)["like_order"][0] == snake(flag)


def test_nobody_cancels_what_the_service_is_at_work_on():
    states = {"type": "string", "enum": ["Draft", "Generating", "CancelInProgress", "Cancelled"]}
    _, _, spec = written(bookshop(Order=record(("id", "status"), **ORDER, status=states)))
    assert moves_of(spec)["cancel_order"] == ("status", "Cancelled", ("Draft",))


@pytest.mark.parametrize(
    ("said", "sources"),
    [
        ("Cancel a pending order.", ("pending",)),
        ("Cancels an order. Only orders with the `draft` status can be cancelled.", ("draft",)),
        ("Cancel an order.", ("draft", "pending")),
        ("Cancel order batches.", ("draft", "pending")),
    ],
)
def test_a_move_starts_from_the_states_that_its_operation_names(said: str, sources: tuple[str, ...]):
    states = {"type": "string", "enum": ["draft", "pending", "cancelled"]}
    api = bookshop(Order=record(("id", "status"), **ORDER, status=states))
    told = tuple(o.model_copy(update={"description": said}) if o.path.endswith("cancel") else o for o in api.operations)
    _, _, spec = written(api.model_copy(update={"operations": told}))
    assert moves_of(spec)["cancel_order"] == ("status", "cancelled", sources)


def test_reading_beside_writing_is_a_permission_and_no_mark():
    api = bookshop(Order=record(("id",), **ORDER, read={"type": "boolean"}, write={"type": "boolean"}))
    _, _, spec = written(api)
    assert "mark" not in {effect.family for tool in spec.tools for effect in tool.effects}


def test_what_the_service_counts_starts_where_its_bounds_allow():
    api = bookshop(Order=record(("id", "copies"), **ORDER, copies={"type": "integer", "minimum": 1}), NewOrder=record((), title=TEXT))
    _, candidate, _ = written(api)
    assert episode_of(candidate).call("create_order", {"title": "Atlas"}).value["copies"] == 1


def test_a_status_whose_values_only_its_description_lists_moves_among_them():
    told = {"type": "string", "description": "The status of the order. Can be OPEN, SHIPPED or CANCELLED."}
    _, _, spec = written(bookshop(Order=record(("id", "status"), **ORDER, status=told)))
    assert moves_of(spec)["cancel_order"] == ("status", "CANCELLED", ("OPEN", "SHIPPED"))
    assert spec.tool("cancel_order").grounding == "declared"


def test_what_is_borrowed_is_lent_to_nobody_else_until_it_is_returned():
    lending = (operation("POST", "/orders/{id}/borrow"), operation("POST", "/orders/{id}/return"))
    _, candidate, spec = written(bookshop(*lending, Order=record(("id", "status"), **ORDER, status=TEXT)))
    assert {"borrow_order", "return_order"} <= set(moves_of(spec))
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
    assert episode.call("borrow_order", {"id": order["id"]}).value["status"] == "borrowed"
    assert episode.call("borrow_order", {"id": order["id"]}).error.code == "precondition_failed"
    assert episode.call("return_order", {"id": order["id"]}).value["status"] == "returned"
    assert episode.call("borrow_order", {"id": order["id"]}).value["status"] == "borrowed"


@pytest.mark.parametrize(
    ("told", "family"), [({"response": ref("Order")}, "transition"), ({"states_named": ("placed",)}, "transition"), ({}, "delete")]
)
def test_a_delete_that_is_called_a_cancellation_is_one_where_the_record_is_told_of_afterwards(told: dict[str, Any], family: str):
    api = bookshop()
    kept = [o for o in api.operations if o.path != "/orders/{id}/cancel" and o.method != "DELETE"]
    named = operation("DELETE", "/orders/{id}", name="cancelOrder", **told)
    _, _, spec = written(api.model_copy(update={"operations": (*kept, named)}))
    [effect] = [e for t in spec.tools if t.pointer == named.pointer for e in t.effects] or [None]
    assert effect is None if family == "delete" else effect is not None and effect.family == family


def test_a_verb_whose_deed_is_a_type_of_record_moves_none():
    kinds = {"type": "string", "enum": ["invoice", "cancellation"]}
    _, _, spec = written(bookshop(Order=record(("id", "type"), id=TEXT, customer_id=TEXT, title=TEXT, type=kinds, cancelled=FLAG)))
    assert all(effect.family != "transition" for tool in spec.tools for effect in tool.effects)


def test_what_is_switched_over_is_moved_nowhere():
    _, _, spec = written(bookshop(operation("PUT", "/orders/{id}/favourite", name="patchFavourite")))
    assert all(effect.family != "mark" for tool in spec.tools for effect in tool.effects)


def test_an_update_that_takes_the_whole_record_leaves_its_states_to_their_verbs():
    api = bookshop()
    spec = _updated_by(ref("Order"), api.schemas["Order"])
    [update] = [tool for tool in spec.tools if tool.effects[0].family == "update" and tool.effects[0].entity == "Order"]
    assert "status" not in {parameter.name for parameter in update.parameters}


@pytest.mark.parametrize(("verbs", "left"), [(("hide", "unhide"), True), (("hide",), False)])
def test_a_flag_that_calls_of_their_own_raise_and_lower_is_left_to_them(verbs: tuple[str, ...], left: bool):
    api = bookshop(
        *(operation("POST", f"/orders/{{id}}/{verb}", response=ref("Order")) for verb in verbs),
        operation("PUT", "/orders/{id}", request=ref("Order"), response=ref("Order")),
        Order=record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, hidden=FLAG),
    )
    spec = written(api.model_copy(update={"operations": tuple(o for o in api.operations if o.method != "PATCH")}))[2]
    [update] = [tool for tool in spec.tools if tool.effects[0].family == "update" and tool.effects[0].entity == "Order"]
    assert ("hidden" not in {parameter.name for parameter in update.parameters}) is left


def test_a_fresh_record_can_take_its_first_step():
    paid = {"type": "string", "enum": ["open", "paid", "partially_paid", "refunded"]}
    api = bookshop(operation("POST", "/orders/{id}/pay"), Order=record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, status=paid))
    _, candidate, spec = written(api)
    [pay] = [tool for tool in spec.tools if tool.effects[0].target == "paid"]
    assert pay.effects[0].sources == ("open", "partially_paid")
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
    assert episode.call(pay.name, {"id": order["id"]}).value["status"] == "paid"


@pytest.mark.parametrize(("request_body", "grounding"), [(None, "declared"), (record((), amount={"type": "number"}), "assumed")])
def test_how_far_a_record_moves_may_depend_on_what_is_sent(request_body: dict[str, Any] | None, grounding: str):
    paid = {"type": "string", "enum": ["open", "paid", "partially_paid", "refunded"]}
    pay = operation("POST", "/orders/{id}/pay", request=request_body)
    _, _, spec = written(bookshop(pay, Order=record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, status=paid)))
    assert [tool.grounding for tool in spec.tools if tool.effects[0].target == "paid"] == [grounding]


def test_the_states_of_others_that_follow_are_not_left_behind():
    sent = record((), title=TEXT, status={"type": "string", "enum": ["open", "closed"]})
    order = record(("id",), id=TEXT, customer_id=TEXT, **sent["properties"])
    assert _moved_by_updates(_updated_by(sent, order))
    assert not _moved_by_updates(_updated_by(sent, order, conditions=Conditions(others=True)))


def _moved_by_updates(spec: EnvironmentSpec) -> list[str]:
    """The tools that update a record and move it."""
    return [tool.name for tool in spec.tools if {"update", "transition"} <= {effect.family for effect in tool.effects}]


def test_a_flag_under_conditions_of_its_own_is_only_stored():
    order = record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, archived=FLAG)
    free, limited = order, order | {"properties": order["properties"] | {"archived": FLAG | {"x-said": {"limited": True}}}}
    sent = record((), title=TEXT, archived=FLAG)
    assert _moved_by_updates(_updated_by(sent, free))
    assert not _moved_by_updates(_updated_by(sent, limited))


MOMENT = {"type": ["string", "null"], "format": "date-time"}


def _updated_by(sent: dict[str, Any], order: dict[str, Any], **told: Any) -> EnvironmentSpec:
    """The bookshop where an order is changed by what is sent."""
    api = bookshop(operation("PUT", "/orders/{id}", request=sent, response=ref("Order"), **told), Order=order)
    return written(api.model_copy(update={"operations": tuple(o for o in api.operations if o.method != "PATCH")}))[2]


@pytest.mark.parametrize(
    ("moving", "telling", "told"),
    [
        ({"done": FLAG}, {"done_at": MOMENT}, {}),
        ({"completed": FLAG}, {"completedAt": MOMENT}, {"completed_at": ("completed", (True,))}),
        ({"is_active": FLAG}, {"deactivated_on": MOMENT}, {"deactivated_on": ("is_active", (False,))}),
        ({"state": {"enum": ["open", "closed"]}}, {"closed_at": MOMENT}, {"closed_at": ("state", ("closed",))}),
        (
            {"status": {"enum": ["pending", "accepted", "rejected"]}},
            {"acknowledged_at": MOMENT},
            {"acknowledged_at": ("status", ("accepted", "rejected"))},
        ),
        ({"state": {"enum": ["open", "closed"]}}, {"merged_at": MOMENT}, {}),
    ],
)
def test_what_tells_since_when_goes_with_its_state(moving: dict[str, Any], telling: dict[str, Any], told: dict[str, Any]):
    sent = record((), title=TEXT, **{name: {"type": "string"} | schema if "enum" in schema else schema for name, schema in moving.items()})
    order = record(("id",), id=TEXT, customer_id=TEXT, **sent["properties"], **telling)
    spec = _updated_by(sent, order)
    fields = next(entity.fields for entity in spec.entities if entity.name == "Order")
    assert {f.name: (f.reached, f.reached_values) for f in fields if f.reached} == told
    assert all(not field.stays for field in fields)


def _of_order(telling: dict[str, Any], **said: Any) -> EnvironmentSpec:
    """The bookshop whose orders are published, with what tells of that."""
    order = record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, public=FLAG, **telling)
    return written(bookshop(operation("POST", "/orders/{id}/publish", **said), Order=order))[2]


def test_what_a_verb_brings_about_is_stamped_with_it():
    [told] = [field for field in _of_order({"published_at": MOMENT}).entity("Order").fields if field.reached]
    assert (told.name, told.reached, told.reached_values) == ("published_at", "public", (True,))


def test_a_moment_that_nothing_stamps_is_left_out():
    spec = _of_order({"published_at": {"type": "number"}, "weight": {"type": "number"}})
    assert {"published_at", "weight"} & {field.name for field in spec.entity("Order").fields} == {"weight"}


@pytest.mark.parametrize(("again", "grounding"), [(False, "declared"), (True, "assumed")])
def test_what_is_done_again_after_every_change_is_assumed_to_be_refused(again: bool, grounding: str):
    spec = _of_order({}, conditions=Conditions(again=again))
    assert [tool.grounding for tool in spec.tools if tool.effects[0].family == "transition" and tool.effects[0].target is True] == [
        grounding
    ]


def test_what_a_request_sends_is_stamped_by_nobody():
    sent = record((), title=TEXT, completed=FLAG, completed_at=MOMENT)
    order = record(("id",), id=TEXT, customer_id=TEXT, **sent["properties"])
    spec = _updated_by(sent, order)
    assert all(field.reached is None for entity in spec.entities for field in entity.fields)


def test_what_is_made_by_a_process_is_called_off_only_while_it_is_being_made():
    states = {"type": "string", "enum": ["queued", "building", "ready", "error", "cancelled"]}
    _, _, spec = written(bookshop(Order=record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, status=states)))
    assert spec.tool("cancel_order").effects[0].sources == ("queued", "building")


@pytest.mark.parametrize(
    ("states", "told", "grounding"),
    [
        (("new", "packed", "cancelled"), (), "declared"),
        (("new", "packed", "deleting", "cancelled"), (), "assumed"),
        (("new", "packed", "deleting", "cancelled"), ("new",), "declared"),
        (("new", "packed", "cancelled"), ("unpaid",), "assumed"),
    ],
)
def test_a_move_is_assumed_where_nothing_tells_from_which_states(states: tuple[str, ...], told: tuple[str, ...], grounding: str):
    status = {"type": "string", "enum": list(states)}
    api = bookshop(Order=record(("id", "status"), **ORDER, status=status))
    calls = (o.model_copy(update={"conditions": Conditions(states=told)}) if "cancel" in o.path else o for o in api.operations)
    _, _, spec = written(api.model_copy(update={"operations": tuple(calls)}))
    assert [tool.grounding for tool in spec.tools if tool.effects[0].family == "transition"] == [grounding]


def test_a_move_that_must_be_told_a_moment_is_assumed():
    when = record(("send_at",), send_at={"type": "string", "format": "date-time"})
    states = {"type": "string", "enum": ["draft", "scheduled", "cancelled"]}
    api = bookshop(
        operation("PUT", "/orders/{id}/schedule", request=when),
        Order=record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, status=states),
    )
    _, _, spec = written(api)
    assert {t.name: t.grounding for t in spec.tools if t.effects[0].family == "transition"} == {
        "cancel_order": "declared",
        "schedule_order": "assumed",
    }


def test_what_changes_all_records_that_fit_changes_none():
    sent = record((), id=TEXT, title=TEXT)
    many = operation("PATCH", "/orders", query={"title_pattern": TEXT}, request=sent, response=ref("Order"))
    _, _, spec = written(bookshop(many))
    assert many.pointer not in {tool.pointer for tool in spec.tools}


def test_a_flag_called_a_status_tells_what_the_flag_does():
    deleted = record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, deleted_status=FLAG, deleted_time=MOMENT)
    _, _, spec = written(bookshop(operation("PUT", "/orders/{id}/recover", response=ref("Order")), Order=deleted))
    fields = {field.name: field for field in next(entity.fields for entity in spec.entities if entity.name == "Order")}
    assert fields["deleted_time"].reached == "deleted_status"
