"""The warehouse: goods are promised, fetched and moved, and places hold what their stock lines say."""

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def warehouse() -> Play:
    return Play("commerce/warehouse")


def _reserved(warehouse: Play) -> int:
    return sum(line["reserved"] for line in warehouse.rows("stock_lines"))


def test_items_are_found_by_id_however_often_they_hold_a_word(warehouse: Play) -> None:
    found = warehouse.do("search_items", query="e")["results"]
    held = [f"{item['name']}\n{item['supplier']}".casefold().count("e") for item in found]
    assert sorted(held, reverse=True) != held
    assert [item["id"] for item in found] == sorted(item["id"] for item in found)


def test_allocating_promises_goods_and_cancelling_frees_them(warehouse: Play) -> None:
    order = warehouse.rows("orders", status="open")[0]
    before = _reserved(warehouse)
    assert warehouse.do("allocate_order", order_id=order["id"])["status"] == "allocated"
    assert _reserved(warehouse) == before + sum(line["quantity"] for line in order["lines"])
    warehouse.do("cancel_order", order_id=order["id"])
    assert _reserved(warehouse) == before
    assert warehouse.refused("allocate_order", order_id=order["id"]).startswith("precondition_failed")


def test_an_order_is_allocated_wholly_or_not_at_all(warehouse: Play) -> None:
    order = warehouse.rows("orders", status="open")[0]
    known = {line["item_id"] for line in order["lines"]}
    item = next(item for item in warehouse.rows("items") if item["id"] not in known)
    warehouse.do("add_order_line", order_id=order["id"], item_id=item["id"], quantity=9999)
    before = warehouse.state
    assert item["name"] in warehouse.refused("allocate_order", order_id=order["id"])
    assert warehouse.state == before


def test_the_last_pick_makes_an_order_ready_to_ship(warehouse: Play) -> None:
    order = warehouse.rows("orders", status="open")[0]
    warehouse.do("allocate_order", order_id=order["id"])
    assert warehouse.refused("ship_order", order_id=order["id"]).startswith("precondition_failed")
    for pick in warehouse.rows("picks", order_id=order["id"]):
        warehouse.do("claim_pick", pick_id=pick["id"])
        warehouse.do("confirm_pick", pick_id=pick["id"])
    assert warehouse.do("ship_order", order_id=order["id"])["status"] == "shipped"


def test_goods_move_only_where_there_is_room(warehouse: Play) -> None:
    line = next(line for line in warehouse.rows("stock_lines") if line["on_hand"] > line["reserved"])
    places = [place for place in warehouse.rows("locations") if place["id"] != line["location_id"]]
    target = max(places, key=lambda place: place["capacity"] - place["held"])
    move = {"item_id": line["item_id"], "from_location_id": line["location_id"], "to_location_id": target["id"]}
    warehouse.do("move_stock", **move, quantity=1)
    assert warehouse.rows("locations", id=target["id"])[0]["held"] == target["held"] + 1
    assert "are free on that location" in warehouse.refused("move_stock", **move, quantity=9999)


def test_a_delivery_brings_no_more_than_was_ordered(warehouse: Play) -> None:
    delivery = warehouse.rows("deliveries", status="expected")[0]
    place = max(warehouse.rows("locations"), key=lambda place: place["capacity"] - place["held"])
    arrival = {"delivery_id": delivery["id"], "location_id": place["id"]}
    assert warehouse.do("receive_delivery", **arrival, quantity=1)["status"] == "part_received"
    assert "are outstanding" in warehouse.refused("receive_delivery", **arrival, quantity=delivery["ordered"])
