"""What the marketplace does, tool by tool."""

from datetime import timedelta
from decimal import Decimal

from envfactory_assets.environments.contract import at_least, at_most, cents, changed, denied, fits, made, refused, says, senseless, shows

_AWAITED = "awaiting_payment"


def search_listings(was, query, category, condition, min_price, max_price, **_):
    fitting = (x for x in was.listings if x.status == "active" and fits(x, category=category, condition=condition))
    priced = (x for x in fitting if at_least(x.price, min_price) and at_most(x.price, max_price))
    yield shows((listing for listing in priced if says(query, listing.title)), "price id")


def get_listing(was, listing_id):
    listing = was.listings[listing_id]
    yield denied(listing.status == "draft" and listing.seller_id != was.me)
    yield shows([listing])


def get_my_profile(was):
    yield shows([was.members[was.me]])


def list_my_listings(was, status, category):
    mine = (x for x in was.listings if x.seller_id == was.me and fits(x, status=status, category=category))
    yield shows(mine, "-created_at -id")


def create_listing(was, title, category, condition, price):
    yield senseless(price < 1, price > 5000)
    what = {"title": title, "category": category, "condition": condition, "price": price}
    yield made(was.listings, seller_id=was.me, **what, status="draft", created_at=was.moment)


def publish_listing(was, listing_id):
    listing = was.listings[listing_id]
    yield denied(listing.seller_id != was.me)
    yield refused(listing.status not in {"draft", "withdrawn"})
    yield changed(listing, status="active")


def withdraw_listing(was, listing_id):
    listing = was.listings[listing_id]
    yield denied(listing.seller_id != was.me)
    yield refused(listing.status not in {"draft", "active"})
    yield changed(listing, status="withdrawn")
    yield from _declined(was, listing)


def make_offer(was, listing_id, amount):
    listing = was.listings[listing_id]
    yield refused(listing.seller_id == was.me, listing.status != "active", amount * 10 < listing.price, amount >= listing.price)
    yield refused(any(offer.buyer_id == was.me for offer in _pending(was, listing)))
    what = {"listing_id": listing_id, "buyer_id": was.me, "amount": amount, "status": "pending"}
    yield made(was.offers, **what, expires_at=was.moment + timedelta(days=3), created_at=was.moment)


def list_offers(was, listing_id, status, min_amount):
    fitting = (o for o in was.offers if fits(o, listing_id=listing_id, status=status) and at_least(o.amount, min_amount))
    mine = [offer for offer in fitting if was.me in {offer.buyer_id, was.listings[offer.listing_id].seller_id}]
    yield shows(mine, "-amount id")


def accept_offer(was, offer_id):
    offer = was.offers[offer_id]
    listing = was.listings[offer.listing_id]
    yield denied(listing.seller_id != was.me)
    yield refused(offer.status != "pending", offer.expires_at <= was.moment)
    yield from _sold(was, listing, offer.buyer_id, offer.amount)
    yield changed(offer, status="accepted")


def decline_offer(was, offer_id):
    offer = was.offers[offer_id]
    yield denied(was.listings[offer.listing_id].seller_id != was.me)
    yield refused(offer.status != "pending")
    yield changed(offer, status="declined")


def buy_now(was, listing_id):
    listing = was.listings[listing_id]
    yield refused(listing.seller_id == was.me, listing.status != "active")
    yield from _sold(was, listing, was.me, listing.price)


def list_sales(was, side, status):
    own = {"buying": "buyer_id", "selling": "seller_id"}[side]
    yield shows(sale for sale in was.sales if fits(sale, **{own: was.me, "status": status}))


def pay_purchase(was, sale_id):
    sale = was.sales[sale_id]
    yield denied(sale.buyer_id != was.me)
    buyer = was.members[was.me]
    yield refused(sale.status != _AWAITED, sale.pay_by < was.moment, buyer.wallet < sale.price)
    yield changed(sale, status="paid", held=sale.price)
    yield changed(buyer, wallet=buyer.wallet - sale.price)


def call_off_sale(was, sale_id):
    sale = was.sales[sale_id]
    yield denied(sale.seller_id != was.me)
    yield refused(sale.status != _AWAITED, sale.pay_by >= was.moment)
    yield changed(sale, status="lapsed")
    yield changed(was.listings[sale.listing_id], status="active")


def ship_sale(was, sale_id):
    sale = was.sales[sale_id]
    yield denied(sale.seller_id != was.me)
    yield refused(sale.status != "paid")
    yield changed(sale, status="shipped")


def confirm_receipt(was, sale_id):
    sale = was.sales[sale_id]
    yield denied(sale.buyer_id != was.me)
    yield refused(sale.status != "shipped")
    yield from _settled(was, sale, Decimal(0))


def open_claim(was, sale_id, reason, amount):
    sale = was.sales[sale_id]
    yield denied(sale.buyer_id != was.me)
    yield senseless(amount <= 0, amount > sale.price)
    yield refused(sale.status != "shipped")
    yield changed(sale, status="disputed")
    yield made(was.claims, sale_id=sale_id, reason=reason, amount=amount, status="open", created_at=was.moment)


def grant_claim(was, claim_id):
    claim = was.claims[claim_id]
    sale = was.sales[claim.sale_id]
    yield denied(sale.seller_id != was.me)
    yield refused(claim.status != "open")
    yield changed(claim, status="settled")
    yield from _settled(was, sale, claim.amount)


def list_claims(was, status, sale_id):
    mine = {sale.id for sale in was.sales if was.me in {sale.buyer_id, sale.seller_id}}
    yield shows(claim for claim in was.claims if claim.sale_id in mine and fits(claim, status=status, sale_id=sale_id))


def _pending(was, listing):
    return [offer for offer in was.offers if offer.listing_id == listing.id and offer.status == "pending"]


def _declined(was, listing):
    for offer in _pending(was, listing):
        yield changed(offer, status="declined")


def _sold(was, listing, buyer_id, price):
    yield changed(listing, status="reserved")
    yield from _declined(was, listing)
    sides = {"listing_id": listing.id, "seller_id": listing.seller_id, "buyer_id": buyer_id}
    money = {"price": price, "held": 0, "paid_out": 0, "fee": 0, "refunded": 0}
    yield made(was.sales, **sides, **money, status=_AWAITED, pay_by=was.moment + timedelta(days=2))


def _settled(was, sale, back):
    fee = cents((sale.held - back) / 20)
    brought = sale.held - back - fee
    yield changed(sale, status="completed", held=0, paid_out=brought, fee=fee, refunded=back)
    yield changed(was.listings[sale.listing_id], status="sold")
    buyer, seller = was.members[sale.buyer_id], was.members[sale.seller_id]
    yield changed(buyer, wallet=buyer.wallet + back)
    yield changed(seller, wallet=seller.wallet + brought)
