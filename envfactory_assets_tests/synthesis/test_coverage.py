"""What a domain has and lacks, and what is taken next."""

from dataclasses import replace

from envfactory_assets.corpus import Domain
from envfactory_assets.synthesis.coverage import FAMILIES, Offer, coverage_of, order_by_gaps

SHOP = Domain.model_validate(
    {
        "title": "Shop",
        "description": "A shop.",
        "schedule": "0 1 * * *",
        "keywords": ["order"],
        "things": {"order": {"also": ["purchase"], "links": ["customer"]}, "customer": {"also": ["buyer"]}, "cart": {}},
    }
)


def offer(name: str, *things: str, effects: tuple[str, ...] = (), links: tuple[str, ...] = (), score: float = 0.5) -> Offer:
    return Offer(name, score, things, effects, links)


def covered(*offers: Offer) -> dict[tuple[str, str], int]:
    return {(row.kind, row.name): row.resources for row in coverage_of("shop", SHOP, offers)}


def test_what_a_domain_should_have_and_lacks_is_a_row_without_resources():
    rows = coverage_of("shop", SHOP, [])
    assert {row.name for row in rows if row.kind == "thing"} == {"order", "customer", "cart"}
    assert {row.name for row in rows if row.kind == "effect"} == set(FAMILIES)
    assert {row.name for row in rows if row.kind == "link"} == {"order->customer"}
    assert all(row.expected and row.resources == 0 and row.examples == [] for row in rows)


def test_other_names_of_a_thing_and_longer_ones_count_as_the_thing():
    found = covered(offer("a", "sales_purchase", "buyer", links=("sales_purchase->buyer",)), offer("b", "order"))
    assert found["thing", "order"] == 2
    assert found["thing", "customer"] == 1
    assert found["link", "order->customer"] == 1
    assert found["thing", "cart"] == 0


def test_what_is_there_without_being_expected_is_told_apart():
    rows = {row.name: row for row in coverage_of("shop", SHOP, [offer("a", "warehouse", effects=("transition:cancel",))])}
    assert not rows["warehouse"].expected
    assert not rows["transition:cancel"].expected
    assert rows["warehouse"].examples == ["a"]


def test_the_document_that_fills_most_gaps_is_taken_first():
    assert order_by_gaps([offer("few", "order"), offer("many", "order", "customer", "cart")], SHOP) == ["many", "few"]


def test_what_the_domain_has_already_counts_less():
    offers = [
        offer("orders", "order", "customer"),
        offer("more_orders", "order", "customer", score=0.49),
        offer("carts", "cart", score=0.49),
    ]
    assert order_by_gaps(offers, SHOP) == ["orders", "carts", "more_orders"]


def test_what_acts_on_its_records_comes_before_what_only_keeps_them():
    keeps, acts = offer("keeps", "order"), replace(offer("acts", "order"), actions=("transition", "move"))
    assert order_by_gaps([keeps, acts], SHOP) == ["acts", "keeps"]
    more = replace(acts, name="acts_more", actions=("assign", "move", "transition", "transfer"))
    assert order_by_gaps([keeps, acts, more], SHOP) == ["acts_more", "acts", "keeps"]


def test_what_would_offer_too_little_to_be_promoted_comes_late():
    whole = replace(offer("whole", "order", links=("order->customer", "order->cart")), actions=("delete", "move"), filters=3)
    lacking = {
        "links": replace(whole, name="links", links=(), score=0.9),
        "filters": replace(whole, name="filters", filters=0, score=0.9),
        "actions": replace(whole, name="actions", actions=("move",), score=0.9),
    }
    for name, poorer in lacking.items():
        assert order_by_gaps([poorer, whole], SHOP) == ["whole", name]


def test_a_much_better_document_comes_first_all_the_same():
    assert order_by_gaps([offer("poor", "order", "cart", score=0.2), offer("good", "order", score=0.8)], SHOP) == ["good", "poor"]


def test_equal_documents_are_taken_in_the_order_of_their_names():
    assert order_by_gaps([offer("b", "order"), offer("a", "order"), offer("c")], SHOP)[:2] == ["a", "b"]
