"""Relations are found where scenarios bear them out, and only there."""

from envfactory_assets.verification.relations import View, broken, relations
from envfactory_assets_tests.verification.shop import shop_spec, shop_states


def texts(states=None):
    return {relation.text for relation in relations(shop_spec(), states or shop_states())}


def test_totals_counts_bounds_and_terms_are_found():
    assert {
        "Line.amount = price * quantity",
        "Order.total = sum of amount of Lines",
        "Order.line_count = number of Lines",
        "Order.paid <= total",
        "Order.total = paid when status is paid",
        "Order.paid_at is given when status is paid",
        "Order.placed_at is past when status is open",
        "Order: always as long from placed_at to due_at",
    } <= texts()


def test_what_one_row_contradicts_is_not_found():
    states = shop_states()
    states[1]["tables"]["orders"][0]["total"] += 1
    assert "Order.total = sum of amount of Lines" not in texts(states)
    assert "Order.line_count = number of Lines" in texts(states)


def test_few_rows_bear_nothing_out():
    states = shop_states()[:1]
    for table, rows in states[0]["tables"].items():
        states[0]["tables"][table] = rows[:1]
    assert texts(states) == set()


def test_the_row_that_breaks_a_relation_is_named():
    [relation] = [each for each in relations(shop_spec(), shop_states()) if each.text == "Order.line_count = number of Lines"]
    state = shop_states()[0]
    assert broken(relation, View(shop_spec(), state)) is None
    state["tables"]["lines"].pop()
    assert broken(relation, View(shop_spec(), state))["id"] == "O3"
