"""A specification of orders and their lines, and states of it, for what looks at states alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec, FieldSpec

_START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def shop_spec() -> EnvironmentSpec:
    """Orders and lines."""
    order = [
        ("id", "key"),
        ("total", "money"),
        ("paid", "money"),
        ("line_count", "integer"),
        ("placed_at", "datetime"),
        ("due_at", "datetime"),
    ]
    line = [("id", "key"), ("price", "money"), ("quantity", "integer"), ("amount", "money")]
    orders = [
        *(FieldSpec(name=name, wire=name, type=kind) for name, kind in order),
        FieldSpec(name="status", wire="status", type="enum", enum=("open", "paid")),
        FieldSpec(name="paid_at", wire="paid_at", type="datetime", required=False),
    ]
    lines = [
        *(FieldSpec(name=name, wire=name, type=kind) for name, kind in line),
        FieldSpec(name="order_id", wire="order_id", type="ref", ref="Order"),
    ]
    entities = (
        EntitySpec(name="Order", table="orders", key="id", fields=tuple(orders)),
        EntitySpec(name="Line", table="lines", key="id", fields=tuple(lines)),
    )
    return EnvironmentSpec(env_id="shop", title="Shop", description="", policy="", entities=entities, tools=())


def shop_states() -> list[dict[str, Any]]:
    """Two states of four orders each."""
    return [_state(first) for first in (1, 5)]


def _state(first: int) -> dict[str, Any]:
    orders, lines = [], []
    for number in range(4):
        own = [_line(f"L{number}{place}", f"O{number}", 2.5 * (first + number), place + 1) for place in range(1 + number)]
        total, placed = sum(line["amount"] for line in own), _START + timedelta(hours=first * number)
        paid = number % 2 == 0
        row = {
            "id": f"O{number}",
            "total": total,
            "paid": total if paid else 0.0,
            "line_count": len(own),
            "status": "paid" if paid else "open",
        }
        row |= {"placed_at": _text(placed), "due_at": _text(placed + timedelta(days=14)), "paid_at": _text(placed) if paid else None}
        orders.append(row)
        lines += own
    return {"now": "2026-05-12T09:00:00Z", "me": None, "counters": {}, "tables": {"orders": orders, "lines": lines}}


def _line(key: str, order: str, price: float, quantity: int) -> dict[str, Any]:
    return {"id": key, "order_id": order, "price": price, "quantity": quantity, "amount": price * quantity}


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
