"""Marketplace: second-hand things between neighbours, with offers, money held until the parcel arrives, and claims.

Author: hand. Domain: commerce. No resource: the service is made up.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Page, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import capture, create, refund, reserve, transfer, transition
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Created, IsCaller, KeyStyle, Money, Text

Category = Literal["home", "outdoor", "electronics", "books"]
Condition = Literal["new", "like_new", "good", "worn"]
ListingStatus = Literal["draft", "active", "reserved", "sold", "withdrawn"]
OfferStatus = Literal["pending", "accepted", "declined"]
SaleStatus = Literal["awaiting_payment", "paid", "shipped", "completed", "disputed", "lapsed"]
Side = Literal["buying", "selling"]
ClaimStatus = Literal["open", "settled"]
DAYS_TO_PAY = 2
FEE_SHARE = Decimal("0.05")


class Member(Entity):
    """Somebody who buys and sells here. The wallet pays for purchases and receives what sales bring."""

    id: Annotated[str, KeyStyle("mbr_{base62:8}")]
    name: Text
    city: Text
    wallet: Money


class Listing(Entity):
    """One thing for sale."""

    id: Annotated[str, KeyStyle("lst_{base62:8}")]
    seller_id: Annotated[Ref[Member], IsCaller()]
    title: Text
    category: Category
    condition: Condition
    price: Money
    status: ListingStatus
    created_at: Created


class Offer(Entity):
    """A lower price that somebody would pay."""

    id: Annotated[str, KeyStyle("ofr_{base62:8}")]
    listing_id: Ref[Listing]
    buyer_id: Annotated[Ref[Member], IsCaller()]
    amount: Money
    status: OfferStatus
    expires_at: datetime
    created_at: Created


class Sale(Entity):
    """A thing sold. The buyer's money is held here until the parcel is confirmed or a claim is settled."""

    id: Annotated[str, KeyStyle("sal_{base62:8}")]
    listing_id: Ref[Listing]
    seller_id: Annotated[Ref[Member], IsCaller()]
    buyer_id: Annotated[Ref[Member], IsCaller()]
    price: Money
    held: Money
    paid_out: Money
    fee: Money
    refunded: Money
    status: SaleStatus
    pay_by: datetime


class Claim(Entity):
    """A buyer's complaint about a parcel, with the money asked back."""

    id: Annotated[str, KeyStyle("clm_{base62:8}")]
    sale_id: Ref[Sale]
    reason: Text
    amount: Money
    status: ClaimStatus
    created_at: Created


class Marketplace(Environment):
    """Members list things, haggle, pay into safe keeping, ship, and settle what went wrong."""

    naming = "camel"
    members: Table[Member]
    listings: Table[Listing]
    offers: Table[Offer]
    sales: Table[Sale]
    claims: Table[Claim]

    @tool(effect="search", envelope="data", cursor="nextCursor")
    def search_listings(
        self,
        query: Text | None = None,
        category: Category | None = None,
        condition: Condition | None = None,
        min_price: Money | None = None,
        max_price: Money | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        cursor: Text | None = None,
    ) -> Page[Listing]:
        """Look for things that can be bought now, cheapest first. Every word of the query stands in the title."""
        fits = self.listings.search(query, "title", status="active", category=category, price__ge=min_price, price__le=max_price)
        found = [listing for listing in fits if condition in {None, listing.condition}]
        return self.listings.page(sorted(found, key=lambda listing: (listing.price, listing.id)), limit, cursor)

    @tool(effect="get")
    def get_listing(self, listing_id: Ref[Listing]) -> Listing:
        """Show a listing. Drafts are shown to their seller only."""
        listing = self.listings.get(listing_id)
        return self._my_listing(listing_id) if listing.status == "draft" else listing

    @tool(effect="get")
    def get_my_profile(self) -> Member:
        """Show your profile, with what is in your wallet."""
        return self.members.get(self.me)

    @tool(effect="list", envelope="data")
    def list_my_listings(self, status: ListingStatus | None = None, category: Category | None = None) -> list[Listing]:
        """Show what you sell, newest first."""
        found = self.listings.where(seller_id=self.me, status=status, category=category)
        return sorted(found, key=lambda listing: (listing.created_at, listing.id), reverse=True)

    @tool(effect="create")
    def create_listing(self, title: Text, category: Category, condition: Condition, price: Money) -> Listing:
        """Write a draft; nobody sees it until you publish it."""
        if not 1 <= price <= 5000:
            raise InvalidArgument("A price is between 1 and 5000.")
        return self.listings.add(seller_id=self.me, title=title, category=category, condition=condition, price=price, status="draft")

    @tool(effect=transition(entity="Listing", field="status", sources=["draft", "withdrawn"], target="active"))
    def publish_listing(self, listing_id: Ref[Listing]) -> Listing:
        """Put one of your drafts, or something you had withdrawn, up for sale."""
        return self.listings.transition(self._my_listing(listing_id), "active")

    @tool(effect=transition(entity="Listing", field="status", sources=["draft", "active"], target="withdrawn"))
    def withdraw_listing(self, listing_id: Ref[Listing]) -> Listing:
        """Take one of your listings down. Offers that wait for an answer are declined."""
        listing = self.listings.transition(self._my_listing(listing_id), "withdrawn")
        for offer in self._pending(listing):
            self.offers.replace(offer, status="declined")
        return listing

    @tool(effect="create")
    def make_offer(self, listing_id: Ref[Listing], amount: Money) -> Offer:
        """Offer less than the price, but at least a tenth of it. Your offer stands for three days."""
        listing = self._on_sale(listing_id)
        if not listing.price / 10 <= amount < listing.price:
            raise PreconditionFailed(f"Offer at least a tenth of the price of {listing.price}, and less than all of it.")
        if any(offer.buyer_id == self.me for offer in self._pending(listing)):
            raise PreconditionFailed("You already have an offer waiting here.")
        expires_at = self.now + timedelta(days=3)
        return self.offers.add(listing_id=listing.id, buyer_id=self.me, amount=amount, status="pending", expires_at=expires_at)

    @tool(effect="list", envelope="data")
    def list_offers(
        self, listing_id: Ref[Listing] | None = None, status: OfferStatus | None = None, min_amount: Money | None = None
    ) -> list[Offer]:
        """Show the offers you made and those for what you sell, highest first."""
        found = self.offers.where(listing_id=listing_id, status=status, amount__ge=min_amount)
        seen = [offer for offer in found if self.me in {offer.buyer_id, self.listings.get(offer.listing_id).seller_id}]
        return sorted(seen, key=lambda offer: (-offer.amount, offer.id))

    @tool(effect=[reserve, transition(entity="Offer", field="status", sources=["pending"], target="accepted")])
    def accept_offer(self, offer_id: Ref[Offer]) -> Offer:
        """Accept an offer for what you sell. The listing is reserved for that buyer, and all other offers are declined."""
        offer = self._offer_to_me(offer_id)
        if offer.status == "pending" and offer.expires_at <= self.now:
            raise PreconditionFailed(f"This offer ran out at {offer.expires_at:%Y-%m-%d %H:%M}.")
        accepted = self.offers.transition(offer, "accepted")
        self._sell(self.listings.get(offer.listing_id), offer.buyer_id, offer.amount)
        return accepted

    @tool(effect=transition(entity="Offer", field="status", sources=["pending"], target="declined"))
    def decline_offer(self, offer_id: Ref[Offer]) -> Offer:
        """Decline an offer for what you sell."""
        return self.offers.transition(self._offer_to_me(offer_id), "declined")

    @tool(effect=reserve(entity="Sale"))
    def buy_now(self, listing_id: Ref[Listing]) -> Sale:
        """Buy something at its price. It is reserved for you; pay within two days."""
        listing = self._on_sale(listing_id)
        return self._sell(listing, self.me, listing.price)

    @tool(effect="list", envelope="data")
    def list_sales(self, side: Side, status: SaleStatus | None = None) -> list[Sale]:
        """Show what you bought, or what you sold, in the order it happened."""
        mine = {"buyer_id": self.me} if side == "buying" else {"seller_id": self.me}
        return self.sales.where(**mine, status=status)

    @tool(effect=[capture, transition(entity="Sale", field="status", sources=["awaiting_payment"], target="paid")])
    def pay_purchase(self, sale_id: Ref[Sale]) -> Sale:
        """Pay from your wallet for something you bought. The money is held until you have the parcel."""
        sale = self._my_sale(sale_id, "buying")
        buyer = self.members.get(self.me)
        if sale.status == "awaiting_payment" and sale.pay_by < self.now:
            raise PreconditionFailed(f"Payment was due by {sale.pay_by:%Y-%m-%d %H:%M}; the seller may sell to somebody else.")
        if sale.status == "awaiting_payment" and buyer.wallet < sale.price:
            raise PreconditionFailed(f"Your wallet holds {buyer.wallet}; this costs {sale.price}.")
        paid = self.sales.transition(sale, "paid", held=sale.price)
        self.members.replace(buyer, wallet=buyer.wallet - sale.price)
        return paid

    @tool(effect=transition(entity="Sale", field="status", sources=["awaiting_payment"], target="lapsed"))
    def call_off_sale(self, sale_id: Ref[Sale]) -> Sale:
        """Call off something you sold that was not paid in time. It is up for sale again."""
        sale = self._my_sale(sale_id, "selling")
        if sale.status == "awaiting_payment" and sale.pay_by >= self.now:
            raise PreconditionFailed(f"The buyer has until {sale.pay_by:%Y-%m-%d %H:%M} to pay.")
        lapsed = self.sales.transition(sale, "lapsed")
        self.listings.replace(self.listings.get(sale.listing_id), status="active")
        return lapsed

    @tool(effect=transition(entity="Sale", field="status", sources=["paid"], target="shipped"))
    def ship_sale(self, sale_id: Ref[Sale]) -> Sale:
        """Tell the buyer that the parcel is on its way."""
        return self.sales.transition(self._my_sale(sale_id, "selling"), "shipped")

    @tool(effect=[transfer, transition(entity="Sale", field="status", sources=["shipped"], target="completed")])
    def confirm_receipt(self, sale_id: Ref[Sale]) -> Sale:
        """Confirm that your parcel arrived as described. The seller gets the money, less a fee of 5 percent."""
        return self._settle(self.sales.transition(self._my_sale(sale_id, "buying"), "completed"), Decimal(0))

    @tool(effect=[create(entity="Claim"), transition(entity="Sale", field="status", sources=["shipped"], target="disputed")])
    def open_claim(self, sale_id: Ref[Sale], reason: Text, amount: Money) -> Claim:
        """Ask for some or all of your money back, because a parcel did not come or is not as described."""
        sale = self._my_sale(sale_id, "buying")
        if not 0 < amount <= sale.price:
            raise InvalidArgument(f"Ask for more than zero and at most the {sale.price} you paid.")
        self.sales.transition(sale, "disputed")
        return self.claims.add(sale_id=sale.id, reason=reason, amount=amount, status="open")

    @tool(effect=[refund, transition(entity="Claim", field="status", sources=["open"], target="settled")])
    def grant_claim(self, claim_id: Ref[Claim]) -> Claim:
        """Give a buyer back what a claim asks. What is left of the money is yours, less the fee."""
        claim = self.claims.get(claim_id)
        sale = self._my_sale(claim.sale_id, "selling")
        settled = self.claims.transition(claim, "settled")
        self._settle(self.sales.replace(sale, status="completed"), claim.amount)
        return settled

    @tool(effect="list", envelope="data")
    def list_claims(self, status: ClaimStatus | None = None, sale_id: Ref[Sale] | None = None) -> list[Claim]:
        """Show the claims you made and those against you, oldest first."""
        sides = {sale.id: {sale.buyer_id, sale.seller_id} for sale in self.sales}
        return [claim for claim in self.claims.where(status=status, sale_id=sale_id) if self.me in sides[claim.sale_id]]

    @invariant
    def money_is_accounted_for(self) -> bool:
        """What a buyer paid is held, or went to the seller, the fee and back to the buyer; no wallet is below zero."""
        paid = all(
            s.held + s.paid_out + s.fee + s.refunded == (0 if s.status in {"awaiting_payment", "lapsed"} else s.price)
            and s.held == (s.price if s.status in {"paid", "shipped", "disputed"} else 0)
            and 0 <= s.fee <= s.paid_out
            and min(s.held, s.refunded) >= 0
            for s in self.sales
        )
        return paid and all(member.wallet >= 0 for member in self.members)

    @invariant
    def things_are_sold_once(self) -> bool:
        """A listing has one sale that has not lapsed when it is reserved or sold, and none otherwise; nobody buys from themselves."""
        live = [sale.listing_id for sale in self.sales if sale.status != "lapsed"]
        once = all(live.count(listing.id) == (listing.status in {"reserved", "sold"}) for listing in self.listings)
        return once and all(sale.buyer_id != sale.seller_id for sale in self.sales)

    @invariant
    def offers_fit_their_listing(self) -> bool:
        """Offers wait for an answer only while the listing is for sale, and a buyer has one of them at most."""
        waiting = [offer for offer in self.offers if offer.status == "pending"]
        once = len({(offer.listing_id, offer.buyer_id) for offer in waiting}) == len(waiting)
        return once and all(self.listings.get(offer.listing_id).status == "active" for offer in waiting)

    @invariant
    def a_disputed_sale_has_an_open_claim(self) -> bool:
        """A sale is disputed exactly while a claim on it is open."""
        return {c.sale_id for c in self.claims if c.status == "open"} == {s.id for s in self.sales if s.status == "disputed"}

    def _my_listing(self, listing_id: str) -> Listing:
        listing = self.listings.get(listing_id)
        if listing.seller_id != self.me:
            raise PermissionDenied("This listing belongs to another seller.")
        return listing

    def _on_sale(self, listing_id: str) -> Listing:
        listing = self.listings.get(listing_id)
        if listing.seller_id == self.me:
            raise PreconditionFailed("This is your own listing.")
        if listing.status != "active":
            raise PreconditionFailed("This is not for sale at the moment.")
        return listing

    def _pending(self, listing: Listing) -> list[Offer]:
        return self.offers.where(listing_id=listing.id, status="pending")

    def _offer_to_me(self, offer_id: str) -> Offer:
        offer = self.offers.get(offer_id)
        if self.listings.get(offer.listing_id).seller_id != self.me:
            raise PermissionDenied("Only the seller answers an offer.")
        return offer

    def _my_sale(self, sale_id: str, side: Side) -> Sale:
        sale = self.sales.get(sale_id)
        if self.me != (sale.buyer_id if side == "buying" else sale.seller_id):
            raise PermissionDenied(f"You are not the one who is {side} this.")
        return sale

    def _sell(self, listing: Listing, buyer_id: str, price: Decimal) -> Sale:
        self.listings.replace(listing, status="reserved")
        for offer in self._pending(listing):
            self.offers.replace(offer, status="declined")
        money = {"price": price, "held": 0, "paid_out": 0, "fee": 0, "refunded": 0}
        pay_by = self.now + timedelta(days=DAYS_TO_PAY)
        sides = {"listing_id": listing.id, "seller_id": listing.seller_id, "buyer_id": buyer_id}
        return self.sales.add(**sides, **money, status="awaiting_payment", pay_by=pay_by)

    def _settle(self, sale: Sale, back: Decimal) -> Sale:
        """Share out the money held: so much back to the buyer, the rest to the seller less the fee."""
        fee = round((sale.held - back) * FEE_SHARE, 2)
        brought = sale.held - back - fee
        for member_id, amount in ((sale.buyer_id, back), (sale.seller_id, brought)):
            member = self.members.get(member_id)
            self.members.replace(member, wallet=member.wallet + amount)
        self.listings.replace(self.listings.get(sale.listing_id), status="sold")
        return self.sales.replace(sale, held=0, paid_out=brought, fee=fee, refunded=back)

    @classmethod
    def scenario(cls, draw):
        """Members with a little money, things for sale with offers on them, and sales on every step of their way."""
        people = [draw.person() for _ in range(max(5, draw.size // 2))]
        members = [{"id": draw.key(Member), "name": person.name, "city": draw.place()["city"]} for person in people]
        for member in members:
            member["wallet"] = draw.money(60, 900)
        me, *others = [member["id"] for member in members]
        draw.sign_in(me)
        steps = ["awaiting_payment", "paid", "shipped", "disputed", "completed", "completed", "lapsed"]
        mine = [("active", me), ("draft", me), ("active", draw.choice(others)), ("overdue", me), ("paid", me), ("disputed", me)]
        theirs = [(status, draw.choice(others)) for status in ("awaiting_payment", "shipped", "active", "active", "active")]
        more = [(draw.choice(["active", "active", "withdrawn", *steps]), draw.choice([me, *others, *others])) for _ in range(draw.size)]
        tables = {"members": members, "listings": [], "offers": [], "sales": [], "claims": []}
        days = sorted(draw.integer(6, 60) for _ in [*mine, *theirs, *more])
        for day, (status, seller) in zip(reversed(days), draw.sample(mine + theirs + more, 99), strict=True):
            buyers = [member for member in [me, *others] if member != seller]
            listing = cls._seeded_listing(draw, seller, status, day)
            tables["listings"].append(listing)
            if status == "active":
                tables["offers"] += cls._seeded_offers(draw, listing, draw.sample(buyers, draw.integer(0, 2) if seller != me else 2))
            elif status not in {"draft", "withdrawn"}:
                bought = me if (status, seller) in theirs else draw.choice(buyers)
                sale = cls._seeded_sale(draw, listing, status, bought)
                tables["sales"].append(sale)
                if status == "disputed":
                    reason = draw.choice(["It arrived broken.", "Parts are missing.", "It is not as described.", "It never came."])
                    claim = {"id": draw.key(Claim), "sale_id": sale["id"], "reason": reason, "created_at": draw.moment(-3, -1)}
                    tables["claims"].append({**claim, "amount": round(sale["price"] * draw.choice([0.25, 0.5, 1]), 2), "status": "open"})
        return tables

    @staticmethod
    def _seeded_listing(draw, seller, status, day):
        template = {"home": "{material} {homeware}", "outdoor": "{model_name} {gear}", "books": "{book_title}"}
        category = draw.choice(["home", "outdoor", "electronics", "books"])
        kept = {"completed": "sold", "lapsed": "active", "draft": "draft", "active": "active", "withdrawn": "withdrawn"}
        return {
            "id": draw.key(Listing),
            "seller_id": seller,
            "title": draw.distinct("title", lambda: draw.fill([template.get(category, "{model_name} {electronics}")])),
            "category": category,
            "condition": draw.choice(["new", "like_new", "good", "good", "worn"]),
            "price": draw.money(6, 180, group="price"),
            "status": kept.get(status, "reserved"),
            "created_at": draw.moment(-day, -day),
        }

    @staticmethod
    def _seeded_offers(draw, listing, buyers):
        """Offers of the last days, one of which may have run out."""
        offers = []
        for buyer in buyers:
            made = draw.moment(-4, -1)
            amount = round(listing["price"] * draw.choice([0.6, 0.7, 0.75, 0.8, 0.9]), 2)
            row = {"id": draw.key(Offer), "listing_id": listing["id"], "buyer_id": buyer, "amount": amount}
            row |= {"status": draw.choice(["pending", "pending", "pending", "declined"]), "created_at": made}
            offers.append(row | {"expires_at": made + timedelta(days=3)})
        return offers

    @staticmethod
    def _seeded_sale(draw, listing, status, buyer):
        price, waiting = listing["price"], status in {"awaiting_payment", "overdue"}
        fee = round(price * float(FEE_SHARE), 2) if status == "completed" else 0
        return {
            "id": draw.key(Sale),
            "listing_id": listing["id"],
            "seller_id": listing["seller_id"],
            "buyer_id": buyer,
            "price": price,
            "held": price if status in {"paid", "shipped", "disputed"} else 0,
            "paid_out": round(price - fee, 2) if status == "completed" else 0,
            "fee": fee,
            "refunded": 0,
            "status": "awaiting_payment" if waiting else status,
            "pay_by": draw.moment(1, 2) if status == "awaiting_payment" else draw.moment(-5, -1),
        }
