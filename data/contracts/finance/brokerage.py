"""What the brokerage does, tool by tool."""

from datetime import timedelta
from decimal import Decimal

from envfactory_assets.environments.contract import (
    answers,
    at_least,
    at_most,
    cents,
    changed,
    denied,
    fits,
    made,
    refused,
    says,
    senseless,
    shows,
)


def security_search(was, query, sector, min_price, max_price):
    fitting = (s for s in was.securities if fits(s, sector=sector) and at_least(s.price, min_price) and at_most(s.price, max_price))
    yield shows((security for security in fitting if says(query, security.symbol, security.name)), "symbol id")


def security_quote(was, security_id):
    yield shows([was.securities[security_id]])


def account_list(was, min_cash):
    yield shows(account for account in was.accounts if account.owner_id == was.me and at_least(account.cash, min_cash))


def account_show(was, account_id):
    yield denied(was.accounts[account_id].owner_id != was.me)
    yield shows([was.accounts[account_id]])


def position_list(was, account_id, security_id, min_quantity):
    yield denied(was.accounts[account_id].owner_id != was.me)
    held = (p for p in was.positions if fits(p, account_id=account_id, security_id=security_id) and at_least(p.quantity, min_quantity))
    yield shows(held, lambda position: (-position.quantity * was.securities[position.security_id].price, position.id))


def shares_buy(was, account_id, security_id, quantity):
    yield denied(was.accounts[account_id].owner_id != was.me)
    yield from _bought(was, was.accounts[account_id], was.securities[security_id], quantity)


def shares_sell(was, account_id, security_id, quantity):
    yield denied(was.accounts[account_id].owner_id != was.me)
    yield from _sold(was, was.accounts[account_id], was.securities[security_id], quantity)


def trade_list(was, account_id, side, settles_from, min_amount):
    yield denied(was.accounts[account_id].owner_id != was.me)
    fitting = (t for t in was.trades if t.account_id == account_id and fits(t, side=side) and at_least(t.settles_on, settles_from))
    yield shows((trade for trade in fitting if at_least(trade.amount, min_amount)), "-id")


def order_place(was, account_id, security_id, side, quantity, limit_price):
    account = was.accounts[account_id]
    yield denied(account.owner_id != was.me)
    security = was.securities[security_id]
    yield refused(security.market == "halted")
    yield senseless(limit_price <= 0)
    yield refused(not _is_away(security, side, limit_price))
    what = {"account_id": account_id, "security_id": security_id, "side": side, "quantity": quantity, "limit_price": limit_price}
    if side == "buy":
        cost = _cost(quantity, limit_price)
        yield refused(cost > account.cash - account.reserved_cash)
        yield changed(account, reserved_cash=account.reserved_cash + cost)
    else:
        position = _position(was, account_id, security_id)
        yield refused(position is None or quantity > position.quantity - position.reserved)
        yield changed(position, reserved=position.reserved + quantity)
    yield made(was.orders, **what, status="open", created_at=was.moment)


def order_list(was, account_id, status, side):
    yield denied(was.accounts[account_id].owner_id != was.me)
    yield shows((o for o in was.orders if o.account_id == account_id and fits(o, status=status, side=side)), "-id")


def order_change_limit(was, order_id, limit_price):
    order = was.orders[order_id]
    account = was.accounts[order.account_id]
    yield denied(account.owner_id != was.me)
    yield refused(order.status != "open")
    yield senseless(limit_price <= 0)
    yield refused(not _is_away(was.securities[order.security_id], order.side, limit_price))
    if order.side == "buy":
        others = account.reserved_cash - _cost(order.quantity, order.limit_price)
        cost = _cost(order.quantity, limit_price)
        yield refused(others + cost > account.cash)
        yield changed(account, reserved_cash=others + cost)
    yield changed(order, limit_price=limit_price)


def order_fill_now(was, order_id):
    order = was.orders[order_id]
    account, security = was.accounts[order.account_id], was.securities[order.security_id]
    yield denied(account.owner_id != was.me)
    yield refused(order.status != "open")
    yield changed(order, status="filled")
    if order.side == "buy":
        held_back = _cost(order.quantity, order.limit_price)
        yield changed(account, reserved_cash=account.reserved_cash - held_back)
        yield from _bought(was, account, security, order.quantity, released=held_back)
    else:
        position = _position(was, account.id, security.id)
        yield changed(position, reserved=position.reserved - order.quantity)
        yield from _sold(was, account, security, order.quantity, released=order.quantity)
    yield answers(order)


def order_cancel(was, order_id):
    order = was.orders[order_id]
    account = was.accounts[order.account_id]
    yield denied(account.owner_id != was.me)
    yield refused(order.status != "open")
    yield changed(order, status="cancelled")
    if order.side == "buy":
        yield changed(account, reserved_cash=account.reserved_cash - _cost(order.quantity, order.limit_price))
    else:
        position = _position(was, account.id, order.security_id)
        yield changed(position, reserved=position.reserved - order.quantity)


def cash_move(was, from_account_id, to_account_id, amount):
    source = was.accounts[from_account_id]
    yield denied(source.owner_id != was.me)
    target = was.accounts[to_account_id]
    yield denied(target.owner_id != was.me)
    yield senseless(source.id == target.id, amount <= 0)
    sales = [trade for trade in was.trades if trade.account_id == source.id and trade.side == "sell"]
    unsettled = sum(trade.amount for trade in sales if trade.settles_on > was.day)
    yield refused(amount > source.cash - source.reserved_cash - unsettled)
    yield changed(source, paid_in=source.paid_in - amount, cash=source.cash - amount)
    yield changed(target, paid_in=target.paid_in + amount, cash=target.cash + amount)
    yield answers(source)


def _is_away(security, side, limit_price):
    return limit_price < security.price if side == "buy" else limit_price > security.price


def _fee(amount):
    return max(Decimal(1), cents(amount / 400))


def _cost(quantity, price):
    return quantity * price + _fee(quantity * price)


def _position(was, account_id, security_id):
    return next((p for p in was.positions if (p.account_id, p.security_id) == (account_id, security_id)), None)


def _booked(was, account, security, quantity, side):
    worth = security.price * quantity
    fee = _fee(worth)
    amount = worth + fee if side == "buy" else worth - fee
    what = {"account_id": account.id, "security_id": security.id, "side": side, "quantity": quantity, "price": security.price}
    workdays = [day for ahead in range(1, 8) if (day := was.day + timedelta(days=ahead)).weekday() < 5]
    yield changed(account, cash=account.cash + (-amount if side == "buy" else amount))
    yield made(was.trades, **what, fee=fee, amount=amount, settles_on=workdays[1])


def _bought(was, account, security, quantity, released=Decimal(0)):
    yield refused(security.market == "halted")
    yield refused(_cost(quantity, security.price) > account.cash - account.reserved_cash + released)
    yield from _booked(was, account, security, quantity, "buy")
    position = _position(was, account.id, security.id)
    if position is None:
        pair = {"account_id": account.id, "security_id": security.id}
        yield made(was.positions, **pair, brought_in=0, quantity=quantity, reserved=0, average_price=security.price)
    else:
        held = position.quantity + quantity
        average = (position.average_price * position.quantity + security.price * quantity) / held
        yield changed(position, quantity=held, average_price=cents(average))


def _sold(was, account, security, quantity, released=0):
    yield refused(security.market == "halted")
    position = _position(was, account.id, security.id)
    yield refused(position is None or quantity > position.quantity - position.reserved + released)
    yield from _booked(was, account, security, quantity, "sell")
    yield changed(position, quantity=position.quantity - quantity)
