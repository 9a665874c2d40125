"""Which domain a document belongs to: never guessed."""

import pytest

from envfactory_assets.corpus import ApiDocument, Domain, Operation, domains
from envfactory_assets.corpus.assignment import assign
from envfactory_assets_tests.taking import bundled_resources


def document(title: str = "Service", paths: tuple[str, ...] = ("/things",), categories: tuple[str, ...] = ()) -> ApiDocument:
    operations = tuple(Operation(operation_id=path, method="GET", path=path, pointer=path) for path in paths)
    return ApiDocument(kind="openapi", title=title, version="1", provider="example", operations=operations, categories=categories)


def domain(*keywords: str, categories: tuple[str, ...] = ()) -> Domain:
    return Domain(title="A", description="A.", schedule="0 1 * * *", keywords=keywords, categories=categories)


SHOP, TRIPS = domain("cart", "order", "product", categories=("shopping",)), domain("flight", "hotel", "order", categories=("tourism",))
BOTH = {"shop": SHOP, "trips": TRIPS}


def test_what_is_declared_counts_before_all_else():
    assert assign(document("Carts and orders"), BOTH, "trips").domain == "trips"


def test_one_fitting_category_decides():
    found = assign(document(categories=("tourism", "unheard_of")), BOTH)
    assert (found.domain, found.how, found.words) == ("trips", "categories", ("tourism",))


def test_a_category_against_the_words_decides_nothing():
    assert assign(document("Carts, orders and products", categories=("tourism",)), BOTH).domain is None


def test_words_decide_between_two_fitting_categories():
    found = assign(document("Flights and hotels", categories=("tourism", "shopping")), BOTH)
    assert (found.domain, found.how) == ("trips", "keywords")


def test_words_decide_when_they_speak_clearly_for_one_domain():
    found = assign(document("Product orders", ("/carts", "/products/{id}")), BOTH)
    assert (found.domain, found.how, found.words) == ("shop", "keywords", ("product", "order", "cart"))
    assert found.evidence["shop"] > found.evidence["trips"]


@pytest.mark.parametrize(
    "unclear",
    [
        document(),
        document("Orders"),
        document(paths=("/carts", "/products")),
        document("Hotel products", ("/products", "/hotels", "/carts", "/flights")),
    ],
)
def test_too_little_evidence_and_too_small_a_margin_assign_nothing(unclear: ApiDocument):
    found = assign(unclear, BOTH)
    assert (found.domain, found.how) == (None, "unassigned")


def test_words_that_occur_in_few_paths_weigh_less():
    often = document(paths=tuple(f"/carts/{n}" for n in range(40)))
    seldom = document(paths=("/carts", *(f"/things/{n}" for n in range(39))))
    assert assign(often, BOTH).evidence["shop"] > assign(seldom, BOTH).evidence["shop"]


def test_without_their_folders_hardly_any_bundled_document_would_go_to_a_wrong_domain():
    found = [(assign(ApiDocument.model_validate(r.document), domains()).domain, r.domain) for r in bundled_resources()]
    wrong = [pair for pair in found if pair[0] not in {None, pair[1]}]
    right = [pair for pair in found if pair[0] == pair[1]]
    assert len(wrong) <= 0.1 * len(found)
    assert len(right) >= 5 * len(wrong)
