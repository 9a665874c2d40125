"""What the warehouse does, tool by tool."""

from envfactory_assets.environments.contract import (
    answers,
    at_least,
    at_most,
    changed,
    denied,
    fits,
    made,
    refused,
    says,
    senseless,
    shows,
)


def search_items(was, query, supplier, max_unit_cost):
    fitting = (i for i in was.items if fits(i, supplier=supplier) and at_most(i.unit_cost, max_unit_cost))
    yield shows((item for item in fitting if says(query, item.name, item.supplier)), "id")


def list_items_to_reorder(was):
    yield shows(i for i in was.items if sum(line.on_hand - line.reserved for line in _pickable(was, i.id)) < i.reorder_point)


def list_locations(was, zone, min_capacity):
    yield shows((place for place in was.locations if fits(place, zone=zone) and at_least(place.capacity, min_capacity)), "code id")


def list_stock(was, item_id, location_id, min_on_hand):
    lying = (line for line in was.stock_lines if fits(line, item_id=item_id, location_id=location_id))
    yield shows((line for line in lying if at_least(line.on_hand, min_on_hand)), "-on_hand id")


def move_stock(was, item_id, from_location_id, to_location_id, quantity):
    target, _ = was.locations[to_location_id], was.items[item_id]
    yield senseless(from_location_id == to_location_id, quantity < 1)
    source = was.locations[from_location_id]
    lying, there = _lying(was, item_id, from_location_id), _lying(was, item_id, to_location_id)
    yield refused(lying is None or lying.on_hand - lying.reserved < quantity, target.held + quantity > target.capacity)
    yield changed(lying, on_hand=lying.on_hand - quantity)
    yield changed(source, held=source.held - quantity)
    yield from _put(was, item_id, target, quantity)
    if there:
        yield answers(there)


def list_deliveries(was, item_id, status, due_until):
    coming = (d for d in was.deliveries if fits(d, item_id=item_id, status=status) and at_most(d.due_on, due_until))
    yield shows(coming, "due_on id")


def receive_delivery(was, delivery_id, location_id, quantity):
    delivery = was.deliveries[delivery_id]
    yield refused(delivery.received + quantity > delivery.ordered)
    place = was.locations[location_id]
    yield senseless(quantity < 1)
    yield refused(place.held + quantity > place.capacity)
    received = delivery.received + quantity
    yield changed(delivery, received=received, status="received" if received == delivery.ordered else "part_received")
    yield from _put(was, delivery.item_id, place, quantity)


def list_orders(was, status, customer, ship_until, limit, offset):
    fitting = (o for o in was.orders if fits(o, status=status) and at_most(o.ship_by, ship_until))
    named = sorted((o for o in fitting if (customer or "").casefold() in o.customer.casefold()), key=lambda o: (o.ship_by, o.id))
    yield shows(named[offset : offset + limit])


def get_order(was, order_id):
    yield shows([was.orders[order_id]])


def add_order_line(was, order_id, item_id, quantity):
    order, _ = was.orders[order_id], was.items[item_id]
    yield senseless(quantity < 1)
    yield refused(order.status != "open", any(line.item_id == item_id for line in order.lines))
    lines = [{"item_id": line.item_id, "quantity": line.quantity} for line in order.lines]
    yield changed(order, lines=[*lines, {"item_id": item_id, "quantity": quantity}])


def allocate_order(was, order_id):
    order = was.orders[order_id]
    yield refused(order.status != "open")
    free = {line.id: line.on_hand - line.reserved for line in was.stock_lines}
    picks = []
    for wanted in order.lines:
        missing = wanted.quantity
        for line in _pickable(was, wanted.item_id):
            taken = min(free[line.id], missing)
            free[line.id] -= taken
            missing -= taken
            picks += [(line, taken)] if taken else []
        yield refused(missing)
    yield changed(order, status="allocated")
    for line, taken in picks:
        yield changed(line, reserved=line.on_hand - free[line.id])
        yield made(was.picks, order_id=order_id, stock_line_id=line.id, quantity=taken, picker_id=None, status="waiting")


def cancel_order(was, order_id):
    order = was.orders[order_id]
    yield refused(order.status not in {"open", "allocated"})
    yield changed(order, status="cancelled")
    picks = [pick for pick in was.picks if pick.order_id == order_id]
    for pick in picks:
        line = was.stock_lines[pick.stock_line_id]
        yield changed(pick, status="released", picker_id=None)
        yield changed(line, reserved=line.reserved - sum(each.quantity for each in picks if each.stock_line_id == line.id))


def list_picks(was, order_id, status, picker_id):
    yield shows(pick for pick in was.picks if fits(pick, order_id=order_id, status=status, picker_id=picker_id))


def claim_pick(was, pick_id):
    yield refused(sum(pick.picker_id == was.me and pick.status == "claimed" for pick in was.picks) >= 4)
    pick = was.picks[pick_id]
    yield refused(pick.status != "waiting")
    yield changed(pick, status="claimed", picker_id=was.me)


def confirm_pick(was, pick_id):
    pick = was.picks[pick_id]
    yield denied(pick.status == "claimed" and pick.picker_id != was.me)
    yield refused(pick.status != "claimed")
    line = was.stock_lines[pick.stock_line_id]
    place = was.locations[line.location_id]
    yield changed(pick, status="picked")
    yield changed(line, reserved=line.reserved - pick.quantity, on_hand=line.on_hand - pick.quantity)
    yield changed(place, held=place.held - pick.quantity)
    others = [each for each in was.picks if each.order_id == pick.order_id and each.id != pick_id]
    yield changed(was.orders[pick.order_id], status="picked" if all(each.status == "picked" for each in others) else "picking")


def ship_order(was, order_id):
    order = was.orders[order_id]
    yield refused(order.status != "picked")
    yield changed(order, status="shipped")


def _lying(was, item_id, location_id):
    return next((line for line in was.stock_lines if (line.item_id, line.location_id) == (item_id, location_id)), None)


def _pickable(was, item_id):
    placed = [(was.locations[line.location_id], line) for line in was.stock_lines if line.item_id == item_id]
    zones = {"picking": 0, "bulk": 1}
    usable = [(zones[place.zone], place.code, line.id) for place, line in placed if place.zone in zones]
    return [was.stock_lines[key] for _, _, key in sorted(usable)]


def _put(was, item_id, place, quantity):
    yield changed(place, held=place.held + quantity)
    line = _lying(was, item_id, place.id)
    if line is None:
        yield made(was.stock_lines, item_id=item_id, location_id=place.id, on_hand=quantity, reserved=0)
    else:
        yield changed(line, on_hand=line.on_hand + quantity)
