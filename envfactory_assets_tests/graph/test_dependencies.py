"""Dependencies that names of fields alone do not show: inside records, after another write, on keys that are yet to be."""

import pytest

from envfactory_assets.graph import sample_chains
from envfactory_assets.records import Chain, Rejection
from envfactory_assets_tests.graph.conftest import NOW, built
from envfactory_assets_tests.graph.labels import labels

SHOP = '''
"""A shop."""

from datetime import date
from typing import Literal

from envfactory_assets.environments import Entity, Environment, Key, Part, Ref, Table, tool
from envfactory_assets.environments.effects import transition
from envfactory_assets.environments.fields import Text


class Shelf(Part):
    """Where things are kept."""

    id: int
    place: Text


class Product(Entity):
    """Something for sale."""

    id: Key
    name: Text
    note: Text
    shelves: list[Shelf]


class Tag(Entity):
    """A word for orders."""

    word: Key
    color: Text


class OrderLine(Part):
    """A product of an order."""

    number: Ref[Product]
    quantity: int


class Order(Entity):
    """What was bought at once."""

    id: Key
    lines: list[OrderLine]
    shelves: list[Shelf]
    tags: list[Ref[Tag]]
    status: Literal["open", "packed"]
    weight: int
    packed_by: date


class Shop(Environment):
    """Products, tags and orders."""

    products: Table[Product]
    tags: Table[Tag]
    orders: Table[Order]

    @tool(effect="list")
    def list_orders(self, tag: Ref[Tag] | None = None) -> list[Order]:
        """All orders."""
        return [order for order in self.orders if tag is None or tag in order.tags]

    @tool(effect="get")
    def get_product(self, product_id: Ref[Product]) -> Product:
        """One product."""
        return self.products.get(product_id)

    @tool(effect="create")
    def create_tag(self, word: Text, color: Text) -> Tag:
        """A new word."""
        return self.tags.add(word=word, color=color)

    @tool(effect="get")
    def get_tag(self, word: Ref[Tag]) -> Tag:
        """One tag."""
        return self.tags.get(word)

    @tool(effect="create")
    def place_order(self, weight: int, packed_by: date, lines: list[OrderLine] = [], shelves: list[Shelf] = []) -> Order:
        """A new order."""
        return self.orders.add(lines=lines, shelves=shelves, weight=weight, packed_by=packed_by, tags=[], status="open")

    @tool(effect=transition(field="status", sources=["open"], target="packed"))
    def pack_order(self, order_id: Ref[Order]) -> Order:
        """Pack an order."""
        return self.orders.transition(self.orders.get(order_id), "packed")

    @tool(effect=transition(field="status", sources=["packed"], target="open"))
    def unpack_order(self, order_id: Ref[Order]) -> Order:
        """Unpack an order."""
        return self.orders.transition(self.orders.get(order_id), "open")

    @tool(effect="update")
    def weigh_order(self, order_id: Ref[Order], weight: int) -> Order:
        """Set the weight of an order."""
        return self.orders.replace(self.orders.get(order_id), weight=weight)
'''


@pytest.fixture(scope="module")
def shop():
    products = [{"id": f"P{n}", "name": f"Thing {n}", "note": "good", "shelves": [{"id": n, "place": "cellar"}]} for n in range(1, 5)]
    tags = [{"word": word, "color": "red"} for word in ("gift", "urgent", "large")]
    orders = [
        {
            "id": f"O{n}",
            "lines": [{"number": f"P{n}", "quantity": n}],
            "shelves": [{"id": 9, "place": "attic"}],
            "tags": [("gift", "urgent", "large")[n % 3]],
            "status": "open",
            "weight": n,
            "packed_by": f"2026-06-0{n}",
        }
        for n in range(1, 5)
    ]
    state = {"now": NOW, "me": None, "counters": {}, "tables": {"products": products, "tags": tags, "orders": orders}}
    return built("shop", SHOP, [state])


def edges(shop):
    return {
        (edge.from_tool.partition(".")[2], edge.output_path, edge.to_tool.partition(".")[2], edge.parameter): edge for edge in shop.edges
    }


def test_a_key_inside_what_a_record_holds_is_followed(shop):
    assert ("list_orders", "[*].lines[*].number", "get_product", "product_id") in edges(shop)
    assert ("pack_order", "lines[*].number", "get_product", "product_id") in edges(shop)


def test_a_filter_on_a_list_of_references_takes_a_key(shop):
    assert ("create_tag", "word", "list_orders", "tag") not in edges(shop)
    assert ("pack_order", "tags[*]", "list_orders", "tag") in edges(shop)


def test_the_key_of_a_record_that_is_yet_to_be_made_is_said_and_not_looked_up(shop):
    assert not any(target == "create_tag" for _, _, target, _ in edges(shop))
    assert not any("create_tag:word" in row.subject.split("-> ")[-1] for row in shop.rejections)


def test_a_listed_key_is_carried_past_the_write_that_lets_it_be_taken(shop):
    edge = edges(shop)["list_orders", "[*].id", "unpack_order", "order_id"]
    assert edge.evidence["between"]["tool"] == "pack_order"


def test_a_new_record_is_carried_past_the_write_that_lets_it_be_taken(shop):
    edge = edges(shop)["place_order", "id", "unpack_order", "order_id"]
    assert edge.evidence["between"]["tool"] == "pack_order"


def test_parts_with_keys_that_several_kinds_of_records_hold_are_carried_from_one_to_another(shop):
    assert edges(shop)["get_product", "shelves[*]", "place_order", "shelves"].kind == "produces_value"
    assert not any(parameter == "lines" for *_, parameter in edges(shop))  # lines are of one order alone
    chains = sample_chains(shop.environment, shop.nodes, shop.edges, shop.scenarios, count=40, seed=7, sampler="coverage").of(Chain)
    taken = {(item.output_path, item.parameter) for chain in chains for item in chain.providers if item.kind == "tool"}
    assert ("[*].shelves[*]", "shelves") in taken


def test_what_a_person_says_is_not_copied_from_another_record(shop):
    assert not any(parameter == "weight" for *_, parameter in edges(shop))


def test_a_new_record_has_amounts_and_dates_of_its_own(shop):
    assert not any(to_tool == "place_order" and parameter in {"weight", "packed_by"} for _, _, to_tool, parameter in edges(shop))


def test_a_chain_carries_where_it_ran_and_with_what(shop):
    made = sample_chains(shop.environment, shop.nodes, shop.edges, shop.scenarios, count=10, seed=7).of(Chain)
    assert made
    for chain in made:
        (bound,) = chain.rehearsals
        assert bound["scenario_ids"] == [shop.scenarios[0].scenario_id]
        assert len(bound["arguments"]) == len(chain.steps)
    packed = [chain for chain in made if any(step.tool == "unpack_order" for step in chain.steps)]
    assert all([s.tool for s in chain.steps].index("pack_order") < [s.tool for s in chain.steps].index("unpack_order") for chain in packed)


def test_an_environment_that_keys_lead_round_in_a_circle_is_refused_with_a_reason(shop):
    closed = [node for node in shop.nodes if node.name not in {"list_orders", "place_order", "create_tag"}]
    names = {node.tool_id for node in closed}
    left = [edge for edge in shop.edges if {edge.from_tool, edge.to_tool} <= names]
    made = sample_chains(shop.environment, closed, left, shop.scenarios, count=10, seed=7)
    assert not made.of(Chain)
    reasons = {row.reason for row in made.of(Rejection)}
    assert "the key that a required parameter takes is only given by tools that need keys nothing gives first" in reasons


def test_labels_made_by_hand_name_ten_environments():
    assert len(labels()) == 10
    assert all(each.values for each in labels().values())
