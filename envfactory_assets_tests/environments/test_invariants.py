"""Invariants are checked as if all of them were checked after every write."""

import inspect
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envfactory_assets.environments import Environment, Episode, load_environment
from envfactory_assets.records import canonical_json

LEDGER = '''"""Accounts and entries; made for tests."""

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, invariant, tool
from envfactory_assets.environments.fields import Created, OnDelete
from typing import Annotated


class Account(Entity):
    id: Key
    balance: int
    limit: int

    @property
    def room(self) -> int:
        return self.limit - self.balance


class Entry(Entity):
    id: Key
    account_id: Annotated[Ref[Account], OnDelete("cascade")]
    amount: int
    made_at: Created


class Ledger(Environment):
    accounts: Table[Account]
    entries: Table[Entry]

    @tool(effect="create")
    def open_account(self, limit: int) -> Account:
        return self.accounts.add(balance=0, limit=limit)

    @tool(effect="create")
    def post(self, account_id: Ref[Account], amount: int, moves_balance: bool = True) -> Entry:
        account = self.accounts.get(account_id)
        if moves_balance:
            self.accounts.replace(account, balance=account.balance + amount)
        return self.entries.add(account_id=account.id, amount=amount)

    @tool(effect="update")
    def set_limit(self, account_id: Ref[Account], limit: int) -> Account:
        return self.accounts.replace(self.accounts.get(account_id), limit=limit)

    @tool(effect="update")
    def set_amount(self, entry_id: Ref[Entry], amount: int) -> Entry:
        return self.entries.replace(self.entries.get(entry_id), amount=amount)

    @tool(effect="delete")
    def close_account(self, account_id: Ref[Account]) -> None:
        self.accounts.remove(self.accounts.get(account_id))

    @tool(effect="delete")
    def strike(self, entry_id: Ref[Entry]) -> None:
        self.entries.remove(self.entries.get(entry_id))

    @invariant
    def there_is_room(self) -> bool:
        """A balance stays below its limit."""
        return all(account.room >= 0 for account in self.accounts)

    @invariant
    def few_are_large(self) -> bool:
        return all(entry.amount < 90 for entry in self.entries if entry.amount != 99)

    @invariant
    def balances_are_sums(self) -> bool:
        return all(a.balance == sum(e.amount for e in self.entries.where(account_id=a.id)) for a in self.accounts)

    @invariant
    def at_most_four_accounts(self) -> bool:
        return len(self.accounts) <= 4

    @invariant
    def only_the_first_lets_the_others_be_read(self) -> bool:
        first = next(iter(self.accounts), None)
        return first is None or first.limit < 50 or len(self.entries) < 3

    @invariant
    def nothing_is_made_later(self) -> bool:
        return all(entry.made_at <= self.now for entry in self.entries)
'''
ACCOUNTS = st.sampled_from(["A1", "A2", "A3", "A4"])
ENTRIES = st.sampled_from(["E1", "E2", "E3", "E4"])
SUMS = st.sampled_from([-5, 0, 1, 10, 40, 60, 95, 99])
MOVES = st.one_of(
    st.tuples(st.just("open_account"), st.fixed_dictionaries({"limit": SUMS})),
    st.tuples(st.just("post"), st.fixed_dictionaries({"account_id": ACCOUNTS, "amount": SUMS, "moves_balance": st.booleans()})),
    st.tuples(st.just("set_limit"), st.fixed_dictionaries({"account_id": ACCOUNTS, "limit": SUMS})),
    st.tuples(st.just("set_amount"), st.fixed_dictionaries({"entry_id": ENTRIES, "amount": SUMS})),
    st.tuples(st.just("close_account"), st.fixed_dictionaries({"account_id": ACCOUNTS})),
    st.tuples(st.just("strike"), st.fixed_dictionaries({"entry_id": ENTRIES})),
)


@pytest.fixture(scope="module")
def ledger() -> type[Environment]:
    return load_environment(LEDGER, "ledger")


def begun(ledger: type[Environment]) -> Episode:
    state = ledger.empty_state()
    state["tables"]["accounts"] = [{"id": "A1", "balance": 10, "limit": 40}, {"id": "A2", "balance": 0, "limit": 60}]
    state["tables"]["entries"] = [{"id": "E1", "account_id": "A1", "amount": 10, "made_at": state["now"]}]
    state["counters"] = {"Account": 2, "Entry": 1}
    episode = Episode({"ledger": ledger})
    episode.reset({"ledger": state})
    return episode


@given(moves=st.lists(MOVES, min_size=4, max_size=20))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_looking_only_at_what_was_written_finds_what_looking_at_all_finds(ledger: Any, moves: list[tuple[str, dict[str, Any]]]) -> None:
    sparing, thorough = begun(ledger), begun(ledger)
    for tool, arguments in moves:
        thorough.reset(thorough.snapshot())
        (live,) = thorough._live.values()
        live.runtime_session.relied_on = {}
        assert sparing.call(tool, arguments).content == thorough.call(tool, arguments).content
        assert canonical_json(sparing.snapshot()) == canonical_json(thorough.snapshot())
    (live,) = sparing._live.values()
    live.runtime_session.relied_on = {}
    live.check_invariants()


def test_what_goes_through_a_table_row_by_row_is_known(ledger: Any) -> None:
    assert ledger.plan.invariants == {
        "there_is_room": "accounts",
        "few_are_large": "entries",
        "balances_are_sums": None,
        "at_most_four_accounts": None,
        "only_the_first_lets_the_others_be_read": None,
        "nothing_is_made_later": None,
    }


@pytest.mark.parametrize(
    "body",
    [
        "return any(a.room for a in self.accounts)",
        "return all([a.room for a in self.accounts])",
        "return all(a.room for a in self.accounts.where(limit=1))",
        "return all(a.room for a in sorted(self.accounts, key=lambda a: a.id))",
        "return all(a.room for a in self.accounts for b in self.accounts)",
        "return not all(a.room for a in self.accounts)",
        "return all(a.room for a in self.accounts if self.me)",
        "return all(a.room for a in self.other.accounts)",
        "count = 1\n        return all(a.room < count for a in self.accounts)",
        "print(self)\n        return all(a.room for a in self.accounts)",
        "return all(a in self.accounts for a in self.accounts)",
        "return all(x for x, y in self.accounts)",
        "return True",
    ],
)
def test_whatever_else_an_invariant_may_do_it_is_looked_at_as_a_whole(body: str) -> None:
    rule = '    @invariant\n    def there_is_room(self) -> bool:\n        """A balance stays below its limit."""\n'
    assert rule in LEDGER
    source = LEDGER.replace(rule + "        return all(account.room >= 0 for account in self.accounts)", rule + f"        {body}")
    assert source != LEDGER
    assert load_environment(source, "ledger").plan.invariants["there_is_room"] is None


def test_an_invariant_that_did_not_change_and_read_nothing_that_did_is_not_run(ledger: Any) -> None:
    episode = begun(ledger)
    (live,) = episode._live.values()
    ran = []
    for name in ledger.plan.invariants:
        method = inspect.getattr_static(ledger, name)
        setattr(live, name, lambda name=name, method=method: ran.append(name) or method(live))
    assert episode.call("set_amount", {"entry_id": "E1", "amount": 10}).ok
    assert ran == ["few_are_large", "balances_are_sums", "nothing_is_made_later"]
