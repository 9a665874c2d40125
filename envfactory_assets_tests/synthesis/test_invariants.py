"""What always holds, read from names and types: written into modules, kept by seeds and by every call."""

from typing import Any

import pytest

from envfactory_assets.environments import Environment, Episode, ScenarioError, load_environment
from envfactory_assets.synthesis.seeding.states import seed_states
from envfactory_assets_tests.synthesis.documents import TEXT, document, operation, record, ref, written

DAY = {"type": "string", "format": "date"}
NUMBER = {"type": "number"}


def rentals(**more: Any) -> tuple[str, str]:
    """The module of a service of rentals, and its policy."""
    _, candidate, spec = written(
        document(
            operation("GET", "/rentals", response={"type": "array", "items": ref("Rental")}),
            operation("GET", "/rentals/{id}", response=ref("Rental")),
            operation("POST", "/rentals", request=ref("Rental"), response=ref("Rental")),
            operation("PATCH", "/rentals/{id}", request=ref("Rental"), response=ref("Rental")),
            Rental=record(("id", "title"), id=TEXT, title=TEXT, **more),
        )
    )
    return candidate.source_code, spec.policy


def test_an_end_is_never_before_its_start():
    source, policy = rentals(valid_from=DAY, valid_to=DAY)
    assert "The valid from of a rental is never after its valid to." in policy
    environment: type[Environment] = load_environment(source, "rentals")
    for state in seed_states(environment, "rentals", seed=2, count=3):
        assert all(not r["valid_from"] or not r["valid_to"] or r["valid_from"] <= r["valid_to"] for r in state["tables"]["rentals"])
    episode = Episode({"rentals": environment})
    state = environment.empty_state()
    state["tables"]["rentals"] = [{"id": "R1", "title": "a", "valid_from": "2026-06-01", "valid_to": "2026-06-03"}]
    episode.reset({"rentals": state})
    error = episode.call("update_rental", {"id": "R1", "valid_to": "2026-05-30"}).error
    assert error is not None
    assert error.code == "conflict"
    assert episode.snapshot()["rentals"] == state


def test_what_was_paid_is_never_more_than_the_total():
    _, policy = rentals(total=NUMBER, amount_paid=NUMBER)
    assert "Always: The amount paid of a rental is never more than its total." in policy


def test_times_that_do_not_belong_together_are_not_ordered():
    source, _ = rentals(start_date=DAY, birthday=DAY, end_at={"type": "string", "format": "date-time"})
    assert "@invariant" not in source


def test_people_who_sign_in_are_told_apart_by_their_email():
    _, candidate, spec = written(
        document(
            operation("GET", "/users", response={"type": "array", "items": ref("User")}),
            operation("GET", "/users/{id}", response=ref("User")),
            operation("POST", "/users", request=record(("email",), email=TEXT, name=TEXT), response=ref("User")),
            operation("PATCH", "/users/{id}", request=record((), email=TEXT, name=TEXT), response=ref("User")),
            User=record(("id", "email"), id=TEXT, email=TEXT, name=TEXT),
        )
    )
    assert "No two user records have the same email." in spec.policy
    environment: type[Environment] = load_environment(candidate.source_code, "users")
    for state in seed_states(environment, "users", seed=5, count=3):
        emails = [user["email"] for user in state["tables"]["users"]]
        assert len(set(emails)) == len(emails)
    episode = Episode({"users": environment})
    state = environment.empty_state()
    state["tables"]["users"] = [{"id": "U1", "email": "a@x.org", "name": "A"}, {"id": "U2", "email": "b@x.org", "name": "B"}]
    episode.reset({"users": state})
    for tool, arguments in (("create_user", {"email": "a@x.org"}), ("update_user", {"id": "U2", "email": "a@x.org"})):
        error = episode.call(tool, arguments).error
        assert error is not None
        assert (error.code, error.message) == ("conflict", "There is already a user with email 'a@x.org'.")
    assert episode.call("update_user", {"id": "U1", "email": "a@x.org", "name": "Ada"}).ok
    state["tables"]["users"][1]["email"] = "a@x.org"
    with pytest.raises(ScenarioError, match="same email"):
        episode.reset({"users": state})
