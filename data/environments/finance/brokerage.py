"""Brokerage: accounts that hold cash and securities, orders that reserve one or the other, and trades that settle days later.

Author: hand. Domain: finance. No resource: the service is made up.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Caller, Entity, Environment, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import create, release, reserve, transfer, transition
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Money, Text

Sector = Literal["energy", "food", "health", "technology", "transport"]
Market = Literal["trading", "halted"]
Side = Literal["buy", "sell"]
Shares = Annotated[int, Field(ge=1)]
OrderStatus = Literal["open", "filled", "cancelled"]
FEE_SHARE = Decimal("0.0025")
LEAST_FEE = Decimal(1)


class Security(Entity):
    """A share of a company. While its market is halted nothing of it is traded."""

    id: Annotated[int, KeyStyle()]
    symbol: Text
    name: Text
    sector: Sector
    price: Money
    market: Market


class Account(Entity):
    """A customer's account. Its cash is what was paid in and what trades brought; reserved cash is promised to open orders."""

    id: Annotated[int, KeyStyle(offset=30100)]
    owner_id: Caller
    name: Text
    paid_in: Money
    cash: Money
    reserved_cash: Money


class Position(Entity):
    """How many shares of a security an account holds: those brought in from elsewhere and those traded. Open orders reserve some."""

    id: Annotated[int, KeyStyle(offset=500)]
    account_id: Ref[Account]
    security_id: Ref[Security]
    brought_in: Count
    quantity: Count
    reserved: Count
    average_price: Money


class Order(Entity):
    """The wish to buy or sell at a better price than the market's; what it needs is reserved while it is open."""

    id: Annotated[int, KeyStyle(offset=700000)]
    account_id: Ref[Account]
    security_id: Ref[Security]
    side: Side
    quantity: Count
    limit_price: Money
    status: OrderStatus
    created_at: Created


class Trade(Entity):
    """Shares bought or sold. The money of a sale can be moved on from the day it settles."""

    id: Annotated[int, KeyStyle(offset=900000)]
    account_id: Ref[Account]
    security_id: Ref[Security]
    side: Side
    quantity: Count
    price: Money
    fee: Money
    amount: Money  # paid with the fee, or received without it
    settles_on: date


class Brokerage(Environment):
    """Customers look up prices, trade, and move cash and shares between their accounts."""

    securities: Table[Security]
    accounts: Table[Account]
    positions: Table[Position]
    orders: Table[Order]
    trades: Table[Trade]

    @tool(effect="search")
    def security_search(
        self, query: Text | None = None, sector: Sector | None = None, min_price: Money | None = None, max_price: Money | None = None
    ) -> list[Security]:
        """Find securities by words of their symbol or name, sorted by symbol."""
        fits = self.securities.search(query, "symbol", "name", sector=sector, price__ge=min_price, price__le=max_price)
        return sorted(fits, key=lambda s: (s.symbol, s.id))

    @tool(effect="get")
    def security_quote(self, security_id: Ref[Security]) -> Security:
        """Price and market of a security."""
        return self.securities.get(security_id)

    @tool(effect="list", filters={"min_cash": "cash__ge"})
    def account_list(self, min_cash: Money | None = None) -> list[Account]:
        """All accounts of the caller."""
        return self.accounts.where(owner_id=self.me, cash__ge=min_cash)

    @tool(effect="get")
    def account_show(self, account_id: Ref[Account]) -> Account:
        """One account of the caller."""
        return self._own(account_id)

    @tool(effect="list", filters={"min_quantity": "quantity__ge"})
    def position_list(
        self, account_id: Ref[Account], security_id: Ref[Security] | None = None, min_quantity: Count | None = None
    ) -> list[Position]:
        """What an account of the caller holds, largest value first."""
        account = self._own(account_id)
        held = self.positions.where(account_id=account.id, security_id=security_id, quantity__ge=min_quantity)
        return sorted(held, key=lambda position: (-position.quantity * self.securities.get(position.security_id).price, position.id))

    @tool(effect=transfer)
    def shares_buy(self, account_id: Ref[Account], security_id: Ref[Security], quantity: Shares) -> Trade:
        """Buy at the market's price, for cash that no open order reserves."""
        return self._buy(self._own(account_id), self._traded(security_id), quantity)

    @tool(effect=transfer)
    def shares_sell(self, account_id: Ref[Account], security_id: Ref[Security], quantity: Shares) -> Trade:
        """Sell at the market's price shares that no open order reserves."""
        return self._sell(self._own(account_id), self._traded(security_id), quantity)

    @tool(effect="list", filters={"settles_from": "settles_on__ge", "min_amount": "amount__ge"})
    def trade_list(
        self, account_id: Ref[Account], side: Side | None = None, settles_from: date | None = None, min_amount: Money | None = None
    ) -> list[Trade]:
        """Trades of an account of the caller, latest first."""
        account = self._own(account_id)
        found = self.trades.where(account_id=account.id, side=side, settles_on__ge=settles_from, amount__ge=min_amount)
        return sorted(found, key=lambda trade: trade.id, reverse=True)

    @tool(effect=[reserve, create(entity="Order")])
    def order_place(self, account_id: Ref[Account], security_id: Ref[Security], side: Side, quantity: Shares, limit_price: Money) -> Order:
        """Order to buy below the market's price, or to sell above it. The cash with the fee, or the shares, are reserved."""
        account, security = self._own(account_id), self._traded(security_id)
        self._require_away(security, side, limit_price)
        wish = {"account_id": account.id, "security_id": security.id, "side": side, "quantity": quantity, "limit_price": limit_price}
        return self._reserve(self.orders.add(**wish, status="open"))

    @tool(effect="list")
    def order_list(self, account_id: Ref[Account], status: OrderStatus | None = None, side: Side | None = None) -> list[Order]:
        """Orders of an account of the caller, latest first."""
        found = self.orders.where(account_id=self._own(account_id).id, status=status, side=side)
        return sorted(found, key=lambda order: order.id, reverse=True)

    @tool(effect="update")
    def order_change_limit(self, order_id: Ref[Order], limit_price: Money) -> Order:
        """Change the limit of an open order; what it reserves follows."""
        order = self._own_order(order_id)
        if order.status != "open":
            raise PreconditionFailed(f"NOT_OPEN: the order is {order.status}.")
        self._require_away(self.securities.get(order.security_id), order.side, limit_price)
        self._release(order)
        return self._reserve(self.orders.replace(order, limit_price=limit_price))

    @tool(effect=[transfer, transition(entity="Order", field="status", sources=["open"], target="filled")])
    def order_fill_now(self, order_id: Ref[Order]) -> Order:
        """Wait no longer: fill an open order at the market's price, which is worse than its limit."""
        order = self.orders.transition(self._own_order(order_id), "filled")
        self._release(order)
        trade = self._buy if order.side == "buy" else self._sell
        trade(self.accounts.get(order.account_id), self._traded(order.security_id), order.quantity)
        return order

    @tool(effect=[release, transition(entity="Order", field="status", sources=["open"], target="cancelled")])
    def order_cancel(self, order_id: Ref[Order]) -> Order:
        """Cancel an open order; what it had reserved is free again."""
        order = self.orders.transition(self._own_order(order_id), "cancelled")
        self._release(order)
        return order

    @tool(effect=transfer)
    def cash_move(self, from_account_id: Ref[Account], to_account_id: Ref[Account], amount: Money) -> Account:
        """Move settled, unreserved cash between two accounts of the caller, and return the account it left."""
        source, target = self._own(from_account_id), self._own(to_account_id)
        if source.id == target.id:
            raise InvalidArgument("SAME_ACCOUNT: choose two different accounts.")
        if amount <= 0:
            raise InvalidArgument("BAD_AMOUNT: the amount must be more than zero.")
        unsettled = sum((t.amount for t in self.trades.where(account_id=source.id, side="sell", settles_on__gt=self.today)), Decimal(0))
        free = max(source.cash - source.reserved_cash - unsettled, Decimal(0))
        if amount > free:
            raise PreconditionFailed(f"NO_CASH: {free} of {source.name} can be moved; the rest is reserved or not settled yet.")
        self.accounts.replace(target, paid_in=target.paid_in + amount, cash=target.cash + amount)
        return self.accounts.replace(source, paid_in=source.paid_in - amount, cash=source.cash - amount)

    @invariant
    def open_orders_are_covered(self) -> bool:
        """Reserved cash and shares are exactly what open orders need, and they are there."""
        cash = dict.fromkeys((account.id for account in self.accounts), Decimal(0))
        shares = {(position.account_id, position.security_id): 0 for position in self.positions}
        for order in self.orders.where(status="open"):
            if order.side == "buy":
                cash[order.account_id] += self._cost(order)
            else:
                holding = (order.account_id, order.security_id)
                shares[holding] = shares.get(holding, 0) + order.quantity
        held = {(p.account_id, p.security_id): p.reserved for p in self.positions if p.reserved <= p.quantity}
        return held == shares and all(a.reserved_cash == cash[a.id] <= a.cash for a in self.accounts)

    @invariant
    def trades_are_booked(self) -> bool:
        """Cash and shares are what was brought in and what trades made of it; a trade's amount is price times quantity, and the fee."""
        cash = {account.id: account.paid_in for account in self.accounts}
        shares = {(position.account_id, position.security_id): position.brought_in for position in self.positions}
        for trade in self.trades:
            bought, holding = trade.side == "buy", (trade.account_id, trade.security_id)
            cash[trade.account_id] += -trade.amount if bought else trade.amount
            shares[holding] = shares.get(holding, 0) + (trade.quantity if bought else -trade.quantity)
        amounts = all(t.amount == t.price * t.quantity + (t.fee if t.side == "buy" else -t.fee) for t in self.trades)
        held = {(position.account_id, position.security_id): position.quantity for position in self.positions}
        return amounts and held == shares and len(held) == len(self.positions) and all(a.cash == cash[a.id] for a in self.accounts)

    def _own(self, account_id: int) -> Account:
        account = self.accounts.get(account_id)
        if account.owner_id != self.me:
            raise PermissionDenied("NOT_YOURS: the account belongs to another customer.")
        return account

    def _own_order(self, order_id: int) -> Order:
        order = self.orders.get(order_id)
        self._own(order.account_id)
        return order

    def _traded(self, security_id: int) -> Security:
        security = self.securities.get(security_id)
        if security.market == "halted":
            raise PreconditionFailed(f"HALTED: {security.symbol} is not traded at the moment.")
        return security

    def _require_away(self, security: Security, side: Side, limit: Decimal) -> None:
        if limit <= 0:
            raise InvalidArgument("BAD_PRICE: the limit price must be more than zero.")
        if limit >= security.price if side == "buy" else limit <= security.price:
            raise PreconditionFailed(f"AT_MARKET: {security.symbol} costs {security.price} now; {side} it at once instead.")

    @staticmethod
    def _fee(amount: Decimal) -> Decimal:
        return max(LEAST_FEE, round(amount * FEE_SHARE, 2))

    def _cost(self, order: Order) -> Decimal:
        amount = order.limit_price * order.quantity
        return amount + self._fee(amount)

    def _require_cash(self, account: Account, cost: Decimal) -> None:
        if cost > account.cash - account.reserved_cash:
            raise PreconditionFailed(f"NO_CASH: this costs {cost}, and {account.cash - account.reserved_cash} of {account.name} is free.")

    def _reserve(self, order: Order) -> Order:
        if order.side == "sell":
            position = self._free_shares(order.account_id, self.securities.get(order.security_id), order.quantity)
            self.positions.replace(position, reserved=position.reserved + order.quantity)
        else:
            account, cost = self.accounts.get(order.account_id), self._cost(order)
            self._require_cash(account, cost)
            self.accounts.replace(account, reserved_cash=account.reserved_cash + cost)
        return order

    def _release(self, order: Order) -> None:
        if order.side == "sell":
            [position] = self.positions.where(account_id=order.account_id, security_id=order.security_id)
            self.positions.replace(position, reserved=position.reserved - order.quantity)
        else:
            account = self.accounts.get(order.account_id)
            self.accounts.replace(account, reserved_cash=account.reserved_cash - self._cost(order))

    def _buy(self, account: Account, security: Security, quantity: int) -> Trade:
        fee = self._fee(security.price * quantity)
        amount = security.price * quantity + fee
        self._require_cash(account, amount)
        self.accounts.replace(account, cash=account.cash - amount)
        self._add_shares(account, security, quantity)
        return self._book(account, security, quantity, side="buy", fee=fee, amount=amount)

    def _sell(self, account: Account, security: Security, quantity: int) -> Trade:
        fee = self._fee(security.price * quantity)
        amount = security.price * quantity - fee
        self._drop_shares(account, security, quantity)
        self.accounts.replace(account, cash=account.cash + amount)
        return self._book(account, security, quantity, side="sell", fee=fee, amount=amount)

    def _book(self, account: Account, security: Security, quantity: int, *, side: Side, fee: Decimal, amount: Decimal) -> Trade:
        what = {"account_id": account.id, "security_id": security.id, "side": side, "quantity": quantity, "price": security.price}
        return self.trades.add(**what, fee=fee, amount=amount, settles_on=_two_workdays_after(self.today))

    def _free_shares(self, account_id: int, security: Security, quantity: int) -> Position:
        position = next(iter(self.positions.where(account_id=account_id, security_id=security.id)), None)
        free = position.quantity - position.reserved if position else 0
        if position is None or quantity > free:
            raise PreconditionFailed(f"NO_SHARES: {free} of {security.symbol} are free in this account.")
        return position

    def _add_shares(self, account: Account, security: Security, quantity: int) -> None:
        position = next(iter(self.positions.where(account_id=account.id, security_id=security.id)), None)
        if position is None:
            pair = {"account_id": account.id, "security_id": security.id}
            self.positions.add(**pair, brought_in=0, quantity=quantity, reserved=0, average_price=security.price)
        else:
            held = position.quantity + quantity
            average = (position.average_price * position.quantity + security.price * quantity) / held
            self.positions.replace(position, quantity=held, average_price=average)

    def _drop_shares(self, account: Account, security: Security, quantity: int) -> None:
        position = self._free_shares(account.id, security, quantity)
        self.positions.replace(position, quantity=position.quantity - quantity)

    @classmethod
    def scenario(cls, draw):
        """A market with one halted share, accounts with cash and holdings, and orders that fit them."""
        names = draw.sample(list(zip(draw.lexicon.words["asset"], draw.lexicon.words["ticker"], strict=False)), 8)
        sectors = {"Energy": "energy", "Foods": "food", "Health": "health", "Rail": "transport", "Shipping": "transport"}
        securities = [
            {"id": draw.key(Security), "symbol": symbol, "name": name, "sector": sectors.get(name.split()[-1], "technology")}
            for name, symbol in names
        ]
        for place, security in enumerate(securities):
            security |= {"price": draw.money(6, 190, group="price"), "market": "halted" if place == 7 else "trading"}
        accounts = [cls._seeded_account(draw, place) for place in range(max(4, draw.size // 3))]
        tables = {"securities": securities, "accounts": accounts, "positions": [], "orders": [], "trades": []}
        for account in accounts:
            for security in draw.sample(securities, draw.integer(2, 4)):
                paid = round(security["price"] * draw.choice([0.82, 0.94, 1.03, 1.2]), 2)
                position = {"id": draw.key(Position), "account_id": account["id"], "security_id": security["id"]}
                count = draw.integer(12, 90)
                position |= {"brought_in": count, "quantity": count, "reserved": 0, "average_price": paid}
                tables["positions"].append(position)
        for number in range(draw.size + 4):
            account = accounts[number % 2] if number < 6 else draw.choice(accounts)
            held = [p for p in tables["positions"] if p["account_id"] == account["id"] and p["quantity"] - p["reserved"] > 4]
            position = draw.choice(held) if number % 2 else None
            security = next((s for s in securities if position and s["id"] == position["security_id"]), draw.choice(securities))
            cls._seed_order(draw, tables, account, security, position)
            cls._seed_trade(draw, tables, draw.choice(held), number - draw.size - 4)
        for account in accounts:
            own = [trade for trade in tables["trades"] if trade["account_id"] == account["id"]]
            account["cash"] = Decimal(str(account["paid_in"])) + sum(t["amount"] * (1 if t["side"] == "sell" else -1) for t in own)
        return tables

    @staticmethod
    def _seeded_account(draw, place):
        owner = draw.me if place < 2 else draw.owner(0.2)
        name = draw.distinct("account", lambda: draw.choice(["Savings plan", "Trading", "Retirement", "Children", "Joint", "Rainy day"]))
        return {"id": draw.key(Account), "owner_id": owner, "name": name, "paid_in": draw.money(4500, 24000), "reserved_cash": 0}

    @classmethod
    def _seed_order(cls, draw, tables, account, security, position):
        """An order away from the market; an open one reserves what it needs."""
        side, quantity = "sell" if position else "buy", draw.integer(1, 4)
        limit = round(security["price"] * draw.choice([1.04, 1.08, 1.15] if position else [0.86, 0.9, 0.95]), 2)
        status = draw.choice(["open", "open", "open", "cancelled"]) if len(tables["orders"]) > 2 else "open"
        order = {"id": draw.key(Order), "account_id": account["id"], "security_id": security["id"], "side": side, "quantity": quantity}
        day = len(tables["orders"]) - draw.size - 8
        tables["orders"].append(order | {"limit_price": limit, "status": status, "created_at": draw.moment(day, day)})
        worth = Decimal(str(limit)) * quantity
        if status == "open" and position:
            position["reserved"] += quantity
        elif status == "open":
            account["reserved_cash"] = float(Decimal(str(account["reserved_cash"])) + worth + cls._fee(worth))

    @classmethod
    def _seed_trade(cls, draw, tables, position, day):
        side, quantity = draw.choice(["buy", "buy", "sell"]), draw.integer(1, 8)
        side = "buy" if position["quantity"] - position["reserved"] < 12 else side
        position["quantity"] += quantity if side == "buy" else -quantity
        security = next(security for security in tables["securities"] if security["id"] == position["security_id"])
        price = Decimal(str(round(security["price"] * draw.choice([0.94, 0.99, 1, 1.02, 1.05]), 2)))
        fee = cls._fee(price * quantity)
        trade = {"id": draw.key(Trade), "account_id": position["account_id"], "security_id": position["security_id"], "side": side}
        amount = price * quantity + (fee if side == "buy" else -fee)
        settles = _two_workdays_after(draw.day(day // 2, day // 2))
        tables["trades"].append(trade | {"quantity": quantity, "price": price, "fee": fee, "amount": amount, "settles_on": settles})


def _two_workdays_after(day: date) -> date:
    """The day a trade settles: markets rest on Saturday and Sunday."""
    return day + timedelta(days=4 if day.weekday() in {3, 4} else 3 if day.weekday() == 5 else 2)
