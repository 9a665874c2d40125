"""Transfers: bound where an operation names both sides and how much, and two-sided when played."""

from typing import Any

from envfactory_assets.corpus.document import Conditions
from envfactory_assets.environments import Environment, Episode, load_environment
from envfactory_assets_tests.synthesis.documents import TEXT, WHOLE, document, operation, record, ref, written


def test_a_transfer_moves_an_amount_from_one_side_to_the_other():
    asked = record(("toAccountId", "amount"), toAccountId=TEXT, amount=WHOLE)
    _, candidate, spec = written(
        document(
            operation("GET", "/accounts", response={"type": "array", "items": ref("Account")}),
            operation("GET", "/accounts/{accountId}", response=ref("Account")),
            operation("POST", "/accounts", request=record(("name",), name=TEXT), response=ref("Account")),
            operation("POST", "/accounts/{accountId}/transfers", name="transferFunds", request=asked),
            Account=record(("id", "name"), id=TEXT, name=TEXT, balance=WHOLE),
        )
    )
    [tool] = [tool for tool in spec.tools if tool.effects[0].family == "transfer"]
    assert tool.effects[0].field == "balance"
    environment: type[Environment] = load_environment(candidate.source_code, "bank")
    state = environment.empty_state()
    state["tables"]["accounts"] = [{"id": "A", "name": "a", "balance": 10}, {"id": "B", "name": "b", "balance": 1}]
    episode = Episode({"bank": environment})
    episode.reset({"bank": state})

    def refusal(**arguments: Any) -> str:
        error = episode.call(tool.name, arguments).error
        return error.code if error else ""

    key, to, amount = (parameter.name for parameter in tool.parameters)
    assert refusal(**{key: "A", to: "B", amount: 11}) == "precondition_failed"
    assert refusal(**{key: "A", to: "A", amount: 1}) == "conflict"
    assert refusal(**{key: "A", to: "B", amount: 0}) == "invalid_argument"
    assert refusal(**{key: "A", to: "X", amount: 1}) == "not_found"
    assert refusal(**{key: "A", to: "B", amount: 4}) == ""
    assert [row["balance"] for row in episode.snapshot()["bank"]["tables"]["accounts"]] == [6, 5]


def test_both_sides_are_of_one_owner_and_of_the_currency_of_the_amount_where_the_document_says_so():
    asked = record(("toAccountId", "amount", "currency"), toAccountId=TEXT, amount=WHOLE, currency=TEXT)
    told = Conditions(same=("payor",))
    account = record(("id", "name"), id=TEXT, name=TEXT, balance=WHOLE, currency=TEXT, payorId=TEXT, deleted={"type": "boolean"})
    _, candidate, spec = written(
        document(
            operation("GET", "/accounts", response={"type": "array", "items": ref("Account")}),
            operation("GET", "/accounts/{accountId}", response=ref("Account")),
            operation("POST", "/accounts", request=record(("name",), name=TEXT), response=ref("Account")),
            operation("POST", "/accounts/{accountId}/transfers", name="transferFunds", request=asked, conditions=told),
            Account=account,
        )
    )
    [tool] = [tool for tool in spec.tools if tool.effects[0].family == "transfer"]
    assert tool.effects[0].within == "payor_id"
    environment: type[Environment] = load_environment(candidate.source_code, "bank")
    state = environment.empty_state()
    euros = {"name": "a", "balance": 10, "currency": "EUR", "payor_id": "O", "deleted": False}
    others = {"B": {}, "C": {"payor_id": "P"}, "D": {"currency": "USD"}, "E": {"deleted": True}}
    state["tables"]["accounts"] = [{"id": "A", **euros}, *({"id": key, **euros, **other} for key, other in others.items())]
    episode = Episode({"bank": environment})
    episode.reset({"bank": state})
    key, to, amount, currency = (parameter.name for parameter in tool.parameters)

    def refusal(receiver: str, told: str = "EUR") -> str:
        error = episode.call(tool.name, {key: "A", to: receiver, amount: 1, currency: told}).error
        return error.code if error else ""

    assert {refusal(receiver) for receiver in "CDE"} == {"precondition_failed"}
    assert refusal("B", "USD") == "precondition_failed"
    assert refusal("B") == ""
