"""Amounts that new records take from another: a refund of a payment, a payment of a bill, a place in a class."""

from collections.abc import Callable, Iterable, Iterator

from envfactory_assets.corpus.conditions import EITHER
from envfactory_assets.synthesis.actions.family import Bound, Records, Unbound
from envfactory_assets.synthesis.actions.standing import called_off
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, ToolPlan, TypedEffect, Unused
from envfactory_assets.synthesis.sums import first_amount, is_amount

_AMOUNTS = {"amount", "total", "value"}
_CAPACITIES = {"capacity", "seats", "places", "spots"}
_LIMITING = {"max", "maximum", "limit", "most", "allowed", "max_num", "number", "count", "of"}


def beside(tool: ToolPlan, records: Records) -> Iterator[Bound]:
    """What the record that a create makes takes, from which record and never more than what."""
    if tool.family != "create":
        return
    for argument in tool.arguments:
        giver = records.get(argument.field.target or "") if argument.field and argument.field.kind == "ref" else None
        if giver is not None and giver is not tool.entity:
            yield from _drawing(tool, argument, giver)


def _drawing(tool: ToolPlan, argument: ArgumentPlan, giver: EntityPlan) -> Iterator[Bound]:
    within = argument.field.name if argument.field else ""
    family = _family(tool.entity, giver)
    told = [(a, a.field) for a in tool.arguments if a.field is not None and a.role == "value" and is_amount(a.field)]
    if family is not None:
        asked = first_amount([f for a, f in told if a.required], "total", "subtotal")
        field = asked or first_amount([f for _, f in told], "total", "subtotal")
        in_its_units = [f for f in giver.fields if is_amount(f) and field is not None and f.kind == field.kind]
        limit = first_amount(in_its_units, "paid", "total", "subtotal")
        if field is None or limit is None:
            yield Unbound(family, argument.pointer, "nothing says how much, or of how much in the same units")
        elif any(map(_is_rest, in_its_units)):
            yield Unbound(family, argument.pointer, "the record keeps what is left of it itself")
        else:
            yield _bounded(family, tool.entity, giver, within, limit, field)
    elif argument.required and (limit := _capacity(giver, tool.entity)) is not None:
        yield _bounded("reserve", tool.entity, giver, within, limit, None)


def ask_how_much(tools: Iterable[ToolPlan], records: Records) -> None:
    """Let creates that take an amount be told that one, where requests may tell another in its place, which is not counted."""
    for tool in tools:
        for effect in beside(tool, records):
            told = next((a for a in tool.arguments if a.field is not None and not a.required and a.field.name == _field_of(effect)), None)
            shown = tool.asked.shape.properties.get(told.wire, {}).get(EITHER) if told is not None and tool.asked else None
            others = [a for a in tool.arguments if shown is not None and snake(a.wire) == shown and a.role == "value" and not a.required]
            if told is not None and others:
                told.required = True
                tool.arguments = [a for a in tool.arguments if a not in others]
                tool.unused += [Unused(a.pointer, "parameter", "another amount is told in its place") for a in others]


def _field_of(bound: Bound) -> str | None:
    """The field that an effect writes, if it is bound."""
    return bound.field if isinstance(bound, TypedEffect) else None


def _is_rest(amount: FieldPlan) -> bool:
    """Whether an amount says what of a record is not given away yet, which falls with everything that is taken."""
    said, rests = set(words(amount.wire)), lexicon().rest_words
    return bool(said & rests) and said <= rests | _AMOUNTS


def _bounded(family: str, entity: EntityPlan, giver: EntityPlan, within: str, limit: FieldPlan, field: FieldPlan | None) -> TypedEffect:
    return TypedEffect(
        family,
        field.name if field else None,
        within=within,
        limit=limit.name,
        unless=called_off(entity),
        barred=called_off(giver),
        taker=giver.name,
    )


def _family(entity: EntityPlan, giver: EntityPlan) -> str | None:
    thing, source = entity.thing.rpartition("_")[2], giver.thing.rpartition("_")[2]
    if thing in lexicon().refund_words and source in lexicon().owed_words | lexicon().payment_words:
        return "refund"
    return "capture" if thing in lexicon().payment_words and source in lexicon().owed_words else None


def _capacity(giver: EntityPlan, entity: EntityPlan) -> FieldPlan | None:
    """The field of a record that says how many of another it has room for: ``max_users``, ``capacity`` for participants."""
    counted = {entity.thing, entity.thing.rpartition("_")[2]}
    joins = entity.thing.rpartition("_")[2] in lexicon().membership_words
    for field in giver.fields:
        said = {noun(word) for word in words(field.wire)}
        named = bool(said & counted) and bool(said & {"max", "maximum", "limit"}) and said <= counted | _LIMITING
        if field.kind == "integer" and (named or (joins and set(words(field.wire)) <= _CAPACITIES | _LIMITING)):
            return field
    return None


def _only(family: str) -> Callable[[ToolPlan, Records], Iterator[Bound]]:
    return lambda tool, records: (bound for bound in beside(tool, records) if bound.family == family)


BESIDE = {family: _only(family) for family in ("reserve", "capture", "refund")}
