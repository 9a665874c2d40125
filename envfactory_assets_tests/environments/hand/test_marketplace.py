"""The marketplace: offers reserve, money is held and shared out, and each side does only its own part."""

from datetime import timedelta

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def market() -> Play:
    return Play("commerce/marketplace")


def _wallet(market: Play) -> float:
    return market.do("getMyProfile")["wallet"]


def _waiting(market: Play) -> dict:
    mine = {row["id"] for row in market.rows("listings", seller_id=market.me)}
    now = market.state["now"]
    return next(row for row in market.rows("offers", status="pending") if row["listing_id"] in mine and row["expires_at"] > now)


def test_accepting_an_offer_reserves_the_thing_and_declines_the_others(market: Play) -> None:
    offer = _waiting(market)
    market.do("acceptOffer", offerId=offer["id"])
    assert market.rows("listings", id=offer["listing_id"])[0]["status"] == "reserved"
    assert not market.rows("offers", listing_id=offer["listing_id"], status="pending")
    [sale] = [row for row in market.rows("sales", listing_id=offer["listing_id"]) if row["status"] == "awaiting_payment"]
    assert sale["price"] == offer["amount"]


def test_an_offer_runs_out_by_the_clock(market: Play) -> None:
    offer = _waiting(market)
    market.episode.advance(timedelta(days=4))
    assert "ran out" in market.refused("acceptOffer", offerId=offer["id"])


def test_payment_is_held_until_the_parcel_is_confirmed(market: Play) -> None:
    before = _wallet(market)
    others = [row for row in market.rows("listings", status="active") if row["seller_id"] != market.me and row["price"] <= before]
    sale = market.do("buyNow", listingId=others[0]["id"])
    paid = market.do("payPurchase", saleId=sale["id"])
    assert paid["held"] == sale["price"]
    assert _wallet(market) == pytest.approx(before - sale["price"])
    assert market.refused("confirmReceipt", saleId=sale["id"]).startswith("precondition_failed")


def test_confirming_pays_the_seller_less_the_fee(market: Play) -> None:
    sale = market.rows("sales", buyer_id=market.me, status="shipped")[0]
    seller = market.rows("members", id=sale["seller_id"])[0]
    done = market.do("confirmReceipt", saleId=sale["id"])
    assert done["paidOut"] + done["fee"] == pytest.approx(sale["price"])
    assert market.rows("members", id=sale["seller_id"])[0]["wallet"] == pytest.approx(seller["wallet"] + done["paidOut"])


def test_a_granted_claim_gives_the_buyer_the_money_back(market: Play) -> None:
    sale = market.rows("sales", seller_id=market.me, status="disputed")[0]
    claim = market.rows("claims", sale_id=sale["id"], status="open")[0]
    buyer = market.rows("members", id=sale["buyer_id"])[0]
    market.do("grantClaim", claimId=claim["id"])
    assert market.rows("members", id=sale["buyer_id"])[0]["wallet"] == pytest.approx(buyer["wallet"] + claim["amount"])
    assert market.rows("sales", id=sale["id"])[0]["status"] == "completed"


def test_each_side_does_its_own_part(market: Play) -> None:
    bought = market.rows("sales", buyer_id=market.me)[0]
    assert market.refused("shipSale", saleId=bought["id"]).startswith("permission_denied")
    mine = market.rows("listings", seller_id=market.me, status="active")[0]
    assert "your own listing" in market.refused("buyNow", listingId=mine["id"])
