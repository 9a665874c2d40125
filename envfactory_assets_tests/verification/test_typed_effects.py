"""The laws of typed effects: kept by the effect library, and seen to be broken when the library is."""

from collections.abc import Callable
from typing import Any

import pytest

from envfactory_assets.environments import actions, describe
from envfactory_assets.verification.probes import typed_effects
from envfactory_assets.verification.subject import Subject
from envfactory_assets_tests.environments.studio import Studio, studio_state


def observed() -> dict[str, Any]:
    """What the probe sees of each effect."""
    subject = Subject("studio", Studio, describe(Studio, "studio"), [studio_state()], None, seed=3)
    return {each.subject: each for each in typed_effects.probe(subject)}


def test_every_effect_that_keeps_its_law_counts_for_its_family():
    seen = observed()
    assert all(each.passed for each in seen.values()), [each for each in seen.values() if not each.passed]
    families = {name.removeprefix("family:") for each in seen.values() for name in each.tally}
    assert families == {
        "transition",
        "reschedule",
        "move",
        "add_member",
        "remove_member",
        "assign",
        "unassign",
        "reserve",
        "release",
        "refund",
    }


def let_through(*_: Any) -> None:
    """A check that checks nothing."""


def replaced(field: str, value: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """An action that writes without asking."""
    return lambda table, row, *given: table.replace(row, **{field: value(getattr(row, field), *given)})


BROKEN = {
    "change.transition": ("rule", "transition", let_through),
    "change.reschedule": ("rule", "reschedule", let_through),
    "change.move": ("rule", "move", let_through),
    "watch.add_member": ("action", "add_member", replaced("watcher_ids", lambda held, new: [*held, new])),
    "unwatch.remove_member": ("action", "remove_member", replaced("watcher_ids", lambda held, gone, _: [e for e in held if e != gone])),
    "enter.add_member": ("action", "join", lambda table, fields: table.add(**fields)),
    "give.assign": ("action", "assign", replaced("assignee_id", lambda _, new: new)),
    "free.unassign": ("action", "unassign", replaced("assignee_id", lambda _: None)),
    "take_seats.reserve": ("action", "draw", replaced("seats_taken", lambda held, more: held + more)),
    "free_seats.release": ("action", "give_back", replaced("seats_taken", lambda held, fewer: max(0, held - fewer))),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_an_effect_without_its_check_breaks_its_law(broken: str, monkeypatch: pytest.MonkeyPatch):
    place, name, lax = BROKEN[broken]
    if place == "rule":
        monkeypatch.setitem(actions._RULES, name, lax)
    else:
        monkeypatch.setattr(actions, name, lax)
    seen = observed()[broken]
    assert not seen.passed
    assert seen.severity == "blocking"
    assert "state" in seen.evidence


def test_an_effect_that_does_something_else_breaks_its_law(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(actions, "assign", lambda table, row, _: table.replace(row, assignee_id="P2"))
    assert observed()["give.assign"].evidence["what"] == "assign did not do what it says"
