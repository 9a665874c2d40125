"""Amounts and counts that depend on other values: line totals, totals of lines, refunds, numbers of rows."""

from typing import Any

from envfactory_assets.synthesis.seeding.lexicon import snake
from envfactory_assets.synthesis.seeding.plan import EntityPlan, FieldPlan, SeedPlan

_UNIT = ("unit_price", "price", "unit_amount", "rate", "unit_cost", "price_per_unit", "cost", "hourly_rate")
_MANY = ("quantity", "qty", "units", "hours", "nights", "count", "seats")
_TOTAL = ("total", "total_amount", "total_price", "grand_total", "amount_total", "amount", "line_total", "line_amount", "total_cost", "subtotal", "total_money")
_LINES = ("line", "item", "entry", "position", "detail")
_ADDED = ("tax", "tax_amount", "vat", "total_tax", "shipping", "shipping_cost", "shipping_fee", "delivery_fee", "service_fee", "fee", "tip")
_BELOW = (  # the first is never more than the second
    ("paid", _TOTAL), ("amount_paid", _TOTAL), ("paid_amount", _TOTAL), ("authorized_amount", _TOTAL), ("captured", ("authorized", *_TOTAL)),
    ("captured_amount", ("authorized_amount", *_TOTAL)), ("amount_captured", _TOTAL), ("amount_capturable", _TOTAL),
    ("refunded", ("paid", "captured", *_TOTAL)), ("amount_refunded", ("amount_paid", "amount_captured", *_TOTAL)),
    ("refunded_amount", ("captured_amount", "paid_amount", *_TOTAL)), ("discount", _TOTAL), ("discount_amount", _TOTAL),
    ("amount_due", _TOTAL), ("balance_due", _TOTAL), ("amount_remaining", _TOTAL), ("available_balance", ("balance", "current_balance")),
    ("spent", ("budget", "limit", "amount")), ("reserved", ("capacity", "quantity", "seats")), ("booked", ("capacity", "seats")),
    ("available_seats", ("capacity", "seats", "total_seats")), ("seats_available", ("capacity", "total_seats", "seats")),
    ("seats_taken", ("capacity", "seats")), ("enrolled", ("capacity", "seats")), ("enrolled_count", ("capacity",)),
)  # fmt: skip
_REMAINDER = (("amount_due", ("amount_paid", "paid", "paid_amount")), ("balance_due", ("amount_paid", "paid")), ("amount_remaining", ("amount_paid",)))


def settle(plan: SeedPlan, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Make dependent amounts and counts of a state agree, in place: lines, then their parents, then what is bounded by totals."""
    for entity in plan.entities:
        for row in tables[entity.table]:
            _multiply(row, _numeric(entity.fields))
            for field in entity.fields:
                _settle_parts(row, field, entity)
    for entity in plan.entities:
        _sum_up(plan, entity, tables)
        _count(plan, entity, tables)
    for entity in plan.entities:
        numbers = _numeric(entity.fields)
        for row in tables[entity.table]:
            _add_on(row, numbers)
            _bound(row, numbers)


def _numeric(fields: tuple[FieldPlan, ...]) -> dict[str, FieldPlan]:
    """The fields that hold numbers, by their names in snake case."""
    return {snake(field.name): field for field in fields if field.shape.kind in {"integer", "number", "money"}}


def _first(numbers: dict[str, FieldPlan], names: tuple[str, ...]) -> str | None:
    return next((numbers[name].name for name in names if name in numbers), None)


def _multiply(row: dict[str, Any], numbers: dict[str, FieldPlan]) -> None:
    """Quantity times unit price is the total of a line."""
    unit, many, total = _first(numbers, _UNIT), _first(numbers, _MANY), _first(numbers, _TOTAL)
    if unit and many and total and row[unit] is not None and row[many] is not None:
        row[total] = _like(numbers[snake(total)], row[unit] * row[many])


def _settle_parts(row: dict[str, Any], field: FieldPlan, entity: EntityPlan) -> None:
    """The total of a row with nested lines is their sum."""
    parts = row[field.name]
    if not field.parts or not parts:
        return
    numbers = _numeric(field.parts)
    items = parts if isinstance(parts, list) else [parts]
    for item in items:
        _multiply(item, numbers)
    if isinstance(parts, list):
        _set_total(row, _numeric(entity.fields), items, numbers)


def _set_total(row: dict[str, Any], own: dict[str, FieldPlan], lines: list[dict[str, Any]], numbers: dict[str, FieldPlan]) -> None:
    total = _first(own, ("subtotal", *_TOTAL))
    amount, unit, many = _first(numbers, _TOTAL), _first(numbers, _UNIT), _first(numbers, _MANY)
    if total is None or not (amount or unit):
        return
    if amount:
        found = sum(line[amount] or 0 for line in lines)
    else:
        found = sum((line[str(unit)] or 0) * ((line[many] or 0) if many else 1) for line in lines)
    row[total] = _like(own[snake(total)], found)


def _sum_up(plan: SeedPlan, entity: EntityPlan, tables: dict[str, list[dict[str, Any]]]) -> None:
    """The total of a row whose lines are rows of another table is their sum."""
    for child in plan.entities:
        if not snake(child.name).endswith(_LINES):
            continue
        for ref in (field for field in child.fields if field.shape.kind == "ref" and field.target == entity.name):
            if not snake(child.name).startswith(snake(entity.name).split("_")[0]) and len(child.entity.entity_layout.refs) > 1:
                continue
            for row in tables[entity.table]:
                lines = [line for line in tables[child.table] if line[ref.name] == row[entity.key]]
                _set_total(row, _numeric(entity.fields), lines, _numeric(child.fields))


def _count(plan: SeedPlan, entity: EntityPlan, tables: dict[str, list[dict[str, Any]]]) -> None:
    """``comment_count`` is the number of comments."""
    numbers = _numeric(entity.fields)
    for child in plan.entities:
        stem = snake(child.name)
        names = tuple(f"{word}_count" for word in (stem, f"{stem}s", child.table, stem.split("_")[-1])) + (f"num_{child.table}", f"total_{child.table}")
        counted = _first(numbers, names)
        refs = [field.name for field in child.fields if field.shape.kind == "ref" and field.target == entity.name]
        if counted and len(refs) == 1:
            for row in tables[entity.table]:
                row[counted] = sum(line[refs[0]] == row[entity.key] for line in tables[child.table])


def _add_on(row: dict[str, Any], numbers: dict[str, FieldPlan]) -> None:
    """Total is subtotal plus tax and fees, less discount."""
    subtotal, total = _first(numbers, ("subtotal", "sub_total", "net_amount")), _first(numbers, _TOTAL)
    if not subtotal or not total or total == subtotal or row[subtotal] is None:
        return
    found = row[subtotal]
    for name in _ADDED:
        if name in numbers and row[numbers[name].name] is not None:
            if name.endswith(("tax", "vat", "tax_amount")):
                row[numbers[name].name] = _like(numbers[name], row[subtotal] * 0.2)
            found += row[numbers[name].name]
    for name in ("discount", "discount_amount", "total_discount"):
        if name in numbers and row[numbers[name].name] is not None:
            row[numbers[name].name] = _like(numbers[name], min(row[numbers[name].name], row[subtotal]))
            found -= row[numbers[name].name]
    row[total] = _like(numbers[snake(total)], found)


def _bound(row: dict[str, Any], numbers: dict[str, FieldPlan]) -> None:
    """What was paid is at most what was owed; what was refunded at most what was paid."""
    for name, limits in _BELOW:
        limit = _first(numbers, tuple(other for other in limits if other != name))
        if name not in numbers or limit is None or row[numbers[name].name] is None or row[limit] is None:
            continue
        value = row[numbers[name].name]
        if value > row[limit]:
            share = (1.0, 0.5, 0.0, 1.0)[int(value * 100) % 4]
            row[numbers[name].name] = _like(numbers[name], row[limit] * share)
    for rest, parts in _REMAINDER:
        total, paid = _first(numbers, _TOTAL), _first(numbers, parts)
        if rest in numbers and total and paid and row[total] is not None and row[paid] is not None:
            row[numbers[rest].name] = _like(numbers[rest], row[total] - row[paid])


def _like(field: FieldPlan, value: float) -> float | int:
    return int(value) if field.shape.kind == "integer" else round(float(value), 2)
