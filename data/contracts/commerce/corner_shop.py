"""What the corner shop does, tool by tool."""

from datetime import timedelta
from decimal import Decimal

from envfactory_assets.environments.contract import at_most, changed, denied, fits, gone, made, refused, says, senseless, shows


def search_products(was, query, category, max_price):
    fitting = (p for p in was.products if fits(p, category=category) and at_most(p.price, max_price))
    yield shows((product for product in fitting if says(query, product.name)), "price id")


def get_product(was, product_id):
    yield shows([was.products[product_id]])


def view_cart(was):
    yield shows(_cart(was))


def add_to_cart(was, product_id, quantity):
    product = was.products[product_id]
    yield senseless(quantity < 1)
    known = [line for line in _cart(was) if line.product_id == product_id]
    wanted = quantity + sum(line.quantity for line in known)
    yield refused(wanted > product.stock)
    if known:
        yield changed(known[0], quantity=wanted)
    else:
        yield made(was.cart_lines, customer_id=was.me, product_id=product_id, quantity=quantity)


def change_quantity(was, cart_line_id, quantity):
    line = was.cart_lines[cart_line_id]
    yield denied(line.customer_id != was.me)
    yield senseless(quantity < 1)
    yield refused(quantity > was.products[line.product_id].stock)
    yield changed(line, quantity=quantity)


def remove_from_cart(was, cart_line_id):
    line = was.cart_lines[cart_line_id]
    yield denied(line.customer_id != was.me)
    yield gone(line)


def check_out(was, address):
    cart = [(line, was.products[line.product_id]) for line in _cart(was)]
    yield refused(not cart)
    yield senseless(not address.strip())
    yield refused(any(line.quantity > product.stock for line, product in cart))
    for line, product in cart:
        yield gone(line)
        yield changed(product, stock=product.stock - line.quantity)
    lines = [{"product_id": p.id, "name": p.name, "quantity": line.quantity, "unit_price": p.price} for line, p in cart]
    subtotal = sum(product.price * line.quantity for line, product in cart)
    fee = Decimal(0) if subtotal >= 60 else Decimal("4.90")
    sums = {"subtotal": subtotal, "delivery_fee": fee, "total": subtotal + fee, "refunded": 0}
    yield made(was.orders, customer_id=was.me, lines=lines, **sums, address=address, status="paid", placed_at=was.moment)


def list_my_orders(was, status):
    yield shows((order for order in was.orders if order.customer_id == was.me and fits(order, status=status)), "-placed_at -id")


def get_order(was, order_id):
    yield denied(was.orders[order_id].customer_id != was.me)
    yield shows([was.orders[order_id]])


def change_address(was, order_id, address):
    order = was.orders[order_id]
    yield denied(order.customer_id != was.me)
    yield refused(order.status != "paid")
    yield senseless(not address.strip())
    yield changed(order, address=address)


def cancel_order(was, order_id):
    order = was.orders[order_id]
    yield denied(order.customer_id != was.me)
    yield refused(order.status != "paid")
    yield changed(order, status="cancelled", refunded=order.total)
    yield from _restocked(was, order)


def return_order(was, order_id):
    order = was.orders[order_id]
    yield denied(order.customer_id != was.me)
    yield refused(order.status != "delivered", was.moment - order.placed_at >= timedelta(days=31))
    yield changed(order, status="returned", refunded=order.subtotal)
    yield from _restocked(was, order)


def _cart(was):
    return [line for line in was.cart_lines if line.customer_id == was.me]


def _restocked(was, order):
    for line in order.lines:
        product = was.products[line.product_id]
        back = sum(each.quantity for each in order.lines if each.product_id == product.id)
        yield changed(product, stock=product.stock + back)
