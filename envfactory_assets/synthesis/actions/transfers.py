"""Transfers: an operation that moves an amount from one record to another of its kind."""

from envfactory_assets.synthesis.actions.family import Action, Family
from envfactory_assets.synthesis.actions.giving import Told, acting_tool, arguments_of, given_argument, key_argument, own_key, written
from envfactory_assets.synthesis.fields import type_of
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
    arguments = [key_argument(action, key), given_argument(to, action.entity.name), _amount_argument(amount, held)]
    return acting_tool(action, TypedEffect("transfer", held.name), arguments)


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


FAMILY = Family("transfer", acting=_acting, body=lambda tool: written(tool, "transfer"), told=_told)
