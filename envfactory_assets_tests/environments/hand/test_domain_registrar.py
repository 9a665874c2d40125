"""The domain registrar, played."""

from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def registrar() -> Play:
    return Play("utilities/domain_registrar")


def _verified(registrar: Play) -> str:
    return str(registrar.row("contacts", account_id=registrar.me, is_verified=True)["id"])


def _held(registrar: Play, **wanted: Any) -> dict[str, Any]:
    found = registrar.rows("domains", account_id=registrar.me, **wanted)
    return next(row for row in found if row["expires_on"] > "2026-05-12")


def test_a_registration_is_paid_and_refunded_for_five_days(registrar: Play) -> None:
    before = registrar.do("account-balance")["available"]
    suffix = registrar.do("suffix-list")["result"][0]
    domain = registrar.do("domain-register", label="quiet-harbour", suffix_id=suffix["id"], contact_id=_verified(registrar))
    assert registrar.do("account-balance")["available"] == before - suffix["register_price"]
    again = {"label": "quiet-harbour", "suffix_id": suffix["id"], "contact_id": _verified(registrar)}
    assert registrar.refused("domain-register", **again).startswith("conflict: 2302")
    assert "is locked" in registrar.refused("domain-delete", domain_id=domain["id"])
    registrar.do("domain-unlock", domain_id=domain["id"])
    registrar.do("domain-delete", domain_id=domain["id"])
    assert registrar.do("account-balance")["available"] == before


def test_what_expired_is_restored_for_a_fee_and_lost_after_thirty_days(registrar: Play) -> None:
    expired = next(row for row in registrar.rows("domains", account_id=registrar.me) if row["expires_on"] < "2026-05-12")
    assert "renew it first" in registrar.refused("domain-unlock", domain_id=expired["id"])
    registrar.wait(days=25)
    assert "expired more than 30 days ago" in registrar.refused("domain-renew", domain_id=expired["id"])


def test_nobody_spends_more_than_the_balance(registrar: Play) -> None:
    suffix = max(registrar.do("suffix-list")["result"], key=lambda row: row["register_price"])
    refused = ""
    for number in range(12):
        call = {"label": f"name-{number}", "suffix_id": suffix["id"], "contact_id": _verified(registrar)}
        result = registrar.episode.call("domain-register", call)
        refused = refused or (result.error.message if result.error else "")
    assert refused.startswith("2104")


def test_a_sale_moves_the_name_and_the_money(registrar: Play) -> None:
    domain, seller = _held(registrar, lock="unlocked"), registrar.me
    for offer in registrar.rows("offers", domain_id=domain["id"], status="pending"):
        registrar.do("offer-end", offer_id=offer["id"])
    buyer = next(row["id"] for row in registrar.rows("accounts") if row["id"] != seller)
    offer = registrar.do("offer-make", domain_id=domain["id"], buyer_id=buyer, price=20)
    assert "is offered" in registrar.refused("domain-lock", domain_id=domain["id"])
    before = registrar.do("account-balance")["available"]
    registrar.sign_in(buyer)
    had = registrar.do("account-balance")["available"]
    registrar.do("offer-accept", offer_id=offer["id"], contact_id=_verified(registrar))
    assert registrar.do("domain-info", domain_id=domain["id"])["lock"] == "locked"
    assert registrar.do("account-balance")["available"] == had - 20
    registrar.sign_in(seller)
    assert registrar.do("account-balance")["available"] == before + 20
    assert registrar.refused("domain-info", domain_id=domain["id"]).startswith("permission_denied: 2201")


def test_records_have_values_of_their_type_and_a_cname_is_alone(registrar: Play) -> None:
    domain = _held(registrar)["id"]
    assert "2005" in registrar.refused("record-add", domain_id=domain, type="A", value="300.1.1.1", host="api")
    registrar.do("record-add", domain_id=domain, type="A", value="203.0.113.9", host="api")
    assert "2306" in registrar.refused("record-add", domain_id=domain, type="CNAME", value="api.tidewater.example", host="api")
    registrar.do("record-add", domain_id=domain, type="CNAME", value="api.tidewater.example", host="docs")
    assert "must be alone" in registrar.refused("record-add", domain_id=domain, type="TXT", value="hello", host="docs")
