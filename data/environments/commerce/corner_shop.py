"""Corner shop: products on the shelf, a cart, and orders that are delivered.

Author: hand. Domain: commerce. No resource: the service is made up.
"""

from decimal import Decimal
from typing import Annotated, Literal

from envfactory_assets.environments import Caller, Entity, Environment, Key, Part, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, checkout, refund, release, remove_member, transition
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Money, Text

Category = Literal["home", "outdoor", "electronics", "kitchen"]
OrderStatus = Literal["paid", "shipped", "delivered", "cancelled", "returned"]
FREE_DELIVERY_FROM = 60
DELIVERY_FEE = Decimal("4.90")


class Product(Entity):
    """Something for sale, as many times as it is in stock."""

    id: Key
    name: Text
    category: Category
    price: Money
    stock: Count


class CartLine(Entity):
    """A product in a customer's cart."""

    id: Key
    customer_id: Caller
    product_id: Ref[Product]
    quantity: Count


class OrderLine(Part):
    """A product of an order, at the price it was bought for."""

    product_id: Ref[Product]
    name: Text
    quantity: Count
    unit_price: Money


class Order(Entity):
    """What a customer bought at once."""

    id: Annotated[str, KeyStyle("ORD-{n:04d}")]
    customer_id: Caller
    lines: list[OrderLine]
    subtotal: Money
    delivery_fee: Money
    total: Money
    refunded: Money
    address: Text
    status: OrderStatus
    placed_at: Created


class CornerShop(Environment):
    """Customers search, fill a cart, check out, and cancel or return orders."""

    products: Table[Product]
    cart_lines: Table[CartLine]
    orders: Table[Order]

    @tool(effect="search", filters={"max_price": "price__le"})
    def search_products(self, query: Text | None = None, category: Category | None = None, max_price: Money | None = None) -> list[Product]:
        """Products whose name holds every word of the query, cheapest first."""
        return sorted(self.products.search(query, "name", category=category, price__le=max_price), key=lambda p: (p.price, p.id))

    @tool(effect="get")
    def get_product(self, product_id: Ref[Product]) -> Product:
        """One product."""
        return self.products.get(product_id)

    @tool(effect="list")
    def view_cart(self) -> list[CartLine]:
        """What is in the caller's cart."""
        return self.cart_lines.where(customer_id=self.me)

    @tool(effect=add_member, grounding="declared")
    def add_to_cart(self, product_id: Ref[Product], quantity: Count = 1) -> CartLine:
        """Put a product into the cart, or more of one that is there. Refused beyond the stock."""
        product = self.products.get(product_id)
        if quantity < 1:
            raise InvalidArgument("The quantity must be 1 or more.")
        line = next(iter(self.cart_lines.where(customer_id=self.me, product_id=product.id)), None)
        wanted = quantity + (line.quantity if line else 0)
        self._require_stock(product, wanted)
        if line:
            return self.cart_lines.replace(line, quantity=wanted)
        return self.cart_lines.add(customer_id=self.me, product_id=product.id, quantity=quantity)

    @tool(effect="update")
    def change_quantity(self, cart_line_id: Ref[CartLine], quantity: Count) -> CartLine:
        """Set how many of a product are in the cart."""
        line = self._my_line(cart_line_id)
        if quantity < 1:
            raise InvalidArgument("The quantity must be 1 or more; to drop the product, remove it from the cart.")
        self._require_stock(self.products.get(line.product_id), quantity)
        return self.cart_lines.replace(line, quantity=quantity)

    @tool(effect=[remove_member, "delete"], grounding="declared")
    def remove_from_cart(self, cart_line_id: Ref[CartLine]) -> None:
        """Take a product out of the cart."""
        self.cart_lines.remove(self._my_line(cart_line_id))

    @tool(effect=checkout, grounding="declared")
    def check_out(self, address: Text) -> Order:
        """Buy what is in the cart and empty it. Delivery is free from 60."""
        cart = self.cart_lines.where(customer_id=self.me)
        if not cart:
            raise PreconditionFailed("The cart is empty.")
        if not address.strip():
            raise InvalidArgument("An address is needed.")
        lines = [self._bought(line) for line in cart]
        for line in cart:
            self.cart_lines.remove(line)
        subtotal = sum((line.unit_price * line.quantity for line in lines), Decimal(0))
        fee = Decimal(0) if subtotal >= FREE_DELIVERY_FROM else DELIVERY_FEE
        return self.orders.add(
            customer_id=self.me,
            lines=lines,
            subtotal=subtotal,
            delivery_fee=fee,
            total=subtotal + fee,
            refunded=0,
            address=address,
            status="paid",
        )

    @tool(effect="list")
    def list_my_orders(self, status: OrderStatus | None = None) -> list[Order]:
        """The caller's orders, newest first."""
        return sorted(self.orders.where(customer_id=self.me, status=status), key=lambda o: (o.placed_at, o.id), reverse=True)

    @tool(effect="get")
    def get_order(self, order_id: Ref[Order]) -> Order:
        """One of the caller's orders."""
        return self._my_order(order_id)

    @tool(effect="update")
    def change_address(self, order_id: Ref[Order], address: Text) -> Order:
        """Send an order somewhere else, as long as it is not shipped."""
        order = self._my_order(order_id)
        if order.status != "paid":
            raise PreconditionFailed(f"An order that is {order.status} cannot be redirected.")
        if not address.strip():
            raise InvalidArgument("An address is needed.")
        return self.orders.replace(order, address=address)

    @tool(effect=[release, refund, transition(entity="Order", field="status", sources=["paid"], target="cancelled")], grounding="declared")
    def cancel_order(self, order_id: Ref[Order]) -> Order:
        """Cancel an order that is not shipped: all money comes back, and the goods go back on the shelf."""
        order = self.orders.transition(self._my_order(order_id), "cancelled")
        self._restock(order)
        return self.orders.replace(order, refunded=order.total)

    @tool(effect=[refund, transition(entity="Order", field="status", sources=["delivered"], target="returned")], grounding="declared")
    def return_order(self, order_id: Ref[Order]) -> Order:
        """Return a delivered order within 30 days: the goods are refunded, the delivery fee is not."""
        order = self._my_order(order_id)
        if order.status == "delivered" and (self.now - order.placed_at).days > 30:
            raise PreconditionFailed("Orders can be returned for 30 days.")
        order = self.orders.transition(order, "returned")
        self._restock(order)
        return self.orders.replace(order, refunded=order.subtotal)

    @invariant
    def totals_add_up(self) -> bool:
        """An order's total is its lines plus the delivery fee, and no more than that is refunded."""
        return all(
            o.subtotal == sum(line.unit_price * line.quantity for line in o.lines)
            and o.total == o.subtotal + o.delivery_fee
            and 0 <= o.refunded <= o.total
            for o in self.orders
        )

    @invariant
    def a_cart_lists_a_product_once(self) -> bool:
        """A product is in a customer's cart once, and at least one of it."""
        pairs = [(line.customer_id, line.product_id) for line in self.cart_lines]
        return len(pairs) == len(set(pairs)) and all(line.quantity > 0 for line in self.cart_lines)

    def _my_line(self, cart_line_id: str) -> CartLine:
        line = self.cart_lines.get(cart_line_id)
        if line.customer_id != self.me:
            raise PermissionDenied("This is in another customer's cart.")
        return line

    def _my_order(self, order_id: str) -> Order:
        order = self.orders.get(order_id)
        if order.customer_id != self.me:
            raise PermissionDenied("This order belongs to another customer.")
        return order

    def _require_stock(self, product: Product, wanted: int) -> None:
        if wanted > product.stock:
            raise PreconditionFailed(f"{product.name}: {product.stock} in stock, {wanted} wanted.")

    def _bought(self, line: CartLine) -> OrderLine:
        product = self.products.get(line.product_id)
        self._require_stock(product, line.quantity)
        self.products.replace(product, stock=product.stock - line.quantity)
        return OrderLine(product_id=product.id, name=product.name, quantity=line.quantity, unit_price=product.price)

    def _restock(self, order: Order) -> None:
        for line in order.lines:
            product = self.products.get(line.product_id)
            self.products.replace(product, stock=product.stock + line.quantity)

    @classmethod
    def scenario(cls, draw):
        """A shelf, carts with something in them, and orders of the last two months."""
        templates = {
            "home": "{material} {homeware}",
            "outdoor": "{model_name} {gear}",
            "electronics": "{model_name} {electronics}",
            "kitchen": "{place_word} {grocery}",
        }
        products = []
        for _ in range(max(6, draw.size)):
            category = draw.choice(sorted(templates))
            name = draw.distinct("product", lambda text=templates[category]: draw.fill([text]))
            price = draw.money(4, 40 if category == "kitchen" else 180, group="price")
            products.append({"id": draw.key(Product), "name": name, "category": category, "price": price, "stock": draw.integer(0, 30)})
        in_stock = [product for product in products if product["stock"] > 2] or products
        carts = [(draw.me, p) for p in draw.sample(in_stock, 2)] + [("U14", p) for p in draw.sample(in_stock, draw.size // 5)]
        lines = [
            {"id": draw.key(CartLine), "customer_id": who, "product_id": p["id"], "quantity": draw.integer(1, max(1, min(3, p["stock"])))}
            for who, p in carts
        ]
        orders = [cls._seeded_order(draw, products, mine=place < 3) for place in range(draw.size)]
        orders = [{"id": draw.key(Order), **order} for order in sorted(orders, key=lambda order: order["placed_at"])]
        return {"products": products, "cart_lines": lines, "orders": orders}

    @staticmethod
    def _seeded_order(draw, products, *, mine):
        lines = [
            {"product_id": p["id"], "name": p["name"], "quantity": draw.integer(1, 3), "unit_price": p["price"]}
            for p in draw.sample(products, draw.integer(1, 3))
        ]
        subtotal = round(sum(line["unit_price"] * line["quantity"] for line in lines), 2)
        fee = 0 if subtotal >= FREE_DELIVERY_FROM else float(DELIVERY_FEE)
        placed = draw.moment(-56, -1)
        age = (draw.now - placed).days
        status = "paid" if age < 3 else "shipped" if age < 7 else "delivered"
        status = draw.choice([status, status, status, "paid", "cancelled", "returned" if age >= 7 else status])
        place = draw.place()
        return {
            "customer_id": draw.me if mine else draw.owner(0.4),
            "lines": lines,
            "subtotal": subtotal,
            "delivery_fee": fee,
            "total": round(subtotal + fee, 2),
            "refunded": round(subtotal + fee, 2) if status == "cancelled" else subtotal if status == "returned" else 0,
            "address": f"{draw.choice(place['streets'])} {draw.integer(2, 90)}, {place['city']}",
            "status": status,
            "placed_at": placed,
        }
