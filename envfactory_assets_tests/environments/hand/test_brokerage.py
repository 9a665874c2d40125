"""The brokerage: cash and shares change hands together, and open orders reserve what they need."""

from datetime import timedelta
from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def broker() -> Play:
    return Play("finance/brokerage")


def _account(broker: Play) -> dict[str, Any]:
    return max(broker.do("account_list"), key=lambda account: account["cash"] - account["reserved_cash"])


def _share(broker: Play) -> dict[str, Any]:
    return min(broker.rows("securities", market="trading"), key=lambda share: share["price"])


def test_buying_takes_cash_and_gives_shares(broker: Play) -> None:
    account, share = _account(broker), _share(broker)
    trade = broker.do("shares_buy", account_id=account["id"], security_id=share["id"], quantity=2)
    assert trade["amount"] == pytest.approx(2 * share["price"] + trade["fee"])
    assert broker.do("account_show", account_id=account["id"])["cash"] == pytest.approx(account["cash"] - trade["amount"])
    assert broker.do("position_list", account_id=account["id"], security_id=share["id"])[0]["quantity"] >= 2
    assert "NO_CASH" in broker.refused("shares_buy", account_id=account["id"], security_id=share["id"], quantity=99999)


def test_an_open_order_reserves_and_cancelling_releases(broker: Play) -> None:
    account, share = _account(broker), _share(broker)
    wish = {"account_id": account["id"], "security_id": share["id"], "side": "buy", "quantity": 2}
    assert "AT_MARKET" in broker.refused("order_place", **wish, limit_price=share["price"])
    order = broker.do("order_place", **wish, limit_price=1)
    assert broker.do("account_show", account_id=account["id"])["reserved_cash"] == pytest.approx(account["reserved_cash"] + 3)
    broker.do("order_cancel", order_id=order["id"])
    assert broker.do("account_show", account_id=account["id"])["reserved_cash"] == pytest.approx(account["reserved_cash"])


def test_the_money_of_a_sale_moves_on_once_it_is_settled(broker: Play) -> None:
    source, target = broker.do("account_list")[:2]
    trading = {row["id"] for row in broker.rows("securities", market="trading")}
    held = next(row for row in broker.do("position_list", account_id=source["id"]) if row["security_id"] in trading)
    broker.do("shares_sell", account_id=source["id"], security_id=held["security_id"], quantity=held["quantity"] - held["reserved"])
    account = broker.do("account_show", account_id=source["id"])
    move = {"from_account_id": source["id"], "to_account_id": target["id"], "amount": account["cash"] - account["reserved_cash"]}
    assert "not settled" in broker.refused("cash_move", **move)
    broker.episode.advance(timedelta(days=7))
    assert broker.do("cash_move", **move)["cash"] == pytest.approx(account["reserved_cash"])


def test_reserved_shares_cannot_be_sold(broker: Play) -> None:
    accounts = {account["id"] for account in broker.do("account_list")}
    trading = {row["id"] for row in broker.rows("securities", market="trading")}
    rows = [row for row in broker.rows("positions") if row["account_id"] in accounts and row["security_id"] in trading]
    held = max(rows, key=lambda row: row["reserved"])
    assert held["reserved"] > 0
    sale = {"account_id": held["account_id"], "security_id": held["security_id"], "quantity": held["quantity"]}
    assert "NO_SHARES" in broker.refused("shares_sell", **sale)


def test_a_halted_share_is_not_traded(broker: Play) -> None:
    halted = broker.rows("securities", market="halted")[0]
    assert "HALTED" in broker.refused("shares_buy", account_id=_account(broker)["id"], security_id=halted["id"], quantity=1)
