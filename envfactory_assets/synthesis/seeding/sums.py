"""Amounts and counts that depend on other values: line totals, totals of lines, refunds, numbers of rows."""

from typing import Any

from envfactory_assets.synthesis.seeding.lexicon import lexicon, snake
from envfactory_assets.synthesis.seeding.plan import EntityPlan, FieldPlan, SeedPlan

_TAX = 0.2
_DISCOUNT = 0.3  # of an amount, at most
Row = dict[str, Any]
Numbers = dict[str, FieldPlan]
"""The fields of a row that hold numbers, by their names in snake case."""


def settle(plan: SeedPlan, tables: dict[str, list[Row]]) -> None:
    """Make what rows say of one another agree, in place: links both ways, amounts of lines and their parents, counts, what totals bound."""
    for entity in plan.entities:
        _mirror(plan, entity, tables)
    for entity in plan.entities:
        for row in tables[entity.table]:
            _multiply(row, _numbers(entity.fields))
            for field in entity.fields:
                _settle_parts(row, field, entity)
                _tax_parts(row, field, entity)
    for entity in plan.entities:
        _sum_up(plan, entity, tables)
        _count(plan, entity, tables)
    for entity in plan.entities:
        numbers = _numbers(entity.fields)
        for row in tables[entity.table]:
            _add_up(row, entity)  # before it adds to others
            _add_on(row, numbers)
            _repeat(row, numbers)  # before it bounds others
            _pay(row, numbers, entity)
            _bound(row, numbers)
            _repeat(row, numbers)
            _add_up(row, entity)


def _add_up(row: Row, entity: EntityPlan) -> None:
    """What the environment itself works out from a row's lines is that."""
    for name, rule in entity.entity.entity_layout.sums.items():
        lines = row[rule.lines]
        if lines is not None:
            row[name] = round(float(sum(map(rule.worth, lines))), 2)


def _mirror(plan: SeedPlan, entity: EntityPlan, tables: dict[str, list[Row]]) -> None:
    """Where two kinds of rows name each other, both say the same: a playlist lists the tracks that say they are in it."""
    for other in plan.entities:
        listed = [field for field in entity.fields if field.shape.kind == "list" and field.target == other.name]
        back = [field for field in other.fields if field.shape.ref is not None and field.target == entity.name]
        if other is entity or len(listed) != 1 or len(back) != 1:
            continue
        [many], [name] = listed, back
        if name.shape.kind == "list" and other.name < entity.name:
            continue  # done from the other side
        for row in tables[entity.table]:
            said = (line[other.key] for line in tables[other.table] if row[entity.key] in _several(line[name.name]))
            row[many.name] = list(said)


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else (value,)


def _numbers(fields: tuple[FieldPlan, ...]) -> Numbers:
    return {snake(field.name): field for field in fields if field.shape.kind in {"integer", "number", "money"}}


def _first(numbers: Numbers, *groups: str) -> str | None:
    """The field of a row that a group of names knows."""
    names = (name for group in groups for name in lexicon().amounts.get(group, (group,)))
    return next((numbers[spelt].name for name in names for spelt in (name, f"{name}_amount") if spelt in numbers), None)


def _set(row: Row, numbers: Numbers, name: str, value: float) -> None:
    kind = numbers[snake(name)].shape.kind
    row[name] = int(value) if kind == "integer" else round(float(value), 2)


def _multiply(row: Row, numbers: Numbers) -> None:
    """Quantity times unit price is the total of a line."""
    unit, many, total = _first(numbers, "unit"), _first(numbers, "many"), _first(numbers, "total", "subtotal")
    if unit and many and total and row[unit] is not None and row[many] is not None:
        _set(row, numbers, total, row[unit] * row[many])


def _settle_parts(row: Row, field: FieldPlan, entity: EntityPlan) -> None:
    """The total of a row with nested lines is their sum."""
    parts = row[field.name]
    if not field.parts or not parts:
        return
    numbers = _numbers(field.parts)
    for item in parts if isinstance(parts, list) else [parts]:
        _multiply(item, numbers)
    if isinstance(parts, list):
        _set_total(row, _numbers(entity.fields), parts, numbers)


def _tax_parts(row: Row, field: FieldPlan, entity: EntityPlan) -> None:
    """What a row says of its taxes is a part of its total."""
    total, parts = _first(_numbers(entity.fields), "total", "remainder", "subtotal"), row[field.name]
    numbers = _numbers(field.parts)
    amount = _first(numbers, "total", "tax")
    if "tax" not in snake(field.name) or not isinstance(parts, list) or not amount or total is None or row[total] is None:
        return
    for item in parts:
        if item[amount] is not None:
            _set(item, numbers, amount, row[total] * _TAX / len(parts))


def _set_total(row: Row, own: Numbers, lines: list[Row], numbers: Numbers) -> None:
    total = _first(own, "subtotal", "total")
    amount, unit, many = _first(numbers, "total", "subtotal"), _first(numbers, "unit"), _first(numbers, "many")
    if total is None:
        return
    if amount:
        _set(row, own, total, sum(line[amount] or 0 for line in lines))
    elif unit:
        _set(row, own, total, sum((line[unit] or 0) * ((line[many] or 0) if many else 1) for line in lines))


def _sum_up(plan: SeedPlan, entity: EntityPlan, tables: dict[str, list[Row]]) -> None:
    """The total of a row whose lines are rows of another table is their sum."""
    for child in plan.entities:
        if not snake(child.name).endswith(lexicon().amounts["line"]):
            continue
        named_after = snake(child.name).startswith(snake(entity.name).split("_")[0])
        for ref in (field for field in child.fields if field.shape.kind == "ref" and field.target == entity.name):
            if not named_after and len(child.entity.entity_layout.refs) > 1:
                continue
            for row in tables[entity.table]:
                lines = [line for line in tables[child.table] if line[ref.name] == row[entity.key]]
                _set_total(row, _numbers(entity.fields), lines, _numbers(child.fields))


def _count(plan: SeedPlan, entity: EntityPlan, tables: dict[str, list[Row]]) -> None:
    """``comment_count`` is the number of comments."""
    numbers = _numbers(entity.fields)
    for child in plan.entities:
        stem = snake(child.name)
        counted = _first(
            numbers, *(f"{word}_count" for word in (stem, f"{stem}s", child.table)), f"num_{child.table}", f"total_{child.table}"
        )
        refs = [field.name for field in child.fields if field.shape.kind == "ref" and field.target == entity.name]
        if len(refs) != 1:
            continue
        open_ones, closed_ones = _first(numbers, f"open_{child.table}"), _first(numbers, f"closed_{child.table}")
        for row in tables[entity.table]:
            lines = [line for line in tables[child.table] if line[refs[0]] == row[entity.key]]
            over = sum(_is_over(line) for line in lines)
            for name, count in ((counted, len(lines)), (open_ones, len(lines) - over), (closed_ones, over)):
                if name:
                    row[name] = count


def _is_over(line: Row) -> bool:
    """Whether the status of a row says that it is done with."""
    finished = lexicon().statuses["finished"]
    return any(str(line.get(name)).lower() in finished for name in ("status", "state", "stage"))


def _add_on(row: Row, numbers: Numbers) -> None:
    """Total is subtotal plus tax and fees, less discount; a fifth is tax."""
    subtotal, total, tax = _first(numbers, "subtotal", "amount"), _first(numbers, "total"), _first(numbers, "tax")
    if subtotal is None or total is None or subtotal == total or row[subtotal] is None:
        return
    found = row[subtotal]
    if tax and row[tax] is not None:
        _set(row, numbers, tax, row[subtotal] * _TAX)
        found += row[tax]
    found += sum(row[numbers[name].name] or 0 for name in lexicon().amounts["added"] if name in numbers)
    discount = _first(numbers, "discount")
    if discount and row[discount] is not None:
        _set(row, numbers, discount, min(row[discount], row[subtotal] * _DISCOUNT))
        found -= row[discount]
    _set(row, numbers, total, found)


def _pay(row: Row, numbers: Numbers, entity: EntityPlan) -> None:
    """Where a status may say that something is paid, all of it is paid then, and nothing while it is still open."""
    amounts = lexicon().amounts
    total, rest, paid = _first(numbers, "total"), _first(numbers, "remainder"), _first(numbers, "paid")
    status = next((field for field in entity.fields if field.shape.kind == "enum" and _settled(field.shape.enum, amounts["settled"])), None)
    value = str(row[status.name]).lower() if status is not None else ""
    owed = total or rest
    if paid is not None and owed is not None:
        if value in {*amounts["settled"], *amounts["owed"]} and row[owed] is not None and row[paid] is not None:
            _set(row, numbers, paid, row[owed] if value in amounts["settled"] else 0)
    elif total is not None and rest is not None and row[total] is not None and row[rest] is not None:
        left = 0 if value in amounts["settled"] else row[total] if value in amounts["owed"] else min(row[rest], row[total])
        _set(row, numbers, rest, left)


def _repeat(row: Row, numbers: Numbers) -> None:
    """An amount in the base currency, ``base_total`` beside ``total``, is the same amount."""
    for name in numbers:
        plain = name.removeprefix("base_")
        if plain != name and plain in numbers and row[numbers[plain].name] is not None and row[numbers[name].name] is not None:
            _set(row, numbers, name, row[numbers[plain].name])


def _settled(options: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(option.lower() in words for option in options)


def _bound(row: Row, numbers: Numbers) -> None:
    """What was paid is at most what was owed; what was refunded at most what was paid, and nothing where nothing was called off."""
    amounts = lexicon().amounts
    refunded = _first(numbers, "refunded")
    called_off = any(isinstance(value, str) and value.lower().startswith(amounts["called_off"]) for value in row.values())
    if refunded and row[refunded] is not None and not called_off:
        _set(row, numbers, refunded, 0)
    for name, *limits in lexicon().at_most:
        limit = _first({known: field for known, field in numbers.items() if known != name}, *limits)
        lower = numbers[name].name if name in numbers else None
        if lower and limit and row[lower] is not None and row[limit] is not None and row[lower] > row[limit]:
            _set(row, numbers, lower, row[limit] * (1.0, 0.5, 0.0, 1.0)[int(row[lower] * 100) % 4])
    _leave_rest(row, numbers)


def _leave_rest(row: Row, numbers: Numbers) -> None:
    """What remains is what is owed less what was paid; where there is no total, the amount due is what is owed."""
    rests = [numbers[name].name for name in lexicon().amounts["remainder"] if name in numbers]
    total, paid = _first(numbers, "total"), _first(numbers, "paid")
    if total is None and len(rests) > 1:
        total, rests = rests[0], rests[1:]
    if not rests or total is None or paid is None or row[total] is None or row[paid] is None:
        return
    if row[paid] > row[total]:
        _set(row, numbers, paid, row[total])
    _set(row, numbers, rests[0], row[total] - row[paid])
