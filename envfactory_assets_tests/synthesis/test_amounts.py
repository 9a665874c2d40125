"""What new records take from another: bound from documents, and never more than there is."""

from typing import Any

import pytest

from envfactory_assets.corpus.conditions import EITHER
from envfactory_assets.environments import Environment, Episode, load_environment
from envfactory_assets.records import EnvironmentSpec
from envfactory_assets.synthesis.seeding.states import seed_states
from envfactory_assets_tests.synthesis.documents import TEXT, document, operation, record, ref, written

NUMBER = {"type": "number"}
STATES = {"type": "string", "enum": ["pending", "completed", "canceled", "error"]}


def till(path: str = "/refunds", **of_payment: Any) -> tuple[str, EnvironmentSpec]:
    """Payments and refunds of them."""
    refund = record(("id", "payment_id", "amount"), id=TEXT, payment_id=TEXT, amount=NUMBER, status=STATES, note=TEXT)
    asked = record(("payment_id", "amount"), payment_id=TEXT, amount=NUMBER, note=TEXT)
    _, candidate, spec = written(
        document(
            operation("GET", "/payments", response={"type": "array", "items": ref("Payment")}),
            operation("GET", "/payments/{id}", response=ref("Payment")),
            operation("GET", "/refunds", response={"type": "array", "items": ref("Refund")}),
            operation("GET", "/refunds/{id}", response=ref("Refund")),
            operation("POST", path, request=asked, response=ref("Refund"), name="create_refund"),
            Payment=record(("id", "amount"), id=TEXT, amount=NUMBER, status=STATES, reference=TEXT, **of_payment),
            Refund=refund,
        )
    )
    return candidate.source_code, spec


def refusal(episode: Episode, **arguments: Any) -> str:
    error = episode.call("create_refund", arguments).error
    return f"{error.code}: {error.message}" if error else ""


def test_a_refund_is_bounded_by_what_is_left_of_its_payment():
    source, spec = till()
    [told] = [effect for effect in spec.tool("create_refund").effects if effect.family == "refund"]
    assert (told.field, told.within, told.limit) == ("amount", "payment_id", "amount")
    environment: type[Environment] = load_environment(source, "till")
    state = environment.empty_state()
    state["tables"]["payments"] = [
        {"id": "P1", "amount": 50.0, "status": "completed", "reference": None},
        {"id": "P2", "amount": 50.0, "status": "canceled", "reference": None},
    ]
    taken = {"payment_id": "P1", "note": None}
    state["tables"]["refunds"] = [
        {"id": "R1", "amount": 20.0, "status": "completed", **taken},
        {"id": "R2", "amount": 30.0, "status": "canceled", **taken},
        {"id": "R3", "amount": 30.0, "status": "error", **taken},
    ]
    episode = Episode({"till": environment})
    episode.reset({"till": state})
    assert refusal(episode, payment_id="P1", amount=30.01).startswith("precondition_failed: Only 30.00 of the payment's amount is left")
    assert refusal(episode, payment_id="P1", amount=0).startswith("invalid_argument")
    assert "The payment is canceled" in refusal(episode, payment_id="P2", amount=1)
    assert not refusal(episode, payment_id="P1", amount=30)
    assert refusal(episode, payment_id="P1", amount=0.01).startswith("precondition_failed")


@pytest.mark.parametrize("path", ["/refunds", "/payments/{payment_id}/refunds"])
def test_nothing_bounds_a_refund_where_a_payment_itself_keeps_what_is_left(path: str):
    _, spec = till(path, unapplied_amount=NUMBER)
    assert [effect.family for effect in spec.tool("create_refund").effects] == ["create"]


def test_seeded_refunds_leave_something_of_their_payments():
    source, _ = till()
    for state in seed_states(load_environment(source, "till"), "till", seed=4, count=4):
        for payment in state["tables"]["payments"]:
            refunds = [refund["amount"] for refund in state["tables"]["refunds"] if refund["payment_id"] == payment["id"]]
            assert sum(refunds) <= payment["amount"]


def test_participants_are_bounded_by_the_places_there_are():
    _, candidate, spec = written(
        document(
            operation("GET", "/classes", response={"type": "array", "items": ref("Course")}),
            operation("GET", "/classes/{id}", response=ref("Course")),
            operation("GET", "/classes/{class_id}/participants", response={"type": "array", "items": ref("Participant")}),
            operation("POST", "/classes/{class_id}/participants", request=record(("email",), email=TEXT), response=ref("Participant")),
            Course=record(("id", "name"), id=TEXT, name=TEXT, capacity={"type": "integer"}),
            Participant=record(("id", "email"), id=TEXT, email=TEXT, class_id=TEXT),
        )
    )
    [create] = [tool for tool in spec.tools if tool.effects[0].family == "create"]
    [told] = [effect for effect in create.effects if effect.family == "reserve"]
    assert (told.field, told.limit) == (None, "capacity")
    environment: type[Environment] = load_environment(candidate.source_code, "school")
    state = environment.empty_state()
    table = spec.entity("Class").table
    state["tables"][table] = [{"id": "C", "name": "x", "capacity": 1}]
    episode = Episode({"school": environment})
    episode.reset({"school": state})
    assert episode.call(create.name, {"class_id": "C", "email": "a@example.com"}).ok
    error = episode.call(create.name, {"class_id": "C", "email": "b@example.com"}).error
    assert error is not None
    assert error.code == "precondition_failed"


def test_a_refund_is_told_the_amount_that_counts_where_another_may_stand_for_it():
    whole, net = (NUMBER | {EITHER: other} for other in ("net_amount", "total_amount"))
    asked = record(("payment_id",), payment_id=TEXT, total_amount=whole, net_amount=net)
    _, _, spec = written(
        document(
            operation("GET", "/payments", response={"type": "array", "items": ref("Payment")}),
            operation("GET", "/payments/{id}", response=ref("Payment")),
            operation("GET", "/refunds/{id}", response=ref("Refund")),
            operation("POST", "/refunds", request=asked, response=ref("Refund")),
            Payment=record(("id", "total_amount"), id=TEXT, total_amount=NUMBER, reference=TEXT),
            Refund=record(("id",), id=TEXT, payment_id=TEXT, total_amount=NUMBER, net_amount=NUMBER),
        )
    )
    told = {parameter.name: parameter.required for parameter in spec.tool("create_refund").parameters}
    assert told == {"payment_id": True, "total_amount": True}
