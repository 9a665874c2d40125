"""Domain registrar: names that accounts hold for some years, their DNS records, and the money for both.

Author: hand. Domain: utilities. No resource: the service is made up. Messages begin with result codes as registries use them.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Part, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import capture, copy, refund, transfer, transition
from envfactory_assets.environments.errors import Conflict, InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Created, KeyStyle, Money, OnDelete, Text

RecordType = Literal["A", "AAAA", "CNAME", "MX", "TXT"]
EntryKind = Literal["deposit", "registration", "renewal", "restoration", "refund", "sale", "purchase"]
OfferStatus = Literal["pending", "accepted", "declined", "withdrawn"]
Lock = Literal["locked", "unlocked"]
Years = Annotated[int, Field(ge=1, le=10)]
LABEL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HOST = re.compile(r"@|(\*\.)?[a-z0-9_]+([.-][a-z0-9_]+)*")
VALUES = {
    "A": re.compile(r"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}"),
    "AAAA": re.compile(r"[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}"),
    "CNAME": re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+"),
    "MX": re.compile(r"\d{1,3} [a-z0-9-]+(\.[a-z0-9-]+)+"),
    "TXT": re.compile(r".{1,255}"),
}
LONGEST = 10  # years
GRACE_DAYS = 30
UNDO_DAYS = 5
HOLD_DAYS = 60


class Account(Entity):
    """Who holds names; the caller is one."""

    id: Annotated[str, KeyStyle("acct-{n:03d}")]
    holder: Text
    city: Text


class Contact(Entity):
    """Whom a registry asks about a name. Only verified contacts may be given for one."""

    id: Annotated[str, KeyStyle("cnt-{n:04d}")]
    account_id: Ref[Account]
    name: Text
    email: Text
    is_verified: bool


class Suffix(Entity):
    """What a name ends in, and what a year under it costs."""

    id: Annotated[str, KeyStyle("sfx-{n}")]
    suffix: Text
    register_price: Money
    renew_price: Money
    restore_fee: Money


class Domain(Entity):
    """A name, held by an account until it expires."""

    id: Annotated[str, KeyStyle("dom-{hex:6}")]
    name: Text
    label: Text
    suffix_id: Ref[Suffix]
    account_id: Ref[Account]
    contact_id: Ref[Contact]
    registered_on: date
    expires_on: date
    lock: Lock = "locked"


class Record(Entity):
    """A DNS record of a domain; its host is @ for the name itself."""

    id: Annotated[str, KeyStyle("rr-{n}")]
    domain_id: Annotated[Ref[Domain], OnDelete("cascade")]
    host: Text
    type: RecordType
    value: Text
    ttl: Annotated[int, Field(ge=60, le=86400)]


class Offer(Entity):
    """A domain that one account offers to another for a price."""

    id: Annotated[str, KeyStyle("off-{n:04d}")]
    domain_id: Annotated[Ref[Domain], OnDelete("set_null")] | None
    seller_id: Ref[Account]
    buyer_id: Ref[Account]
    price: Money
    status: OfferStatus = "pending"
    made_at: Created


class Entry(Entity):
    """Money that came to an account, or left it: then the amount is negative."""

    id: Annotated[str, KeyStyle("ent-{n:05d}")]
    account_id: Ref[Account]
    kind: EntryKind
    amount: Money
    about: Text
    made_at: Created


class Balance(Part):
    """What an account can spend, and what it spent so far."""

    available: Money
    spent: Money


class DomainRegistrar(Environment):
    """Accounts register and renew names, keep their DNS records, and sell names to each other."""

    accounts: Table[Account]
    contacts: Table[Contact]
    suffixes: Table[Suffix]
    domains: Table[Domain]
    records: Table[Record]
    offers: Table[Offer]
    entries: Table[Entry]

    @tool(effect="search", name="domain-search", envelope="result", filters={"expires_before": "expires_on__le"})
    def search_domains(
        self,
        query: Text | None = None,
        suffix_id: Ref[Suffix] | None = None,
        lock: Lock | None = None,
        expires_before: date | None = None,
        page: Annotated[int, Field(ge=1)] = 1,
        per_page: Annotated[int, Field(ge=1, le=100)] = 25,
    ) -> list[Domain]:
        """The caller's domains whose name holds every word of the query, those that expire first on top."""
        found = self.domains.search(query, "name", account_id=self.me, suffix_id=suffix_id, lock=lock, expires_on__le=expires_before)
        return sorted(found, key=lambda d: (d.expires_on, d.name))[(page - 1) * per_page : page * per_page]

    @tool(effect="get", name="domain-info")
    def get_domain(self, domain_id: Ref[Domain]) -> Domain:
        """One of the caller's domains."""
        return self._mine(domain_id)

    @tool(effect="list", name="suffix-list", envelope="result", filters={"max_price": "register_price__le"})
    def list_suffixes(self, max_price: Money | None = None) -> list[Suffix]:
        """What names can end in, cheapest first."""
        return sorted(self.suffixes.where(register_price__le=max_price), key=lambda s: (s.register_price, s.id))

    @tool(effect="list", name="contact-list", envelope="result")
    def list_contacts(self, is_verified: bool | None = None) -> list[Contact]:
        """The caller's contacts."""
        return self.contacts.where(account_id=self.me, is_verified=is_verified)

    @tool(effect="search", name="account-find", envelope="result")
    def find_accounts(self, query: Text | None = None) -> list[Account]:
        """Accounts whose holder or city holds every word of the query."""
        return sorted(self.accounts.search(query, "holder", "city"), key=lambda a: (a.holder, a.id))

    @tool(effect="get", name="account-balance")
    def get_balance(self) -> Balance:
        """What the caller's account can spend."""
        spent = -sum((entry.amount for entry in self.entries.where(account_id=self.me) if entry.amount < 0), Decimal(0))
        return Balance(available=self._balance(self.me), spent=spent)

    @tool(effect=[capture, "create"], name="domain-register")
    def register_domain(self, label: Text, suffix_id: Ref[Suffix], contact_id: Ref[Contact], years: Years = 1) -> Domain:
        """Register a free name for some years, paid from the balance."""
        suffix = self.suffixes.get(suffix_id)
        name = self._name(label, suffix)
        if self.domains.where(name=name):
            raise Conflict(f"2302 {name} exists")
        self._require_contact(contact_id)
        self._book(self.me, "registration", -suffix.register_price * years, name)
        return self.domains.add(
            label=label,
            suffix_id=suffix.id,
            contact_id=contact_id,
            account_id=self.me,
            name=name,
            registered_on=self.today,
            expires_on=_plus_years(self.today, years),
        )

    @tool(effect=capture, name="domain-renew")
    def renew_domain(self, domain_id: Ref[Domain], years: Years = 1) -> Domain:
        """Hold a domain for more years, ten ahead at most. One that expired up to 30 days ago is restored for a fee."""
        domain = self._mine(domain_id)
        suffix, expires_on = self.suffixes.get(domain.suffix_id), _plus_years(domain.expires_on, years)
        if self.today > domain.expires_on + timedelta(days=GRACE_DAYS):
            raise PreconditionFailed(f"2105 {domain.name} expired more than {GRACE_DAYS} days ago")
        if expires_on > _plus_years(self.today, LONGEST):
            raise PreconditionFailed(f"2306 {domain.name} would be held for more than {LONGEST} years")
        if domain.expires_on < self.today:
            self._book(self.me, "restoration", -suffix.restore_fee, domain.name)
        self._book(self.me, "renewal", -suffix.renew_price * years, domain.name)
        return self.domains.replace(domain, expires_on=expires_on)

    @tool(effect=[refund, "delete"], name="domain-delete")
    def delete_domain(self, domain_id: Ref[Domain]) -> None:
        """Give a domain up with its records. In the first five days after registration its price is refunded."""
        domain = self._mine(domain_id)
        if domain.lock == "locked" or self.offers.where(domain_id=domain.id, status="pending"):
            raise PreconditionFailed(f"2304 {domain.name} is locked or offered")
        bought = [entry for entry in self.entries.where(account_id=self.me, about=domain.name) if entry.kind == "registration"]
        if bought and (self.today - domain.registered_on).days <= UNDO_DAYS:
            self._book(self.me, "refund", -bought[-1].amount, domain.name)
        self.domains.remove(domain)

    @tool(effect=transition(field="lock", sources=["unlocked"], target="locked"), name="domain-lock")
    def lock_domain(self, domain_id: Ref[Domain]) -> Domain:
        """Lock a domain against sale and deletion. Refused while it is offered."""
        domain = self._mine(domain_id)
        if self.offers.where(domain_id=domain.id, status="pending"):
            raise PreconditionFailed(f"2304 {domain.name} is offered: withdraw the offer first")
        return self.domains.transition(domain)

    @tool(effect=transition(field="lock", sources=["locked"], target="unlocked"), name="domain-unlock")
    def unlock_domain(self, domain_id: Ref[Domain]) -> Domain:
        """Unlock a domain that has not expired."""
        return self.domains.transition(self._unexpired(domain_id))

    @tool(effect="list", name="record-list", envelope="result")
    def list_records(self, domain_id: Ref[Domain], type: RecordType | None = None, host: Text | None = None) -> list[Record]:  # noqa: A002
        """The DNS records of one of the caller's domains, by host."""
        found = self.records.where(domain_id=self._mine(domain_id).id, type=type, host=host)
        return sorted(found, key=lambda r: (r.host, r.type, r.id))

    @tool(effect="create", name="record-add")
    def add_record(self, domain_id: Ref[Domain], type: RecordType, value: Text, host: Text = "@", ttl: int = 3600) -> Record:  # noqa: A002
        """Add a DNS record. A CNAME is alone on its host and never at @; an MX value is a priority and a host."""
        domain = self._unexpired(domain_id)
        if not HOST.fullmatch(host) or not VALUES[type].fullmatch(value):
            raise InvalidArgument(f"2005 {host} {type} {value}: not a host and a value as {type} records have them")
        beside = self.records.where(domain_id=domain.id, host=host)
        if any((record.type, record.value) == (type, value) for record in beside):
            raise Conflict(f"2302 {domain.name} has this record")
        if type == "CNAME" and (host == "@" or beside):
            raise PreconditionFailed(f"2306 a CNAME must be alone: {host} of {domain.name} has other records or is the name itself")
        if any(record.type == "CNAME" for record in beside):
            raise PreconditionFailed(f"2306 {host} of {domain.name} has a CNAME, which must be alone")
        return self.records.add(value=value, domain_id=domain.id, host=host, type=type, ttl=ttl)

    @tool(effect="delete", name="record-remove")
    def remove_record(self, record_id: Ref[Record]) -> None:
        """Remove a DNS record of one of the caller's domains."""
        record = self.records.get(record_id)
        self._mine(record.domain_id)
        self.records.remove(record)

    @tool(effect=copy, name="record-copy")
    def copy_records(self, from_domain_id: Ref[Domain], to_domain_id: Ref[Domain]) -> list[Record]:
        """Give one of the caller's domains, which has no records, those of another."""
        source, target = self._mine(from_domain_id), self._unexpired(to_domain_id)
        if self.records.where(domain_id=target.id):
            raise PreconditionFailed(f"2306 {target.name} has records already")
        found = self.records.where(domain_id=source.id)
        if not found:
            raise PreconditionFailed(f"2303 {source.name} has no records")
        return [self.records.add(**{**dict(record), "id": None, "domain_id": target.id}) for record in found]

    @tool(effect="create", name="offer-make")
    def make_offer(self, domain_id: Ref[Domain], buyer_id: Ref[Account], price: Money) -> Offer:
        """Offer an unlocked domain to another account. Not in the 60 days after its registration."""
        domain, buyer = self._unexpired(domain_id), self.accounts.get(buyer_id)
        if price < 0:
            raise InvalidArgument("2004 a price is not negative")
        if domain.lock == "locked":
            raise PreconditionFailed(f"2304 {domain.name} is locked")
        if self.today < domain.registered_on + timedelta(days=HOLD_DAYS):
            raise PreconditionFailed(f"2304 {domain.name} cannot be sold before {domain.registered_on + timedelta(days=HOLD_DAYS)}")
        if buyer.id == self.me or self.offers.where(domain_id=domain.id, status="pending"):
            raise PreconditionFailed(f"2300 {domain.name} is offered already, or to yourself")
        return self.offers.add(domain_id=domain.id, price=price, buyer_id=buyer.id, seller_id=self.me)

    @tool(effect=[transition(field="status", sources=["pending"], target="accepted"), transfer], name="offer-accept")
    def accept_offer(self, offer_id: Ref[Offer], contact_id: Ref[Contact]) -> Offer:
        """Buy a domain that is offered to the caller: the price goes to the seller, the domain comes locked."""
        offer = self.offers.get(offer_id)
        if offer.buyer_id != self.me:
            raise PermissionDenied("2201 this is offered to another account")
        self._require_contact(contact_id)
        accepted, domain = self.offers.transition(offer), self.domains.get(str(offer.domain_id))
        self._book(self.me, "purchase", -offer.price, domain.name)
        self._book(offer.seller_id, "sale", offer.price, domain.name)
        self.domains.replace(domain, account_id=self.me, contact_id=contact_id, lock="locked")
        return accepted

    @tool(
        effect=[
            transition(field="status", sources=["pending"], target="declined"),
            transition(field="status", sources=["pending"], target="withdrawn"),
        ],
        name="offer-end",
    )
    def end_offer(self, offer_id: Ref[Offer]) -> Offer:
        """Decline an offer made to the caller, or withdraw one that the caller made."""
        offer = self.offers.get(offer_id)
        if self.me not in {offer.seller_id, offer.buyer_id}:
            raise PermissionDenied("2201 this offer is between other accounts")
        return self.offers.transition(offer, "declined" if offer.buyer_id == self.me else "withdrawn")

    @tool(effect="list", name="offer-list", envelope="result")
    def list_offers(self, status: OfferStatus | None = None) -> list[Offer]:
        """Offers made by the caller or to the caller, newest first."""
        found = [offer for offer in self.offers.where(status=status) if self.me in {offer.seller_id, offer.buyer_id}]
        return sorted(found, key=lambda o: (o.made_at, o.id), reverse=True)

    @tool(effect="list", name="entry-list", envelope="result", filters={"min_amount": "amount__ge", "max_amount": "amount__le"})
    def list_entries(self, kind: EntryKind | None = None, min_amount: Money | None = None, max_amount: Money | None = None) -> list[Entry]:
        """What came to the caller's account and left it, newest first."""
        found = self.entries.where(account_id=self.me, kind=kind, amount__ge=min_amount, amount__le=max_amount)
        return sorted(found, key=lambda e: (e.made_at, e.id), reverse=True)

    @invariant
    def balances_add_up(self) -> bool:
        """No account has spent more than it had; what was sold was bought, at the price of the offer."""
        amounts = {kind: sorted(abs(e.amount) for e in self.entries if e.kind == kind) for kind in ("sale", "purchase")}
        accepted = sorted(offer.price for offer in self.offers if offer.status == "accepted")
        return amounts["sale"] == amounts["purchase"] == accepted and all(self._balance(a.id) >= 0 for a in self.accounts)

    @invariant
    def names_are_held_once(self) -> bool:
        """A name is held once, for ten years ahead at most, with a verified contact of its account."""
        names = [domain.name for domain in self.domains]
        contacts = {domain.id: self.contacts.get(domain.contact_id) for domain in self.domains}
        known = all(contacts[d.id].account_id == d.account_id and contacts[d.id].is_verified for d in self.domains)
        right = all(d.name == f"{d.label}.{self.suffixes.get(d.suffix_id).suffix}" and d.registered_on < d.expires_on for d in self.domains)
        longest = _plus_years(self.today, LONGEST)
        return known and right and len(names) == len(set(names)) and all(d.expires_on <= longest for d in self.domains)

    @invariant
    def records_do_not_clash(self) -> bool:
        """No record is there twice, and a CNAME is alone on its host."""
        whole = [(record.domain_id, record.host, record.type, record.value) for record in self.records]
        hosts = [known[:2] for known in whole]
        return len(whole) == len(set(whole)) and all(hosts.count(known[:2]) == 1 for known in whole if known[2] == "CNAME")

    @invariant
    def offers_are_open_once(self) -> bool:
        """A domain is offered once at a time, by its holder, while it is unlocked."""
        pending = [(offer, self.domains.get(str(offer.domain_id))) for offer in self.offers if offer.status == "pending"]
        once = len({domain.id for _, domain in pending}) == len(pending)
        return once and all(
            domain.account_id == offer.seller_id != offer.buyer_id and domain.lock == "unlocked" for offer, domain in pending
        )

    def _mine(self, domain_id: str) -> Domain:
        domain = self.domains.get(domain_id)
        if domain.account_id != self.me:
            raise PermissionDenied(f"2201 {domain.name} is held by another account")
        return domain

    def _unexpired(self, domain_id: str) -> Domain:
        domain = self._mine(domain_id)
        if domain.expires_on < self.today:
            raise PreconditionFailed(f"2304 {domain.name} expired on {domain.expires_on}: renew it first")
        return domain

    def _name(self, label: str, suffix: Suffix) -> str:
        if not LABEL.fullmatch(label) or not 3 <= len(label) <= 40:
            raise InvalidArgument(f"2005 {label}: 3 to 40 small letters, digits and single hyphens between them")
        return f"{label}.{suffix.suffix}"

    def _require_contact(self, contact_id: str) -> None:
        contact = self.contacts.get(contact_id)
        if contact.account_id != self.me:
            raise PermissionDenied(f"2201 {contact.id} is a contact of another account")
        if not contact.is_verified:
            raise PreconditionFailed(f"2304 {contact.name} is not verified")

    def _balance(self, account_id: str) -> Decimal:
        return sum((entry.amount for entry in self.entries.where(account_id=account_id)), Decimal(0))

    def _book(self, account_id: str, kind: str, amount: Decimal, about: str) -> None:
        balance = self._balance(account_id)
        if balance + amount < 0:
            raise PreconditionFailed(f"2104 {-amount} is to be paid; the balance is {balance}")
        self.entries.add(amount=amount, about=about, account_id=account_id, kind=kind)

    @classmethod
    def scenario(cls, draw):
        """Accounts with domains of all ages, some expired, some for sale, and the entries that paid for them."""
        accounts, contacts, entries = [], [], []
        for _ in range(2 + draw.size // 8):
            company = draw.distinct("holder", lambda: draw.words("company_name"))
            accounts.append({"id": draw.key(Account), "holder": company, "city": draw.place()["city"]})
            for person in (draw.person(), draw.person()):
                about = {"id": draw.key(Contact), "account_id": accounts[-1]["id"], "name": person.name, "email": person.email}
                contacts.append(about | {"is_verified": len(contacts) % 2 == 0 or draw.chance(0.3)})
        draw.sign_in(accounts[0]["id"])
        prices = [("example", 12, 14, 60), ("test", 9, 11, 45), ("shop.example", 24, 28, 80), ("app.example", 18, 20, 70)]
        suffixes = [
            {"id": draw.key(Suffix), "suffix": suffix, "register_price": first, "renew_price": later, "restore_fee": fee}
            for suffix, first, later, fee in prices
        ]
        domains, records, offers = [], [], []
        for place in range(draw.size + 4):
            account = accounts[0] if place < 5 else draw.choice(accounts)
            known = [contact for contact in contacts if contact["account_id"] == account["id"] and contact["is_verified"]]
            domain = cls._seeded_domain(draw, place, account, draw.choice(known), draw.choice(suffixes), entries)
            domains.append(domain)
            if place != 1:
                records += cls._seeded_records(draw, domain)
            others = [other["id"] for other in accounts if other is not account]
            if domain["lock"] == "unlocked" and place > 0 and (draw.today - domain["registered_on"]).days > HOLD_DAYS:
                buyer = draw.me if account is not accounts[0] else draw.choice(others)
                offer = {"id": draw.key(Offer), "domain_id": domain["id"], "seller_id": account["id"], "buyer_id": buyer}
                status = "pending" if draw.chance(0.7) else draw.choice(["declined", "withdrawn"])
                offers.append(offer | {"price": draw.money(20, 180), "status": status, "made_at": draw.moment(-9, -1)})
        for account in accounts:
            spent = -sum(entry["amount"] for entry in entries if entry["account_id"] == account["id"])
            paid = {"account_id": account["id"], "kind": "deposit", "amount": spent + draw.integer(40, 200, 10), "about": "Bank transfer"}
            entries.append(paid | {"made_at": draw.moment(-1300, -1250)})
        entries = [{"id": draw.key(Entry), **row} for row in sorted(entries, key=lambda row: row["made_at"])]
        rows = {"suffixes": suffixes, "domains": domains, "records": records, "offers": offers, "entries": entries}
        return {"accounts": accounts, "contacts": contacts, **rows}

    @staticmethod
    def _seeded_domain(draw, place, account, contact, suffix, entries):
        """The first are the caller's: an old one unlocked, one of this week, one that expired, and one that soon will."""
        label = draw.distinct("label", lambda: draw.fill(["{domain_word}", "{domain_word}-{service_word}", "{place_word}-{song_word}"]))
        ages = [500, 3, 365 + 12, 365 - 9]
        age = ages[place] if place < len(ages) else draw.integer(20, 900)
        bought = draw.today - timedelta(days=age)
        years = 1 if 2 <= place < len(ages) else 1 + max(age, 0) // 365 + draw.integer(0, 1)
        about = {"id": draw.key(Domain), "name": f"{label.lower()}.{suffix['suffix']}", "label": label.lower(), "suffix_id": suffix["id"]}
        paid = {"account_id": account["id"], "kind": "registration", "amount": -suffix["register_price"] * years, "about": about["name"]}
        entries.append(paid | {"made_at": draw.moment(-age, -age)})
        held = {"account_id": account["id"], "contact_id": contact["id"], "registered_on": bought, "expires_on": _plus_years(bought, years)}
        return about | held | {"lock": "unlocked" if place == 0 or (place > 3 and draw.chance(0.4)) else "locked"}

    @staticmethod
    def _seeded_records(draw, domain):
        address, name = f"203.0.113.{draw.integer(2, 250)}", domain["name"]
        told = f"v=spf1 include:mail.{name} -all"
        lines = [("@", "A", address), ("www", "CNAME", name), ("@", "MX", f"10 mail.{name}"), ("mail", "A", address), ("@", "TXT", told)]
        for host, kind, value in lines[: draw.integer(2, 5)]:
            about = {"id": draw.key(Record), "domain_id": domain["id"], "host": host, "type": kind}
            yield about | {"value": value, "ttl": draw.choice([300, 3600, 3600, 86400])}


def _plus_years(day: date, years: int) -> date:
    """The same day some years later; the first of March for the 29th of February."""
    leap = (day.month, day.day) == (2, 29)
    return date(day.year + years, 3, 1) if leap else day.replace(year=day.year + years)
