"""Transfers: an operation that moves an amount from one record to another of its kind."""

from dataclasses import replace

from envfactory_assets.synthesis.actions.family import Action, Family
from envfactory_assets.synthesis.actions.giving import Told, acting_tool, arguments_of, given_argument, key_argument, own_key
from envfactory_assets.synthesis.actions.standing import gone_when
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.layout import call
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import article, identifier, snake, spoken, words
from envfactory_assets.synthesis.plan import ArgumentPlan, FieldPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.route import stem_of_parameter

_AMOUNTS = {"amount", "quantity", "value", "points", "credits"}


def _acting(action: Action) -> ToolPlan | str:
    key, held = own_key(action), _balance(action)
    told = arguments_of(action)
    to = next((each for each in told if _names_another(each, action.entity.thing)), None)
    amount = next((each for each in told if words(each.wire)[-1] in _AMOUNTS and type_of(each.schema) in {"number", "integer"}), None)
    if key is None or to is None:
        return "nothing names both sides"
    if amount is None or held is None:
        return "nothing says how much, or what of"
    within = _around(action)
    if within is None:
        return "nothing shows which of them belong together"
    alike = [_alike_argument(each, field) for each in told if (field := _alike(each, action)) is not None]
    arguments = [key_argument(action, key), given_argument(to, action.entity.name), _amount_argument(amount, held), *alike]
    return acting_tool(action, TypedEffect("transfer", held.name, within=within or None, unless=gone_when(action.entity)), arguments)


def _around(action: Action) -> str | None:
    """The field that both sides must have the same, as the operation says; empty where it says nothing of one."""
    told = action.reading.route.operation.conditions
    if told is None or not told.same:
        return ""
    return next((f.name for f in action.entity.fields if f.kind in {"ref", "text"} and stem_of_parameter(f.wire) in told.same), None)


def _alike(told: Told, action: Action) -> FieldPlan | None:
    """The field of both sides of which an operation must be told the value: the currency of the amount."""
    asked = action.reading.request
    required = asked is not None and told.wire in asked.shape.required
    own = (f for f in action.entity.fields if f.wire == told.wire and f.kind in {"text", "enum"})
    return next(own, None) if required and set(words(told.wire)) & lexicon().unit_words else None


def _alike_argument(told: Told, field: FieldPlan) -> ArgumentPlan:
    return ArgumentPlan(
        told.wire, field.name, replace(field, required=True, pointer=told.pointer), "given", required=True, pointer=told.pointer
    )


def _body(tool: ToolPlan) -> list[str]:
    table, (key, to, amount, *alike) = f"self.{tool.entity.table}", tool.arguments
    told = [f"{table}.get({key.name})", to.name, amount.name, *(f"{a.name}={a.name}" for a in alike)]
    return [call(f"return {table}.transfer(", told, ")", 8)]


def _names_another(told: Told, thing: str) -> bool:
    """Whether an argument names another record of a kind: ``toAccountId``."""
    head, _, rest = snake(told.wire).partition("_")
    return head in lexicon().destination_words and stem_of_parameter(rest) in {thing, thing.rpartition("_")[2]}


def _balance(action: Action) -> FieldPlan | None:
    held = {snake(f.wire): f for f in action.entity.fields if f.kind in {"money", "integer", "number"}}
    return next((held[name] for name in lexicon().balance_fields if name in held), None)


def _amount_argument(told: Told, held: FieldPlan) -> ArgumentPlan:
    field = FieldPlan(told.wire, identifier(told.wire), held.kind, told.schema, required=True, pointer=told.pointer)
    return ArgumentPlan(told.wire, field.name, field, "given", required=True, pointer=told.pointer)


def _told(tool: ToolPlan) -> str:
    thing = article(spoken(tool.entity.thing))
    return f"Transfer {spoken(tool.arguments[2].name)} from {thing} to another."


FAMILY = Family("transfer", acting=_acting, body=_body, told=_told)
