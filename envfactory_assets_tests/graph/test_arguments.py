"""Arguments that are tried: what belongs together is tried together."""

from random import Random

from envfactory_assets.graph.arguments import ArgumentFinder
from envfactory_assets_tests.graph.conftest import NOW, built

PURSES = '''
"""Purses of households."""

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.effects import transfer
from envfactory_assets.environments.fields import Text


class Purse(Entity):
    """Money put aside."""

    id: Key
    household: Text
    currency: Text
    balance: int


class Purses(Environment):
    """Purses of households."""

    purses: Table[Purse]

    @tool(effect="list")
    def list_purses(self) -> list[Purse]:
        """All purses."""
        return list(self.purses)

    @tool(effect=transfer(field="balance", within="household"))
    def move_money(self, purse_id: Ref[Purse], to_purse_id: Ref[Purse], amount: int, currency: Text) -> Purse:
        """Money from one purse to another of the household."""
        return self.purses.transfer(self.purses.get(purse_id), to_purse_id, amount, currency=currency)
'''


def test_a_call_between_two_records_names_mostly_such_as_are_kept_together_and_what_they_hold():
    rows = [{"id": f"P{n}", "household": f"H{n % 4}", "currency": ("EUR", "NOK")[n % 2], "balance": 90} for n in range(12)]
    state = {"now": NOW, "me": None, "counters": {}, "tables": {"purses": rows}}
    purses = built("purses", PURSES, [state])
    finder, rng, by_key = ArgumentFinder(purses.spec, state), Random(7), {row["id"]: row for row in rows}
    tool = next(tool for tool in purses.spec.tools if tool.name == "move_money")
    drawn = [finder.draw(tool, {}, rng) for _ in range(60)]
    pairs = [(by_key[each["purse_id"]], by_key[each["to_purse_id"]]) for each in drawn]
    assert all(each["currency"] == giver["currency"] for each, (giver, _) in zip(drawn, pairs, strict=True))
    assert sum(giver["household"] == taker["household"] for giver, taker in pairs) > 30
    assert any(edge.from_tool == "purses.move_money" or edge.to_tool == "purses.move_money" for edge in purses.edges)
