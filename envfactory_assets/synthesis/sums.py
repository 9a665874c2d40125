"""Amounts that the service works out: the total of a record's lines."""

from collections.abc import Iterable

from envfactory_assets.corpus.conditions import EITHER
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, ToolPlan, Unused
from envfactory_assets.synthesis.seeding.lexicon import lexicon

_NUMBERS = {"money", "integer", "number"}
_WAYS = {"net", "gross"}
_AMOUNTS = {"amount", "total", "sum", "value"}
_LINES = ("line", "item", "entry", "position", "product", "tran", "row")


def sum_of(entity: EntityPlan) -> tuple[FieldPlan, tuple[str, ...]] | None:
    """The amount of a record that is the sum of its lines, if any, with the lines' field and what of a line is multiplied."""
    known = next((f for f in entity.fields if f.sums), None)
    if known is not None:
        return (known, known.sums) if entity.field(known.sums[0]) is not None else None
    amounts = [f for f in entity.fields if f.kind == "money"]
    for lines in (f for f in entity.fields if f.kind == "parts" and f.part and noun(f.wire).endswith(_LINES)):
        numbers = [f for f in (lines.part.fields if lines.part else []) if f.kind in _NUMBERS]
        total = first_amount(amounts, "subtotal", "total")
        each = _line_amount(numbers, total, amounts) if total is not None else ()
        if total is not None and each:
            return total, (lines.name, *each)
    return None


def _line_amount(numbers: list[FieldPlan], total: FieldPlan, amounts: list[FieldPlan]) -> tuple[str, ...]:
    """What a line comes to, before tax or after it as the total is: its own total, else so many times a price.

    A line that tells its tax beside its total may have it in that total: then only a name says whether both are meant alike.
    """
    money = [f for f in numbers if f.kind == "money"]
    alike = next((f for f in money if snake(f.wire) == snake(total.wire)), None) or _qualified(money, total)
    own = alike or first_amount(money, "total", "subtotal")
    taxed = first_amount(money, "tax") is not None
    before_tax = first_amount([total], "subtotal") is not None
    if own is not None and EITHER in own.schema:
        return ()  # a line may tell otherwise what it comes to
    if own is not None and (own is alike or not taxed or (not before_tax and "total" in words(own.wire))):
        return (own.name,)
    unit, many = first_amount(money, "unit"), first_amount(numbers, "many")
    added_to = not before_tax and (taxed or first_amount(amounts, "tax", "added") is not None)
    return () if unit is None or added_to else tuple(f.name for f in (unit, many) if f is not None)


def own_amount(entity: EntityPlan, sums: tuple[str, ...]) -> str | None:
    """What a line says that it comes to, which stands for a price and how many where it leaves these out."""
    lines = entity.field(sums[0])
    if lines is None or lines.part is None or len(sums) <= len(("lines", "amount")):
        return None
    own = first_amount((f for f in lines.part.fields if f.kind == "money"), "total", "subtotal")
    return own.name if own is not None and own.name not in sums else None


def _qualified(money: list[FieldPlan], total: FieldPlan) -> FieldPlan | None:
    """The amount of a line that is net or gross as the total is."""
    way = set(words(total.wire)) & _WAYS
    return next((f for f in money if way and way <= set(words(f.wire)) and set(words(f.wire)) & _AMOUNTS), None)


def is_amount(field: FieldPlan) -> bool:
    """Whether a field holds money, in whole units or in the smallest."""
    return field.kind == "money" or (field.kind == "integer" and first_amount([field], "total", "subtotal", "paid") is not None)


def first_amount(fields: Iterable[FieldPlan], *groups: str) -> FieldPlan | None:
    """The field that a group of names knows best."""
    known = {snake(f.wire): f for f in fields}
    return next((known[name] for group in groups for name in lexicon().amounts[group] if name in known), None)


def add_up(entities: list[EntityPlan], tools: list[ToolPlan]) -> None:
    """Mark the amounts that are sums of lines; nobody tells the service what it works out itself."""
    for entity in entities:
        found = sum_of(entity)
        for field in entity.fields:
            field.sums = found[1] if found is not None and field is found[0] else ()
            field.sum_else = own_amount(entity, field.sums) if field.sums else None
        if found is None:
            continue
        total = found[0]
        for tool in (t for t in tools if t.entity is entity and t.family in {"create", "update"}):
            told = [a for a in tool.arguments if a.field is total and a.role == "value"]
            tool.unused += [Unused(a.pointer, "parameter", "the service adds it up from the lines") for a in told]
            tool.arguments = [a for a in tool.arguments if a not in told]
