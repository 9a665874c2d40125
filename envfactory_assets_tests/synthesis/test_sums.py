"""Totals of lines: found in documents, worked out by the service, and held to in every state."""

import re
from typing import Any

import pytest

from envfactory_assets.environments import Environment, Episode, ScenarioError, load_environment
from envfactory_assets.records import EnvironmentSpec
from envfactory_assets_tests.synthesis.documents import TEXT, bookshop, document, operation, record, ref, written

NUMBER = {"type": "number"}


def bills(line: dict[str, Any], **amounts: Any) -> tuple[str, EnvironmentSpec]:
    """Bills with lines."""
    bill = record(("id",), id=TEXT, reference=TEXT, note=TEXT, line_items={"type": "array", "items": line}, **amounts)
    _, candidate, spec = written(
        document(
            operation("GET", "/bills", response={"type": "array", "items": ref("Bill")}),
            operation("GET", "/bills/{id}", response=ref("Bill")),
            operation("POST", "/bills", request=ref("Bill"), response=ref("Bill")),
            operation("PATCH", "/bills/{id}", request=ref("Bill"), response=ref("Bill")),
            Bill=bill,
        )
    )
    return candidate.source_code, spec


LINE = record(("description",), description=TEXT, unit_price=NUMBER, quantity=NUMBER)


def played(source: str, **bill: Any) -> Episode:
    environment: type[Environment] = load_environment(source, "bills")
    state = environment.empty_state()
    state["tables"]["bills"] = [bill] if bill else []
    episode = Episode({"bills": environment})
    episode.reset({"bills": state})
    return episode


def test_a_total_is_what_the_lines_come_to_and_nobody_says_it():
    source, spec = bills(LINE, total=NUMBER)
    [create] = [tool for tool in spec.tools if tool.effects[0].family == "create"]
    assert [(e.family, e.field, e.lines) for e in create.effects[1:]] == [("checkout", "total", "line_items")]
    assert "total" not in {parameter.name for parameter in create.parameters}
    episode = played(source)
    lines = [{"description": "a", "unit_price": 2.5, "quantity": 3}, {"description": "b", "unit_price": 1, "quantity": 1}]
    made = episode.call(create.name, {"reference": "R", "line_items": lines}).value
    assert made["total"] == 8.5
    [update] = [tool.name for tool in spec.tools if tool.effects[0].family == "update"]
    assert episode.call(update, {"id": made["id"], "line_items": lines[1:]}).value["total"] == 1.0


def test_nothing_is_not_checked_out():
    source, spec = bills(LINE, total=NUMBER)
    [create] = [tool.name for tool in spec.tools if tool.effects[0].family == "create"]
    error = played(source).call(create, {"reference": "R", "line_items": []}).error
    assert error is not None
    assert error.code == "precondition_failed"


def test_lines_that_say_what_they_come_to_are_added_up_as_they_are():
    _, spec = bills(record((), description=TEXT, amount=NUMBER, unit_price=NUMBER), sub_total=NUMBER, total=NUMBER)
    sums = {field.name: field.sum_of for field in spec.entity("Bill").fields if field.sum_of}
    assert sums == {"sub_total": ("line_items", "amount")}


def test_a_state_whose_total_is_another_is_refused():
    source, _ = bills(LINE, total=NUMBER)
    line = {"description": "a", "unit_price": 2.0, "quantity": 2.0}
    played(source, id="B1", reference="R", note=None, line_items=[line], total=4.0)
    with pytest.raises(ScenarioError, match="total is not the sum of its lines"):
        played(source, id="B1", reference="R", note=None, line_items=[line], total=5.0)


def test_lines_without_amounts_come_to_nothing():
    _, spec = bills(record((), description=TEXT), total=NUMBER)
    assert all(not field.sum_of for field in spec.entity("Bill").fields)
    assert all(effect.family != "checkout" for tool in spec.tools for effect in tool.effects)


def test_a_net_total_is_the_sum_of_the_net_amounts():
    line = record(("description",), description=TEXT, amount=NUMBER, amount_net=NUMBER)
    source, spec = bills(line, total_net=NUMBER)
    [create] = [tool for tool in spec.tools if tool.effects[0].family == "create"]
    lines = [{"description": "a", "amount": 12, "amount_net": 10}, {"description": "b", "amount": 6, "amount_net": 5}]
    assert played(source).call(create.name, {"reference": "R", "line_items": lines}).value["total_net"] == 15


MORE = dict.fromkeys(("code", "colour", "location", "size", "unit", "weight", "grade"), TEXT)


@pytest.mark.parametrize(
    ("amounts", "line", "found"),
    [
        (("sub_total", "total"), {"total_amount": NUMBER, "tax_amount": NUMBER}, ("unit_price", "quantity")),
        (("total_net", "total"), {"amount": NUMBER, "vat_amount": NUMBER}, ("unit_price", "quantity")),
        (("total_net", "total"), {"amount": NUMBER, "amount_net": NUMBER, "vat_amount": NUMBER}, ("amount_net",)),
        (("total_amount",), {"total_amount": NUMBER, "tax_amount": NUMBER}, ("total_amount",)),
        (("total",), {"tax_amount": NUMBER}, ()),
        (("total", "tax"), {}, ()),
    ],
)
def test_a_total_before_tax_sums_what_has_none_in_it(amounts: tuple[str, ...], line: dict[str, Any], found: tuple[str, ...]):
    item = record((), description=TEXT, **MORE, unit_price=NUMBER, quantity=NUMBER, **line)
    source, spec = bills(item, **dict.fromkeys(amounts, NUMBER))
    sums = {field.name: field.sum_of[1:] for field in spec.entity("Bill").fields if field.sum_of}
    assert sums == ({amounts[0]: found} if found else {})
    assert all(re.search(rf"(?m)^    {name}: ", source) for name in found), "a line can tell what is summed, however much it tells beside"


def test_a_line_need_not_tell_what_is_multiplied():
    line = record((), description=TEXT, unit_amount=NUMBER, quantity=NUMBER, line_amount=NUMBER, tax_amount=NUMBER)
    source, spec = bills(line, sub_total=NUMBER)
    [create] = [tool.name for tool in spec.tools if tool.effects[0].family == "create"]
    lines = [{"description": "just words"}, {"line_amount": 5}, {"unit_amount": 2, "quantity": 3, "line_amount": 7}]
    assert played(source).call(create, {"reference": "R", "line_items": lines}).value["sub_total"] == 11


def test_lines_that_requests_tell_otherwise_are_not_checked_out():
    shown = record((), description=TEXT, gross_amount=NUMBER)
    told = record((), description=TEXT, unit_price=NUMBER, quantity=NUMBER)
    bill = record(("id",), id=TEXT, reference=TEXT, line_items={"type": "array", "items": shown}, gross_total=NUMBER)
    asked = record((), reference=TEXT, line_items={"type": "array", "items": told})
    _, _, spec = written(
        document(
            operation("GET", "/bills", response={"type": "array", "items": ref("Bill")}),
            operation("GET", "/bills/{id}", response=ref("Bill")),
            operation("POST", "/bills", request=asked, response=ref("Bill")),
            Bill=bill,
        )
    )
    assert all(effect.family != "checkout" for tool in spec.tools for effect in tool.effects)


@pytest.mark.parametrize(("units", "kind"), [(["days", "hours"], "float"), (["boxes", "pieces"], "Money")])
def test_an_amount_beside_units_of_time_is_no_money(units: list[str], kind: str):
    order = record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, amount={"type": "number"}, units={"type": "string", "enum": units})
    assert f"    amount: {kind} | None = None" in written(bookshop(Order=order))[1].source_code


def test_lines_that_may_say_otherwise_what_they_come_to_are_not_added_up():
    told = {"x-either": "unit_price"}
    sums = [bills(record((), description=TEXT, total=NUMBER | said), total=NUMBER)[1].entity("Bill") for said in ({}, told)]
    assert [[field.sum_of for field in bill.fields if field.sum_of] for bill in sums] == [[("line_items", "total")], []]
