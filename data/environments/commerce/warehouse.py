"""Warehouse: goods on their places, deliveries that come in, orders that are picked and go out.

Author: hand. Domain: commerce. No resource: the service is made up.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Caller, Entity, Environment, Part, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, assign, release, reserve, transfer, transition
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Money, Text

Zone = Literal["receiving", "bulk", "picking", "quarantine"]
DeliveryStatus = Literal["expected", "part_received", "received"]
OrderStatus = Literal["open", "allocated", "picking", "picked", "shipped", "cancelled"]
PickStatus = Literal["waiting", "claimed", "picked", "released"]
PageSize = Annotated[int, Field(ge=1, le=200)]
ZONES_TO_PICK_FROM = ("picking", "bulk")
CLAIMS_AT_ONCE = 4


class Item(Entity):
    """Something the warehouse keeps. Below its reorder point it should be bought again."""

    id: Annotated[str, KeyStyle("SKU-{n:04d}")]
    name: Text
    supplier: Text
    unit_cost: Money
    reorder_point: Count


class Location(Entity):
    """A place, how many units of any kind it has room for, and how many it holds."""

    id: Annotated[str, KeyStyle("LOC-{n:03d}")]
    code: Text
    zone: Zone
    capacity: Count
    held: Count


class StockLine(Entity):
    """How many of an item lie on a location, and how many of them are promised to picks."""

    id: Annotated[str, KeyStyle("STK-{n:04d}")]
    item_id: Ref[Item]
    location_id: Ref[Location]
    on_hand: Count
    reserved: Count

    @property
    def free(self) -> int:
        """Units nobody has been promised."""
        return self.on_hand - self.reserved


class Delivery(Entity):
    """One item on its way in from its supplier."""

    id: Annotated[str, KeyStyle("IN-{n:04d}")]
    item_id: Ref[Item]
    ordered: Count
    received: Count
    due_on: date
    status: DeliveryStatus


class OrderLine(Part):
    """So many of an item."""

    item_id: Ref[Item]
    quantity: Count


class Order(Entity):
    """What a customer is to be sent. Goods are promised to it when it is allocated."""

    id: Annotated[str, KeyStyle("SO-{n:05d}")]
    customer: Text
    lines: list[OrderLine]
    ship_by: date
    status: OrderStatus
    created_at: Created


class Pick(Entity):
    """The task of fetching goods for an order. Whoever claims it does it."""

    id: Annotated[str, KeyStyle("PCK-{n:05d}")]
    order_id: Ref[Order]
    stock_line_id: Ref[StockLine]
    quantity: Count
    picker_id: Caller | None
    status: PickStatus


class Warehouse(Environment):
    """Clerks receive and move goods, promise them to orders, pick them and send them off."""

    items: Table[Item]
    locations: Table[Location]
    stock_lines: Table[StockLine]
    deliveries: Table[Delivery]
    orders: Table[Order]
    picks: Table[Pick]

    @tool(effect="search", envelope="results", filters={"max_unit_cost": "unit_cost__le"})
    def search_items(self, query: Text | None = None, supplier: Text | None = None, max_unit_cost: Money | None = None) -> list[Item]:
        """Items whose name or supplier holds every word of the query, by id."""
        found = self.items.search(query, "name", "supplier", supplier=supplier, unit_cost__le=max_unit_cost)
        return sorted(found, key=lambda item: item.id)

    @tool(effect="list", envelope="results")
    def list_items_to_reorder(self) -> list[Item]:
        """Items of which fewer are free for orders than their reorder point asks."""
        return [item for item in self.items if sum(line.free for line in self._pickable(item.id)) < item.reorder_point]

    @tool(effect="list", envelope="results")
    def list_locations(self, zone: Zone | None = None, min_capacity: Count | None = None) -> list[Location]:
        """Locations by code."""
        return sorted(self.locations.where(zone=zone, capacity__ge=min_capacity), key=lambda location: (location.code, location.id))

    @tool(effect="list", envelope="results", filters={"min_on_hand": "on_hand__ge"})
    def list_stock(
        self, item_id: Ref[Item] | None = None, location_id: Ref[Location] | None = None, min_on_hand: Count | None = None
    ) -> list[StockLine]:
        """What lies where, most units first."""
        found = self.stock_lines.where(item_id=item_id, location_id=location_id, on_hand__ge=min_on_hand)
        return sorted(found, key=lambda line: (-line.on_hand, line.id))

    @tool(effect=transfer)
    def move_stock(self, item_id: Ref[Item], from_location_id: Ref[Location], to_location_id: Ref[Location], quantity: Count) -> StockLine:
        """Carry free units from one location to another, and return what then lies on the second."""
        item, target = self.items.get(item_id), self.locations.get(to_location_id)
        if from_location_id == to_location_id:
            raise InvalidArgument("From and to are the same location.")
        self._require_some(quantity)
        source = self._stock_of(item, self.locations.get(from_location_id))
        if source is None or quantity > source.free:
            raise PreconditionFailed(f"Only {source.free if source else 0} units of {item.name} are free on that location.")
        stored = self._put(item, target, quantity)
        self._take(source, quantity)
        return stored

    @tool(effect="list", envelope="results", filters={"due_until": "due_on__le"})
    def list_deliveries(
        self, item_id: Ref[Item] | None = None, status: DeliveryStatus | None = None, due_until: date | None = None
    ) -> list[Delivery]:
        """What comes in, earliest due date first."""
        found = self.deliveries.where(item_id=item_id, status=status, due_on__le=due_until)
        return sorted(found, key=lambda delivery: (delivery.due_on, delivery.id))

    @tool(effect=transfer)
    def receive_delivery(self, delivery_id: Ref[Delivery], location_id: Ref[Location], quantity: Count) -> Delivery:
        """Put units of a delivery on a location; never more than were ordered or than it has room for."""
        delivery = self.deliveries.get(delivery_id)
        outstanding = delivery.ordered - delivery.received
        if quantity > outstanding:
            raise PreconditionFailed(f"Only {outstanding} units of {delivery.id} are outstanding.")
        self._put(self.items.get(delivery.item_id), self.locations.get(location_id), quantity)
        status = "received" if quantity == outstanding else "part_received"
        return self.deliveries.replace(delivery, received=delivery.received + quantity, status=status)

    @tool(effect="list", envelope="results", filters={"customer": "customer__contains", "ship_until": "ship_by__le"})
    def list_orders(
        self,
        status: OrderStatus | None = None,
        customer: Text | None = None,
        ship_until: date | None = None,
        limit: PageSize = 50,
        offset: Count = 0,
    ) -> list[Order]:
        """Orders, most urgent first."""
        found = self.orders.where(status=status, customer__contains=customer, ship_by__le=ship_until)
        return sorted(found, key=lambda order: (order.ship_by, order.id))[offset : offset + limit]

    @tool(effect="get")
    def get_order(self, order_id: Ref[Order]) -> Order:
        """One order with its lines."""
        return self.orders.get(order_id)

    @tool(effect=add_member(entity="Order"))
    def add_order_line(self, order_id: Ref[Order], item_id: Ref[Item], quantity: Count) -> Order:
        """Add an item to an open order; an item stands on one line only."""
        order, item = self.orders.get(order_id), self.items.get(item_id)
        self._require_some(quantity)
        if order.status != "open":
            raise PreconditionFailed(f"{order.id} is {order.status}; only an open order takes another line.")
        if any(known.item_id == item_id for known in order.lines):
            raise PreconditionFailed(f"{item.name} is on {order.id} already.")
        return self.orders.replace(order, lines=[*order.lines, OrderLine(item_id=item.id, quantity=quantity)])

    @tool(effect=[reserve, transition(entity="Order", field="status", sources=["open"], target="allocated")])
    def allocate_order(self, order_id: Ref[Order]) -> Order:
        """Promise goods to an open order and make its picks. All or nothing; picking places are used before bulk ones."""
        order = self.orders.transition(self.orders.get(order_id), "allocated")
        for line in order.lines:
            self._promise(order, line)
        return order

    @tool(effect=[release, transition(entity="Order", field="status", sources=["open", "allocated"], target="cancelled")])
    def cancel_order(self, order_id: Ref[Order]) -> Order:
        """Cancel an order whose picking has not begun; what was promised to it is free again."""
        order = self.orders.transition(self.orders.get(order_id), "cancelled")
        for pick in self.picks.where(order_id=order.id):
            stock = self.stock_lines.get(pick.stock_line_id)
            self.stock_lines.replace(stock, reserved=stock.reserved - pick.quantity)
            self.picks.replace(pick, status="released", picker_id=None)
        return order

    @tool(effect="list", envelope="results")
    def list_picks(self, order_id: Ref[Order] | None = None, status: PickStatus | None = None, picker_id: Text | None = None) -> list[Pick]:
        """Picks in the order they were made."""
        return self.picks.where(order_id=order_id, status=status, picker_id=picker_id)

    @tool(effect=[assign, transition(entity="Pick", field="status", sources=["waiting"], target="claimed")])
    def claim_pick(self, pick_id: Ref[Pick]) -> Pick:
        """Take on a waiting pick; nobody has more than four at once."""
        if len(self.picks.where(picker_id=self.me, status="claimed")) >= CLAIMS_AT_ONCE:
            raise PreconditionFailed(f"You have {CLAIMS_AT_ONCE} claimed picks; confirm one of them first.")
        return self.picks.transition(self.picks.get(pick_id), "claimed", picker_id=self.me)

    @tool(effect=transition(entity="Pick", field="status", sources=["claimed"], target="picked"))
    def confirm_pick(self, pick_id: Ref[Pick]) -> Pick:
        """Confirm that the goods were taken off the shelf. With its last pick the whole order is picked."""
        pick = self.picks.transition(self._my_pick(pick_id), "picked")
        stock = self.stock_lines.get(pick.stock_line_id)
        self._take(self.stock_lines.replace(stock, reserved=stock.reserved - pick.quantity), pick.quantity)
        done = all(other.status == "picked" for other in self.picks.where(order_id=pick.order_id))
        self.orders.replace(self.orders.get(pick.order_id), status="picked" if done else "picking")
        return pick

    @tool(effect=transition(entity="Order", field="status", sources=["picked"], target="shipped"))
    def ship_order(self, order_id: Ref[Order]) -> Order:
        """Send off an order whose goods are all picked."""
        return self.orders.transition(self.orders.get(order_id), "shipped")

    @invariant
    def places_are_not_overfull(self) -> bool:
        """A location holds what its stock lines say, one line an item, and no more than its capacity."""
        held = dict.fromkeys((location.id for location in self.locations), 0)
        for line in self.stock_lines:
            held[line.location_id] += line.on_hand
        pairs = {(line.item_id, line.location_id) for line in self.stock_lines}
        return len(pairs) == len(self.stock_lines) and all(held[place.id] == place.held <= place.capacity for place in self.locations)

    @invariant
    def promises_are_kept(self) -> bool:
        """What is reserved of a stock line is what picks still to be made take from it, and it lies there."""
        promised = dict.fromkeys((line.id for line in self.stock_lines), 0)
        for pick in self.picks:
            promised[pick.stock_line_id] += pick.quantity if pick.status in {"waiting", "claimed"} else 0
        return all(line.reserved == promised[line.id] <= line.on_hand for line in self.stock_lines)

    @invariant
    def picks_cover_their_order(self) -> bool:
        """From its allocation on an order has picks for exactly its lines; an open or cancelled one has none to be made."""
        bound = {order.id: order.lines if order.status not in {"open", "cancelled"} else [] for order in self.orders}
        return all(self._fetched(order) == {line.item_id: line.quantity for line in bound[order.id]} for order in self.orders)

    @invariant
    def orders_follow_their_picks(self) -> bool:
        """An order is allocated until a pick of it is picked, and picked once all are."""
        steps = {order.id: {pick.status == "picked" for pick in self.picks.where(order_id=order.id)} for order in self.orders}
        known = {"allocated": {False}, "picking": {False, True}, "picked": {True}, "shipped": {True}}
        return all(steps[order.id] == known[order.status] for order in self.orders if order.status in known)

    @invariant
    def deliveries_add_up(self) -> bool:
        """A delivery brought all that was ordered when it is received, some when part of it is, and nothing before."""
        steps = {0: "expected"}
        return all(d.status == ("received" if d.received == d.ordered else steps.get(d.received, "part_received")) for d in self.deliveries)

    def _fetched(self, order: Order) -> dict[str, int]:
        found: dict[str, int] = {}
        for pick in self.picks.where(order_id=order.id):
            if pick.status != "released":
                item_id = self.stock_lines.get(pick.stock_line_id).item_id
                found[item_id] = found.get(item_id, 0) + pick.quantity
        return found

    def _stock_of(self, item: Item, location: Location) -> StockLine | None:
        return next(iter(self.stock_lines.where(item_id=item.id, location_id=location.id)), None)

    def _pickable(self, item_id: str) -> list[StockLine]:
        """The stock lines orders may take an item from, in the order they are used."""
        placed = [(self.locations.get(line.location_id), line) for line in self.stock_lines.where(item_id=item_id)]
        usable = [(location, line) for location, line in placed if location.zone in ZONES_TO_PICK_FROM]
        return [line for _, line in sorted(usable, key=lambda pair: (ZONES_TO_PICK_FROM.index(pair[0].zone), pair[0].code, pair[1].id))]

    def _require_some(self, quantity: int) -> None:
        if quantity < 1:
            raise InvalidArgument("The quantity must be 1 or more.")

    def _put(self, item: Item, location: Location, quantity: int) -> StockLine:
        self._require_some(quantity)
        if quantity > location.capacity - location.held:
            raise PreconditionFailed(f"{location.code} has room for only {location.capacity - location.held} more units.")
        self.locations.replace(location, held=location.held + quantity)
        line = self._stock_of(item, location)
        if line is None:
            return self.stock_lines.add(item_id=item.id, location_id=location.id, on_hand=quantity, reserved=0)
        return self.stock_lines.replace(line, on_hand=line.on_hand + quantity)

    def _take(self, line: StockLine, quantity: int) -> None:
        location = self.locations.get(line.location_id)
        self.locations.replace(location, held=location.held - quantity)
        self.stock_lines.replace(line, on_hand=line.on_hand - quantity)

    def _promise(self, order: Order, line: OrderLine) -> None:
        missing = line.quantity
        for stock in self._pickable(line.item_id):
            taken = min(stock.free, missing)
            if taken:
                self.stock_lines.replace(stock, reserved=stock.reserved + taken)
                self.picks.add(order_id=order.id, stock_line_id=stock.id, quantity=taken, picker_id=None, status="waiting")
                missing -= taken
        if missing:
            raise PreconditionFailed(
                f"{missing} units of {self.items.get(line.item_id).name} are missing: too few are free on the shelves."
            )

    def _my_pick(self, pick_id: str) -> Pick:
        pick = self.picks.get(pick_id)
        if pick.status == "claimed" and pick.picker_id != self.me:
            raise PermissionDenied("Somebody else has claimed this pick.")
        return pick

    @classmethod
    def scenario(cls, draw):
        """Shelves with goods on them, deliveries around today, and orders on every step of their way."""
        templates = ["{material} {homeware}", "{model_name} {gear}", "{model_name} {electronics}", "{place_word} {grocery}"]
        suppliers = [draw.words("company_name") for _ in range(max(3, draw.size // 4))]
        names = [draw.distinct("item", lambda: draw.fill(templates)) for _ in range(max(5, draw.size))]
        items = [{"id": draw.key(Item), "name": name, "supplier": draw.choice(suppliers)} for name in names]
        for item in items:
            item |= {"unit_cost": draw.money(2, 120, group="cost"), "reorder_point": draw.integer(5, 30, 5)}
        bays = [f"{aisle}-{bay:02d}-{level}" for aisle in "ABCD" for bay in range(1, 7) for level in (1, 2, 3)]
        shelves = [(code, "picking" if code.endswith("1") else "bulk") for code in sorted(draw.sample(bays, max(6, draw.size)))]
        places = [("DOCK-1", "receiving"), *shelves, ("QA-1", "quarantine")]
        locations = [{"id": draw.key(Location), "code": code, "zone": zone} for code, zone in places]
        stock = cls._seeded_stock(draw, items, locations)
        deliveries = [cls._seeded_delivery(draw, item) for item in draw.sample(items, max(4, draw.size * 3 // 4))]
        deliveries = [{"id": draw.key(Delivery), **row} for row in sorted(deliveries, key=lambda row: row["due_on"])]
        shelved = {location["id"] for location in locations[1:-1]}
        orders, picks, steps = [], [], ("allocated", "open", "picked", "picking", "shipped", "cancelled")
        for number in range(draw.size):
            status = steps[number] if number < 4 else draw.choice(steps)
            free = [line for line in stock if line["location_id"] in shelved and line["on_hand"] - line["reserved"] > 4]
            order, made = cls._seeded_order(draw, draw.sample(free, draw.integer(1, 3)), status, number - draw.size)
            orders.append(order)
            picks += made
        tables = {"items": items, "locations": locations, "stock_lines": stock}
        return {**tables, "deliveries": deliveries, "orders": orders, "picks": picks}

    @staticmethod
    def _seeded_stock(draw, items, locations):
        """Every item on a shelf or two, some on the dock or in quarantine; most locations have room left."""
        dock, *shelves, quarantine = locations
        stock = []
        for place in locations:
            place["held"] = 0
        for number, item in enumerate(items):
            aside = [dock] if number % 4 == 1 else [quarantine] if number % 6 == 2 else []
            for place in [*draw.sample(shelves, draw.choice([1, 1, 2])), *aside]:
                count = draw.integer(2, 9) if place in aside else draw.integer(5, 36)
                place["held"] += count
                line = {"item_id": item["id"], "location_id": place["id"], "on_hand": count, "reserved": 0}
                stock.append({"id": draw.key(StockLine), **line})
        for place in locations:
            place["capacity"] = -(-place["held"] // 20) * 20 + draw.choice([0, 20, 40, 60])
        return stock

    @staticmethod
    def _seeded_delivery(draw, item):
        due, ordered = draw.day(-18, 14), draw.integer(10, 80, 5)
        status = draw.choice(["received", "received", "part_received", "expected"]) if due < draw.today else "expected"
        received = {"received": ordered, "expected": 0}.get(status, draw.integer(5, ordered - 5, 5))
        return {"item_id": item["id"], "ordered": ordered, "received": received, "due_on": due, "status": status}

    @staticmethod
    def _seeded_order(draw, stock, status, day):
        """An order for goods from these stock lines, and the picks that its status says were made."""
        wanted = {line["item_id"]: (line, draw.integer(1, 4)) for line in stock}
        late = status in {"shipped", "cancelled"} or draw.chance(0.2)
        order = {
            "id": draw.key(Order),
            "customer": draw.words("company_name"),
            "lines": [{"item_id": item_id, "quantity": quantity} for item_id, (_, quantity) in wanted.items()],
            "ship_by": draw.day(-12, -1) if late else draw.day(0, 9),
            "status": status,
            "created_at": draw.moment(day - 12, day - 12),
        }
        if status == "picking" and len(wanted) == 1:
            order["status"] = "picked"
        picks = []
        for line, quantity in wanted.values() if status not in {"open", "cancelled"} else ():
            state = "picked" if status != "allocated" else draw.choice(["waiting", "waiting", "claimed"])
            state = draw.choice(["waiting", "claimed"]) if status == "picking" and picks else state
            line["reserved"] += quantity if state != "picked" else 0
            row = {"order_id": order["id"], "stock_line_id": line["id"], "quantity": quantity, "status": state}
            picks.append({"id": draw.key(Pick), **row, "picker_id": None if state == "waiting" else draw.owner(0.6)})
        return order, picks
