"""Errors of foreign modules become typed, and stay in their words."""

import pytest

from envfactory_assets.environments.foreign.plain import NotPlainError, plain
from envfactory_assets.environments.foreign.refusals import result_of


def raised(name, text, *bases):
    return result_of({"raised": {"class": name, "classes": [name, *bases, "Exception"], "text": text, "at": "line 3 in f"}})


@pytest.mark.parametrize(
    ("name", "bases", "text", "code"),
    [
        ("ValueError", (), "Order 7 not found", "not_found"),
        ("ValueError", (), "No user found with the id u9", "not_found"),
        ("ValueError", (), "Email already exists", "conflict"),
        ("ValueError", (), "Cannot cancel an order that was shipped", "precondition_failed"),
        ("ValueError", (), "Insufficient balance", "precondition_failed"),
        ("ValueError", (), "You must log in to do this", "permission_denied"),
        ("ValueError", (), "amount must be positive", "invalid_argument"),
        ("ValueError", (), "hm", "invalid_argument"),
        ("KeyError", ("LookupError",), "Job j1 does not exist", "not_found"),
        ("NoSeat", (), "The flight is full", "precondition_failed"),
        ("NotFound", (), "hm", "not_found"),
        ("Conflict", (), "hm", "conflict"),
        ("ValidationError", ("ValueError",), "1 validation error for Row", "invalid_argument"),
    ],
)
def test_what_a_module_raises_on_purpose_is_a_refusal(name, bases, text, code):
    result = raised(name, text, *bases)
    assert (result.error.code, result.error.message, result.defect) == (code, text, None)


@pytest.mark.parametrize(
    ("name", "bases", "text"),
    [
        ("KeyError", ("LookupError",), "job-9"),
        ("AttributeError", (), "'NoneType' object has no attribute 'id'"),
        ("TypeError", (), "unsupported operand: str must be int"),
        ("ZeroDivisionError", ("ArithmeticError",), "division by zero"),
        ("RecursionError", ("RuntimeError",), "maximum recursion depth exceeded"),
        ("SystemExit", (), "2"),
        ("PermissionError", ("OSError",), "The sandbox refuses socket.connect."),
    ],
)
def test_what_python_raises_is_a_mistake_of_the_module(name, bases, text):
    result = raised(name, text, *bases)
    assert result.error.code == "unavailable"
    assert result.error.message == f"{name}: {text}"
    assert result.defect == f"{name}: {text} (line 3 in f)"


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        ({"error": "Order 7 not found"}, "not_found", "Order 7 not found"),
        ({"error": {"code": "conflict", "message": "Twice."}}, "conflict", "Twice."),
        ({"error": {"code": 404, "message": "hm"}}, "precondition_failed", "hm"),
        ({"success": False, "message": "Insufficient funds"}, "precondition_failed", "Insufficient funds"),
        ({"success": False}, "precondition_failed", "The service says that this did not succeed."),
        ({"error": True, "detail": "amount is required"}, "invalid_argument", "amount is required"),
    ],
)
def test_a_returned_error_is_a_refusal(value, code, message):
    result = result_of({"value": value})
    assert (result.error.code, result.error.message) == (code, message)


@pytest.mark.parametrize("value", [{"error": None, "x": 1}, {"error": ""}, {"success": True}, {"errors": []}, [], None, "error"])
def test_other_values_are_values(value):
    assert result_of({"value": value}).value == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", {1, 2}, object(), {(1, 2): 3}, 2**64, "\ud800", {"a": [{"b": b""}]}])
def test_what_json_has_not_is_told_by_its_place(value):
    with pytest.raises(NotPlainError, match=r"^\$"):
        plain(value)


def test_a_cycle_ends():
    cycle = {}
    cycle["again"] = cycle
    with pytest.raises(NotPlainError, match="without end"):
        plain(cycle)
