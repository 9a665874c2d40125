"""What the domain registrar does, tool by tool."""

import re
from datetime import date
from decimal import Decimal

from envfactory_assets.environments.contract import (
    answers,
    at_least,
    at_most,
    changed,
    denied,
    fits,
    gone,
    made,
    refused,
    says,
    senseless,
    shows,
)


def search_domains(was, query, suffix_id, lock, expires_before, page, per_page):
    mine = (d for d in was.domains if fits(d, account_id=was.me, suffix_id=suffix_id, lock=lock) and at_most(d.expires_on, expires_before))
    found = sorted((domain for domain in mine if says(query, domain.name)), key=lambda domain: (domain.expires_on, domain.name))
    yield shows(found[(page - 1) * per_page :][:per_page])


def get_domain(was, domain_id):
    yield denied(was.domains[domain_id].account_id != was.me)
    yield shows([was.domains[domain_id]])


def list_suffixes(was, max_price):
    yield shows((suffix for suffix in was.suffixes if at_most(suffix.register_price, max_price)), "register_price id")


def list_contacts(was, is_verified):
    yield shows(contact for contact in was.contacts if fits(contact, account_id=was.me, is_verified=is_verified))


def find_accounts(was, query):
    yield shows((account for account in was.accounts if says(query, account.holder, account.city)), "holder id")


def get_balance(was):
    booked = [entry.amount for entry in was.entries if entry.account_id == was.me]
    spent = sum((-amount for amount in booked if amount < 0), Decimal(0))
    yield answers({"available": sum(booked, Decimal(0)), "spent": spent})


def register_domain(was, label, suffix_id, contact_id, years):
    suffix = was.suffixes[suffix_id]
    yield senseless(not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", label), len(label) < 3, len(label) > 40)
    name = f"{label}.{suffix.suffix}"
    yield refused(any(domain.name == name for domain in was.domains))
    yield from _usable(was, contact_id)
    price = suffix.register_price * years
    yield from _paid(was, "registration", price, name)
    what = {"name": name, "label": label, "suffix_id": suffix_id, "account_id": was.me, "contact_id": contact_id, "lock": "locked"}
    yield made(was.domains, **what, registered_on=was.day, expires_on=_later(was.day, years))


def renew_domain(was, domain_id, years):
    domain = was.domains[domain_id]
    yield denied(domain.account_id != was.me)
    suffix, expires_on = was.suffixes[domain.suffix_id], _later(domain.expires_on, years)
    yield refused((was.day - domain.expires_on).days > 30, expires_on > _later(was.day, 10))
    fee = suffix.restore_fee if domain.expires_on < was.day else Decimal(0)
    yield refused(_balance(was, was.me) < fee + suffix.renew_price * years)
    if domain.expires_on < was.day:
        yield from _paid(was, "restoration", fee, domain.name)
    yield from _paid(was, "renewal", suffix.renew_price * years, domain.name)
    yield changed(domain, expires_on=expires_on)


def delete_domain(was, domain_id):
    domain = was.domains[domain_id]
    yield denied(domain.account_id != was.me)
    offers = [offer for offer in was.offers if offer.domain_id == domain_id]
    yield refused(domain.lock == "locked", any(offer.status == "pending" for offer in offers))
    entries = [e for e in was.entries if fits(e, account_id=was.me, about=domain.name, kind="registration")]
    if entries and (was.day - domain.registered_on).days <= 5:
        yield made(was.entries, account_id=was.me, kind="refund", amount=-entries[-1].amount, about=domain.name, made_at=was.moment)
    yield gone(domain)
    for record in was.records:
        if record.domain_id == domain_id:
            yield gone(record)
    for offer in offers:
        yield changed(offer, domain_id=None)


def lock_domain(was, domain_id):
    domain = was.domains[domain_id]
    yield denied(domain.account_id != was.me)
    yield refused(domain.lock == "locked", _is_offered(was, domain))
    yield changed(domain, lock="locked")


def unlock_domain(was, domain_id):
    domain = was.domains[domain_id]
    yield from _unexpired(was, domain)
    yield refused(domain.lock == "unlocked")
    yield changed(domain, lock="unlocked")


def list_records(was, domain_id, type, host):  # noqa: A002 - as the tool has it
    yield denied(was.domains[domain_id].account_id != was.me)
    yield shows((record for record in was.records if fits(record, domain_id=domain_id, type=type, host=host)), "host type id")


def add_record(was, domain_id, type, value, host, ttl):  # noqa: A002 - as the tool has it
    domain = was.domains[domain_id]
    yield from _unexpired(was, domain)
    yield senseless(not re.fullmatch(r"@|(\*\.)?[a-z0-9_]+([.-][a-z0-9_]+)*", host), not _is_value(type, value))
    beside = [record for record in was.records if fits(record, domain_id=domain_id, host=host)]
    yield refused(any((record.type, record.value) == (type, value) for record in beside))
    yield refused(type == "CNAME" and (host == "@" or beside), any(record.type == "CNAME" for record in beside))
    yield senseless(ttl < 60, ttl > 86400)
    yield made(was.records, domain_id=domain_id, host=host, type=type, value=value, ttl=ttl)


def remove_record(was, record_id):
    record = was.records[record_id]
    yield denied(was.domains[record.domain_id].account_id != was.me)
    yield gone(record)


def copy_records(was, from_domain_id, to_domain_id):
    yield denied(was.domains[from_domain_id].account_id != was.me)
    yield from _unexpired(was, was.domains[to_domain_id])
    found = [record for record in was.records if record.domain_id == from_domain_id]
    yield refused(not found, any(record.domain_id == to_domain_id for record in was.records))
    for record in found:
        yield made(was.records, domain_id=to_domain_id, host=record.host, type=record.type, value=record.value, ttl=record.ttl)


def make_offer(was, domain_id, buyer_id, price):
    domain = was.domains[domain_id]
    yield from _unexpired(was, domain)
    buyer = was.accounts[buyer_id]
    yield senseless(price < 0)
    yield refused(domain.lock == "locked", (was.day - domain.registered_on).days < 60, buyer.id == was.me, _is_offered(was, domain))
    what = {"domain_id": domain_id, "seller_id": was.me, "buyer_id": buyer_id, "price": price}
    yield made(was.offers, **what, status="pending", made_at=was.moment)


def accept_offer(was, offer_id, contact_id):
    offer = was.offers[offer_id]
    yield denied(offer.buyer_id != was.me)
    yield from _usable(was, contact_id)
    yield refused(offer.status != "pending")
    domain = was.domains[offer.domain_id]
    yield from _paid(was, "purchase", offer.price, domain.name)
    yield made(was.entries, account_id=offer.seller_id, kind="sale", amount=offer.price, about=domain.name, made_at=was.moment)
    yield changed(offer, status="accepted")
    yield changed(domain, account_id=was.me, contact_id=contact_id, lock="locked")


def end_offer(was, offer_id):
    offer = was.offers[offer_id]
    yield denied(was.me not in {offer.seller_id, offer.buyer_id})
    yield refused(offer.status != "pending")
    yield changed(offer, status="declined" if offer.buyer_id == was.me else "withdrawn")


def list_offers(was, status):
    mine = (offer for offer in was.offers if was.me in {offer.seller_id, offer.buyer_id} and fits(offer, status=status))
    yield shows(mine, "-made_at -id")


def list_entries(was, kind, min_amount, max_amount):
    mine = (e for e in was.entries if fits(e, account_id=was.me, kind=kind) and at_least(e.amount, min_amount))
    yield shows((entry for entry in mine if at_most(entry.amount, max_amount)), "-made_at -id")


def _is_value(kind, value):
    host = r"[a-z0-9-]+(\.[a-z0-9-]+)+"
    if kind == "A":
        parts = value.split(".")
        return len(parts) == 4 and all(re.fullmatch("[0-9]{1,3}", part) and str(int(part)) == part and int(part) < 256 for part in parts)
    if kind == "AAAA":
        return re.fullmatch("[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}", value)
    return re.fullmatch({"CNAME": host, "MX": r"\d{1,3} " + host, "TXT": ".{1,255}"}[kind], value)


def _is_offered(was, domain):
    return any(offer.domain_id == domain.id and offer.status == "pending" for offer in was.offers)


def _unexpired(was, domain):
    yield denied(domain.account_id != was.me)
    yield refused(domain.expires_on < was.day)


def _usable(was, contact_id):
    contact = was.contacts[contact_id]
    yield denied(contact.account_id != was.me)
    yield refused(not contact.is_verified)


def _balance(was, account_id):
    return sum((entry.amount for entry in was.entries if entry.account_id == account_id), Decimal(0))


def _paid(was, kind, amount, about):
    yield refused(_balance(was, was.me) < amount)
    yield made(was.entries, account_id=was.me, kind=kind, amount=-amount, about=about, made_at=was.moment)


def _later(day, years):
    return date(day.year + years, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + years)
